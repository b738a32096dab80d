"""Permissions to spend and expenses, asked and answered through the services."""

import itertools

from campaigns.lifecycle.models import Campaign, CostLine
from campaigns.payouts import service
from campaigns.payouts.forms import ExpenseForm
from campaigns.payouts.models import Answer, Expense, Tranche
from civic import clock
from civic.media.models import Picture
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.factories import a_person

_numbers = itertools.count(1)


async def a_tranche(campaign: Campaign, asker: Person, cents: int = 1_000, **values: object) -> Tranche:
    """A sum asked for on the first cost line, whatever the campaign's state."""
    return await Tranche.create(
        campaign=campaign, cost_line=await first_line(campaign), amount_cents=cents, purpose="Un acompte",
        asked_by=asker, asked_at=clock.now(), **values,
    )  # fmt: skip


async def an_expense(campaign: Campaign, asker: Person, cents: int = 1_000) -> Expense:
    """An expense declared on the first cost line, whatever the campaign's state."""
    return await Expense.create(
        campaign=campaign, cost_line=await first_line(campaign), amount_cents=cents, paid_on=clock.today(),
        what="Un acompte", evidence=await an_evidence(), form_key=f"key-{next(_numbers)}", asked_by=asker,
        asked_at=clock.now(),
    )  # fmt: skip


async def a_permitted_line(campaign: Campaign, cents: int) -> CostLine:
    """The first cost line, on which this sum may be spent."""
    tranche = await a_tranche(campaign, campaign.lead, cents)
    await service.answer(campaign, tranche, await a_treasurer(), Answer.ACCEPTED, "")
    return await first_line(campaign)


async def a_verified_expense(campaign: Campaign, cents: int) -> Expense:
    """An expense declared by the lead and verified by the treasurer, with the permission it needs."""
    line = await a_permitted_line(campaign, cents)
    form = ExpenseForm(
        cost_line=line.id, amount=cents, paid_on=clock.today(), what="Acompte au garage", key=f"key-{next(_numbers)}"
    )
    expense = await service.declare(campaign, Actor(campaign.lead), form, await an_evidence())
    await service.check(campaign, expense, await a_treasurer(), Answer.ACCEPTED, "")
    return await Expense.get(id=expense.id)


async def a_treasurer() -> Actor:
    """Somebody who is the second pair of eyes."""
    return Actor(await a_person("Dominique Blanc", "", RoleName.TREASURER), frozenset({RoleName.TREASURER}))


async def first_line(campaign: Campaign) -> CostLine:
    """The campaign's first cost line; one is made when it has none."""
    line = await CostLine.filter(campaign_id=campaign.id).order_by("id").first()
    return line or await CostLine.create(campaign=campaign, title="Le minibus", amount_cents=600_000)


async def an_evidence() -> Picture:
    """A photo of a receipt (its files are not made)."""
    name = f"{next(_numbers):024x}"
    return await Picture.create(name=name, width=480, height=640, alt="Preuve", created_at=clock.now())
