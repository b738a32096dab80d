"""« Par chèque ou virement » on the pages: the three steps, the link of the mail, the slip, the lead's phone."""

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from campaigns.board.models import Delivery
from campaigns.board.service import prepare
from campaigns.lifecycle.models import Campaign, CampaignStatus, Reward
from campaigns.offline import donors, verifying
from campaigns.offline.models import OfflineDonor, OfflineGift, OfflineStatus
from campaigns.offline.queries import gift_of_her_own
from campaigns.receipts import subjects
from campaigns.receipts.eligibility import refusal
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people.models import Person, RoleName
from civic.settings import Settings, configure
from tests.campaigns.test_offline_pages import form_of, stall, words
from tests.campaigns.test_pledge_input import AMOUNTS, READ
from tests.campaigns.test_pledges import ME
from tests.campaigns.test_receipts import ISSUER
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign, a_reward
from tests.factories.offline import a_switched_pledge, a_treasurer, a_verified_gift, an_announced_gift
from tests.links import aim

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def issuing(settings: Settings) -> Iterator[None]:
    configure(settings.model_copy(update=ISSUER | {"receipt_issuer": "Les Jardins du Carron"}))
    yield
    configure(settings)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def cheque(campaign: Campaign) -> str:
    return f"/campagnes/{campaign.slug}/soutenir/cheque"


async def she_walks(client: Client, campaign: Campaign, gift: dict[str, str] | None = None) -> str:
    """To the last step, then by its link to the page about cheques; answers that page."""
    start = f"/campagnes/{campaign.slug}/soutenir"
    await client.submit(start, gift or {"amount": "3000"})
    third = await client.submit(f"{start}/moi", ME)
    verify = (await client.get(third.headers["location"])).text
    assert f'href="{cheque(campaign)}"' in verify
    return plain((await client.get(cheque(campaign))).text)


def own(gift: OfflineGift, what: str = "") -> str:
    return f"/dons/{links.make(donors.LINK, gift.id)}{what}"


async def link_of(subject: str) -> str:
    await jobs.run_due()
    text = (await OutboxMessage.filter(subject__startswith=subject).order_by("-id").first()).text  # type: ignore[union-attr]
    found = re.search(r"http://testserver(/dons/[^\s?]+)", text)
    assert found
    return found[1]


async def test_a_visitor_announces_a_cheque_confirms_by_mail_and_reads_how_to_send_it(client: Client) -> None:
    campaign = await a_live_campaign()
    page = await she_walks(client, campaign)
    assert "doit arriver" in page.lower()
    assert "deux personnes de l’équipe" in page
    assert "débité" not in page, "beside a cheque, the reminder does not speak of cards"
    sent = await client.submit(cheque(campaign))
    assert sent.headers["location"].endswith("/soutenir/cheque/a-confirmer")
    assert "ouvrez votre courriel" in (await client.get(sent.headers["location"])).text
    gift = await OfflineGift.all().get()
    assert (gift.status, gift.amount_cents, gift.public_name) == (OfflineStatus.CREATED, 3_000, "Odile B.")
    link = await link_of("Confirmez votre don")
    before = (await client.get(link)).text
    assert gift.code not in before
    assert "IBAN" not in before
    assert (await client.submit(f"{link}/confirmer")).status_code == 303
    after = plain((await client.get(link)).text)
    for said in (gift.code, campaign.beneficiary, "1 place de la Mairie", "au plus tard"):
        assert said in after, said
    mail = await link_of("Comment envoyer votre don")
    assert (await client.get(mail)).status_code == 200
    paper = words((await client.get(f"{link}/bulletin.pdf")).content)
    assert gift.code in paper
    assert "Odile Blanc" in paper
    assert "Espèces" not in paper, "she has told everything but cheque or transfer"
    assert (await client.submit(f"{link}/confirmer")).status_code == 303
    assert await OutboxMessage.filter(subject__startswith="Comment envoyer").count() == 1


