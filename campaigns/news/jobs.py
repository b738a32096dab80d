"""What news does after the fact, and by the clock (app.py registers both)."""

from campaigns.news import asking, milestones, service
from civic.jobs import Handler

handlers: dict[str, Handler] = {
    "news_due": service.due,
    "news_spread": service.spread,
    "pledge_confirmed": milestones.after_pledge,
    "milestones_due": milestones.look_at_all,
    "goal_told": milestones.tell_backers,
    "questions_swept": asking.sweep,
}
minutes = {"milestones_due": 30, "questions_swept": 1440}
"""How often the clock asks, in minutes."""
