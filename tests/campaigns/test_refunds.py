"""Money goes back because two persons want it: once, never too much, booked to the cent, told in plain words."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from tortoise.exceptions import IntegrityError

from campaigns.ledger import queries as ledger
from campaigns.ledger import service as ledger_service
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign, CampaignStatus, Reward
from campaigns.lifecycle.service import keep_need
from campaigns.lifecycle.transitions import NotNow
from campaigns.payments.models import Attempt
from campaigns.pledges.models import Pledge
from campaigns.refunds import looking, position, requesting, unwinding
from campaigns.refunds.models import Refund, RefundMeans, RefundStatus
from campaigns.settlement import books
from civic import clock, jobs
from civic.contributions import service as contributions
from civic.contributions.models import Contribution
from civic.database import transaction
from civic.errors import DomainError, Forbidden, Invalid
from civic.jobs.models import Job
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import RoleName
from civic.settings import Settings
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import assert_books_agree, open_till
from tests.engines import Database
from tests.factories import a_person
from tests.factories.refunds import (
    WHY,
    a_funded_campaign,
    a_gift,
    a_treasurer,
    an_animator,
    approved,
    asked,
    charge_of,
    given_back,
    hear,
    heard_by_now,
    restart,
)
from tests.factories.refunds import unwinding as decide_to_unwind

pytestmark = pytest.mark.usefixtures("database", "settings")


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def fresh(pledge: Pledge) -> Pledge:
    return await Pledge.get(id=pledge.id).select_related("campaign", "person")


async def refunds_at(gate: Harness) -> list[int]:
    return [refund["amount"] for refund in (await gate.control.dump())["refunds"]]


async def test_a_gift_is_given_back_whole_with_its_tip(gate: Harness) -> None:
    pledge = await a_gift(gate, 5_000, 200)
    reward = await Reward.create(campaign_id=pledge.campaign_id, title="Une carte", from_cents=1000, stock=1, taken=1)
    await Pledge.filter(id=pledge.id).update(reward_id=reward.id)
    refund = await given_back(pledge, 5_200)
    assert (refund.status, refund.tip_cents) == (RefundStatus.SUCCEEDED, 200)
    found = await fresh(pledge)
    assert (found.status, found.campaign.collected_cents, found.campaign.backers_count) == ("refunded", 0, 0)
    assert (await Reward.get(id=reward.id)).taken == 0
    assert await Contribution.filter(revoked_at__isnull=True).count() == 0
    assert await ledger.collected_cents(pledge.campaign_id) == 0
    assert (await ledger.balances())["platform_tips"] == 0
    letter = await OutboxMessage.get(to=found.person.email, subject__startswith="Votre don vous est rendu")
    assert "52" in letter.text
    assert WHY in letter.text
    await hear(gate)
    await assert_books_agree(gate)
    assert await jobs.dead_letters() == []


async def test_a_part_of_a_gift_leaves_its_backer_a_contributor(gate: Harness) -> None:
    pledge = await a_gift(gate, 5_000)
    await given_back(pledge, 2_000)
    found = await fresh(pledge)
    assert (found.status, found.campaign.collected_cents, found.campaign.backers_count) == ("collected", 3_000, 1)
    assert await Contribution.filter(revoked_at__isnull=True).count() == 1
    await assert_books_agree(gate)
    with pytest.raises(Invalid):
        await asked(found, 3_001)
    await given_back(found, 3_000)
    assert (await fresh(pledge)).status == "refunded"
    await assert_books_agree(gate)


async def test_nobody_decides_alone_and_one_of_the_two_is_a_treasurer(gate: Harness) -> None:
    pledge = await a_gift(gate)
    treasurer, animator = await a_treasurer(), await an_animator()
    with pytest.raises(Forbidden):
        await requesting.request(pledge.id, Actor(await a_person("Une inconnue")), 100, WHY, RefundMeans.GATEWAY)
    by_team = await requesting.request(pledge.id, animator, 5_000, WHY, RefundMeans.GATEWAY)
    colleague = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR), frozenset({RoleName.ANIMATOR}))
    for actor in (animator, colleague):
        with pytest.raises(Forbidden):
            await requesting.approve(by_team.id, actor)
    await requesting.refuse(by_team.id, animator, "Une erreur de saisie.")
    refund = await requesting.request(pledge.id, treasurer, 5_000, WHY, RefundMeans.GATEWAY)
    with pytest.raises(Forbidden):
        await requesting.approve(refund.id, treasurer)
    with pytest.raises(IntegrityError):
        await Refund.filter(id=refund.id).update(approved_by_id=treasurer.person.id)
    assert (await Refund.get(id=refund.id)).status == RefundStatus.REQUESTED
    await requesting.approve(refund.id, await a_treasurer("Lise Compte"))
    await jobs.run_due(schedules=False)
    assert await refunds_at(gate) == [5_000]


async def test_two_treasurers_at_the_same_second_send_it_once(gate: Harness) -> None:
    pledge = await a_gift(gate)
    refund = await asked(pledge, 5_000)
    treasurers = [await a_treasurer(name) for name in ("Lise Compte", "Paul Livre", "Anna Caisse")]
    done = await asyncio.gather(*(requesting.approve(refund.id, one) for one in treasurers), return_exceptions=True)
    assert sum(isinstance(one, Refund) for one in done) == 1
    assert sum(isinstance(one, NotNow) for one in done) == 2
    await asyncio.gather(*(jobs.run_due(schedules=False) for _ in range(3)))
    assert await refunds_at(gate) == [5_000]
    await assert_books_agree(gate)


async def test_two_requests_at_the_same_second_are_one(gate: Harness) -> None:
    pledge = await a_gift(gate)
    done = await asyncio.gather(*(asked(pledge, 3_000) for _ in range(3)), return_exceptions=True)
    assert sum(isinstance(one, Refund) for one in done) == 1
    assert await Refund.all().count() == 1


async def test_a_refused_request_changes_nothing_and_says_why(gate: Harness) -> None:
    pledge = await a_gift(gate)
    refund = await asked(pledge, 5_000)
    with pytest.raises(Forbidden):
        await requesting.refuse(refund.id, await an_animator("Une autre"), "Pas d’accord du tout.")
    await requesting.refuse(refund.id, await a_treasurer(), "La personne a changé d’avis.")
    assert (await Refund.get(id=refund.id)).refusal == "La personne a changé d’avis."
    assert (await fresh(pledge)).status == "collected"
    with pytest.raises(NotNow):
        await requesting.approve(refund.id, await a_treasurer("Lise Compte"))
    await assert_books_agree(gate)


async def test_a_refund_that_comes_back_weeks_later_is_collected_again(gate: Harness) -> None:
    pledge = await a_gift(gate, 5_000)
    refund = await given_back(pledge, 5_000)
    await gate.control.fail_refund(refund.refund_ref)
    await hear(gate)
    found = await fresh(pledge)
    assert (found.status, found.campaign.collected_cents, found.campaign.backers_count) == ("collected", 5_000, 1)
    assert (await Refund.get(id=refund.id)).status == RefundStatus.FAILED
    assert await Contribution.filter(revoked_at__isnull=True).count() == 1
    assert await OutboxMessage.filter(subject__contains="n’est pas arrivé").count() == 1
    await assert_books_agree(gate)
    again = await requesting.request(pledge.id, await an_animator(), 5_000, WHY, RefundMeans.TRANSFER)
    await requesting.approve(again.id, await a_treasurer("Lise Compte"))
    assert (await fresh(pledge)).status == "refunded"
    assert (await ledger.balances())["bank"] == -5_000
    await assert_books_agree(gate)


LOST = (("error_after", 1), ("error_before", 2))
"""The refund is made, and none of the three times the SDK asks does an answer arrive."""


async def breaks(gate: Harness, *faults: tuple[str, int]) -> None:
    for kind, times in faults:
        await gate.control.fault(kind, "/v1/refunds", "post", times=times)


@pytest.mark.parametrize(
    "faults", [LOST, (("drop_after", 1), ("error_before", 2)), (("error_before", 3),), (("rate_limit", 1),)]
)
async def test_a_lost_answer_gives_nothing_back_twice(gate: Harness, faults: tuple[tuple[str, int], ...]) -> None:
    pledge = await a_gift(gate)
    await breaks(gate, *faults)
    refund = await approved(pledge, 5_000)
    await jobs.run_due(schedules=False)
    await gate.control.forget_faults()
    clock.travel(timedelta(minutes=15))
    await restart()
    assert (await Refund.get(id=refund.id)).status == RefundStatus.SUCCEEDED
    assert await refunds_at(gate) == [5_000]
    await assert_books_agree(gate)


async def test_an_answer_lost_for_days_is_found_by_its_name(gate: Harness) -> None:
    pledge = await a_gift(gate)
    await breaks(gate, *LOST)
    refund = await approved(pledge, 2_000)
    await jobs.run_due(schedules=False)
    assert (await Refund.get(id=refund.id)).status == RefundStatus.UNKNOWN
    await gate.control.forget_faults()
    clock.travel(timedelta(days=3))
    await gate.control.clock(3 * 86_400)
    await restart()
    assert (await Refund.get(id=refund.id)).status == RefundStatus.SUCCEEDED
    assert await refunds_at(gate) == [2_000]
    await assert_books_agree(gate)


async def test_a_refund_made_at_stripe_itself_is_taken_over_once(gate: Harness) -> None:
    pledge = await a_gift(gate)
    await gate.v1.refunds.create_async({"charge": await charge_of(pledge), "amount": 1_500})
    await hear(gate, times=2)
    found = await fresh(pledge)
    assert (found.status, found.campaign.collected_cents) == ("collected", 3_500)
    assert await Refund.all().count() == 1
    await assert_books_agree(gate)


async def test_a_lost_message_is_found_by_the_next_recall(gate: Harness) -> None:
    pledge = await a_gift(gate)
    refund = await given_back(pledge, 5_000)
    await gate.control.webhooks(lose=100)
    await gate.control.fail_refund(refund.refund_ref)
    assert len(await books.compare()) == 1
    await looking.recall_due()
    assert (await fresh(pledge)).status == "collected"
    await assert_books_agree(gate)


async def test_news_of_an_unknown_refund_comes_back_later(gate: Harness) -> None:
    pledge = await a_gift(gate)
    charge = await charge_of(pledge)
    await gate.v1.refunds.create_async({"charge": charge, "amount": 500, "metadata": {"refund": "refund-999"}})
    await hear(gate)
    assert await Refund.all().count() == 0
    assert await Job.filter(name="refund_changed", done_at__isnull=True).exclude(last_error="").exists()


async def test_money_for_a_promise_that_awaited_none_goes_back(gate: Harness) -> None:
    pledge = await a_gift(gate, 5_000, 100)
    await _as_if_unexpected(pledge)
    refund = await given_back(await fresh(pledge), 5_100)
    assert (refund.due, refund.status) == (True, RefundStatus.SUCCEEDED)
    assert (await fresh(pledge)).status == "dropped"
    assert (await ledger.balances())[f"refunds_due:{pledge.campaign_id}"] == 0
    await assert_books_agree(gate)


async def _as_if_unexpected(pledge: Pledge) -> None:
    """What `outcomes._unexpected` leaves behind: the money is booked as due back, the promise is over."""
    async with transaction():
        amounts = [Amount(AccountKind.CAMPAIGN_FUND, 5_000), Amount(AccountKind.REFUNDS_DUE, -5_000)]
        await ledger_service.book("moved", "test", "1", amounts, campaign=pledge.campaign_id)
        await Pledge.filter(id=pledge.id).update(status="dropped")
        await Campaign.filter(id=pledge.campaign_id).update(collected_cents=0)
        await contributions.revoke(f"pledge:{pledge.id}")
        await keep_need(pledge.campaign_id)


async def test_a_campaign_is_unwound_once_however_often_it_is_begun(gate: Harness) -> None:
    campaign = await a_funded_campaign(gate, (3_000, 0), (4_000, 150), (2_000, 0))
    first = await Pledge.filter(campaign_id=campaign.id).order_by("id").first()
    assert first
    await given_back(first, 1_000)
    await asked(first, 500)
    await decide_to_unwind(campaign)
    await asyncio.gather(*(jobs.run_due(schedules=False) for _ in range(3)))
    await unwinding.unwind(campaign.id)
    await jobs.run_due(schedules=False)
    found = await Campaign.get(id=campaign.id)
    assert (found.status, found.collected_cents, found.backers_count) == (CampaignStatus.REFUNDED, 0, 0)
    assert sorted(await refunds_at(gate)) == [1_000, 2_000, 2_000, 4_150]
    assert await OutboxMessage.filter(subject__startswith="Tous les dons sont rendus").count() == 1
    await hear(gate)
    await assert_books_agree(gate)
    assert await jobs.dead_letters() == []


async def test_unwinding_waits_for_what_a_bank_still_holds(gate: Harness) -> None:
    campaign = await a_funded_campaign(gate, (3_000, 0), (4_000, 0))
    held = await Pledge.filter(campaign_id=campaign.id).order_by("id").first()
    assert held
    charge = await charge_of(held)
    await gate.control.dispute(charge)
    await hear(gate)
    await decide_to_unwind(campaign)
    await jobs.run_due(schedules=False)
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.UNWINDING
    await gate.control.close_dispute(charge, won=True)
    await hear(gate)
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.REFUNDED
    assert sorted(await refunds_at(gate)) == [3_000, 4_000]
    await assert_books_agree(gate)


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_events_in_any_order_tell_the_same_story(gate: Harness, order: tuple[int, ...]) -> None:
    pledge = await a_gift(gate, 5_000, 300)
    before = await heard_by_now(gate)
    refund = await given_back(pledge, 2_000)
    await gate.control.fail_refund(refund.refund_ref)
    await gate.control.dispute(await charge_of(pledge))
    await gate.control.close_dispute(await charge_of(pledge), won=False)
    await hear(gate, order=list(order), times=2, since=before)
    found = await fresh(pledge)
    assert (found.status, found.campaign.collected_cents) == ("charged_back", 0)
    await assert_books_agree(gate)


@pytest.mark.one_engine
@profile(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(amounts=st.lists(st.integers(1, 4_000), min_size=1, max_size=5), fails=st.sets(st.integers(0, 4)))
def test_refunds_never_exceed_what_was_collected(amounts: list[int], fails: set[int]) -> None:
    """Pure amounts: the split between gift and tip adds up, whatever comes back in between."""
    pledge = Pledge(id=1, amount_cents=5_000, tip_cents=400)
    attempt, rows = Attempt(id=1, amount_cents=5_400), list[Refund]()
    for number, amount in enumerate(amounts):
        found = position.Position(pledge, attempt, rows, [])
        if amount <= found.refundable_cents:
            state = RefundStatus.FAILED if number in fails else RefundStatus.SUCCEEDED
            tip = found.tip_of(amount, apart=found.awaited)
            rows.append(Refund(amount_cents=amount, tip_cents=tip, status=state, booked_at=clock.now()))
        after = position.Position(pledge, attempt, rows, [])
        assert min(after.gift_left_cents, after.tip_left_cents) >= 0
        assert after.refunded_cents + after.gift_left_cents + after.tip_left_cents == 5_400
        assert (after.state == "refunded") == (after.refunded_cents == 5_400)


async def test_a_request_for_what_is_contested_is_refused(gate: Harness) -> None:
    pledge = await a_gift(gate)
    refund = await asked(pledge, 2_000)
    await gate.control.dispute(await charge_of(pledge))
    await hear(gate)
    assert (await Refund.get(id=refund.id)).status == RefundStatus.REFUSED
    with pytest.raises(DomainError):
        await asked(await fresh(pledge), 1_000)
    with suppress(DomainError):
        await requesting.approve(refund.id, await a_treasurer())
    assert await refunds_at(gate) == []
    await assert_books_agree(gate)



async def test_a_backer_who_changes_her_mind_in_time_has_all_of_it_back(gate: Harness) -> None:
    pledge = await a_gift(gate, 5_000, 100)
    await Pledge.filter(id=pledge.id).update(status="refund_pending")
    for key in ("one", "again"):
        await jobs.enqueue("refund_wanted", key=key, pledge_id=pledge.id)
    await jobs.run_due(schedules=False)
    assert ((await fresh(pledge)).status, await refunds_at(gate)) == ("refunded", [5_100])
    await assert_books_agree(gate)
