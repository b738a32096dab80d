"""What a contested payment means is said to whoever it touches: lead, treasurer, visitor; and what refunds take."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.proof import checking, export
from campaigns.proof.accounts import books_of
from campaigns.refunds import looking, panels, requesting
from campaigns.refunds.models import Dispute, Refund, RefundMeans, RefundStatus
from campaigns.settlement.models import Reconciliation
from civic import clock, i18n
from civic.people.models import Person
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import open_till
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign
from tests.factories.offline import a_verified_gift
from tests.factories.payouts import a_permitted_line, a_verified_expense
from tests.factories.proof import Given, a_funded_campaign, booked
from tests.factories.refunds import WHY, a_gift, charge_of, hear
from tests.factories.refunds import a_treasurer as a_treasurer_of_refunds

pytestmark = pytest.mark.one_engine
SignIn = Callable[[Person], Awaitable[Client]]
GIFTS = (Given("Rose Martin", 3_000), Given("Paul Roux", 5_000), Given("Odile Blanc", 8_000))


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.fixture
async def gate(client: Client, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def contest(campaign: Campaign, index: int) -> None:
    gift = (await books_of(campaign)).gifts[index]
    held = [Amount(AccountKind.DISPUTES_HELD, gift.cents), Amount(AccountKind.STRIPE_CLEARING, -gift.cents)]
    await booked(campaign, "dispute", f"du_{gift.id}", held, f"pledge {gift.id}")


async def test_a_lead_reads_why_money_is_short_what_stays_permitted_and_who_bears_it(client: Client, sign_in: SignIn) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    lead = await sign_in(campaign.lead)
    path = f"/campagnes/{campaign.slug}/depenses"
    assert "conteste" not in (await lead.get(path)).text
    await a_permitted_line(campaign, 4_000)
    await contest(campaign, 0)
    page = plain((await lead.get(path)).text)
    assert "retient 30 € jusqu’à sa décision. La trésorerie lui répond" in page
    assert "Il manque" not in page
    assert "Un don est contesté : lisez ce que cela change" in plain((await lead.get("/mon-espace")).text)
    await a_verified_expense(campaign, 8_000)
    await contest(campaign, 2)
    page = plain((await lead.get(path)).text)
    for words in ("Il manque 73,15 €", "Ce qui est permis le reste", "l’a payé, et le supporte", "réduisez ou reportez"):
        assert words in page, words
    own = plain((await lead.get("/mon-espace")).text)
    assert "Revoir vos dépenses : il manque 73,15 €" in own
    assert f"{path}#bourse" in own
    assert "Revoir vos dépenses" not in (await (await sign_in(await a_person("Marc Voisin"))).get("/mon-espace")).text


async def test_the_page_of_a_campaign_says_that_its_accounts_have_moved_since(client: Client) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    assert "quand les dons d’au moins trois personnes ont changé" not in (await client.get(f"/campagnes/{campaign.slug}")).text
    await contest(campaign, 0)
    assert "quand les dons d’au moins trois personnes ont changé" in (await client.get(f"/campagnes/{campaign.slug}")).text


async def test_a_treasurer_knows_what_to_send_where_and_how_the_task_ends(gate: Harness, sign_in: SignIn) -> None:
    pledge = await a_gift(gate)
    treasurer = await a_treasurer_of_refunds()
    await gate.control.dispute(await charge_of(pledge))
    await hear(gate)
    desk = await sign_in(treasurer.person)
    for address in ("/tresorerie", f"/tresorerie/dons/{pledge.id}"):
        page = plain((await desk.get(address)).text)
        for words in ("Les paiements sont simulés", "/_stripe/desk", "« perdu » accepte la perte", "Preuves à envoyer"):
            assert words in page, (address, words)
    assert "/tresorerie#contestations" in (await desk.get("/pupitre")).text
    row = await Dispute.get()
    sent = looking.gateway.contest_of(json.loads(row.answer) | {"status": "under_review"})
    await looking.disputes.settle(row.attempt_id, sent)
    with i18n.speaking("fr"):
        assert not await panels.desk_todos(treasurer.person)
    page = plain((await desk.get("/tresorerie")).text)
    assert "La réponse est envoyée : la banque décide" in page
    assert "Preuves à envoyer" not in page


async def test_rounds_have_names_that_tell_them_apart(client: Client, sign_in: SignIn) -> None:
    await Reconciliation.create(at=clock.now(), kind="refunds", looked=1, settled=0, troubles=0)
    await Reconciliation.create(at=clock.now(), kind="recall", looked=2, settled=0, troubles=0)
    page = plain((await (await sign_in((await a_treasurer_of_refunds()).person)).get("/tresorerie")).text)
    assert "1 remboursement ou contestation pas encore terminé" in page
    assert "2 remboursements" not in page
    assert "Relecture des 35 derniers jours" in page
    assert "Rien ne manquait." in page


async def test_who_asks_for_a_refund_reads_what_is_left_and_takes_her_request_back(gate: Harness, sign_in: SignIn) -> None:
    pledge = await a_gift(gate)
    treasurer = await a_treasurer_of_refunds()
    desk = await sign_in(treasurer.person)
    path = f"/tresorerie/dons/{pledge.id}"
    campaign = await Campaign.get(id=pledge.campaign_id)
    purchase = [Amount(AccountKind.EXPENSE_PAID, 4_500), Amount(AccountKind.BANK, -4_500)]
    await booked(campaign, "expense", "1", purchase)
    page = plain((await desk.get(path)).text)
    assert "est dépensé ou contesté" in page
    assert "Ce qui dépasse est payé par" in page
    refund = await requesting.request(pledge.id, treasurer, 2_000, WHY, RefundMeans.GATEWAY)
    page = (await desk.get("/tresorerie")).text
    assert "Retirer ma demande" in page
    reason = page.split('name="reason" value="')[1].split('"')[0]
    done = await desk.submit(f"/tresorerie/remboursements/{refund.id}/refuser", {"reason": reason})
    assert "est retirée" in (await desk.get(done.headers["location"])).text
    assert (await Refund.get(id=refund.id)).status == RefundStatus.REFUSED


async def test_a_lead_hears_that_money_taken_by_hand_goes_back(client: Client, sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    for cents in (1_200, 3_000):
        await a_verified_gift(await Campaign.get(id=campaign.id), cents)
    lead = await sign_in(await campaign.lead)
    assert "reçus à la main" not in (await lead.get("/mon-espace")).text
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FAILED, decided_at=clock.now())
    page = plain((await lead.get("/mon-espace")).text)
    assert "Rendre 2 dons reçus à la main" in page
    assert "42 € sont à rendre à leurs donateurs" in page
    assert f"/campagnes/{campaign.slug}/hors-ligne" in page
    other = await sign_in(await a_person("Marc Voisin"))
    assert "reçus à la main" not in (await other.get("/mon-espace")).text


async def test_the_checker_and_the_page_say_what_can_be_recomputed(client: Client) -> None:
    campaign = await a_funded_campaign(*GIFTS, Given("Jean Secret", 4_200, hidden=True))
    await booked(campaign, "expense", "1", [Amount(AccountKind.EXPENSE_PAID, 2_900), Amount(AccountKind.BANK, -2_900)])
    page = plain((await client.get(f"/campagnes/{campaign.slug}/preuves")).text)
    assert "2 écritures y sont ouvertes" in page
    assert "3 sont scellées" in page
    with i18n.speaking("fr"):
        said = plain(" ".join(checking.report(checking.check("".join(export.lines(await books_of(campaign)))))))
    assert "Dans les écritures ouvertes (2) : 80 € de dons et 29 € de dépenses." in said
    assert "ne se recomptent donc pas" in said


async def test_fees_we_do_not_know_are_said_to_be_unknown(client: Client) -> None:
    few = await a_funded_campaign(GIFTS[0])
    page = (await client.get(f"/campagnes/{few.slug}/preuves")).text
    assert "Stripe prend ses frais, mais ils ne sont pas écrits ici" in page
    campaign = await a_funded_campaign(*GIFTS)
    books = await books_of(campaign)
    assert books.fees_told
    books.campaign.payee_id, books.totals.fees = 1, 0
    assert not books.fees_told
