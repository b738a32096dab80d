"""Solidarity campaigns of the demonstration, in every state that people meet; paid at the sandbox with test cards."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from campaigns.lifecycle import drafting, service
from campaigns.lifecycle.forms import CostLineForm, RewardForm, StoryForm, TermsForm
from campaigns.lifecycle.models import Campaign, CampaignStatus, Reward
from campaigns.lifecycle.transitions import By
from campaigns.onboarding import service as accounts
from campaigns.payees.models import Payee
from campaigns.payees.queries import may_receive
from campaigns.payments import checkout
from campaigns.payments.till import till_of
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge
from campaigns.pledges.service import Gift
from campaigns.settlement import direct
from civic import clock
from civic.people import service as people
from civic.people.models import Person, RoleName
from demo.funds import FUNDS, Fund
from demo.till import BANK_ASKS_THEN_NO_MONEY, CARD
from demo.world import Scene, World

FIRST = "Alice Bruno Chantal Denis Élodie Franck Ghislaine Henri Irène Jacques Karine Laurent Monique Nadia Olivier Patricia Roland Sandrine Tiphaine Valérie"
LAST = "Arnaud Blanchard Chevalier Dumas Fontaine Giraud Jacquet Lacroix Marchand Noël Perrot Renaud Simon Thévenet Vallet"


@dataclass(slots=True, frozen=True)
class Pledged:
    """One gift: whose (a key, or a number for a passer-by), how much, with which card."""

    who: str
    euros: int
    card: str = CARD


def scenes() -> list[Scene]:
    """Written, reviewed by somebody else, launched, given to day after day, decided at midnight."""
    found = []
    for fund in FUNDS:
        written = fund.opened + 5 if fund.opened else fund.written
        found.append(Scene(written, 20, partial(_write, fund=fund)))
        if fund.opened:
            found.append(Scene(fund.opened + 3, 11, partial(_review, fund=fund)))
            if fund.own:
                found.append(Scene(fund.opened + 2, 14, partial(_open_account, fund=fund)))
            found.append(Scene(fund.opened, 9, partial(_launch, fund=fund)))
            found += _giving(fund)
            found.append(Scene(fund.opened - fund.lasts - 1, 0, _wait, minute=1))
    return [scene for scene in found if scene.days_ago >= 0]


def _giving(fund: Fund) -> list[Scene]:
    """Gifts spread evenly from the opening to the end, or to yesterday."""
    last = max(1, fund.opened - fund.lasts)
    span = fund.opened - last
    gifts = [_gift(fund, number, words) for number, words in enumerate(fund.gifts.split())]
    return [
        Scene(fund.opened - span * place // len(gifts), 10 + place % 12, partial(_give, fund=fund, pledged=pledged), place % 50)
        for place, pledged in enumerate(gifts)
    ]


def _gift(fund: Fund, number: int, words: str) -> Pledged:
    who, _, euros = words.rpartition(":")
    name = who.rstrip("!") or f"passage-{fund.key}-{number}"
    return Pledged(name, int(euros), BANK_ASKS_THEN_NO_MONEY if who.endswith("!") else CARD)


async def _write(world: World, *, fund: Fund) -> None:
    initiative = world.initiatives[fund.key]
    lead = world.people[fund.lead]
    form = StoryForm(title=fund.title, summary=fund.summary, story=fund.story)
    campaign = await drafting.start(initiative, lead, form)
    for title, euros, nature in fund.lines:
        sent = {"title": title, "amount": str(euros), "nature": nature}
        await drafting.write_cost_line(campaign, CostLineForm.model_validate(sent))
    for title, euros, stock in fund.rewards:
        thanks: dict[str, object] = {"title": title, "from_amount": str(euros), "stock": stock}
        await drafting.write_reward(campaign, RewardForm.model_validate(thanks))
    wait = 5 if fund.opened else 9
    await drafting.write_terms(campaign, TermsForm(
        goal="flexible" if fund.flexible else "all_or_nothing",
        receiver="organisation" if fund.own and may_receive(initiative.organisation) else "host",
        deadline_on=clock.today() + timedelta(days=wait + fund.lasts),
        use_of_funds=fund.use, risks=fund.risks, expected_result=fund.result or fund.summary,
    ))  # fmt: skip
    await service.submit(await _campaign(world, fund), lead)


async def _review(world: World, *, fund: Fund) -> None:
    reviewer = world.actor("agathe", RoleName.ANIMATOR)
    await service.review(await _campaign(world, fund), reviewer, CampaignStatus.APPROVED, "")


async def _open_account(world: World, *, fund: Fund) -> None:
    """Who represents the organisation gives its papers on the payment page; nothing where the host is paid instead."""
    campaign = await _campaign(world, fund)
    if world.till is None or campaign.payee_id is None:
        return
    actor = world.actor(fund.lead)
    campaign, payee = await accounts.campaign_with_account(campaign.slug, actor)
    await world.till.give_papers(await accounts.leave(actor, campaign, payee))
    await accounts.look(await Payee.get(id=payee.id))


async def _launch(world: World, *, fund: Fund) -> None:
    await service.launch(await _campaign(world, fund), By.LEAD, world.people[fund.lead])


async def _give(world: World, *, fund: Fund, pledged: Pledged) -> None:
    """Promise, type the card on the hosted page, come back."""
    if world.till is None:
        return
    backer = await _backer(world, pledged.who)
    campaign = await _campaign(world, fund)
    reward = await Reward.filter(campaign_id=campaign.id, from_cents__lte=pledged.euros * 100).order_by("-from_cents").first()
    chosen = reward.id if reward and reward.left != 0 and pledged.euros % 20 == 0 else 0
    anonymous = len(backer.name) % 5 == 0
    tip = 100 if pledged.euros % 3 == 0 and not campaign.payee_id else 0
    gift = Gift(pledged.euros * 100, tip, chosen, anonymous, len(backer.name) % 7 == 0, backer.short_name)
    made = await pledges.pledge(backer, campaign, gift, f"demo-{fund.key}-{pledged.who}", [])
    promise = await Pledge.get(id=made.id).select_related("campaign", "person")
    if fund.flexible:
        await world.till.fill_in(await direct.pay_now(promise) or "", backer.name, pledged.card)
        await direct.look_at_page(promise)
        return
    page = await checkout.open_page(promise)
    if page:
        await world.till.fill_in(page, backer.name, pledged.card)
        await checkout.settle(till_of(campaign), (await Pledge.get(id=made.id)).session_ref)


async def _backer(world: World, who: str) -> Person:
    """One of the residents, or somebody who only passes by."""
    if who in world.people:
        return world.people[who]
    first, last = FIRST.split(), LAST.split()
    number = len(world.people)
    name = f"{first[number % len(first)]} {last[number * 7 % len(last)]}"
    world.people[who] = await people.meet(name, f"{who}@example.org")
    return world.people[who]


async def _wait(_world: World) -> None:
    """Midnight: the deadline's own jobs do the rest."""


async def _campaign(world: World, fund: Fund) -> Campaign:
    """The fund's campaign as it is now."""
    initiative = world.initiatives[fund.key]
    found = await Campaign.filter(initiative_id=initiative.id, title=fund.title).select_related("initiative", "lead").first()
    assert found is not None
    return found
