"""Proposals worked on together in the demonstration: one being improved now, one adopted after an objection."""

from datetime import timedelta

from civic import clock
from civic.committees.models import Committee, CommitteeKind
from civic.counting.rules import Code, Method
from civic.decisions import answers, closing
from civic.decisions import service as decisions
from civic.decisions.forms import DecisionForm
from civic.decisions.models import Decision, Stance
from civic.decisions.positions import Position
from civic.proposals import revisions, service
from civic.proposals.models import Amendment
from demo.world import Scene, World

SUNDAY = "Le café ouvre aussi un dimanche matin par mois"
SUNDAY_TEXT = (
    "Le premier dimanche du mois, de neuf heures à midi, dans la salle de Monthieux. Deux personnes tiennent le café. "
    "Essai de trois mois, puis bilan."
)
EVENING = "L’atelier ouvre un soir par semaine"
EVENING_TEXT = "L’atelier ouvre le jeudi de dix-huit à vingt et une heures, toute l’année. Deux personnes tiennent l’accueil."
EVENING_BETTER = EVENING_TEXT.replace("toute l’année", "hors vacances scolaires")
EVENING_LAST = EVENING_BETTER + " Pas de machine bruyante après vingt heures."


def scenes() -> list[Scene]:
    """Each step at its day."""
    return [
        Scene(24, 18, _evening_opens), Scene(23, 19, _evening_is_improved), Scene(20, 19, _evening_meets_an_objection),
        Scene(19, 20, _evening_takes_it_in), Scene(15, 20, _wait, minute=1), Scene(14, 19, _evening_is_concluded),
        Scene(2, 18, _sunday_opens), Scene(1, 19, _sunday_is_discussed),
    ]  # fmt: skip


async def _opened(
    world: World, initiative: str, who: str, question: str, text: str, *, improved: int, lasts: int
) -> None:
    """A proposal by consent, improved for some days, then open to positions."""
    committee = await Committee.get(initiative_id=world.initiatives[initiative].id, kind=CommitteeKind.STEERING)
    form = DecisionForm(
        question=question, explanation=text, method=Method.CONSENT, quorum_percent=50, first_stage=True,
        closes_at=clock.at(clock.today() + timedelta(days=lasts), 20),
        positions_at=clock.at(clock.today() + timedelta(days=improved), 20),
    )  # fmt: skip
    made = await decisions.draft(world.actor(who), committee, form, f"demo-proposal-{initiative}")
    await decisions.open_or_schedule(world.actor(who), made)


async def _evening_opens(world: World) -> None:
    await _opened(world, "carron", "naima", EVENING, EVENING_TEXT, improved=3, lasts=9)


async def _evening_is_improved(world: World) -> None:
    decision = await _decision(EVENING)
    asked = await service.ask(world.actor("hugo"), decision, "Qui ferme, et avec quelle clé ?", "demo-question-hugo")
    made = await service.amend(
        world.actor("jeanne"), decision, "pas d’ouverture pendant les vacances scolaires.",
        "Nous ne serions jamais deux à l’accueil.", "demo-amendment-jeanne",
    )  # fmt: skip
    await service.reply(world.actor("naima"), asked, "La personne d’accueil. La mairie prête une seconde clé.")
    amendment = await Amendment.get(id=made.id)
    await service.accept(world.actor("naima"), amendment, EVENING_BETTER, 0)


async def _evening_meets_an_objection(world: World) -> None:
    decision = await _decision(EVENING)
    await answers.answer(world.actor("jeanne"), decision, Position(Code.AGREE), "")
    reason = "Ma chambre est au-dessus : la scie jusqu’à vingt et une heures, ce n’est pas possible."
    await answers.answer(world.actor("colette"), decision, Position(Code.OBJECT), reason)


async def _evening_takes_it_in(world: World) -> None:
    decision = await _decision(EVENING)
    stance = await Stance.get(decision_id=decision.id, person_id=world.people["colette"].id)
    await revisions.integrate(
        world.actor("naima"), decision, stance.id, integration="Les machines bruyantes s’arrêtent à vingt heures.",
        text=EVENING_LAST, version=1,
    )  # fmt: skip
    await answers.answer(world.actor("hugo"), decision, Position(Code.AGREE), "Avec cette limite, tout le monde dort.")
    await answers.answer(world.actor("naima"), decision, Position(Code.AGREE), "")


async def _evening_is_concluded(world: World) -> None:
    outcome = "L’atelier ouvre le jeudi soir dès la semaine prochaine. Hugo et Jeanne tiennent le premier accueil."
    review = clock.today() + timedelta(days=90)
    await closing.conclude(world.actor("naima"), await _decision(EVENING), outcome, review)


async def _sunday_opens(world: World) -> None:
    await _opened(world, "cafe", "quentin", SUNDAY, SUNDAY_TEXT, improved=5, lasts=10)


async def _sunday_is_discussed(world: World) -> None:
    decision = await _decision(SUNDAY)
    asked = await service.ask(
        world.actor("simone"), decision, "Y aura-t-il un chauffage le matin ?", "demo-question-simone"
    )
    await service.reply(world.actor("quentin"), asked, "Oui, la commune le met en route à huit heures.")
    await service.ask(world.actor("paul"), decision, "Qui achète le pain ?", "demo-question-paul")
    await service.amend(
        world.actor("martine"), decision, "de dix heures à treize heures, plutôt que de neuf heures à midi.",
        "On se lève tard le dimanche, et l’on peut finir par une soupe.", "demo-amendment-martine",
    )  # fmt: skip


async def _wait(_world: World) -> None:
    """Eight in the evening: the closing’s own job counts."""


async def _decision(question: str) -> Decision:
    return await Decision.get(question=question).select_related("committee")
