"""Gifts that were really collected at the sandbox, and the two persons who give money back."""

import asyncio
from datetime import timedelta

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.payments import gateway, inbox
from campaigns.payments.models import Attempt
from campaigns.pledges.models import Pledge
from campaigns.refunds import looking, requesting
from campaigns.refunds.models import Refund, RefundMeans
from campaigns.settlement import deciding
from civic import database as db
from civic import jobs
from civic.people.actor import Actor
from civic.people.models import RoleName
from tests.campaigns.sandbox_server import SECRET, Harness
from tests.factories import a_person
from tests.factories.settlement import a_live_campaign, a_pledge, deadline_passes

WHY = "Le four ne se fera pas."


async def a_funded_campaign(gate: Harness, *gifts: tuple[int, int], card: str = "pm_card_visa") -> Campaign:
    """A campaign whose gifts (cents, tip) were all charged."""
    campaign = await a_live_campaign(sum(cents for cents, _tip in gifts))
    for number, (cents, tip) in enumerate(gifts):
        await a_pledge(campaign, gate, cents=cents, tip=tip, card=card, name=f"Personne {number}")
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    return await Campaign.get(id=campaign.id)


async def a_gift(gate: Harness, cents: int = 5_000, tip: int = 0, card: str = "pm_card_visa") -> Pledge:
    """The one gift of a campaign, collected."""
    campaign = await a_funded_campaign(gate, (cents, tip), card=card)
    return await Pledge.get(campaign_id=campaign.id).select_related("campaign", "person")


async def an_animator(name: str = "Rose Petit") -> Actor:
    """One of the team."""
    return Actor(await a_person(name, "", RoleName.ANIMATOR), frozenset({RoleName.ANIMATOR}))


async def a_treasurer(name: str = "Émile Garde") -> Actor:
    """The second pair of eyes."""
    person = await a_person(name, f"{name.split()[0].lower()}@example.org", RoleName.TREASURER)
    return Actor(person, frozenset({RoleName.TREASURER}))


async def asked(pledge: Pledge, cents: int, means: RefundMeans = RefundMeans.GATEWAY) -> Refund:
    """One of the team asks for a refund."""
    return await requesting.request(pledge.id, await an_animator(), cents, WHY, means)


async def approved(pledge: Pledge, cents: int) -> Refund:
    """A refund that two persons want; its job waits."""
    refund = await asked(pledge, cents)
    return await requesting.approve(refund.id, await a_treasurer())


async def given_back(pledge: Pledge, cents: int) -> Refund:
    """A refund that has left."""
    refund = await approved(pledge, cents)
    await jobs.run_due(schedules=False)
    return await Refund.get(id=refund.id)


async def charge_of(pledge: Pledge) -> str:
    """The gateway's name of the charge behind a gift."""
    attempt = await Attempt.get(pledge_id=pledge.id, status="succeeded")
    return (await gateway.read_intent(gateway.OURS, attempt.intent_ref or "")).charge_ref


async def hear(gate: Harness, *, order: list[int] | None = None, times: int = 1, since: int = 0) -> None:
    """The postman brings what was sent since, in any order, as often as he likes."""
    await gate.hear(len((await gate.control.dump())["events"]))
    heard = [gateway.read_event(raw, header, SECRET) for raw, header in gate.heard[since:]]
    for place in [place % len(heard) for place in order] if order and heard else range(len(heard)):
        for _ in range(times):
            await inbox.keep(heard[place])
            await jobs.run_due(schedules=False)
    for event in heard:
        await inbox.keep(event)
    await jobs.run_due(schedules=False)


async def restart() -> None:
    """The dead worker's leases have ended, reconcile looks, the jobs go on."""
    await db.execute("UPDATE job SET locked_until = 0 WHERE done_at IS NULL")
    for _ in range(2):
        await looking.reconcile(patience=timedelta())
        await jobs.run_due(schedules=False)


async def unwinding(campaign: Campaign) -> Campaign:
    """Two persons have decided that every gift goes back (another slice's verb): the state and the fact."""
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.UNWINDING)
    await jobs.enqueue("campaign_unwinding", key=f"campaign-{campaign.id}", campaign_id=campaign.id)
    return await Campaign.get(id=campaign.id)


async def heard_by_now(gate: Harness) -> int:
    """How many events have arrived."""
    await asyncio.sleep(0)
    await gate.hear(len((await gate.control.dump())["events"]))
    return len(gate.heard)
