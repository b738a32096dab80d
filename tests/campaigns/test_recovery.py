"""A backer whose charge did not work puts it right from her letter, without an account."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.payments import gateway, inbox
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.settlement import closing, deciding, looking, pages, recovery, todos
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from tests.campaigns.sandbox_server import SECRET, Harness
from tests.campaigns.till import assert_books_agree, open_till
from tests.client import Client
from tests.factories import a_person
from tests.factories.settlement import ASKS_BANK, a_live_campaign, a_pledge, books_of, deadline_passes

POOR = "pm_card_chargeCustomerFail"
FIELDS = {"means": "card", "expiry": "12 / 40", "cvc": "123", "name": "Rose"}


@pytest.fixture
async def gate(client: Client, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def a_trouble(gate: Harness, card: str = POOR) -> tuple[Campaign, Pledge, str]:
    """A successful campaign of two, one of whose cards did not work; the address of the letter's page."""
    campaign = await a_live_campaign(10_000)
    await a_pledge(campaign, gate, cents=6_000, name="Paul Content")
    pledge = await a_pledge(campaign, gate, cents=5_000, card=card)
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    letter = await OutboxMessage.filter(subject__contains="pas pu être prélevé").get()
    found = re.search(r"http://testserver(/\S+/reprise/\S+)", letter.text)
    assert found
    return campaign, await Pledge.get(id=pledge.id), found[1]


async def fill_in(gate: Harness, address: str, number: str = "4242424242424242") -> None:
    """The hosted page, and her bank's page when it asks."""
    answer = await gate.browser.post(address, data={**FIELDS, "number": number})
    if "/3ds/" in answer.headers.get("location", ""):
        await gate.browser.post(answer.headers["location"], data={"answer": "accept"})


async def test_her_letter_says_why_and_her_page_offers_three_ways(client: Client, gate: Harness) -> None:
    _campaign, pledge, address = await a_trouble(gate)
    assert (pledge.status, (await Attempt.get(pledge_id=pledge.id)).status) == ("needs_backer", "failed")
    page = await client.get(address)
    assert page.status_code == 200
    assert "a refusé le paiement" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert (page.text.count("/payer"), page.text.count("/autrement")) == (1, 1)
    assert (await client.get(address[:-3] + "xyz")).status_code == 404
    other = address.replace("le-four", "un-autre-four")
    assert (await client.get(other)).status_code == 404
    world = await gate.control.dump()
    assert [one["status"] for one in world["payment_intents"]].count("canceled") == 1


async def test_another_card_pays_and_the_campaign_is_funded(client: Client, gate: Harness) -> None:
    campaign, pledge, address = await a_trouble(gate)
    leaving = await client.submit(f"{address}/payer")
    assert leaving.status_code == 303
    assert leaving.headers["location"].startswith(gate.url)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.CHARGING
    assert "Ouvrir une nouvelle page" in (await client.get(address)).text
    await fill_in(gate, leaving.headers["location"], "5555555555554444")
    attempt = await Attempt.filter(pledge_id=pledge.id).order_by("-n").first()
    assert attempt
    session = await gateway.read_checkout(gateway.OURS, attempt.session_ref)
    back = await client.get(_back(session.raw))
    assert back.status_code == 303
    assert "Votre don est arrivé" in (await client.get(back.headers["location"])).text
    assert (await Pledge.get(id=pledge.id)).method_label == "Mastercard •••• 4444"
    await jobs.run_due(schedules=False)
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.FUNDED
    assert (await books_of(gate))["charges"] == 2
    await assert_books_agree(gate)
    again = await client.submit(f"{address}/payer")
    assert again.headers["location"] == address


def _back(raw: str) -> str:
    found = re.search(r"http://testserver(/\S+/retour/[^\"]+)", raw)
    assert found
    return found[1]


