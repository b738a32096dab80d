"""Reads about the ledger of hours."""

from datetime import date

from volunteering.hours.models import AGREED, HoursEntry


async def agreed(person_id: int, first: date, last: date) -> list[HoursEntry]:
    """What one person gave from one day to another (both included), validated or frozen, the oldest first."""
    query = HoursEntry.filter(person_id=person_id, day__gte=first, day__lte=last, status__in=AGREED)
    return await query.order_by("day", "id").select_related("initiative")
