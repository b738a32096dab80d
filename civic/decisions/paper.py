"""Paper ballots: an elector who was handed one answers on it alone, until it is taken back (PRODUCT S4)."""

from tortoise.expressions import F

from civic.database import retrying, transaction
from civic.decisions import proxies, stages
from civic.decisions.models import Decision, Elector
from civic.decisions.service import keep_need
from civic.errors import DomainError, NotFound
from civic.i18n import _
from civic.people import service as people
from civic.people.actor import Actor


async def elector_of(decision: Decision, elector_id: int) -> Elector:
    """An elector of this decision with her person and organisation. Raises NotFound."""
    rows = Elector.filter(id=elector_id, decision_id=decision.id)
    found = await rows.select_related("person", "organisation").first()
    if found is None:
        raise NotFound(_("Cette personne ne siégeait pas au comité à l’ouverture de la décision."))
    return found


async def are_in_the_box(decision: Decision) -> bool:
    """Whether somebody put a paper of this secret vote into the box."""
    voted = Elector.filter(decision_id=decision.id, on_paper_at__isnull=False, answered_at__isnull=False)
    return await voted.exists()


@retrying
async def hand_out(actor: Actor, decision: Decision, elector_id: int) -> bool:
    """Hand a paper ballot to an elector who has not answered; from then on the screen refuses her.

    An answer and a paper wait for each other at the row of the decision: one of them wins. Again is harmless and False.
    Raises DomainError when she has answered or time is up.
    """
    async with transaction():
        moment = await stages.hold_for_positions(decision.id)
        elector = await elector_of(decision, elector_id)
        if elector.on_paper_at:
            return False
        silent = Elector.filter(id=elector_id, answered_at__isnull=True, on_paper_at__isnull=True)
        if not await silent.update(on_paper_at=moment):
            raise DomainError(_("Cette personne a déjà répondu : sa voix est comptée."))
        await proxies.end_by_answer(decision, elector, elector.person)
        await people.audit(actor, "paper_handed_out", f"elector:{elector_id}", decision=decision.id)
    return True


@retrying
async def take_back(actor: Actor, decision: Decision, elector_id: int) -> None:
    """Take the paper back: she may answer on the screen again. Raises DomainError once it counts, or time is up."""
    async with transaction():
        await stages.hold_for_positions(decision.id)
        await elector_of(decision, elector_id)
        handed = Elector.filter(id=elector_id, on_paper_at__isnull=False, answered_at__isnull=True)
        if not await handed.update(on_paper_at=None):
            raise DomainError(_("Ce bulletin n’est plus à reprendre : il est compté, ou déjà repris."))
        await people.audit(actor, "paper_taken_back", f"elector:{elector_id}", decision=decision.id)


@retrying
async def take_in(actor: Actor, decision: Decision, elector_id: int) -> None:
    """Her secret paper is in the box: she has voted, whatever it says. Again is harmless.

    Her line says the moment of the opening, as for every secret vote, and nothing of when. Raises DomainError when she
    has no paper, when the vote is not secret, or time is up.
    """
    if not decision.is_secret:
        raise DomainError(_("Ce vote n’est pas secret : le bulletin porte un nom, et compte une fois saisi."))
    async with transaction():
        await stages.hold_for_positions(decision.id)
        elector = await elector_of(decision, elector_id)
        if elector.on_paper_at and elector.answered_at:
            return
        out = Elector.filter(id=elector_id, on_paper_at__isnull=False, answered_at__isnull=True)
        if not await out.update(answered_at=decision.opened_at):
            raise DomainError(_("Cette personne n’a pas reçu de bulletin papier."))
        await Decision.filter(id=decision.id).update(answers_count=F("answers_count") + 1)
        await keep_need(await Decision.get(id=decision.id).select_related("committee"))
        await people.audit(actor, "paper_taken_in", f"elector:{elector_id}", decision=decision.id)
