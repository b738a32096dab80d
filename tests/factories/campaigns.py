"""Campaigns and promises for tests, made through the services."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from campaigns.lifecycle import drafting, service
from campaigns.lifecycle.forms import CostLineForm, RewardForm, StoryForm, TermsForm
from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine, Reward
from campaigns.lifecycle.transitions import By
from campaigns.offers import service as offers
from campaigns.offers.forms import OfferForm
from campaigns.offers.models import Offer
from campaigns.pledges import editing
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge
from campaigns.pledges.service import Gift, Saved
from civic import clock
from civic.initiatives.models import Initiative
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.factories import a_person, an_initiative

STORY = "Dans nos hameaux, une personne sur cinq ne conduit pas. " * 4


async def a_draft(initiative: Initiative | None = None, lead: Person | None = None) -> Campaign:
    """A complete draft of 6 000 € (8 000 € with the wish), ready to be submitted."""
    lead = lead or await a_person("Anne-Marie Lopez")
    initiative = initiative or await an_initiative(lead=lead)
    await initiative.fetch_related("organisation")
    form = StoryForm(title="Un minibus pour sept hameaux", summary="Relier sept hameaux au marché.", story=STORY)
    campaign = await drafting.start(initiative, lead, form)
    for title, amount, nature in (("Le minibus", "6 000", "required"), ("La rampe", "2 000", "optional")):
        sent = {"title": title, "amount": amount, "nature": nature}
        await drafting.write_cost_line(campaign, CostLineForm.model_validate(sent))
    await drafting.write_terms(campaign, TermsForm(
        deadline_on=clock.today() + timedelta(days=12),
        use_of_funds="Achat du minibus en juin, première tournée en juillet.",
        expected_result="Un minibus, six tournées par semaine, quarante passagers.",
        risks="Si le minibus est vendu, nous en cherchons un autre.",
    ))  # fmt: skip
    return await _fresh(campaign)


async def a_live_campaign(lead: Person | None = None, **values: Any) -> Campaign:
    """A campaign that was reviewed by somebody else and is open for twelve days."""
    campaign = await a_draft(lead=lead)
    reviewer = await a_person("Rose Petit", "", RoleName.ANIMATOR)
    await service.submit(campaign, campaign.lead)
    await service.review(
        campaign, Actor(reviewer, frozenset({RoleName.ANIMATOR})), CampaignStatus.APPROVED, ""
    )
    await service.launch(campaign, By.LEAD, campaign.lead)
    if values:
        await Campaign.filter(id=campaign.id).update(**values)
    return await _fresh(campaign)


async def a_reward(campaign: Campaign, stock: int | None = None, from_amount: str = "20") -> Reward:
    """A postcard from 20 € on."""
    draft = await Campaign.get(id=campaign.id)
    values = RewardForm.model_validate({"title": "Une carte postale", "from_amount": from_amount, "stock": stock})
    return await Reward.create(
        campaign_id=draft.id, title=values.title, from_cents=values.from_amount, stock=values.stock
    )


async def an_offer(campaign: Campaign, person: Person | None = None, line: str = "Le minibus") -> Offer:
    """Ten hours of a garage, offered by somebody who is signed in, waiting for the lead."""
    person = person or await a_person("Karim Haddad")
    expense = await CostLine.get(campaign_id=campaign.id, title=line)
    sent = {"line": expense.id, "kind": "hours", "title": "Dix heures de mécanique"}
    made = await offers.offer(campaign, person, OfferForm.model_validate(sent), known=True)
    return await Offer.get(id=made.id).select_related("campaign", "campaign__initiative", "line", "person")


async def a_pledge(campaign: Campaign, backer: Person | None = None, cents: int = 3000, **values: Any) -> Pledge:
    """A promise whose card is not saved yet."""
    backer = backer or await a_person("Odile Blanc")
    gift = Gift(cents, values.pop("tip_cents", 0), values.pop("reward_id", 0), values.pop("anonymous", False), values.pop("amount_hidden", False),
                backer.short_name)  # fmt: skip
    key = values.pop("key", f"key-{backer.id}-{cents}-{clock.now().timestamp()}")
    return await pledges.pledge(backer, campaign, gift, key, [])


async def a_confirmed_pledge(campaign: Campaign, backer: Person | None = None, cents: int = 3000, **values: Any) -> Pledge:
    """A promise whose card is saved (not at any gateway: for tests that never charge)."""
    made = await a_pledge(campaign, backer, cents, **values)
    await pledges.confirm(made.id, Saved(f"cus_{made.id}", f"pm_{made.id}", "Visa •••• 4242", clock.now()))
    return await Pledge.get(id=made.id).select_related("campaign", "person", "reward")


async def give_otherwise(pledge: Pledge, cents: int) -> None:
    """Its backer makes a promise one of so many cents."""
    pledge = await whole(pledge.id)
    await editing.change(pledge, replace(editing.wish_of(pledge), amount_cents=cents))


async def whole(pledge_id: int) -> Pledge:
    """A promise with its campaign, person and reward."""
    return await Pledge.get(id=pledge_id).select_related("campaign", "person", "reward")


async def _fresh(campaign: Campaign) -> Campaign:
    return await Campaign.get(id=campaign.id).select_related("initiative", "lead")
