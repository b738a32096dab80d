"""Colleges: who sits under which name, what a voice weighs, and how changed rules are told."""

from collections.abc import Awaitable, Callable

import pytest

from civic.committees import queries, register
from civic.committees.joining import Joining
from civic.committees.models import College, CollegeKind, Committee
from civic.decisions.models import Elector
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member, an_open_decision, fresh

SignIn = Callable[[Person], Awaitable[Client]]
PARTS = {
    "is_weighted": "1", "residents": "5", "organisations": "2", "residents_weight": "40", "contributors_weight": "30",
    "organisations_weight": "30", "organisations_label": "Collège des adhérents",
    "organisations_definition": "Les structures à jour de cotisation.",
}  # fmt: skip
TEXTS = {
    "name": "Le comité de la navette", "purpose": "Il fixe les arrêts et les horaires.", "joining": "open",
    "mandate_months": "24",
}  # fmt: skip


async def _parts(committee: Committee) -> dict[str, int | None]:
    """What each college that sits weighs."""
    assert (await Committee.get(id=committee.id)).is_weighted
    return {college.kind.value: college.weight for college in await queries.colleges_of(committee.id)}


async def test_the_parts_make_a_hundred_percent_or_the_form_says_their_sum(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    mine, path = await sign_in(lead), f"/comites/{committee.slug}/colleges"
    assert (await mine.get(path)).status_code == 200
    refused = await mine.submit(path, {**PARTS, "residents_weight": "45"})
    assert refused.status_code == 422
    assert "105\u202f%" in refused.text
    assert not (await Committee.get(id=committee.id)).is_weighted
    assert (await mine.submit(path, PARTS)).status_code == 303
    assert await _parts(committee) == {"residents": 40, "contributors": 30, "organisations": 30}
    assert (await mine.submit(path, {**PARTS, "is_weighted": "", "residents_weight": "45"})).status_code == 303
    assert not (await Committee.get(id=committee.id)).is_weighted


async def test_a_college_that_does_not_sit_weighs_nothing(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    mine, path = await sign_in(lead), f"/comites/{committee.slug}/colleges"
    left_out = {**PARTS, "organisations": "0", "residents_weight": "70"}
    assert (await mine.submit(path, left_out)).status_code == 303
    assert await _parts(committee) == {"residents": 70, "contributors": 30}


async def test_the_page_shows_what_each_voice_weighs(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    for _ in range(4):
        await a_member(committee)
    shown = f"/comites/{committee.slug}"
    assert "Chaque voix pèse" not in (await client.get(shown)).text
    assert (await (await sign_in(lead)).submit(f"{shown}/colleges", PARTS)).status_code == 303
    text = (await client.get(shown)).text
    assert "40\u202f% pour 1 personne" in text
    assert "30\u202f% pour 4 personnes" in text
    assert "7,5\u202f%" in text
    assert "30\u202f%, personne n’y siège" in text
    assert "Collège des adhérents" in text
    assert "Les structures à jour de cotisation." in text


def test_a_part_is_shared_equally_by_who_sits() -> None:
    colleges = [
        College(kind=CollegeKind.RESIDENTS, taken=12, weight=40), College(kind=CollegeKind.EMPLOYEES, taken=0, weight=60),
    ]  # fmt: skip
    first, second = register.shares(colleges)
    assert first.each == pytest.approx(40 / 12)
    assert second.each is None


async def test_the_contributors_always_sit_at_an_initiatives_table_and_nobody_is_put_out(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    mine, path = await sign_in(lead), f"/comites/{committee.slug}/colleges"
    assert (await mine.submit(path, {"residents": "0", "organisations": "2"})).status_code == 422
    assert (await mine.submit(path, {"residents": "3"})).status_code == 303
    contributors = await College.get(committee_id=committee.id, kind=CollegeKind.CONTRIBUTORS)
    assert contributors.places is None
    assert (await College.get(committee_id=committee.id, kind=CollegeKind.RESIDENTS)).places == 3


async def test_changed_rules_are_told_and_change_no_open_question(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    decision = await an_open_decision(committee, lead)
    mine, past = await sign_in(lead), f"/comites/{committee.slug}/memoire"
    assert "celles du premier jour" in (await client.get(past)).text
    assert (await mine.submit(f"/comites/{committee.slug}/modifier", TEXTS)).status_code == 303
    assert (await mine.submit(f"/comites/{committee.slug}/colleges", PARTS)).status_code == 303
    await a_member(committee)
    text = (await client.get(past)).text
    for said in (
        "Durée d’un mandat\u00a0: 24 mois, au lieu de 12 mois", "Comment on y entre\u00a0: Ouvert, sans demande",
        "Places, Organisations membres\u00a0: 2, au lieu de 0", "Qui en fait partie, Organisations membres",
    ):  # fmt: skip
        assert said in text.replace("&#39;", "’"), said
    assert "Les structures à jour" not in text  # longer texts are told without their words
    unchanged = await fresh(decision)
    assert unchanged.electorate == 1
    assert [one.person_id for one in await Elector.filter(decision_id=decision.id)] == [lead.id]


async def test_saving_the_same_rules_tells_nothing(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead, joining="open", mandate_months=24)
    mine = await sign_in(lead)
    assert (await mine.submit(f"/comites/{committee.slug}/modifier", TEXTS)).status_code == 303
    assert "celles du premier jour" in (await client.get(f"/comites/{committee.slug}/memoire")).text
    assert (await Committee.get(id=committee.id)).joining == Joining.OPEN
