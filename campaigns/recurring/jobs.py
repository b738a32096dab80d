"""What monthly support does after the fact and by the clock."""

from campaigns.recurring import cards, months, service, stopping
from civic.jobs import Handler

handlers: dict[str, Handler] = {
    "support_page_changed": cards.hear_page,
    "pledge_dropped": service.pause_unpaid,
    "payments_collected": cards.keep_recovered,
    "support_stopped": stopping.forget_card,
    "campaign_cancelled": stopping.stop_all,
    "supports_due": months.charge_due,
    "supports_summed": months.sum_up,
}
minutes = {"supports_due": 60, "supports_summed": 1440}
"""How often the clock asks, in minutes."""
