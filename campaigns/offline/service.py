"""What a lead does with money at a market stall: enter several gifts at once, put one right, withdraw it."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError

from campaigns.identity import DonorForm
from campaigns.lifecycle.models import Campaign, Reward
from campaigns.lifecycle.transitions import By, NotNow
from campaigns.offline import donors, queries, references
from campaigns.offline.models import COUNTING, OPEN, Mode, OfflineChange, OfflineGift, OfflineSlip, OfflineStatus
from campaigns.offline.transitions import move, note
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import free_reward
from civic import clock, mail
from civic.database import retrying, transaction
from civic.errors import DomainError, Gone, Invalid
from civic.i18n import _
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person
from civic.people.service import audit
from civic.web.formats import money

PROMISE_LIFE = timedelta(days=30)
"""A promise of cash or a cheque that nobody has received for so long is forgotten."""


@dataclass(slots=True, frozen=True)
class Entry:
    """One line of the stall's form. Cents; no mode means promised only. `number` is a slip's or a promise's reference.

    `commune` is an INSEE code.
    `number`: « B-000123 » names the slip a donor filled in, « P-000123 » the promise of a backer whose card failed.
    `public_name`: the name under which she agrees to be thanked. `identity`: who she is for a tax receipt. `row`: the
    line of the form, to say where a mistake is.
    """

    donor_name: str
    amount_cents: int
    mode: Mode | None = None
    received_on: date | None = None
    reference: str = ""
    email: str = ""
    number: str = ""
    public_name: str = ""
    amount_hidden: bool = False
    identity: DonorForm | None = None
    row: int = 0
    commune: str | None = None


async def enter(campaign: Campaign, actor: Actor, entries: list[Entry], key: str) -> list[OfflineGift]:
    """Keep the lines of one form, all or none; the same form again answers the same gifts, unless it says something
    else now (its page was kept by the browser). Nothing counts yet.

    Raises Invalid with the field of the line that is wrong (`number_2`), Gone when the campaign is over.
    """
    key = hashlib.sha256(f"{key} {campaign.id} {actor.hand.id} {entries!r}".encode()).hexdigest()
    known = await OfflineGift.filter(form_key=key).order_by("line")
    if known:
        return known
    try:
        return await _enter(campaign, actor, entries, key)
    except IntegrityError:  # a double click: the other one was kept
        twins = await OfflineGift.filter(form_key=key).order_by("line")
        if not twins:
            raise DomainError(_("Un de ces numéros vient d’être saisi par quelqu’un d’autre.")) from None
        return twins


@retrying
async def _enter(campaign: Campaign, actor: Actor, entries: list[Entry], key: str) -> list[OfflineGift]:
    async with transaction():
        open_now = Campaign.filter(id=campaign.id, status__in=list(queries.ENTERING))
        if not await open_now.update(updated_at=clock.now()):
            raise Gone(_("Cette collecte est terminée : on n’y saisit plus d’argent."))
        return [await _keep(campaign, actor, entry, key, line) for line, entry in enumerate(entries, 1)]


async def _keep(campaign: Campaign, actor: Actor, entry: Entry, key: str, line: int) -> OfflineGift:
    field = f"number_{entry.row or line}"
    if announced := await queries.announced_under(campaign.id, entry.number):
        return await _receive(announced, actor, entry, field)
    slip, pledge = await _named(campaign, actor, entry, field)
    person, writer, present = await _donor(entry, pledge), actor.hand, clock.now()
    status = OfflineStatus.RECEIVED if entry.mode else OfflineStatus.PROMISED
    gift = await OfflineGift.create(
        campaign_id=campaign.id, status=status, mode=entry.mode, amount_cents=entry.amount_cents,
        received_on=entry.received_on if entry.mode else None, reference=entry.reference,
        donor_name=pledge.person.name if pledge else entry.donor_name, email=entry.email,
        anonymous=pledge.anonymous if pledge else not entry.public_name,
        public_name="" if pledge else entry.public_name,
        amount_hidden=not pledge and entry.amount_hidden, person=person, pledge=pledge, slip=slip,
        commune_id=entry.commune, form_key=key, line=line, recorded_by=writer, created_at=present, updated_at=present,
    )  # fmt: skip
    if entry.identity:
        await donors.keep_identity(gift, entry.identity, writer.id)
    await note(gift.id, "", status.value, "entered", writer.id)
    return gift


async def _receive(gift: OfflineGift, actor: Actor, entry: Entry, field: str) -> OfflineGift:
    """A line that names what a backer announced: it has come; the same line again changes nothing. Raises Invalid."""
    same = (gift.amount_cents, gift.mode, gift.recorded_by_id) == (entry.amount_cents, entry.mode, actor.hand.id)
    if gift.status == OfflineStatus.RECEIVED and same:
        return gift
    if entry.mode is None:
        raise Invalid(_("Ce don est déjà annoncé : choisissez comment vous l’avez reçu."), field=field)
    if gift.status not in (OfflineStatus.PROMISED, OfflineStatus.EXPIRED):
        raise Invalid(await references.why_not(gift.campaign, actor, gift.code), field=field)
    await change(gift, actor, entry, unseen=True)
    return gift


async def _donor(entry: Entry, pledge: Pledge | None) -> Person | None:
    if pledge:
        return pledge.person
    return await people.meet(entry.donor_name, entry.email) if entry.email else None


async def _named(
    campaign: Campaign, actor: Actor, entry: Entry, field: str
) -> tuple[OfflineSlip | None, Pledge | None]:
    """The slip or the promise whose number a line gives. Raises Invalid that says what became of it."""
    if not entry.number:
        return None, None
    found = queries.references_in(entry.number)
    letter, number = found[0] if len(found) == 1 else ("", 0)
    if letter == "P":
        pledge = await Pledge.get_or_none(id=number, campaign_id=campaign.id).select_related("person")
        entered = OfflineGift.filter(pledge_id=number, status__in=[*OPEN, *COUNTING])
        if pledge and pledge.status == PledgeStatus.SWITCHED_OFFLINE and not await entered.exists():
            return None, _of_its_amount(pledge, actor, entry, field)
    if why := await references.why_not(campaign, actor, entry.number):
        raise Invalid(why, field=field)
    return await OfflineSlip.get(id=number, campaign_id=campaign.id), None


def _of_its_amount(pledge: Pledge, actor: Actor, entry: Entry, field: str) -> Pledge:
    if pledge.amount_cents != entry.amount_cents:
        if pledge.amount_hidden and not queries.may_verify(actor):
            said = _("Ce n’est pas le montant de cette promesse. Relisez le chèque, ou remettez-le à la trésorerie.")
            raise Invalid(said, field=field)
        raise Invalid(_("Cette promesse est de %(amount)s.", amount=money(pledge.amount_cents)), field=field)
    return pledge


@retrying
async def change(gift: OfflineGift, actor: Actor, entry: Entry, *, unseen: bool = False) -> None:
    """Put a gift right before anybody has verified it; a promise whose money has come is received by it.

    One that the treasury sent back is received again. Whoever changes it becomes the one who recorded it, so that
    somebody else still verifies. `unseen`: she was not shown the donor, what she leaves empty stays. Raises NotNow,
    Invalid.
    """
    if gift.pledge_id and entry.amount_cents != gift.amount_cents:
        raise Invalid(_("Le montant est celui de la promesse : il ne change pas ici."), field="amount")
    unseen = unseen or gift.due_on is not None  # what she announced herself stays as she wrote it
    if gift.status != OfflineStatus.PROMISED and entry.mode is None:
        raise Invalid(_("Ce don est déjà reçu. S’il ne l’est pas, retirez-le et saisissez une promesse."), field="mode")
    entry, ending = (_kept(gift, entry), queries.UNSEEN) if unseen else (entry, "")
    async with transaction():
        values = await _corrected(gift, actor, entry)
        values |= await _reward_kept(gift, entry)
        if entry.mode and gift.status != OfflineStatus.RECEIVED:
            arrives = gift.status in (OfflineStatus.PROMISED, OfflineStatus.EXPIRED)
            cause = "received" if arrives else _changed(gift, entry)
            await move(gift, OfflineStatus.RECEIVED, by=By.LEAD, cause=cause + ending, actor_id=actor.hand.id, **values)
        else:
            same = OfflineGift.filter(
                id=gift.id, status=gift.status, amount_cents=gift.amount_cents, reward_id=gift.reward_id
            )
            if not await same.update(updated_at=clock.now(), **values):
                raise DomainError(_("Ce don a déjà changé d’état. Rechargez la page."))
            await note(gift.id, gift.status.value, gift.status.value, _changed(gift, entry) + ending, actor.hand.id)
        if entry.identity or not unseen:
            await donors.keep_identity(gift, entry.identity, actor.hand.id)


def _kept(gift: OfflineGift, entry: Entry) -> Entry:
    """What somebody corrects without seeing the donor, who stays anonymous; a field left empty keeps what it held."""
    return replace(
        entry, donor_name=entry.donor_name or gift.donor_name, email=entry.email or gift.email, public_name="",
        amount_hidden=gift.amount_hidden, commune=entry.commune or gift.commune_id,
    )  # fmt: skip


async def _corrected(gift: OfflineGift, actor: Actor, entry: Entry) -> dict[str, Any]:
    """The fields of a corrected gift; those of a promise stay the backer's."""
    values: dict[str, Any] = {
        "amount_cents": entry.amount_cents, "mode": entry.mode, "reference": entry.reference,
        "received_on": entry.received_on if entry.mode else None, "recorded_by_id": actor.hand.id,
        "commune_id": entry.commune,
    }  # fmt: skip
    if gift.pledge_id or gift.due_on:
        return values
    person = await people.meet(entry.donor_name, entry.email) if entry.email else None
    return values | {
        "donor_name": entry.donor_name, "email": entry.email, "person_id": person.id if person else None,
        "anonymous": not entry.public_name, "public_name": entry.public_name, "amount_hidden": entry.amount_hidden,
    }  # fmt: skip


