"""A campaign that keeps what it raises: charged at once, booked once, given back on demand, ended with what it has."""

import asyncio
from datetime import timedelta

import pytest

from campaigns.ledger import queries as ledger
from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.payments import checkout, gateway
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.settlement import deciding, looking, outcomes
from civic import clock, jobs
from civic.contributions.models import Contribution
from civic.mail.models import OutboxMessage
from civic.needs.models import Need
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import RoleName
from tests.campaigns.conftest import Payments
from tests.campaigns.test_pledges import walk, within
from tests.campaigns.till import assert_books_agree
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign
from tests.factories.settlement import deadline_passes

IBAN, BROKE = "FR1420041010050500013M02606", "FR8420041010050500013M02607"


async def a_flexible(**values: object) -> Campaign:
    return await a_live_campaign(goal=GoalKind.FLEXIBLE, **values)


async def debit(payments: Payments, address: str, iban: str) -> str:
    """She gives her account instead of a card."""
    fields = {"means": "sepa_debit", "iban": iban, "name": "Odile Blanc"}
    return str((await payments.sandbox.browser.post(address, data=fields)).headers["location"])


async def arrive(payments: Payments, succeeds: bool = True) -> None:
    """Her bank answers a few days later."""
    for intent in (await payments.sandbox.control.dump())["payment_intents"]:
        if intent["status"] == "processing":
            await payments.sandbox.control.settle(intent["id"], succeeds)


async def standing() -> tuple[str, list[str]]:
    pledge = await Pledge.all().order_by("-id").first()
    assert pledge
    return pledge.status.value, [row.status.value for row in await Attempt.filter(pledge_id=pledge.id).order_by("n")]


async def test_a_gift_is_charged_at_once_and_counts(client: Client, payments: Payments):
    campaign = await a_flexible()
    page = (await client.get(f"/campagnes/{campaign.slug}")).text
    assert "Libre" in page
    assert "Tout ou rien" not in page
    hosted = await walk(client, campaign, tip="300")
    assert await standing() == ("created", ["sent"])
    thanks = await client.get(within(await payments.fill_in(hosted)), follow_redirects=True)
    assert "Merci Odile" in thanks.text
    assert "est arrivé" in thanks.text
    assert await standing() == ("collected", ["succeeded"])
    for times in (1, 2):
        await payments.deliver(times=times, newest_first=True)
        await jobs.run_due()
    fresh = await Campaign.get(id=campaign.id)
    assert (fresh.collected_cents, fresh.raised_cents, fresh.backers_count, fresh.confirmed_cents) == (3000, 3000, 1, 0)
    assert (await Need.get(source=f"campaign:{campaign.id}")).reached == 3000
    assert await ledger.collected_cents(campaign.id) == 3000
    assert await Contribution.filter(revoked_at__isnull=True).count() == 1
    assert await OutboxMessage.filter(subject__startswith="Votre don est arrivé").count() == 1
    assert "rembours" in (await OutboxMessage.filter(to="odile@exemple.fr").get()).text
    await assert_books_agree(payments.sandbox)


async def test_the_webhook_alone_books_it_when_she_never_comes_back(client: Client, payments: Payments):
    await payments.fill_in(await walk(client, await a_flexible()))
    await payments.deliver(times=3, newest_first=True)
    await jobs.run_due()
    assert await standing() == ("collected", ["succeeded"])
    await assert_books_agree(payments.sandbox)


async def test_a_lost_webhook_is_made_up_for_by_reconciling(client: Client, payments: Payments):
    await payments.fill_in(await walk(client, await a_flexible()))
    assert await standing() == ("created", ["sent"])
    await looking.reconcile(patience=timedelta())
    assert await standing() == ("collected", ["succeeded"])
    await assert_books_agree(payments.sandbox)


async def test_everybody_who_tells_at_once_books_it_once(client: Client, payments: Payments):
    campaign = await a_flexible()
    back = await payments.fill_in(await walk(client, campaign))
    attempt = await Attempt.all().get()
    await asyncio.gather(
        client.get(within(back)), *(looking.look(attempt) for _ in range(3)), checkout.settle(gateway.OURS, attempt.session_ref)
    )
    await jobs.run_due()
    assert (await Campaign.get(id=campaign.id)).collected_cents == 3000
    await assert_books_agree(payments.sandbox)


