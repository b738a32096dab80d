"""What the treasurer's page shows of the accountant's file."""

from datetime import timedelta

from civic import clock
from civic.people.actor import Actor
from civic.slots import Panel


async def treasury_panels(_actor: Actor) -> list[Panel]:
    """The file of the last month and of the year, one click away."""
    today = clock.today()
    end = today.replace(day=1) - timedelta(days=1)
    return [Panel("campaigns/accounting/panel.html", {
        "month": (end.replace(day=1), end), "year": (today.replace(month=1, day=1), today),
    }, order=80)]  # fmt: skip