@pytest.mark.one_engine
async def test_a_member_who_is_signed_in_confirms_nothing(sign_in: SignIn) -> None:
    campaign, person = await a_live_campaign(), await a_person("Odile Blanc", "odile@exemple.fr")
    await Person.filter(id=person.id).update(email_verified_at=clock.now())
    client = await sign_in(await Person.get(id=person.id))
    start = f"/campagnes/{campaign.slug}/soutenir"
    await client.submit(start, {"amount": "3000"})
    await client.submit(f"{start}/moi", {"shown": "anonymous"})
    done = await client.submit(cheque(campaign))
    gift = await OfflineGift.all().get()
    assert aim(done.headers["location"]) == aim(own(gift))
    assert (gift.status, gift.anonymous, gift.public_name) == (OfflineStatus.PROMISED, True, "")
    assert gift.code in (await client.get("/mon-espace")).text


@pytest.mark.one_engine
async def test_the_iban_of_the_host_is_written_when_it_is_set(client: Client, settings: Settings) -> None:
    gift = await an_announced_gift(await a_live_campaign())
    assert "demandez-nous les coordonnées bancaires" in (await client.get(own(gift))).text
    configure(settings.model_copy(update={"iban": "FR14 2004 1010 0505 0001 3M02 606", "cheque_address": "BP 12, Villars"}))
    try:
        page = (await client.get(own(gift))).text
    finally:
        configure(settings)
    assert "FR14 2004 1010 0505 0001 3M02 606" in page
    assert "BP 12, Villars" in page
    with pytest.raises(ValueError, match="iban"):
        Settings(iban="FR14 2004 1010 0505 0001 3M02 607")


@pytest.mark.one_engine
async def test_amounts_reward_and_identity_that_do_not_fit_come_back_with_a_sentence(
    client: Client, issuing: None
) -> None:
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=1)
    gift = await an_announced_gift(campaign)
    for typed, sentence in AMOUNTS.items():
        refused = await client.submit(own(gift, "/modifier"), {"other": typed})
        assert refused.status_code == 422, typed
        assert sentence in plain(refused.text), typed
        assert f'value="{typed}"' in refused.text, typed
    for typed, cents in READ.items():
        assert (await client.submit(own(gift, "/modifier"), {"other": typed})).status_code == 303, typed
        assert (await OfflineGift.get(id=gift.id)).amount_cents == cents, typed
    theirs = await a_reward(await a_live_campaign(await a_person("Paul Roux")))
    for forged in ("999999", str(theirs.id), "-1", "x"):
        refused = await client.submit(own(gift, "/modifier"), {"other": "50", "reward": forged})
        assert refused.status_code in (409, 422, 400), forged
    assert (await client.submit(own(gift, "/modifier"), {"other": "5", "reward": str(reward.id)})).status_code == 422
    walked = await she_walks(client, campaign)
    assert "Je veux un reçu fiscal" in walked
    assert "ne vous coûte que" in walked
    refused = await client.submit(cheque(campaign), {"street": "3 chemin des Étangs", "postcode": "01 ?"})
    assert refused.status_code == 422
    assert "3 chemin des Étangs" in refused.text
    told = {"street": "3 chemin des Étangs", "postcode": "01330", "city": "Villars"}
    assert (await client.submit(cheque(campaign), told)).status_code == 303
    made = await OfflineGift.all().order_by("-id").first()
    assert made
    assert (await OfflineDonor.get(gift_id=made.id)).name == "Odile Blanc"


@pytest.mark.one_engine
async def test_two_tabs_two_clicks_a_forged_link_and_a_closed_campaign(client: Client) -> None:
    campaign = await a_live_campaign()
    page = await she_walks(client, campaign)
    key = re.search(r'name="cle" value="([^"]+)"', page)
    assert key
    await client.submit(f"/campagnes/{campaign.slug}/soutenir", {"amount": "5000"})
    refused = await client.submit(cheque(campaign), {"cle": key[1]})
    assert refused.status_code == 409
    assert "dans un autre onglet" in refused.text
    assert (await client.submit(cheque(campaign))).status_code == 303
    again = await client.submit(cheque(campaign))
    assert again.headers["location"].endswith("/soutenir/deja")
    assert await OfflineGift.all().count() == 1
    for forged in ("/dons/jeton", "/dons/jeton/bulletin.pdf"):
        assert (await client.get(forged)).status_code == 404
    await she_walks(client, campaign)
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() + timedelta(days=2))
    late = await client.submit(cheque(campaign))
    assert late.status_code == 410
    assert "n’arriverait plus à temps" in late.text
    await Campaign.filter(id=campaign.id).update(deadline=clock.now())
    assert (await client.submit(cheque(campaign))).status_code == 410
    assert await OfflineGift.all().count() == 1


