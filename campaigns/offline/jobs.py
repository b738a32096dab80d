"""What offline money does by the clock (app.py registers it)."""

from campaigns.offline import pressing, promising, service, telling
from civic.jobs import Handler

handlers: dict[str, Handler] = {
    "offline_promises_swept": service.expire_due, "offline_announced_swept": promising.sweep,
    "offline_pressing_told": pressing.tell, "offline_announced_told": telling.tell,
}  # fmt: skip
minutes = {
    "offline_promises_swept": 1440, "offline_announced_swept": 60, "offline_pressing_told": 60,
    "offline_announced_told": 10,
}  # fmt: skip
"""How often the clock asks, in minutes."""
