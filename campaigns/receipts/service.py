"""The verbs of receipts: tell who one is, issue, void, send again. Numbers are given under their series' row lock."""

from typing import Any

from tortoise.exceptions import IntegrityError

from campaigns.identity import Identity
from campaigns.offline import donors
from campaigns.offline.models import OfflineChange, OfflineGift
from campaigns.pledges.models import Pledge
from campaigns.receipts import queries, subjects
from campaigns.receipts.eligibility import Gift, refusal
from campaigns.receipts.forms import DonorForm
from campaigns.receipts.models import Donor, DonorKind, Receipt
from campaigns.receipts.subjects import Subject
from campaigns.settlement.crash import crash_point
from civic import clock, database, mail
from civic.database import retrying, transaction
from civic.errors import DomainError
from civic.i18n import _, speaking
from civic.people.actor import Actor
from civic.people.service import audit
from civic.settings import settings

_NEXT = """INSERT INTO receipt_series (issuer, year, highest) VALUES (?, ?, 1)
ON CONFLICT (issuer, year) DO UPDATE SET highest = receipt_series.highest + 1 RETURNING highest"""
_HOLD_GIFT = "UPDATE offline_gift SET updated_at = updated_at WHERE id = ?"
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


async def tell_by_hand(gift_id: int, form: DonorForm, told_by: int | None) -> None:
    """Keep who gave by hand: by the treasurer, or by the donor's own link (`told_by` None). Raises NotFound."""
    async with transaction():
        await database.execute(_HOLD_GIFT, [gift_id])
        gift = await OfflineGift.get(id=gift_id)
        await donors.keep_identity(gift, form, told_by)
        note = "identity told" if told_by else "identity told by the donor"
        await OfflineChange.create(
            gift_id=gift_id, before=gift.status.value, after=gift.status.value, cause=note, actor_id=told_by,
            at=clock.now(),
        )  # fmt: skip


async def issue(pledge_id: int, actor: Actor | None = None, *, quietly: bool = False) -> Receipt:
    """Issue the receipt of a promise that was paid, once: again answers the same one, until it is voided.

    Raises NoReceipt when the gift is not eligible or its donor has not said who she is. `quietly`: a month of a monthly
    support, whose giver is not written to every month.
    """
    return await _issue(actor, pledge_id=pledge_id, quietly=quietly)


async def issue_by_hand(gift_id: int, actor: Actor | None = None) -> Receipt:
    """The same for a gift by hand: a cheque, cash, a transfer without a promise behind it."""
    return await _issue(actor, gift_id=gift_id)


@retrying
async def _issue(
    actor: Actor | None, *, pledge_id: int | None = None, gift_id: int | None = None, quietly: bool = False
) -> Receipt:
    try:
        async with transaction():
            await database.execute(_HOLD_GIFT if gift_id else _HOLD, [gift_id or pledge_id])
            standing = await queries.standing(pledge_id=pledge_id, gift_id=gift_id)
            if standing:
                return standing
            found = subjects.of_gift(gift_id) if gift_id else subjects.of_pledge(pledge_id or 0)
            return await _issued(await found, actor, quietly)
    except IntegrityError:
        standing = await queries.standing(pledge_id=pledge_id, gift_id=gift_id)
        if standing is None:
            raise
        return standing


async def _issued(subject: Subject, actor: Actor | None, quietly: bool) -> Receipt:
    if why := refusal(subject.facts):
        raise NoReceipt(why)
    if subject.identity is None:
        raise NoReceipt(_("Il manque votre nom et votre adresse pour établir le reçu."))
    turn = await Receipt.filter(**subject.of, voids_id=None).count() + 1
    receipt = await _numbered(
        subject, subject.identity.kind, turn=turn, actor=actor, facts=subject.facts, donor_key=subject.identity.key,
        content=_content(subject, subject.identity),
    )  # fmt: skip
    if not quietly:
        await _write(subject, receipt, "receipt_ready", f"receipt-{receipt.id}")
    crash_point("receipt_written")
    return receipt


