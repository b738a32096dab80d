"""The pages around a campaign, each looked at by axe: those everybody reads, those of its lead, those of the treasurer."""

from __future__ import annotations

import pytest

from campaigns.lifecycle.models import Campaign
from civic.people.models import Person, RoleName
from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.engines import Database
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign, a_reward


@pytest.fixture
async def campaign(database: Database) -> Campaign:
    """An open campaign with a reward and two promises."""
    found = await a_live_campaign(await a_person("Anne-Marie Lopez"))
    await a_reward(found)
    for name in ("Odile Blanc", "Rémi Carron"):
        await a_confirmed_pledge(found, await a_person(name))
    return found


async def _looks_at(visitor: Visitor, *paths: str) -> None:
    for path in paths:
        await visitor.open(path)
        await visitor.look(path.strip("/").replace("/", " "))


@pytest.mark.one_engine("sqlite")
async def test_what_everybody_reads_of_a_campaign_is_accessible(arrive: Arrive, campaign: Campaign) -> None:
    visitor, own = await arrive(width=360), f"/campagnes/{campaign.slug}"
    await _looks_at(
        visitor, "/campagnes", own, f"{own}/preuves", f"{own}/nouvelles", f"{own}/proposer", f"{own}/faire-connaitre",
        "/conditions-des-dons",
    )  # fmt: skip


@pytest.mark.one_engine("postgres")
async def test_what_a_lead_runs_her_campaign_with_is_accessible(arrive: Arrive, campaign: Campaign) -> None:
    visitor, own = await arrive(width=360), f"/campagnes/{campaign.slug}"
    await visitor.is_now(await Person.get(id=campaign.lead_id))
    await _looks_at(visitor, f"{own}/tableau", f"{own}/propositions", f"{own}/hors-ligne", f"{own}/historique")


@pytest.mark.one_engine("sqlite")
async def test_what_the_treasurer_reads_is_accessible(arrive: Arrive, campaign: Campaign) -> None:
    visitor = await arrive(width=1280)
    await visitor.is_now(await a_person("Marie Conte", "", RoleName.TREASURER))
    await _looks_at(
        visitor, "/tresorerie", "/tresorerie/recus", "/tresorerie/comptabilite", "/tresorerie/hors-ligne",
        "/tresorerie/releves",
    )  # fmt: skip
