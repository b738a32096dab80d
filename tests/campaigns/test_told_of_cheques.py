"""Those who run a campaign hear of what is announced; whoever gave by hand hears that it counts, with her own links."""

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta

import pytest

from campaigns.ledger.models import Entry
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.offline import donors, promising, telling, verifying
from campaigns.offline.models import OfflineGift, OfflineStatus
from campaigns.refunds import letters
from campaigns.refunds.models import Dispute
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people.models import Person
from civic.settings import Settings, configure
from tests.campaigns.test_offline_pages import form_of, stall
from tests.campaigns.test_receipts import ISSUER
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign, a_reward
from tests.factories.offline import a_switched_pledge, a_treasurer, a_verified_gift, an_announced_gift

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.usefixtures("app")
ANNE = "anne@exemple.fr"


@pytest.fixture
def issuing(settings: Settings) -> Iterator[None]:
    configure(settings.model_copy(update=ISSUER | {"receipt_issuer": "Les Jardins du Carron"}))
    yield
    configure(settings)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


async def annes_campaign() -> Campaign:
    return await a_live_campaign(await a_person("Anne-Marie Lopez", ANNE))


async def told() -> list[str]:
    """The letters about what is announced, the oldest first, after the clock asked twice."""
    for _turn in range(2):
        await telling.tell()
        await jobs.run_due(schedules=False)
    rows = OutboxMessage.filter(to=ANNE, subject__contains="par chèque ou virement").order_by("id")
    return [plain(f"{one.subject}\n{one.text}") for one in await rows]


def at(hour: int, days: int = 0) -> None:
    """Travel to this hour of a day."""
    clock.travel(timedelta())
    wanted: datetime = clock.at(clock.today() + timedelta(days=days), hour)
    clock.travel(wanted - clock.now())


@pytest.fixture
def midday() -> Iterator[None]:
    at(12)
    yield
    clock.travel(timedelta())


async def test_the_first_cheque_is_told_at_once_and_the_next_ones_once_a_day_each_in_one_letter(midday: None) -> None:
    campaign = await annes_campaign()
    await an_announced_gift(campaign, name="Personne Encore", known=False)
    assert await told() == [], "nobody is told before she has confirmed her address"
    first = await an_announced_gift(campaign, public_name="Odile B.")
    (letter,) = await told()
    assert "1 don par chèque ou virement est annoncé" in letter
    assert f"- {first.code} : 50 €, Odile Blanc, à recevoir avant le" in letter
    assert f"/campagnes/{campaign.slug}/hors-ligne#arrivent" in letter
    assert "C’est le premier" in letter
    second = await an_announced_gift(campaign, 7_250, name="Josette Morel", public_name="Josette M.")
    third = await an_announced_gift(campaign, 2_000, name="Hugo Petit", public_name="Hugo P.")
    gone = await an_announced_gift(campaign, 9_000, name="Rose Fleur", public_name="Rose F.")
    assert len(await told()) == 1, "one letter a day"
    at(2, days=1)
    assert len(await told()) == 1, "and not at night"
    await promising.cancel(gone)
    at(9, days=1)
    _first, digest = await told()
    assert "2 dons par chèque ou virement sont annoncés" in digest
    assert second.code in digest
    assert third.code in digest
    assert first.code not in digest
    assert gone.code not in digest
    assert "C’est le premier" not in digest
    at(9, days=2)
    assert len(await told()) == 2, "nothing new, no letter"


async def test_the_letter_says_no_more_than_she_agreed_to(midday: None) -> None:
    campaign = await annes_campaign()
    await an_announced_gift(campaign, 7_250, name="Ursule Discrète")
    await an_announced_gift(campaign, 8_150, name="Odile Blanc", public_name="Odile B.", amount_hidden=True)
    (letter,) = await told()
    assert "72,50 €, personne anonyme" in letter
    assert "montant caché, Odile Blanc" in letter
    assert "Ursule" not in letter
    assert "81,50" not in letter


@pytest.mark.one_engine
async def test_a_campaign_that_is_over_tells_nothing(midday: None) -> None:
    campaign = await annes_campaign()
    await an_announced_gift(campaign)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.CANCELLED)
    assert await told() == []
    assert await OfflineGift.filter(told_at__isnull=False).count() == 0


