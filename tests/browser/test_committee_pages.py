"""The pages of committees, each looked at by axe, and a journey by invitation: the mail, a name, a seat."""

from __future__ import annotations

import pytest

from civic.committees.invitations import token_of
from civic.committees.models import Committee, Seat
from civic.contributions.service import contribute
from civic.needs.models import NeedKind
from civic.people.models import Person
from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.engines import Database
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member, a_seat_of_an_organisation, an_invitation


@pytest.fixture
async def committee(database: Database) -> Committee:
    """A committee with a member, an organisation's seat that its lead represents too, and an invitation."""
    lead = await a_person("Anne-Marie Lopez")
    found = await a_committee(lead)
    await a_member(found)
    await a_seat_of_an_organisation(found, lead)
    await an_invitation(found, lead)
    return found


async def _lead(committee: Committee) -> Person:
    return (await Seat.get(committee_id=committee.id, is_facilitator=True).select_related("person")).person


async def _looks_at(visitor: Visitor, *paths: str) -> None:
    for path in paths:
        await visitor.open(path)
        await visitor.look(path.strip("/").replace("/", " "))


@pytest.mark.one_engine("sqlite")
async def test_what_everybody_reads_of_a_committee_is_accessible(arrive: Arrive, committee: Committee) -> None:
    visitor, own = await arrive(width=360), f"/comites/{committee.slug}"
    await _looks_at(visitor, "/comites", own, f"{own}/memoire")


@pytest.mark.one_engine("postgres")
async def test_what_a_lead_runs_her_committee_with_is_accessible(arrive: Arrive, committee: Committee) -> None:
    visitor, own = await arrive(width=360), f"/comites/{committee.slug}"
    await visitor.is_now(await _lead(committee))
    seat = await Seat.get(committee_id=committee.id, organisation_id__isnull=False)
    await _looks_at(
        visitor, own, f"{own}/colleges", f"{own}/invitations", f"{own}/modifier", f"{own}/groupes/nouveau",
        f"/comites/sieges/{seat.id}", f"/comites/sieges/{seat.id}/porte-parole",
    )  # fmt: skip


@pytest.mark.one_engine("sqlite")
@pytest.mark.parametrize("js", [True, False], ids=["with-js", "without-js"])
async def test_somebody_accepts_an_invitation_on_her_phone(arrive: Arrive, committee: Committee, js: bool) -> None:
    invitation = await an_invitation(committee, await _lead(committee), email="odile@exemple.fr")
    visitor = await arrive(width=360, javascript=js)
    await visitor.open(f"/invitations/{token_of(invitation)}")
    await visitor.look("invitation")
    await visitor.write("Votre prénom et votre nom", "Odile Perrin")
    await visitor.press("Accepter")
    await visitor.reads("Vous avez accepté")
    assert await Seat.filter(committee_id=committee.id, person__email="odile@exemple.fr").exists()


@pytest.mark.one_engine("sqlite")
async def test_a_giver_takes_her_place_from_her_space_in_two_taps(arrive: Arrive, committee: Committee) -> None:
    giver = await a_person("Fatou Diop")
    await contribute(giver.id, committee.initiative_id or 0, NeedKind.TIME, "hours:1")
    visitor = await arrive(width=360)
    await visitor.is_now(giver)
    await visitor.open("/mon-espace")
    await visitor.choose("Sans mon nom dans le registre public")
    await visitor.press("Prendre ma place")
    await visitor.reads("Bienvenue au comité.")
    assert (await Seat.get(person_id=giver.id)).is_discreet
