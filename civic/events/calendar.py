"""A gathering as a calendar file (RFC 5545), by the icalendar library."""

from icalendar import Calendar
from icalendar import Event as Entry

from civic import clock
from civic.events.models import Event
from civic.settings import settings
from civic.web import urls


def ics(event: Event) -> bytes:
    """The file that calendars understand; nobody's name is in it."""
    calendar = Calendar()
    calendar.add("prodid", "-//Civic//Agenda//FR")
    calendar.add("version", "2.0")
    entry = Entry()
    entry.add("uid", f"event-{event.id}@{settings().base_url.partition('//')[2]}")
    entry.add("dtstamp", clock.now())
    entry.add("dtstart", event.starts_at)
    entry.add("dtend", event.ends_at)
    entry.add("summary", event.title)
    where = ", ".join(part for part in (event.place, event.commune.name if event.commune else "") if part)
    entry.add("location", where)
    entry.add("url", urls.absolute("events.show", slug=event.slug))
    entry.add("sequence", event.version)
    entry.add("status", "CANCELLED" if event.cancelled_at else "CONFIRMED")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())
