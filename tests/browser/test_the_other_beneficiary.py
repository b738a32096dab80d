"""An association opens its own account on the payment page, then its campaign; one gift goes straight to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.lifecycle import service
from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine
from campaigns.payees.models import Payee
from campaigns.pledges.models import Pledge, PledgeStatus
from civic import clock
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.browser.conftest import Arrive
from tests.browser.giving import comes_to_the_last_step, saves_a_card, the_deadline_passes
from tests.browser.visitor import Visitor
from tests.campaigns.sandbox_server import Harness
from tests.factories import a_person, an_initiative, an_organisation
from tests.factories.campaigns import a_draft
from tests.factories.payees import CARD, a_spokesperson
from tests.mailbox import Mailbox
from tests.site import Site

ODILE, WHO = "odile@exemple.fr", "Les Jardins du Carron"


@pytest.fixture
def hosting() -> dict[str, str]:
    """A host in the register of intermediaries, so that others may receive money."""
    return {"CIVIC_ORIAS": "12345678"}


@pytest.fixture
async def garden(site: Site) -> Campaign:
    """A draft of thirty euros, by somebody who represents the association."""
    organisation = await an_organisation(WHO)
    lead = await a_spokesperson(organisation)
    campaign = await a_draft(await an_initiative(lead=lead, organisation=organisation), lead)
    await Campaign.filter(id=campaign.id).update(minimum_cents=3_000, optimum_cents=3_000)
    await CostLine.filter(campaign_id=campaign.id, required=True).update(amount_cents=3_000)
    await CostLine.filter(campaign_id=campaign.id, required=False).delete()
    return campaign


async def _chooses_who_receives(lead: Visitor, slug: str) -> None:
    await lead.open(f"/campagnes/{slug}/modifier/conditions")
    await lead.page.locator("input[name=receiver][value=organisation]").check(force=True)
    await lead.write("Dernier jour de la collecte", str(clock.today() + timedelta(days=20)))
    await lead.press("Enregistrer et relire")
    await lead.reads("Ouvrir le compte de paiement de la structure")
    await lead.look("what is missing")


async def _is_accepted(slug: str) -> None:
    campaign = await Campaign.get(slug=slug).select_related("initiative", "lead")
    await service.submit(campaign, campaign.lead)
    reviewer = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR), frozenset({RoleName.ANIMATOR}))
    await service.review(campaign, reviewer, CampaignStatus.APPROVED, "")


async def _opens_the_account(lead: Visitor, slug: str) -> None:
    await lead.open(f"/campagnes/{slug}/compte")
    await lead.reads(f"Compte de paiement : {WHO}", "Manque", "Demander le compte.")
    await lead.look("the account is missing")
    await lead.press("Ouvrir le compte de paiement de l’association")
    assert not lead.page.url.startswith(lead.url), "the payment page is on another origin"
    await lead.press("Ouvrir le compte")
    await lead.reads("Le compte peut encaisser", "Fait")
    await lead.look("the account can charge")
    await lead.open(f"/campagnes/{slug}")
    await lead.press("Ouvrir maintenant")
    await lead.reads("Vous gérez cette collecte")


async def _gives(backer: Visitor, slug: str, mailbox: Mailbox) -> None:
    await comes_to_the_last_step(backer, slug, "Odile Blanc", ODILE)
    await backer.reads(f"Votre don va directement à cette structure : {WHO}", "se paie par carte seulement")
    assert not await backer.link("Donner par chèque ou virement").is_visible()
    await backer.choose("J’ai lu les conditions")
    await backer.look("only by card")
    await backer.press("Enregistrer ma carte")
    await saves_a_card(backer, CARD)
    await backer.reads("Votre promesse de 30 € est enregistrée")
    await mailbox.last(ODILE, "promesse de don est enregistrée")


@pytest.mark.one_engine("sqlite")
async def test_an_association_opens_its_account_then_its_campaign_and_is_paid_directly(
    arrive: Arrive, garden: Campaign, mailbox: Mailbox, site: Site, till: Harness
) -> None:
    lead, backer = await arrive(width=1280), await arrive(width=360, javascript=False)
    await lead.is_now(await Person.get(id=garden.lead_id))
    await _chooses_who_receives(lead, garden.slug)
    await _is_accepted(garden.slug)
    await _opens_the_account(lead, garden.slug)
    payee = await Payee.all().get()
    assert (payee.charges_enabled, (await Campaign.get(id=garden.id)).account_ref) == (True, payee.account_ref)
    await _gives(backer, garden.slug, mailbox)
    await the_deadline_passes(site, garden, CampaignStatus.FUNDED)
    assert (await Pledge.get(campaign_id=garden.id)).status == PledgeStatus.COLLECTED
    theirs = await till.v1.payment_intents.list_async({}, {"stripe_account": payee.account_ref})
    ours = await till.v1.payment_intents.list_async({})
    assert ([one.amount for one in theirs.data], ours.data) == ([3_000], [])
    await backer.open(f"/campagnes/{garden.slug}")
    await backer.reads("Collecte réussie", f"directement à cette structure, sur son propre compte de paiement : {WHO}")
    await backer.look("it worked")
