"""Named places where a test may kill the process, to prove that nothing is charged twice and nothing is lost."""

import os
import signal

from civic.settings import settings

POINTS = (
    "decided", "after_prepare", "before_charge_call", "after_charge_call", "after_answer_known", "after_outcome",
)  # fmt: skip
REFUND_POINTS = (
    "refund_approved", "refund_prepared", "before_refund_call", "after_refund_call", "refund_settled",
    "unwinding_spread",
)  # fmt: skip
RECEIPT_POINTS = ("receipt_numbered", "receipt_written", "receipt_issued", "receipt_drawn")
SPENDING_POINTS = ("tranche_answered", "expense_answered", "expense_booked", "payout_read", "payout_booked")
MONTH_POINTS = ("month_begun", "month_made")
EVERY = POINTS + REFUND_POINTS + RECEIPT_POINTS + SPENDING_POINTS + MONTH_POINTS


def crash_point(name: str) -> None:
    """Die here and now by SIGKILL when CIVIC_CRASH_AT names this place; only in a test installation."""
    assert name in EVERY, name
    if os.environ.get("CIVIC_CRASH_AT") == name and settings().environment == "test":
        os.kill(os.getpid(), signal.SIGKILL)
