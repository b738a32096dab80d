"""Money that is owed back to a matcher: its match was lowered after it had paid. Two persons, then it is booked.

Owed is what was received, less what went back already, less what its matches are now worth.
"""

from dataclasses import dataclass
from datetime import date

from campaigns.matching import letters, service, transfers
from campaigns.matching.models import MatchAgreement, MatchReturn, PaymentState
from civic import database
from civic.database import retrying, transaction
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.people.actor import Actor
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
    transfers.must_have_come(on, "returned_on")
    async with transaction():
        await service.hold_campaign(agreement.campaign_id)
        _within(cents, await owed_to(agreement.id))
        if await MatchReturn.filter(agreement_id=agreement.id, state=PaymentState.ENTERED).exists():
            raise DomainError(_("Un virement est déjà noté : une autre personne doit le confirmer."))
        return await transfers.note(MatchReturn, agreement, actor, cents, on, reference)


def _within(cents: int, owed: int) -> None:
    if cents > owed:
        raise Invalid(_("À rendre à ce financeur : %(owed)s au plus.", owed=money(owed)), field="amount")


@retrying
async def confirm(row: MatchReturn, actor: Actor) -> None:
    """A second person saw the transfer too: Dr match fund, Cr bank, and the matcher is told. Harmless when repeated.

    Raises Forbidden for the same person, Invalid when so much is not owed any more.
    """
    async with transaction():
        agreement = await transfers.held(row)
        owed = await owed_to(agreement.id)
        if not await transfers.answer(row, actor, PaymentState.CONFIRMED):
            return
        _within(row.amount_cents, owed)
        await transfers.book(row, agreement, actor)
        await letters.to_matcher(
            "match_given_back", agreement, f"-{row.id}", amount_cents=row.amount_cents, reference=row.reference
        )
