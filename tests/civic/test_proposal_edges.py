"""Proposals, stages and reviews, where one line turned round would go unseen."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.committees.models import Committee
from civic.counting.rules import Code
from civic.decisions import closing, extending, reviews, service
from civic.decisions.models import Decision, Stance
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person
from civic.proposals import queries
from civic.proposals import service as proposals
from tests.client import Client
from tests.factories import a_person
from tests.factories.proposals import TEXT, a_proposal, a_question, an_amendment, integrates
from tests.factories.steering import a_committee, a_member, an_open_decision, fresh, says

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def _table() -> tuple[Committee, Person, Person]:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    return committee, lead, await a_member(committee)


async def _to_review(committee: Committee, lead: Person, days: int) -> Decision:
    """A decision that is to be reviewed in so many days, its outcome written three days before now."""
    decision = await an_open_decision(committee, lead)
    await says(lead, decision, Code.AGREE)
    clock.travel(timedelta(days=3, seconds=1))
    await jobs.run_due()
    day = clock.today() + timedelta(days=days)
    await closing.conclude(Actor(lead), await fresh(decision), "On essaie.", day)
    return await fresh(decision)


async def _letters(subject: str) -> list[str]:
    return sorted(message.to for message in await OutboxMessage.filter(subject__contains=subject))


@pytest.mark.one_engine
async def test_the_history_says_whose_amendment_was_taken_up(client: Client) -> None:
    committee, lead, rose = await _table()
    decision = await a_proposal(committee, lead)
    assert await proposals.accept(Actor(lead), await an_amendment(rose, decision), TEXT + " Et après.", 0)
    assert "Une amélioration de Rose M. est reprise." in (await client.get(f"/decisions/{decision.id}")).text.replace(
        "\u00a0", " "
    )


async def test_who_wrote_the_proposal_is_not_told_of_what_she_asks_herself(app: object) -> None:
    committee, lead, rose = await _table()
    decision = await a_proposal(committee, lead)
    await a_question(lead, decision, "Que disent les parents ?")
    await an_amendment(lead, decision)
    await jobs.run_due()
    proposed = OutboxMessage.filter(to=lead.email, text__contains="Que disent les parents")
    assert await proposed.count() == 0
    assert await OutboxMessage.filter(to=lead.email, text__contains="six mois").count() == 0
    await a_question(rose, decision, "Et le gazole, qui le paie ?")
    await jobs.run_due()
    assert await OutboxMessage.filter(to=lead.email, text__contains="le gazole").count() == 1


async def test_an_objection_put_in_other_words_and_withdrawn_is_one(app: object) -> None:
    committee, lead, rose = await _table()
    decision = await an_open_decision(committee, lead)
    for reason in ("Le car passe là.", "Le car scolaire passe là."):
        await says(rose, decision, Code.OBJECT, reason)
    assert [one.state for one in await queries.objections_to(decision)] == ["open"]
    await says(rose, decision, Code.AGREE)
    assert [(one.state, one.stance.reason) for one in await queries.objections_to(decision)] == [
        ("withdrawn", "Le car scolaire passe là.")
    ]


async def test_a_text_improved_in_the_first_stage_alone_does_not_move_the_closing(app: object) -> None:
    committee, lead, rose = await _table()
    decision = await a_proposal(committee, lead)
    assert await proposals.accept(Actor(lead), await an_amendment(rose, decision), TEXT + " Et après.", 0)
    clock.travel(timedelta(days=1, seconds=5))
    improved = await fresh(decision)
    later = improved.closes_at + timedelta(days=1)
    assert not extending.may_extend(improved, clock.now())
    with pytest.raises(DomainError):
        await extending.extend(Actor(lead), improved, later, "Relire.")
    await says(rose, decision, Code.OBJECT, "Trop cher.")
    await integrates(lead, decision, await Stance.get(), "Moins cher.")
    await extending.extend(Actor(lead), await fresh(decision), later, "Relire.")
    assert (await fresh(decision)).closes_at == later


async def test_a_question_that_was_withdrawn_may_be_asked_again_one_that_runs_may_not(app: object) -> None:
    committee, lead, _rose = await _table()
    decision = await an_open_decision(committee, lead)
    assert await reviews.former(committee, decision.id) is None
    await service.withdraw(Actor(lead), decision, "La salle a brûlé.")
    assert await reviews.former(committee, decision.id) == decision.id


async def test_nobody_is_reminded_of_a_review_that_was_held_or_of_a_committee_that_ended(app: object) -> None:
    committee, lead, _rose = await _table()
    held = await _to_review(committee, lead, 30)
    other = await a_committee(lead, name="Le comité du café")
    clock.travel(timedelta())
    ended = await _to_review(other, lead, 30)
    assert await reviews.keep_as_it_is(Actor(lead), held)
    at = (await fresh(held)).reviewed_at
    clock.travel(timedelta(days=5))
    assert not await reviews.keep_as_it_is(Actor(lead), held)  # the first time counts
    assert (await fresh(held)).reviewed_at == at
    await Committee.filter(id=other.id).update(ended_at=clock.now(), ended_reason="Tout est fait.")
    clock.travel(timedelta(days=40))
    await jobs.run_due()
    assert await _letters("C’est le jour de revoir") == []
    assert ended.review_on


async def test_what_nobody_promised_to_review_is_not_marked_as_reviewed(database: object, app: object) -> None:
    committee, lead, _rose = await _table()
    decision = await an_open_decision(committee, lead)
    clock.travel(timedelta(days=3, seconds=1))
    assert await closing.close(decision.id)
    closed = await fresh(decision)
    assert not await reviews.keep_as_it_is(Actor(lead), closed)
    assert await closing.conclude(Actor(lead), closed, "On n’en parle plus.", None)
    assert not await reviews.keep_as_it_is(Actor(lead), await fresh(decision))
    assert (await fresh(decision)).reviewed_at is None


async def test_a_review_is_due_from_its_very_day_on(app: object) -> None:
    committee, lead, _rose = await _table()
    decision = await _to_review(committee, lead, 1)
    assert await reviews.to_review(lead) == []
    clock.travel(timedelta(days=4, seconds=1))
    assert [one.id for one in await reviews.to_review(lead)] == [decision.id]
    assert clock.today() == decision.review_on
