"""Money that goes back in the demonstration: a gift given back in part, another that waits for its second person."""

from campaigns.pledges.models import Pledge
from campaigns.refunds import requesting
from campaigns.refunds.models import Refund, RefundMeans
from civic.people.actor import Actor
from civic.people.models import RoleName
from demo.world import Scene, World

FUND, WHY_PART, WHY_ALL = "fournil", "Don saisi deux fois par erreur.", "La personne déménage et ne viendra pas au four."


def scenes() -> list[Scene]:
    """Asked for, approved the day after by somebody else; then another one that nobody has looked at yet."""
    return [Scene(90, 10, _ask_for_a_part), Scene(89, 11, _approve), Scene(1, 15, _ask_for_all)]


async def _ask_for_a_part(world: World) -> None:
    gift = await _gift(world, 0)
    if gift:
        await requesting.request(gift.id, _team(world), gift.amount_cents // 2, WHY_PART, RefundMeans.GATEWAY)


async def _approve(world: World) -> None:
    waiting = await Refund.filter(status="requested").first()
    if waiting:
        await requesting.approve(waiting.id, world.actor("dominique", RoleName.TREASURER))


async def _ask_for_all(world: World) -> None:
    gift = await _gift(world, 1)
    if gift:
        await requesting.request(gift.id, _team(world), gift.charge_cents, WHY_ALL, RefundMeans.GATEWAY)


def _team(world: World) -> Actor:
    return world.actor("agathe", RoleName.ANIMATOR)


async def _gift(world: World, place: int) -> Pledge | None:
    """One of the collected gifts of the finished campaign; none where nothing is paid."""
    rows = Pledge.filter(campaign__initiative_id=world.initiatives[FUND].id, status="collected")
    return await rows.order_by("id").offset(place).first()
