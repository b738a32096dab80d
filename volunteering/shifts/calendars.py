"""Shifts written down for calendars: invitations by mail, files to download, feeds (RFC 5545, 5546, 7986).

A shift has one UID wherever it is written. Its hours are the territory's, with the rule of its summer time beside
them, so that a calendar anywhere shows the hour of the village clock. Whoever organises is the site, never a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vDuration

from civic import clock
from civic.i18n import _
from civic.settings import settings
from civic.web import urls
from volunteering.missions.models import Mission
from volunteering.missions.words import where
from volunteering.shifts.models import Shift

CANCELLED, CONFIRMED, TENTATIVE = "CANCELLED", "CONFIRMED", "TENTATIVE"
READ_AGAIN = timedelta(hours=1)
"""How often a calendar program is asked to read a feed again."""


@dataclass(slots=True)
class Entry:
    """A shift as one calendar holds it. Needs the shift's mission and its commune.

    `steps` adds to the shift's SEQUENCE what the reader did herself; `words` are further lines of its description;
    `changed_at` is when (UTC) it changed for this reader, if that is later than the shift's own change.
    """

    shift: Shift
    href: str
    status: str = CONFIRMED
    steps: int = 0
    words: Sequence[str] = ()
    changed_at: datetime | None = None


def public_entry(shift: Shift) -> Entry:
    """The shift for anybody: it names nobody."""
    status = CANCELLED if shift.is_cancelled else CONFIRMED
    return Entry(shift, urls.absolute("missions.show", slug=shift.mission.slug), status)


def invitation(one: Entry, name: str, email: str) -> str:
    """What goes along with a mail: REQUEST to put or change it in this person's calendar, CANCEL to take it out.

    She has said yes already, and giving the place back is done on its page: her calendar is not asked for an answer.
    """
    event = _event(replace(_said(one), guest=(name, email)))
    return _whole([event], "CANCEL" if one.status == CANCELLED else "REQUEST")


def file_of(one: Entry) -> str:
    """An ICS file to download."""
    return _whole([_event(_said(one))], "CANCEL" if one.status == CANCELLED else "PUBLISH")


def public_calendar(shift: Shift, mission: Mission) -> str:
    """The shift as anybody may put it into a calendar; it names nobody."""
    shift.mission = mission
    return file_of(public_entry(shift))


def feed(name: str, entries: Sequence[Entry]) -> str:
    """A calendar that programs read again and again, under this name.

    Takes about 1 ms for each entry that is new or has changed since it was last written: use a thread.
    """
    return _whole([_event(_said(one)) for one in entries], "PUBLISH", name)


@dataclass(slots=True, frozen=True)
class _Said:
    """All that an event says, so that it is written once for the same."""

    uid: str
    changed: datetime
    start: datetime
    end: datetime
    title: str
    place: str
    text: str
    href: str
    sequence: int
    status: str
    organizer: tuple[str, str]
    guest: tuple[str, str] | None = None


def _said(one: Entry) -> _Said:
    shift, mission = one.shift, one.shift.mission
    changed = max(shift.updated_at, mission.updated_at, one.changed_at or shift.updated_at)
    return _Said(
        f"shift-{shift.id}@{_host()}", changed.replace(microsecond=0), _on_the_clock(shift.starts_at),
        _on_the_clock(shift.ends_at), mission.title, where(mission),
        "\n".join(part for part in (*_lines(shift, mission), *one.words, one.href) if part), one.href,
        shift.sequence + one.steps, one.status, (settings().site_name, settings().mail_from),
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _event(said: _Said) -> str:
    event = Event()
    event.add("uid", said.uid)
    event.add("dtstamp", said.changed)
    event.add("last-modified", said.changed)
    event.add("dtstart", said.start)
    event.add("dtend", said.end)
    event.add("summary", said.title)
    if said.place:
        event.add("location", said.place)
    event.add("description", said.text)
    event.add("url", said.href)
    event.add("sequence", said.sequence)
    event.add("status", said.status)
    event.add("organizer", _address(*said.organizer), encode=False)
    if said.guest:
        guest = _address(*said.guest)
        guest.params.update({"ROLE": "REQ-PARTICIPANT", "RSVP": "FALSE", "CUTYPE": "INDIVIDUAL"})
        if said.status != CANCELLED:
            guest.params["PARTSTAT"] = "ACCEPTED"
        event.add("attendee", guest, encode=False)
    return str(event.to_ical(), "utf-8")


def _lines(shift: Shift, mission: Mission) -> list[str]:
    """What to know beside the hours. Why it does not take place is for those who were to come: it may name somebody."""
    if shift.is_cancelled:
        return [_("Ce créneau n’aura pas lieu.")]
    return [shift.note, _("À apporter : %(what)s", what=mission.bring) if mission.bring else ""]


def _on_the_clock(moment: datetime) -> datetime:
    """On the territory's clocks; in UTC the second time an hour comes in October, which RFC 5545 cannot say."""
    local = clock.local(moment)
    return moment.astimezone(clock.now().tzinfo) if local.fold else local


def _address(name: str, email: str) -> vCalAddress:
    found = vCalAddress(f"mailto:{email}")
    found.params["CN"] = name
    return found


def _whole(events: Sequence[str], method: str, name: str = "") -> str:
    whole = Calendar()
    whole.add("prodid", f"-//{settings().site_name}//Civic//FR")
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", method)
    if name:
        whole.add("name", name)
        whole.add("x-wr-calname", name)
        whole.add("x-wr-timezone", clock.PARIS.key)
        whole.add("refresh-interval", vDuration(READ_AGAIN), parameters={"VALUE": "DURATION"})
        whole.add("x-published-ttl", vDuration(READ_AGAIN))
    whole.add_component(_summer_time())
    head, end, rest = str(whole.to_ical(), "utf-8").rpartition("END:VCALENDAR")
    return head + "".join(events) + end + rest


def _summer_time() -> Timezone:
    """The territory's clocks since 1996: two hours ahead of UTC from the last Sunday of March to that of October."""
    zone = Timezone()
    zone.add("tzid", clock.PARIS.key)
    winter, summer = timedelta(hours=1), timedelta(hours=2)
    for part, name, month, day, before, after in (
        (TimezoneDaylight(), "CEST", 3, datetime(1996, 3, 31, 2), winter, summer),  # noqa: DTZ001  its own clock
        (TimezoneStandard(), "CET", 10, datetime(1996, 10, 27, 3), summer, winter),  # noqa: DTZ001
    ):
        part.add("tzname", name)
        part.add("dtstart", day)
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        zone.add_component(part)
    return zone


def _host() -> str:
    return settings().base_url.partition("//")[2].partition(":")[0].partition("/")[0]
