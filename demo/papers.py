"""Papers of the demonstration: Camille helps run an association, has an attestation, and hours enough for another."""

from datetime import timedelta

from civic import clock
from demo.world import Scene, World
from volunteering.attestations import queries, service
from volunteering.hours import service as hours
from volunteering.hours.models import TimeKind
from volunteering.hours.service import Gift

INITIATIVE, BODY, LEAD, WHO = "paniers", "chalaronne", "helene", "camille"
EVENINGS = 24
GIVEN = (
    (TimeKind.MISSION, 96, 180, "Récolte du vendredi"), (TimeKind.MISSION, 89, 180, "Récolte du vendredi"),
    (TimeKind.MISSION, 61, 210, "Stand au marché"), (TimeKind.MISSION, 33, 150, "Récolte du vendredi"),
    (TimeKind.LEADING, 40, 240, "Accueillir les nouveaux bénévoles"),
    *((TimeKind.GOVERNANCE, 24 + 9 * n, 330, "Conseil d’administration, trésorerie") for n in range(EVENINGS)),
)  # fmt: skip
"""Kind, how many days ago, minutes, words."""
WAITING = (120, "Affiches de la fête des récoltes")
"""Minutes and words of what nobody has agreed to yet."""


def scenes() -> list[Scene]:
    """Three weeks ago all was agreed; a fortnight ago she took a paper; since then some hours wait."""
    return [Scene(20, 19, _give), Scene(14, 20, _take), Scene(3, 20, _give_more)]


async def _give(world: World) -> None:
    initiative, person = world.initiatives[INITIATIVE], world.people[WHO]
    today = clock.today() + timedelta(days=20)
    for kind, days, minutes, title in GIVEN:
        gift = Gift(kind, today - timedelta(days=days), minutes, title)
        entry = await hours.propose(initiative, person, gift, person.id)
        await hours.validate(entry, minutes, world.actor(LEAD))


async def _take(world: World) -> None:
    """For the ninety days before."""
    person, today = world.people[WHO], clock.today()
    key = f"o{world.organisations[BODY].id}"
    body = next(one for one in await queries.bodies_of(person.id) if one.key == key)
    await service.take(service.Wanted(person, body, today - timedelta(days=90), today), world.actor(WHO))


async def _give_more(world: World) -> None:
    person = world.people[WHO]
    minutes, title = WAITING
    gift = Gift(TimeKind.MISSION, clock.today(), minutes, title)
    await hours.propose(world.initiatives[INITIATIVE], person, gift, person.id)
