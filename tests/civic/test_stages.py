"""The stages of a proposal: when positions are taken, letters, the closing moved once, asking again, reviews."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic import clock, jobs
from civic.counting.rules import Code, Method, Rule, Tally, Verdict, verdict
from civic.decisions import closing, panels, stages
from civic.decisions.models import Decision, DecisionStatus, Stance
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.proposals import TEXT, a_proposal, integrates
from tests.factories.steering import a_committee, a_draft, a_member, an_open_decision, fresh, says

SignIn = Callable[[Person], Awaitable[Client]]
START = datetime(2026, 3, 2, 17, tzinfo=UTC)
HOURS = st.integers(min_value=0, max_value=400)
TELLS = "C’est le moment de dire votre avis"


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def _letters(subject: str) -> list[str]:
    return sorted(message.to for message in await OutboxMessage.filter(subject__contains=subject))


@pytest.mark.one_engine
@given(first=st.one_of(st.none(), HOURS), lasts=HOURS, at=HOURS, status=st.sampled_from(DecisionStatus))
def test_at_any_moment_a_decision_improves_or_takes_answers_or_neither(
    first: int | None, lasts: int, at: int, status: DecisionStatus
) -> None:
    positions_at = START + timedelta(hours=first) if first is not None else None
    closes_at, moment = START + timedelta(hours=lasts), START + timedelta(hours=at)
    decision = Decision(status=status, opened_at=START, positions_at=positions_at, closes_at=closes_at)
    improves, answers = decision.improves(moment), decision.takes_answers(moment)
    assert not (improves and answers)
    assert (improves or answers) == (status == DecisionStatus.OPEN and moment < closes_at)
    assert not (answers and positions_at and moment < positions_at)  # no position before the moment
    assert not (answers and moment >= closes_at)  # none after the closing
    nudge = stages.nudged_at(decision, START)
    assert nudge is None or nudge < closes_at
    assert nudge is None or positions_at is None or nudge >= positions_at + stages.APART


@pytest.mark.one_engine
@given(
    agree=st.integers(0, 9), reserve=st.integers(0, 9), aside=st.integers(0, 9), objections=st.integers(1, 9),
    still_open=st.integers(0, 9), quorum=st.integers(0, 100),
)  # fmt: skip
def test_an_open_objection_never_adopts_whatever_the_others_say(
    agree: int, reserve: int, aside: int, objections: int, still_open: int, quorum: int
) -> None:
    counts = {Code.AGREE: agree, Code.RESERVE: reserve, Code.ASIDE: aside, Code.OBJECT: objections}
    open_ones = min(still_open, objections)
    found = verdict(Rule(Method.CONSENT, quorum), Tally(sum(counts.values()), counts, open_ones))
    assert (found == Verdict.ADOPTED) == (open_ones == 0 and agree + reserve > 0)


async def test_positions_are_taken_from_the_exact_moment_on_even_when_the_job_is_late(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await a_proposal(committee, lead)
    hers, path = await sign_in(rose), f"/decisions/{decision.id}"
    page = (await hers.get(path)).text
    assert "C’est le temps des questions et des améliorations" in page
    assert "Donner ma voix" not in page
    assert await panels.person_todos(rose) == []
    clock.travel(timedelta(days=1, seconds=-60))
    early = await hers.submit(f"{path}/position", {"option": "agree"})
    assert early.status_code == 409
    assert not await Stance.all().count()
    clock.travel(timedelta(days=1, seconds=1))
    assert "Donner ma voix" in (await hers.get(path)).text
    assert len(await panels.person_todos(rose)) == 1
    assert (await hers.submit(f"{path}/position", {"option": "agree"})).status_code == 303
    clock.travel(timedelta(days=3, seconds=1))
    assert (await hers.submit(f"{path}/position", {"option": "reserve"})).status_code == 409


async def test_each_elector_gets_one_letter_a_stage_and_one_nudge(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    both = sorted([str(lead.email), str(rose.email)])
    decision = await a_proposal(committee, lead)
    await jobs.run_due()
    opened = await OutboxMessage.filter(subject__contains="Une proposition à améliorer")
    assert sorted(message.to for message in opened) == both
    assert "posez vos questions" in opened[0].text
    for at in (timedelta(days=1, seconds=1), timedelta(days=1, hours=2)):
        clock.travel(at)
        await jobs.run_due()
        assert await _letters(TELLS) == both
    await says(lead, decision, Code.AGREE)
    clock.travel(timedelta(days=2, seconds=1))
    for _ in range(2):
        await jobs.run_due()
    assert await _letters("Plus qu’un jour") == [rose.email]


@pytest.mark.parametrize(
    ("late", "subject"),
    [
        (timedelta(hours=2), "Une proposition à améliorer"), (timedelta(hours=23, minutes=30), ""),
        (timedelta(days=1, seconds=1), TELLS),
    ],
    ids=["late", "just-before-the-next-stage", "in-the-next-stage"],
)  # fmt: skip
async def test_after_an_outage_the_letter_of_the_next_stage_is_enough(
    database: object, app: object, late: timedelta, subject: str
) -> None:
    lead = await a_person("Sélim Laurent")
    await a_proposal(await a_committee(lead), lead)
    clock.travel(late)
    await jobs.run_due()
    said = [one.subject for one in await OutboxMessage.filter(to=lead.email)]
    assert len(said) == (1 if subject else 0), said
    assert all(subject in one for one in said), said
    clock.travel(timedelta(days=1, minutes=1))
    await jobs.run_due()
    assert await _letters(TELLS) == [lead.email]


async def test_two_letters_are_never_an_hour_apart(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    soon, late = clock.now() + timedelta(minutes=90), clock.now() + timedelta(hours=25, minutes=45)
    draft = await a_draft(committee, lead, first_stage=True, positions_at=soon, closes_at=late)
    clock.travel(timedelta(minutes=45))  # opened by hand when only three quarters of an hour are left
    from civic.decisions import service
    from civic.people.actor import Actor

    await service.open_or_schedule(Actor(lead), draft)
    await jobs.run_due()
    clock.travel(timedelta(minutes=91))
    await jobs.run_due()
    clock.travel(timedelta(hours=2))  # the nudge would come a quarter of an hour after positions begin
    await jobs.run_due()
    assert await OutboxMessage.filter(to=lead.email).count() == 1
    other = await a_draft(committee, lead, first_stage=True, positions_at=clock.now() + timedelta(hours=1, minutes=1))
    clock.travel(timedelta(hours=4))
    with pytest.raises(DomainError):
        await service.open_or_schedule(Actor(lead), other)


@pytest.mark.one_engine
async def test_the_first_stage_lies_between_the_opening_and_the_closing(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    mine, path = await sign_in(lead), f"/comites/{committee.slug}/decisions/nouvelle"
    assert "Laisser d’abord un temps pour les questions" in (await mine.get(path)).text

    def written(**when: timedelta) -> dict[str, str]:
        moments = {name: clock.local(clock.now() + delta).strftime("%Y-%m-%dT%H:%M") for name, delta in when.items()}
        return {"question": "Le samedi, on s’arrête à l’étang", "method": "consent", "first_stage": "1", **moments}

    after = await mine.submit(path, written(positions_at=timedelta(days=4), closes_at=timedelta(days=3)))
    assert "avant la clôture" in after.text
    before = await mine.submit(path, written(positions_at=timedelta(minutes=5), closes_at=timedelta(days=3)))
    assert "au moins une heure pour les questions" in before.text
    without = await mine.submit(path, written(closes_at=timedelta(days=3)))
    assert "jusqu’à quand" in without.text
    sent = written(positions_at=timedelta(days=1), closes_at=timedelta(days=3))
    assert (await mine.submit(path, sent)).status_code == 303
    decision = await Decision.get()
    assert decision.positions_at
    assert clock.local(decision.positions_at).strftime("%Y-%m-%dT%H:%M") == sent["positions_at"]
    assert sent["positions_at"] in (await mine.get(f"/decisions/{decision.id}/modifier")).text
    del sent["first_stage"]
    await mine.submit(f"/decisions/{decision.id}/modifier", sent)
    assert (await Decision.get()).positions_at is None


async def test_the_closing_is_moved_once_when_an_objection_changed_the_text(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await an_open_decision(committee, lead, explanation=TEXT)
    mine, hers, path = await sign_in(lead), await sign_in(rose), f"/decisions/{decision.id}/cloture"

    def later(delta: timedelta) -> dict[str, str]:
        moment = clock.local(decision.closes_at + delta).strftime("%Y-%m-%dT%H:%M")
        return {"closes_at": moment, "reason": "Le temps de relire."}

    await says(rose, decision, Code.OBJECT, "Trop cher.")
    assert (await mine.submit(path, later(timedelta(days=2)))).status_code == 409  # nothing has changed
    await integrates(lead, decision, await Stance.get(), "Moins cher.")
    assert "Repousser la clôture" in (await mine.get(f"/decisions/{decision.id}")).text
    assert (await mine.get(path)).status_code == 200
    assert (await hers.submit(path, later(timedelta(days=2)))).status_code == 403
    assert (await mine.submit(path, later(timedelta(days=15)))).status_code == 422
    assert (await mine.submit(path, later(timedelta(days=-1)))).status_code == 422
    assert (await mine.submit(path, later(timedelta(days=2)))).status_code == 303
    moved = await fresh(decision)
    assert moved.first_closes_at == decision.closes_at
    assert (await mine.submit(path, later(timedelta(days=3)))).status_code == 409
    await jobs.run_due()
    assert len(await _letters("La clôture est repoussée")) == 2
    assert "Le temps de relire." in (await client.get(f"/decisions/{decision.id}")).text
    clock.travel(timedelta(days=2, seconds=1))
    await jobs.run_due()
    assert await _letters("Plus qu’un jour") == []  # the nudge of the former closing says nothing
    clock.travel(timedelta(days=3, seconds=1))
    await jobs.run_due()
    assert (await fresh(decision)).status == DecisionStatus.OPEN  # nor does its closing close
    await says(lead, decision, Code.AGREE)
    clock.travel(timedelta(days=5, seconds=1))
    await jobs.run_due()
    done = await fresh(decision)
    assert (done.status, done.closed_at) == (DecisionStatus.CLOSED, moved.closes_at)


async def test_a_blocked_question_is_asked_again_and_both_lead_to_each_other(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    decision = await an_open_decision(committee, lead, explanation=TEXT)
    await says(lead, decision, Code.OBJECT, "Trop cher.")
    clock.travel(timedelta(days=3, seconds=1))
    await jobs.run_due()
    mine, path = await sign_in(lead), f"/decisions/{decision.id}"
    assert "Une objection est restée ouverte" in (await client.get(path)).text
    assert "Reposer la question" not in (await client.get(path)).text
    assert "Reposer la question" in (await mine.get(path)).text
    new = f"/comites/{committee.slug}/decisions/nouvelle"
    form = (await mine.get(f"{new}?suite={decision.id}")).text
    assert "Essai de trois mois." in form
    assert 'name="former"' in form
    for strange in ("999", "abc", "9" * 30):
        assert 'name="former"' not in (await mine.get(f"{new}?suite={strange}")).text
    closes = clock.local(clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    sent = {
        "question": "Le samedi, un arrêt moins cher", "method": "consent", "closes_at": closes,
        "former": str(decision.id), "cle": "clef-du-formulaire",
    }  # fmt: skip
    assert (await mine.submit(new, sent)).status_code == 303
    again = await Decision.get(follows_id=decision.id)
    assert again.question not in (await client.get(path)).text  # still in preparation
    await mine.submit(f"/decisions/{again.id}/ouvrir")
    assert again.question in (await client.get(path)).text
    assert decision.question in (await client.get(f"/decisions/{again.id}")).text


@pytest.mark.one_engine
async def test_a_question_of_another_committee_is_not_taken_up(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee, other = await a_committee(lead), await a_committee(lead, name="Le comité du café")
    decision = await an_open_decision(other, lead)
    clock.travel(timedelta(days=3, seconds=1))
    await jobs.run_due()
    draft = await a_draft(committee, lead, former=decision.id, closes_at=clock.now() + timedelta(days=3))
    assert draft.follows_id is None
    own = await a_draft(other, lead, former=decision.id, closes_at=clock.now() + timedelta(days=3))
    assert own.follows_id == decision.id


async def test_the_day_of_review_comes_with_one_letter_and_a_todo(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    from civic.people.actor import Actor

    kept, asked_again = await an_open_decision(committee, lead), await an_open_decision(committee, lead, explanation="Deux arrêts.")
    for decision in (kept, asked_again):
        await says(lead, decision, Code.AGREE)
    clock.travel(timedelta(days=3, seconds=1))
    await jobs.run_due()
    for decision in (kept, asked_again):
        await closing.conclude(Actor(lead), await fresh(decision), "On essaie.", clock.today() + timedelta(days=30))
    register = f"/comites/{committee.slug}/registre"
    assert "À revoir le" in (await client.get(register)).text
    assert await panels.person_todos(lead) == []
    clock.travel(timedelta(days=35))
    for _ in range(2):
        await jobs.run_due()
    assert await _letters("C’est le jour de revoir") == [lead.email, lead.email]
    assert [todo.text for todo in await panels.person_todos(lead) if todo.text.startswith("Revoir")].count(f"Revoir\u00a0: {kept.question}") == 2
    assert await panels.person_todos(rose) == []
    mine, hers = await sign_in(lead), await sign_in(rose)
    assert (await hers.submit(f"/decisions/{kept.id}/revue")).status_code == 403
    for _ in range(2):
        assert (await mine.submit(f"/decisions/{kept.id}/revue")).status_code == 303
    page = (await mine.get(f"/comites/{committee.slug}/decisions/nouvelle?suite={asked_again.id}")).text
    assert "Deux arrêts." in page
    await an_open_decision(committee, lead, former=asked_again.id, closes_at=clock.now() + timedelta(days=3))
    assert [todo for todo in await panels.person_todos(lead) if "Revoir" in todo.text] == []
    text = (await client.get(register)).text
    assert "Revue le" in text
    assert "À revoir le" not in text
