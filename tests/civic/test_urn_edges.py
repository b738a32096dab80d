"""The urn, its key and the papers typed into it, where one line turned round would go unseen."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

from civic import clock
from civic.ballots import keys
from civic.ballots.models import BallotBox
from civic.counting.rules import Code
from civic.decisions import closing, paper, secret
from civic.decisions.models import Decision, Elector
from civic.errors import Forbidden
from civic.people.actor import Actor
from civic.polling import batches
from civic.polling.models import Batch
from civic.settings import Settings
from tests.civic.test_paper_boxes import NO, YES, a_hall, the_screens_close, types
from tests.civic.test_polling import handed_out, typed
from tests.factories import a_person
from tests.factories.steering import fresh, votes

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def test_who_voted_on_the_screen_is_noted_with_the_moment_of_the_opening() -> None:
    hall = await a_hall(voters=0)
    clock.travel(timedelta(hours=7))
    await votes(hall.paule, hall.decision, Code.YES)
    elector = await Elector.get(decision_id=hall.decision.id, person_id=hall.paule.id)
    assert elector.answered_at == hall.decision.opened_at


async def test_a_key_is_for_its_owner_only_and_overwritten_before_its_file_goes(settings: Settings) -> None:
    await a_hall(voters=0)
    (key,) = (settings.data / keys.FOLDER).iterdir()
    assert key.stat().st_mode & 0o777 == 0o600
    before, kept = key.read_bytes(), key.with_suffix(".kept")
    os.link(key, kept)  # the same blocks of the disk under another name
    keys.destroy(key.name)
    assert not key.exists()
    assert len(kept.read_bytes()) == len(before)
    assert kept.read_bytes() != before


async def test_a_box_whose_key_is_gone_is_asked_anew_for_as_long_and_is_told_so_ten_minutes_late() -> None:
    hall = await a_hall(voters=2, back=1)
    whole = hall.decision.closes_at - hall.decision.opened_at if hall.decision.opened_at else timedelta()
    clock.travel(whole + timedelta(minutes=9))
    assert not await secret.is_lost(hall.decision)
    clock.travel(whole + timedelta(minutes=11))
    assert await secret.is_lost(hall.decision)
    await closing.close(hall.decision.id)
    await types(hall, hall.selim, YES)
    assert not await secret.is_lost(await fresh(hall.decision)), "its papers wait as long as they must"
    keys.destroy((await BallotBox.get(decision_id=hall.decision.id)).key_name)
    assert await secret.start_again(Actor(hall.selim), hall.decision)
    again = await fresh(hall.decision)
    assert again.opened_at
    assert again.closes_at - again.opened_at == whole
    assert not await Elector.filter(decision_id=again.id, on_paper_at__isnull=False).exists()
    elector = await Elector.get(id=hall.voters[0].id).select_related("person")
    await votes(elector.person, again, Code.NO)  # her paper is no more: she votes on the screen
    await paper.hand_out(Actor(hall.selim), again, hall.voters[1].id)
    await paper.take_in(Actor(hall.selim), again, hall.voters[1].id)
    clock.travel(2 * whole + timedelta(minutes=30))
    assert await closing.close(again.id)
    assert not await batches.type_in(Actor(hall.paule), again, "", (YES,))  # what was typed the first time is gone
    assert [one.typed_by_id for one in await Batch.all()] == [hall.paule.id]


async def test_a_third_person_types_neither_a_box_nor_a_paper_that_two_have_typed_differently() -> None:
    hall = await a_hall(voters=2, back=2)
    await the_screens_close(hall)
    await types(hall, hall.selim, YES, NO)
    await types(hall, hall.paule, YES, YES)
    with pytest.raises(Forbidden):
        await types(hall, await a_person("Camille Roux"), YES, YES)
    assert await Batch.all().count() == 2


async def test_two_reasons_that_differ_are_no_agreement() -> None:
    market = await handed_out()
    assert not await typed(market, market.selim, Code.NO, "C’est trop cher.")
    assert not await typed(market, market.paule, Code.NO, "C’est trop tard.")
    assert (await Decision.get(id=market.decision.id)).answers_count == 0
    assert await typed(market, market.paule, Code.NO, "C’est trop cher.")
    assert (await Decision.get(id=market.decision.id)).answers_count == 1
