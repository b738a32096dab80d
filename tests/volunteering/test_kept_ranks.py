"""Promises of the queue and of stand-ins that could be broken without another test noticing (see test_kept_promises)."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from civic import clock, jobs
from civic.errors import Gone, Invalid
from civic.jobs.models import Job
from civic.people.actor import Actor
from tests.factories import a_person, an_initiative
from tests.factories.volunteering import a_mission, a_shift, a_signup, the_shift
from volunteering.missions.models import Mission
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Fairness, Shift
from volunteering.shifts.moments import Reminder, moment_of
from volunteering.signups import overlaps, service, stand_ins
from volunteering.signups.consents import Minor
from volunteering.signups.models import Signup, SignupStatus
from volunteering.signups.service import Wish, sign_up

PAUL = Minor(16, "Paul Rey", "paul@exemple.fr")


@pytest.fixture(autouse=True)
def _clock_back():  # type: ignore[no-untyped-def]
    yield
    clock.travel(timedelta())


async def comes(shift: Shift, name: str, party: int = 1, minor: Minor | None = None) -> Signup:
    person = await a_person(name)
    return await sign_up(shift, Actor(person), f"cle-{person.id}", Wish(party=party, minor=minor, anyway=True))


async def state(signup: Signup) -> tuple[SignupStatus, int | None]:
    fresh = await Signup.get(id=signup.id)
    return fresh.status, fresh.replaces_id


async def before(shift: Shift, minutes: int) -> None:
    clock.travel(timedelta())
    clock.travel(shift.starts_at - clock.now() - timedelta(minutes=minutes))


async def for_newcomers(mission: Mission) -> Shift:
    shift = await a_shift(mission, days=9, note="Nouveaux d’abord")
    await shifts.edit(shift, replace(await shifts.slot_of(shift), fairness=Fairness.NEWCOMERS))
    return await Shift.get(id=shift.id).select_related("mission__initiative", "mission__commune")


async def test_who_has_sought_a_stand_in_longest_is_relieved_first(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=2))
    anne, basile = await comes(shift, "Anne Un"), await comes(shift, "Basile Deux")
    await stand_ins.seek(basile, None)
    clock.travel(timedelta(minutes=5))
    await stand_ins.seek(anne, None)
    for name, still in (("Claire Trois", SignupStatus.CONFIRMED), ("Driss Quatre", SignupStatus.CANCELLED)):
        assert (await state(await comes(shift, name)))[0] == SignupStatus.CONFIRMED
        assert (await state(basile))[0] == SignupStatus.CANCELLED
        assert (await state(anne))[0] == still
    assert (await state(await comes(shift, "Élodie Cinq")))[0] == SignupStatus.WAITING, "nobody else is relieved"


async def test_a_newcomer_is_who_never_came_here_wherever_else_she_went(database: object, app: object) -> None:
    here, elsewhere = await a_mission(), await a_mission("Ailleurs", initiative=await an_initiative("La Chorale"))
    rose, lucie, anne = await a_person("Rose Petit"), await a_person("Lucie Roux"), await a_person("Anne Un")
    for person, mission, status in (
        (rose, elsewhere, SignupStatus.ATTENDED), (lucie, here, SignupStatus.MISSED), (anne, here, SignupStatus.ATTENDED),
    ):  # fmt: skip
        signup = await a_signup(await the_shift(mission), person)
        await Signup.filter(id=signup.id).update(status=status)
    shift = await for_newcomers(here)
    got = [(await a_signup(shift, person, "nouveau")).status for person in (rose, lucie, anne)]
    assert got == [SignupStatus.CONFIRMED, SignupStatus.CONFIRMED, SignupStatus.WAITING]


async def test_a_reminder_that_is_late_reaches_who_has_had_her_place_all_along(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(days=9))
    group = await comes(shift, "Anne Un", party=3)
    late = await comes(shift, "Basile Deux")
    await service.step_back(late, None)
    due = moment_of(Reminder.DAYS, shift.starts_at)
    clock.travel(due + timedelta(minutes=10) - clock.now())
    await service.come_fewer(group, 2, None)
    back = await service.come_back(late)
    clock.travel(timedelta())
    clock.travel(due + timedelta(minutes=20) - clock.now())
    await jobs.run_due(schedules=False)
    told = {job.key.split("-")[1] for job in await Job.filter(name="send_mail", key__contains="-reminder-days-")}
    assert told == {str(group.id)}, f"{back.id} has just been told that she comes"


async def test_one_shift_after_the_other_of_one_mission_is_no_overlap(database: object, app: object) -> None:
    mission = await a_mission()
    first, second = await the_shift(mission), await a_shift(mission, start=time(11), end=time(14))
    camille = await a_person("Camille Rey")
    await a_signup(first, camille)
    assert await overlaps.overlapping(camille.id, second) == []
    earlier = await a_shift(mission, start=time(10, 59), end=time(14))
    assert len(await overlaps.overlapping(camille.id, earlier)) == 1


async def test_who_is_just_old_enough_comes_and_who_is_a_year_younger_does_not(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(minimum_age=16))
    assert (await comes(shift, "Léa Rey", minor=PAUL)).status == SignupStatus.HELD
    with pytest.raises(Invalid, match="16"):
        await comes(shift, "Hugo Rey", minor=replace(PAUL, age=15))


async def test_who_was_asked_for_a_seat_that_still_holds_her_is_left_in_peace_when_it_gets_smaller(
    database: object, app: object
) -> None:
    shift = await the_shift(await a_mission(places=3))
    group = await comes(shift, "Anne Un", party=3)
    asked = await comes(shift, "Basile Deux")
    await stand_ins.seek(group, None)
    assert await state(asked) == (SignupStatus.OFFERED, group.id)
    await service.come_fewer(group, 1, None)
    assert (await state(asked))[0] == SignupStatus.OFFERED
    assert not await Job.filter(name="send_mail", key__contains="-withdrawn-").exists()


async def test_in_the_last_hours_a_minor_takes_nobodys_seat_before_her_parent_has_agreed(
    database: object, app: object
) -> None:
    shift = await the_shift(await a_mission(places=1))
    anne = await comes(shift, "Anne Un")
    await before(shift, 25)
    lea = await comes(shift, "Léa Rey", minor=PAUL)
    await stand_ins.seek(anne, None)
    with pytest.raises(Gone):
        await service.accept(lea)
    assert (await state(anne))[0] == SignupStatus.CONFIRMED, "she is still counted on"
    assert (await state(lea))[0] == SignupStatus.WAITING
    basile = await comes(shift, "Basile Deux")
    assert (await state(anne), await state(basile)) == ((SignupStatus.CANCELLED, None), (SignupStatus.CONFIRMED, None))


async def test_one_seat_is_offered_to_one_person_however_often_the_queue_moves(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=1))
    anne = await comes(shift, "Anne Un")
    claire, driss, farid = [await comes(shift, name) for name in ("Claire Trois", "Driss Quatre", "Farid Six")]
    await stand_ins.seek(anne, None)
    await service.step_back(farid, None)
    await comes(shift, "Élodie Cinq")
    assert await state(claire) == (SignupStatus.OFFERED, anne.id)
    assert await state(driss) == (SignupStatus.WAITING, None)
