"""What an audit found about the months of a monthly support: which is charged, and what its page tells of one person."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign
from campaigns.payments.models import Attempt
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.proof.accounts import books_of
from campaigns.proof.months import told_of
from campaigns.proof.periods import Movement, tell
from campaigns.recurring import calendar, months, service, stopping
from campaigns.recurring.models import Support, SupportMonth, SupportStatus
from campaigns.settlement import charging
from civic import clock
from tests.factories import a_person
from tests.factories.proof import booked
from tests.factories.recurring import a_paid_month, a_standing, a_support

THREE = (("b", 1_000), ("c", 1_700), ("d", 2_300))


@pytest.fixture(autouse=True)
async def at_home() -> AsyncIterator[None]:
    yield
    clock.travel(timedelta())


async def a_month(support: Support) -> Pledge:
    """Its month was made today and not charged yet."""
    await Support.filter(id=support.id).update(next_on=clock.today())
    made = await months.charge(support.id)
    assert made
    return made


async def test_who_pauses_is_not_charged_for_the_month_that_was_prepared(app: object) -> None:
    support = await a_support()
    pledge = await a_month(support)
    await service.pause(await service.whole(support.id))
    assert await charging._begin([pledge.id]) == []
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.RELEASED
    await service.resume(await service.whole(support.id))
    next_on = (await Support.get(id=support.id)).next_on
    assert next_on == calendar.first_after(clock.today(), support.day, calendar.month_of(clock.today()))


async def test_who_pauses_while_her_card_is_asked_is_told_what_it_answers(app: object) -> None:
    support = await a_support()
    pledge = await a_month(support)
    assert len(await charging._begin([pledge.id])) == 1
    await service.pause(await service.whole(support.id))
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.CHARGING
    assert (await Support.get(id=support.id)).status == SupportStatus.PAUSED


async def test_who_stops_by_mistake_and_goes_on_gives_that_month_once(app: object) -> None:
    support = await a_support()
    first = await a_month(support)
    for _again in range(2):
        await stopping.stop(await service.whole(support.id))
        await stopping.undo(await service.whole(support.id))
        assert calendar.month_of((await Support.get(id=support.id)).next_on or clock.today()) == calendar.month_of(clock.today())
        made = await months.charge(support.id)
        assert made
        assert made.id != first.id
        assert await months.charge(support.id) is None
    begun = await charging._begin([row.id for row in await Pledge.filter(campaign_id=support.campaign_id).order_by("id")])
    assert [one.pledge_id for one in begun] == [made.id]
    assert await Attempt.all().count() == 1
    assert await SupportMonth.filter(support_id=support.id).count() == 1


async def test_a_stop_after_the_month_was_paid_is_undone_without_a_second_charge(app: object) -> None:
    support = await a_support()
    pledge = await a_month(support)
    await charging._begin([pledge.id])
    await stopping.stop(await service.whole(support.id))
    await stopping.undo(await service.whole(support.id))
    next_on = (await Support.get(id=support.id)).next_on
    assert next_on
    assert calendar.month_of(next_on) > calendar.month_of(clock.today())


async def test_a_month_let_go_by_a_pause_is_not_brought_back_by_a_stop(app: object) -> None:
    support = await a_support()
    await a_month(support)
    await service.pause(await service.whole(support.id))
    clock.travel(timedelta(minutes=5))
    await stopping.stop(await service.whole(support.id))
    await stopping.undo(await service.whole(support.id))
    found = await Support.get(id=support.id)
    assert (found.status, found.next_on) == (SupportStatus.PAUSED, None), "she had paused, and only took the stop back"
    months = SupportMonth.filter(support_id=support.id).select_related("pledge")
    assert [one.pledge.status for one in await months] == [PledgeStatus.RELEASED]


def came(month: int, who: str, cents: int) -> Movement:
    return Movement(date(2026 + (month - 1) // 12, (month - 1) % 12 + 1, 1), cents, who=who)


def test_who_begins_in_december_is_not_given_away_by_the_end_of_the_year() -> None:
    moves = [came(month, who, cents) for month in range(1, 13) for who, cents in THREE]
    moves.append(came(12, "newcomer", 4_242))
    periods, waits = tell(moves, date(2027, 1, 2))
    assert {one.received for one in periods} == {5_000}
    assert waits == date(2026, 12, 1)
    moves += [came(13, who, cents) for who, cents in (*THREE, ("newcomer", 4_242), ("e", 1_111), ("f", 1_313))]
    periods, waits = tell(moves, date(2027, 2, 2))
    assert (periods[-1].first, periods[-1].last) == (date(2026, 12, 1), date(2027, 1, 1))


def test_who_changes_her_sum_each_month_is_still_one_person() -> None:
    moves = [came(1, who, cents) for who, cents in THREE]
    for month, cents in ((2, 1_100), (3, 2_100), (4, 3_100)):
        moves += [came(month, who, sum_) for who, sum_ in (*THREE, ("a", cents))]
    assert len(tell(moves, date(2026, 5, 2))[0]) == 1


def test_who_has_back_three_parts_of_her_gift_is_still_one_person() -> None:
    moves = [came(month, who, cents) for month in (1, 2) for who, cents in THREE]
    moves += [came(2, "b", -cents) for cents in (101, 102, 103)]
    assert len(tell(moves, date(2026, 3, 2))[0]) == 1


def test_who_joins_after_others_have_left_is_not_told_by_an_older_month() -> None:
    months = (THREE, (*THREE, ("e", 100), ("f", 200), ("g", 300)), (*THREE, ("h", 4_242)))
    moves = [came(month, who, cents) for month, givers in enumerate(months, 1) for who, cents in givers]
    assert [one.received for one in tell(moves, date(2026, 4, 2))[0]] == [5_000, 5_600]


def go_to(day: date) -> None:
    clock.travel(timedelta())
    clock.travel(clock.at(day, 12) - clock.now())


async def test_a_late_gift_changes_no_month_that_was_told(app: object) -> None:
    year = clock.today().year + 1
    go_to(date(year, 11, 5))
    campaign = await a_standing()
    for cents in (1_000, 1_700, 2_300):
        support = await a_support(campaign=campaign, cents=cents, backer=await a_person(f"Personne {cents}"))
        await a_paid_month(support, date(year, 11, 5))
    go_to(date(year, 12, 1))
    before = (await told_of(await books_of(await Campaign.get(id=campaign.id)))).periods
    assert [one.received for one in before] == [5_000]
    late = await a_support(campaign=campaign, cents=4_242, backer=await a_person("Une Voisine"))
    await a_paid_month(late, date(year, 11, 29))
    assert (await told_of(await books_of(await Campaign.get(id=campaign.id)))).periods == before


async def test_one_refund_in_parts_counts_one_person_among_the_months(app: object) -> None:
    year = clock.today().year + 1
    go_to(date(year, 1, 5))
    campaign = await a_standing()
    made = []
    for cents in (1_000, 1_700, 2_300):
        support = await a_support(campaign=campaign, cents=cents, backer=await a_person(f"Personne {cents}"))
        made.append(await a_paid_month(support, date(year, 1, 5)))
        await a_paid_month(support, date(year, 2, 5))
    go_to(date(year, 2, 20))
    for part in (101, 102, 103):
        back = [Amount(AccountKind.CAMPAIGN_FUND, part), Amount(AccountKind.STRIPE_CLEARING, -part)]
        await booked(campaign, "refund", f"re_{part}", back, f"pledge {made[0].id}")
    go_to(date(year, 3, 2))
    assert len((await told_of(await books_of(await Campaign.get(id=campaign.id)))).periods) == 1