async def test_a_page_that_was_left_is_found_again_and_never_twice(client: Client, payments: Payments):
    campaign = await a_flexible()
    hosted = await walk(client, campaign)
    left = await Attempt.all().get()
    assert left.session_ref.startswith("cs_")
    verify = f"/campagnes/{campaign.slug}/soutenir/verifier"
    tabs = [await client.submit(verify, {"tip": "0", "terms": "1"}) for _ in range(2)]
    answers = await asyncio.gather(*(client.get(tab.headers["location"], follow_redirects=False) for tab in tabs))
    again = [await client.get(answer.headers["location"]) for answer in answers]
    assert {answer.headers["location"] for answer in again} == {hosted}
    assert await Attempt.all().count() == 1
    assert len((await payments.sandbox.control.dump())["checkout_sessions"]) == 1


async def test_an_expired_page_gives_the_gift_up_and_its_reward_back(client: Client, payments: Payments):
    await walk(client, await a_flexible())
    await payments.sandbox.control.clock(3 * 3600)
    await looking.reconcile(patience=timedelta())
    assert await standing() == ("abandoned", ["cancelled"])
    await assert_books_agree(payments.sandbox)


async def test_coming_back_to_change_the_gift_ends_the_first_page(client: Client, payments: Payments):
    campaign = await a_flexible()
    first = await walk(client, campaign, {"amount": "3000"})
    second = await walk(client, campaign, {"amount": "5000"})
    await jobs.run_due()
    assert (await payments.sandbox.browser.get(first)).status_code == 410
    await client.get(within(await payments.fill_in(second)))
    await payments.deliver()
    await jobs.run_due()
    assert sorted(row.status.value for row in await Attempt.all()) == ["cancelled", "succeeded"]
    assert (await Campaign.get(id=campaign.id)).collected_cents == 5000
    await assert_books_agree(payments.sandbox)


async def test_a_gift_paid_just_before_it_was_changed_is_kept(client: Client, payments: Payments):
    campaign = await a_flexible()
    await payments.fill_in(await walk(client, campaign, {"amount": "3000"}))
    await payments.fill_in(await walk(client, campaign, {"amount": "5000"}))
    await jobs.run_due()
    await looking.reconcile(patience=timedelta())
    assert [row.status.value for row in await Pledge.all()] == ["collected", "collected"]
    assert (await Campaign.get(id=campaign.id)).backers_count == 1
    await assert_books_agree(payments.sandbox)


async def test_another_tip_is_another_page(client: Client, payments: Payments):
    campaign = await a_flexible()
    first = await walk(client, campaign, tip="300")
    second = await client.submit(f"/campagnes/{campaign.slug}/soutenir/verifier", {"tip": "0", "terms": "1"})
    leave = await client.get(second.headers["location"])
    hosted = (await client.get(leave.headers["location"])).headers["location"]
    assert hosted != first
    await payments.fill_in(hosted)
    await jobs.run_due()
    await looking.reconcile(patience=timedelta())
    assert {(row.tip_cents, row.status.value) for row in await Pledge.all()} == {(300, "abandoned"), (0, "collected")}
    await assert_books_agree(payments.sandbox)


async def test_a_direct_debit_counts_when_it_arrives_and_waits_for_her_when_it_does_not(client: Client, payments: Payments):
    campaign = await a_flexible()
    thanks = await client.get(within(await debit(payments, await walk(client, campaign), IBAN)), follow_redirects=True)
    assert "en route" in thanks.text
    assert await standing() == ("processing", ["processing"])
    assert (await Campaign.get(id=campaign.id)).raised_cents == 0
    await arrive(payments)
    await payments.deliver()
    await jobs.run_due()
    assert await standing() == ("collected", ["succeeded"])
    assert (await Campaign.get(id=campaign.id)).raised_cents == 3000
    await client.get(within(await debit(payments, await walk(client, campaign, {"amount": "5000"}), BROKE)))
    await arrive(payments, succeeds=False)
    await payments.deliver()
    await jobs.run_due(schedules=False)
    assert (await standing())[0] == "needs_backer"
    pledge = await Pledge.filter(status=PledgeStatus.NEEDS_BACKER).get()
    assert "autre carte" in (await client.get(f"/campagnes/{campaign.slug}/reprise/{links.make('pledge', pledge.id)}")).text
    trouble = await OutboxMessage.filter(subject__contains="prélevé").get()
    assert "a réussi" not in trouble.text
    await assert_books_agree(payments.sandbox)


