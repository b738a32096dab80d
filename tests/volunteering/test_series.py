"""Shifts that come again: made in words, changed near and far, and nobody ever dropped silently."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from icalendar import Calendar

from civic import clock, jobs
from civic.errors import Invalid
from civic.mail.models import OutboxMessage
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_lead, a_mission, a_signup, sent_again
from volunteering.missions.models import Mission
from volunteering.shifts import places, rules, series, service
from volunteering.shifts.models import Shift, ShiftSeries, ShiftStatus
from volunteering.shifts.moments import SETTLES
from volunteering.shifts.rules import Every, Repeat
from volunteering.shifts.series import Reach
from volunteering.shifts.service import RoleWish, Slot

SignIn = Callable[[Person], Awaitable[Client]]
SATURDAY = 5


@pytest.fixture(autouse=True)
def _clock_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


def a_saturday(weeks: int = 1) -> date:
    """A Saturday that is surely to come."""
    tomorrow = clock.today() + timedelta(days=1)
    return tomorrow + timedelta(days=(SATURDAY - tomorrow.weekday()) % 7 + 7 * weeks)


def a_slot(day: date | None = None, *wishes: RoleWish, start: time = time(8), end: time = time(11)) -> Slot:
    return Slot(day or a_saturday(), start, end, wishes or (RoleWish(8),))


async def a_series(times: int = 4, *, every: Every = Every.WEEK) -> tuple[Mission, list[Shift]]:
    """A mission whose only shifts come again."""
    mission = await a_mission()
    await Shift.filter(mission_id=mission.id).delete()
    slot = a_slot()
    await series.add(mission, slot, Repeat(every, times=times).rule(slot.day))
    return mission, await its_shifts(mission)


async def its_shifts(mission: Mission) -> list[Shift]:
    return await Shift.filter(mission_id=mission.id).order_by("occurs_on", "id").select_related(
        "mission__initiative", "mission__commune"
    )


async def slot_of(shift: Shift, **changes: object) -> Slot:
    return replace(await service.slot_of(await Shift.get(id=shift.id)), **changes)  # type: ignore[arg-type]


async def subjects(person: Person) -> list[str]:
    await jobs.run_due(schedules=False)
    return [mail.subject for mail in await OutboxMessage.filter(to=person.email or "").order_by("id")]


def local_days(shifts: list[Shift]) -> list[date]:
    return [clock.local(shift.starts_at).date() for shift in shifts if not shift.is_cancelled]


@pytest.mark.parametrize(
    ("repeat", "rule", "days"),
    [
        (Repeat(Every.WEEK, times=3), "FREQ=WEEKLY;COUNT=3;BYDAY=SA", ["06-05", "06-12", "06-19"]),
        (Repeat(Every.WEEK, ("TU", "SA"), until=date(2027, 6, 12)), "FREQ=WEEKLY;UNTIL=20270612;BYDAY=TU,SA",
         ["06-05", "06-08", "06-12"]),
        (Repeat(Every.FORTNIGHT, times=3), "FREQ=WEEKLY;COUNT=3;INTERVAL=2;BYDAY=SA", ["06-05", "06-19", "07-03"]),
        (Repeat(Every.MONTH, times=3), "FREQ=MONTHLY;COUNT=3;BYDAY=1SA", ["06-05", "07-03", "08-07"]),
    ],
)  # fmt: skip
def test_what_a_lead_ticks_becomes_a_rule_and_days(repeat: Repeat, rule: str, days: list[str]) -> None:
    first = date(2027, 6, 5)
    assert repeat.rule(first) == rule
    found = rules.days(rule, first)
    assert [day.strftime("%m-%d") for day in found] == days
    again = rules.repeat_of(rule, first)
    assert rules.days(again.rule(first), first) == found, "read back from the rule, it gives the same days"


def test_the_fifth_saturday_is_the_last_one_of_the_month() -> None:
    first = date(2027, 5, 29)
    rule = Repeat(Every.MONTH, times=3).rule(first)
    assert rules.days(rule, first) == [first, date(2027, 6, 26), date(2027, 7, 31)]
    assert "le dernier samedi" in rules.said(rule, first)


def test_a_rule_is_said_in_words() -> None:
    first = date(2027, 6, 5)
    said = rules.said(Repeat(Every.WEEK, ("TU", "SA"), until=date(2027, 6, 30)).rule(first), first)
    assert said == "Chaque semaine, le mardi et le samedi, jusqu’au 30\u00a0juin 2027"
    assert rules.said(Repeat(Every.FORTNIGHT, times=2).rule(first), first).startswith("Une semaine sur deux, le samedi")
    assert "le premier samedi" in rules.said(Repeat(Every.MONTH, times=2).rule(first), first)


@pytest.mark.parametrize(
    "rule", ["FREQ=WEEKLY", "FREQ=DAILY;COUNT=105", "FREQ=WEEKLY;COUNT=60", "FREQ=MONTHLY;COUNT=2;BYMONTH=13", "demain",
             "FREQ=WEEKLY;UNTIL=20270601"],
)  # fmt: skip
def test_a_rule_that_never_ends_or_says_nothing_is_refused(rule: str) -> None:
    with pytest.raises(Invalid):
        rules.days(rule, date(2027, 6, 5))


MARCH, OCTOBER = date(2027, 3, 28), date(2027, 10, 31)
CHANGES = [
    (MARCH, time(8), time(11), [(7, 10), (6, 9), (6, 9)], [3, 3, 3]),
    (OCTOBER, time(8), time(11), [(6, 9), (7, 10), (7, 10)], [3, 3, 3]),
    (MARCH, time(1, 30), time(3, 30), [(0, 2), (0, 1), (23, 1)], [2, 1, 2]),
    (OCTOBER, time(1, 30), time(3, 30), [(23, 1), (23, 2), (0, 2)], [2, 3, 2]),
]
"""Change day of Europe/Paris in 2027, hours written, hours in UTC and real hours of the week before, that day, after."""


@pytest.mark.parametrize(("changes", "start", "end", "utc", "lasts"), CHANGES)
async def test_a_weekly_shift_stays_at_its_hours_on_both_sides_of_a_change_of_clocks(
    client: Client, changes: date, start: time, end: time, utc: list[tuple[int, int]], lasts: list[int]
) -> None:
    before = changes - timedelta(weeks=1)
    there = datetime(2027, 1, 10, 12, tzinfo=UTC) - datetime.now(UTC)
    clock.travel(there)
    mission = await a_mission(days=200)
    added = await series.add(mission, a_slot(before, start=start, end=end), Repeat(Every.WEEK, times=3).rule(before))
    rows = [await Shift.get(id=shift.id) for shift in added]
    assert [clock.local(row.starts_at).date() for row in rows] == [before + timedelta(weeks=n) for n in range(3)]
    assert {clock.local(row.starts_at).time() for row in rows} == {start}
    assert {clock.local(row.ends_at).time() for row in rows} == {end}
    assert [(row.starts_at.hour, row.ends_at.hour) for row in rows] == utc
    assert [row.lasts for row in rows] == [timedelta(hours=hours) for hours in lasts]
    for row, hours in zip(rows, lasts, strict=True):
        text = (await client.get(f"/missions/{mission.slug}/creneaux/{row.id}.ics")).text
        (event,) = Calendar.from_ical(text).walk("VEVENT")
        start_at, end_at = (event[name].dt.astimezone(UTC) for name in ("dtstart", "dtend"))
        assert (start_at, end_at) == (row.starts_at, row.ends_at)
        assert end_at - start_at == timedelta(hours=hours)


def test_a_shift_in_the_hour_that_does_not_exist_lasts_as_written() -> None:
    start, end = a_slot(MARCH, start=time(2, 30), end=time(3)).hours()
    assert end - start == timedelta(minutes=30)


async def test_this_one_stands_on_its_own_and_the_series_passes_it_by(client: Client) -> None:
    mission, shifts = await a_series()
    await service.edit(shifts[1], await slot_of(shifts[1], start=time(9), end=time(12)))
    alone = await Shift.get(id=shifts[1].id)
    assert (alone.detached, alone.series_id) == (True, shifts[0].series_id)
    later = await slot_of(shifts[0], note="Avec Rose")
    done = await series.change(shifts[0], later, Reach.ALL)
    assert [row.id for row in done.left_alone] == [alone.id]
    assert [row.note for row in await its_shifts(mission)] == ["Avec Rose", "", "Avec Rose", "Avec Rose"]
    assert await series.series_of(await Shift.get(id=alone.id)) is None, "it only changes on its own"


async def test_this_and_the_following_begin_a_new_series_and_tell_only_those_concerned(client: Client) -> None:
    mission, shifts = await a_series()
    before, after = await a_person("Camille Rey"), await a_person("Odile Martin")
    await a_signup(shifts[0], before)
    await a_signup(shifts[2], after)
    slot = await slot_of(shifts[1], start=time(9), end=time(12))
    plan = await series.plan(await Shift.get(id=shifts[1].id), slot, Reach.FOLLOWING)
    assert (len(plan.moved), plan.people) == (3, 1)
    assert await ShiftSeries.all().count() == 1, "a plan changes nothing"
    await series.change(shifts[1], slot, Reach.FOLLOWING)
    rows = await its_shifts(mission)
    assert [clock.local(row.starts_at).hour for row in rows] == [8, 9, 9, 9]
    assert rows[0].series_id != rows[1].series_id
    assert {row.series_id for row in rows[1:]} == {rows[1].series_id}
    assert not any(row.detached for row in rows)
    assert len(await subjects(before)) == 1
    clock.travel(SETTLES)
    assert (await subjects(after))[-1].startswith("Nouvel horaire")
    first, second = await ShiftSeries.all().order_by("id")
    assert rules.days(first.rule, first.day) == [rows[0].occurs_on]
    assert rules.days(second.rule, second.day) == [row.occurs_on for row in rows[1:]]


async def test_moving_the_day_moves_all_of_them_and_the_rule(client: Client) -> None:
    mission, shifts = await a_series()
    sunday = await slot_of(shifts[1], day=a_saturday(2) + timedelta(days=1))
    await series.change(shifts[1], sunday, Reach.ALL)
    rows = await its_shifts(mission)
    assert local_days(rows) == [a_saturday(week) + timedelta(days=1) for week in range(1, 5)]
    assert {row.id for row in rows} == {row.id for row in shifts}, "moved, not made anew"
    (kept,) = await ShiftSeries.all()
    assert rules.days(kept.rule, kept.day) == local_days(rows)
    a_week_later = await slot_of(rows[0], day=a_saturday(2) + timedelta(days=1))
    await series.change(rows[0], a_week_later, Reach.ALL)
    assert local_days(await its_shifts(mission)) == [a_saturday(week) + timedelta(days=1) for week in range(2, 6)]


async def test_a_monthly_series_moved_by_a_day_keeps_a_weekday_of_the_month(client: Client) -> None:
    mission, shifts = await a_series(6, every=Every.MONTH)
    day = shifts[0].occurs_on + timedelta(days=1)  # type: ignore[operator]
    await series.change(shifts[0], await slot_of(shifts[0], day=day), Reach.ALL)
    rows = await its_shifts(mission)
    assert all(one.weekday() == SATURDAY + 1 for one in local_days(rows))
    (kept,) = await ShiftSeries.all()
    assert rules.days(kept.rule, kept.day)[:6] == local_days(rows)
    assert len(set(local_days(rows))) == 6


async def test_a_shift_that_leaves_the_rule_is_called_off_with_a_reason_and_everybody_is_told(client: Client) -> None:
    mission, shifts = await a_series(4)
    camille = await a_person("Camille Rey")
    await a_signup(shifts[1], camille)
    slot, repeat = await slot_of(shifts[0]), Repeat(Every.FORTNIGHT, ("SA",), times=3)
    plan = await series.plan(await Shift.get(id=shifts[0].id), slot, Reach.ALL, repeat)
    assert [row.id for row in plan.called_off] == [shifts[1].id, shifts[3].id]
    assert (plan.people, plan.dropped, len(plan.added)) == (1, 1, 1)
    with pytest.raises(Invalid, match="pourquoi"):
        await series.change(shifts[0], slot, Reach.ALL, repeat)
    assert not await Shift.filter(status=ShiftStatus.CANCELLED).exists(), "all or nothing"
    await series.change(shifts[0], slot, Reach.ALL, repeat, reason="Un samedi sur deux suffit.")
    assert local_days(await its_shifts(mission)) == [a_saturday(1), a_saturday(3), a_saturday(5)]
    assert (await subjects(camille))[-1].startswith("Créneau annulé")
    assert (await Shift.get(id=shifts[1].id)).reason == "Un samedi sur deux suffit."


async def test_a_day_called_off_alone_does_not_come_back_with_a_longer_series(client: Client) -> None:
    mission, shifts = await a_series(3)
    await series.call_off(shifts[1], Reach.THIS, "Fête du village.")
    assert [row.status for row in await its_shifts(mission)].count(ShiftStatus.CANCELLED) == 1
    longer = Repeat(Every.WEEK, ("SA",), until=a_saturday(5))
    await series.change(shifts[0], await slot_of(shifts[0]), Reach.ALL, longer)
    assert local_days(await its_shifts(mission)) == [a_saturday(week) for week in (1, 3, 4, 5)]


@pytest.mark.parametrize(("reach", "left"), [(Reach.THIS, 3), (Reach.FOLLOWING, 1), (Reach.ALL, 0)])
async def test_calling_off_goes_as_far_as_the_lead_says(client: Client, reach: Reach, left: int) -> None:
    mission, shifts = await a_series()
    people = [await a_person(name) for name in ("Camille Rey", "Odile Martin")]
    await a_signup(shifts[0], people[0])
    await a_signup(shifts[1], people[1])
    gone = await series.call_off(shifts[1], reach, "Il neige.")
    assert len(gone) == 4 - left
    assert await Shift.filter(mission_id=mission.id, status=ShiftStatus.OPEN).count() == left
    assert (await subjects(people[1]))[-1].startswith("Créneau annulé")
    assert len(await subjects(people[0])) == (2 if reach == Reach.ALL else 1)


async def test_a_role_with_people_is_not_dropped_from_any_shift_of_the_series(client: Client) -> None:
    mission = await a_mission()
    slot = a_slot(None, RoleWish(2, title="Accueil"), RoleWish(2, title="Cuisine"))
    shifts = await series.add(mission, slot, Repeat(Every.WEEK, times=3).rule(slot.day))
    await a_signup(await Shift.get(id=shifts[2].id).select_related("mission__initiative", "mission__commune"))
    model = await slot_of(shifts[0])
    fewer = await slot_of(shifts[0], roles=model.roles[1:])
    with pytest.raises(Invalid, match="inscrites à un poste"):
        await series.plan(await Shift.get(id=shifts[0].id), fewer, Reach.ALL)
    renamed = tuple(
        RoleWish(3, title=title, id=wish.id)
        for title, wish in zip(("Cuisine", "Accueil"), model.roles, strict=True)
    )
    await series.change(shifts[0], await slot_of(shifts[0], roles=renamed), Reach.ALL)
    for shift in shifts:
        found = await service.slot_of(await Shift.get(id=shift.id))
        assert [(role.title, role.capacity) for role in found.roles] == [("Cuisine", 3), ("Accueil", 3)]
    assert (await Shift.get(id=shifts[2].id)).taken == 1


async def test_what_a_lead_has_read_is_what_is_done(client: Client) -> None:
    _mission, shifts = await a_series()
    slot = await slot_of(shifts[0], start=time(9), end=time(12))
    read = await series.plan(await Shift.get(id=shifts[0].id), slot, Reach.ALL)
    await series.call_off(shifts[3], Reach.THIS, "Férié.")
    with pytest.raises(series.Replanned):
        await series.change(shifts[0], slot, Reach.ALL, mark=read.mark)
    assert clock.local((await Shift.get(id=shifts[0].id)).starts_at).hour == 8
    again = await series.plan(await Shift.get(id=shifts[0].id), slot, Reach.ALL)
    await series.change(shifts[0], slot, Reach.ALL, mark=again.mark)
    assert clock.local((await Shift.get(id=shifts[0].id)).starts_at).hour == 9


async def test_of_two_leads_who_change_a_series_at_once_the_second_is_told(client: Client) -> None:
    mission, shifts = await a_series()
    seen = (await slot_of(shifts[0])).mark
    early, late = await slot_of(shifts[0], start=time(7)), await slot_of(shifts[0], start=time(9))
    done = await asyncio.gather(
        series.change(shifts[0], early, Reach.ALL, seen=seen), series.change(shifts[0], late, Reach.ALL, seen=seen),
        return_exceptions=True,
    )  # fmt: skip
    assert sorted(type(one).__name__ for one in done) == ["Overtaken", "Plan"]
    assert len({clock.local(row.starts_at).hour for row in await its_shifts(mission)}) == 1


@pytest.mark.one_engine
async def test_the_plan_says_which_places_and_roles_change(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead)
    await Shift.filter(mission_id=mission.id).delete()
    slot = a_slot(None, RoleWish(3, title="Bar"), RoleWish(2, title="Cuisine"))
    await series.add(mission, slot, Repeat(Every.WEEK, times=2).rule(slot.day))
    first, _later = await its_shifts(mission)
    for _ in range(2):
        await a_signup(first)
    bar, kitchen = await places.roles_of(first.id)
    form = {
        "day": slot.day.isoformat(), "start": "08:00", "end": "11:00", "fairness": "first_come", "reach": "all",
        "role": str(bar.id), "title": "Bar", "capacity": "1", "minimum": "1",
        "role_2": str(kitchen.id), "title_2": "Plonge", "capacity_2": "2",
        "title_3": "Accueil", "capacity_3": "4", "seen": (await slot_of(first)).mark,
    }  # fmt: skip
    page = await (await sign_in(lead)).submit(f"/missions/{mission.slug}/creneaux/{first.id}/modifier", form)
    assert page.status_code == 422
    text = page.text.replace("\u00a0", " ")
    for news in (
        "Bar : 1 place au lieu de 3", "Bar : un minimum de 1 au lieu de 0", "Cuisine devient Plonge",
        "nouveau poste : Accueil, 4 places",
    ):  # fmt: skip
        assert text.count(news) == 2, news
    assert text.count("1 personne de trop garde sa place") == 1
    assert "8 h à 11 h – <strong>Bar" in text, "something between the hours and what changes"


@pytest.mark.one_engine
async def test_a_lead_reads_the_days_before_a_series_is_made(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead)
    browser = await sign_in(lead)
    path = f"/missions/{mission.slug}/creneaux"
    first = a_saturday()
    fields = {
        "day": first.isoformat(), "start": "14 h", "end": "16 h", "capacity": "5", "every": "fortnight",
        "weekdays": ["SA"], "until": (first + timedelta(weeks=4)).isoformat(),
    }  # fmt: skip
    shown = await browser.submit(path, fields)
    assert shown.status_code == 422
    assert "3 créneaux seront ajoutés" in shown.text
    assert await Shift.filter(mission_id=mission.id).count() == 1
    back = await browser.submit(path, {**sent_again(shown.text), "act": "back"})
    assert 'value="14 h"' in back.text
    assert (await browser.submit(path, sent_again(shown.text))).status_code == 303
    assert (await browser.submit(path, sent_again(shown.text))).status_code == 303, "sent twice, made once"
    assert await Shift.filter(mission_id=mission.id).count() == 4
    wrong = await browser.submit(path, {**fields, "weekdays": ["TU"], "start": "17 h", "end": "18 h"})
    assert "ne fait pas partie de la répétition" in wrong.text
    assert "Dites jusqu’à quand" in (await browser.submit(path, {**fields, "until": ""})).text


@pytest.mark.one_engine
async def test_a_lead_changes_a_series_after_reading_who_is_told(database: object, sign_in: SignIn) -> None:
    mission, shifts = await a_series()
    camille = await a_person("Camille Rey")
    await a_signup(shifts[2], camille)
    browser = await sign_in(await mission.contact)  # type: ignore[arg-type, misc]
    path = f"/missions/{mission.slug}/creneaux/{shifts[1].id}/modifier"
    form = (await browser.get(path)).text
    assert "Chaque semaine, le samedi" in form
    slot = await slot_of(shifts[1])
    fields = {
        "day": slot.day.isoformat(), "start": "10:00", "end": "13:00", "capacity": "8", "seen": slot.mark,
        "reach": "following", "every": "week", "weekdays": ["SA"], "until": a_saturday(3).isoformat(),
    }  # fmt: skip
    shown = await browser.submit(path, fields)
    assert "2 créneaux changent" in shown.text
    assert "1 créneau est annulé" in shown.text
    assert "1 personne est concernée. Elle recevra un message dans les minutes qui suivent" in shown.text.replace("\u00a0", " ")
    assert "1 personne à prévenir" in shown.text
    assert "10\u00a0h\u00a0à\u00a013\u00a0h" in shown.text
    with_note = await browser.submit(path, {**fields, "start": "08:00", "end": "11:00", "note": "Sous la halle"})
    assert "Sous la halle" in with_note.text
    assert "1 personne à prévenir" in with_note.text, "another note is worth a message"
    assert (await browser.submit(path, sent_again(shown.text))).status_code == 303
    assert [clock.local(row.starts_at).hour for row in await its_shifts(mission) if not row.is_cancelled] == [8, 10, 10]
    clock.travel(SETTLES)
    assert (await subjects(camille))[-1].startswith("Nouvel horaire")


@pytest.mark.one_engine
async def test_one_shift_of_a_series_is_changed_and_called_off_after_reading_too(
    database: object, sign_in: SignIn
) -> None:
    mission, shifts = await a_series()
    await a_signup(shifts[1])
    browser = await sign_in(await mission.contact)  # type: ignore[arg-type, misc]
    path = f"/missions/{mission.slug}/creneaux/{shifts[1].id}"
    slot = await slot_of(shifts[1])
    fields = {
        "day": slot.day.isoformat(), "start": "9 h", "end": "12 h", "capacity": "8", "seen": slot.mark, "reach": "this",
    }  # fmt: skip
    shown = await browser.submit(f"{path}/modifier", fields)
    assert "Changer ce créneau" in shown.text
    assert "1 personne à prévenir" in shown.text
    assert (await browser.submit(f"{path}/modifier", sent_again(shown.text))).status_code == 303
    rows = await its_shifts(mission)
    assert [(clock.local(row.starts_at).hour, row.detached) for row in rows[:2]] == [(8, False), (9, True)]
    page = (await browser.get(f"/missions/{mission.slug}")).text
    assert page.count("Changé à part") == 1
    assert "il ne suit plus sa série" in (await browser.get(f"{path}/modifier")).text
    other = f"/missions/{mission.slug}/creneaux/{shifts[2].id}/annuler"
    asked = await browser.submit(other, {"reach": "this", "reason": "Pont."})
    assert "Annuler ce créneau" in asked.text
    assert (await browser.submit(other, {**sent_again(asked.text), "reason": "Pont."})).status_code == 303
    assert await Shift.filter(status=ShiftStatus.CANCELLED).count() == 1


@pytest.mark.one_engine
async def test_a_reason_is_asked_when_people_lose_their_shift(database: object, sign_in: SignIn) -> None:
    mission, shifts = await a_series()
    await a_signup(shifts[3])
    browser = await sign_in(await mission.contact)  # type: ignore[arg-type, misc]
    path = f"/missions/{mission.slug}/creneaux/{shifts[0].id}/modifier"
    slot = await slot_of(shifts[0])
    fields = {
        "day": slot.day.isoformat(), "start": "08:00", "end": "11:00", "capacity": "8", "seen": slot.mark,
        "reach": "all", "every": "week", "weekdays": ["SA"], "until": a_saturday(2).isoformat(),
    }  # fmt: skip
    shown = await browser.submit(path, fields)
    refused = await browser.submit(path, sent_again(shown.text))
    assert "Écrivez-leur pourquoi" in refused.text
    assert (await browser.submit(path, {**sent_again(refused.text), "reason": "Fin de saison."})).status_code == 303
    assert (await Shift.get(id=shifts[3].id)).reason == "Fin de saison."


@pytest.mark.one_engine
async def test_a_lead_calls_a_series_off_after_reading_which(database: object, sign_in: SignIn) -> None:
    mission, shifts = await a_series()
    await a_signup(shifts[2])
    browser = await sign_in(await mission.contact)  # type: ignore[arg-type, misc]
    path = f"/missions/{mission.slug}/creneaux/{shifts[1].id}/annuler"
    silent = await browser.submit(path, {"reach": "following"})
    assert "Écrivez-leur pourquoi" in (await browser.submit(path, sent_again(silent.text))).text
    shown = await browser.submit(path, {"reach": "following", "reason": "Travaux."})
    assert "3 créneaux seront annulés" in shown.text
    assert "1 personne à prévenir" in shown.text
    assert 'value="Travaux."' in shown.text
    assert await Shift.filter(status=ShiftStatus.CANCELLED).count() == 0
    assert (await browser.submit(path, {**sent_again(shown.text), "reason": "Travaux."})).status_code == 303
    assert await Shift.filter(status=ShiftStatus.CANCELLED, reason="Travaux.").count() == 3
