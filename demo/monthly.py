"""Monthly supports of the demonstration: proposed by a lead, read by the team, opened, carried by a few neighbours."""

from datetime import timedelta
from functools import partial

from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine
from campaigns.payouts import queries as payouts
from campaigns.payouts import service as spending
from campaigns.payouts.forms import ExpenseForm, TrancheForm
from campaigns.payouts.models import Answer
from campaigns.recurring import cards, months, service, standing
from campaigns.recurring.models import Support, SupportStatus
from civic import clock
from civic.people.models import RoleName
from demo.spending import invoice
from demo.till import CARD
from demo.world import Scene, World

KEY, LEAD = "radio", "karim"
PURPOSE = "Chaque mois : 45 € d’hébergement, 60 € de droits, 35 € d’électricité. Avec dix voisins, l’antenne est assurée."
LINES = (("Hébergement du flux", 4_500), ("Droits de diffusion", 6_000), ("Électricité", 3_500))
GIVERS = (("emma", 1000, 5), ("camille", 500, 12), ("samir", 2000, 14), ("simone", 500, 5))


def scenes() -> list[Scene]:
    """Open since three months; charged on each day of each supporter."""
    charges = [Scene(days, 7, _charge) for days in range(122, 0, -1)]
    begun = [Scene(127 - number, 18, partial(_begin, giver=giver)) for number, giver in enumerate(GIVERS)]
    spent = [
        Scene(60, 19, partial(_spend, cents=1_800, days=61, what="Hébergement d’un mois, Nuage des Dombes")),
        Scene(29, 19, partial(_spend, cents=2_240, days=30, what="Droits de diffusion, premier acompte")),
    ]
    waits = Scene(3, 19, _ask_more)
    return [Scene(135, 10, _propose), Scene(133, 11, _open), *begun, *charges, *spent, Scene(9, 21, _pause), waits]


async def _propose(world: World) -> None:
    await standing.propose(world.initiatives[KEY], world.people[LEAD], PURPOSE, LINES)


async def _open(world: World) -> None:
    campaign = await standing.of_initiative(world.initiatives[KEY].id, public_only=False)
    assert campaign
    await lifecycle.review(campaign, world.actor("agathe", RoleName.ANIMATOR), CampaignStatus.APPROVED, "")
    await standing.launch(campaign, world.actor(LEAD))


async def _begin(world: World, *, giver: tuple[str, int, int]) -> None:
    who, cents, day = giver
    campaign = await standing.of_initiative(world.initiatives[KEY].id)
    if campaign is None or world.till is None:
        return
    made = await service.begin(campaign, world.people[who], cents, day, f"demo-{who}")
    page = await cards.open_page(await service.whole(made.id))
    await world.till.fill_in(page, world.people[who].name, CARD)
    await cards.settle((await Support.get(id=made.id)).session_ref)


async def _charge(_world: World) -> None:
    due = Support.filter(status=SupportStatus.ACTIVE, next_on__lte=clock.today())
    for support in await due.order_by("id"):
        await months.charge(support.id)


async def _pause(world: World) -> None:
    support = await Support.filter(person_id=world.people["simone"].id).first()
    if support:
        await service.pause(support)


async def _campaign(world: World) -> Campaign | None:
    """The standing campaign, where its payments could be played."""
    return await standing.of_initiative(world.initiatives[KEY].id) if world.till else None


async def _spend(world: World, *, cents: int, days: int, what: str) -> None:
    """Asked, permitted, paid, declared and verified in one evening, by two persons."""
    campaign = await _campaign(world)
    if campaign is None or (await payouts.purse_of(campaign)).free < cents:
        return
    line = await CostLine.filter(campaign_id=campaign.id, title__startswith=what[:5]).get()
    lead, treasurer = world.actor(LEAD), world.actor("dominique", RoleName.TREASURER)
    purpose = "Payer la facture du mois."
    tranche = await spending.ask(campaign, lead, TrancheForm(cost_line=line.id, amount=cents, purpose=purpose))
    await spending.answer(campaign, tranche, treasurer, Answer.ACCEPTED, "")
    form = ExpenseForm(
        cost_line=line.id, amount=cents, paid_on=clock.today() - timedelta(days=1), what=what, key=f"demo-mois-{days}"
    )
    expense = await spending.declare(campaign, lead, form, await invoice(cents, what))
    await spending.check(campaign, expense, treasurer, Answer.ACCEPTED, "")


async def _ask_more(world: World) -> None:
    """One permission still waits for the treasurer."""
    campaign = await _campaign(world)
    if campaign is None:
        return
    line = await CostLine.filter(campaign_id=campaign.id).order_by("-id").first()
    if line:
        form = TrancheForm(cost_line=line.id, amount=1_000, purpose="L’électricité de novembre.")
        await spending.ask(campaign, world.actor(LEAD), form)
