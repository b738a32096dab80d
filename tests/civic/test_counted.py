"""The count of a choice: once, frozen, explained, tied, weighed; and the file from which anybody recounts it."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from civic import clock, jobs
from civic.committees import seats
from civic.committees.joining import Designation
from civic.committees.models import College, CollegeKind, Committee
from civic.counting.published import UnreadableFile, recount
from civic.counting.rules import Code, Method, Verdict
from civic.decisions import closing
from civic.decisions.models import Decision, Elector
from civic.mail.models import OutboxMessage
from civic.people.models import Person
from civic.settings import ROOT
from tests.client import Client
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member, an_open_decision, chooses, fresh, says

SignIn = Callable[[Person], Awaitable[Client]]
GARDEN = [{"title": "Potager", "cost": 30_000}, {"title": "Verger", "cost": 50_000}, {"title": "Mare", "cost": 20_000}]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def _close(decision: Decision) -> Decision:
    clock.travel(timedelta(days=3, seconds=1))
    assert await closing.close(decision.id)
    return await fresh(decision)


async def _table(members: int = 3) -> tuple[Committee, list[Person]]:
    """A committee with its lead and members."""
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    names = ("Rose Martin", "Odile Perrin", "Paul Rey", "Fatou Sow")[: members - 1]
    return committee, [lead, *[await a_member(committee, name) for name in names]]


async def test_a_choice_is_counted_once_and_its_count_is_frozen(database: object, app: object) -> None:
    committee, (lead, rose, odile) = await _table()
    decision = await an_open_decision(committee, lead, method=Method.DOTS, options=GARDEN, dots=5)
    await chooses(lead, decision, {"Potager": 5})
    await chooses(rose, decision, {"Mare": 3, "Potager": 2})
    await chooses(odile, decision, {"Mare": 5})
    clock.travel(timedelta(days=3, seconds=1))
    assert sorted(await asyncio.gather(*[closing.close(decision.id) for _ in range(3)])) == [False, False, True]
    done = await fresh(decision)
    assert done.verdict == Verdict.CHOSEN
    assert done.tally is None
    assert done.counted is not None
    assert sorted(done.counted["scores"].values()) == ["0", "7", "8"]
    for change in ({"counted": {"chosen": []}}, {"counted": None}, {"verdict": Verdict.TIED}):
        with pytest.raises(IntegrityError):
            await Decision.filter(id=decision.id).update(**change)
    await done.save()  # the same count written again is no change
    await jobs.run_due()
    told = await OutboxMessage.filter(subject__contains="Résultat").first()
    assert told is not None
    assert "Retenu : « Mare »." in told.text.replace("\u00a0", " ")


@pytest.mark.one_engine
async def test_the_count_of_a_ranking_is_explained_in_words_and_in_a_table(client: Client) -> None:
    committee, (lead, rose, odile) = await _table()
    decision = await an_open_decision(committee, lead, method=Method.RANKED, options=GARDEN)
    await chooses(lead, decision, [["Verger"], ["Mare"]])
    await chooses(rose, decision, [["Verger", "Potager"]])
    await chooses(odile, decision, [["Mare"], ["Verger"], ["Potager"]])
    assert (await _close(decision)).verdict == Verdict.CHOSEN
    page = (await client.get(f"/decisions/{decision.id}")).text.replace("\u00a0", " ")
    assert "Retenu : « Verger »." in page
    assert "« Verger » gagne tous ses duels." in page
    assert "<td>1</td><td>Verger</td><td>2</td>" in page
    assert '<th scope="row">Verger</th><td class="n">2</td><td>Mare</td><td class="n">1</td>' in page
    assert "Retenu : « Verger »." in (
        await client.get(f"/comites/{committee.slug}/registre")
    ).text.replace("\u00a0", " ")  # fmt: skip


@pytest.mark.one_engine
async def test_a_tie_is_said_and_the_paradox_explained_without_a_draw(client: Client) -> None:
    committee, people = await _table()
    decision = await an_open_decision(committee, people[0], method=Method.RANKED, options=GARDEN)
    for person, order in zip(people, ("Potager Verger Mare", "Verger Mare Potager", "Mare Potager Verger"), strict=True):
        await chooses(person, decision, [[title] for title in order.split()])
    assert (await _close(decision)).verdict == Verdict.TIED
    page = (await client.get(f"/decisions/{decision.id}")).text
    assert "À égalité" in page
    assert "Rien n’est tiré au sort" in page


@pytest.mark.one_engine
async def test_a_shared_budget_tells_what_each_voice_received_and_paid(client: Client) -> None:
    committee, (lead, rose, odile, paul) = await _table(4)
    wishes: dict[str, Any] = {"options": GARDEN, "budget": 80_000, "quorum_percent": 50}
    decision = await an_open_decision(committee, lead, method=Method.BUDGET, **wishes)
    for person, choices in ((lead, ["Potager"]), (rose, ["Potager", "Mare"]), (odile, ["Mare", "Verger"]), (paul, ["Verger"])):
        await chooses(person, decision, choices)
    assert (await _close(decision)).verdict == Verdict.CHOSEN
    page = (await client.get(f"/decisions/{decision.id}")).text.replace("\u00a0", " ").replace("\u202f", " ")
    assert "800 € pour 4 voix : chacune reçoit 200 €." in page
    assert "« Mare » coûte 200 € : 2 voix le paient, 100 € chacune au plus." in page
    assert "« Potager » coûte 300 € : 2 voix le paient" in page
    assert "Il reste 300 €" in page


@pytest.mark.one_engine
async def test_below_the_quorum_nothing_is_chosen(client: Client) -> None:
    committee, people = await _table()
    decision = await an_open_decision(committee, people[0], method=Method.DOTS, options=GARDEN, quorum_percent=50)
    await chooses(people[0], decision, {"Mare": 5})
    assert (await _close(decision)).verdict == Verdict.NO_QUORUM
    page = (await client.get(f"/decisions/{decision.id}")).text
    assert "Le quorum n’est pas atteint" in page
    assert "Retenu" not in page


async def _weighted(residents: int, contributors: int) -> tuple[Committee, list[Person], list[Person]]:
    """A committee where residents weigh 40 and contributors 60."""
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead, residents=20)
    locals_ = [lead]
    for place in range(residents - 1):
        locals_.append(await a_person(f"Voisine {place}"))
        await seats.sit(committee, locals_[-1], CollegeKind.RESIDENTS, Designation.REQUEST)
    givers = [await a_member(committee, f"Donateur {place}") for place in range(contributors)]
    await Committee.filter(id=committee.id).update(is_weighted=True)
    await College.filter(committee_id=committee.id, kind="residents").update(weight=40)
    await College.filter(committee_id=committee.id, kind="contributors").update(weight=60)
    return await Committee.get(id=committee.id).select_related("initiative"), locals_, givers


async def test_a_weighted_majority_shows_its_arithmetic_and_can_be_recounted(client: Client) -> None:
    committee, residents, contributors = await _weighted(7, 5)
    decision = await an_open_decision(committee, residents[0], method=Method.MAJORITY)
    for person in residents:
        await says(person, decision, Code.YES)
    for person in contributors:
        await says(person, decision, Code.NO)
    closed = await _close(decision)
    assert closed.verdict == Verdict.REJECTED  # seven of twelve heads, forty of a hundred
    page = (await client.get(f"/decisions/{decision.id}")).text.replace("\u202f", " ").replace("\u00a0", " ")
    assert "Avec le poids des collèges : 40 % pour. Il fallait plus de la moitié." in page
    assert "poids fixé 60 %, 5 voix, 60 % dans ce compte : chacune pèse 12 %." in page
    file = (await client.get(f"/decisions/{decision.id}/resultat.json")).json()
    assert recount(file).agrees
    assert {line["weight"] for line in file["ballots"]} == {"40/7", "12"}


@pytest.mark.one_engine
async def test_colleges_of_few_voices_are_not_shown_apart(client: Client) -> None:
    committee, residents, contributors = await _weighted(6, 2)
    decision = await an_open_decision(committee, residents[0], method=Method.DOTS, options=GARDEN)
    for person in (*residents, *contributors):
        await chooses(person, decision, {"Mare": 5})
    await _close(decision)
    page = (await client.get(f"/decisions/{decision.id}")).text
    assert "Tous les collèges, ensemble" in page
    file = (await client.get(f"/decisions/{decision.id}/resultat.json")).json()
    assert [sorted(one["colleges"]) for one in file["colleges"]] == [["contributors", "residents"]]
    assert "weights" not in json.dumps(file["result"])
    assert recount(file).agrees


SAID: dict[Method, tuple[object, object]] = {
    Method.CONSENT: (Code.AGREE, Code.OBJECT), Method.MAJORITY: (Code.YES, Code.ABSTAIN),
    Method.DOTS: ({"Mare": 2, "Verger": 3}, {"Mare": 5}), Method.RANKED: ([["Mare", "Verger"]], [["Mare"], ["Potager"]]),
    Method.BUDGET: (["Mare", "Potager"], ["Mare"]),
}  # fmt: skip


@pytest.mark.one_engine
@pytest.mark.parametrize("method", list(Method))
async def test_the_published_file_recounts_to_the_same_result_and_a_changed_one_does_not(
    client: Client, tmp_path: Path, method: Method
) -> None:
    committee, (lead, rose) = await _table(2)
    decision = await an_open_decision(committee, lead, method=method, options=GARDEN, budget=60_000)
    await Elector.filter(person_id=rose.id).update(is_discreet=True)
    for person, said in zip((lead, rose), SAID[method], strict=True):
        if isinstance(said, Code):
            await says(person, decision, said, "=1+1")
        else:
            await chooses(person, decision, said, "=1+1")
    await _close(decision)
    answer = await client.get(f"/decisions/{decision.id}/resultat.json")
    file = answer.json()
    assert recount(file).agrees
    assert {line["name"] for line in file["ballots"]} == {"Sélim L.", None}
    assert "Rose" not in answer.text
    sheet = (await client.get(f"/decisions/{decision.id}/resultat.csv")).text
    assert "Sélim L." in sheet
    assert "Rose" not in sheet
    saved = tmp_path / "resultat.json"
    saved.write_text(answer.text, encoding="utf-8")
    assert _recounted(saved).returncode == 0
    file["ballots"] = file["ballots"][:1]
    assert not recount(file).agrees
    saved.write_text(json.dumps(file), encoding="utf-8")
    told = _recounted(saved)
    assert (told.returncode, "n’est pas celui du fichier" in told.stderr) == (1, True)


def _recounted(file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "recount", str(file)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("file", [{}, {"format": "another"}, {"format": "civic-decision-1", "rule": {}}, [], None])
def test_a_file_that_is_no_result_is_refused(file: Any) -> None:
    with pytest.raises(UnreadableFile):
        recount(file)
