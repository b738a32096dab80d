"""The stages of a running decision, judged by the clock whether or not a job is late (PRODUCT S4).

By consent, a decision may first take questions and amendments (`civic.proposals`), until `positions_at`; from that very
moment on it takes positions, until `closes_at`. Whoever acts holds the decision's row first: what is done and the
closing wait for each other, and time alone refuses.
"""

from datetime import datetime, timedelta

from tortoise.expressions import F
from tortoise.queryset import QuerySet

from civic import clock, jobs
from civic.decisions.models import Decision, DecisionStatus
from civic.errors import DomainError
from civic.i18n import _

NUDGE_BEFORE = timedelta(hours=24)
APART = timedelta(hours=1)
"""Two letters to all electors are never nearer than this."""
LATE = timedelta(minutes=15)
"""A letter that waited longer than this was kept back by an outage."""


async def hold(decision_id: int) -> datetime:
    """Take the row of a decision that runs, whatever its stage; answers the moment that counts.

    In the caller's transaction. Raises DomainError when time is up.
    """
    moment = clock.now()
    if not await running(decision_id, moment).update(version=F("version") + 1):
        raise DomainError(_("Le moment de répondre est passé : cette décision est close."))
    return moment


async def hold_for_positions(decision_id: int) -> datetime:
    """The same for who takes a position. Raises DomainError too while its first stage runs."""
    moment = await hold(decision_id)
    if await Decision.exists(id=decision_id, positions_at__gt=moment):
        raise DomainError(_("Les avis ne se donnent pas encore : c’est le temps des questions et des améliorations."))
    return moment


async def hold_for_papers(decision_id: int) -> None:
    """Take the row of a secret vote that is over and whose box of papers is being emptied: once, all together.

    In the caller's transaction. Raises DomainError before the closing, and once it is counted.
    """
    if await Decision.filter(id=decision_id, status=DecisionStatus.COUNTING).update(version=F("version") + 1):
        return
    if await Decision.exists(id=decision_id, status=DecisionStatus.OPEN):
        raise DomainError(_("Les bulletins papier se dépouillent une seule fois, après la clôture, tous ensemble."))
    raise DomainError(_("Ce vote est compté : il n’y a plus de bulletin à dépouiller."))


async def hold_to_improve(decision_id: int) -> datetime:
    """The same for questions and amendments. Raises DomainError from the moment of positions on."""
    moment = await hold(decision_id)
    if not await Decision.exists(id=decision_id, positions_at__gt=moment):
        raise DomainError(_("Le temps des questions et des améliorations est fini : c’est le moment des avis."))
    return moment


async def rewrite(decision_id: int, text: str, moment: datetime) -> None:
    """Give the proposal another text; in the transaction of who holds the row and keeps both versions."""
    await Decision.filter(id=decision_id).update(explanation=text, revised_at=moment)


async def plan(decision: Decision, moment: datetime) -> None:
    """At the opening: the letters of each stage, and the end."""
    await jobs.enqueue("decision_opened", key=f"decision-{decision.id}", decision_id=decision.id)
    if decision.positions_at and says_when_positions_open(decision, moment):
        key = f"decision-{decision.id}"
        await jobs.enqueue("decision_positions_due", key=key, run_at=decision.positions_at, decision_id=decision.id)
    await plan_end(decision, moment)


async def plan_end(decision: Decision, moment: datetime) -> None:
    """One nudge and the closing at its exact moment; jobs planned for a former moment find nothing to do."""
    key = f"decision-{decision.id}" + (f"-{decision.closes_at.isoformat()}" if decision.first_closes_at else "")
    await jobs.enqueue("decision_due", key=key, run_at=decision.closes_at, decision_id=decision.id)
    nudge_at = nudged_at(decision, moment)
    if nudge_at:
        await jobs.enqueue("decision_nudge_due", key=key, run_at=nudge_at, decision_id=decision.id)


def says_when_positions_open(decision: Decision, opened_at: datetime) -> bool:
    """Whether a letter of its own says that positions may be taken: not when the opening's has only just said so."""
    return decision.positions_at is not None and decision.positions_at >= opened_at + APART


def next_letter_is_enough(decision: Decision, moment: datetime) -> bool:
    """Whether the opening's letter is so late, after an outage, that the one about positions says it all."""
    if decision.opened_at is None or decision.positions_at is None:
        return False
    late = max(decision.positions_at - APART, decision.opened_at + LATE)
    return says_when_positions_open(decision, decision.opened_at) and moment > late


def nudged_at(decision: Decision, moment: datetime) -> datetime | None:
    """When who has not answered is reminded: a day before the end, never on the heels of another letter."""
    at = decision.closes_at - NUDGE_BEFORE
    if at <= moment or (decision.positions_at and at < decision.positions_at + APART):
        return None
    return at


def nudges_now(decision: Decision, moment: datetime) -> bool:
    """Whether the reminder planned for now still fits: the closing may have been moved since."""
    return decision.takes_answers(moment) and moment >= decision.closes_at - NUDGE_BEFORE


def check_before_opening(decision: Decision, moment: datetime) -> None:
    """Raise DomainError when a first stage would be over before it begins."""
    if decision.positions_at is not None and decision.positions_at <= moment:
        raise DomainError(_("Le temps des améliorations serait déjà fini : changez sa date avant d’ouvrir."))


def running(decision_id: int, moment: datetime) -> QuerySet[Decision]:
    """The decision's row if it runs at this moment."""
    return Decision.filter(id=decision_id, status=DecisionStatus.OPEN, closes_at__gt=moment)
