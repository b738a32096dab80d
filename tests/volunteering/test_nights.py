"""No place that is kept for somebody is lost at night: the half hour to confirm runs by day only, for everybody."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from civic import clock, jobs
from civic.mail.models import OutboxMessage
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_mission, a_signup, goes_by, it_is, the_shift
from volunteering.shifts.models import Shift
from volunteering.signups import deadlines, service, tallies
from volunteering.signups.models import Signup

CAMILLE = {"name": "Camille Rey", "email": "camille@exemple.fr", "cle": "une-cle-de-formulaire"}
NIGHTS = pytest.mark.parametrize(
    ("asked", "until"),
    [((12, 0), (12, 30)), ((20, 50), (9, 20)), ((22, 30), (9, 30)), ((0, 10), (9, 30)), ((7, 59), (9, 30))],
)


@pytest.fixture(autouse=True)
def _clock_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


def path_of(shift: Shift) -> str:
    return f"/missions/{shift.mission.slug}/creneaux/{shift.id}/inscription"


async def states(shift: Shift) -> list[str]:
    await jobs.run_due(schedules=False)
    return [row.status.value for row in await Signup.filter(shift_id=shift.id).order_by("id")]


async def held_until(shift: Shift, state: str) -> datetime:
    found = await Signup.get(shift_id=shift.id, status=state)
    assert found.hold_until
    return found.hold_until


def hour(moment: datetime) -> tuple[int, int]:
    return clock.local(moment).hour, clock.local(moment).minute


@NIGHTS
async def test_a_visitors_place_waits_for_the_morning(
    client: Client, asked: tuple[int, int], until: tuple[int, int]
) -> None:
    it_is(*asked)
    shift = await the_shift(await a_mission(places=1))
    await client.submit(path_of(shift), CAMILLE)
    await a_signup(shift, await a_person("Odile Martin"))
    end = await held_until(shift, "held")
    assert hour(end) == until
    goes_by(end - clock.now() - timedelta(minutes=1))
    assert await states(shift) == ["held", "waiting"], "nobody lost her place because she slept"
    goes_by(timedelta(minutes=2))
    assert await states(shift) == ["lapsed", "offered"]
    assert await tallies.verifications() == []


@NIGHTS
async def test_what_is_offered_to_a_visitor_waits_for_the_morning(
    client: Client, asked: tuple[int, int], until: tuple[int, int]
) -> None:
    it_is(*asked)
    shift = await the_shift(await a_mission(places=1))
    first = await a_signup(shift)
    await client.submit(path_of(shift), CAMILLE)
    await service.step_back(first, None)
    end = await held_until(shift, "offered")
    assert hour(end) == until
    await jobs.run_due(schedules=False)
    mail = (await OutboxMessage.filter(to="camille@exemple.fr").order_by("id"))[-1]
    goes_by(end - clock.now() - timedelta(minutes=1))
    assert await states(shift) == ["cancelled", "offered"]
    link = re.search(r"http://testserver(/mes-creneaux/\S+)", mail.text)
    assert link
    assert (await client.submit(link[1] + "/accepter")).status_code == 303
    assert await states(shift) == ["cancelled", "confirmed"]


async def test_in_the_last_hours_a_visitors_half_hour_runs_at_night_too(client: Client) -> None:
    it_is(23, 30)
    shift = await the_shift(await a_mission(places=1, days=1))
    page = await client.get(f"/missions/{shift.mission.slug}?creneau={shift.id}")
    assert "La nuit ne compte pas" not in page.text
    await client.submit(path_of(shift), CAMILLE)
    odile = await a_person("Odile Martin")
    await a_signup(shift, odile)
    assert hour(await held_until(shift, "held")) == (0, 0), "the shift begins at 8 h: nobody keeps it all night"
    goes_by(timedelta(minutes=31))
    assert await states(shift) == ["lapsed", "waiting"]
    assert "libre" in (await OutboxMessage.filter(to=odile.email).order_by("id"))[-1].subject


@pytest.mark.one_engine
async def test_the_page_says_that_the_night_does_not_count(client: Client) -> None:
    shift = await the_shift(await a_mission())
    page = await client.get(f"/missions/{shift.mission.slug}?creneau={shift.id}")
    assert "La nuit ne compte pas" in page.text
    thanks = await client.get(f"/missions/{shift.mission.slug}/creneaux/{shift.id}/encore-un-geste")
    assert "La nuit ne compte pas" in thanks.text


FIRST = datetime.fromisoformat("2027-01-01T00:00:00+00:00")
MOMENTS = st.integers(0, 60 * 24 * 425).map(lambda minutes: FIRST + timedelta(minutes=minutes))


@given(MOMENTS, st.integers(1, 60 * 24 * 20), st.sampled_from([1, 30, 90]))
@example(FIRST + timedelta(minutes=16951), 120, 90)
@example(datetime.fromisoformat("2027-01-12T19:00:00+00:00"), 600, 90)
def test_whoever_has_to_confirm_has_her_time_by_day_on_every_day_of_the_year(
    asked: datetime, minutes: int, span: int
) -> None:
    starts, time = asked + timedelta(minutes=minutes), timedelta(minutes=span)
    until = deadlines.confirm_until(asked, starts, time)
    if deadlines.offer_until(asked, starts) is None:
        assert until == asked + time
        return
    assert (9, 0) <= hour(until) <= (21, 0)
    assert until <= starts - deadlines.LEAST
    assert deadlines.waking(asked, until) == min(time, deadlines.waking(asked, starts - deadlines.LEAST))
