"""What the random lives of `test_money_model` found about money that goes back, told in the shortest words."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign
from campaigns.payments import gateway
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.receipts import queries
from campaigns.receipts import service as receipts
from campaigns.receipts.forms import DonorForm
from campaigns.refunds import looking, requesting
from campaigns.refunds.models import Dispute, Refund, RefundMeans, RefundStatus
from campaigns.refunds.position import position_of
from civic import database as db
from civic import jobs
from civic.settings import Settings, configure
from tests.campaigns.model.acts_world import dying_at
from tests.campaigns.model.life import ADDRESS, ISSUER
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.test_found_by_the_machine import a_gift_paid_at_once
from tests.campaigns.till import assert_books_agree, open_till, problems
from tests.engines import Database
from tests.factories.refunds import a_gift, a_treasurer, approved, asked, charge_of, given_back, hear

pytestmark = pytest.mark.usefixtures("database", "settings")
NOWHERE = ("error_before", "/v1/refunds*")


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def left_of(pledge: Pledge) -> tuple[int, int, int]:
    """What is left of the gift, of the tip, and of the campaign's total, in cents."""
    found = await position_of(await Pledge.get(id=pledge.id))
    assert found
    return found.gift_left_cents, found.tip_left_cents, (await Campaign.get(id=pledge.campaign_id)).collected_cents


async def quiet(gate: Harness) -> None:
    """Everything was heard and looked at, and both sides' books are the same."""
    await gate.control.forget_faults()
    await db.execute("UPDATE job SET locked_until = 0 WHERE done_at IS NULL")
    await hear(gate)
    await looking.reconcile(patience=timedelta())
    await looking.recall()
    await jobs.run_due(schedules=False)
    assert await jobs.dead_letters() == []
    await assert_books_agree(gate)


async def refund_at_the_gateway(gate: Harness, pledge: Pledge, cents: int) -> str:
    """Somebody of the team makes a refund at the gateway's own site."""
    made = await gate.v1.refunds.create_async({"charge": await charge_of(pledge), "amount": cents})
    return made.id


async def lost_to_the_bank(gate: Harness, pledge: Pledge) -> None:
    """What is left of the charge is contested and lost, and heard of at once."""
    charge = await charge_of(pledge)
    await gate.control.dispute(charge)
    await gate.control.close_dispute(charge, won=False)
    await looking.hear_dispute((await gate.control.dump())["disputes"][0]["id"])


async def test_two_refunds_heard_of_in_any_order_take_the_gift_before_the_tip(gate: Harness) -> None:
    """Ours has left when its worker dies; the other one is heard of first. The total had gone below zero."""
    pledge = await a_gift(gate, 3_000, 300)
    refund = await approved(pledge, 3_000)
    with dying_at("after_refund_call"):
        await jobs.run_due(schedules=False)
    assert (await Refund.get(id=refund.id)).status == RefundStatus.SENDING
    other = await refund_at_the_gateway(gate, pledge, 300)
    await looking.look_at(gateway.OURS, await gateway.read_refund(gateway.OURS, other))
    assert await left_of(pledge) == (2_700, 300, 2_700)
    await quiet(gate)
    assert await left_of(pledge) == (0, 0, 0)


async def test_a_refund_heard_of_after_the_rest_was_lost_takes_the_gift_before_the_tip(gate: Harness) -> None:
    """The other way round: what the bank took was heard of first."""
    pledge = await a_gift(gate, 3_000, 300)
    await approved(pledge, 3_000)
    with dying_at("after_refund_call"):
        await jobs.run_due(schedules=False)
    await gate.control.fault(*NOWHERE, "*", times=20)
    await lost_to_the_bank(gate, pledge)
    assert await left_of(pledge) == (2_700, 300, 2_700)
    assert await problems() == []
    await quiet(gate)
    assert await left_of(pledge) == (0, 0, 0)
    lost = await Dispute.get()
    assert (lost.gift_cents, lost.tip_cents, lost.excess_cents) == (0, 300, 0)


async def test_a_refund_that_has_not_left_is_not_counted_as_given_back(gate: Harness) -> None:
    """Nobody knows yet whether it left, and the bank has taken everything meanwhile: it will be refused."""
    pledge = await a_gift(gate, 3_000, 300)
    refund = await approved(pledge, 3_000)
    await gate.control.fault(*NOWHERE, "*", times=20)
    await jobs.run_due(schedules=False)
    await lost_to_the_bank(gate, pledge)
    assert (await Refund.get(id=refund.id)).status == RefundStatus.UNKNOWN
    assert await problems() == []
    await quiet(gate)
    assert (await Refund.get(id=refund.id)).status == RefundStatus.FAILED
    assert await left_of(pledge) == (0, 0, 0)


