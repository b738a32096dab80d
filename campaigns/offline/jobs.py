"""What offline money does by the clock (app.py registers it)."""

from campaigns.offline import service
from civic.jobs import Handler

handlers: dict[str, Handler] = {"offline_promises_swept": service.expire_due}
minutes = {"offline_promises_swept": 1440}
"""How often the clock asks, in hours."""
