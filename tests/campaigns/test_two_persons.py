"""The second pair of eyes, wherever one person asks and another answers."""

from collections.abc import Iterator

import pytest

from campaigns import two_persons
from campaigns.lifecycle.models import Cancellation
from campaigns.matching.models import MatchAgreement, MatchPayment, MatchReturn
from campaigns.payouts.models import ClosingReport, Expense, Tranche
from campaigns.refunds.models import Refund
from campaigns.two_persons import Asked
from civic.errors import Forbidden
from civic.people.actor import Actor
from tests.engines import Database
from tests.factories import a_person
from tests.factories.settlement import a_live_campaign

OWN = "Une autre personne répond."


def tables(model: type[Asked] = Asked) -> Iterator[type[Asked]]:
    for kind in model.__subclasses__():
        yield from ([] if kind._meta.abstract else [kind])
        yield from tables(kind)


def test_the_database_watches_wherever_one_asks_and_another_answers(database: Database) -> None:
    found = set(tables())
    assert found == {Cancellation, MatchAgreement, MatchPayment, MatchReturn, ClosingReport, Expense, Tranche, Refund}
    for model in found:
        seats = model.seats
        assert {seats.asked_by, seats.answered_by, seats.answered_at} <= set(model._meta.fields_map)
        checks = [getattr(one, "check", "") for one in model._meta.constraints]
        assert any(f"{seats.answered_by} <> {seats.asked_by}" in check for check in checks), model


async def test_somebody_else_answers_once(database: Database) -> None:
    campaign, asker = await a_live_campaign(), Actor(await a_person("Odile Asque"))
    demand = await Cancellation.create(
        campaign=campaign, side="lead", asked_by=asker.person, note="Plus de local.", asked_at=campaign.created_at
    )
    other, counter = Actor(await a_person("Paul Roux")), Actor(await a_person("Léa Blanc"), recorded_by=asker.person)
    for hers in (asker, counter):
        assert two_persons.is_hers(demand, hers)
        assert not two_persons.may_answer(demand, hers)
        with pytest.raises(Forbidden, match=OWN):
            await two_persons.answer(demand, hers, OWN, agreed=True)
    assert two_persons.may_answer(demand, other)
    assert await two_persons.answer(demand, other, OWN, agreed=False)
    assert not await two_persons.answer(demand, Actor(await a_person("Rose Martin")), OWN, agreed=True)
    kept = await Cancellation.get(id=demand.id)
    assert (kept.agreed, kept.answered_by_id) == (False, other.person.id)
    assert not two_persons.may_answer(kept, other)
