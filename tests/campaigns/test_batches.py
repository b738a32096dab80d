"""Many backers are charged in one breath: each once, nobody held up by another's trouble, whatever dies on the way."""

import asyncio
import gc
import signal
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from campaigns.ledger import queries as ledger
from campaigns.ledger import service as booking
from campaigns.ledger.models import AccountKind, Entry
from campaigns.ledger.service import Amount, BookedOtherwise, Fact
from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.transitions import By, NotNow
from campaigns.payments import attempts
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges import transitions
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from campaigns.pledges.transitions import Step
from campaigns.settlement import charging, deciding, looking, queries, rules
from civic import database as db
from civic import jobs
from civic.database import transaction
from civic.jobs.models import Job
from civic.mail.models import OutboxMessage
from civic.settings import Settings
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import assert_books_agree, open_till, start_civic
from tests.engines import Database, query_count
from tests.factories.settlement import a_live_campaign, a_pledge, books_of, deadline_passes

POOR = "pm_card_chargeCustomerFail"
pytestmark = pytest.mark.usefixtures("database", "settings")


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def a_decided_campaign(gate: Harness, backers: int, *, poor: int = 0) -> tuple[Campaign, list[int]]:
    campaign = await a_live_campaign(1_000)
    for number in range(backers):
        await a_pledge(campaign, gate, cents=1_000 + number, tip=number % 3, name=f"Personne {number}")
    for number in range(poor):
        await a_pledge(campaign, gate, cents=1_000, card=POOR, name=f"Refusée {number}")
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    return campaign, [pledge.id for pledge in await Pledge.filter(campaign_id=campaign.id).order_by("id")]


async def states(campaign: Campaign) -> list[str]:
    return [row.status.value for row in await Pledge.filter(campaign_id=campaign.id).order_by("id")]


async def test_three_times_as_many_backers_cost_no_statement_more(gate: Harness) -> None:
    made = []
    for good, poor in ((1, 1), (3, 2), (9, 6)):  # the first opens the accounts of the platform
        campaign, ids = await a_decided_campaign(gate, good, poor=poor)
        with query_count() as statements:
            await charging.charge_all(ids)
        made.append(len(statements))
        assert await states(campaign) == ["collected"] * good + ["needs_backer"] * poor
    assert made[2] <= made[1] <= 32, made
    await assert_books_agree(gate)


async def a_round_is_settled(gate: Harness) -> None:
    campaign, ids = await a_decided_campaign(gate, 5)
    await charging.charge_all(ids)
    await jobs.run_due(schedules=False)
    assert await states(campaign) == ["collected"] * 5


def living() -> Counter[str]:
    """How many objects there are of each type of ours and of what we speak to the gateway with."""
    gc.collect()
    names = Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects())
    ours = ("campaigns.", "civic.", "stripe.", "aiohttp.", "tortoise.", "_asyncio")
    return Counter({name: n for name, n in names.items() if name.startswith(ours) and ".sandbox" not in name})


async def test_nothing_is_kept_in_memory_of_a_backer_who_was_charged(gate: Harness) -> None:
    await a_round_is_settled(gate)
    await a_round_is_settled(gate)
    before = living()
    for _turn in range(3):
        await a_round_is_settled(gate)
    more = {kind: number - before[kind] for kind, number in living().items() if number - before[kind] > 2}
    assert not more, more  # fifteen backers later


async def test_what_follows_of_a_batch_is_told_once_for_all(gate: Harness) -> None:
    _campaign, ids = await a_decided_campaign(gate, 3)
    await charging.charge_all(ids)
    told = await Job.filter(name__in=["payments_collected", "payment_collected"]).order_by("id").values("name", "handler")
    by_name = Counter(one["name"] for one in told)
    assert by_name == {"payments_collected": 2, "payment_collected": 3}  # matches and cards at once, receipts each
    await jobs.run_due(schedules=False)
    assert not await Job.filter(done_at=None, name__in=["payments_collected", "payment_collected"]).exists()


async def test_one_backer_alone_goes_the_same_way(gate: Harness) -> None:
    campaign, (only,) = await a_decided_campaign(gate, 1)
    await charging.charge(only)
    assert await states(campaign) == ["collected"]
    changes = await PledgeChange.filter(pledge_id=only).order_by("id").values_list("before", "after", "cause")
    assert changes[-2:] == [("confirmed", "charging", "deadline"), ("charging", "collected", "charge_succeeded")]
    await assert_books_agree(gate)


async def test_a_campaign_is_charged_by_slices_and_its_letters_follow(
    gate: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "SLICE", 2)
    monkeypatch.setattr(rules, "SPREAD", 3)
    campaign, _ids = await a_decided_campaign(gate, 7)
    await jobs.run_due(schedules=False)
    assert await states(campaign) == ["collected"] * 7
    assert await Job.filter(name="charge_pledges").count() == 5  # 3 + 3 + 1 promises, two by two
    slices = await Job.filter(name__in=["charge_pledges", "pledges_spread"]).values_list("run_at", flat=True)
    letters = await Job.filter(name="send_mail", key__startswith="collected-").values_list("run_at", flat=True)
    assert max(slices) <= min(letters)  # what is due first is claimed first
    subjects = [mail.subject for mail in await OutboxMessage.all()]
    assert sum(subject.startswith("Votre don est arrivé") for subject in subjects) == 7
    assert (await queries.progress(campaign.id)).percent == 100
    await assert_books_agree(gate)


