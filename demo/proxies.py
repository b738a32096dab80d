"""A question of the demonstration answered by proxy: a voice handed over and used, one that waits, a substitute's."""

from datetime import timedelta

from civic import clock
from civic.committees.models import Committee, CommitteeKind
from civic.counting.rules import Code, Method
from civic.decisions import answers, electors, proxies, service
from civic.decisions.forms import DecisionForm
from civic.decisions.models import Decision
from civic.decisions.positions import Position
from demo.world import Scene, World

QUESTION = "Le minibus roule aussi le dimanche de la foire"
GIVEN = (("rose", "fatou"), ("odile", "camille"))
SAID = (
    ("fatou", "fatou", Code.YES, "Je conduis le matin."),
    ("fatou", "rose", Code.YES, "Rose me l’a dit au marché : elle est pour."),
    ("amadou", "mariam", Code.YES, "La ferme tient un étal, nos clients viendraient sans voiture."),
    ("selim", "selim", Code.NO, "C’est le seul jour de repos des bénévoles."),
)
"""Who says it, in whose name."""


def scenes() -> list[Scene]:
    """Opened three days ago; proxies on the same evening, answers the day after."""
    return [Scene(3, 19, _open), Scene(3, 20, _give), Scene(2, 12, _answer)]


async def _open(world: World) -> None:
    committee = await Committee.get(initiative_id=world.initiatives["navette"].id, kind=CommitteeKind.STEERING)
    form = DecisionForm(
        question=QUESTION, explanation="Départs à 9 h et à 14 h, retour à 17 h. Il faut deux conducteurs.",
        method=Method.MAJORITY, closes_at=clock.at(clock.today() + timedelta(days=9), 20), quorum_percent=50,
        proxies_most=1,
    )  # fmt: skip
    actor = world.actor("anne-marie")
    await service.open_or_schedule(actor, await service.draft(actor, committee, form, "demo-proxies"))


async def _give(world: World) -> None:
    decision = await Decision.get(question=QUESTION)
    for giver, holder in GIVEN:
        await proxies.give(decision, world.people[giver].id, world.people[holder].id)


async def _answer(world: World) -> None:
    decision = await Decision.get(question=QUESTION)
    for who, whose, code, reason in SAID:
        actor = world.actor(who)
        spoken_for = await electors.spoken_for(decision, actor.person)
        elector = next(one for one in spoken_for if one.person_id == world.people[whose].id)
        await answers.answer(actor, decision, Position(code), reason, elector)
