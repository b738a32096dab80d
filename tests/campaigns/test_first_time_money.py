"""What a first-time user was told wrongly about money, page by page: each sentence says what is so here."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.pledges.models import PledgeStatus
from campaigns.pledges.queries import MANAGE
from campaigns.refunds import panels
from campaigns.refunds.models import Dispute
from campaigns.settlement import deciding
from campaigns.settlement.models import Reconciliation
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.organisations.models import Organisation
from civic.people import links
from civic.people.models import Person
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.test_plain_money import plain
from tests.campaigns.till import open_till
from tests.client import Client
from tests.factories import settlement as till
from tests.factories.payees import DECLINES, DISPUTED, a_payee, a_spokesperson, its_campaign, promised
from tests.factories.refunds import a_gift, a_treasurer, charge_of, hear

pytestmark = pytest.mark.one_engine
SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture
async def gate(client: Client, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as opened:
        yield opened


async def test_who_pays_another_organisation_is_offered_what_she_can_do_and_no_more(
    gate: Harness, client: Client, sign_in: SignIn
) -> None:
    campaign = await its_campaign(await a_payee(gate))
    await promised(gate, campaign)
    pledge = await promised(gate, campaign, number=DECLINES)
    await till.deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    await pledge.refresh_from_db()
    assert pledge.status == PledgeStatus.NEEDS_BACKER
    page = await client.get(f"/campagnes/{campaign.slug}/reprise/{links.make(MANAGE, pledge.id)}")
    assert "ou la même si le problème est réglé" in page.text
    assert "prélèvement sur votre compte" not in page.text, "a card only, on her account"
    followed = (await (await sign_in(await campaign.lead)).get(f"/campagnes/{campaign.slug}/prelevements")).text
    assert "pour payer avec elle ou avec une autre" in followed
    assert "chèque" not in plain(followed).lower()


async def test_who_pays_the_host_is_still_offered_her_account_and_a_cheque(
    gate: Harness, client: Client, sign_in: SignIn
) -> None:
    campaign = await till.a_live_campaign(10_000)
    await till.a_pledge(campaign, gate, cents=6_000)
    pledge = await till.a_pledge(campaign, gate, cents=5_000, card="pm_card_chargeCustomerFail")
    await till.deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    page = await client.get(f"/campagnes/{campaign.slug}/reprise/{links.make(MANAGE, pledge.id)}")
    assert "prélèvement sur votre compte" in page.text
    followed = (await (await sign_in(await campaign.lead)).get(f"/campagnes/{campaign.slug}/prelevements")).text
    assert "envoyer un chèque" in followed


async def test_a_contested_gift_on_another_account_is_a_task_of_those_who_hold_it_and_not_of_the_treasurer(
    gate: Harness, sign_in: SignIn
) -> None:
    payee = await a_payee(gate, "La Régie du Lac")
    speaker, campaign = await a_spokesperson(payee.organisation), await its_campaign(payee)
    pledge = await promised(gate, campaign, number=DISPUTED)
    await till.deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    await hear(gate)
    assert await Dispute.filter(pledge_id=pledge.id).exists()
    treasurer = await a_treasurer()
    page = plain((await (await sign_in(treasurer.person)).get("/tresorerie")).text)
    assert "Rien à faire pour la trésorerie" in page
    assert "(La Régie du Lac)" in page
    assert "Preuves à envoyer" not in page
    assert await panels.desk_todos(treasurer.person) == []
    for person in (await campaign.lead, speaker):
        (todo,) = await panels.person_todos(person)
        assert plain(todo.text).startswith("Répondre à la banque : un don à «")
        assert todo.due_at, "until when she may answer"
        account = plain((await (await sign_in(person)).get(todo.href.split("#")[0])).text)
        assert "Preuves à envoyer avant le" in account
        assert "Comment répondre" in account
        assert "50 €" not in account, "neither whose gift it is nor how much"
        told = await OutboxMessage.filter(to=person.email, subject__contains="contesté")
        assert ["À vous de répondre" in message.subject for message in told] == [True]
    await Dispute.all().update(due_at=clock.now() - timedelta(hours=1))
    assert await panels.person_todos(speaker) == []
    assert await panels.person_todos(treasurer.person) == []


async def test_who_gave_to_another_organisation_reads_whom_to_ask_for_her_receipt(
    gate: Harness, client: Client
) -> None:
    payee = await a_payee(gate, "La Régie du Lac")
    pledge = await promised(gate, await its_campaign(payee))
    address = f"/promesses/{links.make(MANAGE, pledge.id)}/recu"
    page = plain((await client.get(address)).text)
    assert "cette structure : La Régie du Lac" in page
    assert "L’annuaire n’a pas encore son adresse" in page
    await Organisation.filter(id=payee.organisation_id).update(email="bonjour@regie.fr")
    page = plain((await client.get(address)).text)
    assert "mailto:bonjour@regie.fr" in page
    assert "50 €, référence P-" in page
    host = await till.a_live_campaign(10_000)
    pledge = await till.a_pledge(host, gate, cents=6_000)
    page = (await client.get(f"/promesses/{links.make(MANAGE, pledge.id)}/recu")).text
    assert "À qui demander votre reçu" not in page


async def test_a_dispute_whose_time_has_passed_is_no_task(gate: Harness, sign_in: SignIn) -> None:
    pledge = await a_gift(gate)
    await gate.control.dispute(await charge_of(pledge))
    await hear(gate)
    treasurer = await a_treasurer()
    assert [plain(todo.text) for todo in await panels.desk_todos(treasurer.person)] == [
        "Répondre à une contestation de 50 €"
    ]
    await Dispute.all().update(due_at=clock.now() - timedelta(hours=1))
    assert await panels.desk_todos(treasurer.person) == []
    desk = await sign_in(treasurer.person)
    for address in ("/tresorerie", f"/tresorerie/dons/{pledge.id}"):
        assert "Délai passé le" in (await desk.get(address)).text
        assert "Preuves à envoyer" not in (await desk.get(address)).text


async def test_the_treasurer_reads_what_happened_in_words_and_its_references_small(
    gate: Harness, sign_in: SignIn
) -> None:
    pledge = await a_gift(gate)
    await gate.control.dispute(await charge_of(pledge))
    await hear(gate)
    page = (await (await sign_in((await a_treasurer()).person)).get(f"/tresorerie/dons/{pledge.id}")).text
    for words in ("Don par carte ou prélèvement", "Somme retenue par la banque", "la banque retient la somme"):
        assert words in page, words
    assert "dispute_open" not in page
    for reference in (f"pledge-{pledge.id}-a1", (await Dispute.get()).dispute_ref):
        before = [part.rsplit("<", 1)[-1] for part in page.split(reference)[:-1]]
        assert before, reference
        assert all(tag.startswith(("small", 'p class="meta"')) for tag in before), before
    assert "<th scope=\"row\">charge" not in page


async def test_a_failed_campaign_has_charged_nobody_and_says_it_in_words(client: Client, sign_in: SignIn) -> None:
    past = clock.now() - timedelta(days=1)
    campaign = await till.a_live_campaign(10_000)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FAILED, deadline=past, decided_at=past)
    lead = await sign_in(await campaign.lead)
    page = (await lead.get(f"/campagnes/{campaign.slug}/prelevements")).text
    assert "personne n’a été débité" in page
    assert "terminés" not in page
    assert "sur 0" not in page
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.COLLECTING)
    page = (await lead.get(f"/campagnes/{campaign.slug}/prelevements")).text
    assert "Chiffres de" in page


async def test_rounds_say_what_still_waits_and_are_not_repeated(client: Client, sign_in: SignIn) -> None:
    for minutes in range(0, 40, 10):
        at = clock.now() - timedelta(minutes=minutes)
        await Reconciliation.create(at=at, kind="refunds", looked=1, settled=0, troubles=0)
        await Reconciliation.create(at=at, looked=3, settled=1, troubles=1)
    page = plain((await (await sign_in((await a_treasurer()).person)).get("/tresorerie")).text)
    assert page.count("1 remboursement ou contestation pas encore terminé : la banque a la main.") == 1
    assert page.count("1 réglé. 1 paiement attend encore sa banque. 1 sans réponse de Stripe.") == 1
    assert "sur 1" not in page
