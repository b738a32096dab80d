"""Promises about shifts and hours that could be broken without another test noticing (see test_kept_promises)."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from civic import clock, jobs
from civic.errors import Invalid
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from tests.factories import a_person, an_initiative
from tests.factories.hours import some_hours
from tests.factories.volunteering import a_mission, a_shift, a_signup, in_days, the_shift
from volunteering.calls import queries as calls
from volunteering.hours import queries as hours
from volunteering.hours import service as ledger
from volunteering.hours.service import OLDEST
from volunteering.missions import service as missions
from volunteering.missions.models import Mission
from volunteering.shifts import copies, queries, rules
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Fairness, Shift, ShiftRole
from volunteering.signups.models import Signup, SignupStatus
from volunteering.signups.service import Wish, sign_up, step_back


@pytest.fixture(autouse=True)
def _clock_back():  # type: ignore[no-untyped-def]
    yield
    clock.travel(timedelta())


async def waits_for_newcomers(mission: Mission, days: int = 5) -> tuple[Shift, Signup]:
    """A shift with two roles for newcomers; somebody who has come before waits for the second, which is free."""
    odile = await a_person("Odile Martin")
    past = await a_signup(await the_shift(mission), odile)
    await Signup.filter(id=past.id).update(status=SignupStatus.ATTENDED)
    wishes = (shifts.RoleWish(2, title="Accueil"), shifts.RoleWish(3, title="Cuisine"))
    added = await shifts.add(
        mission, shifts.Slot(in_days(days), time(14), time(17), wishes, fairness=Fairness.NEWCOMERS)
    )
    shift = await Shift.get(id=added.id).select_related("mission__initiative", "mission__commune")
    second = await ShiftRole.get(shift_id=shift.id, title="Cuisine")
    signup = await sign_up(shift, Actor(odile), "cle-odile", Wish(second.id, anyway=True))
    assert (await Signup.get(id=signup.id)).status == SignupStatus.WAITING
    return shift, signup


async def fresh(shift: Shift) -> Shift:
    return await Shift.get(id=shift.id).select_related("mission__initiative", "mission__commune")


async def test_a_role_that_somebody_only_waits_for_is_not_taken_away(database: object, app: object) -> None:
    shift, _waiting = await waits_for_newcomers(await a_mission())
    slot = await shifts.slot_of(shift)
    with pytest.raises(Invalid, match="inscrites"):
        await shifts.edit(shift, replace(slot, roles=slot.roles[:1]))
    assert await ShiftRole.filter(shift_id=shift.id).count() == 2


async def test_places_that_somebody_waits_for_already_are_not_called_free(database: object, app: object) -> None:
    mission = await a_mission(days=2, places=1)
    before = (await queries.free_this_week(9))[1]
    shift, _waiting = await waits_for_newcomers(mission)
    found, places = await queries.free_this_week(9)
    assert shift.id in [one.id for one in found], "there is room in the first role"
    assert places == before - 1 + 2, "the one seat that was taken, the two of the first role"


def test_a_series_goes_on_for_a_year_and_a_few_days_and_no_longer() -> None:
    first = date(2027, 1, 4)
    assert len(rules.days("FREQ=WEEKLY;COUNT=53;BYDAY=MO", first)) == 53
    assert len(rules.days("FREQ=MONTHLY;COUNT=13;BYDAY=1MO", first)) == 13
    with pytest.raises(Invalid, match="un an au plus"):
        rules.days("FREQ=MONTHLY;COUNT=14;BYDAY=1MO", first)


async def test_a_week_copied_into_the_past_makes_no_shift_that_is_over(database: object, app: object) -> None:
    mission = await a_mission(days=15)
    shift = await the_shift(mission)
    await a_shift(mission, days=15, start=time(14), end=time(16))
    day = clock.local(shift.starts_at).date()
    clock.travel(clock.at(day + timedelta(days=7), 12) - clock.now())
    done = await copies.copy_week(mission, copies.monday(day), 1, 1)
    assert (done.added, done.past, done.there) == (1, 1, 0)
    assert await Shift.filter(mission_id=mission.id, starts_at__gt=clock.now()).count() == 1


@pytest.mark.one_engine
async def test_a_year_and_a_day_ago_may_still_be_said_and_no_earlier_day(database: object, app: object) -> None:
    initiative = await an_initiative()
    assert (await some_hours(initiative, day=clock.today() - OLDEST)).minutes == 120
    with pytest.raises(Invalid, match="plus d’un an"):
        await some_hours(initiative, day=clock.today() - OLDEST - timedelta(days=1))


async def test_work_that_is_done_from_home_from_now_on_is_news_for_who_comes(database: object, app: object) -> None:
    mission = await a_mission()
    await Mission.filter(id=mission.id).update(commune_id=None, place="")
    camille = await a_person("Camille Rey")
    await a_signup(await the_shift(mission), camille)
    fresh = await Mission.get(id=mission.id).select_related("initiative")
    await missions.edit(fresh, {name: getattr(fresh, name) for name in missions.WRITTEN} | {"remote": True})
    await jobs.run_due(schedules=False)
    clock.travel(timedelta(minutes=15))
    await jobs.run_due(schedules=False)
    mail = await OutboxMessage.filter(to=camille.email).order_by("-id").first()
    assert mail
    assert "À distance" in mail.text
    assert "lieu non précisé" in mail.text, "what she knew"


async def test_a_leads_own_hours_are_not_among_those_that_await_her(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    initiative = await an_initiative(lead=lead)
    await some_hours(initiative, lead)
    await some_hours(initiative)
    assert await hours.pending_count(initiative.id, lead.id) == 1
    assert await hours.pending_count(initiative.id) == 2


async def test_who_helps_a_lead_at_the_counter_does_not_agree_to_her_own_hours_with_the_others(
    database: object, app: object
) -> None:
    lead, agathe = await a_person("Sélim Laurent"), await a_person("Agathe Roux")
    initiative = await an_initiative(lead=lead)
    own, other = await some_hours(initiative, agathe), await some_hours(initiative, await a_person("Rose Petit"))
    seen = {own.id: 120, other.id: 120}
    assert await ledger.validate_all(initiative.id, seen, Actor(lead, recorded_by=agathe)) == (1, 1)
    assert [one.id for one in await hours.pending_of(initiative.id)] == [own.id]


async def test_nobody_is_called_while_somebody_stands_in_the_queue(database: object, app: object) -> None:
    shift, waiting = await waits_for_newcomers(await a_mission())
    assert shift.free > 0
    assert not calls.may_ask(await fresh(shift))
    await step_back(waiting, None)
    assert calls.may_ask(await fresh(shift)), "now people are missing"
