"""The deadline, as backers and leads live it: charged once or not at all, told in plain words, booked to the cent."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.payments import attempts, gateway
from campaigns.payments.answers import Intent
from campaigns.payments.gateway import Charge
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import Gift, Saved
from campaigns.settlement import books, deciding, looking, outcomes, todos
from campaigns.settlement.models import Reconciliation
from civic import clock, jobs
from civic.contributions.models import Contribution
from civic.mail.models import OutboxMessage
from civic.settings import Settings
from tests.campaigns.sandbox_server import KEY, Harness, running_sandbox
from tests.campaigns.till import assert_books_agree, open_till
from tests.engines import Database
from tests.factories import a_person
from tests.factories.settlement import a_live_campaign, a_pledge, books_of, deadline_passes

pytestmark = pytest.mark.usefixtures("database", "settings")


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def states(campaign: Campaign) -> list[str]:
    rows = await Pledge.filter(campaign_id=campaign.id).order_by("id")
    return [row.status.value for row in rows]


async def status_of(campaign: Campaign) -> CampaignStatus:
    return (await Campaign.get(id=campaign.id)).status


async def subjects() -> list[str]:
    return [mail.subject for mail in await OutboxMessage.all().order_by("id")]


async def settle_now(campaign: Campaign) -> None:
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)


async def test_a_campaign_that_reaches_its_goal_charges_everyone_once_and_is_funded(gate: Harness) -> None:
    campaign = await a_live_campaign(10_000)
    for cents, tip in ((5000, 0), (4000, 200), (3000, 0)):
        await a_pledge(campaign, gate, cents=cents, tip=tip)
    assert (await books_of(gate))["charges"] == 0
    await settle_now(campaign)
    assert await states(campaign) == ["collected"] * 3
    found = await Campaign.get(id=campaign.id)
    assert (found.status, found.decided_total_cents, found.collected_cents) == (CampaignStatus.FUNDED, 12_000, 12_000)
    assert await ledger.collected_cents(campaign.id) == 12_000
    assert (await ledger.balances())["platform_tips"] == -200
    assert (await books_of(gate))["gross"] == 12_200
    assert await Contribution.filter(revoked_at__isnull=True).count() == 3
    await assert_books_agree(gate)
    told = await subjects()
    assert sum(subject.startswith("Votre don est arrivé") for subject in told) == 3
    assert sum(subject.startswith("C’est fait") for subject in told) == 3
    assert sum(subject.startswith("Votre collecte est financée") for subject in told) == 1
    assert await jobs.dead_letters() == []


async def test_a_campaign_that_misses_its_goal_charges_nobody_and_lets_every_card_go(gate: Harness) -> None:
    campaign = await a_live_campaign(10_000)
    pledge = await a_pledge(campaign, gate, cents=9_999)
    await settle_now(campaign)
    assert (await status_of(campaign), await states(campaign)) == (CampaignStatus.FAILED, ["released"])
    assert (await Campaign.get(id=campaign.id)).raised_cents == 9_999
    assert (await books_of(gate))["charges"] == 0
    world = await gate.control.dump()
    assert world["payment_intents"] == []
    assert {method["customer"] for method in world["payment_methods"]} == {None}
    assert await Attempt.filter(pledge_id=pledge.id).count() == 0
    assert any("pas atteint son objectif" in subject for subject in await subjects())
    await assert_books_agree(gate)


async def test_a_promise_confirmed_after_the_deadline_never_counts(gate: Harness) -> None:
    campaign = await a_live_campaign(10_000)
    await a_pledge(campaign, gate, cents=10_000)
    late = await a_pledge(campaign, gate, cents=2_000, name="Paul Tardif")
    await deadline_passes(campaign)
    await Pledge.filter(id=late.id).update(confirmed_at=clock.now() + timedelta(seconds=2))
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    assert await states(campaign) == ["collected", "released"]
    assert (await Campaign.get(id=campaign.id)).decided_total_cents == 10_000
    assert any(subject.startswith("La collecte était terminée") for subject in await subjects())
    await assert_books_agree(gate)


async def test_a_card_saved_while_the_decision_is_taken_is_let_go(gate: Harness) -> None:
    campaign = await a_live_campaign(10_000)
    await a_pledge(campaign, gate, cents=10_000)
    backer = await a_person("Paul Tardif")
    slow = await pledges.pledge(backer, campaign, Gift(500, 0, 0, False, False, ""), "slow", [])
    await settle_now(campaign)
    customer, method = await gate.saved("pm_card_visa")
    await pledges.confirm(slow.id, Saved(customer, method, "Visa", clock.now()))
    await jobs.run_due(schedules=False)
    assert await states(campaign) == ["collected", "abandoned"]
    world = await gate.control.dump()
    assert [one["customer"] for one in world["payment_methods"] if one["id"] == method] == [None]
    await assert_books_agree(gate)


async def test_the_deadline_is_decided_once_by_however_many_workers(gate: Harness) -> None:
    campaign = await a_live_campaign(10_000)
    for _ in range(3):
        await a_pledge(campaign, gate, cents=4_000)
    await deadline_passes(campaign)
    outcomes = await asyncio.gather(*(deciding.decide(campaign.id) for _ in range(6)))
    assert [outcome for outcome in outcomes if outcome] == [CampaignStatus.COLLECTING]
    await asyncio.gather(*(jobs.run_due(schedules=False) for _ in range(3)))
    assert await states(campaign) == ["collected"] * 3
    assert await deciding.decide(campaign.id) is None
    await assert_books_agree(gate)
    assert (await books_of(gate))["charges"] == 3


async def test_a_deadline_that_moved_makes_the_first_job_harmless(gate: Harness) -> None:
    campaign = await a_live_campaign(10_000, deadline=clock.now() + timedelta(hours=1))
    await deciding.schedule(campaign.id)
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() + timedelta(hours=5))
    await deciding.schedule(campaign.id)
    clock.travel(timedelta(hours=2))
    await jobs.run_due(schedules=False)
    assert await status_of(campaign) == CampaignStatus.LIVE
    clock.travel(timedelta(hours=6))
    await jobs.run_due(schedules=False)
    assert await status_of(campaign) == CampaignStatus.FAILED


LOST = (("error_after", 1), ("error_before", 2))
"""The charge is made, and none of the three times the SDK asks does an answer arrive."""


async def breaks(gate: Harness, *faults: tuple[str, int]) -> None:
    for kind, times in faults:
        await gate.control.fault(kind, "/v1/payment_intents", "post", times=times)


@pytest.mark.parametrize(
    ("faults", "meanwhile"),
    [
        (LOST, "unknown"), ((("drop_after", 1), ("error_before", 2)), "unknown"), ((("error_before", 3),), "unknown"),
        ((("error_after", 1),), "collected"), ((("rate_limit", 1),), "charging"),
    ],
    ids=["lost after the charge", "dropped after the charge", "lost before it", "stored 500", "429"],
)  # fmt: skip
async def test_no_answer_to_a_charge_ends_in_one_charge(
    gate: Harness, faults: tuple[tuple[str, int], ...], meanwhile: str
) -> None:
    campaign = await a_live_campaign(5_000)
    await a_pledge(campaign, gate)
    await breaks(gate, *faults)
    await settle_now(campaign)
    assert await states(campaign) == [meanwhile]
    await looking.reconcile(patience=timedelta())
    await jobs.run_due(schedules=False)
    assert await states(campaign) == ["collected"]
    assert (await books_of(gate))["charges"] == 1
    assert await status_of(campaign) == CampaignStatus.FUNDED
    await assert_books_agree(gate)


async def test_a_charge_whose_key_was_forgotten_is_found_by_its_metadata(gate: Harness) -> None:
    campaign = await a_live_campaign(5_000)
    await a_pledge(campaign, gate)
    await breaks(gate, *LOST)
    await settle_now(campaign)
    assert await states(campaign) == ["unknown"]
    await gate.control.clock(2 * 86_400)
    await Attempt.all().update(created_at=clock.now() - timedelta(days=2))
    await looking.reconcile(patience=timedelta())
    assert await states(campaign) == ["collected"]
    assert (await books_of(gate))["charges"] == 1


async def test_a_wrong_key_of_ours_blames_no_backer(database: Database, settings: Settings, tmp_path: Path) -> None:
    async with running_sandbox(tmp_path / "strict.sqlite3", api_key=KEY) as strict, open_till(strict):
        campaign = await a_live_campaign(5_000)
        await a_pledge(campaign, strict)
        await settle_now(campaign)
        assert await states(campaign) == ["charging"]
        assert (await looking.reconcile(patience=timedelta())).troubles == 1
        assert (await states(campaign), (await Attempt.get()).status) == (["charging"], AttemptStatus.SENT)


async def test_a_direct_debit_is_waited_for_and_booked_when_it_arrives(gate: Harness) -> None:
    campaign = await a_live_campaign(5_000)
    await a_pledge(campaign, gate, card="pm_success_fr")
    await settle_now(campaign)
    assert (await states(campaign), await status_of(campaign)) == (["processing"], CampaignStatus.COLLECTING)
    waiting = await Campaign.get(id=campaign.id)
    assert (waiting.raised_cents, waiting.collected_cents) == (5_000, 0)
    intent = (await Attempt.get()).intent_ref
    await looking.reconcile(patience=timedelta())
    assert await states(campaign) == ["processing"]
    await gate.control.settle(intent)
    await looking.reconcile(patience=timedelta())
    await jobs.run_due(schedules=False)
    assert (await states(campaign), await status_of(campaign)) == (["collected"], CampaignStatus.FUNDED)
    await assert_books_agree(gate)


async def test_a_direct_debit_that_comes_back_asks_its_backer(gate: Harness) -> None:
    campaign = await a_live_campaign(5_000)
    await a_pledge(campaign, gate, card="pm_failed_fr")
    await settle_now(campaign)
    await gate.control.settle((await Attempt.get()).intent_ref, succeeds=False)
    await looking.reconcile(patience=timedelta())
    await jobs.run_due(schedules=False)
    assert await states(campaign) == ["needs_backer"]
    assert (await Attempt.get()).status == AttemptStatus.FAILED
    await assert_books_agree(gate)


async def an_attempt_under_way(gate: Harness) -> tuple[Attempt, Intent]:
    """A charge whose answer is known to the test, not yet to the pledge."""
    campaign = await a_live_campaign(5_000)
    pledge = await a_pledge(campaign, gate)
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    charge = Charge("aside", 5_000, pledge.customer_ref, pledge.method_ref, "x", {"pledge": "x"})
    intent = await gateway.charge_off_session(gateway.OURS, charge)
    await Pledge.filter(id=pledge.id).update(status=PledgeStatus.CHARGING)
    return await attempts.prepare(pledge), intent


async def test_another_amount_than_asked_is_never_booked(gate: Harness) -> None:
    attempt, intent = await an_attempt_under_way(gate)
    for wrong in (replace(intent, amount_cents=4_999), replace(intent, currency="USD")):
        with pytest.raises(outcomes.AmountDiffers):
            await outcomes.settle(attempt, wrong)
    assert await ledger.balances() == {}
    assert await outcomes.settle(attempt, intent)
    assert not await outcomes.settle(attempt, intent)
    await assert_books_agree(gate)


async def test_a_fee_told_later_is_booked_later(gate: Harness) -> None:
    attempt, intent = await an_attempt_under_way(gate)
    await outcomes.settle(attempt, replace(intent, fee_cents=None))
    assert (await ledger.balances())["stripe_clearing"] == 5_000
    clock.travel(timedelta(minutes=6))
    await jobs.run_due(schedules=False)
    await assert_books_agree(gate)


async def test_money_for_a_promise_that_awaits_none_is_owed_back(gate: Harness) -> None:
    attempt, intent = await an_attempt_under_way(gate)
    await Pledge.all().update(status=PledgeStatus.DROPPED)
    await outcomes.settle(attempt, intent)
    campaign = await Campaign.get()
    assert (await ledger.campaign_balances(campaign.id))["refunds_due"] == -5_000
    assert (await books.compare(), campaign.collected_cents) == ([], 0)


async def test_a_charge_that_only_stripe_knows_is_seen_at_night(gate: Harness) -> None:
    _attempt, intent = await an_attempt_under_way(gate)
    await books.compare_due()
    row = await Reconciliation.get(kind="books")
    net = 5_000 - (intent.fee_cents or 0)
    assert (row.troubles, row.details) == (1, [[intent.charge_ref, net, 0]])
    (todo,) = await todos.desk_todos(await a_person())
    assert todo.text == "Comprendre 1 écart entre Stripe et nos comptes"


async def test_a_campaign_that_keeps_what_it_raises_collects_below_its_minimum(gate: Harness) -> None:
    campaign = await a_live_campaign(10_000, goal="flexible")
    await a_pledge(campaign, gate, cents=2_000)
    await settle_now(campaign)
    assert (await states(campaign), await status_of(campaign)) == (["collected"], CampaignStatus.FUNDED)
    empty = await a_live_campaign(10_000, goal="flexible")
    await settle_now(empty)
    assert await status_of(empty) == CampaignStatus.FAILED
