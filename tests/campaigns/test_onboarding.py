"""An organisation opens its own payment account, and its campaign opens only once that account can charge."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from campaigns.lifecycle import service
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.lifecycle.transitions import By
from campaigns.payees.models import Payee
from campaigns.payments import accounts
from civic import clock
from civic.errors import DomainError
from civic.organisations.models import Organisation, OrganisationKind
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.settings import Settings
from tests.campaigns.conftest import Payments
from tests.client import Client
from tests.factories import a_person, an_initiative, an_organisation
from tests.factories.campaigns import a_draft, a_live_campaign
from tests.factories.payees import a_spokesperson

pytestmark = pytest.mark.one_engine
SignIn = Callable[[Person], Awaitable[Client]]
WORDS = "Des mots qui disent assez ce qu’il faut dire ici."


@pytest.fixture
def registered(settings: Settings) -> Settings:
    """The host has entered its ORIAS number."""
    settings.orias = "12345678"
    return settings


async def a_draft_of(organisation: Organisation, lead: Person) -> Campaign:
    return await a_draft(await an_initiative(lead=lead, organisation=organisation), lead)


def terms(receiver: str) -> dict[str, str]:
    return {
        "deadline_on": (clock.today() + timedelta(days=20)).isoformat(), "goal": "all_or_nothing", "receiver": receiver,
        "use_of_funds": WORDS, "expected_result": WORDS, "risks": WORDS,
    }  # fmt: skip


async def approved(campaign: Campaign) -> Campaign:
    """Sent, and accepted by somebody else."""
    campaign = await Campaign.get(id=campaign.id).select_related("initiative", "lead")
    await service.submit(campaign, campaign.lead)
    reviewer = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR), frozenset({RoleName.ANIMATOR}))
    await service.review(campaign, reviewer, CampaignStatus.APPROVED, "")
    return campaign


async def test_without_a_registration_only_the_host_may_receive_money(sign_in: SignIn, settings: Settings) -> None:
    lead = await a_spokesperson(await an_organisation())
    campaign = await a_draft_of(await Organisation.all().first(), lead)  # type: ignore[arg-type]
    client = await sign_in(lead)
    page = await client.get(f"/campagnes/{campaign.slug}/modifier/conditions")
    assert "ORIAS" in page.text
    assert 'value="organisation"' not in page.text
    refused = await client.submit(f"/campagnes/{campaign.slug}/modifier/conditions", terms("organisation"))
    assert refused.status_code == 422
    assert settings.host_name in refused.text
    fresh = await Campaign.get(id=campaign.id)
    assert (fresh.payee_id, fresh.beneficiary) == (None, settings.host_name)


async def test_an_organisation_opens_its_account_and_then_its_campaign(
    sign_in: SignIn, payments: Payments, registered: Settings
) -> None:
    organisation = await an_organisation("Les Jardins du Carron")
    lead = await a_spokesperson(organisation)
    campaign = await a_draft_of(organisation, lead)
    client, root = await sign_in(lead), f"/campagnes/{campaign.slug}"
    assert (await client.submit(f"{root}/modifier/conditions", terms("organisation"))).status_code == 303
    fresh = await Campaign.get(id=campaign.id)
    assert fresh.beneficiary == "Les Jardins du Carron"
    page = await client.get(f"{root}/modifier/relire")
    assert "Ouvrir le compte de paiement de la structure" in page.text
    await approved(campaign)
    refused = await client.submit(f"{root}/ouvrir", {})
    assert refused.status_code == 303
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.APPROVED
    assert "Ouvrir le compte de paiement de l’association" in (await client.get(f"{root}/compte")).text
    leaves = await client.submit(f"{root}/compte", {})
    assert leaves.status_code == 303
    again = await client.submit(f"{root}/compte", {})
    address = leaves.headers["location"]
    assert "/_stripe/onboarding/" in address
    assert again.headers["location"] != address
    assert await Payee.all().count() == 1
    assert (await payments.sandbox.browser.post(address)).headers["location"].endswith(f"{root}/compte/retour")
    back = await client.get(f"{root}/compte/retour")
    assert back.status_code == 303
    payee = await Payee.get()
    assert (payee.charges_enabled, payee.details_submitted) == (True, True)
    await client.submit(f"{root}/ouvrir", {})
    live = await Campaign.get(id=campaign.id)
    assert (live.status, live.account_ref) == (CampaignStatus.LIVE, payee.account_ref)
    page = await client.get(root)
    assert "paiement\u00a0: Les Jardins du Carron" in page.text


async def test_an_old_link_of_stripe_leads_back_to_the_button(
    sign_in: SignIn, payments: Payments, registered: Settings
) -> None:
    organisation = await an_organisation()
    lead = await a_spokesperson(organisation)
    campaign = await a_draft_of(organisation, lead)
    client, root = await sign_in(lead), f"/campagnes/{campaign.slug}"
    await client.submit(f"{root}/modifier/conditions", terms("organisation"))
    address = (await client.submit(f"{root}/compte", {})).headers["location"]
    await payments.sandbox.control.clock(400)
    assert (await payments.sandbox.browser.get(address)).headers["location"].endswith(f"{root}/compte/suite")
    assert (await client.get(f"{root}/compte/suite")).status_code == 303
    assert "Compléter le compte de paiement" in (await client.get(f"{root}/compte")).text


async def test_only_who_speaks_for_the_organisation_opens_its_account(
    sign_in: SignIn, payments: Payments, registered: Settings
) -> None:
    organisation, lead = await an_organisation(), await a_person("Nadia Porteuse")
    campaign = await a_draft_of(organisation, lead)
    client, root = await sign_in(lead), f"/campagnes/{campaign.slug}"
    await client.submit(f"{root}/modifier/conditions", terms("organisation"))
    page = await client.get(f"{root}/compte")
    assert "représente" in page.text
    assert "Ouvrir le compte de paiement de l’association" not in page.text
    assert (await client.submit(f"{root}/compte", {})).status_code == 403
    assert (await Payee.get()).account_ref is None
    stranger = await sign_in(await a_person("Odile Blanc"))
    assert (await stranger.get(f"{root}/compte")).status_code in (403, 404)


async def test_a_group_without_statutes_cannot_receive_money(sign_in: SignIn, registered: Settings) -> None:
    organisation = await an_organisation("Les Lavoirs réunis", kind=OrganisationKind.INFORMAL)
    lead = await a_spokesperson(organisation)
    campaign = await a_draft_of(organisation, lead)
    client = await sign_in(lead)
    page = await client.get(f"/campagnes/{campaign.slug}/modifier/conditions")
    assert "personne morale" in page.text
    refused = await client.submit(f"/campagnes/{campaign.slug}/modifier/conditions", terms("organisation"))
    assert refused.status_code == 422


async def test_a_planned_opening_waits_for_the_account(payments: Payments, registered: Settings) -> None:
    organisation = await an_organisation()
    lead = await a_spokesperson(organisation)
    waiting, other = await a_draft_of(organisation, lead), await a_draft()
    payee = await Payee.create(organisation_id=organisation.id, created_at=clock.now())
    await Campaign.filter(id=waiting.id).update(payee_id=payee.id, beneficiary=organisation.name)
    for campaign in (waiting, other):
        await approved(campaign)
        await Campaign.filter(id=campaign.id).update(starts_at=clock.now())
    await service.launch_due()
    states = [(await Campaign.get(id=one.id)).status for one in (waiting, other)]
    assert states == [CampaignStatus.APPROVED, CampaignStatus.LIVE]
    made = await payments.sandbox.v1.accounts.create_async({"type": "standard"})
    await payments.sandbox.control.open_account(made.id)
    await Payee.filter(id=payee.id).update(account_ref=made.id)
    await accounts.look(made.id)
    await service.launch_due()
    assert (await Campaign.get(id=waiting.id)).account_ref == made.id


async def test_a_host_that_lost_its_registration_opens_no_more_of_them(
    payments: Payments, registered: Settings
) -> None:
    organisation = await an_organisation()
    campaign = await a_draft_of(organisation, await a_spokesperson(organisation))
    payee = await Payee.create(
        organisation_id=organisation.id, created_at=clock.now(), account_ref="acct_1", charges_enabled=True
    )
    await Campaign.filter(id=campaign.id).update(payee_id=payee.id)
    campaign = await approved(campaign)
    registered.orias = ""
    with pytest.raises(DomainError, match="ORIAS"):
        await service.launch(campaign, By.LEAD, campaign.lead)


async def test_before_choosing_her_organisation_a_lead_reads_what_its_account_asks_or_that_it_is_open(
    sign_in: SignIn, registered: Settings
) -> None:
    organisation = await an_organisation("Les Plessis vivants")
    lead = await a_spokesperson(organisation)
    campaign = await a_draft_of(organisation, lead)
    client, address = await sign_in(lead), f"/campagnes/{campaign.slug}/modifier/conditions"
    page = (await client.get(address)).text
    for words in ("à ouvrir avant la collecte", "le RIB de la structure", "environ dix minutes"):
        assert words in page, words
    payee = await Payee.create(
        organisation_id=organisation.id, created_at=clock.now(), account_ref="acct_1", charges_enabled=True
    )
    page = (await client.get(address)).text
    assert "qui est déjà ouvert" in page
    assert "le RIB de la structure" not in page
    await Campaign.filter(id=campaign.id).update(payee_id=payee.id, beneficiary=organisation.name)
    account = (await client.get(f"/campagnes/{campaign.slug}/compte")).text
    assert "Le compte est demandé." in account
    assert "Donner à Stripe le RIB" in account, "what is missing is said as what to do"
    for wrong in ("de Les Plessis", "à Les Plessis", "par Les Plessis"):
        assert wrong not in account


async def test_no_tip_and_no_cheque_are_offered_beside_a_gift_to_somebody_else(
    client: Client, sign_in: SignIn, payments: Payments
) -> None:
    campaign = await a_live_campaign()
    fields = {"amount": "3000", "reward": "0"}
    gift = f"/campagnes/{campaign.slug}/soutenir"
    me = {"name": "Odile Blanc", "email": "odile@exemple.fr", "shown": "name"}
    for payee in (False, True):
        if payee:
            organisation = await an_organisation()
            row = await Payee.create(
                organisation_id=organisation.id, created_at=clock.now(), account_ref="acct_1", charges_enabled=True
            )
            await Campaign.filter(id=campaign.id).update(
                payee_id=row.id, account_ref="acct_1", beneficiary=organisation.name
            )
        await client.submit(f"/campagnes/{campaign.slug}/soutenir", fields)
        await client.submit(f"/campagnes/{campaign.slug}/soutenir/moi", me)
        page = await client.get(f"/campagnes/{campaign.slug}/soutenir/verifier")
        assert ('name="tip"' in page.text) is not payee
        assert ("élivre elle-même ses reçus" in page.text) is payee
        assert "Changer le retour" not in page.text, "there is no thank-you to choose"
        assert ("choisir le chèque ou le virement" in (await client.get(gift)).text) is not payee
        assert ("On paie par carte seulement" in (await client.get(gift)).text) is payee
    sent = {"tip": "300", "terms": "1"}
    refused = await client.submit(f"/campagnes/{campaign.slug}/soutenir/verifier", sent)
    assert refused.status_code == 422
    lead = await sign_in(campaign.lead)
    assert (await lead.get(f"/campagnes/{campaign.slug}/hors-ligne/saisie")).status_code == 410
