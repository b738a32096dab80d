"""Meetings written for calendars (RFC 5545, 5546), by the icalendar library.

A meeting has one UID wherever it is written, and each change a higher SEQUENCE; a proposed date is TENTATIVE under its
own UID until one is kept, then CANCELLED. The public ones name nobody and hold no address to join from afar.
"""

from collections.abc import Sequence
from datetime import datetime

from icalendar import Calendar, Event, vCalAddress

from civic import clock
from civic.i18n import _
from civic.meetings.dates import DateOption
from civic.meetings.models import Meeting, MeetingStatus
from civic.settings import settings
from civic.web import urls

CANCELLED, CONFIRMED, TENTATIVE = "CANCELLED", "CONFIRMED", "TENTATIVE"


def ics(meeting: Meeting, *, inside: bool = False, guest: tuple[str, str] | None = None) -> bytes:
    """A meeting whose date is known, `inside` for those expected: with the address to join from afar.

    With `guest` (name, address) it is an invitation to her calendar, or a withdrawal from it.
    """
    over = meeting.status == MeetingStatus.CANCELLED
    method = "PUBLISH" if guest is None else "CANCEL" if over else "REQUEST"
    return _whole([_event(meeting, inside=inside, guest=guest)], method)


def date_ics(meeting: Meeting, date: DateOption) -> bytes:
    """A proposed date: tentative while one is looked for, cancelled afterwards; the meeting has its own entry."""
    entry = Event()
    entry.add("uid", f"meeting-date-{date.id}@{_host()}")
    entry.add("dtstamp", clock.now())
    _hours(entry, date.starts_at, date.ends_at)
    entry.add("summary", _("À confirmer : %(title)s", title=meeting.title))
    entry.add("url", urls.absolute("meetings.show", id=meeting.id))
    looking = meeting.status == MeetingStatus.POLLING
    entry.add("sequence", meeting.sequence)
    entry.add("status", TENTATIVE if looking else CANCELLED)
    entry.add("transp", "TRANSPARENT")
    return _whole([entry], "PUBLISH")


def feed(name: str, meetings: Sequence[Meeting]) -> bytes:
    """The public calendar of a committee, read again and again under this name."""
    return _whole([_event(meeting) for meeting in meetings if meeting.starts_at], "PUBLISH", name)


def _event(meeting: Meeting, *, inside: bool = False, guest: tuple[str, str] | None = None) -> Event:
    entry = Event()
    entry.add("uid", f"meeting-{meeting.id}@{_host()}")
    entry.add("dtstamp", clock.now())
    if meeting.starts_at and meeting.ends_at:
        _hours(entry, meeting.starts_at, meeting.ends_at)
    entry.add("summary", meeting.title)
    if meeting.place:
        entry.add("location", meeting.place)
    if inside and meeting.remote_url:
        entry.add("description", _("À distance : %(address)s", address=meeting.remote_url))
    entry.add("url", urls.absolute("meetings.show", id=meeting.id))
    entry.add("sequence", meeting.sequence)
    entry.add("status", _status(meeting))
    if guest:
        entry.add("organizer", _address(settings().site_name, settings().mail_from), encode=False)
        who = _address(*guest)
        who.params.update({"ROLE": "REQ-PARTICIPANT", "RSVP": "FALSE", "CUTYPE": "INDIVIDUAL"})
        entry.add("attendee", who, encode=False)
    return entry


def _status(meeting: Meeting) -> str:
    if meeting.status == MeetingStatus.CANCELLED:
        return CANCELLED
    return TENTATIVE if meeting.is_prepared else CONFIRMED


def _hours(entry: Event, starts_at: datetime, ends_at: datetime) -> None:
    """In UTC: the calendar shows the village clock's hour, also on the days when the clocks change."""
    entry.add("dtstart", starts_at)
    entry.add("dtend", ends_at)


def _address(name: str, email: str) -> vCalAddress:
    found = vCalAddress(f"mailto:{email}")
    found.params["CN"] = name
    return found


def _whole(entries: Sequence[Event], method: str, name: str = "") -> bytes:
    whole = Calendar()
    whole.add("prodid", f"-//{settings().site_name}//Civic//FR")
    whole.add("version", "2.0")
    whole.add("method", method)
    if name:
        whole.add("name", name)
        whole.add("x-wr-calname", name)
    for entry in entries:
        whole.add_component(entry)
    return bytes(whole.to_ical())


def _host() -> str:
    return settings().base_url.partition("//")[2].partition(":")[0].partition("/")[0]
