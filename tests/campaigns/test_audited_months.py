"""What an audit found about the months of a monthly support: which is charged, and what its page tells of one person."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from campaigns.payments.models import Attempt
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.recurring import calendar, months, service, stopping
from campaigns.recurring.models import Support, SupportMonth, SupportStatus
from campaigns.settlement import charging
from civic import clock
from tests.factories.recurring import a_support


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
    next_on = (await Support.get(id=support.id)).next_on
    assert next_on
    assert calendar.month_of(next_on) > calendar.month_of(clock.today())
