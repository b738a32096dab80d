"""What happens after the fact: opening and closing at their moments, mails, one nudge."""

from civic import clock, jobs, mail
from civic.database import transaction
from civic.decisions import closing, service
from civic.decisions.models import Decision, DecisionStatus, Elector
from civic.errors import DomainError
from civic.i18n import speaking
from civic.web.formats import moment

BATCH = 200


async def open_due(*, decision_id: int) -> None:
    """The moment of opening has come. A decision that cannot be answered any more goes back to preparation."""
    decision = await Decision.get_or_none(id=decision_id, status=DecisionStatus.SCHEDULED)
    if decision is None or decision.opens_at is None or decision.opens_at > clock.now():
        return
    try:
        async with transaction():
            await service.open_to_electors(decision_id, DecisionStatus.SCHEDULED, clock.now())
    except DomainError:
        await Decision.filter(id=decision_id, status=DecisionStatus.SCHEDULED).update(status=DecisionStatus.DRAFT)


async def close_due(*, decision_id: int) -> None:
    """The moment of closing has come."""
    await closing.close(decision_id)


async def invite(*, decision_id: int) -> None:
    """Tell every elector that the question is open."""
    await _write_to(decision_id, "civic/decision_opened", "opened")


async def nudge(*, decision_id: int) -> None:
    """A day before the end, remind those who have not answered, once each (S4)."""
    decision = await Decision.get(id=decision_id)
    if not decision.takes_answers(clock.now()):
        return
    silent = Elector.filter(decision_id=decision_id, answered_at__isnull=True, nudged_at__isnull=True)
    for elector in await silent.select_related("person"):
        if await Elector.filter(id=elector.id, nudged_at__isnull=True).update(nudged_at=clock.now()):
            await _write(decision, elector, "civic/decision_nudge", "nudge")


async def tell_result(*, decision_id: int) -> None:
    """Tell every elector what was decided."""
    await _write_to(decision_id, "civic/decision_closed", "closed")


async def _write_to(decision_id: int, name: str, what: str) -> None:
    decision = await Decision.get(id=decision_id).select_related("committee")
    last = 0
    while (
        electors := await Elector.filter(decision_id=decision_id, id__gt=last)
        .order_by("id")
        .limit(BATCH)
        .select_related("person")
    ):
        for elector in electors:
            await _write(decision, elector, name, what)
        last = electors[-1].id


async def _write(decision: Decision, elector: Elector, name: str, what: str) -> None:
    person = elector.person
    if not person.email or person.erased_at:
        return
    with speaking(person.locale):
        closes = moment(decision.closes_at)
    await mail.send(
        name, to=person.email, key=f"decision-{what}-{decision.id}-{person.id}", locale=person.locale,
        question=decision.question, decision_id=decision.id, closes=closes,
        verdict=decision.verdict.value if decision.verdict else "", answers=decision.answers_count,
        electorate=decision.electorate, answered=elector.answered_at is not None,
    )  # fmt: skip


handlers: dict[str, jobs.Handler] = {
    "decision_opening_due": open_due, "decision_due": close_due, "decision_opened": invite,
    "decision_nudge_due": nudge, "decision_closed": tell_result,
}  # fmt: skip
