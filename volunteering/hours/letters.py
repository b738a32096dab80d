"""The mails about hours: « Est-ce juste ? », once a week at most, and a refusal with its reason.

The link of these mails opens all hours of one person; whoever has no account corrects them by it.
"""

from datetime import datetime, timedelta

from civic import clock, jobs, mail
from civic.errors import NotFound
from civic.i18n import _, speaking
from civic.people import links
from civic.people.models import Person
from civic.web.formats import day
from volunteering.hours.models import EntryStatus, HoursChange, HoursEntry
from volunteering.hours.words import duration, title_of

LINK, COUNTER, FIRST = "hours", "hours-counter", "hours-first"
COUNTER_SECONDS = 3600
HOUR = 9
GATHERED = timedelta(days=8)
SHOWN = 12


def token_of(person_id: int) -> str:
    """The secret of the link to this person's hours."""
    return links.make(LINK, person_id)


def counter_token_of(person_id: int) -> str:
    """The same for an hour only: it stays in the browser of the animator who helps her at the counter."""
    return links.make(COUNTER, person_id)


def first_token_of(person_id: int) -> str:
    """The secret of the link that asks whether it is she: it opens what was noted, and her hours once she says yes."""
    return links.make(FIRST, person_id)


def person_id_of(token: str) -> int:
    """Whose hours a link opens. Raises NotFound, or Gone for an old one of the counter."""
    try:
        return links.read(LINK, token)
    except NotFound:
        return links.read(COUNTER, token, max_age=COUNTER_SECONDS)


def check_current(person: Person, token: str) -> None:
    """She has ended no links since this one, mailed or of the counter, was made. Raises Gone."""
    try:
        links.check_current(person, LINK, token)
    except NotFound:
        links.check_current(person, COUNTER, token)


async def check_soon(person: Person) -> None:
    """She is asked on the next Monday morning about all the hours proposed until then."""
    if not person.email or person.erased_at:
        return
    at = next_monday(clock.now())
    await jobs.enqueue(
        "send_hours_check", key=f"hours:{person.id}:{at.date()}", run_at=at, person_id=person.id, due=at.isoformat()
    )


def next_monday(present: datetime) -> datetime:
    """The next Monday, nine o'clock on the territory's clocks, in UTC."""
    today = clock.local(present).date()
    monday = clock.at(today + timedelta(days=-today.weekday() % 7), HOUR)
    return monday if monday > present else clock.at(clock.local(monday).date() + timedelta(days=7), HOUR)


async def check(person_id: int, due: datetime | None = None) -> None:
    """« Est-ce juste ? »: the hours of the week that came from presence lists; nothing when there are none.

    An address that somebody typed at a door, and nobody confirmed, is first asked whether it is hers.
    `due`: the Monday (UTC) on which she was to be asked, which may be long ago when the worker stood still.
    """
    person = await Person.get(id=person_id)
    rows = await HoursEntry.filter(
        person_id=person_id, signup_ref__isnull=False, created_at__gt=(due or clock.now()) - GATHERED,
        status__in=(EntryStatus.PROPOSED, EntryStatus.VALIDATED),
    ).order_by("day", "id").select_related("initiative")  # fmt: skip
    if not rows or not person.email or person.erased_at:
        return
    with speaking(person.locale):
        lines = [_line(row) for row in rows[:SHOWN]]
        total = duration(sum(row.minutes for row in rows))
    known = person.email_verified_at is not None
    name, token = ("hours_check", token_of(person_id)) if known else ("hours_first", first_token_of(person_id))
    await mail.send(
        f"volunteering/{name}", to=person.email, key=f"hours-check-{person_id}-{clock.today()}",
        locale=person.locale, reader=person.name, lines=lines, more=max(0, len(rows) - SHOWN), total=total,
        token=token,
    )  # fmt: skip


def _line(row: HoursEntry) -> str:
    """« samedi 14 juin : Navette du samedi, 3 h »."""
    return _("%(day)s\u00a0: %(title)s, %(time)s", day=day(row.day), title=title_of(row), time=duration(row.minutes))


async def refused(entry: HoursEntry, change: HoursChange) -> None:
    """A coordinator did not agree: which hours, why, and how to answer."""
    await _tell("hours_refused", f"hours-refused-{change.id}", entry, reason=entry.answer)


async def agreed_after_all(entry: HoursEntry, change: HoursChange) -> None:
    """A coordinator took her refusal back: which hours count now."""
    await _tell("hours_agreed", f"hours-agreed-{change.id}", entry)


async def _tell(name: str, key: str, entry: HoursEntry, **more: str) -> None:
    """One letter about one entry, to its person as long as she can be written to."""
    person = await Person.get_or_none(id=entry.person_id) if entry.person_id else None
    if person is None or not person.email or person.erased_at or person.email_verified_at is None:
        return
    await entry.fetch_related("initiative")
    with speaking(person.locale):
        words = {"title": title_of(entry), "when": day(entry.day), "time": duration(entry.minutes)}
    await mail.send(
        f"volunteering/{name}", to=person.email, key=key, locale=person.locale, reader=person.name,
        initiative=entry.initiative.title, token=token_of(person.id), **words, **more,
    )  # fmt: skip
