"""Until when an offered place is kept: shorter near the shift, never into the night, whatever the clocks do."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic import clock
from volunteering.signups import consents
from volunteering.signups.deadlines import LEAST, MOST, consent_until, offer_until, waking

SATURDAY = date(2027, 6, 12)
HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0, *, base: date = SATURDAY) -> datetime:
    """So many days from the Saturday, at this hour of the territory's clocks."""
    return clock.at(base + timedelta(days=day), hour, minute)


@pytest.mark.parametrize(
    ("asked", "starts", "until"),
    [
        (at(-20, 10), at(0, 14), at(-19, 10)),  # a day at most, when she is asked in daytime
        (at(-20, 20), at(0, 14), at(-19, 20)),
        (at(-20, 23), at(0, 14), at(-19, 21)),  # asked at night: the whole next day
        (at(-20, 3), at(0, 14), at(-20, 21)),
        (at(-4, 10), at(0, 14), at(-3, 10)), (at(-3, 10), at(0, 14), at(-3, 19, 53)),  # a quarter of the waking time that is left
        (at(-2, 10), at(0, 14), at(-2, 16, 53)),
        (at(-1, 10), at(0, 14), at(-1, 13, 53)),
        (at(-1, 20), at(0, 14), at(0, 9, 23)),
        (at(-1, 22), at(0, 14), at(0, 10, 8)),
        (at(0, 8), at(0, 14), at(0, 10, 8)),
        (at(0, 10), at(0, 14), at(0, 10, 53)),
        (at(0, 12), at(0, 14), at(0, 12, 30)),  # half an hour at least
        (at(0, 13), at(0, 14), at(0, 13, 30)),  # and half an hour before the start
        (at(-1, 23), at(0, 10), at(0, 9, 30)),
        (at(-1, 20, 30), at(0, 8), at(-1, 21)),
    ],
)  # fmt: skip
def test_the_time_to_answer_shortens_as_the_shift_nears(asked: datetime, starts: datetime, until: datetime) -> None:
    found = offer_until(asked, starts)
    assert found is not None
    assert clock.local(found) == clock.local(until)


@pytest.mark.parametrize(
    ("asked", "starts"),
    [
        (at(0, 13, 1), at(0, 14)), (at(0, 13, 59), at(0, 14)), (at(-1, 20, 31), at(0, 8)), (at(-1, 23), at(0, 8)),
        (at(0, 2), at(0, 7)), (at(-1, 22), at(0, 1)), (at(0, 20, 31), at(0, 22)), (at(0, 8), at(0, 9, 30)),
        (at(-1, 23), at(0, 9)),
    ],
)  # fmt: skip
def test_in_the_last_hours_nobody_is_asked_alone(asked: datetime, starts: datetime) -> None:
    assert offer_until(asked, starts) is None


@pytest.mark.parametrize(
    ("night", "asked", "starts", "until"),
    [
        # 28 March 2027: the night has an hour less; 31 October 2027: an hour more. The waking day stays twelve hours.
        (date(2027, 3, 28), (-1, 23), (0, 10), (0, 9, 30)), (date(2027, 3, 28), (-1, 20), (20, 14), (0, 20)),
        (date(2027, 3, 28), (-1, 20), (0, 14), (0, 9, 23)), (date(2027, 10, 31), (-1, 20), (20, 14), (0, 20)),
        (date(2027, 10, 31), (-1, 23), (0, 10), (0, 9, 30)), (date(2027, 10, 31), (-1, 20), (0, 14), (0, 9, 23)),
        (date(2027, 10, 31), (0, 2), (0, 12), (0, 9, 38)),
    ],
)  # fmt: skip
def test_on_the_days_when_the_clocks_change_nobody_loses_an_hour(
    night: date, asked: tuple[int, int], starts: tuple[int, int], until: tuple[int, ...]
) -> None:
    found = offer_until(at(*asked, base=night), at(*starts, base=night))
    assert found is not None
    assert clock.local(found) == clock.local(at(*until, base=night))


FIRST = clock.at(date(2027, 1, 1), 0)
MOMENTS = st.integers(0, 60 * 24 * 425).map(lambda minutes: FIRST + timedelta(minutes=minutes))


@given(MOMENTS, st.integers(0, 60 * 24 * 40))
def test_no_offer_ever_ends_at_night_nor_too_near_the_start(asked: datetime, minutes: int) -> None:
    starts = asked + timedelta(minutes=minutes)
    until = offer_until(asked, starts)
    if until is None:
        assert waking(asked, starts - LEAST) < LEAST
        return
    shown = clock.local(until)
    assert (9, 0) < (shown.hour, shown.minute) <= (21, 0)
    assert until <= starts - LEAST
    assert LEAST <= waking(asked, until) <= MOST + timedelta(minutes=1)


@given(MOMENTS, st.integers(0, 60 * 24 * 20), st.integers(0, 600))
def test_a_nearer_shift_never_gives_more_time(asked: datetime, minutes: int, nearer: int) -> None:
    far, near = (offer_until(asked, asked + timedelta(minutes=some)) for some in (minutes + nearer, minutes))
    assert near is None or (far is not None and near <= far)


@pytest.mark.parametrize(
    ("asked", "starts", "until"),
    [
        (at(-20, 14, 20), at(0, 14), at(-17, 14, 20)),  # three days
        (at(-20, 0, 32), at(0, 14), at(-18, 21)), (at(-20, 22), at(0, 14), at(-17, 21)),  # the evening, not the night
        (at(-2, 14), at(0, 14), at(0, 12)), (at(-2, 14), at(0, 9), at(-1, 21)),  # two hours before, or the evening before
        (at(-1, 22), at(0, 9), at(0, 7)),  # no daytime is left: the night runs on, nobody is barred for asking late
        (at(0, 12), at(0, 13), at(0, 12, 30)),  # half an hour at any time
    ],
)  # fmt: skip
def test_a_parents_days_end_by_day(asked: datetime, starts: datetime, until: datetime) -> None:
    assert clock.local(consent_until(asked, starts, consents.MOST, consents.BEFORE)) == clock.local(until)


@given(MOMENTS, st.integers(0, 60 * 24 * 40))
def test_no_parent_has_to_answer_at_night_when_a_half_hour_of_day_is_left(asked: datetime, minutes: int) -> None:
    starts = asked + timedelta(minutes=minutes)
    until = consent_until(asked, starts, consents.MOST, consents.BEFORE)
    assert until >= asked + LEAST
    if waking(asked, starts - consents.BEFORE) >= LEAST:
        shown = clock.local(until)
        assert (9, 0) <= (shown.hour, shown.minute) <= (21, 0)
        assert until <= starts - consents.BEFORE