async def test_what_is_announced_stands_on_the_leads_pages_in_one_line_with_its_day_when_it_is_near(sign_in: SignIn) -> None:
    campaign = await annes_campaign()
    lead = await sign_in(campaign.lead)
    for page in ("/mon-espace", f"/campagnes/{campaign.slug}", f"/campagnes/{campaign.slug}/tableau"):
        assert "annoncé" not in (await lead.get(page)).text, page
    gift = await an_announced_gift(campaign)
    await an_announced_gift(campaign, name="Hugo Petit")
    own = plain((await lead.get("/mon-espace")).text)
    assert own.count("Recevoir 2 dons annoncés (chèque ou virement)") == 1
    assert "Avant" not in own.partition("Recevoir 2 dons")[2].partition("</li>")[0]
    await OfflineGift.filter(id=gift.id).update(due_on=clock.today() + timedelta(days=3))
    own = plain((await lead.get("/mon-espace")).text)
    assert "Avant" in own.partition("Recevoir 2 dons")[2].partition("</li>")[0]
    assert "Chèques, espèces, virements (2 annoncés)" in (await lead.get(f"/campagnes/{campaign.slug}")).text
    board = plain((await lead.get(f"/campagnes/{campaign.slug}/tableau")).text)
    assert "2 dons sont annoncés par chèque ou virement" in board
    other = await sign_in(await a_person("Paul Roux"))
    assert "annoncé" not in (await other.get("/mon-espace")).text


@pytest.mark.one_engine
async def test_a_cheque_after_a_card_that_failed_is_among_what_the_lead_awaits(sign_in: SignIn) -> None:
    campaign = await annes_campaign()
    await a_switched_pledge(campaign)
    lead = await sign_in(campaign.lead)
    assert "Recevoir 1 don annoncé" in plain((await lead.get("/mon-espace")).text)
    page = plain((await lead.get(form_of(campaign, ""))).text)
    assert "Après une carte qui n’a pas marché." in page


@pytest.mark.one_engine
async def test_a_merci_is_named_as_such_in_the_list_of_what_is_announced(sign_in: SignIn) -> None:
    campaign = await annes_campaign()
    reward = await a_reward(campaign)
    gift = await an_announced_gift(campaign, 7_250, reward_id=reward.id, public_name="Odile B.")
    page = plain((await (await sign_in(campaign.lead)).get(form_of(campaign, ""))).text)
    line = page.partition('id="arrivent"')[2].partition("<li")[2].partition("</li>")[0]
    assert f"Merci choisi : {reward.title}" in line
    assert f"<strong>{gift.code}</strong> · Odile Blanc · <strong>72,50 €</strong><br>" in line
    assert "au soir.<br>" in line, "the day and the merci do not run together"


async def her_letter(gift: OfflineGift) -> OutboxMessage:
    await jobs.run_due(schedules=False)
    email = (await gift.person).email  # type: ignore[misc]
    return await OutboxMessage.get(to=email, subject__startswith="Votre don compte")


async def test_the_letter_that_it_counts_leads_to_her_gift_her_receipt_and_holds_the_fingerprint(
    client: Client, issuing: None
) -> None:
    campaign = await a_live_campaign()
    gift = await an_announced_gift(campaign, public_name="Odile B.")
    await OfflineGift.filter(id=gift.id).update(
        status=OfflineStatus.RECEIVED, mode="cheque", received_on=clock.today(), recorded_by_id=campaign.lead_id
    )
    await verifying.verify(gift.id, await a_treasurer())
    letter = await her_letter(gift)
    (token,) = set(re.findall(r"/dons/([^/\s]+)", letter.text))
    assert links.read(donors.LINK, token) == gift.id
    head = (await Entry.filter(campaign_id=campaign.id).order_by("-id").first()).hash  # type: ignore[union-attr]
    for said in (f"/dons/{token}", f"/dons/{token}/recu", f"?empreinte={head}#verifier"):
        assert f"http://testserver{said}" in letter.text.replace(f"/campagnes/{campaign.slug}/preuves", ""), said
        assert said in letter.html.replace("&amp;", "&"), said
    assert head in letter.text.partition("Gardez cette empreinte")[0]
    assert "Donner mon nom et mon adresse" in letter.text
    assert (await client.get(f"/dons/{token}")).status_code == 200
    assert "Numéro et rue" in (await client.get(f"/dons/{token}/recu")).text
    found = (await client.get(f"/campagnes/{campaign.slug}/preuves?empreinte={head}")).text
    assert "Votre empreinte est celle de l’écriture 1" in plain(found)


