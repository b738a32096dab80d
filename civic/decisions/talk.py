"""What is said about a decision: who runs its committee answers; it ends two weeks after the decision (PRODUCT S7)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from civic import clock
from civic.committees import queries as committees
from civic.committees import talk as committees_talk
from civic.decisions import queries
from civic.decisions.models import Decision, DecisionStatus
from civic.discussions import panels
from civic.discussions.topics import actor_for
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.models import Person
from civic.slots import Discussed, Panel, Topic
from civic.web import urls

KIND = "decision"
AFTERWARDS = timedelta(days=14)
"""How long one may still say something once it is decided."""


def _topic(decision: Decision, *, runs: bool) -> Topic:
    ends_at = _ends_at(decision)
    over = ends_at is not None and clock.is_over(ends_at)
    silent = _("La décision est prise depuis plus de deux semaines : la discussion est fermée.") if over else ""
    return Topic(
        KIND, decision.id, decision.question, urls.path("decisions.show", id=decision.id), _("Décision"),
        _("les personnes qui animent le comité"), runs, silent, ends_at,
    )  # fmt: skip


def _ends_at(decision: Decision) -> datetime | None:
    if decision.status not in (DecisionStatus.CLOSED, DecisionStatus.WITHDRAWN):
        return None
    return (decision.closed_at or decision.closes_at) + AFTERWARDS


async def topic(decision_id: int, actor: Actor | None) -> Topic:
    """A decision that this reader may see. Raises NotFound."""
    decision = await queries.decision_to_show(decision_id, actor)
    return _topic(decision, runs=await committees.may_run(actor, decision.committee))


async def answering(decision_id: int) -> list[Person]:
    """Who runs its committee."""
    return await committees_talk.answering((await Decision.get(id=decision_id)).committee_id)


async def answered_by(person: Person, decision_ids: Sequence[int]) -> set[int]:
    """Those of these decisions, still talked about, whose committee she runs."""
    run = list(await committees.run_by(person)) or [0]
    rows = await Decision.filter(id__in=list(decision_ids), committee_id__in=run)
    return {one.id for one in rows if not _topic(one, runs=True).silent}


async def decision_panels(decision: Decision, person: Person | None) -> list[Panel]:
    """« On en parle », on the page of a decision that was opened."""
    if decision.is_prepared:
        return []
    runs = await committees.may_run(await actor_for(person), decision.committee)
    return [await panels.panel(_topic(decision, runs=runs), person)]


def discussed() -> Discussed:
    """For the slot."""
    return Discussed(KIND, topic, answering, answered_by)