async def test_the_deadline_keeps_what_came_and_looks_at_open_pages_first(client: Client, payments: Payments):
    campaign = await a_flexible()
    await payments.fill_in(await walk(client, campaign))
    await walk(client, campaign, {"amount": "5000"}, {"name": "Paul Roux", "email": "paul@exemple.fr", "shown": "name"})
    await deadline_passes(campaign)
    await asyncio.gather(*(deciding.decide(campaign.id) for _ in range(3)))
    await jobs.run_due(schedules=False)
    fresh = await Campaign.get(id=campaign.id)
    assert (fresh.status, fresh.collected_cents, fresh.raised_cents) == (CampaignStatus.FUNDED, 3000, 3000)
    assert sorted(row.status.value for row in await Pledge.all()) == ["abandoned", "collected"]
    assert await OutboxMessage.filter(subject__contains="est terminée").count() == 1
    assert "garde ce qu’il a reçu" in (await client.get(f"/campagnes/{campaign.slug}")).text
    await assert_books_agree(payments.sandbox)
    empty = await a_flexible(lead=await a_person("Paul Roux"))
    await deadline_passes(empty)
    await deciding.decide(empty.id)
    assert (await Campaign.get(id=empty.id)).status == CampaignStatus.FAILED


async def test_a_backer_asks_her_money_back_within_the_delay_only(client: Client, payments: Payments):
    campaign = await a_flexible()
    await client.get(within(await payments.fill_in(await walk(client, campaign))))
    pledge = await Pledge.all().get()
    link = f"/promesses/{links.make('pledge', pledge.id)}"
    assert "Demander le remboursement" in (await client.get(link)).text
    await Pledge.filter(id=pledge.id).update(collected_at=clock.now() - timedelta(days=15))
    assert "Demander le remboursement" not in (await client.get(link)).text
    await client.submit(f"{link}/rembourser")
    assert (await Pledge.all().get()).status == PledgeStatus.COLLECTED
    await Pledge.filter(id=pledge.id).update(collected_at=clock.now() - timedelta(days=13))
    for _ in range(2):
        assert (await client.submit(f"{link}/rembourser")).status_code == 303
    assert (await Pledge.all().get()).status == PledgeStatus.REFUND_PENDING
    assert await Pledge.filter(changes__cause="changed_her_mind").count() == 1
    assert "Remboursement en cours" in (await client.get(link)).text


async def test_a_campaign_with_money_in_it_is_unwound_not_cancelled(client: Client, payments: Payments):
    campaign = await a_flexible()
    team = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    await client.get(within(await payments.fill_in(await walk(client, campaign))))
    await lifecycle.cancel(campaign, team, "Le projet s’arrête là.")
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.UNWINDING
    other = await a_flexible(lead=await a_person("Paul Roux"))
    await lifecycle.cancel(other, team, "Le projet s’arrête là.")
    assert (await Campaign.get(id=other.id)).status == CampaignStatus.CANCELLED


@pytest.mark.one_engine
async def test_a_payment_page_that_does_not_answer_loses_nothing(client: Client, payments: Payments):
    campaign = await a_flexible()
    start = f"/campagnes/{campaign.slug}/soutenir"
    await client.submit(start, {"amount": "3000"})
    await client.submit(f"{start}/moi", {"name": "Odile Blanc", "email": "odile@exemple.fr", "shown": "name"})
    left = await client.submit(f"{start}/verifier", {"terms": "1"})
    leave = (await client.get(left.headers["location"])).headers["location"]
    await payments.sandbox.control.fault("error_before", "/v1/*", times=3)
    assert (await client.get(leave)).status_code == 503
    await payments.sandbox.control.fault("drop_after", "/v1/checkout/sessions", times=3)
    assert (await client.get(leave)).status_code in (303, 503)
    assert (await client.get(leave)).headers["location"].startswith(payments.sandbox.url)
    assert len((await payments.sandbox.control.dump())["checkout_sessions"]) == 1
    assert await Attempt.filter(status__in=list(outcomes.attempts.OPEN)).count() == 1
    assert (await Attempt.all().get()).status == AttemptStatus.SENT