async def _numbered(
    subject: Subject, kind: DonorKind, *, turn: int, actor: Actor | None, facts: Gift, content: dict[str, str],
    donor_key: str, voids: Receipt | None = None, reason: str = "",
) -> Receipt:  # fmt: skip
    """The next number of this year: taken and used in one transaction, so that none is ever missing."""
    assert facts.received_on
    present = clock.now()
    issuer, year = settings().receipt_number, clock.local(present).year
    number = int((await database.fetch_all(_NEXT, [issuer, year]))[0]["highest"])
    receipt = await Receipt.create(
        issuer=issuer, year=year, number=number, **subject.of, turn=turn,
        person_id=subject.person.id if subject.person else None, donor_key=donor_key, kind=kind,
        amount_cents=facts.amount_cents, given_on=facts.received_on, issued_at=present, voids=voids, reason=reason,
        actor_id=actor.person.id if actor else None, content=content,
    )  # fmt: skip
    crash_point("receipt_numbered")
    return receipt


def _content(subject: Subject, donor: Identity) -> dict[str, str]:
    """Everything the paper says, in French as the tax office reads it, kept as it is today."""
    current, facts = settings(), subject.facts
    with speaking("fr"):
        paid = subjects.paid_by(subject)
    return {
        "issuer": current.receipt_issuer, "issuer_address": current.receipt_address,
        "issuer_number": current.receipt_number, "issuer_purpose": current.receipt_purpose,
        "issuer_category": current.receipt_category, "ground": current.receipt_ground,
        "ground_on": str(current.receipt_ground_on), "signatory": current.receipt_signatory,
        "donor": donor.name, "legal_form": donor.legal_form, "number": donor.number, "street": donor.street,
        "postcode": donor.postcode, "city": donor.city, "country": donor.country, "paid_by": paid,
        "campaign": subject.campaign.title, "reference": subject.reference, "words": in_words(facts.amount_cents),
        "reward": subject.reward, "reward_cents": str(facts.reward_value_cents),
    }  # fmt: skip


def in_words(cents: int) -> str:
    """« mille deux cent cinquante euros et cinquante centimes », as Cerfa 11580 asks."""
    from num2words import num2words  # 3 MB for forty languages: loaded at the first receipt

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
        await database.execute(_HOLD_GIFT if receipt.gift_id else _HOLD, [receipt.gift_id or receipt.pledge_id])
        done = await Receipt.get_or_none(voids_id=receipt.id)
        if done:
            return done
        subject = await subjects.of_receipt(receipt)
        facts = Gift(receipt.amount_cents, receipt.content["issuer"], receipt.given_on)
        undone = await _numbered(
            subject, receipt.kind, turn=receipt.turn, actor=actor, facts=facts, content=receipt.content, voids=receipt,
            reason=reason, donor_key=receipt.donor_key,
        )  # fmt: skip
        await audit(actor, "receipt_voided", f"receipt:{receipt.id}", number=receipt.label, reason=reason)
        await _write(subject, undone, "receipt_voided", f"void-{undone.id}", voided=receipt.label, reason=reason)
    return undone


async def send_again(receipt: Receipt, actor: Actor) -> None:
    """Write to the donor again where her receipt is. Raises NoReceipt when she left no address."""
    subject = await subjects.of_receipt(receipt)
    if not subject.person or not subject.person.email:
        raise NoReceipt(_("Cette personne n’a pas laissé d’adresse : imprimez son reçu."))
    async with transaction():
        key = f"receipt-again-{receipt.id}-{int(clock.now().timestamp()) // 60}"
        await _write(subject, receipt, "receipt_ready", key)
        await audit(actor, "receipt_sent_again", f"receipt:{receipt.id}")


async def _write(subject: Subject, receipt: Receipt, name: str, key: str, **context: Any) -> None:
    person = subject.person
    if person is None or not person.email:
        return
    await mail.send(
        f"campaigns/{name}", to=person.email, key=key, locale=person.locale, person=person.name,
        title=subject.campaign.title, amount_cents=receipt.amount_cents, number=receipt.label, token=subject.token,
        by_hand=subject.by_hand, **context,
    )  # fmt: skip
