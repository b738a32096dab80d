"""Prepare a decision and open it: the electorate is taken and the options frozen at that moment.

With `answers` and `closing`, the only writer of the rows of this slice.
"""

from datetime import datetime, timedelta

from tortoise.expressions import F

from civic import clock, jobs
from civic.activity.service import record
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.database import retrying, transaction
from civic.decisions.forms import SHORTEST, DecisionForm
from civic.decisions.models import Decision, DecisionStatus, Elector, Option
from civic.errors import DomainError
from civic.i18n import _
from civic.needs import service as needs
from civic.needs.models import NeedKind
from civic.people import service as people
from civic.people.actor import Actor
from civic.web import urls

NUDGE_BEFORE = timedelta(hours=24)
_WRITTEN = {
    "question", "explanation", "method", "majority", "quorum_percent", "abstentions_count", "results_hidden",
    "opens_at", "closes_at",
}  # fmt: skip
_PREPARED = [DecisionStatus.DRAFT, DecisionStatus.SCHEDULED]


@retrying
async def draft(actor: Actor, committee: Committee, wish: DecisionForm, form_key: str) -> Decision:
    """Prepare a question; nobody is asked yet. The same form sent again answers the same decision (S4)."""
    async with transaction():
        await Committee.filter(id=committee.id).update(version=F("version") + 1)
        known = await Decision.get_or_none(form_key=form_key, committee_id=committee.id)
        if known:
            return known
        decision = await Decision.create(
            committee=committee, author=actor.person, form_key=form_key, created_at=clock.now(),
            **wish.model_dump(include=_WRITTEN),
        )  # fmt: skip
        await _write_options(decision, wish)
    return decision


@retrying
async def redraft(decision: Decision, wish: DecisionForm) -> None:
    """Rewrite a decision that is not open. Raises DomainError once it is: its options are frozen."""
    async with transaction():
        prepared = Decision.filter(id=decision.id, status__in=_PREPARED)
        written = wish.model_dump(include=_WRITTEN)
        if not await prepared.update(status=DecisionStatus.DRAFT, version=F("version") + 1, **written):
            raise DomainError(_("Cette décision est ouverte : sa question et ses choix ne changent plus."))
        await Option.filter(decision_id=decision.id).delete()
        await _write_options(decision, wish)


@retrying
async def open_or_schedule(actor: Actor, decision: Decision) -> DecisionStatus:
    """Open a decision, now or at the exact moment it says; harmless when it is open already.

    Raises DomainError when nobody sits in the committee, or when the closing is too near to answer.
    """
    async with transaction():
        fresh = await Decision.get(id=decision.id)
        if fresh.opens_at and fresh.opens_at > clock.now():
            wanted, changed = DecisionStatus.SCHEDULED, await _schedule(fresh)
        else:
            wanted = DecisionStatus.OPEN
            changed = await open_to_electors(decision.id, DecisionStatus.DRAFT, clock.now())
        if changed:
            await people.audit(actor, f"decision_{wanted.value}", f"decision:{decision.id}")
    return wanted if changed else (await Decision.get(id=decision.id)).status


async def _schedule(decision: Decision) -> bool:
    """Ask for the opening at its exact moment; False when the decision is not a draft any more."""
    draft_ = Decision.filter(id=decision.id, status=DecisionStatus.DRAFT)
    if decision.opens_at is None or not await draft_.update(status=DecisionStatus.SCHEDULED):
        return False
    key = f"decision-{decision.id}-{decision.opens_at.isoformat()}"
    await jobs.enqueue("decision_opening_due", key=key, run_at=decision.opens_at, decision_id=decision.id)
    return True


async def open_to_electors(decision_id: int, before: DecisionStatus, moment: datetime) -> bool:
    """Take the electorate, freeze the options, ask for the exact closing; in the caller's transaction.

    Only one of several tries finds the decision in the state `before`. Raises DomainError when it cannot be answered.
    """
    waiting = Decision.filter(id=decision_id, status=before)
    if not await waiting.update(status=DecisionStatus.OPEN, opened_at=moment, version=F("version") + 1):
        return False
    decision = await Decision.get(id=decision_id).select_related("committee")
    if decision.closes_at < moment + SHORTEST / 2:
        raise DomainError(_("La clôture est trop proche : changez la date de fin avant d’ouvrir."))
    seats = await committees.seats_of(decision.committee_id)
    if not seats:
        raise DomainError(_("Personne ne siège au comité : il n’y a personne à qui poser la question."))
    await Elector.bulk_create(
        [Elector(decision_id=decision_id, person_id=seat.person_id, college=seat.college.kind) for seat in seats]
    )
    await Option.filter(decision_id=decision_id).update(frozen=True)
    decision.electorate = len(seats)
    await Decision.filter(id=decision_id).update(electorate=len(seats))
    await _plan(decision, moment)
    await keep_need(decision)
    await record(
        "decision_opened", way="voix", initiative_id=decision.committee.initiative_id, decision_id=decision_id,
        question=decision.question,
    )  # fmt: skip
    return True


@retrying
async def withdraw(actor: Actor, decision: Decision, reason: str) -> bool:
    """Take an open decision back before its end, with a reason everybody reads; False when it was too late."""
    async with transaction():
        running = Decision.filter(id=decision.id, status=DecisionStatus.OPEN, closes_at__gt=clock.now())
        present = clock.now()
        if not await running.update(
            status=DecisionStatus.WITHDRAWN, closed_at=present, outcome=reason, outcome_at=present,
            outcome_by_id=actor.person.id, version=F("version") + 1,
        ):  # fmt: skip
            return False
        await people.audit(actor, "decision_withdrawn", f"decision:{decision.id}")
        await keep_need(await Decision.get(id=decision.id).select_related("committee"))
    return True


async def keep_need(decision: Decision) -> None:
    """Keep the initiative's gauge of voices true: answers out of the electorate; `committee` is loaded."""
    await needs.keep(
        decision.committee.initiative_id, NeedKind.VOICE, f"decision:{decision.id}", title=decision.question,
        path=urls.path("decisions.show", id=decision.id), target=decision.electorate, reached=decision.answers_count,
        ends_at=decision.closes_at, open=decision.status == DecisionStatus.OPEN,
    )  # fmt: skip


async def _plan(decision: Decision, moment: datetime) -> None:
    """What happens after the fact: mails now, one nudge a day before the end, the closing at its exact moment."""
    key = f"decision-{decision.id}"
    await jobs.enqueue("decision_opened", key=key, decision_id=decision.id)
    await jobs.enqueue("decision_due", key=key, run_at=decision.closes_at, decision_id=decision.id)
    nudge_at = decision.closes_at - NUDGE_BEFORE
    if nudge_at > moment:
        await jobs.enqueue("decision_nudge_due", key=key, run_at=nudge_at, decision_id=decision.id)


async def _write_options(decision: Decision, wish: DecisionForm) -> None:
    for position, (code, meaning) in enumerate(wish.meanings().items()):
        await Option.create(decision=decision, code=code, meaning=meaning, position=position)
