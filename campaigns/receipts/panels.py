"""What receipts put on the treasurer's page."""

from typing import TYPE_CHECKING

from campaigns import tax
from campaigns.receipts import queries
from civic import clock
from civic.settings import settings
from civic.slots import Panel

if TYPE_CHECKING:
    from civic.people.actor import Actor


async def treasury_panels(actor: "Actor") -> list[Panel]:
    """This year's count and total to declare, or what the host still has to enter."""
    year = clock.today().year
    report = await queries.report(settings().receipt_number, year)
    context = {"year": year, "report": report, "ready": tax.issues_receipts(), "may_open": actor.is_treasurer}
    return [Panel("campaigns/receipts/panel.html", context, order=70)]
