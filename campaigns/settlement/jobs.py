"""What settlement does after the fact, and by the clock (app.py registers both)."""

from campaigns.settlement import balance, books, charging, closing, deciding, direct, hearing, looking, shortfall
from civic.jobs import Handler

handlers: dict[str, Handler] = {
    "campaign_launched": deciding.schedule,
    "campaign_resumed": deciding.schedule,
    "campaign_deadline": deciding.at_deadline,
    "campaign_decided": deciding.spread,
    "pledges_spread": deciding.spread,
    "pledge_replaced": direct.give_way,
    "charge_pledge": charging.charge,
    "charge_pledges": charging.charge_slice,
    "attempt_unknown": looking.look_again,
    "payment_intent_changed": looking.hear_intent,
    "payment_page_changed": looking.hear_page,
    "till_opened": looking.account_is_back,
    "fee_awaited": looking.fetch_fee,
    "card_reminder_due": closing.remind,
    "pledge_grace_over": closing.grace_over,
    "collecting_over": closing.end_collecting,
    "offline_verified": closing.offline_arrived,
    "campaign_funded": closing.thank,
    "backers_thanked": closing.thank,
    "campaign_short": shortfall.announce,
    "shortfall_reminder_due": shortfall.remind,
    "shortfall_over": shortfall.end,
    "campaign_unwinding": shortfall.tell_unwinding,
    "unwinding_told": shortfall.tell_unwinding,
    "page_gone": looking.note_gone,
    "deadlines_due": deciding.decide_due,
    "reconcile_due": looking.reconcile_due,
    "events_read": hearing.listen_due,
    "grace_due": closing.close_due,
    "shortfalls_due": shortfall.end_due,
    "payouts_read": balance.read_due,
    "books_compared": books.compare_due,
}
minutes = {
    "deadlines_due": 5, "reconcile_due": 10, "events_read": 10, "grace_due": 30, "shortfalls_due": 30,
    "books_compared": 1440,
}  # fmt: skip
"""How often the clock asks, in minutes."""
