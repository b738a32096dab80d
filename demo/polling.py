"""Papers at the market stall: two handed out, one of them typed by one person so far; one answer noted at the counter."""

from civic.decisions import paper
from civic.decisions.models import Decision, Elector, Option
from civic.decisions.positions import Position
from civic.people.models import RoleName
from civic.polling import counter, readings
from demo.world import Scene, World

QUESTION = "Comment employer les 900 euros du département ?"
ON_PAPER = ("fatou", "mariam")


def scenes() -> list[Scene]:
    """This question opened two days ago; the market was yesterday morning."""
    return [Scene(1, 10, _market)]


async def _market(world: World) -> None:
    decision = await Decision.get(question=QUESTION).select_related("committee")
    ids = {option.title: option.id async for option in Option.filter(decision_id=decision.id)}
    lead, team = world.actor("anne-marie"), world.actor("agathe", RoleName.ANIMATOR)
    for key in ON_PAPER:
        await paper.hand_out(lead, decision, (await _elector(world, decision, key)).id)
    fatou = await _elector(world, decision, ON_PAPER[0])
    both = sorted([ids["Deux bancs aux arrêts"], ids["Un siège enfant"]])
    await readings.type_in(lead, decision, fatou.id, Position(choices=both), "")
    gerard = await _elector(world, decision, "gerard")
    said = Position(choices=[ids["Des horaires en gros caractères"]])
    await counter.note(team, decision, gerard.id, said, "On ne lit rien sans lunettes.")


async def _elector(world: World, decision: Decision, key: str) -> Elector:
    return await Elector.get(decision_id=decision.id, person_id=world.people[key].id)
