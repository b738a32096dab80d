"""Campaigns with promises whose cards are really saved in the sandbox, and the books of both sides."""

import itertools
from datetime import timedelta

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge
from campaigns.pledges.service import Gift, Saved
from civic import clock
from tests.campaigns.sandbox_server import Harness
from tests.factories import a_person, an_initiative

_numbers = itertools.count(1)
GOOD, POOR, ASKS_BANK = "pm_card_visa", "4000000000000341", "pm_card_authenticationRequired"


async def a_live_campaign(minimum_cents: int = 10_000, **values: object) -> Campaign:
    """A live all-or-nothing campaign of one initiative, with a lead who can be written to."""
    lead = await a_person("Nadia Porteuse")
    initiative = await an_initiative(lead=lead)
    present = clock.now()
    defaults: dict[str, object] = {
        "goal": GoalKind.ALL_OR_NOTHING, "status": CampaignStatus.LIVE, "deadline": present + timedelta(days=1),
        "optimum_cents": minimum_cents, "beneficiary": "Les Jardins du Carron",
    }  # fmt: skip
    return await Campaign.create(
        slug=f"le-four-{next(_numbers)}", initiative=initiative, lead=lead, title="Le four du village",
        minimum_cents=minimum_cents, created_at=present, updated_at=present, **{**defaults, **values},
    )  # fmt: skip


async def a_pledge(
    campaign: Campaign, gate: Harness, *, cents: int = 5_000, tip: int = 0, card: str = GOOD, name: str = "Rose Martin",
) -> Pledge:  # fmt: skip
    """A confirmed promise; its card or mandate is saved at the sandbox under a customer of its own."""
    customer, method = await gate.saved(card)
    backer = await a_person(name)
    gift = Gift(cents, tip, 0, False, False, name)
    found = await pledges.pledge(backer, campaign, gift, f"key-{next(_numbers)}", [])
    await Pledge.filter(id=found.id).update(customer_ref=customer)
    await pledges.confirm(found.id, Saved(customer, method, "Visa •••• 4242", clock.now()))
    return await Pledge.get(id=found.id)


async def deadline_passes(campaign: Campaign) -> None:
    """The deadline is now."""
    await Campaign.filter(id=campaign.id).update(deadline=clock.now())


async def books_of(gate: Harness) -> dict[str, int]:
    """The sandbox's side: what was charged, its fees, and the net on the balance, in cents."""
    world = await gate.control.dump()
    lines = world["balance_transactions"]
    paid = [charge for charge in world["charges"] if charge["status"] == "succeeded"]
    return {
        "charges": len(paid), "gross": sum(charge["amount"] for charge in paid),
        "fees": sum(line["fee"] - (line["net"] if line["type"] == "stripe_fee" else 0) for line in lines), "net": sum(line["net"] for line in lines),
    }  # fmt: skip
