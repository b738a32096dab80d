"""Messages that never came: the list of events tells them within ten minutes, and each counts exactly once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from campaigns.ledger.models import Entry
from campaigns.payments import gateway, inbox
from campaigns.payments.models import InboxEvent
from campaigns.pledges.models import Pledge
from campaigns.refunds import wording
from campaigns.refunds.models import Dispute, Refund
from campaigns.settlement import deciding, hearing
from campaigns.settlement.models import Reconciliation
from civic import clock, jobs
from civic.settings import Settings
from tests.campaigns.sandbox_server import SECRET, Harness
from tests.campaigns.till import assert_books_agree, open_till
from tests.engines import Database
from tests.factories.payees import a_payee, its_campaign, promised
from tests.factories.refunds import a_funded_campaign, a_gift, charge_of, given_back, hear
from tests.factories.settlement import deadline_passes

pytestmark = pytest.mark.usefixtures("database", "settings")


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def a_debit(gate: Harness) -> Pledge:
    """A direct debit that has succeeded."""
    campaign = await a_funded_campaign(gate, (5_000, 100), card="pm_success_fr")
    for intent in (await gate.control.dump())["payment_intents"]:
        if intent["status"] == "processing":
            await gate.control.settle(intent["id"])
    await hear(gate)
    return await Pledge.get(campaign_id=campaign.id).select_related("campaign", "person")


async def ten_minutes_later() -> Reconciliation:
    """The clock's job and what follows from it; what it noted."""
    clock.travel(timedelta(minutes=10))
    await hearing.listen_due()
    await jobs.run_due(schedules=False)
    clock.travel(timedelta())
    row = await Reconciliation.filter(kind="heard").order_by("-id").first()
    assert row is not None
    return row


async def the_postman_comes_after_all(gate: Harness) -> None:
    """What was lost is sent again, once everything is settled."""
    await gate.control.webhooks(lose=0)
    await gate.control.redeliver()
    await gate.hear(len((await gate.control.dump())["events"]))
    for raw, header in gate.heard:
        await inbox.keep(gateway.read_event(raw, header, SECRET))
    await jobs.run_due(schedules=False)


async def test_a_debit_that_comes_back_unheard_is_found_in_ten_minutes_and_counted_once(gate: Harness) -> None:
    pledge = await a_debit(gate)
    assert pledge.status == "collected"
    await gate.control.webhooks(lose=100)
    await gate.control.return_debit(await charge_of(pledge))
    assert (await ten_minutes_later()).settled == 1
    assert ((await Pledge.get(id=pledge.id)).status, await Dispute.all().count()) == ("charged_back", 1)
    await assert_books_agree(gate)
    entries = await Entry.all().count()
    assert (await ten_minutes_later()).settled == 0
    await the_postman_comes_after_all(gate)
    assert (await Entry.all().count(), await Dispute.all().count()) == (entries, 1)
    await assert_books_agree(gate)
    assert await jobs.dead_letters() == []


async def _is_contested(gate: Harness, pledge: Pledge) -> str:
    await gate.control.dispute(await charge_of(pledge))
    return "disputed"


async def _is_contested_and_lost(gate: Harness, pledge: Pledge) -> str:
    charge = await charge_of(pledge)
    await gate.control.dispute(charge)
    await gate.control.close_dispute(charge, won=False)
    return "charged_back"


@pytest.mark.parametrize("happens", [_is_contested, _is_contested_and_lost])
async def test_a_dispute_nobody_told_us_about_is_found_in_ten_minutes_and_booked_once(
    gate: Harness, happens: Callable[[Harness, Pledge], Awaitable[str]]
) -> None:
    pledge = await a_gift(gate)
    await gate.control.webhooks(lose=100)
    status = await happens(gate, pledge)
    assert (await ten_minutes_later()).settled > 0
    assert (await Pledge.get(id=pledge.id)).status == status
    await assert_books_agree(gate)
    entries = await Entry.all().count()
    await the_postman_comes_after_all(gate)
    assert (await Entry.all().count(), await Dispute.all().count()) == (entries, 1)
    await assert_books_agree(gate)


async def test_a_refund_that_fails_late_unheard_is_found_in_ten_minutes(gate: Harness) -> None:
    pledge = await a_gift(gate)
    refund = await given_back(pledge, 5_000)
    await gate.control.webhooks(lose=100)
    await gate.control.fail_refund(refund.refund_ref)
    await ten_minutes_later()
    assert (await Refund.get(id=refund.id)).status == "failed"
    await assert_books_agree(gate)
    entries = await Entry.all().count()
    await the_postman_comes_after_all(gate)
    assert await Entry.all().count() == entries
    await assert_books_agree(gate)


async def test_what_happens_at_a_beneficiarys_own_account_is_heard_too(gate: Harness) -> None:
    campaign = await its_campaign(await a_payee(gate))
    pledge = await promised(gate, campaign)
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    await gate.control.webhooks(lose=100)
    await gate.control.dispute((await gate.control.dump())["charges"][0]["id"])
    assert (await ten_minutes_later()).troubles == 0
    assert (await Pledge.get(id=pledge.id)).status == "disputed"
    entries = await Entry.all().count()
    await the_postman_comes_after_all(gate)
    assert await Entry.all().count() == entries


@pytest.mark.one_engine
async def test_it_begins_an_hour_before_the_last_look_to_which_all_have_answered(gate: Harness) -> None:
    await a_gift(gate)
    present = clock.now()
    assert await hearing._since(present) == present - hearing.FIRST
    for days, troubles in ((40, 0), (3, 0), (1, 1)):
        await Reconciliation.create(
            at=present - timedelta(days=days), kind="heard", looked=0, settled=0, troubles=troubles
        )
    assert await hearing._since(present) == present - timedelta(days=3, hours=1)
    await Reconciliation.filter(at__gte=present - timedelta(days=4)).delete()
    assert await hearing._since(present) == present - hearing.LONGEST


@pytest.mark.one_engine
async def test_a_message_that_is_only_just_on_its_way_is_not_called_lost(gate: Harness) -> None:
    pledge = await a_gift(gate)
    await gate.control.webhooks(lose=100)
    await gate.control.dispute(await charge_of(pledge))
    done = await hearing.listen()
    assert (done.settled, await InboxEvent.filter(kind__startswith="charge.dispute").count()) == (0, 0)
    row = await ten_minutes_later()
    assert wording.round_name(row).startswith("Messages de Stripe")
    assert "perdu" in wording.round_said(row)
