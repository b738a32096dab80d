"""The counter: the team notes what an elector says aloud, in an open decision, and gives her a receipt (PRODUCT N6)."""

from civic.database import retrying, transaction
from civic.decisions import answers, paper
from civic.decisions.models import Decision, Elector, Stance
from civic.decisions.positions import Position
from civic.errors import DomainError, Forbidden, NotFound
from civic.i18n import _
from civic.people import service as people
from civic.people.actor import Actor, must_be_another
from civic.polling import readings


async def elector_to_hear(decision: Decision, elector_id: int, actor: Actor) -> Elector:
    """An elector whose answer this member of the team may note. Raises NotFound, Forbidden, or DomainError when the
    vote is secret: there the counter only hands out paper."""
    if not actor.is_animator:
        raise Forbidden(_("Au comptoir, c’est l’équipe d’animation qui note : elle n’a rien à gagner au résultat."))
    elector = await paper.elector_of(decision, elector_id)
    must_be_another(actor, elector.person_id, _("Personne ne note sa propre réponse au comptoir."))
    if decision.is_secret:
        raise DomainError(_("Le vote est secret : au comptoir, on remet un bulletin papier, on ne note rien."))
    return elector


@retrying
async def note(actor: Actor, decision: Decision, elector_id: int, said: Position, reason: str) -> Stance:
    """Note what an elector says aloud; she is told by mail if she has an address, and gets a receipt.

    Raises as `elector_to_hear` and `answers.answer` do.
    """
    async with transaction():
        elector = await elector_to_hear(decision, elector_id, actor)
        her = Actor(elector.person, recorded_by=actor.hand)
        stance = await answers.answer(her, decision, said, reason, elector)
        await people.audit(actor, "answer_noted", f"elector:{elector.id}", decision=decision.id)
        await readings.tell(decision, elector.person, stance, said, actor.hand)
    return stance


async def noted(elector: Elector) -> Stance | None:
    """What was noted last for this elector, if it still stands. Guarding is the caller's."""
    rows = Stance.filter(decision_id=elector.decision_id, person_id=elector.person_id, superseded_at__isnull=True)
    return await rows.filter(recorded_by_id__isnull=False).select_related("option", "recorded_by").first()


async def receipt_to_print(decision: Decision, elector_id: int, actor: Actor) -> tuple[Elector, Stance]:
    """What was noted for an elector, for whoever noted it: nobody else learns it here. Raises NotFound."""
    elector = await paper.elector_of(decision, elector_id)
    stance = await noted(elector)
    if stance is None or stance.recorded_by is None or stance.recorded_by.id != actor.hand.id:
        raise NotFound(_("Vous n’avez rien noté pour cette personne."))
    return elector, stance
