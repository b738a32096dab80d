"""What suits a volunteer, and why: pure rules, no database."""

from datetime import date, datetime, timedelta

import pytest

from civic import clock
from volunteering.missions.models import Availability, Mission
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.volunteers import matching
from volunteering.volunteers.matching import Fit, score
from volunteering.volunteers.models import Volunteer
from volunteering.volunteers.words import sentence

SATURDAY, WEDNESDAY = date(2026, 6, 13), date(2026, 6, 17)
WEEK_DAY, WEEK_EVENING, WEEKEND_DAY, WEEKEND_EVENING = Availability


def somebody(**wishes: object) -> Volunteer:
    return Volunteer(**{"km": 15, "has_car": True, **wishes})


def work(**values: object) -> Mission:
    return Mission(**{"title": "Coudre des sacs", **values})


def slot(day: date = SATURDAY, start: int = 9, hours: float = 3) -> Shift:
    starts_at = clock.at(day, start)
    return Shift(starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours), capacity=5)


def of_a_role(*skills: str, capacity: int = 2, taken: int = 0) -> ShiftRole:
    return ShiftRole(capacity=capacity, taken=taken, skills=list(skills))


def suits(volunteer: Volunteer, mission: Mission, shift: Shift | None = None, km: float | None = 4) -> Fit:
    fit = score(volunteer, mission, shift, km)
    assert fit is not None
    return fit


def test_camille_reads_why_a_mission_suits_her() -> None:
    camille = somebody(skills=["sewing", "cooking"], availabilities=[WEEKEND_DAY])
    fit = suits(camille, work(wished_skills=["sewing"]), slot(), 4.2)
    assert sentence(fit) == (
        "À 4\u00a0km de chez vous, un samedi comme vous l’avez dit, et c’est dans vos cordes\u00a0: coudre."
    )  # fmt: skip
    assert sentence(Fit(1, km=0.2)) == "Tout près de chez vous."
    assert sentence(Fit(1, remote=True, skills=("web",))) == (
        "À distance, depuis chez vous, et c’est dans vos cordes\u00a0: tenir un site, des réseaux sociaux."
    )
    evening = suits(somebody(availabilities=[WEEK_EVENING]), work(), slot(WEDNESDAY, 19, 2), None)
    assert sentence(evening) == "Un mercredi soir comme vous l’avez dit."


def test_nothing_is_proposed_to_somebody_who_said_nothing() -> None:
    assert score(somebody(), work(), slot(), None) is None
    assert score(somebody(), work(car_free=True), slot(), None) is None
    assert score(somebody(skills=["sewing"]), work(wished_skills=["sewing"]), slot(), None)


def test_a_required_skill_must_be_hers_and_a_wished_one_need_not() -> None:
    assert score(somebody(), work(required_skills=["sewing"]), slot(), 4) is None
    assert score(somebody(skills=["sewing"]), work(required_skills=["sewing"]), slot(), 4)
    assert score(somebody(), work(wished_skills=["sewing"]), slot(), 4)


def test_one_role_that_is_free_and_within_her_skills_is_enough() -> None:
    cook = somebody(skills=["cooking"])
    assert score(cook, work(), slot(), 4, [of_a_role("first_aid")]) is None
    assert score(cook, work(), slot(), 4, [of_a_role("first_aid"), of_a_role("cooking", taken=2)]) is None
    fit = score(cook, work(), slot(), 4, [of_a_role("first_aid"), of_a_role("cooking")])
    assert fit is not None
    assert fit.skills == ("cooking",)


def test_beyond_her_radius_nothing_is_proposed_but_what_is_done_from_home() -> None:
    assert score(somebody(km=10), work(), slot(), 10.5) is None
    assert score(somebody(km=10), work(), slot(), 10)
    assert score(somebody(km=10), work(remote=True), slot(), 300)


def test_without_a_car_only_what_a_bicycle_reaches_or_where_she_is_taken_along() -> None:
    on_foot = somebody(has_car=False)
    assert score(on_foot, work(), slot(), 12) is None
    assert score(on_foot, work(), slot(), 7)
    assert score(on_foot, work(car_note="Départ groupé à 6 h 30."), slot(), 12)
    fit = score(on_foot, work(car_free=True), slot(), 12)
    assert fit is not None
    assert sentence(fit) == "À 12\u00a0km de chez vous, et accessible sans voiture."
    assert score(somebody(), work(), slot(), 12)


@pytest.mark.parametrize(
    ("day", "start", "hours", "expected"),
    [
        (SATURDAY, 9, 3, {WEEKEND_DAY}), (SATURDAY, 17, 3, {WEEKEND_EVENING}),
        (SATURDAY, 14, 5, {WEEKEND_DAY}), (SATURDAY, 14, 5.5, {WEEKEND_DAY, WEEKEND_EVENING}),
        (WEDNESDAY, 8, 10, {WEEK_DAY}), (WEDNESDAY, 18, 2, {WEEK_EVENING}), (WEDNESDAY, 22, 8, {WEEK_EVENING}),
        (WEDNESDAY, 16, 10, {WEEK_DAY, WEEK_EVENING}), (SATURDAY - timedelta(days=1), 20, 6, {WEEK_EVENING}),
    ],
)  # fmt: skip
def test_hours_are_day_or_evening_week_or_weekend(
    day: date, start: int, hours: float, expected: set[Availability]
) -> None:
    shift = slot(day, start, hours)
    assert matching.moments(shift.starts_at, shift.ends_at) == expected


def test_a_shift_when_she_has_no_time_is_not_proposed() -> None:
    evenings = somebody(availabilities=[WEEK_EVENING, WEEKEND_EVENING])
    assert score(evenings, work(), slot(), 4) is None
    assert score(evenings, work(), slot(SATURDAY, 18), 4)
    assert score(evenings, work(), slot(SATURDAY, 14, 8), 4) is None, "the afternoon too"
    assert score(evenings, work(ongoing=True), None, 4), "agreed with the lead"
    assert score(evenings, work(ongoing=True, availabilities=[WEEK_DAY]), None, 4) is None
    assert score(evenings, work(ongoing=True, availabilities=[WEEK_DAY, WEEK_EVENING]), None, 4)


def test_more_reasons_come_first_and_what_is_nearer() -> None:
    camille = somebody(skills=["sewing", "cooking"], availabilities=[WEEKEND_DAY])
    asked = suits(camille, work(wished_skills=["sewing"]), slot())
    assert asked.points > suits(camille, work(), slot()).points
    assert suits(camille, work(), slot(), 1).points > suits(camille, work(), slot(), 14).points
    many = work(wished_skills=["sewing", "cooking"])
    assert suits(camille, many, slot()).points > asked.points


def test_the_hours_are_those_of_the_territory_summer_and_winter() -> None:
    for day in (date(2026, 1, 14), date(2026, 7, 15)):
        starts_at: datetime = clock.at(day, 17)
        assert matching.moments(starts_at, starts_at + timedelta(hours=1)) == {WEEK_EVENING}
        assert matching.moments(starts_at - timedelta(hours=1), starts_at) == {WEEK_DAY}
