"""Moving the closing of a decision later, so that a text changed near the end can be read (S4)."""

from datetime import datetime, timedelta

from tortoise.expressions import F

from civic import clock, jobs
from civic.counting.rules import Method
from civic.database import retrying, transaction
from civic.decisions import stages
from civic.decisions.models import Decision
from civic.decisions.service import keep_need
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.people import service as people
from civic.people.actor import Actor

LONGEST = timedelta(days=14)


def may_extend(decision: Decision, moment: datetime) -> bool:
    """Its text was changed while positions were taken, and its closing was not moved yet."""
    since = decision.positions_at or decision.opened_at
    changed = since is not None and decision.revised_at is not None and decision.revised_at >= since
    fits = decision.method == Method.CONSENT and decision.first_closes_at is None
    return fits and changed and decision.takes_answers(moment)


@retrying
async def extend(actor: Actor, decision: Decision, closes_at: datetime, reason: str) -> None:
    """Move the closing later, once, by 14 days at most, with a reason that every elector is told.

    Of this and the closing at the same moment exactly one wins. Raises Invalid for another day, DomainError when no
    objection changed the text, when the closing was moved before, or when it has come.
    """
    if closes_at <= decision.closes_at:
        raise Invalid(_("Choisissez un moment après la clôture prévue."), field="closes_at")
    if closes_at > decision.closes_at + LONGEST:
        raise Invalid(_("La clôture se repousse de quatorze jours au plus."), field="closes_at")
    async with transaction():
        moment = clock.now()
        still = stages.running(decision.id, moment).filter(first_closes_at__isnull=True, closes_at=decision.closes_at)
        if not may_extend(decision, moment) or not await still.update(
            closes_at=closes_at, first_closes_at=decision.closes_at, extension=reason.strip(), version=F("version") + 1
        ):
            raise DomainError(
                _("La clôture se repousse une seule fois, et seulement quand une objection vient de changer le texte.")
            )
        await people.audit(actor, "decision_extended", f"decision:{decision.id}")
        moved = await Decision.get(id=decision.id).select_related("committee")
        await stages.plan_end(moved, moment)
        await keep_need(moved)
        await jobs.enqueue("decision_extended", key=f"decision-{decision.id}", decision_id=decision.id)