async def test_her_bank_asks_and_she_confirms(client: Client, gate: Harness) -> None:
    _campaign, pledge, address = await a_trouble(gate, ASKS_BANK)
    assert pledge.decline_code == "authentication_required"
    page = await client.get(address)
    assert "Confirmer avec ma banque" in page.text
    leaving = await client.submit(f"{address}/payer")
    await fill_in(gate, leaving.headers["location"], "4000002760003184")
    await looking.reconcile(patience=timedelta())
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.COLLECTED
    assert (await books_of(gate))["charges"] == 2
    await assert_books_agree(gate)


async def test_two_payment_pages_are_never_open_together(client: Client, gate: Harness) -> None:
    _campaign, pledge, address = await a_trouble(gate)
    first = (await client.submit(f"{address}/payer")).headers["location"]
    second = (await client.submit(f"{address}/payer")).headers["location"]
    assert first != second
    sessions = (await gate.control.dump())["checkout_sessions"]
    assert sorted(one["status"] for one in sessions if one["mode"] == "payment") == ["expired", "open"]
    assert (await gate.browser.post(first, data={**FIELDS, "number": "4242424242424242"})).status_code == 410
    await fill_in(gate, second)
    await fill_in(gate, second)
    assert (await client.submit(f"{address}/payer")).headers["location"] == address
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.COLLECTED
    assert (await books_of(gate))["charges"] == 2
    await assert_books_agree(gate)


async def test_a_page_she_leaves_gives_her_the_choice_again(client: Client, gate: Harness) -> None:
    _campaign, pledge, address = await a_trouble(gate)
    await client.submit(f"{address}/payer")
    await gate.control.clock(3 * 3600)
    await looking.reconcile(patience=timedelta())
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.NEEDS_BACKER
    assert (await Attempt.filter(pledge_id=pledge.id).order_by("-n").first()).status == AttemptStatus.CANCELLED  # type: ignore[union-attr]
    assert "/autrement" in (await client.get(address)).text


async def test_no_answer_of_the_payment_page_loses_nothing(client: Client, gate: Harness) -> None:
    _campaign, pledge, address = await a_trouble(gate)
    await gate.control.fault("rate_limit", "/v1/checkout/sessions", "post", times=1)
    refused = await client.submit(f"{address}/payer")
    assert refused.status_code == 503
    assert "Rien n’est perdu" in refused.text
    assert (await client.get(address)).status_code == 200
    leaving = await client.submit(f"{address}/payer")
    await fill_in(gate, leaving.headers["location"])
    await looking.reconcile(patience=timedelta())
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.COLLECTED
    await assert_books_agree(gate)


async def test_a_crash_before_the_page_has_a_name_leaves_nothing_payable(client: Client, gate: Harness) -> None:
    _campaign, pledge, address = await a_trouble(gate)
    left = await recovery._begin(pledge.id)
    assert left
    page = await pages.open_page(left)
    await Attempt.filter(id=left.id).update(session_ref=pages.WANTED)  # the process died before it could write it
    leaving = await client.submit(f"{address}/payer")
    assert leaving.headers["location"] != page.url
    sessions = (await gate.control.dump())["checkout_sessions"]
    assert sorted(one["status"] for one in sessions if one["mode"] == "payment") == ["expired", "open"]
    await Attempt.filter(session_ref__not="").update(session_ref=pages.WANTED, created_at=clock.now() - timedelta(days=3))
    await looking.reconcile(patience=timedelta())
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.NEEDS_BACKER


async def test_a_cheque_instead_waits_for_the_team(client: Client, gate: Harness) -> None:
    campaign, pledge, address = await a_trouble(gate)
    await client.submit(f"{address}/payer")
    answer = await client.submit(f"{address}/autrement")
    assert answer.status_code == 303
    assert f"P-{pledge.id:06d}" in (await client.get(address)).text
    await jobs.run_due(schedules=False)
    letter = await OutboxMessage.get(subject__startswith="Comment envoyer votre don")
    assert "Les Jardins du Carron" in letter.text
    sessions = (await gate.control.dump())["checkout_sessions"]
    assert [one["status"] for one in sessions if one["mode"] == "payment"] == ["expired"]
    assert (await client.submit(f"{address}/payer")).status_code == 409
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.COLLECTING


