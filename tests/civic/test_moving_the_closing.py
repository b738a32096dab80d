"""Moving the closing of a decision that is open: later, or to now, and when neither is honest (decision 0033)."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.counting.rules import Code, Method
from civic.decisions import extending, words
from civic.decisions.models import Decision, DecisionStatus
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.steering import a_committee, a_draft, a_member, an_open_decision, fresh, says, votes
from tests.mailbox import plain

SignIn = Callable[[Person], Awaitable[Client]]
MAJORITY = {"method": Method.MAJORITY}
HIDDEN = {**MAJORITY, "results_hidden": True}
SECRET = {**MAJORITY, "secret": True}


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def asked(**terms: object) -> tuple[Person, Person, Decision]:
    """The lead, Rose, and a question open to both for three days."""
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    return lead, rose, await an_open_decision(committee, lead, **terms)


def wish(decision: Decision, days: float, reason: str = "Trois membres sont malades.") -> dict[str, str]:
    moment = clock.local(decision.closes_at + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")
    return {"closes_at": moment, "reason": reason}


@pytest.mark.parametrize("terms", [HIDDEN, SECRET], ids=["hidden", "secret"])
async def test_a_closing_nobody_can_steer_is_postponed_more_than_once_and_everybody_is_told(
    client: Client, sign_in: SignIn, terms: dict[str, object]
) -> None:
    lead, rose, decision = await asked(**terms)
    mine, hers, path = await sign_in(lead), await sign_in(rose), f"/decisions/{decision.id}/reporter"
    assert "Reporter la clôture" in (await mine.get(f"/decisions/{decision.id}")).text
    assert "Reporter la clôture" not in (await hers.get(f"/decisions/{decision.id}")).text
    assert (await mine.get(path)).status_code == 200
    assert (await hers.submit(path, wish(decision, 2))).status_code == 403
    assert (await mine.submit(path, wish(decision, -1))).status_code == 422
    assert (await mine.submit(path, wish(decision, 15))).status_code == 422
    assert (await mine.submit(path, {**wish(decision, 2), "reason": "non"})).status_code == 422
    assert (await mine.submit(path, wish(decision, 2))).status_code == 303
    await jobs.run_due()
    assert (await mine.submit(path, wish(decision, 10, "La neige."))).status_code == 303
    assert (await mine.submit(path, wish(decision, 15))).status_code == 422, "fourteen days after the first, in all"
    await jobs.run_due()
    moved = await fresh(decision)
    assert moved.first_closes_at == decision.closes_at
    shown = plain((await client.get(f"/decisions/{decision.id}")).text)
    assert "Trois membres sont malades." in shown
    assert "La neige." in shown
    told = await OutboxMessage.filter(subject__contains="repoussée", to=rose.email).order_by("id")
    assert [("malades" in one.text, "neige" in one.text) for one in told] == [(True, False), (False, True)]
    assert all("a changé" not in one.text for one in told)
    for days in (3, 5):  # the former closings close nothing
        clock.travel(timedelta(days=days, seconds=1))
        await jobs.run_due()
        assert (await fresh(decision)).status == DecisionStatus.OPEN
    clock.travel(timedelta(days=13, seconds=61))
    await jobs.run_due()
    done = await fresh(decision)
    assert (done.status, done.closed_at) == (DecisionStatus.CLOSED, moved.closes_at)


@pytest.mark.parametrize("terms", [MAJORITY, {"method": Method.CONSENT}], ids=["majority", "consent"])
async def test_who_sees_where_the_voices_lean_does_not_move_the_hour(sign_in: SignIn, terms: dict[str, object]) -> None:
    lead, _rose, decision = await asked(**terms)
    mine = await sign_in(lead)
    assert "Reporter la clôture" not in (await mine.get(f"/decisions/{decision.id}")).text
    assert (await mine.submit(f"/decisions/{decision.id}/reporter", wish(decision, 2))).status_code == 409
    assert (await fresh(decision)).closes_at == decision.closes_at


async def test_of_two_who_postpone_at_once_one_reads_that_it_was_moved(database: object, app: object) -> None:
    lead, _rose, decision = await asked(**HIDDEN)
    await extending.postpone(Actor(lead), decision, decision.closes_at + timedelta(days=1), "La neige.")
    with pytest.raises(DomainError, match="ne peut pas être reportée"):
        await extending.postpone(Actor(lead), decision, decision.closes_at + timedelta(days=5), "La pluie.")
    assert (await fresh(decision)).extension == "La neige."
    clock.travel(timedelta(days=4, seconds=1))
    late = await fresh(decision)
    with pytest.raises(DomainError, match="ne peut pas être reportée"):
        await extending.postpone(Actor(lead), late, late.closes_at + timedelta(days=1), "La pluie.")


async def test_a_hidden_vote_is_closed_before_the_hour_once_everybody_has_answered(sign_in: SignIn) -> None:
    lead, rose, decision = await asked(**HIDDEN)
    mine, path = await sign_in(lead), f"/decisions/{decision.id}/clore"
    await says(lead, decision, Code.YES)
    assert "Clore maintenant" not in (await mine.get(f"/decisions/{decision.id}")).text
    assert (await mine.submit(path)).status_code == 409
    await says(rose, decision, Code.YES)
    assert "Clore maintenant" in (await mine.get(f"/decisions/{decision.id}")).text
    hers = await sign_in(rose)
    assert "Clore maintenant" not in (await hers.get(f"/decisions/{decision.id}")).text
    assert (await hers.submit(path)).status_code == 403
    assert (await mine.submit(path)).status_code == 303
    done = await fresh(decision)
    assert done.is_adopted
    assert done.first_closes_at == decision.closes_at
    assert done.closed_at is not None
    assert done.closed_at < decision.closes_at
    assert "avant l’heure prévue" in (await hers.get(f"/decisions/{decision.id}")).text
    assert (await mine.submit(path)).status_code == 409
    await jobs.run_due()
    assert await OutboxMessage.filter(to=rose.email, subject__contains=":").count() >= 1
    assert await AuditEntry.filter(act="decision_closed_early").count() == 1
    with pytest.raises(DomainError):
        await says(rose, await fresh(decision), Code.NO)


async def test_a_consent_closes_early_only_when_no_objection_is_open(sign_in: SignIn) -> None:
    lead, rose, decision = await asked(method=Method.CONSENT)
    mine, path = await sign_in(lead), f"/decisions/{decision.id}/clore"
    await says(lead, decision, Code.AGREE)
    await says(rose, decision, Code.OBJECT, "Trop cher.")
    assert "Clore maintenant" not in (await mine.get(f"/decisions/{decision.id}")).text
    refused = await mine.submit(path)
    assert (refused.status_code, "Une objection est ouverte" in refused.text) == (409, True)
    unmoved = await fresh(decision)
    assert (unmoved.closes_at, unmoved.first_closes_at) == (decision.closes_at, None)
    await says(rose, decision, Code.AGREE)
    assert (await mine.submit(path)).status_code == 303
    assert (await fresh(decision)).is_adopted


@pytest.mark.parametrize("terms", [MAJORITY, SECRET], ids=["seen", "secret"])
async def test_a_vote_one_sees_and_a_secret_one_end_at_their_hour_whoever_has_answered(
    sign_in: SignIn, terms: dict[str, object]
) -> None:
    lead, rose, decision = await asked(**terms)
    for person in (lead, rose):
        await (votes if decision.is_secret else says)(person, decision, Code.YES)
    mine = await sign_in(lead)
    assert (await fresh(decision)).answers_count == 2
    assert "Clore maintenant" not in (await mine.get(f"/decisions/{decision.id}")).text
    assert (await mine.submit(f"/decisions/{decision.id}/clore")).status_code == 409
    assert (await fresh(decision)).status == DecisionStatus.OPEN


async def test_nobody_called_is_not_everybody_answered(database: object, app: object) -> None:
    lead, _rose, decision = await asked(**HIDDEN)
    await Decision.filter(id=decision.id).update(electorate=0)
    assert not extending.may_close_now(await fresh(decision), clock.now())
    with pytest.raises(DomainError):
        await extending.close_now(Actor(lead), await fresh(decision))


async def test_the_rule_is_read_before_the_opening_and_by_who_answers(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    mine = await sign_in(lead)
    assert "L’heure se reporte seulement si" in (await mine.get(f"/comites/{committee.slug}/decisions/nouvelle")).text
    said = set()
    for terms in (MAJORITY, HIDDEN, SECRET, {"method": Method.CONSENT}):
        prepared = await a_draft(committee, lead, **terms)  # type: ignore[arg-type]
        rule = words.closing_words(prepared)
        assert rule in (await mine.get(f"/decisions/{prepared.id}")).text
        said.add(rule)
    assert len(said) == 4
    opened = await an_open_decision(committee, lead, **SECRET)
    assert words.closing_words(opened) in (await client.get(f"/decisions/{opened.id}")).text
