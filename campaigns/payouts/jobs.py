"""Stripe's payouts to the bank, read from its balance every night and booked once each."""

from datetime import timedelta

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.payments import gateway
from campaigns.payments.answers import BalanceLine
from campaigns.payments.models import Attempt
from campaigns.settlement.crash import crash_point
from civic import clock
from civic.database import retrying, transaction
from civic.jobs import Handler, outside

DAYS = timedelta(days=35)
PAYOUTS = frozenset({"payout", "payout_failure", "payout_cancel"})
"""Movements of the balance to the bank, and back from it when the bank refuses."""


async def book_payouts() -> int:
    """Book every payout of the last 35 days that is not booked yet; answers how many lines were looked at.

    Raises GatewayTrouble.
    """
    lines = [line for line in await gateway.list_balance(clock.now() - DAYS) if line.kind in PAYOUTS]
    crash_point("payout_read")
    for line in lines:
        await _book(line)
        crash_point("payout_booked")
    return len(lines)


@retrying
async def _book(line: BalanceLine) -> None:
    async with transaction():
        await ledger.book(
            "payout", "balance_line", line.ref,
            [Amount(AccountKind.BANK, -line.net_cents), Amount(AccountKind.STRIPE_CLEARING, line.net_cents)],
            occurred_at=line.happened_at,
        )  # fmt: skip


@outside
async def payouts_due(**_payload: object) -> None:
    """Every night, once money has moved."""
    if await Attempt.all().exists():
        await book_payouts()


handlers: dict[str, Handler] = {"payouts_read": payouts_due}
minutes = {"payouts_read": 1440}
