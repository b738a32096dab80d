"""Reminders: two days before and three hours before, once each, never at night."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic import clock, jobs
from civic.jobs.models import Job
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_lead, a_mission, a_shift, a_signup, in_days
from volunteering.missions.models import Mission
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.shifts.moments import Reminder, moment_of, morning_after
from volunteering.signups import consents, reminders, service
from volunteering.signups.models import Signup, SignupStatus

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_back():  # type: ignore[no-untyped-def]
    yield
    clock.travel(timedelta())


def go_to(moment: datetime) -> None:
    clock.travel(moment - datetime.now(UTC))


async def reminders_of(person: Person) -> list[str]:
    """« Rappel » and « C’est bientôt », in the order she got them."""
    await jobs.run_due(schedules=False)
    subjects = [mail.subject.split("\u00a0:")[0] for mail in await OutboxMessage.filter(to=person.email or "").order_by("id")]
    return [subject for subject in subjects if subject in ("Rappel", "C’est bientôt")]


async def an_afternoon(days: int = 6, *, places: int = 8, mission: Mission | None = None) -> Shift:
    """A shift from 14 h to 17 h; the clock stands at noon tomorrow, five days before it."""
    go_to(clock.at(in_days(1), 12))
    mission = mission or await a_mission()
    return await a_shift(mission, days=days - 1, start=time(14), end=time(17), places=places)


def at(shift: Shift, days: int, hour: int, minute: int = 0) -> None:
    """So many days before the shift, at that hour."""
    go_to(clock.at(clock.local(shift.starts_at).date() - timedelta(days=days), hour, minute))


@pytest.mark.parametrize(
    ("starts", "days", "hours"),
    [
        ((2027, 6, 12, 14), (2027, 6, 10, 18), (2027, 6, 12, 11)),
        ((2027, 6, 12, 8), (2027, 6, 10, 18), (2027, 6, 11, 20)),
        ((2027, 6, 12, 10), (2027, 6, 10, 18), (2027, 6, 12, 7)),
        ((2027, 6, 12, 0), (2027, 6, 10, 18), (2027, 6, 11, 20)),
        ((2027, 6, 12, 2), (2027, 6, 10, 18), (2027, 6, 11, 20)),
        ((2027, 6, 12, 23), (2027, 6, 10, 18), (2027, 6, 12, 20)),
        ((2027, 3, 28, 10), (2027, 3, 26, 18), (2027, 3, 28, 7)),
        ((2027, 10, 31, 5), (2027, 10, 29, 18), (2027, 10, 30, 20)),
        ((2028, 3, 1, 14), (2028, 2, 28, 18), (2028, 3, 1, 11)),
    ],
)
def test_the_moments_are_hours_at_which_people_are_awake(starts: tuple[int, ...], days: tuple[int, ...], hours: tuple[int, ...]) -> None:
    def local(year: int, month: int, day: int, hour: int) -> datetime:
        return clock.at(date(year, month, day), hour)

    assert moment_of(Reminder.DAYS, local(*starts)) == local(*days)
    assert moment_of(Reminder.HOURS, local(*starts)) == local(*hours)


SPAN = datetime(2025, 1, 1), datetime(2035, 1, 1)  # noqa: DTZ001  Hypothesis adds the zone itself


@given(st.datetimes(*SPAN, timezones=st.just(UTC)))
def test_no_moment_is_at_night_and_each_comes_before_the_next(starts_at: datetime) -> None:
    days, hours = (moment_of(kind, starts_at) for kind in Reminder)
    assert days < hours <= starts_at - timedelta(hours=3)
    for moment in (days, hours):
        assert morning_after(moment) is None
        assert 7 <= clock.local(moment).hour <= 21
    assert starts_at - hours < timedelta(hours=15), "the latest waking moment"
    night_ends = morning_after(starts_at)
    assert night_ends is None or timedelta() < night_ends - starts_at <= timedelta(hours=11)


async def test_a_volunteer_is_reminded_twice_with_all_she_needs(client: Client) -> None:
    lead = await a_lead()
    go_to(clock.at(in_days(1), 12))
    mission = await a_mission(
        lead=lead, place="Place du marché", bring="Des gants", contact_note="06 00 00 00 00", days=30
    )
    shift = await a_shift(mission, days=5, start=time(14), end=time(17), note="Rendez-vous sous la halle")
    camille = await a_person("Camille Rey")
    signup = await a_signup(shift, camille)
    at(shift, 2, 17, 59)
    assert await reminders_of(camille) == []
    at(shift, 2, 18, 1)
    assert await reminders_of(camille) == ["Rappel"]
    at(shift, 0, 10, 59)
    assert await reminders_of(camille) == ["Rappel"]
    at(shift, 0, 11, 1)
    assert await reminders_of(camille) == ["Rappel", "C’est bientôt"]
    assert await reminders_of(camille) == ["Rappel", "C’est bientôt"], "once"
    for mail in (await OutboxMessage.filter(to=camille.email or "").order_by("id"))[1:]:
        for word in ("Place du marché, Trévoux", "Des gants", "sous la halle", signup.code, "06 00 00 00 00", "/mes-creneaux/"):
            assert word in mail.text
        assert "14\u00a0h\u00a0à\u00a017\u00a0h" in mail.subject


async def test_whoever_signs_up_after_the_moment_is_not_reminded_of_it(database: object, app: object) -> None:
    shift = await an_afternoon()
    early, late, last = [await a_person(name) for name in ("Camille Rey", "Odile Martin", "Rose Petit")]
    await a_signup(shift, early)
    at(shift, 2, 18, 30)
    await a_signup(shift, late)
    assert await reminders_of(late) == [], "the worker comes late, her confirmation is half a minute old"
    assert await reminders_of(early) == ["Rappel"]
    at(shift, 0, 12)
    await a_signup(shift, last)
    assert await reminders_of(early) == ["Rappel", "C’est bientôt"]
    assert await reminders_of(late) == ["C’est bientôt"]
    assert await reminders_of(last) == []


@pytest.mark.one_engine
async def test_a_group_is_reminded_of_its_number_once(client: Client) -> None:
    shift = await an_afternoon(places=3)
    camille = await a_person("Camille Rey")
    await service.sign_up(shift, Actor(camille), "cle-a-deux", service.Wish(party=2))
    at(shift, 2, 18, 1)
    assert await reminders_of(camille) == ["Rappel"]
    assert (await OutboxMessage.filter(to=camille.email or "").order_by("-id"))[0].text.count("Vous venez à") == 1


async def test_only_those_who_have_a_place_are_reminded(client: Client) -> None:
    shift = await an_afternoon(places=2)
    minor = consents.Minor(16, "Parent Rey", "parent@exemple.fr")
    held, out, young, waits = [await a_person(name) for name in ("Une Tenue", "Rose Petit", "Lou Rey", "Odile Martin")]
    left = await a_signup(shift, out)
    await service.step_back(left, out.id)
    at(shift, 2, 17, 50)
    await service.hold(shift, held.name, held.email or "", "cle-tenue")
    await service.hold(shift, young.name, young.email or "", "cle-jeune", service.Wish(minor=minor))
    await a_signup(shift, waits)
    assert {row.status for row in await Signup.filter(shift_id=shift.id)} == {
        SignupStatus.HELD, SignupStatus.CANCELLED, SignupStatus.WAITING,
    }  # fmt: skip
    at(shift, 2, 18, 1)
    for person in (held, out, young, waits):
        assert await reminders_of(person) == []
    assert not await OutboxMessage.filter(to="parent@exemple.fr", subject__startswith="Rappel")


async def test_a_shift_that_is_called_off_reminds_nobody(database: object, app: object) -> None:
    shift = await an_afternoon()
    camille = await a_person("Camille Rey")
    await a_signup(shift, camille)
    at(shift, 2, 18, 5)
    await shifts.cancel(await Shift.get(id=shift.id), "Il neige.")
    assert await reminders_of(camille) == []


async def test_a_shift_moved_later_is_recalled_for_its_new_hours_and_never_twice_for_the_same(
    database: object, app: object
) -> None:
    shift = await an_afternoon()
    camille = await a_person("Camille Rey")
    await a_signup(shift, camille)
    at(shift, 2, 18, 1)
    assert await reminders_of(camille) == ["Rappel"]
    day = clock.local(shift.starts_at).date()

    async def move(to: date, hour: int) -> None:
        slot = shifts.Slot(to, time(hour), time(hour + 2), (shifts.RoleWish(8),))
        await shifts.edit(await Shift.get(id=shift.id), slot)

    await move(day + timedelta(days=3), 9)
    await move(day, 14)
    at(shift, 2, 18, 30)
    assert await reminders_of(camille) == ["Rappel"], "back at the hours she was reminded of"
    await move(day + timedelta(days=3), 10)
    at(shift, 0, 11, 1)
    assert await reminders_of(camille) == ["Rappel"], "nothing for hours that no longer hold"
    later = await Shift.get(id=shift.id)
    at(later, 2, 18, 1)
    assert await reminders_of(camille) == ["Rappel", "Rappel"]
    at(later, 0, 7, 1)
    assert await reminders_of(camille) == ["Rappel", "Rappel", "C’est bientôt"]


async def test_a_shift_moved_to_tomorrow_makes_no_reminder_for_a_moment_that_is_past(database: object, app: object) -> None:
    shift = await an_afternoon()
    camille = await a_person("Camille Rey")
    await a_signup(shift, camille)
    day = clock.today() + timedelta(days=1)
    await shifts.edit(await Shift.get(id=shift.id), shifts.Slot(day, time(14), time(17), (shifts.RoleWish(8),)))
    clock.travel(clock.now() - datetime.now(UTC) + timedelta(minutes=11))
    assert await reminders_of(camille) == []
    moved = await Shift.get(id=shift.id)
    at(moved, 0, 11, 1)
    assert await reminders_of(camille) == ["C’est bientôt"]


async def test_a_worker_that_wakes_at_night_waits_for_the_morning_and_too_late_says_nothing(
    database: object, app: object
) -> None:
    shift = await an_afternoon()
    camille = await a_person("Camille Rey")
    await a_signup(shift, camille)
    at(shift, 1, 2)
    assert await reminders_of(camille) == [], "nobody is written to at two in the morning"
    at(shift, 1, 7, 1)
    assert await reminders_of(camille) == ["Rappel"]
    at(shift, 0, 13, 50)
    assert await reminders_of(camille) == ["Rappel"], "she is on her way"
    away = await an_afternoon(mission=await a_mission("Autre mission"))
    odile = await a_person("Odile Martin")
    await a_signup(away, odile)
    at(away, 0, 11, 5)
    assert await reminders_of(odile) == ["C’est bientôt"], "the later one alone, when both are due"


async def test_whoever_comes_to_a_shift_of_an_earlier_release_is_reminded_once(database: object, app: object) -> None:
    camille = await a_person("Camille Rey", "camille@exemple.fr")
    shift = await an_afternoon()
    await a_signup(shift, camille)
    await Job.filter(name="shift_nears").delete()
    at(shift, 3, 12)
    for _look in range(2):
        await reminders.reminders_awaited()
    at(shift, 2, 18, 1)
    assert await reminders_of(camille) == ["Rappel"]
    await reminders.reminders_awaited()
    assert await reminders_of(camille) == ["Rappel"]
