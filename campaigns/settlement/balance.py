"""What the gateway moves on our balance for no backer: payouts to the bank, and what the account itself costs.

Each line is booked once, of no campaign: a payout Dr bank, Cr stripe_clearing; a fee (Radar, network costs, a refused
payout, tax) Dr psp_fees, Cr stripe_clearing. What comes back is the same line with the other sign.
"""

from datetime import datetime, timedelta

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.payments import gateway
from campaigns.payments.answers import BalanceLine
from campaigns.payments.models import Attempt
from campaigns.payments.till import OURS
from campaigns.settlement.crash import crash_point
from civic import clock, database, jobs
from civic.database import retrying, transaction

DAYS = timedelta(days=35)
SOURCE = "balance_line"
PAYOUT, FEE = "payout", "account_fee"
PAYOUTS = frozenset({"payout", "payout_failure", "payout_cancel"})
"""Movements of the balance to the bank, and back from it when the bank refuses."""
FEES = frozenset({"stripe_fee", "stripe_fx_fee", "tax_fee"})
FEE_CATEGORIES = frozenset({"fee", "network_cost", "tax"})
"""Types, and categories of reports, of what the account costs (docs.stripe.com/reports/balance-transaction-types)."""

_FEES_SINCE = """SELECT COALESCE(SUM(posting.amount_cents), 0) AS cents FROM posting
JOIN entry ON entry.id = posting.entry_id JOIN account ON account.id = posting.account_id
WHERE entry.source_type = 'balance_line' AND account.kind = 'psp_fees' AND entry.occurred_at >= ?"""


def kind_of(line: BalanceLine) -> str:
    """`PAYOUT`, `FEE`, or "" for what belongs to a charge, a refund or a dispute, or is not known here."""
    if line.kind in PAYOUTS:
        return PAYOUT
    of_account = line.kind in FEES or (line.category in FEE_CATEGORIES and not line.source_ref)
    return FEE if of_account else ""


async def book_lines(lines: list[BalanceLine]) -> int:
    """Book those lines that are of the account itself and not booked yet; answers how many are."""
    found = [(kind_of(line), line) for line in lines if kind_of(line)]
    for kind, line in found:
        await _book(kind, line)
        crash_point("payout_booked")
    return len(found)


@retrying
async def _book(kind: str, line: BalanceLine) -> None:
    bank, fee = (-line.amount_cents, line.fee_cents) if kind == PAYOUT else (0, -line.net_cents)
    async with transaction():
        await ledger.book(
            kind, SOURCE, line.ref,
            [
                Amount(AccountKind.BANK, bank), Amount(AccountKind.PSP_FEES, fee),
                Amount(AccountKind.STRIPE_CLEARING, line.net_cents),
            ],
            occurred_at=line.happened_at, memo=line.description,
        )  # fmt: skip


async def fees_since(moment: datetime) -> int:
    """What the account itself has cost since a moment, in cents."""
    return int((await database.fetch_all(_FEES_SINCE, [moment]))[0]["cents"])


@jobs.outside
async def read_due(**_payload: object) -> None:
    """Every night, once money has moved: the lines of the last 35 days. Raises GatewayTrouble."""
    if await Attempt.all().exists():
        lines = await gateway.list_balance(OURS, clock.now() - DAYS)
        crash_point("payout_read")
        await book_lines(lines)
