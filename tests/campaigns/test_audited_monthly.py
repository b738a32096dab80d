"""What an audit found about monthly supports: late pages, a stop in between, a cheque that never comes."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.payments import gateway
from campaigns.payments.answers import Checkout, CheckoutStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.recurring import calendar, cards, months, service, stopping
from campaigns.recurring.models import Support, SupportMonth, SupportStatus
from campaigns.settlement import charging, closing
from civic import clock, jobs
from civic.jobs.models import Job
from civic.people.actor import Actor
from civic.people.models import RoleName
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign
from tests.factories.offline import a_gift, a_switched_pledge
from tests.factories.recurring import a_support


@pytest.fixture(autouse=True)
async def at_home() -> AsyncIterator[None]:
    yield
    clock.travel(timedelta())
    await gateway.close()


async def a_month(support: Support) -> Pledge:
    """Its month was made today and not charged yet."""
    await Support.filter(id=support.id).update(next_on=clock.today())
    made = await months.charge(support.id)
    assert made
    return made


async def test_a_late_word_of_an_older_card_page_changes_nothing(app: object, monkeypatch: pytest.MonkeyPatch) -> None:
    support = await a_support()

    async def read(_till: gateway.Till, ref: str) -> Checkout:
        return Checkout(
            ref=ref, mode="setup", status=CheckoutStatus.COMPLETE, url="", expires_at=clock.now(),
            customer_ref=support.customer_ref, setup_succeeded=True, method_ref=f"pm_{ref}", method_label="Visa",
            method_ends_on=None, method_at=None, intent_ref="", metadata={"support": str(support.id)}, raw="{}",
        )  # fmt: skip

    monkeypatch.setattr(gateway, "read_checkout", read)
    for page in ("one", "two"):
        await Support.filter(id=support.id).update(session_ref=page)
        await cards.settle(page)
    for page in ("one", "two"):
        await cards.settle(page)
    assert (await Support.get(id=support.id)).method_ref == "pm_two"
    await Support.filter(id=support.id).update(session_ref="three")
    for page in ("one", "two"):
        await cards.settle(page)
    assert (await Support.get(id=support.id)).method_ref == "pm_two"
    gone = {_payload(job)["method_ref"] for job in await Job.filter(name="method_unneeded")}
    assert gone == {support.method_ref, "pm_one"}


def _payload(job: Any) -> dict[str, Any]:
    return job.payload if isinstance(job.payload, dict) else json.loads(job.payload)


async def test_a_stop_lets_the_month_go_that_is_not_charged_yet(app: object) -> None:
    support = await a_support()
    pledge = await a_month(support)
    await stopping.stop(support)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.RELEASED
    assert (await Campaign.get(id=support.campaign_id)).confirmed_cents == 0
    await charging.charge(pledge.id)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.RELEASED


async def test_a_cancelled_support_lets_the_month_go_too(app: object) -> None:
    support = await a_support()
    pledge = await a_month(support)
    await Job.filter(name="charge_pledge").delete()
    team = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR), frozenset({RoleName.ANIMATOR}))
    await lifecycle.cancel(await Campaign.get(id=support.campaign_id), team, "L’initiative s’arrête là.")
    await jobs.run_due(schedules=False)
    assert (await Support.get(id=support.id)).status == SupportStatus.STOPPED
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.RELEASED
    assert not await Job.filter(name="campaign_cancelled", last_error__not="").exists()


async def test_a_cheque_that_never_comes_ends_the_month_and_pauses(app: object) -> None:
    support = await a_support()
    pledge = await a_month(support)
    await Job.filter(name="charge_pledge").delete()
    await Pledge.filter(id=pledge.id).update(status=PledgeStatus.SWITCHED_OFFLINE)
    clock.travel(timedelta(days=40))
    assert await months.charge(support.id) is None
    await closing.close_due()
    await jobs.run_due(schedules=False)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.DROPPED
    assert (await Support.get(id=support.id)).status == SupportStatus.PAUSED


async def test_a_cheque_that_was_handed_over_is_waited_for(app: object) -> None:
    campaign = await a_live_campaign()
    pledge = await a_switched_pledge(campaign)
    gift = await a_gift(await Campaign.get(id=campaign.id), 3_000, number=f"P-{pledge.id:06d}")
    assert gift.pledge_id == pledge.id
    values = {"goal": GoalKind.FLEXIBLE, "status": CampaignStatus.LIVE}
    await Campaign.filter(id=campaign.id).update(**values)
    clock.travel(timedelta(days=40))
    await closing.close_due()
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.SWITCHED_OFFLINE


async def test_a_month_that_exists_moves_the_day_on(app: object) -> None:
    support = await a_support()
    await a_month(support)
    await Pledge.filter(campaign_id=support.campaign_id).update(status=PledgeStatus.COLLECTED)
    await Support.filter(id=support.id).update(next_on=clock.today())
    assert await months.charge(support.id) is None
    assert await SupportMonth.filter(support_id=support.id).count() == 1
    later = calendar.after(clock.today(), support.day, clock.today())
    assert (await Support.get(id=support.id)).next_on == later


async def test_a_change_plans_from_what_it_finds_under_the_lock(app: object) -> None:
    support = await a_support()
    await service.pause(support)
    await service.change(support, 1_200, 9)
    found = await Support.get(id=support.id)
    assert (found.status, found.next_on, found.day, found.amount_cents) == (SupportStatus.PAUSED, None, 9, 1_200)
    await service.resume(support)
    assert (await Support.get(id=support.id)).next_on == calendar.first_from(clock.today(), 9)
