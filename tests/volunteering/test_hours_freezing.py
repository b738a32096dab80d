"""Hours that stand on a paper never change."""

from datetime import date, timedelta

import pytest
from tortoise.exceptions import IntegrityError

from civic import clock
from tests.factories import a_person, an_initiative
from volunteering.hours import queries
from volunteering.hours.freezing import freeze
from volunteering.hours.models import EntryStatus, HoursChange, HoursEntry

DAY = date(2026, 5, 9)


async def an_entry(status: EntryStatus = EntryStatus.VALIDATED, **values: object) -> HoursEntry:
    present = clock.now()
    defaults: dict[str, object] = {
        "title": "Navette du samedi", "day": DAY, "minutes": 180, "proposed_minutes": 180, "created_at": present,
        "updated_at": present, "status": status, "frozen_at": present if status == EntryStatus.FROZEN else None,
    }  # fmt: skip
    return await HoursEntry.create(**{**defaults, **values})


async def test_validated_hours_are_frozen_once_and_the_history_says_for_which_paper(database: object) -> None:
    person, initiative = await a_person(), await an_initiative()
    rows = [await an_entry(person=person, initiative=initiative, day=DAY + timedelta(days=n)) for n in range(3)]
    waiting = await an_entry(EntryStatus.PROPOSED, person=person, initiative=initiative)
    ids = [row.id for row in (*rows, waiting)]
    assert await freeze(ids, person.id, "attestation:12") == 3
    assert await freeze(ids, person.id, "attestation:13") == 0
    assert await freeze([], None, "attestation:14") == 0
    changes = await HoursChange.all().order_by("entry_id")
    assert [(one.entry_id, one.before, one.after, one.minutes, one.reason) for one in changes] == [
        (row.id, "validated", "frozen", 180, "attestation:12") for row in rows
    ]
    assert (await HoursEntry.get(id=waiting.id)).status == EntryStatus.PROPOSED


async def test_frozen_hours_refuse_another_number_and_no_hours_are_deleted(database: object) -> None:
    row = await an_entry(EntryStatus.FROZEN, person=await a_person(), initiative=await an_initiative())
    with pytest.raises(IntegrityError):
        await HoursEntry.filter(id=row.id).update(minutes=60)
    with pytest.raises(IntegrityError):
        await HoursEntry.filter(id=row.id).delete()
    await HoursEntry.filter(id=row.id).update(person_id=None)


async def test_only_what_both_sides_agreed_on_goes_on_a_paper_of_these_days(database: object) -> None:
    person, initiative = await a_person(), await an_initiative()
    late = await an_entry(person=person, initiative=initiative, day=DAY)
    early = await an_entry(EntryStatus.FROZEN, person=person, initiative=initiative, day=DAY - timedelta(days=2))
    for status in (EntryStatus.PROPOSED, EntryStatus.CORRECTED, EntryStatus.REFUSED):
        await an_entry(status, person=person, initiative=initiative)
    await an_entry(person=await a_person("Autre Personne"), initiative=initiative)
    await an_entry(person=person, initiative=initiative, day=DAY + timedelta(days=1))
    rows = await queries.agreed(person.id, DAY - timedelta(days=2), DAY)
    assert [row.id for row in rows] == [early.id, late.id]
    assert rows[0].initiative.title == initiative.title
