"""The yearly assembly of the network in the demonstration: being prepared, with its resolutions and an election."""

from datetime import timedelta

from civic import clock
from civic.assemblies import service
from civic.assemblies.forms import AssemblyForm, ElectionForm
from civic.assemblies.words import USUAL
from civic.committees.models import Committee, CommitteeKind
from civic.people.actor import Actor
from civic.people.models import RoleName
from demo.world import Scene, World

CANDIDATES = ["Naïma Benali, présidente sortante", "Camille Rey, habitante de Chalamont", "Odile Berthet, maraîchère"]


def scenes() -> list[Scene]:
    """The team prepares it six weeks ahead."""
    return [Scene(4, 10, _prepare)]


async def _prepare(world: World) -> None:
    body = await Committee.get(kind=CommitteeKind.ASSEMBLY).select_related("initiative")
    held = clock.at(clock.today() + timedelta(days=40), 18, 30)
    wish = AssemblyForm(
        year=str(held.year - 1), starts_at=held, place="Salle des fêtes, Villars-les-Dombes", quorum_percent=25,
        second_at=held + timedelta(minutes=30),
    )  # fmt: skip
    made = await service.prepare(_team(world), body, wish, "demo-assembly")
    await service.add_usual(made, list(USUAL))
    election = ElectionForm(
        title="Élection au conseil d’administration", places=2, candidates=CANDIDATES,
        wording="L’assemblée générale élit au conseil d’administration les personnes qui ont le plus de voix.",
    )  # fmt: skip
    await service.add(made, election)


def _team(world: World) -> Actor:
    return world.actor("agathe", RoleName.ANIMATOR)
