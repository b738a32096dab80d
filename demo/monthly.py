"""Monthly supports of the demonstration: proposed by a lead, read by the team, opened, carried by a few neighbours."""

from functools import partial

from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import CampaignStatus
from campaigns.recurring import cards, months, service, standing
from campaigns.recurring.models import Support, SupportStatus
from civic import clock
from civic.people.models import RoleName
from demo.till import CARD
from demo.world import Scene, World

KEY, LEAD = "radio", "karim"
PURPOSE = "Chaque mois : 45 € d’hébergement, 60 € de droits, 35 € d’électricité. Avec dix voisins, l’antenne est assurée."
GIVERS = (("emma", 1000, 5), ("camille", 500, 12), ("samir", 2000, 31), ("simone", 500, 5))


def scenes() -> list[Scene]:
    """Open since three months; charged on each day of each supporter."""
    charges = [Scene(days, 7, _charge) for days in range(92, 0, -1)]
    begun = [Scene(95 - number, 18, partial(_begin, giver=giver)) for number, giver in enumerate(GIVERS)]
    return [Scene(100, 10, _propose), Scene(98, 11, _open), *begun, *charges, Scene(20, 21, _pause)]


async def _propose(world: World) -> None:
    await standing.propose(world.initiatives[KEY], world.people[LEAD], PURPOSE)


async def _open(world: World) -> None:
    campaign = await standing.of_initiative(world.initiatives[KEY].id, public_only=False)
    assert campaign
    await lifecycle.review(campaign, world.actor("agathe", RoleName.ANIMATOR), CampaignStatus.APPROVED, "")
    await standing.launch(campaign, world.people[LEAD])


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
