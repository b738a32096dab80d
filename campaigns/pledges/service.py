"""The verbs of a promise: pledge, confirm, cancel, release, abandon. One transaction each, the network never within."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from campaigns import slots
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind, Reward
from campaigns.lifecycle.service import keep_need
from campaigns.lifecycle.transitions import By, NotNow
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from campaigns.pledges.queries import MANAGE, STANDING, refusal
from campaigns.pledges.transitions import move
from civic import clock, database, jobs, mail
from civic.database import retrying, transaction
from civic.errors import DomainError, Gone, Invalid
from civic.i18n import _, speaking
from civic.people import links
from civic.people.models import Person
from civic.settings import settings
from civic.web.formats import day, money

_PAID_HERE = "SELECT 1 FROM attempt WHERE pledge_id = ? AND status = 'succeeded'"
COUNTING = (CampaignStatus.LIVE, CampaignStatus.SUSPENDED)


@dataclass(slots=True, frozen=True)
class Gift:
    """What a backer has checked. Amounts in cents; `public_name` is empty for an anonymous gift."""

    amount_cents: int
    tip_cents: int
    reward_id: int
    anonymous: bool
    amount_hidden: bool
    public_name: str
    source: str = ""


@dataclass(slots=True, frozen=True)
class Saved:
    """What the gateway saved: the customer, the method, how to call it, when (its moment, UTC); a card's last day."""

    customer_ref: str
    method_ref: str
    method_label: str
    at: datetime
    method_ends_on: date | None = None


async def pledge(backer: Person, campaign: Campaign, gift: Gift, key: str, former: list[str]) -> Pledge:
    """A backer promises money to a live campaign; her reward is held from now on.

    The same `key` again answers the first promise, unless it was given up or she has checked another tip meanwhile;
    `former` keys name promises that this one replaces.
    Raises Gone when the campaign is over, DomainError when the reward has run out, Invalid when it asks for more.
    """
    known = await Pledge.get_or_none(form_key=key)
    if known and _says_the_same(known, gift):
        return known
    await replace_waiting(campaign, former)
    if known:
        if known.status == PledgeStatus.CREATED:
            await _replace(known, campaign)
        over = [PledgeStatus.ABANDONED, *([PledgeStatus.CREATED] if campaign.charges_at_once else [])]
        await Pledge.filter(id=known.id, form_key=key, status__in=over).update(form_key=f"{key}~{known.id}")
    try:
        return await _create(backer, campaign, gift, key)
    except (IntegrityError, DomainError) as error:  # a double click: the other one was kept, and took the last reward
        twin = await Pledge.get_or_none(form_key=key)
        if twin is not None:
            return twin
        if isinstance(error, DomainError):
            raise
        raise NotNow(_("Vous avez changé ce don dans un autre onglet. Vérifiez-le, puis continuez.")) from None


async def replace_waiting(campaign: Campaign, keys: list[str]) -> None:
    """Let the promises of these forms go that wait for their card: their backer gives otherwise, or something else."""
    for replaced in await Pledge.filter(form_key__in=keys, status=PledgeStatus.CREATED):
        await _replace(replaced, campaign)


async def _replace(replaced: Pledge, campaign: Campaign) -> None:
    """Let a promise go that another one replaces; one that may be paid this moment is looked at first (settlement)."""
    if campaign.charges_at_once:
        await jobs.enqueue("pledge_replaced", key=f"pledge-{replaced.id}", pledge_id=replaced.id)
        return
    with suppress(NotNow):
        await abandon(replaced, "replaced")


def _says_the_same(known: Pledge, gift: Gift) -> bool:
    """Whether a promise made by this form still stands, or waits, for what the form says now."""
    if known.status == PledgeStatus.CREATED:
        return (known.amount_cents, known.tip_cents) == (gift.amount_cents, gift.tip_cents)
    return known.status != PledgeStatus.ABANDONED


@retrying
async def _create(backer: Person, campaign: Campaign, gift: Gift, key: str) -> Pledge:
    present = clock.now()
    async with transaction():
        live = Campaign.filter(id=campaign.id, status=CampaignStatus.LIVE, deadline__gt=present)
        if not await live.filter(till_closed_at__isnull=True).update(updated_at=present):
            raise Gone(refusal(await Campaign.get(id=campaign.id)))
        must_not_tip(campaign, gift.tip_cents)
        if any([await elsewhere(key) for elsewhere in slots.promised_otherwise]):
            raise NotNow(_("Ce don est déjà annoncé par chèque ou virement. Commencez-en un autre par carte."))
        if gift.reward_id:
            await hold_reward(campaign.id, gift.reward_id, gift.amount_cents)
        return await Pledge.create(
            campaign_id=campaign.id, person_id=backer.id, reward_id=gift.reward_id or None, form_key=key,
            amount_cents=gift.amount_cents, tip_cents=gift.tip_cents, anonymous=gift.anonymous,
            amount_hidden=gift.amount_hidden, public_name="" if gift.anonymous else gift.public_name,
            source=gift.source, created_at=present, updated_at=present,
        )  # fmt: skip


