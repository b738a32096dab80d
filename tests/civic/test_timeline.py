"""The timeline of an initiative, from the idea to its results."""

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from civic import clock, slots
from civic.commitments import service
from civic.commitments.forms import KeepForm
from civic.commitments.models import Commitment
from civic.committees.models import Committee
from civic.counting.rules import Code, Verdict
from civic.decisions import closing
from civic.decisions.models import Decision, DecisionStatus
from civic.events.models import Event
from civic.initiatives.models import Initiative
from civic.initiatives.timeline import PER_PAGE, Sort, cut, moments_of, sort_of
from civic.people.actor import Actor
from civic.people.models import Person
from civic.slots import Moment
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_person
from tests.factories.commitments import a_commitment
from tests.factories.steering import a_committee, an_open_decision, fresh, says

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def _a_story() -> tuple[Initiative, Committee, Decision]:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    decision = await an_open_decision(committee, lead)
    await says(lead, decision, Code.AGREE)
    clock.travel(timedelta(days=3, seconds=1))
    await closing.close(decision.id)
    await closing.conclude(Actor(lead), await fresh(decision), "On ouvre l’arrêt lundi.", None)
    made = await a_commitment(committee, lead, decision=await fresh(decision))
    await service.keep(Actor(lead), made, KeepForm(evidence="Les trois devis sont là."))
    start = clock.now() + timedelta(days=5)
    await Event.create(
        slug="fete", title="La fête de la navette", initiative_id=committee.initiative_id, starts_at=start,
        ends_at=start + timedelta(hours=2), created_at=clock.now(), place="Birieux",
    )  # fmt: skip
    return await Initiative.get(id=committee.initiative_id), committee, decision


async def test_from_the_idea_to_what_was_done_and_what_comes(database: object, app: object) -> None:
    initiative, _committee, _decision = await _a_story()
    found = await moments_of(initiative)
    assert [sort_of(one) for one in found] == [
        Sort.LIFE, Sort.LIFE, Sort.LIFE, Sort.DECISION, Sort.COMMITMENT, Sort.MEETING,
    ]  # fmt: skip
    assert found[3].text.startswith("Adoptée")
    assert [found[3].detail, found[4].detail] == ["On ouvre l’arrêt lundi.", "Les trois devis sont là."]
    assert [one.at for one in found] == sorted(one.at for one in found)


@pytest.mark.one_engine
async def test_one_reads_it_by_years_and_narrows_it(client: Client) -> None:
    initiative, _committee, _decision = await _a_story()
    path = f"/initiatives/{initiative.slug}/parcours"
    text = (await client.get(path)).text
    assert text.index("La fête de la navette") < text.index("Adoptée") < text.index("L’idée est notée")
    assert "à venir" in text
    assert f'id="an-{clock.local(clock.now()).year}"' in text
    only = (await client.get(f"{path}?quoi=engagements")).text
    assert "Les trois devis sont là." in only
    assert "Adoptée" not in only
    assert "Tout le parcours, 6 moments" in (await client.get(f"/initiatives/{initiative.slug}")).text
    assert (await client.get(f"{path}?quoi=rien&apres=zz")).status_code == 200


@pytest.mark.one_engine
async def test_a_draft_keeps_its_timeline_to_those_who_run_it(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    await Initiative.filter(id=committee.initiative_id).update(published_at=None)
    assert committee.initiative is not None
    path = f"/initiatives/{committee.initiative.slug}/parcours"
    assert (await client.get(path)).status_code == 404
    assert (await (await sign_in(lead)).get(path)).status_code == 200


async def _many(committee: Committee, lead: Person, count: int) -> None:
    """So many decisions and as many commitments, over years."""
    start = clock.now() - timedelta(days=2000)
    known = await Decision.all().count()
    days = [start + timedelta(days=number) for number in range(count)]
    await Decision.bulk_create([
        Decision(
            committee_id=committee.id, form_key=f"key-{known}-{number}", question=f"Question {number}", method="majority",
            closes_at=day, closed_at=day, status=DecisionStatus.CLOSED, verdict=Verdict.ADOPTED, created_at=day,
        ) for number, day in enumerate(days)
    ])  # fmt: skip
    await Commitment.bulk_create([
        Commitment(
            key=f"{known}-{number}", committee_id=committee.id, person_id=lead.id, what=f"Tour {number}", due_on=day.date(),
            made_at=day, status="kept", kept_at=day, evidence="Fait.",
        ) for number, day in enumerate(days)
    ])  # fmt: skip


async def test_five_hundred_moments_ask_no_more_questions_than_four(client: Client) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    assert committee.initiative is not None
    counts = []
    for count in (2, 250):
        await _many(committee, lead, count)
        with query_count() as asked:
            for path in ("", "/parcours", "/parcours?tout=1"):
                await client.get(f"/initiatives/{committee.initiative.slug}{path}")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert (await client.get(f"/initiatives/{committee.initiative.slug}/parcours?tout=1")).text.count("Question ") == 252


@pytest.mark.one_engine
async def test_its_pages_show_each_moment_once(client: Client) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    assert committee.initiative is not None
    await _many(committee, lead, 60)
    path, seen = f"/initiatives/{committee.initiative.slug}/parcours", []
    while path:
        text = (await client.get(path)).text
        seen += re.findall(r"(Adoptée\s:\sQuestion \d+|Fait\s:\sTour \d+)<", text)
        more = re.search(r'rel="next" href="([^"]+)"', text)
        path = more.group(1).replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen)) == 120


def test_moments_of_one_instant_are_not_lost_between_pages() -> None:
    same = [Moment(clock.now(), f"Moment {number:03}") for number in range(100)]
    first = cut(same, None)
    second = cut(same, first.after)
    assert len(first.items) == PER_PAGE
    assert not {one.text for one in first.items} & {one.text for one in second.items}


def test_a_slice_that_says_nothing_is_sorted_by_its_kind() -> None:
    kinds = {"argent": Sort.MONEY, "temps": Sort.WORK, "voix": Sort.DECISION, "chose": Sort.THING}
    for kind, sort in kinds.items():
        assert sort_of(Moment(clock.now(), "", kind=kind)) == sort
    assert slots.initiative_timeline.name
