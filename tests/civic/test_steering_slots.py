"""What committees and decisions say on other pages: the initiative, « Mon espace », the home page, English."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from civic import clock, i18n, jobs
from civic.committees import panels as committees_panels
from civic.committees import service as committees
from civic.committees.joining import SeatRequest
from civic.committees.models import CollegeKind, Committee, CommitteeKind
from civic.counting.rules import Code, Method
from civic.decisions import panels
from civic.decisions.models import Decision
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_person, an_initiative
from tests.factories.steering import a_committee, a_member, an_open_decision, says

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def test_a_member_finds_the_question_in_her_todos_until_she_answers(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, stranger = await a_member(committee), await a_person("Nadia Faure")
    decision = await an_open_decision(committee, lead)
    (todo,) = await panels.person_todos(rose)
    assert (todo.kind, todo.due_at, todo.href) == ("voix", decision.closes_at, f"/decisions/{decision.id}")
    assert await panels.person_todos(stranger) == []
    await says(rose, decision, Code.AGREE)
    assert await panels.person_todos(rose) == []
    (given,) = await panels.person_given(rose)
    assert given.href == f"/decisions/{decision.id}"


async def test_who_runs_the_committee_is_asked_to_write_the_outcome(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    await an_open_decision(committee, lead)
    clock.travel(timedelta(days=3, seconds=1))
    await jobs.run_due()
    assert [todo.text for todo in await panels.person_todos(lead) if "Écrire la suite" in todo.text]
    assert await panels.person_todos(rose) == []


async def test_a_request_waits_for_the_lead_then_for_the_team(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    await committees.join(Actor(await a_person("Odile Perrin")), committee, CollegeKind.RESIDENTS, "Bonjour")
    assert [todo.href for todo in await committees_panels.person_todos(lead)] == [f"/comites/{committee.slug}/demandes"]
    animator = await a_person("Claire Morel", "claire@exemple.fr", RoleName.ANIMATOR)
    treasurer = await a_person("Denis Roy", "denis@exemple.fr", RoleName.TREASURER)
    assert await committees_panels.desk_todos(animator) == []
    clock.travel(timedelta(days=8))
    assert len(await committees_panels.desk_todos(animator)) == 1
    assert await committees_panels.desk_todos(treasurer) == []
    await committees.answer(Actor(lead), await _asked(), accept=True, reason="")
    assert await committees_panels.person_todos(lead) == []


async def _asked() -> SeatRequest:
    return await SeatRequest.get().select_related("committee", "college", "person")


@pytest.mark.one_engine
async def test_the_initiative_page_offers_one_next_step(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    initiative = await an_initiative(lead=lead)
    path = f"/initiatives/{initiative.slug}"
    assert "Créer le comité" in (await (await sign_in(lead)).get(path)).text
    assert "Créer le comité" not in (await client.get(path)).text
    committee = await a_committee(lead, initiative=initiative)
    rose = await a_member(committee)
    assert "Demander un siège" in (await client.get(path)).text
    decision = await an_open_decision(committee, lead)
    assert "Donner ma voix" in (await (await sign_in(rose)).get(path)).text
    visitor = (await client.get(path)).text
    assert decision.question in visitor
    assert "Donner ma voix" not in visitor


@pytest.mark.one_engine
async def test_the_home_page_and_the_index_show_what_is_open(client: Client, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    assert (await panels.home_ways())[0].items == []
    decision = await an_open_decision(committee, lead)
    (way,) = await panels.home_ways()
    assert way.items[0][0] == decision.question
    assert decision.question in (await client.get("/comites")).text
    hidden = await an_initiative("Le Verger", lead=lead, published_at=None)
    await an_open_decision(await a_committee(lead, initiative=hidden), lead, question="Planter un figuier")
    assert "figuier" not in (await client.get("/comites")).text
    assert len((await panels.home_ways())[0].items) == 1
    for question in ("Un banc neuf", "Un abri neuf", "Un arrêt de plus"):
        await an_open_decision(committee, lead, question=question)
    (way,) = await panels.home_ways()
    assert (len(way.items), way.summary) == (3, "4 décisions sont ouvertes.")


async def test_the_home_page_asks_the_questions_of_the_network_too(client: Client, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    await an_open_decision(await a_committee(lead), lead)
    body = await a_committee(lead, initiative=await an_initiative("Le Verger", lead=lead))
    await Committee.filter(id=body.id).update(initiative_id=None, kind=CommitteeKind.BOARD)
    await an_open_decision(body, lead, question="Accueillir une commune de plus")
    assert len((await panels.home_ways())[0].items) == 2
    assert "Accueillir une commune de plus" in (await client.get("/")).text


@pytest.mark.one_engine
async def test_verify_tells_of_a_decision_that_did_not_close(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    await an_open_decision(await a_committee(lead), lead)
    assert await panels.verify() == []
    clock.travel(timedelta(days=4))
    assert len(await panels.verify()) == 1


@pytest.mark.one_engine
async def test_pages_speak_english(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY)
    mine = await sign_in(lead)
    english = {"accept-language": "en"}
    for path, expected in (
        ("/comites", "Deciding together"), (f"/comites/{committee.slug}", "Give my voice"),
        (f"/decisions/{decision.id}", "How we decide"), (f"/comites/{committee.slug}/registre", "Register of decisions"),
        (f"/comites/{committee.slug}/decisions/nouvelle", "By consent"),
    ):  # fmt: skip
        assert expected in (await mine.get(path, headers=english)).text
    await says(lead, decision, Code.YES)
    clock.travel(timedelta(days=3, seconds=1))
    await jobs.run_due()
    assert "1 voice, 100%" in (await mine.get(f"/decisions/{decision.id}", headers=english)).text
    assert "en" in i18n.languages()


@pytest.mark.one_engine
async def test_the_panel_costs_the_same_with_one_and_with_six_open_decisions(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    counts = []
    for more in (1, 5):
        for _ in range(more):
            await says(lead, await an_open_decision(committee, lead), Code.AGREE)
        with query_count() as queries:
            await panels.initiative_panels(await _initiative(committee.initiative_id), lead)
            await panels.person_given(lead)
            await panels.home_ways()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert await Decision.all().count() == 6


async def _initiative(initiative_id: int):  # type: ignore[no-untyped-def]
    from civic.initiatives.models import Initiative

    return await Initiative.get(id=initiative_id)