def must_not_tip(campaign: Campaign, tip_cents: int) -> None:
    """A tip is the host's, and the host takes nothing of a charge on another's account. Raises Invalid."""
    if tip_cents and campaign.payee_id:
        site = settings().site_name
        raise Invalid(_("L’argent va directement à une autre structure (%(who)s) : "
                        "on ne peut pas aider %(site)s en même temps.",
                        who=campaign.beneficiary, site=site), field="tip")  # fmt: skip


async def must_be_enough(campaign_id: int, reward_id: int, gift_cents: int, field: str = "other") -> None:
    """Raises Invalid beside the amount (`field`) when the reward asks for more than is given."""
    asks = await Reward.get_or_none(id=reward_id, campaign_id=campaign_id, from_cents__gt=gift_cents)
    if asks is not None:
        least = money(asks.from_cents)
        raise Invalid(_("Ce merci demande un don d’au moins %(amount)s.", amount=least), field=field)


async def hold_reward(campaign_id: int, reward_id: int, gift_cents: int) -> None:
    """Take one of a reward's stock (invariant 11). Raises Invalid if it asks for more, DomainError if it ran out."""
    await must_be_enough(campaign_id, reward_id, gift_cents)
    wanted = Reward.filter(id=reward_id, campaign_id=campaign_id)
    if not await wanted.filter(Q(stock__isnull=True) | Q(taken__lt=F("stock"))).update(taken=F("taken") + 1):
        raise DomainError(_("Ce merci vient d’être épuisé. Choisissez-en un autre."), field="reward")


@retrying
async def confirm(pledge_id: int, saved: Saved) -> PledgeStatus:
    """The card or mandate is saved: the promise counts, if that happened before the deadline (invariant 8).

    Harmless when repeated. A promise confirmed too late, or given up meanwhile, is let go and its method detached.
    Answers the state the promise is in afterwards.
    """
    async with transaction():
        await Pledge.filter(id=pledge_id).update(updated_at=clock.now())  # the lock first: webhook and return page race
        found = await Pledge.get(id=pledge_id).select_related("person", "campaign")
        if found.status != PledgeStatus.CREATED:
            if found.method_ref != saved.method_ref:
                await let_method_go(found.campaign, saved.method_ref)
            return found.status
        if not await _count(found, saved.at):
            await move(found, PledgeStatus.ABANDONED, by=By.SCHEDULER, cause="too_late")
            await _release_reward(found)
            await let_method_go(found.campaign, saved.method_ref)
            await tell(found, "pledge_too_late")
            return found.status
        await move(
            found, PledgeStatus.CONFIRMED, by=By.GATEWAY, cause="method_saved", method_ref=saved.method_ref,
            method_label=saved.method_label, customer_ref=saved.customer_ref, confirmed_at=saved.at,
            method_ends_on=saved.method_ends_on,
        )  # fmt: skip
        await keep_need(found.campaign_id)
        await tell(found, "pledge_confirmed", amount_cents=found.amount_cents, tip_cents=found.tip_cents)
        await jobs.enqueue("pledge_confirmed", key=f"pledge-{found.id}", pledge_id=found.id)
    return found.status


async def _count(found: Pledge, at: datetime) -> bool:
    """Add a promise to the public total while its campaign is not decided; suspension freezes its deadline."""
    in_time = Q(deadline__gte=at) | Q(status=CampaignStatus.SUSPENDED)
    campaign = Campaign.filter(in_time, id=found.campaign_id, status__in=COUNTING, decided_at__isnull=True)
    if not await campaign.update(confirmed_cents=F("confirmed_cents") + found.amount_cents):
        return False
    if not await _gives_otherwise(found):
        await Campaign.filter(id=found.campaign_id).update(backers_count=F("backers_count") + 1)
    return True


async def _gives_otherwise(found: Pledge) -> bool:
    """Whether the same person has another promise standing, or gave by hand: people are counted once."""
    others = Pledge.filter(campaign_id=found.campaign_id, person_id=found.person_id, status__in=STANDING)
    if await others.exclude(id=found.id).exists():
        return True
    return any([await other(found.campaign_id, found.person_id) for other in slots.gives_otherwise])


@retrying
async def cancel(found: Pledge) -> None:
    """The backer takes her promise back, until the deadline. Raises Gone afterwards; harmless when repeated."""
    async with transaction():
        open_still = await undecided(found).update(updated_at=clock.now())
        # read again under the lock: another tab changed it, or a first turn was rolled back
        await found.refresh_from_db(fields=["status", "amount_cents", "method_ref", "reward_id"])
        if found.status == PledgeStatus.CANCELLED:
            return
        if not open_still:
            raise Gone(_("La collecte est terminée : cette promesse ne s’annule plus ici. Écrivez à l’équipe."))
        await move(found, PledgeStatus.CANCELLED, by=By.BACKER, cause="link", actor_id=found.person_id)
        await _uncount(found)
        await tell(found, "pledge_cancelled", amount_cents=found.amount_cents)


