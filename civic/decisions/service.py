"""Prepare a decision and open it: the electorate is taken and the options frozen at that moment (S4).

With `answers` and `closing`, the only writer of the rows of this slice.
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F

from civic import clock, jobs
from civic.activity.service import record
from civic.ballots import service as ballots
from civic.committees import queries as committees
from civic.committees.models import Committee, Seat
from civic.counting.rules import CODES, Method
from civic.database import retrying, transaction
from civic.decisions import choosing, reviews, sealing, stages
from civic.decisions.forms import SHORTEST, DecisionForm
from civic.decisions.models import BallotKind, Decision, DecisionStatus, Elector, Option
from civic.errors import DomainError
from civic.i18n import _
from civic.needs import service as needs
from civic.needs.models import NeedKind
from civic.people import service as people
from civic.people.actor import Actor
from civic.web import urls

_WRITTEN = {
    "question", "explanation", "method", "majority", "quorum_percent", "abstentions_count", "results_hidden",
    "proxies_most", "opens_at", "closes_at", "positions_at", "dots", "dots_on_one", "chosen_most",
}  # fmt: skip
_PREPARED = [DecisionStatus.DRAFT, DecisionStatus.SCHEDULED]


@retrying
async def draft(actor: Actor, committee: Committee, wish: DecisionForm, form_key: str) -> Decision:
    """Prepare a question; nobody is asked yet. The same form sent again answers the same decision (S4).

    Raises Invalid when the method lacks options, costs or a budget.
    """
    choosing.check(wish, committee)
    async with transaction():
        await Committee.filter(id=committee.id).update(version=F("version") + 1)
        known = await Decision.get_or_none(form_key=form_key, committee_id=committee.id)
        if known:
            return known
        decision = await Decision.create(
            committee=committee, author=actor.person, form_key=form_key, created_at=clock.now(),
            follows_id=await reviews.former(committee, wish.former), **_terms(wish),
        )  # fmt: skip
        await _write_options(decision, wish)
    return decision


@retrying
async def redraft(decision: Decision, wish: DecisionForm) -> None:
    """Rewrite a decision that is not open; `committee` is loaded. Raises DomainError once it is: options are frozen."""
    choosing.check(wish, decision.committee)
    async with transaction():
        prepared = Decision.filter(id=decision.id, status__in=_PREPARED)
        if not await prepared.update(status=DecisionStatus.DRAFT, version=F("version") + 1, **_terms(wish)):
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


async def open_in_the_room(
    actor: Actor, decision: Decision, minutes: int, *, proxies_most: int = 0, only: Collection[int] | None = None
) -> bool:  # fmt: skip
    """Open a prepared decision to a meeting that runs, for so many minutes; in the caller's transaction (S3).

    A meeting alone may ask for less than an hour: who is asked sits in it. As many proxies count as the meeting or the
    decision allows; `only` are the persons whose seats vote, everybody who sits without it. False when it is open
    already; raises DomainError once it is over, and when nobody sits.
    """
    present = clock.now()
    prepared = Decision.filter(id=decision.id, status__in=_PREPARED)
    if not await prepared.update(
        status=DecisionStatus.DRAFT, opens_at=None, positions_at=None, closes_at=present + timedelta(minutes=minutes),
        proxies_most=max(proxies_most, decision.proxies_most),
    ):  # fmt: skip
        if (await Decision.get(id=decision.id)).takes_answers(present):
            return False
        raise DomainError(_("Cette décision est close : elle ne s’ouvre pas une seconde fois."))
    await open_to_electors(decision.id, DecisionStatus.DRAFT, present, shortest=timedelta(0), only=only)
    await people.audit(actor, "decision_open", f"decision:{decision.id}")
    return True


async def open_to_electors(
    decision_id: int, before: DecisionStatus, moment: datetime, *, shortest: timedelta = SHORTEST / 2,
    only: Collection[int] | None = None,
) -> bool:  # fmt: skip
    """Take the electorate (`only` the seats of these persons), freeze the options, ask for the exact closing.

    In the caller's transaction: only one of several tries finds the decision in the state `before`. Raises DomainError
    when it cannot be answered for `shortest` at least.
    """
    waiting = Decision.filter(id=decision_id, status=before)
    if not await waiting.update(status=DecisionStatus.OPEN, opened_at=moment, version=F("version") + 1):
        return False
    decision = await Decision.get(id=decision_id).select_related("committee")
    if decision.closes_at < moment + shortest:
        raise DomainError(_("La clôture est trop proche : changez la date de fin avant d’ouvrir."))
    stages.check_before_opening(decision, moment)
    seats = await committees.seats_of(decision.committee_id)
    if only is not None:
        seats = [seat for seat in seats if seat.person_id in only]
    if not seats:
        raise DomainError(_("Personne ne siège au comité : il n’y a personne à qui poser la question."))
    await Elector.bulk_create([_elector(decision_id, seat) for seat in seats])
    await Option.filter(decision_id=decision_id).update(frozen=True)
    decision.electorate = len(seats)
    colleges = await committees.colleges_of(decision.committee_id)
    decision.weights = choosing.weights_at_opening(decision.committee, colleges, decision.method)
    decision.seed = secrets.token_hex(8)
    await decision.save(update_fields=["electorate", "weights", "seed"])
    if decision.is_secret:
        await sealing.make_box(decision)
    await stages.plan(decision, moment)
    await reviews.reviewed(decision.follows_id, moment)
    await keep_need(decision)
    await record(
        "decision_opened", way="voix", initiative_id=decision.committee.initiative_id, decision_id=decision_id,
        question=decision.question,
    )  # fmt: skip
    return True


def _elector(decision_id: int, seat: Seat) -> Elector:
    """The seat as it stands now."""
    return Elector(
        decision_id=decision_id, person_id=seat.person_id, college=seat.college.kind, is_discreet=seat.is_discreet,
        organisation_id=seat.organisation_id, substitute_id=seat.substitute_id,
    )  # fmt: skip


@retrying
async def withdraw(actor: Actor, decision: Decision, reason: str) -> bool:
    """Take an open decision back before its end, with a reason everybody reads; False when it was too late."""
    async with transaction():
        present = clock.now()
        if not await stages.running(decision.id, present).update(
            status=DecisionStatus.WITHDRAWN, closed_at=present, outcome=reason, outcome_at=present,
            outcome_by_id=actor.person.id, version=F("version") + 1,
        ):  # fmt: skip
            return False
        await ballots.give_up(decision.id)
        await people.audit(actor, "decision_withdrawn", f"decision:{decision.id}")
        await keep_need(await Decision.get(id=decision.id).select_related("committee"))
    return True


async def discard(actor: Actor, decision: Decision) -> bool:
    """Throw a draft away: nobody was asked anything; False when it was opened or programmed meanwhile."""
    async with transaction():
        if not await Decision.filter(id=decision.id, status=DecisionStatus.DRAFT).delete():
            return False
        await people.audit(actor, "decision_discarded", f"decision:{decision.id}")
    return True


async def keep_need(decision: Decision) -> None:
    """Keep the initiative's gauge of voices true: answers out of the electorate; `committee` is loaded."""
    if decision.committee.initiative_id is None:
        return
    await needs.keep(
        decision.committee.initiative_id, NeedKind.VOICE, f"decision:{decision.id}", title=decision.question,
        path=urls.path("decisions.show", id=decision.id), target=decision.electorate, reached=decision.answers_count,
        ends_at=decision.closes_at, open=decision.status == DecisionStatus.OPEN,
    )  # fmt: skip


def _terms(wish: DecisionForm) -> dict[str, Any]:
    """What the form says of the decision itself; a budget only where one is shared."""
    return wish.model_dump(include=_WRITTEN) | {
        "budget_cents": wish.budget if wish.method == Method.BUDGET else None,
        "ballot": BallotKind.SECRET if wish.secret else BallotKind.OPEN,
    }


async def _write_options(decision: Decision, wish: DecisionForm) -> None:
    for position, (code, meaning) in enumerate(wish.meanings().items()):
        await Option.create(decision=decision, code=code, meaning=meaning, position=position)
    if wish.method not in CODES:
        for position, option in enumerate(wish.options):
            await Option.create(
                decision=decision, title=option.title, meaning=option.meaning, position=position,
                cost_cents=option.cost if wish.method == Method.BUDGET else None,
            )  # fmt: skip