async def _reward_kept(gift: OfflineGift, entry: Entry) -> dict[str, Any]:
    """A cheque of less than its reward asks for comes without it: the reward is free again."""
    if gift.reward_id is None or not await Reward.filter(id=gift.reward_id, from_cents__gt=entry.amount_cents).exists():
        return {}
    await free_reward(gift.reward_id)
    return {"reward_id": None, "held_until": None}


def _changed(gift: OfflineGift, entry: Entry) -> str:
    return f"changed, {gift.amount_cents} to {entry.amount_cents} cents"


@retrying
async def number_cheque(gift: OfflineGift, team: Actor, reference: str) -> None:
    """The treasury writes the bank and the number that nobody noted when a cheque came, before the bank takes it.

    Neither amount nor donor changes: whoever verified it need not again. Raises NotNow once it is banked or numbered.
    """
    queries.must_supervise(team)
    async with transaction():
        bare = OfflineGift.filter(id=gift.id, mode=Mode.CHEQUE, reference="", status__in=queries.IN_HAND)
        if not await bare.update(reference=reference, updated_at=clock.now()):
            raise NotNow(_("Ce chèque a déjà un numéro, ou il n’est plus en main. Rechargez la page."))
        await note(gift.id, gift.status.value, gift.status.value, "cheque numbered", team.hand.id)


