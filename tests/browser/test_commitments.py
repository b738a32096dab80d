"""The journey of a commitment: proposed after a decision, accepted in one tap, moved, kept; and what is read of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from civic import clock
from civic.commitments.models import Commitment
from civic.committees.models import Committee
from civic.counting.rules import Verdict
from civic.decisions.models import Decision, DecisionStatus
from civic.people.models import Person
from tests.browser.conftest import Arrive
from tests.engines import Database
from tests.factories import a_person
from tests.factories.commitments import a_commitment
from tests.factories.steering import a_committee, a_member

WHAT = "Porter les dépliants"


@pytest.fixture
async def decision(database: Database) -> Decision:
    """A closed decision of a committee with a member and commitments of every state."""
    lead = await a_person("Anne-Marie Lopez")
    committee = await a_committee(lead)
    rose, day = await a_member(committee), clock.now() - timedelta(days=2)
    made = await Decision.create(
        committee=committee, form_key="journey-key", question="La navette passe à l’étang", method="majority",
        closes_at=day, closed_at=day, opened_at=day, created_at=day, status=DecisionStatus.CLOSED,
        verdict=Verdict.ADOPTED, electorate=2, answers_count=2,
        tally={"yes": 2, "no": 0, "abstain": 0, "open_objections": 0}, outcome="On essaie trois mois.",
    )  # fmt: skip
    await a_commitment(committee, rose, "Compter les passagers", days=-3)
    await a_commitment(
        committee, rose, "Chercher un garage", status="dropped", dropped_at=clock.now(), dropped_reason="On en prête un."
    )
    await a_commitment(
        committee, lead, "Poser les panneaux", decision=made, status="kept", kept_at=clock.now(), evidence="Posés.",
        link="https://www.exemple.fr/panneaux",
    )  # fmt: skip
    return made


@pytest.mark.one_engine("sqlite")
@pytest.mark.parametrize("js", [True, False], ids=["with-js", "without-js"])
async def test_a_member_accepts_moves_and_keeps_what_is_proposed_to_her(
    arrive: Arrive, decision: Decision, js: bool
) -> None:
    rose, lead = await Person.get(name="Rose Martin"), await Person.get(name="Anne-Marie Lopez")
    committee = await Committee.get(id=decision.committee_id)
    made = await a_commitment(committee, rose, WHAT, by=lead, decision=decision)
    visitor = await arrive(width=360, javascript=js)
    await visitor.is_now(rose)
    await visitor.open("/mon-espace")
    await visitor.reads(f"Accepter ou refuser : {WHAT}")
    await visitor.open(f"/engagements/{made.id}")
    await visitor.look("engagement propose")
    await visitor.press("Je m’en charge")
    await visitor.reads("Cet engagement est le vôtre")
    await visitor.write("Ce qui est fait", "Quatre cents dépliants portés.")
    await visitor.press("C’est fait")
    await visitor.reads("Dit par Rose M.")
    await visitor.look("engagement tenu")
    assert (await Commitment.get(what=WHAT)).is_kept


@pytest.mark.one_engine("sqlite")
async def test_what_everybody_reads_of_commitments_and_decisions_is_accessible(
    arrive: Arrive, decision: Decision
) -> None:
    committee = await Committee.get(id=decision.committee_id).select_related("initiative")
    assert committee.initiative is not None
    kept = await Commitment.get(what="Poser les panneaux")
    initiative = f"/initiatives/{committee.initiative.slug}"
    visitor = await arrive(width=360)
    for path in (
        f"/comites/{committee.slug}/engagements", f"/engagements/{kept.id}", f"/decisions/{decision.id}", "/decisions",
        f"/comites/{committee.slug}/registre", f"{initiative}/parcours", f"{initiative}/engagements", initiative,
    ):  # fmt: skip
        await visitor.open(path)
        await visitor.look(path.strip("/").replace("/", " "))


@pytest.mark.one_engine("sqlite")
async def test_what_a_lead_writes_of_commitments_is_accessible(arrive: Arrive, decision: Decision) -> None:
    committee = await Committee.get(id=decision.committee_id)
    late = await Commitment.get(what="Compter les passagers")
    visitor = await arrive(width=360)
    await visitor.is_now(await Person.get(name="Anne-Marie Lopez"))
    for path in (
        f"/comites/{committee.slug}/engagements/nouveau", f"/decisions/{decision.id}/engagements",
        f"/engagements/{late.id}", "/mon-espace/engagements",
    ):  # fmt: skip
        await visitor.open(path)
        await visitor.look(path.strip("/").replace("/", " "))
