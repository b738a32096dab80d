"""The mails around a meeting: to members while a date is looked for, then to those expected and their substitutes."""

from typing import Any

from civic import mail
from civic.committees import queries as committees
from civic.i18n import speaking
from civic.meetings import answers, words
from civic.meetings.attendance import Attendance
from civic.meetings.calendar import ics
from civic.meetings.models import Meeting
from civic.organisations.queries import former_representatives
from civic.people import links
from civic.people.models import Person

DATES_LINK = "meeting_dates:"


def dates_token(meeting_id: int, person: Person) -> str:
    """The secret of the link by which a member says which dates suit her."""
    return links.make(f"{DATES_LINK}{meeting_id}", person.id)


async def members_of(meeting: Meeting) -> list[Person]:
    """Titulars and substitutes with an address, each once."""
    found: dict[int, Person] = {}
    for seat in await committees.seats_of(meeting.committee_id):
        for person in (seat.person, seat.substitute):
            if person and person.email and not person.erased_at:
                found[person.id] = person
    return list(found.values())


async def to_member(name: str, meeting: Meeting, person: Person, key: str, **more: Any) -> None:
    """A mail to somebody who sits, with the link to say which dates suit."""
    with speaking(person.locale):
        when = words.when(meeting)
    await mail.send(
        name, to=str(person.email), key=f"{key}-{person.id}", locale=person.locale, reader=person.name,
        title=meeting.title, committee=meeting.committee.name, meeting_id=meeting.id, when=when,
        token=dates_token(meeting.id, person), **more,
    )  # fmt: skip


def readers_of(row: Attendance) -> list[tuple[Person, bool]]:
    """Who gets the mails for one seat (`person` and `substitute` loaded): the titular, then her substitute."""
    both = [(row.person, False)] + ([(row.substitute, True)] if row.substitute else [])
    return [(person, stands_in) for person, stands_in in both if person.email and not person.erased_at]


async def to_expected(
    name: str, meeting: Meeting, row: Attendance, key: str, *, calendar: bool = True, paper: bool = False, **more: Any
) -> None:  # fmt: skip
    """A mail to who is expected for a seat, and to her substitute, without who represents its organisation no more; the
    same key is sent once to each."""
    former = await former_representatives([row.organisation_id] if row.organisation_id else [])
    for person, stands_in in readers_of(row):
        if (row.organisation_id, person.id) in former:
            continue
        with speaking(person.locale):
            when, where = words.when(meeting), words.where(meeting)
        guest = (person.name, str(person.email))
        await mail.send(
            name, to=str(person.email), key=f"{key}-{row.id}-{person.id}", locale=person.locale,
            calendar=ics(meeting, inside=True, guest=guest).decode() if calendar else None,
            enclosed=f"convocation:{row.id}" if paper else "", reader=person.name, title=meeting.title,
            committee=meeting.committee.name, meeting_id=meeting.id,
            when=when, where=where, remote=meeting.remote_url, stands_in=stands_in, seat_of=row.person.short_name,
            token=answers.token_of(row, substitute=stands_in), **more,
        )  # fmt: skip
