"""« Par chèque ou virement » from the start: a backer announces it while giving (PRODUCT C2, C7, docs/money.md).

It is an offline gift that she recorded herself: *created* until she has confirmed her address, then *promised*. It
counts for nothing before somebody has received it and another one, never its donor, verified it (invariant 16). Her
reward is held until a stated day, a scarce one for two hours while her address is not confirmed; the promise lapses
some days after the last day on which it may arrive. Locks: campaign, reward, gift.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind, Reward
from campaigns.offline import letters, queries
from campaigns.offline.models import HOLDING, OfflineGift, OfflineStatus
from campaigns.offline.transitions import move, note
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.queries import STANDING, refusal
from campaigns.pledges.service import Gift
from campaigns.states import By, NotNow
from civic import clock
from civic.database import retrying, transaction
from civic.errors import DomainError, Gone
from civic.i18n import _
from civic.people import service as people
from civic.people.models import Person

CHEQUE = "cheque-"
"""Before the key of a form, in that of the gift it announces."""
CONFIRM_WITHIN = timedelta(hours=24)
"""An announcement whose address is not confirmed by then is deleted: it was nobody's."""
KEPT_UNSURE = timedelta(hours=2)
"""How long a reward of which there are few waits for that: time to open a mail, not to empty the shelf with addresses
that are nobody's. The gift itself waits on without it."""
KEPT, HELD, ROOM, LEAST, REMINDED = (timedelta(days=days) for days in (30, 15, 3, 2, 4))
"""How long it may take to arrive and a reward waits; room for the second person before the end, and for the post
after the last day; below `LEAST` nothing arrives in time; so long before its day a reminder is sent."""


@dataclass(slots=True, frozen=True)
class Wish:
    """What a backer may change of a cheque that she announced. Cents; reward 0: none."""

    amount_cents: int
    reward_id: int
    anonymous: bool
    amount_hidden: bool


def last_day(campaign: Campaign) -> date | None:
    """The last day on which a cheque announced today may arrive so that it counts; None when none could.

    Before the end there is room for the second person.
    """
    if campaign.last_day is None:
        return None
    due = min(clock.today() + KEPT, campaign.last_day - ROOM)
    return due if due >= clock.today() + LEAST else None


def held_until(due_on: date) -> date:
    """Until when a reward chosen today is kept for it."""
    return min(clock.today() + HELD, due_on)


def why_not(campaign: Campaign) -> str:
    """Why nobody can announce a cheque or a transfer to this campaign now; empty when one can."""
    if campaign.payee_id:
        return _("Cette collecte se paie par carte seulement : l’argent va directement à la structure (%(who)s).",
                 who=campaign.beneficiary)  # fmt: skip
    if campaign.goal == GoalKind.MONTHLY:
        return _("Un soutien mensuel se paie par carte ou par prélèvement.")
    if last_day(campaign) is None:
        return _("La collecte finit bientôt : un chèque ou un virement n’arriverait plus à temps pour compter.")
    return ""


async def promise(backer: Person, campaign: Campaign, gift: Gift, keys: list[str], *, known: bool) -> OfflineGift:
    """A backer announces a cheque or a transfer; her reward is held from now on. The same form again is the same one.

    `keys`: the form's keys, the present one last. `known`: her address is hers already, nothing is left to confirm.
    Raises Gone when the campaign is over or takes none, DomainError when the reward has run out or the same form was
    paid by card, Invalid when the reward asks for more.
    """
    key = f"{CHEQUE}{keys[-1]}"
    if twin := await OfflineGift.get_or_none(form_key=key, line=1):
        return twin
    await pledges.replace_waiting(campaign, keys)
    try:
        return await _create(backer, campaign, gift, key, known=known)
    except (IntegrityError, DomainError):  # a double click: the other one was kept, and took the last reward
        twin = await OfflineGift.get_or_none(form_key=key, line=1)
        if twin is None:
            raise
        return twin


async def promised_otherwise(key: str) -> bool:
    """Whether the gift of this form is announced by cheque or transfer, or came so."""
    return await OfflineGift.filter(form_key=f"{CHEQUE}{key}", status__in=list(HOLDING)).exists()


async def _must_not_be_promised(campaign: Campaign, key: str) -> None:
    """Raises NotNow where the same form was paid by card, or is being paid this moment. The campaign is locked."""
    waits = () if campaign.charges_at_once else (PledgeStatus.CREATED,)  # there a payment page is looked at by a job
    if await Pledge.filter(form_key=key, status__in=[*STANDING, *waits]).exists():
        raise NotNow(_("Ce don est déjà promis par carte. Commencez-en un autre pour donner aussi par chèque."))