@pytest.mark.one_engine
async def test_its_backer_changes_it_and_takes_it_back_by_her_link(client: Client) -> None:
    gift = await an_announced_gift(await a_live_campaign(), public_name="Odile B.")
    assert 'value="50"' in (await client.get(own(gift, "/modifier"))).text
    sent = {"other": "45", "reward": "0", "shown": "anonymous"}
    assert (await client.submit(own(gift, "/modifier"), sent)).status_code == 303
    assert "45" in (await client.get(own(gift))).text
    await jobs.run_due(schedules=False)
    told = await OutboxMessage.filter(subject__startswith="Votre don a changé").get()
    assert "Ce message remplace le précédent" in told.text
    assert (await client.submit(own(gift, "/annuler"))).status_code == 303
    page = (await client.get(own(gift))).text
    assert "Annulé" in page
    assert "Donner à nouveau" in page
    assert (await client.get(own(gift, "/bulletin.pdf"))).status_code == 410
    assert (await client.get(own(gift, "/modifier"))).status_code == 303


async def test_the_lead_reads_searches_scans_and_receives_what_was_announced(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    gift = await an_announced_gift(campaign, public_name="Odile B.")
    hidden = await an_announced_gift(campaign, name="Ursule Discrète")
    unsure = await an_announced_gift(campaign, name="Personne Encore", known=False)
    lead = await sign_in(campaign.lead)
    page = (await lead.get(form_of(campaign, ""))).text
    assert "Annoncés" in page
    assert gift.code in page
    assert "Odile Blanc" in page
    assert hidden.code in page
    assert "Les dons saisis" not in page, "what is on its way stands once, under « Annoncés »"
    for name in ("Ursule", "Personne Encore", unsure.code):
        assert name not in page
    found = (await lead.get(f"{form_of(campaign, '')}?reference={gift.code.lower()}")).text
    assert hidden.code not in found.partition("arrivent")[2].partition("</section>")[0]
    assert "Personne n’a annoncé de don sous H-009999" in (await lead.get(f"{form_of(campaign, '')}?reference=H-009999")).text
    scanned = await lead.get(f"/bulletins/{gift.code}")
    filled = plain((await lead.get(scanned.headers["location"])).text)
    assert 'value="Odile Blanc"' in filled
    assert 'value="50"' in filled, "the field has its € beside it"
    assert "Personne n’a annoncé de don sous H-009999" in (await lead.get(f"{form_of(campaign)}?numero=H-009999")).text
    lines = [{"amount": "50", "mode": "cheque", "number": one.code} for one in (gift, hidden)]
    assert (await lead.submit(form_of(campaign), stall(*lines))).status_code == 303
    assert await OfflineGift.filter(status=OfflineStatus.RECEIVED).count() == 2
    after = (await lead.get(form_of(campaign, ""))).text
    assert "Ursule" not in after
    stranger = await sign_in(await a_person("Paul Roux"))
    assert (await stranger.get(f"/bulletins/{gift.code}")).status_code == 403


@pytest.mark.one_engine
async def test_a_scanned_slip_of_a_failed_card_fills_the_form_too(sign_in: SignIn, client: Client) -> None:
    campaign = await a_live_campaign()
    pledge = await a_switched_pledge(campaign)
    lead = await sign_in(campaign.lead)
    scanned = await lead.get(f"/bulletins/P-{pledge.id:06d}")
    assert 'value="30' in (await lead.get(scanned.headers["location"])).text
    recovery = f"/campagnes/{campaign.slug}/reprise/{links.make('pledge', pledge.id)}"
    assert "Bulletin à imprimer" in (await client.get(recovery)).text
    assert f"P-{pledge.id:06d}" in words((await client.get(f"{recovery}/bulletin.pdf")).content)


@pytest.mark.one_engine
async def test_the_treasury_reads_what_is_announced_and_not_what_is_unconfirmed(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    gift = await an_announced_gift(campaign)
    unsure = await an_announced_gift(campaign, name="Personne Encore", known=False)
    treasurer = await sign_in(await a_person("Tristan Trésor", "", RoleName.TREASURER))
    for page in ("/tresorerie/hors-ligne", "/tresorerie/dons", f"/tresorerie/dons?q={gift.code}"):
        text = (await treasurer.get(page)).text
        assert gift.code in text, page
        assert unsure.code not in text, page
    assert (await treasurer.get(f"/tresorerie/hors-ligne/{unsure.id}")).status_code == 404
    assert (await treasurer.get(f"/tresorerie/hors-ligne/{gift.id}")).status_code == 200


@pytest.mark.one_engine
async def test_an_anonymous_cheque_is_named_nowhere_in_public(client: Client, sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    gift = await an_announced_gift(campaign, name="Ursule Discrète")
    lead = await sign_in(campaign.lead)
    await lead.submit(form_of(campaign), stall({"amount": "50", "mode": "cheque", "number": gift.code}))
    await verifying.verify(gift.id, await a_treasurer())
    for page in (f"/campagnes/{campaign.slug}", f"/campagnes/{campaign.slug}/preuves", f"/campagnes/{campaign.slug}.json"):
        assert "Ursule" not in (await client.get(page)).text
    for page in (form_of(campaign, ""), f"/campagnes/{campaign.slug}/tableau"):
        assert "Ursule" not in (await lead.get(page)).text


async def test_a_verified_cheque_with_a_reward_is_delivered_and_its_receipt_weighs_the_reward(issuing: None) -> None:
    campaign = await a_live_campaign()
    reward = await a_reward(campaign)
    await Reward.filter(id=reward.id).update(value_cents=2_000)
    gift = await an_announced_gift(campaign, reward_id=reward.id)
    await OfflineGift.filter(id=gift.id).update(status="received", mode="cheque", received_on=clock.today(), recorded_by_id=campaign.lead_id)
    await verifying.verify(gift.id, await a_treasurer())
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED)
    await prepare(await Campaign.get(id=campaign.id))
    await prepare(await Campaign.get(id=campaign.id))
    assert [row.gift_id for row in await Delivery.all()] == [gift.id]
    assert "vaut trop" in refusal((await subjects.of_gift(gift.id)).facts)
    await Reward.filter(id=reward.id).update(value_cents=500)
    assert refusal((await subjects.of_gift(gift.id)).facts) == ""


@pytest.mark.one_engine
async def test_without_card_payments_the_whole_flow_leads_to_the_cheque(client: Client, settings: Settings) -> None:
    campaign = await a_live_campaign()
    configure(settings.model_copy(update={"payments": "off"}))
    try:
        start = f"/campagnes/{campaign.slug}/soutenir"
        assert "Un merci en retour" in (await client.get(start)).text or "Mon don" in (await client.get(start)).text
        assert (await client.submit(start, {"amount": "3000"})).status_code == 303
        third = await client.submit(f"{start}/moi", ME)
        assert (await client.get(third.headers["location"])).headers["location"] == cheque(campaign)
        assert "Donner plutôt par carte" not in (await client.get(cheque(campaign))).text
        assert (await client.submit(cheque(campaign))).status_code == 303
    finally:
        configure(settings)
    assert (await OfflineGift.all().get()).status == OfflineStatus.CREATED


@pytest.mark.one_engine
async def test_a_gift_entered_by_a_lead_has_its_own_page_without_a_promise_to_change(client: Client) -> None:
    gift = await a_verified_gift(await a_live_campaign())
    page = (await client.get(own(gift))).text
    assert "Don reçu, merci" in page
    assert "Changer mon don" not in page
    assert aim((await client.submit(own(gift, "/annuler"))).headers["location"]) == aim(own(gift))
    assert (await gift_of_her_own(gift.id)).status == OfflineStatus.VERIFIED