async def test_the_same_slice_again_charges_nobody_twice(gate: Harness) -> None:
    campaign, ids = await a_decided_campaign(gate, 4)
    await asyncio.gather(*(charging.charge_slice(campaign.id, ids[0], ids[-1]) for _ in range(3)))
    await looking.reconcile(patience=timedelta())
    await charging.charge_slice(campaign.id, ids[0], ids[-1])
    assert await states(campaign) == ["collected"] * 4
    assert (await books_of(gate))["charges"] == 4
    await assert_books_agree(gate)


async def test_whoever_is_told_to_come_back_later_holds_nobody_up(gate: Harness) -> None:
    campaign, _ids = await a_decided_campaign(gate, 4)
    await gate.control.fault("rate_limit", "/v1/payment_intents", "post", times=1)
    await jobs.run_due(schedules=False)
    assert sorted(await states(campaign)) == ["charging"] + ["collected"] * 3
    job = await Job.get(name="charge_pledges")
    assert (job.done_at, job.attempts, job.last_error[:4]) == (None, 1, "Busy")
    await Job.filter(id=job.id).update(run_at=0)
    await jobs.run_due(schedules=False)
    assert await states(campaign) == ["collected"] * 4
    assert (await books_of(gate))["charges"] == 4
    await assert_books_agree(gate)


async def test_one_charge_that_cannot_be_booked_holds_nobody_up(gate: Harness) -> None:
    campaign, ids = await a_decided_campaign(gate, 3)
    with pytest.raises(BookedOtherwise):
        await _charge_with_one_booked_otherwise(gate, campaign, ids)
    assert sorted(await states(campaign)) == ["charging", "collected", "collected"]
    assert (await books_of(gate))["charges"] == 3


async def _charge_with_one_booked_otherwise(gate: Harness, campaign: Campaign, ids: list[int]) -> None:
    """The sandbox has charged all three; before we hear of it, somebody books one of them with another amount."""
    begun = await charging._begin(ids)
    for _ in begun:
        await gate.control.fault("error_after", "/v1/payment_intents", "post", times=1)
    await asyncio.gather(*(gateway_charge(attempt) for attempt in begun), return_exceptions=True)
    charge = (await gate.control.dump())["charges"][0]["id"]
    wrong = [Amount(AccountKind.STRIPE_CLEARING, 1), Amount(AccountKind.CAMPAIGN_FUND, -1)]
    async with transaction():
        await booking.book("charge", "charge", charge, wrong, campaign=campaign.id)
    await charging.carry_out_all(begun)


async def gateway_charge(attempt: Attempt) -> object:
    return await charging._answer(attempt)


@pytest.mark.parametrize("point", ["after_prepare", "after_charge_call", "after_answer_known", "after_outcome"])
async def test_a_worker_killed_between_two_slices_is_finished_by_the_next(
    database: Database, settings: Settings, gate: Harness, point: str
) -> None:
    campaign = await a_live_campaign(1_000)
    count = rules.SLICE + 3  # two jobs: one dies, or both
    for number in range(count):
        await a_pledge(campaign, gate, cents=1_000, name=f"Personne {number}")
    await deadline_passes(campaign)
    await deciding.schedule(campaign.id)
    process = await start_civic(database, settings, gate, "worker", crash_at=point)
    _out, trouble = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == -signal.SIGKILL, trouble.decode()[-2000:]
    halfway = await queries.progress(campaign.id)
    assert (halfway.total, halfway.paid.n in (0, 3, rules.SLICE, count)) == (count, True)  # a slice is booked whole
    await db.execute("UPDATE job SET locked_until = 0 WHERE done_at IS NULL")
    await jobs.run_due(schedules=False)
    assert await states(campaign) == ["collected"] * count
    assert (await books_of(gate))["charges"] == count
    assert await ledger.collected_cents(campaign.id) == count * 1_000
    assert await Attempt.filter(status=AttemptStatus.SUCCEEDED).count() == await Attempt.all().count() == count
    assert await ledger.broken_at(campaign.id) is None
    await assert_books_agree(gate)


async def test_facts_booked_together_are_links_of_one_chain_and_known_ones_are_answered(gate: Harness) -> None:
    campaign = await a_live_campaign(1_000)

    def fact(number: int, cents: int = 100) -> Fact:
        amounts = (Amount(AccountKind.STRIPE_CLEARING, cents), Amount(AccountKind.CAMPAIGN_FUND, -cents))
        return Fact("charge", "charge", f"ch_{number}", amounts)

    async with transaction():
        first = await booking.book_all([fact(1), fact(2)], campaign=campaign.id)
    async with transaction():
        again = await booking.book_all([fact(2), fact(3), fact(1), fact(4)], campaign=campaign.id)
    assert [entry.position for entry in again] == [2, 3, 1, 4]
    assert [again[2].hash, again[0].hash] == [entry.hash for entry in first]
    assert await ledger.broken_at(campaign.id) is None
    with pytest.raises(BookedOtherwise):
        async with transaction():
            await booking.book_all([fact(5), fact(3, cents=99)], campaign=campaign.id)
    assert await Entry.filter(campaign_id=campaign.id).count() == 4


async def test_promises_move_together_or_not_at_all(gate: Harness) -> None:
    campaign, ids = await a_decided_campaign(gate, 3)
    found = await Pledge.filter(id__in=ids).order_by("id")
    await Pledge.filter(id=ids[1]).update(status=PledgeStatus.CHARGING)  # somebody was faster
    with pytest.raises(NotNow):
        async with transaction():
            await transitions.move_all([Step(one, "deadline") for one in found], PledgeStatus.CHARGING, by=By.SCHEDULER)
    assert await states(campaign) == ["confirmed", "charging", "confirmed"]
    assert await PledgeChange.filter(pledge_id__in=ids, after="charging").count() == 0
    assert await attempts.prepare_all([]) == []