@retrying
async def _create(backer: Person, campaign: Campaign, gift: Gift, key: str, *, known: bool) -> OfflineGift:
    present = clock.now()
    async with transaction():
        due_on = await _open(campaign)
        await _must_not_be_promised(campaign, key.removeprefix(CHEQUE))
        if gift.reward_id:
            await pledges.hold_reward(campaign.id, gift.reward_id, gift.amount_cents)
        made = await OfflineGift.create(
            campaign_id=campaign.id, status=OfflineStatus.PROMISED if known else OfflineStatus.CREATED,
            amount_cents=gift.amount_cents, donor_name=backer.name, email=backer.email or "", person=backer,
            anonymous=gift.anonymous, public_name="" if gift.anonymous else gift.public_name,
            amount_hidden=gift.amount_hidden, commune_id=backer.commune_id,  # type: ignore[attr-defined]
            reward_id=gift.reward_id or None, due_on=due_on, held_until=held_until(due_on) if gift.reward_id else None,
            came_by=gift.source, form_key=key, line=1, recorded_by=backer, created_at=present, updated_at=present,
        )  # fmt: skip
        await note(made.id, "", made.status.value, "announced", backer.id)
        whole = await _whole(made.id)
        await (letters.announced(whole) if known else letters.to_confirm(whole, kept_until(whole)))
    return made


async def _must_be_open(campaign: Campaign) -> None:
    """Lock the campaign. Raises Gone when one cannot give to it now."""
    present = clock.now()
    live = Campaign.filter(id=campaign.id, status=CampaignStatus.LIVE, deadline__gt=present)
    if not await live.filter(till_closed_at__isnull=True).update(updated_at=present):
        raise Gone(refusal(await Campaign.get(id=campaign.id)))


async def _open(campaign: Campaign) -> date:
    """Lock the campaign; the last day for a cheque. Raises Gone when one cannot give to it, or not this way."""
    await _must_be_open(campaign)
    fresh = await Campaign.get(id=campaign.id)
    due_on, why = last_day(fresh), why_not(fresh)
    if due_on is None or why:
        raise Gone(why)
    return due_on


async def _whole(gift_id: int) -> OfflineGift:
    return await OfflineGift.get(id=gift_id).select_related("campaign", "person", "reward")


def kept_until(gift: OfflineGift) -> datetime | None:
    """Until when a scarce reward waits for her address to be confirmed, UTC; None when nothing does."""
    scarce = gift.status == OfflineStatus.CREATED and gift.reward is not None and gift.reward.stock is not None
    return gift.created_at + KEPT_UNSURE if scarce else None


@retrying
async def confirm(found: OfflineGift, *, without: bool = False) -> bool:
    """The link of her mail was used: the address is hers, the team sees what she announced. Harmless when repeated.

    Answers whether it is awaited now. A scarce reward that went back to the others is taken again; `without` leaves it.
    Raises Gone when the campaign ended meanwhile, or when she took it back in another tab, NotNow when that reward has
    run out.
    """
    async with transaction():
        await _must_be_open(found.campaign)
        await found.refresh_from_db(fields=["status", "reward_id", "wished_id"])
        if found.status == OfflineStatus.WITHDRAWN:
            raise Gone(_("Vous avez annulé ce don : il n’y a plus rien à confirmer."))
        if found.status != OfflineStatus.CREATED:
            return found.status == OfflineStatus.PROMISED
        values = await _wish_again(found, without=without)
        await move(
            found, OfflineStatus.PROMISED, by=By.BACKER, cause="address confirmed", actor_id=found.person_id, **values
        )
        if found.person:
            await people.confirm_address(found.person)
        await letters.announced(await _whole(found.id))
    return True


async def _wish_again(found: OfflineGift, *, without: bool) -> dict[str, Any]:
    """Hold the reward anew that did not wait for her; what is written with the gift. Raises NotNow: it has run out."""
    if found.wished_id is None or without:
        return {"wished_id": None}
    assert found.due_on is not None, "announced"
    try:
        await pledges.hold_reward(found.campaign_id, found.wished_id, found.amount_cents)
    except DomainError:
        refused = _("Ce merci est épuisé. Vous pouvez confirmer votre don sans lui, puis en choisir un autre.")
        raise NotNow(refused) from None
    return {"wished_id": None, "reward_id": found.wished_id, "held_until": held_until(found.due_on)}


@retrying
async def change(found: OfflineGift, wish: Wish) -> bool:
    """Make it what its backer wishes; whether anything differed.

    Raises Gone once the campaign or the promise is over, Invalid beside the field that does not fit, NotNow when
    another tab, or the person who received it, was faster.
    """
    before = wish_of(found)
    if wish == before:
        return False
    async with transaction():
        await _must_be_open(found.campaign)
        if wish.reward_id and wish.reward_id != before.reward_id:
            await pledges.hold_reward(found.campaign_id, wish.reward_id, wish.amount_cents)
        elif wish.reward_id:
            await pledges.must_be_enough(found.campaign_id, wish.reward_id, wish.amount_cents)
        if before.reward_id and before.reward_id != wish.reward_id:
            await pledges.free_reward(before.reward_id)
        await _write(found, wish, before)
        cause = f"changed, {before.amount_cents} to {wish.amount_cents} cents{queries.UNSEEN}"
        row = await note(found.id, found.status.value, found.status.value, cause, found.person_id)
        await letters.announced(await _whole(found.id), f"-{row.id}")
    return True


