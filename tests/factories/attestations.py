"""Entries of the ledger of hours for tests."""

from datetime import date

from civic import clock
from civic.initiatives.models import Initiative
from civic.organisations.models import Organisation
from civic.people.models import Person
from volunteering.hours.models import EntryStatus, HoursEntry, TimeKind


async def some_hours(
    person: Person, initiative: Initiative, hours: float = 3, *, day: date | None = None,
    kind: TimeKind = TimeKind.MISSION, status: EntryStatus = EntryStatus.VALIDATED,
    organisation: Organisation | None = None, title: str = "La navette du samedi", role: str = "",
    skills: tuple[str, ...] = (),
) -> HoursEntry:  # fmt: skip
    """Agreed hours of one day, today unless told."""
    present = clock.now()
    minutes = int(hours * 60)
    return await HoursEntry.create(
        person=person, initiative=initiative, organisation_id=organisation.id if organisation else None, title=title,
        role_title=role, skills=list(skills), kind=kind, day=day or clock.today(), minutes=minutes,
        proposed_minutes=minutes, status=status, created_at=present, updated_at=present,
        frozen_at=present if status == EntryStatus.FROZEN else None,
    )  # fmt: skip


async def many_hours(
    person: Person, initiative: Initiative, hours: int, year: int, organisation: Organisation | None,
    kind: TimeKind = TimeKind.GOVERNANCE,
) -> None:  # fmt: skip
    """So many agreed hours of a civil year, ten a day from the 1st of January on."""
    for place in range(0, hours, 10):
        month, day = 1 + place // 10 // 28, 1 + place // 10 % 28
        await some_hours(
            person, initiative, min(10, hours - place), day=date(year, month, day), kind=kind,
            organisation=organisation, title="Conseil d’administration",
        )  # fmt: skip
