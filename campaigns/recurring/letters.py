"""What supporters are written: it begins, the first charge is near, each change, the end, and what a year brought."""

from datetime import date
from typing import Any

from campaigns.recurring.models import Support
from civic import clock, mail
from civic.i18n import speaking
from civic.people import links
from civic.web.formats import day as in_words

MANAGE = "support"


def now() -> str:
    """What tells one change from the next, in milliseconds."""
    return str(int(clock.now().timestamp() * 1000))


async def to_supporter(name: str, support: Support, occasion: str = "", **context: Any) -> None:
    """Write `campaigns/{name}` to the supporter, once per support and occasion."""
    person, initiative = support.person, support.campaign.initiative
    if not person.email:
        return
    with speaking(person.locale):
        next_on = in_words(support.next_on) if isinstance(support.next_on, date) else ""
    await mail.send(
        f"campaigns/{name}", to=person.email, key=f"{name}-{support.id}-{occasion}", locale=person.locale,
        title=initiative.title, slug=initiative.slug, person=person.name, amount_cents=support.amount_cents,
        next_on=next_on, method=support.method_label, token=links.make(MANAGE, support.id), **context,
    )  # fmt: skip
