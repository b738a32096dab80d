"""The verbs of receipts: tell who one is, issue, void, send again. Numbers are given under their series' row lock."""

from typing import Any

from num2words import num2words
from tortoise.exceptions import IntegrityError

from campaigns import tax
from campaigns.pledges.models import Pledge
from campaigns.pledges.queries import MANAGE
from campaigns.pledges.service import reference
from campaigns.receipts import queries
from campaigns.receipts.eligibility import Gift, refusal
from campaigns.receipts.forms import DonorForm
from campaigns.receipts.models import Donor, DonorKind, Receipt
from campaigns.settlement.crash import crash_point
from civic import clock, database, mail
from civic.database import retrying, transaction
from civic.errors import DomainError
from civic.i18n import _, speaking
from civic.people import links
from civic.people.actor import Actor
from civic.people.service import audit
from civic.settings import settings

_NEXT = """INSERT INTO receipt_series (issuer, year, highest) VALUES (?, ?, 1)
ON CONFLICT (issuer, year) DO UPDATE SET highest = receipt_series.highest + 1 RETURNING highest"""
_HOLD = "UPDATE pledge SET updated_at = updated_at WHERE id = ?"


class NoReceipt(DomainError):
    """The law, or what is missing, does not allow a receipt; the message says why."""


async def tell_identity(pledge: Pledge, form: DonorForm) -> Donor:
    """Keep who a backer is for the tax office; the receipts she has keep what they say."""
    values: dict[str, Any] = form.model_dump() | {"updated_at": clock.now()}
    known = Donor.filter(person_id=pledge.person_id)
    if not await known.update(**values):
        try:
            await Donor.create(person_id=pledge.person_id, **values)
        except IntegrityError:  # a double click: the other one was kept
            await known.update(**values)
    return await Donor.get(person_id=pledge.person_id)


@retrying
async def issue(pledge_id: int, actor: Actor | None = None) -> Receipt:
    """Issue the receipt of a gift, once: again answers the same one, until it is voided.

    Raises NoReceipt when the gift is not eligible or its donor has not said who she is.
    """
    try:
        async with transaction():
            await database.execute(_HOLD, [pledge_id])
            standing = await queries.receipt_of(pledge_id)
            return standing or await _issue(await queries.gift(pledge_id), actor)
    except IntegrityError:
        standing = await queries.receipt_of(pledge_id)
        if standing is None:
            raise
        return standing


async def _issue(pledge: Pledge, actor: Actor | None) -> Receipt:
    donor = await queries.donor_of(pledge.person_id)
    facts = await queries.facts_of(pledge, donor)
    if why := refusal(facts):
        raise NoReceipt(why)
    if donor is None:
        raise NoReceipt(_("Il manque votre nom et votre adresse pour établir le reçu."))
    turn = await Receipt.filter(pledge_id=pledge.id, voids_id=None).count() + 1
    receipt = await _numbered(
        pledge, donor.kind, turn=turn, actor=actor, facts=facts, content=await _content(pledge, donor, facts)
    )
    await _write(pledge, receipt, "receipt_ready", f"receipt-{receipt.id}")
    crash_point("receipt_written")
    return receipt


async def _numbered(
    pledge: Pledge, kind: DonorKind, *, turn: int, actor: Actor | None, facts: Gift, content: dict[str, str],
    voids: Receipt | None = None, reason: str = "",
) -> Receipt:  # fmt: skip
    """The next number of this year: taken and used in one transaction, so that none is ever missing."""
    assert facts.received_on
    present = clock.now()
    issuer, year = settings().receipt_number, clock.local(present).year
    number = int((await database.fetch_all(_NEXT, [issuer, year]))[0]["highest"])
    receipt = await Receipt.create(
        issuer=issuer, year=year, number=number, pledge_id=pledge.id, turn=turn, person_id=pledge.person_id, kind=kind,
        amount_cents=facts.amount_cents, given_on=facts.received_on, issued_at=present, voids=voids, reason=reason,
        actor_id=actor.person.id if actor else None, content=content,
    )  # fmt: skip
    crash_point("receipt_numbered")
    return receipt