async def withdraw(gift: OfflineGift, actor: Actor) -> None:
    """Take out a line that was entered by mistake; it stays in the history. Raises NotNow once it is verified."""
    await move(gift, OfflineStatus.WITHDRAWN, by=By.LEAD, cause="withdrawn", actor_id=actor.hand.id)


async def send_back(gift: OfflineGift, team: Actor, why: str) -> None:
    """The treasury does not recognise a gift: whoever entered it corrects it or takes it out. Raises NotNow."""
    queries.must_supervise(team)
    async with transaction():
        await move(gift, OfflineStatus.SENT_BACK, by=By.TEAM, cause=why, actor_id=team.hand.id)
        await audit(team, "offline_sent_back", f"offline_gift:{gift.id}", why=why[:200], cents=gift.amount_cents)
        writer = await Person.get(id=gift.recorded_by_id)
        if writer.email:
            turn = await OfflineChange.filter(gift_id=gift.id, after=OfflineStatus.SENT_BACK.value).count()
            await mail.send(
                "campaigns/offline_sent_back", to=writer.email, key=f"offline-sent-back-{gift.id}-{turn}",
                locale=writer.locale, person=writer.name, title=gift.campaign.title, slug=gift.campaign.slug,
                amount_cents=gift.amount_cents, reference=gift.code, reason=why, id=gift.id,
            )  # fmt: skip


async def strike(gift: OfflineGift, team: Actor, why: str) -> None:
    """« Saisie par erreur »: the treasury takes out a gift that nobody verified; it never counted. Raises NotNow."""
    queries.must_supervise(team)
    async with transaction():
        await move(gift, OfflineStatus.WITHDRAWN, by=By.TEAM, cause=why, actor_id=team.hand.id)
        await audit(team, "offline_withdrawn", f"offline_gift:{gift.id}", why=why[:200], cents=gift.amount_cents)


async def expire_due(**_payload: object) -> None:
    """Every night: promises of a month ago that nobody received, and those of campaigns that are over."""
    waiting = OfflineGift.filter(status=OfflineStatus.PROMISED, due_on__isnull=True)  # hers: promising.sweep
    old = waiting.filter(created_at__lte=clock.now() - PROMISE_LIFE)
    over = waiting.exclude(campaign__status__in=list(queries.ENTERING))
    for gift in [*await old.limit(500), *await over.limit(500)]:
        if gift.status == OfflineStatus.PROMISED and not await _gone(gift):
            await move(gift, OfflineStatus.EXPIRED, by=By.SCHEDULER, cause="not_received")


async def _gone(gift: OfflineGift) -> bool:
    return not await OfflineGift.filter(id=gift.id, status=OfflineStatus.PROMISED).exists()
