"""Asking again: a question that found no answer, or a decision whose day of review has come (PRODUCT S4, S5)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from civic import clock, jobs, mail
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.counting.rules import Verdict
from civic.database import retrying, transaction
from civic.decisions import choosing
from civic.decisions.models import Decision, DecisionStatus, Option
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person
from civic.web.forms import whole

HOUR = 8
"""At which hour of the day of review who runs the committee is reminded, on the territory's clocks."""
UNANSWERED = (Verdict.OBJECTED, Verdict.REJECTED, Verdict.NO_QUORUM, Verdict.TIED)
_ASKED = ("question", "explanation", "majority", "quorum_percent", "dots", "dots_on_one", "chosen_most")


async def former(committee: Committee, decision_id: int | None) -> int | None:
    """The id of the decision that a new one follows, if it is one of this committee's and was asked."""
    asked = Decision.filter(id=decision_id or 0, committee_id=committee.id)
    ended = await asked.filter(status__in=[DecisionStatus.CLOSED, DecisionStatus.WITHDRAWN]).first()
    return ended.id if ended else None


async def prefilled(committee: Committee, asked: str | None) -> dict[str, Any]:
    """The form of a question filled with the last words of the one it follows; nothing for any other."""
    found = await former(committee, whole(asked))
    if found is None:
        return {}
    decision = await Decision.get(id=found)
    options = await Option.filter(decision_id=found).order_by("position")
    values: dict[str, Any] = {name: getattr(decision, name) for name in _ASKED}
    values |= {"method": decision.method.value, "majority": decision.majority.value, "former": found}
    values |= {name: "1" for name in ("abstentions_count", "results_hidden") if getattr(decision, name)}
    values |= {f"meaning_{option.code.value}": option.meaning for option in options if option.code}
    return values | choosing.lines_of(options) | {"budget": choosing.in_euros(decision.budget_cents)}


async def followed_by(decision: Decision, *, runs: bool) -> list[Decision]:
    """The decisions that ask its question again; those in preparation only for who runs the committee."""
    rows = Decision.filter(follows_id=decision.id).order_by("id")
    if not runs:
        rows = rows.exclude(status__in=[DecisionStatus.DRAFT, DecisionStatus.SCHEDULED])
    return await rows.limit(10)


async def plan(decision_id: int, review_on: date | None) -> None:
    """A letter in the morning of the day of review, in the transaction that sets the day."""
    if review_on:
        at = clock.at(review_on, HOUR)
        await jobs.enqueue("decision_review_due", key=f"decision-{decision_id}", run_at=at, decision_id=decision_id)


async def reviewed(decision_id: int | None, moment: datetime) -> None:
    """The question of a decision is being asked again: its review is done. In the caller's transaction."""
    waiting = Decision.filter(id=decision_id or 0, review_on__isnull=False, reviewed_at__isnull=True)
    await waiting.update(reviewed_at=moment)


@retrying
async def keep_as_it_is(actor: Actor, decision: Decision) -> bool:
    """Who runs the committee looked at a decision again and leaves it as it is; False when it was done already."""
    async with transaction():
        waiting = Decision.filter(id=decision.id, status=DecisionStatus.CLOSED, reviewed_at__isnull=True)
        if not await waiting.filter(review_on__isnull=False).update(reviewed_at=clock.now()):
            return False
        await people.audit(actor, "decision_reviewed", f"decision:{decision.id}")
    return True


async def to_review(person: Person) -> Sequence[Decision]:
    """Decisions whose day of review has come, of the committees this person runs."""
    ids = await committees.run_by(person)
    if not ids:
        return []
    rows = Decision.filter(committee_id__in=list(ids), reviewed_at__isnull=True, review_on__lte=clock.today())
    return await rows.order_by("review_on", "id").limit(20).select_related("committee")


async def remind(*, decision_id: int) -> None:
    """The day of review has come: one letter to each who runs the committee."""
    decision = await Decision.get(id=decision_id).select_related("committee")
    if decision.reviewed_at or decision.committee.ended_at:
        return
    for person in await committees.runners_of(decision.committee):
        if person.email and not person.erased_at:
            await mail.send(
                "civic/decision_review", to=person.email, key=f"decision-review-{decision_id}-{person.id}",
                locale=person.locale, question=decision.question, decision_id=decision_id, outcome=decision.outcome,
            )  # fmt: skip
