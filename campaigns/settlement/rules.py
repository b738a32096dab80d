"""The figures of settlement, in one place (docs/money.md)."""

from datetime import datetime, timedelta
from typing import TypeVar

Moment = TypeVar("Moment", datetime, datetime | None)

GRACE = timedelta(days=14)
"""How long a decided campaign may collect: cards have a week, direct debits need up to eight working days."""

DROP_CARDS_AFTER = timedelta(days=7)
"""From the decision on; a charge that fails later leaves its backer DROP_LATE_AFTER."""

DROP_LATE_AFTER = timedelta(days=2)
REMINDER_DAYS = (2, 4, 6)
"""Mails to a backer whose charge did not work: at once, then after so many days."""

OFFLINE_LASTS = timedelta(days=7)
"""How long a cheque or transfer announced instead is awaited at least, even beyond the end of GRACE."""

VERIFYING_LASTS = timedelta(days=3)
"""How long after GRACE one that was handed over is awaited, while it only lacks its second person."""

SHORTFALL_DAYS = 21
"""How long lead and team have to decide what a campaign that received too little becomes; then it is given back."""

SHORTFALL_REMINDERS = (7, 14, 19)
"""Days after which both are reminded that nothing is decided."""

PAGE_LIFE = timedelta(hours=2)
"""How long a hosted page of recovery stays open (Stripe: 30 minutes to 24 hours)."""

KEYS_LAST = timedelta(hours=23)
"""Stripe may forget an idempotency key after 24 h; an older attempt is found by listing the customer's intents."""

NOT_AGAIN = frozenset({
    "do_not_honor", "do_not_try_again", "expired_card", "fraudulent", "incorrect_number", "invalid_account",
    "lost_card", "merchant_blacklist", "pickup_card", "restricted_card", "revocation_of_all_authorizations",
    "revocation_of_authorization", "security_violation", "stolen_card", "stop_payment_order",
    "transaction_not_allowed",
})  # fmt: skip
"""Declines after which the same card must not be tried again (https://docs.stripe.com/declines/codes)."""

SPREAD = 500
"""How many pledges one job looks through to spread them into slices, or to write to their backers."""

SLICE = 25
"""How many pledges one job charges: two transactions for them all, and the calls side by side."""

CALLS_AT_ONCE = 25
"""Calls to the gateway under way in one process; it refuses more than a hundred a second (429)."""


def told(until: Moment) -> Moment:
    """A last moment as a backer is told it: the full hour before, never later than it is, and no odd minutes."""
    return until.replace(minute=0, second=0, microsecond=0) if until and until.minute else until
