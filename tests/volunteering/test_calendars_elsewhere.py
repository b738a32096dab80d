"""Every calendar of ours, read by a program that is not the one which writes it (`ical`, the reader of a home server)."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from ical.calendar_stream import IcsCalendarStream

from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_lead, a_mission, a_shift, a_signup, in_days, the_shift
from volunteering.feeds import service as feeds
from volunteering.feeds.queries import feed_of
from volunteering.missions.models import Mission
from volunteering.missions.words import hours
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.signups import service
from volunteering.signups.letters import token_of
from volunteering.signups.models import Signup


@dataclass(frozen=True)
class Seen:
    """An event as that program has it."""

    start: datetime
    end: datetime
    status: str
    sequence: int
    title: str
    stamp: datetime


def seen(text: str) -> dict[str, Seen]:
    """The events of a file by UID; each once, each at one moment."""
    whole = IcsCalendarStream.calendar_from_ics(text)
    found: dict[str, Seen] = {}
    for event in whole.events:
        assert event.rrule is None, "a series is written shift by shift"
        assert event.uid, "an event has a name"
        assert event.uid not in found, "one UID, one event"
        start, end = event.dtstart, event.dtend
        assert isinstance(start, datetime)
        assert isinstance(end, datetime)
        assert start.tzinfo, "no hour without its clock"
        assert event.status
        assert event.sequence is not None
        assert isinstance(event.dtstamp, datetime)
        found[event.uid] = Seen(start, end, event.status.value, event.sequence, event.summary or "", event.dtstamp)
    IcsCalendarStream.calendar_to_ics(whole)  # and it can write it again, which checks what it has read
    return found


async def asked(client: Client, path: str) -> dict[str, Seen]:
    answer = await client.get(path)
    assert answer.status_code == 200
    return seen(answer.text)


async def everywhere(client: Client, mission: Mission, person: Person) -> dict[str, dict[str, Seen]]:
    """All the addresses under which these shifts can be had."""
    own = feeds.address_of(await feed_of(person) or await feeds.renew(person)).removeprefix("http://testserver")
    paths = [own, f"/missions/{mission.slug}/agenda.ics", f"/communes/{mission.commune.slug}/missions.ics"]  # type: ignore[union-attr]
    found = {path: await asked(client, path) for path in paths}
    found["own"] = found.pop(own)
    one: dict[str, Seen] = {}
    for shift in await Shift.filter(mission_id=mission.id).order_by("id"):
        one |= await asked(client, f"/missions/{mission.slug}/creneaux/{shift.id}.ics")
    found["shift by shift"] = one
    mine: dict[str, Seen] = {}
    for signup in await Signup.filter(person_id=person.id).order_by("id"):
        mine |= await asked(client, f"/mes-creneaux/{token_of(signup)}/agenda.ics")
    found["place by place"] = mine
    return found


def last_sunday(year: int, month: int) -> date:
    """The day on which the clocks change."""
    return max(day for one in range(24, 32) if (day := date(year, month, one)).weekday() == 6)


@pytest.mark.parametrize("month", [3, 10])
async def test_every_calendar_shows_the_hours_of_the_page_on_the_days_when_the_clocks_change(
    client: Client, month: int
) -> None:
    sunday = last_sunday(clock.today().year + 1, month)
    mission, camille = await a_mission(), await a_person("Camille Rey")
    for day in (sunday - timedelta(days=1), sunday, sunday + timedelta(days=1)):
        for start, end in ((time(0, 30), time(1, 30)), (time(1), time(4)), (time(3, 15), time(5)), (time(22), time(6))):
            added = await shifts.add(mission, shifts.Slot(day, start, end, (shifts.RoleWish(2),)))
            await a_signup(await Shift.get(id=added.id).select_related("mission__initiative", "mission__commune"), camille, f"k{added.id}")
    found = await everywhere(client, mission, camille)
    planned = await Shift.filter(mission_id=mission.id).order_by("id")
    page = html.unescape((await client.get(f"/missions/{mission.slug}")).text)
    for name, events in found.items():
        own = name in ("own", "place by place")
        wanted = [row for row in planned if not own or await Signup.filter(shift_id=row.id).exists()]
        assert set(events) == {f"shift-{row.id}@testserver" for row in wanted}, name
        for row in wanted:
            event = events[f"shift-{row.id}@testserver"]
            assert event.start.astimezone(UTC) == row.starts_at, (name, row.starts_at)
            assert event.end.astimezone(UTC) == row.ends_at, (name, row.ends_at)
            assert event.start.replace(tzinfo=None) == clock.local(row.starts_at).replace(tzinfo=None, fold=0)
            assert (event.status, event.title) == ("CONFIRMED", mission.title)
            assert hours(event.start, event.end) in page, f"{name}: {hours(event.start, event.end)} is not on the page"


async def test_the_hour_that_comes_twice_is_two_different_hours_in_every_calendar(client: Client) -> None:
    sunday = last_sunday(clock.today().year + 1, 10)
    mission, camille = await a_mission(), await a_person("Camille Rey")
    shift = await a_shift(mission, days=9)
    twice = datetime.combine(sunday, time(0, 30), UTC)
    for start in (twice, twice + timedelta(hours=1)):
        await Shift.filter(id=shift.id).update(starts_at=start, ends_at=start + timedelta(minutes=20))
        fresh = await Shift.get(id=shift.id).select_related("mission__initiative", "mission__commune")
        if start == twice:
            await a_signup(fresh, camille)
        for name, events in (await everywhere(client, mission, camille)).items():
            event = events[f"shift-{shift.id}@testserver"]
            assert event.start.astimezone(UTC) == start, name
            assert event.end - event.start == timedelta(minutes=20)


async def test_in_every_calendar_a_place_changes_under_one_uid_with_a_growing_sequence(client: Client) -> None:
    """Put off, given back, taken again, moved, called off: what a calendar has last is what is true."""
    camille, lead = await a_person("Camille Rey"), await a_lead()
    mission = await a_mission(lead=lead)
    shift = await the_shift(mission)
    uid = f"shift-{shift.id}@testserver"
    signup = await a_signup(shift, camille)
    known: dict[str, Seen] = {}
    steps: dict[str, list[tuple[int, str]]] = {}

    async def look() -> None:
        await jobs.run_due(schedules=False)
        now = {name: events[uid] for name, events in (await everywhere(client, mission, camille)).items()}
        sent = await OutboxMessage.filter(to=camille.email or "", calendar__isnull=False).order_by("-id").first()
        assert sent
        now["mail"] = seen(sent.calendar or "")[uid]
        fresh = await Shift.get(id=shift.id)
        for name, event in now.items():
            assert event.start == fresh.starts_at or name == "mail", name
            before = known.get(name)
            if before and (event.start, event.end, event.status) != (before.start, before.end, before.status):
                assert event.sequence > before.sequence, f"{name}: another event under the same number"
                assert event.stamp > before.stamp, f"{name}: changed, and as old as before"
            assert before is None or event.sequence >= before.sequence, name
            steps.setdefault(name, []).append((event.sequence, event.status))
        assert now["own"].sequence == now["place by place"].sequence == now["mail"].sequence
        known.update(now)

    try:
        await look()
        for number, act in enumerate((
            lambda: _moved(shift, 8), lambda: service.step_back(signup, camille.id), lambda: service.come_back(signup),
            lambda: _moved(shift, 9), lambda: _called_off(shift),
        ), 1):  # fmt: skip
            clock.travel(timedelta(minutes=20 * number))
            await act()
            clock.travel(timedelta(minutes=20 * number + 15))
            await look()
    finally:
        clock.travel(timedelta())
    assert [status for _number, status in steps["own"]] == [
        "CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED", "CONFIRMED", "CANCELLED",
    ]  # fmt: skip
    assert [status for _number, status in steps["mail"]] == [status for _number, status in steps["own"]]
    assert steps[f"/missions/{mission.slug}/agenda.ics"][-1] == steps["shift by shift"][-1]
    assert steps["shift by shift"][-1][1] == "CANCELLED"
    assert [number for number, _status in steps["own"]] == sorted({number for number, _status in steps["own"]})


async def _moved(shift: Shift, days: int) -> None:
    await shifts.edit(await Shift.get(id=shift.id), shifts.Slot(in_days(days), time(9), time(12), (shifts.RoleWish(8),)))


async def _called_off(shift: Shift) -> None:
    await shifts.cancel(await Shift.get(id=shift.id), "Il neige.")


async def test_titles_and_notes_come_through_whole_whatever_signs_they_hold(client: Client) -> None:
    title = "Compost, « tri » ; pain\\beurre – 2 h à l’œuvre : ça va, 100 % d’été"
    mission = await a_mission(title, bring="Des gants ; une bêche, ou deux\\trois")
    camille = await a_person("Camille Rey")
    await a_signup(await the_shift(mission), camille)
    for name, events in (await everywhere(client, mission, camille)).items():
        (event,) = events.values()
        assert event.title == title, name
    text = (await client.get(f"/missions/{mission.slug}/agenda.ics")).text
    described = IcsCalendarStream.calendar_from_ics(text).events[0].description or ""
    assert "Des gants ; une bêche, ou deux\\trois" in described
    assert not re.search(r"\\[;,]", described)