async def test_she_is_reminded_three_times_then_left_in_peace(client: Client, gate: Harness) -> None:
    campaign, pledge, address = await a_trouble(gate)
    for day in range(1, 9):
        clock.travel(timedelta(days=day, minutes=1))
        await jobs.run_due(schedules=False)
        await jobs.run_due(schedules=False)
    subjects = [mail.subject for mail in await OutboxMessage.all()]
    assert sum(subject.startswith("Rappel") for subject in subjects) == 3
    assert sum("s’est éteinte" in subject for subject in subjects) == 1
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.DROPPED
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.SHORTFALL
    assert sum(subject.startswith("Il manque de l’argent") for subject in subjects) == 1
    assert [todo.detail for todo in await todos.desk_todos(await a_person())] == [
        "60\u202f€ reçus pour un minimum de 100\u202f€."
    ]
    page = await client.get(address)
    assert "plus rien à payer" in page.text
    assert (await client.submit(f"{address}/payer")).status_code == 409
    await assert_books_agree(gate)


async def test_nobody_is_reminded_once_she_has_paid(client: Client, gate: Harness) -> None:
    _campaign, _pledge, address = await a_trouble(gate)
    leaving = await client.submit(f"{address}/payer")
    await fill_in(gate, leaving.headers["location"])
    await looking.reconcile(patience=timedelta())
    for day in (3, 8):
        clock.travel(timedelta(days=day))
        await jobs.run_due(schedules=False)
    assert not await OutboxMessage.filter(subject__startswith="Rappel").exists()
    await assert_books_agree(gate)


async def test_what_is_nearly_the_minimum_is_enough(client: Client, gate: Harness) -> None:
    campaign = await a_live_campaign(10_000)
    await a_pledge(campaign, gate, cents=9_800)
    await a_pledge(campaign, gate, cents=500, card=POOR)
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    clock.travel(timedelta(days=15))
    await closing.close_due()
    found = await Campaign.get(id=campaign.id)
    assert (found.status, found.collected_cents) == (CampaignStatus.FUNDED, 9_800)


async def test_messages_of_the_gateway_five_times_shuffled_and_late_change_nothing(client: Client, gate: Harness) -> None:
    import random

    _campaign, pledge, address = await a_trouble(gate, ASKS_BANK)
    leaving = await client.submit(f"{address}/payer")
    await fill_in(gate, leaving.headers["location"], "4000002760003184")
    await gate.hear(len((await gate.control.dump())["events"]))
    events = [gateway.read_event(raw, header, SECRET) for raw, header in gate.heard] * 5
    random.Random(5).shuffle(events)
    for event in events:
        await inbox.keep(event)
    await jobs.run_due(schedules=False)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.COLLECTED
    assert (await books_of(gate))["charges"] == 2
    assert await jobs.dead_letters() == []
    await assert_books_agree(gate)


async def test_return_page_webhook_and_reconcile_at_once_book_once(client: Client, gate: Harness) -> None:
    _campaign, pledge, address = await a_trouble(gate)
    leaving = await client.submit(f"{address}/payer")
    await fill_in(gate, leaving.headers["location"])
    attempt = await Attempt.filter(pledge_id=pledge.id).order_by("-n").first()
    assert attempt
    session = await gateway.read_checkout(gateway.OURS, attempt.session_ref)
    await asyncio.gather(
        client.get(_back(session.raw)), looking.hear_page(session.ref), looking.hear_intent(session.intent_ref),
        looking.reconcile(patience=timedelta()),
    )  # fmt: skip
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.COLLECTED
    await assert_books_agree(gate)
