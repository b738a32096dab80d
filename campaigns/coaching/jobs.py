"""The hourly look for campaigns that reach a moment."""

from campaigns.coaching.service import write_due

handlers = {"leads_coached": write_due}
minutes = {"leads_coached": 60}