async def _write(found: OfflineGift, wish: Wish, before: Wish) -> None:
    assert found.due_on is not None and found.person is not None, "announced by a person"  # noqa: PT018
    same = OfflineGift.filter(
        id=found.id, status=OfflineStatus.PROMISED, amount_cents=before.amount_cents,
        reward_id=before.reward_id or None,
    )  # fmt: skip
    held = found.held_until if wish.reward_id == before.reward_id else held_until(found.due_on)
    changed = await same.update(
        amount_cents=wish.amount_cents, reward_id=wish.reward_id or None, held_until=held if wish.reward_id else None,
        anonymous=wish.anonymous, amount_hidden=wish.amount_hidden,
        public_name="" if wish.anonymous else found.person.short_name, updated_at=clock.now(),
    )  # fmt: skip
    if not changed:
        raise NotNow(_("Ce don a changé entre-temps, dans un autre onglet peut-être. Voici où il en est."))


def wish_of(found: OfflineGift) -> Wish:
    """It as it stands."""
    return Wish(found.amount_cents, found.reward_id or 0, found.anonymous, found.amount_hidden)


def may_change(found: OfflineGift) -> bool:
    """Whether its backer may still change it: nobody has received it, and the campaign is open."""
    return found.due_on is not None and found.status == OfflineStatus.PROMISED and found.campaign.is_open()


@retrying
async def cancel(found: OfflineGift) -> None:
    """She sends nothing after all, at any time before somebody has received it. Raises NotNow."""
    async with transaction():
        told = found.status == OfflineStatus.PROMISED
        await move(found, OfflineStatus.WITHDRAWN, by=By.BACKER, cause="taken back", actor_id=found.person_id)
        if told:
            await letters.taken_back(found)


async def sweep(**_payload: object) -> None:
    """Every hour: remind, free the rewards whose day is over, let lapse what never came, forget what was nobody's."""
    today = clock.today()
    waiting = OfflineGift.filter(status=OfflineStatus.PROMISED, due_on__isnull=False)
    read = ("campaign", "person", "reward")
    over = waiting.exclude(campaign__status__in=list(queries.ENTERING)).order_by("id")
    late = waiting.filter(due_on__lt=today - ROOM).exclude(campaign__status=CampaignStatus.SUSPENDED).order_by("id")
    for gift in [*await over.select_related(*read), *await late.select_related(*read)]:
        await _lapse(gift.id)
    for gift in await waiting.filter(held_until__lt=today, reward_id__isnull=False):
        await _free(gift.id, OfflineStatus.PROMISED)
    for gift in await waiting.filter(due_on__gte=today).select_related(*read):
        if reminder_on(gift) <= today:
            await letters.reminder(gift)
    unsure = OfflineGift.filter(status=OfflineStatus.CREATED)
    for gift in await unsure.filter(reward__stock__isnull=False, created_at__lte=clock.now() - KEPT_UNSURE):
        await _free(gift.id, OfflineStatus.CREATED)
    for gift in await unsure.filter(created_at__lte=clock.now() - CONFIRM_WITHIN):
        await _forget(gift.id)


def reminder_on(gift: OfflineGift) -> date:
    """The day of the reminder: before a reward is free for others, else before the last day."""
    until = gift.held_until if gift.reward_id else gift.due_on
    assert until is not None
    return until - REMINDED


@retrying
async def _lapse(gift_id: int) -> None:
    async with transaction():
        gift = await _held(gift_id)
        if gift.status == OfflineStatus.PROMISED:
            await move(gift, OfflineStatus.EXPIRED, by=By.SCHEDULER, cause="not_received", reward_id=None)
            await letters.lapsed(gift)


@retrying
async def _free(gift_id: int, status: OfflineStatus) -> None:
    """Its reward is for others now; what she announced still waits, in this state, unless somebody was faster."""
    async with transaction():
        gift = await _held(gift_id)
        if gift.status == status and gift.reward_id:
            await pledges.free_reward(gift.reward_id)
            wished = gift.reward_id if status == OfflineStatus.CREATED else None
            freed = {"reward_id": None, "held_until": None, "wished_id": wished}
            await OfflineGift.filter(id=gift.id).update(**freed, updated_at=clock.now())
            await note(gift.id, gift.status.value, gift.status.value, "reward free", None)


@retrying
async def _forget(gift_id: int) -> None:
    async with transaction():
        gift = await _held(gift_id)
        if gift.status == OfflineStatus.CREATED:
            await pledges.free_reward(gift.reward_id)
            await OfflineGift.filter(id=gift.id).delete()


async def _held(gift_id: int) -> OfflineGift:
    """Lock the campaign and its rewards' keeper, then read the gift."""
    known = await OfflineGift.get(id=gift_id)
    await Campaign.filter(id=known.campaign_id).update(updated_at=clock.now())
    if known.reward_id:
        await Reward.filter(id=known.reward_id).update(taken=F("taken"))
    await OfflineGift.filter(id=gift_id).update(updated_at=clock.now())
    return await _whole(gift_id)
