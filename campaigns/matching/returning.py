"""Money that is owed back to a matcher: its match was lowered after it had paid. Two persons, then it is booked.

Owed is what was received, less what went back already, less what its matches are now worth.
"""

from dataclasses import dataclass
from datetime import date

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.matching import letters, service
from campaigns.matching.models import MatchAgreement, MatchReturn, PaymentState
from civic import clock, database
from civic.database import retrying, transaction
from civic.errors import DomainError, Forbidden, Invalid
from civic.i18n import _
from civic.people.actor import Actor, must_be_another
from civic.people.service import audit
from civic.web.formats import money

_OWED = """SELECT o.id, o.owed FROM (SELECT a.id, a.received_at, SUM(p.amount_cents) - a.reserved_cents
- COALESCE((SELECT SUM(r.amount_cents) FROM match_return r WHERE r.agreement_id = a.id AND r.state = 'confirmed'), 0)
AS owed FROM match_agreement a JOIN match_payment p ON p.agreement_id = a.id AND p.state = 'confirmed'
{which} GROUP BY a.id, a.received_at, a.reserved_cents) o WHERE o.owed > 0 ORDER BY o.id LIMIT 100"""


@dataclass(slots=True, frozen=True)
class Owed:
    """An agreement (with campaign and matcher), what is owed back in cents, and the return that waits, if any."""

    agreement: MatchAgreement
    cents: int
    waiting: MatchReturn | None


async def owed_to(agreement_id: int) -> int:
    """What a matcher gets back for one agreement, in cents."""
    rows = await database.fetch_all(_OWED.format(which="WHERE a.id = ?"), [agreement_id])
    return int(rows[0]["owed"]) if rows else 0


async def all_owed() -> list[Owed]:
    """Every agreement with money to give back, the oldest first."""
    cents = {int(row["id"]): int(row["owed"]) for row in await database.fetch_all(_OWED.format(which=""), [])}
    if not cents:
        return []
    rows = MatchAgreement.filter(id__in=list(cents)).order_by("id")
    found = await rows.select_related("campaign", "fund", "fund__organisation")
    waiting = MatchReturn.filter(agreement_id__in=list(cents), state=PaymentState.ENTERED)
    by_agreement = {row.agreement_id: row for row in await waiting.select_related("requested_by")}
    return [Owed(agreement, cents[agreement.id], by_agreement.get(agreement.id)) for agreement in found]


async def returns_of(agreement_id: int) -> list[MatchReturn]:
    """What went back, or waits for its second person, the oldest first."""
    rows = MatchReturn.filter(agreement_id=agreement_id).exclude(state=PaymentState.REFUSED).order_by("id")
    return await rows.select_related("requested_by", "approved_by")


@retrying
async def enter(agreement: MatchAgreement, actor: Actor, cents: int, on: date, reference: str) -> MatchReturn:
    """Write down the transfer back to the matcher, in cents, as the bank statement says; nothing is booked yet.

    Raises Invalid for more than is owed or a day to come, DomainError when one waits already.
    """
    if on > clock.today():
        raise Invalid(_("Ce jour n’est pas encore venu. Écrivez la date du relevé de compte."), field="returned_on")
    async with transaction():
        await service.hold_campaign(agreement.campaign_id)
        await _within(agreement.id, cents)
        if await MatchReturn.filter(agreement_id=agreement.id, state=PaymentState.ENTERED).exists():
            raise DomainError(_("Un virement est déjà noté : une autre personne doit le confirmer."))
        made = await MatchReturn.create(
            agreement_id=agreement.id, amount_cents=cents, returned_on=on, reference=reference,
            requested_by_id=actor.hand.id, requested_at=clock.now(),
        )  # fmt: skip
        await audit(actor, "match_return_entered", f"campaign:{agreement.campaign_id}", returned=made.id, cents=cents)
    return made


async def _within(agreement_id: int, cents: int) -> None:
    owed = await owed_to(agreement_id)
    if cents > owed:
        raise Invalid(_("À rendre à ce financeur : %(owed)s au plus.", owed=money(owed)), field="amount")


def check_other(row: MatchReturn, actor: Actor) -> None:
    """Another person than the one who entered it, and a treasurer. Raises Forbidden."""
    if not actor.is_treasurer:
        raise Forbidden(_("Seule la trésorerie confirme un virement."))
    must_be_another(actor, row.requested_by_id, _("Vous avez noté ce virement : une autre personne doit le confirmer."))


@retrying
async def confirm(row: MatchReturn, actor: Actor) -> None:
    """A second person saw the transfer too: Dr match fund, Cr bank, and the matcher is told. Harmless when repeated.

    Raises Forbidden for the same person, Invalid when so much is not owed any more.
    """
    check_other(row, actor)
    async with transaction():
        known = await MatchAgreement.get(id=row.agreement_id)
        await service.hold_campaign(known.campaign_id)
        agreement = await MatchAgreement.get(id=known.id).select_related("campaign", "fund", "fund__organisation")
        owed = await owed_to(agreement.id)
        if not await _answer(row, actor, PaymentState.CONFIRMED):
            return
        if row.amount_cents > owed:
            raise Invalid(_("À rendre à ce financeur : %(owed)s au plus.", owed=money(owed)), field="amount")
        await ledger.book(
            "match_given_back", "match_return", str(row.id),
            [Amount(AccountKind.MATCH_FUND, row.amount_cents), Amount(AccountKind.BANK, -row.amount_cents)],
            campaign=agreement.campaign_id, occurred_at=clock.at(row.returned_on, 12), actor=actor.hand.id,
            memo=f"agreement {agreement.id}",
        )  # fmt: skip
        await audit(actor, "match_return_confirmed", f"campaign:{agreement.campaign_id}", returned=row.id)
        await letters.to_matcher(
            "match_given_back", agreement, f"-{row.id}", amount_cents=row.amount_cents, reference=row.reference
        )


@retrying
async def refuse(row: MatchReturn, actor: Actor) -> None:
    """The second person does not find the transfer: it may be entered again. Raises Forbidden for the same person."""
    check_other(row, actor)
    async with transaction():
        if await _answer(row, actor, PaymentState.REFUSED):
            await audit(actor, "match_return_refused", f"match_return:{row.id}")


async def _answer(row: MatchReturn, actor: Actor, state: PaymentState) -> int:
    open_one = MatchReturn.filter(id=row.id, state=PaymentState.ENTERED).exclude(requested_by_id=actor.hand.id)
    return await open_one.update(state=state, approved_by_id=actor.hand.id, approved_at=clock.now())
