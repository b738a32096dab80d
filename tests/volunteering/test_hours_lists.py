"""What a list says again, and again: no right without hours, no day longer than a day, no hours before the start."""

import asyncio
from datetime import timedelta

from civic import clock, jobs
from civic.contributions.queries import has_contributed
from civic.database import fetch_all
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories import a_person, an_initiative
from tests.factories.hours import a_shift_gone_by, list_noted
from tests.factories.volunteering import a_lead
from volunteering.hours import service, verify
from volunteering.hours.models import MOST_MINUTES, EntryStatus, HoursEntry, TimeKind
from volunteering.hours.service import Gift, minutes_noted
from volunteering.shifts.models import Shift
from volunteering.signups import attendance, paper
from volunteering.signups.models import Signup, SignupStatus


async def _said(shift: Shift, row: Signup, after: SignupStatus, lead: Person) -> None:
    now = await Signup.get(id=row.id)
    await attendance.say(shift, [attendance.Said(row.id, now.status, after)], Actor(lead))
    await jobs.run_due(schedules=False)


async def _entry_of(row: Signup) -> HoursEntry:
    return await HoursEntry.get(signup_ref=row.id).select_related("initiative")


async def test_who_never_came_and_whose_hours_are_refused_has_given_nothing(database: object, app: object) -> None:
    lead, marc = await a_lead(), await a_person("Marc Rey")
    shift, (row,) = await a_shift_gone_by(lead, [marc])
    await list_noted(shift, [row], lead)
    await service.validate(await _entry_of(row), 180, Actor(lead))
    await _said(shift, row, SignupStatus.MISSED, lead)
    initiative_id = shift.mission.initiative_id
    assert await has_contributed(marc.id, initiative_id), "agreed on both sides: the ledger is the truth"
    await service.refuse(await _entry_of(row), "Marc n’est pas venu.", Actor(lead))
    assert not await has_contributed(marc.id, initiative_id)
    assert await verify.verifications() == []


async def test_who_came_keeps_her_voice_when_the_number_of_hours_is_refused(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    shift, (row,) = await a_shift_gone_by(lead, [rose])
    await list_noted(shift, [row], lead)
    await service.refuse(await _entry_of(row), "Trois heures, c’est trop.", Actor(lead))
    assert await has_contributed(rose.id, shift.mission.initiative_id), "she was there, the list says so"


async def test_a_list_that_changes_its_mind_never_makes_a_day_longer_than_a_day(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    shift, (row,) = await a_shift_gone_by(lead, [rose])
    await list_noted(shift, [row], lead)
    await _said(shift, row, SignupStatus.MISSED, lead)
    day, whole = clock.local(shift.starts_at).date(), MOST_MINUTES - 60
    await service.propose(shift.mission.initiative, rose, Gift(TimeKind.MISSION, day, whole, "Toute la journée"), rose.id)
    await _said(shift, row, SignupStatus.ATTENDED, lead)
    entry = await _entry_of(row)
    assert (entry.status, entry.minutes) == (EntryStatus.PROPOSED, 60), "what the day still holds"
    await _said(shift, row, SignupStatus.MISSED, lead)
    await service.propose(shift.mission.initiative, rose, Gift(TimeKind.MISSION, day, 60, "Et une heure"), rose.id)
    await _said(shift, row, SignupStatus.ATTENDED, lead)
    assert (await _entry_of(row)).status == EntryStatus.WITHDRAWN, "the day is full"
    assert await verify.verifications() == []


async def test_who_was_noted_at_the_doors_and_wrote_when_she_left_gave_from_the_start(database: object, app: object) -> None:
    lead, tot, early = await a_lead(), await a_person("Tôt Venue"), await a_person("Ana Loy")
    shift, (first, second) = await a_shift_gone_by(lead, [tot, early])
    for row in (first, second):
        await attendance.here(shift, row.id, Actor(lead))
        await Signup.filter(id=row.id).update(arrived_at=shift.starts_at - timedelta(minutes=115))
    left = shift.starts_at + timedelta(hours=2)
    lines = [
        paper.Entry(1, first.id, left_at=left),
        paper.Entry(2, second.id, arrived_at=shift.starts_at - timedelta(minutes=30), left_at=left),
    ]
    await paper.write_in(shift, lines, "une-feuille", Actor(lead))
    await jobs.run_due(schedules=False)
    assert (await _entry_of(first)).minutes == 120, "« est là » is no hour"
    assert (await _entry_of(second)).minutes == 150, "what she wrote herself stands"


async def test_four_proposals_at_once_are_no_longer_than_a_day(database: object, app: object) -> None:
    initiative, rose = await an_initiative(lead=await a_lead()), await a_person("Rose Petit")
    gifts = [Gift(TimeKind.MISSION, clock.today(), 20 * 60, f"Affiche {n}") for n in range(4)]
    await asyncio.gather(*(fetch_all("SELECT 1") for _ in gifts))
    said = await asyncio.gather(*(service.propose(initiative, rose, one, rose.id) for one in gifts), return_exceptions=True)
    assert sorted(type(one).__name__ for one in said) == ["HoursEntry", "Invalid", "Invalid", "Invalid"]
    kept = await HoursEntry.get(person_id=rose.id)
    others = [await service.propose(initiative, rose, Gift(TimeKind.MISSION, clock.today(), 60, f"Colle {n}"), rose.id) for n in (1, 2)]
    corrected = await asyncio.gather(
        *(service.correct(one, 180, "Plutôt trois heures.", rose.id) for one in others), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in corrected) == ["Invalid", "NoneType"], "20 h, 3 h, 1 h"
    assert await minutes_noted(rose.id, kept.day) == MOST_MINUTES


async def test_a_place_given_back_and_taken_anew_while_the_sheet_is_typed_is_the_new_one(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    shift, (row,) = await a_shift_gone_by(lead, [rose])
    await Signup.filter(id=row.id).update(status=SignupStatus.CANCELLED)
    anew = await Signup.create(
        shift_id=shift.id, role_id=row.role_id, person_id=rose.id, form_key="encore", status=SignupStatus.CONFIRMED,
        code="AN3W", confirmed_at=clock.now(), created_at=clock.now(), updated_at=clock.now(),
    )  # fmt: skip
    assert (await paper.write_in(shift, [paper.Entry(1, row.id)], "une-feuille", Actor(lead)))[0] == 1
    assert (await Signup.get(id=row.id)).status == SignupStatus.CANCELLED
    assert (await Signup.get(id=anew.id)).status == SignupStatus.ATTENDED
