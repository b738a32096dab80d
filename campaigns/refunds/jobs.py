"""What refunds and disputes do after the fact, and by the clock (app.py registers both)."""

from campaigns.refunds import looking, requesting, sending, unwinding
from civic.jobs import Handler

handlers: dict[str, Handler] = {
    "refund_wanted": requesting.give_back,
    "gift_came_late": unwinding.give_late_back,
    "send_refund": sending.send,
    "refund_unknown": looking.look_again,
    "refund_changed": looking.hear_refund,
    "dispute_changed": looking.hear_dispute,
    "charge_failed": looking.hear_charge,
    "campaign_unwinding": unwinding.begin,
    "unwinding_spread": unwinding.unwind,
    "unwinding_looked": unwinding.look,
    "refunds_reconciled": looking.reconcile_due,
    "refunds_recalled": looking.recall_due,
}
minutes = {"refunds_reconciled": 10, "refunds_recalled": 360}
"""How often the clock asks, in minutes."""
