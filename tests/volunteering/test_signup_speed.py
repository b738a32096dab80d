"""Many want the same shift at once: what one sign-up asks of the database does not grow with them."""

import asyncio

from civic import database as db
from tests.engines import query_count
from tests.factories.volunteering import a_mission, the_shift
from volunteering.missions.models import Mission
from volunteering.shifts import places
from volunteering.shifts.models import Shift
from volunteering.signups import service


async def somebody_asks(shift_id: int, number: int) -> None:
    shift = await Shift.get(id=shift_id).select_related(
        "mission__initiative", "mission__commune", "mission__contact"
    )  # fmt: skip
    await service.hold(shift, "Rose Petit", f"rose{number}@exemple.fr", f"cle-de-rose-{number}")


async def test_whoever_joins_a_long_queue_costs_as_few_statements_as_the_first(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=1))
    await somebody_asks(shift.id, 0)
    await somebody_asks(shift.id, 1)
    counted = (await Mission.get(id=shift.mission_id)).version
    with query_count() as few:
        await somebody_asks(shift.id, 2)
    for number in range(3, 40):
        await somebody_asks(shift.id, number)
    with query_count() as many:
        await somebody_asks(shift.id, 40)
    assert len(many) == len(few) <= 13
    fresh = await Shift.get(id=shift.id)
    assert (fresh.taken, fresh.waiting) == (1, 40)
    mission = await Mission.get(id=shift.mission_id)
    assert mission.coming_taken == 1
    assert mission.version == counted, "one more in a queue is no news to the mission"


async def test_a_place_that_is_taken_is_news_to_the_mission(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=3))
    for number in range(5):
        await somebody_asks(shift.id, number)
        mission = await Mission.get(id=shift.mission_id)
        assert mission.coming_taken == min(number + 1, 3)


async def test_those_who_wait_for_one_shift_leave_the_connections_to_the_others(database: object) -> None:
    order: list[int] = []

    async def come(number: int) -> None:
        async with places.turn(7):
            assert not db.in_transaction_now()
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*(come(number) for number in range(5)))
    assert order == list(range(5)), "in the order in which they came"
    async with places.turn(7), db.transaction(), asyncio.timeout(1), places.turn(7):
        order.append(9)  # who holds the row already does not wait for those who wait for the row
    assert order[-1] == 9