@pytest.mark.parametrize("fails", [False, True])
async def test_what_is_given_back_by_transfer_and_again_at_the_gateway_is_owed_by_its_backer(
    gate: Harness, fails: bool
) -> None:
    """Neither the campaign nor the tips of others pay for it; what comes back is taken off what she owes."""
    pledge = await a_gift(gate, 3_000, 300)
    first = await refund_at_the_gateway(gate, pledge, 200)
    await hear(gate)
    asked_for = await asked(pledge, 3_000, RefundMeans.TRANSFER)
    await requesting.approve(asked_for.id, await a_treasurer())
    await refund_at_the_gateway(gate, pledge, 3_000)
    await quiet(gate)
    assert await left_of(pledge) == (0, 0, 0)
    balances = await ledger.balances()
    assert (balances["backer_external"], balances["platform_tips"]) == (2_900, 0)
    if fails:
        await gate.control.fail_refund(first)
        await quiet(gate)
        balances = await ledger.balances()
        assert (balances["backer_external"], balances["platform_tips"]) == (2_700, 0)
        assert await left_of(pledge) == (0, 0, 0)


@pytest.fixture
def issuing(settings: Settings) -> Iterator[Settings]:
    """An installation whose host may issue receipts to the campaigns of these tests."""
    ready = settings.model_copy(update=ISSUER | {"receipt_issuer": "Les Jardins du Carron"})
    configure(ready)
    yield ready
    configure(settings)


async def she_says_who_she_is(pledge: Pledge) -> None:
    await receipts.tell_identity(pledge, DonorForm.model_validate(ADDRESS))
    with suppress(receipts.NoReceipt):
        await receipts.issue(pledge.id)


async def receipt_cents(pledge: Pledge) -> int | None:
    """What the receipt says that stands."""
    found = await queries.receipt_of(pledge.id)
    return found.amount_cents if found else None


@pytest.mark.usefixtures("issuing")
async def test_she_who_said_her_name_while_her_bank_contested_has_her_receipt_in_the_end(gate: Harness) -> None:
    pledge = await a_gift(gate, 3_000, 300)
    charge = await charge_of(pledge)
    await gate.control.dispute(charge)
    await hear(gate)
    await she_says_who_she_is(pledge)
    assert await receipt_cents(pledge) is None
    await gate.control.close_dispute(charge, won=True)
    await quiet(gate)
    assert await receipt_cents(pledge) == 3_000


@pytest.mark.usefixtures("issuing")
async def test_a_second_refund_that_is_refused_leaves_a_receipt_for_the_rest(gate: Harness) -> None:
    """The first one takes the receipt while the second is under way; nobody gave it back when that one failed."""
    pledge = await a_gift(gate, 5_000)
    await she_says_who_she_is(pledge)
    first = await refund_at_the_gateway(gate, pledge, 2_000)
    await looking.look_at(gateway.OURS, await gateway.read_refund(gateway.OURS, first))
    second = await approved(pledge, 1_000)
    await gate.control.dispute(await charge_of(pledge))
    await jobs.run_due(schedules=False)
    assert (await Refund.get(id=second.id)).status == RefundStatus.FAILED
    assert await receipt_cents(pledge) == 3_000
    await quiet(gate)


@pytest.mark.usefixtures("issuing")
async def test_there_is_no_receipt_of_nothing_when_only_the_tip_is_left(gate: Harness) -> None:
    pledge = await a_gift(gate, 3_000, 300)
    await she_says_who_she_is(pledge)
    refund = await given_back(pledge, 3_000)
    assert await left_of(pledge) == (0, 300, 0)
    assert await receipt_cents(pledge) is None
    with pytest.raises(receipts.NoReceipt, match="remboursé"):
        await receipts.issue(pledge.id)
    await gate.control.fail_refund(refund.refund_ref or "")
    await quiet(gate)
    assert await receipt_cents(pledge) == 3_000


@pytest.mark.usefixtures("issuing")
async def test_a_receipt_that_a_treasurer_voided_does_not_come_back_with_the_money(gate: Harness) -> None:
    pledge = await a_gift(gate, 3_000)
    await she_says_who_she_is(pledge)
    standing = await queries.receipt_of(pledge.id)
    assert standing
    await receipts.void(standing, "Le nom était faux.", await a_treasurer("Dominique Blanc"))
    charge = await charge_of(pledge)
    await gate.control.dispute(charge)
    await gate.control.close_dispute(charge, won=True)
    await quiet(gate)
    assert await receipt_cents(pledge) is None


async def test_she_whose_refund_failed_asks_for_it_again_and_is_heard(gate: Harness) -> None:
    """Her second wish had the name of the first one, so it was done already and her gift waited for ever."""
    pledge = await a_gift_paid_at_once(gate)
    for _time in range(2):
        await pledges.ask_back(pledge)
        await jobs.run_due(schedules=False)
        refund = await Refund.filter(pledge_id=pledge.id).order_by("-id").first()
        assert refund
        assert refund.status == RefundStatus.SUCCEEDED
        await gate.control.fail_refund(refund.refund_ref or "")
        await quiet(gate)
        assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.COLLECTED
    assert await Refund.filter(pledge_id=pledge.id).count() == 2
