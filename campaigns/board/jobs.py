"""What the board does by the clock."""

from campaigns.board import service, visits
from civic.jobs import Handler

handlers: dict[str, Handler] = {
    "visits_counted": visits.flush,
    "campaign_funded": service.after_funding,
    "deliveries_prepared": service.prepare_due,
    "addresses_forgotten": service.forget_addresses,
}
minutes = {"visits_counted": 5, "deliveries_prepared": 60, "addresses_forgotten": 1440}
"""How often the clock asks, in minutes."""
