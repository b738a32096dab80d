"""A shift written down for calendars (RFC 5545)."""

from icalendar import Calendar, Event, vText

from civic import clock
from civic.settings import settings
from civic.web import urls
from volunteering.missions.models import Mission
from volunteering.missions.words import where
from volunteering.shifts.models import Shift


def calendar(shift: Shift, mission: Mission, *, uid: str, href: str, called_off: bool = False, steps: int = 0) -> str:
    """An ICS file with this one event (RFC 5545), its moments in UTC.

    `uid` never changes for one place, `steps` adds to the shift's SEQUENCE; `called_off` says STATUS:CANCELLED.
    Needs the mission's commune.
    """
    event = Event()
    event.add("uid", f"{uid}@{_host()}")
    event.add("dtstamp", clock.now())
    event.add("dtstart", shift.starts_at.astimezone(clock.now().tzinfo))
    event.add("dtend", shift.ends_at.astimezone(clock.now().tzinfo))
    event.add("summary", mission.title)
    event.add("location", vText(where(mission)))
    event.add("description", "\n".join(part for part in (shift.note, mission.bring, href) if part))
    event.add("url", href)
    event.add("sequence", shift.sequence + steps)
    event.add("status", "CANCELLED" if called_off or shift.is_cancelled else "CONFIRMED")
    return _file(event)


def public_calendar(shift: Shift, mission: Mission) -> str:
    """The shift as anybody may put it into a calendar; it names nobody."""
    return calendar(shift, mission, uid=f"shift-{shift.id}", href=urls.absolute("missions.show", slug=mission.slug))


def _file(event: Event) -> str:
    whole = Calendar()
    whole.add("prodid", f"-//{settings().site_name}//Civic//FR")
    whole.add("version", "2.0")
    whole.add("method", "CANCEL" if event["status"] == "CANCELLED" else "PUBLISH")
    whole.add_component(event)
    return str(whole.to_ical(), "utf-8")


def _host() -> str:
    return settings().base_url.partition("//")[2].partition(":")[0].partition("/")[0]