def undecided(found: Pledge) -> QuerySet[Campaign]:
    """The promise's campaign while its backer may still change her mind."""
    in_time = Q(deadline__gt=clock.now()) | Q(status=CampaignStatus.SUSPENDED)
    return Campaign.filter(in_time, id=found.campaign_id, status__in=COUNTING, decided_at__isnull=True)


def ask_until(found: Pledge) -> datetime | None:
    """Until when a gift that was charged at once goes back on demand, UTC (CIVIC_CHANGE_OF_MIND_DAYS)."""
    if found.campaign.goal != GoalKind.FLEXIBLE or found.collected_at is None:
        return None
    return found.collected_at + timedelta(days=settings().change_of_mind_days)


async def may_ask_back(found: Pledge) -> bool:
    """Whether its backer may still have it back by herself: what was paid here, never a cheque."""
    until = ask_until(found)
    if found.status != PledgeStatus.COLLECTED or until is None or clock.now() >= until:
        return False
    return bool(await database.fetch_all(_PAID_HERE, [found.id]))


@retrying
async def ask_back(found: Pledge) -> None:
    """The backer changes her mind about a gift charged at once: fact `refund_wanted`. Harmless when repeated.

    Raises Gone once the stated delay is over.
    """
    async with transaction():
        await Campaign.filter(id=found.campaign_id).update(updated_at=clock.now())
        await found.refresh_from_db(fields=["status"])
        if found.status in (PledgeStatus.REFUND_PENDING, PledgeStatus.REFUNDED):
            return
        if not await may_ask_back(found):
            raise Gone(_("Le délai pour changer d’avis est passé. Écrivez à l’équipe, elle vous répondra."))
        await move(found, PledgeStatus.REFUND_PENDING, by=By.BACKER, cause="changed_her_mind", actor_id=found.person_id)
        turn = await PledgeChange.filter(pledge_id=found.id).count()  # her first refund may have failed: she asks again
        await jobs.enqueue("refund_wanted", key=f"pledge-{found.id}-{turn}", pledge_id=found.id)


async def release(found: Pledge, cause: str) -> None:
    """Let a confirmed promise go without charging it (campaign failed or cancelled); its method is detached."""
    async with transaction():
        await move(found, PledgeStatus.RELEASED, by=By.SCHEDULER, cause=cause)
        await _uncount(found)


async def _uncount(found: Pledge) -> None:
    """Take a promise out of the totals, give its reward back, and let its method go."""
    await Campaign.filter(id=found.campaign_id).update(confirmed_cents=F("confirmed_cents") - found.amount_cents)
    if not await _gives_otherwise(found):
        await Campaign.filter(id=found.campaign_id).update(backers_count=F("backers_count") - 1)
    await _release_reward(found)
    await let_method_go(await Campaign.get(id=found.campaign_id), found.method_ref)
    await keep_need(found.campaign_id)
    await jobs.enqueue("pledge_changed", key=f"pledge-{found.id}-{found.status.value}", pledge_id=found.id)


@retrying
async def abandon(found: Pledge, cause: str) -> None:
    """A promise whose hosted page was never finished: its reward is free again, its page is closed."""
    async with transaction():
        await move(found, PledgeStatus.ABANDONED, by=By.SCHEDULER, cause=cause)
        await _release_reward(found)
        if found.session_ref:
            await jobs.enqueue(
                "pledge_abandoned", key=f"pledge-{found.id}", pledge_id=found.id, session_ref=found.session_ref
            )


async def _release_reward(found: Pledge) -> None:
    await free_reward(found.reward_id)


async def free_reward(reward_id: int | None) -> None:
    """Give one back to a reward's stock; None is no reward."""
    if reward_id:
        await Reward.filter(id=reward_id, taken__gt=0).update(taken=F("taken") - 1)


async def let_method_go(campaign: Campaign, method_ref: str) -> None:
    """Have a saved method taken off its customer, at the account where the campaign's money is; "" is none."""
    if method_ref:
        await jobs.enqueue("method_unneeded", key=method_ref, method_ref=method_ref, account=campaign.account_ref)


async def tell(found: Pledge, name: str, occasion: str = "", **context: Any) -> None:
    """Write the mail `campaigns/{name}` to the backer, once per promise, message and occasion."""
    person, campaign = found.person, found.campaign
    if not person.email:
        return
    with speaking(person.locale):
        debit_on = day(campaign.deadline) if campaign.deadline else ""
        last_day = day(campaign.last_day) if campaign.last_day else ""
    await mail.send(
        f"campaigns/{name}", to=person.email, key=f"{name}-{found.id}{occasion}", locale=person.locale,
        title=campaign.title, slug=campaign.slug, token=links.make(MANAGE, found.id), reference=reference(found),
        minimum_cents=campaign.needed_cents, debit_on=debit_on, last_day=last_day, **context,
    )  # fmt: skip


def reference(found: Pledge) -> str:
    """How a person names her promise to the team."""
    return f"P-{found.id:06d}"