async def _content(pledge: Pledge, donor: Donor, facts: Gift) -> dict[str, str]:
    """Everything the paper says, in French as the tax office reads it, kept as it is today."""
    current = settings()
    with speaking("fr"):
        paid = await queries.paid_by(pledge)
    return {
        "issuer": current.receipt_issuer, "issuer_address": current.receipt_address,
        "issuer_number": current.receipt_number, "issuer_purpose": current.receipt_purpose,
        "issuer_category": current.receipt_category, "ground": current.receipt_ground,
        "ground_on": str(current.receipt_ground_on), "signatory": current.receipt_signatory,
        "donor": donor.name, "legal_form": donor.legal_form, "number": donor.number, "street": donor.street,
        "postcode": donor.postcode, "city": donor.city, "country": donor.country, "paid_by": paid,
        "campaign": pledge.campaign.title, "reference": reference(pledge), "words": in_words(facts.amount_cents),
        "reward": pledge.reward.title if pledge.reward else "", "reward_cents": str(facts.reward_value_cents),
    }  # fmt: skip


def in_words(cents: int) -> str:
    """« mille deux cent cinquante euros et cinquante centimes », as Cerfa 11580 asks."""
    euros = num2words(cents // 100, lang="fr")
    of = "euro" if cents // 100 < 2 else "d’euros" if euros.endswith(("million", "millions")) else "euros"
    rest = cents % 100
    tail = f" et {num2words(rest, lang='fr')} centime{'s' if rest > 1 else ''}" if rest else ""
    return f"{euros} {of}{tail}"


@retrying
async def void(receipt: Receipt, reason: str, actor: Actor | None = None) -> Receipt:
    """Take a receipt back: the void has a number of its own and names the one it voids. Once; again answers the same.

    A receipt voided by nobody in particular follows a refund.
    """
    async with transaction():
        await database.execute(_HOLD, [receipt.pledge_id])
        done = await Receipt.get_or_none(voids_id=receipt.id)
        if done:
            return done
        pledge = await queries.gift(receipt.pledge_id)
        facts = Gift(receipt.amount_cents, receipt.content["issuer"], receipt.given_on)
        undone = await _numbered(
            pledge, receipt.kind, turn=receipt.turn, actor=actor, facts=facts, content=receipt.content, voids=receipt,
            reason=reason,
        )  # fmt: skip
        await audit(actor, "receipt_voided", f"receipt:{receipt.id}", number=receipt.label, reason=reason)
        await _write(pledge, undone, "receipt_voided", f"void-{undone.id}", voided=receipt.label, reason=reason)
    return undone


async def send_again(receipt: Receipt, actor: Actor) -> None:
    """Write to the donor again where her receipt is."""
    pledge = await queries.gift(receipt.pledge_id)
    async with transaction():
        key = f"receipt-again-{receipt.id}-{int(clock.now().timestamp()) // 60}"
        await _write(pledge, receipt, "receipt_ready", key)
        await audit(actor, "receipt_sent_again", f"receipt:{receipt.id}")


async def _write(pledge: Pledge, receipt: Receipt, name: str, key: str, **context: Any) -> None:
    if not pledge.person.email:
        return
    await mail.send(
        f"campaigns/{name}", to=pledge.person.email, key=key, locale=pledge.person.locale,
        person=pledge.person.name, title=pledge.campaign.title, amount_cents=receipt.amount_cents,
        number=receipt.label, token=links.make(MANAGE, pledge.id), **context,
    )  # fmt: skip


def may_deduct(cents: int, kind: DonorKind, gift: Gift) -> int:
    """What the tax office gives back for a gift at most, in cents; the donor's own ceilings are hers to check."""
    day = gift.received_on or clock.today()
    percent = tax.rates_on(day).company_percent if kind == DonorKind.COMPANY else tax.person_percent(day)
    return cents * percent // 100