@pytest.mark.one_engine
async def test_who_said_who_she_is_or_gets_no_receipt_is_not_asked_again_in_the_letter(issuing: None, settings: Settings) -> None:
    campaign = await a_live_campaign()
    gift = await an_announced_gift(campaign)
    values = {"street": "1 rue du Four", "postcode": "01600", "city": "Trévoux", "name": "Odile Blanc"}
    await donors.keep_identity(gift, donors.DonorForm.model_validate(values), gift.person_id)
    await OfflineGift.filter(id=gift.id).update(
        status=OfflineStatus.RECEIVED, mode="cheque", received_on=clock.today(), recorded_by_id=campaign.lead_id
    )
    await verifying.verify(gift.id, await a_treasurer())
    text = (await her_letter(gift)).text
    assert "Votre reçu fiscal vient quand la collecte a réussi" in text
    assert "Donner mon nom et mon adresse" not in text
    configure(settings)
    without = await a_verified_gift(campaign, email="hugo@exemple.fr", donor_name="Hugo Petit")
    text = (await her_letter(without)).text
    assert "reçu fiscal" not in text
    (token,) = set(re.findall(r"/dons/([^/\s]+)", text))
    assert links.read(donors.LINK, token) == without.id


@pytest.mark.one_engine
async def test_the_letter_of_a_cheque_that_pays_a_promise_leads_to_the_promise(sign_in: SignIn) -> None:
    campaign = await annes_campaign()
    pledge = await a_switched_pledge(campaign)
    lead = await sign_in(campaign.lead)
    line = {"amount": "30", "mode": "cheque", "number": f"P-{pledge.id:06d}"}
    assert (await lead.submit(form_of(campaign), stall(line))).status_code == 303
    gift = await OfflineGift.get(pledge_id=pledge.id)
    await verifying.verify(gift.id, await a_treasurer())
    await jobs.run_due(schedules=False)
    letter = await OutboxMessage.get(to=pledge.person.email, subject__startswith="Votre don compte")
    own = letter.text.partition("Voir mon don")[2].split()[1]
    assert links.read("pledge", own.rpartition("/")[2]) == pledge.id
    assert (await lead.get(own.removeprefix("http://testserver"))).status_code == 200


@pytest.mark.one_engine
async def test_the_page_of_a_campaign_and_its_page_of_proofs_say_the_same_of_its_accounts(client: Client) -> None:
    campaign = await a_live_campaign()
    await a_verified_gift(campaign)
    page = plain((await client.get(f"/campagnes/{campaign.slug}")).text)
    proofs = plain((await client.get(f"/campagnes/{campaign.slug}/preuves")).text)
    assert "1 écriture, scellée jusqu’à ce que tous les dons soient réglés." in page
    assert "que chacun peut vérifier" not in page
    assert "Les comptes paraîtront ici" not in proofs
    assert "Les montants paraîtront ici" in proofs
    assert "1 écriture est déjà dans les comptes, scellée" in proofs
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED)
    page = plain((await client.get(f"/campagnes/{campaign.slug}")).text)
    assert "1 écriture, que chacun peut vérifier." in page


@pytest.mark.one_engine
@pytest.mark.parametrize("payee", [False, True])
async def test_the_lead_of_another_entitys_campaign_is_not_told_of_a_treasury(payee: bool, client: Client) -> None:
    campaign = await annes_campaign()
    pledge = await a_confirmed_pledge(campaign)
    pledge.campaign.payee_id = 7 if payee else None
    found = Dispute(id=1, status="lost", means="card", amount_cents=3_000, held_cents=3_000)
    await letters._to_leads(pledge, found)
    await jobs.run_due(schedules=False)
    text = plain((await OutboxMessage.get(to=ANNE, subject__startswith="Un don est repris")).text)
    assert ("trésorerie" in text) is not payee
    assert (f"la structure qui reçoit l’argent : {campaign.beneficiary}" in text) is payee
