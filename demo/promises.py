"""Commitments of the demonstration: kept with evidence, overdue, moved, handed over, dropped, proposed."""

from datetime import timedelta
from functools import partial

from civic import clock
from civic.commitments import service
from civic.commitments.forms import CommitmentForm, KeepForm
from civic.commitments.models import Commitment
from civic.committees.models import Committee, CommitteeKind
from civic.decisions.models import Decision
from demo.world import Scene, World

PRICE = "Le trajet coûte un euro, quelle que soit la distance"
STOPS = "Dans quel ordre ouvrir les nouveaux arrêts ?"
SEWING = "Nous achetons une machine à coudre avec la boîte à dons"
COUNT = "Compter les passagers pendant un mois, trajet par trajet"
SIGNS = "Poser les panneaux des quatre arrêts"
QUOTES = "Demander trois devis d’assurance"
DOCTORS = "Caler les horaires avec la maison de santé"
FLYER = "Imprimer 400 dépliants et les porter dans les commerces"
GARAGE = "Trouver un garage couvert pour le minibus"
MACHINE = "Entretenir la machine à coudre, et l’écrire au cahier"


def scenes() -> list[Scene]:
    """Who said she would do what, and what became of it."""
    return [
        Scene(110, 19, partial(_commit, who="fatou", what=COUNT, days=45, table="navette", question=PRICE)),
        Scene(66, 21, partial(_keep, who="fatou", what=COUNT, evidence="312 passagers en un mois, dont 70 le mercredi. Le carnet est à la mairie.")),
        Scene(109, 19, partial(_commit, who="gerard", what=SIGNS, days=30, table="navette", question=PRICE)),
        Scene(82, 18, partial(_move, who="gerard", what=SIGNS, days=25, reason="Le département n’a pas encore donné son accord.")),
        Scene(58, 18, partial(_move, who="gerard", what=SIGNS, days=30, reason="Les poteaux sont arrivés tordus.")),
        Scene(30, 18, partial(_keep, who="gerard", what=SIGNS, evidence="Les quatre panneaux sont posés, celui de l’étang à côté du banc.", link="https://fr.wikipedia.org/wiki/Birieux")),
        Scene(57, 20, partial(_commit, who="anne-marie", what=DOCTORS, days=75, table="navette", question=STOPS)),
        Scene(50, 20, partial(_commit, who="selim", what=QUOTES, days=45, table="navette")),
        Scene(40, 20, partial(_commit, who="odile", what=GARAGE, days=20, table="navette")),
        Scene(21, 20, partial(_drop, who="odile", what=GARAGE, reason="La commune prête un côté de l’atelier municipal : on n’en a plus besoin.")),
        Scene(12, 20, partial(_commit, who="anne-marie", to="camille", what=FLYER, days=30, table="navette", question=STOPS)),
        Scene(33, 20, partial(_commit, who="hugo", what=MACHINE, days=60, table="carron", question=SEWING)),
        Scene(20, 20, partial(_hand, who="hugo", to="jeanne", what=MACHINE)),
    ]  # fmt: skip


async def _commit(
    world: World, *, who: str, what: str, days: int, table: str, to: str = "", question: str = ""
) -> None:
    committee = await Committee.get(initiative_id=world.initiatives[table].id, kind=CommitteeKind.STEERING)
    person = world.actor(to or who).person
    wish = CommitmentForm(what=what, due_on=clock.today() + timedelta(days=days), person_id=person.id)
    decision = await Decision.get(question=question) if question else None
    await service.commit(world.actor(who), committee, wish, decision=decision)


async def _keep(world: World, *, who: str, what: str, evidence: str, link: str = "") -> None:
    await service.keep(world.actor(who), await _made(what), KeepForm(evidence=evidence, link=link))


async def _move(world: World, *, who: str, what: str, days: int, reason: str) -> None:
    made = await _made(what)
    await service.move(world.actor(who), made, made.due_on + timedelta(days=days), reason)


async def _drop(world: World, *, who: str, what: str, reason: str) -> None:
    await service.drop(world.actor(who), await _made(what), reason)


async def _hand(world: World, *, who: str, to: str, what: str) -> None:
    await service.hand_over(world.actor(who), await _made(what), world.actor(to).person.id, "Je suis au chantier en mai.")
    await service.answer(world.actor(to), await _made(what), accept=True, reason="Je m’en occupe déjà.")


async def _made(what: str) -> Commitment:
    return await Commitment.get(what=what).select_related("committee")
