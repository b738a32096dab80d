"""What happens after the fact: opening and closing at their moments, mails, one nudge."""

from civic import clock, jobs, mail
from civic.database import transaction
from civic.decisions import choices, closing, electors, queries, reviews, service, stages
from civic.decisions.models import Decision, DecisionStatus, Elector
from civic.errors import DomainError
from civic.i18n import _, speaking
from civic.people.models import Person
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
    """Tell every elector that the question is open; not when the letter of the next stage is about to say so."""
    decision = await Decision.get(id=decision_id)
    if stages.next_letter_is_enough(decision, clock.now()):
        return
    await _write_to(decision_id, "civic/decision_opened", "opened")


async def nudge(*, decision_id: int) -> None:
    """A day before the end, remind whoever may speak for those who have not answered, in one mail each (S4)."""
    decision = await Decision.get(id=decision_id)
    if not stages.nudges_now(decision, clock.now()):
        return
    silent = Elector.filter(
        decision_id=decision_id, answered_at__isnull=True, nudged_at__isnull=True, on_paper_at__isnull=True
    )
    asked: dict[int, tuple[Person, Elector, list[str]]] = {}
    found = await silent.select_related("person", "substitute", "organisation")
    carried = {proxy.giver_id: proxy for proxy in await electors.proxies_in(decision_id)}
    for elector, person, whose in await electors.heard_for(found, carried):
        asked.setdefault(person.id, (person, elector, []))[2].append(whose)
    for person, elector, names in asked.values():
        await _write(decision, elector, "civic/decision_nudge", "nudge", to=person, names=names)
    for n in range(0, len(found), BATCH):  # the mails first: their keys make a second run harmless
        ids = [elector.id for elector in found[n : n + BATCH]]
        await Elector.filter(id__in=ids, nudged_at__isnull=True).update(nudged_at=clock.now())


async def ask_positions(*, decision_id: int) -> None:
    """The first stage is over: tell every elector once that it is time to take a position."""
    decision = await Decision.get(id=decision_id)
    if decision.takes_answers(clock.now()):
        await _write_to(decision_id, "civic/decision_positions", "positions")


async def tell_extension(*, decision_id: int) -> None:
    """Tell every elector that the closing was moved, and why."""
    closes_at = (await Decision.get(id=decision_id)).closes_at
    await _write_to(decision_id, "civic/decision_extended", f"extended-{closes_at:%Y%m%d%H%M%S}")


async def tell_result(*, decision_id: int) -> None:
    """Tell every elector what was decided."""
    await _write_to(decision_id, "civic/decision_closed", "closed")


async def tell_again(*, decision_id: int) -> None:
    """Tell every elector that a secret vote starts again, and that nobody has read the first one."""
    opened_at = (await Decision.get(id=decision_id)).opened_at
    await _write_to(decision_id, "civic/decision_started_again", f"again-{opened_at:%Y%m%d%H%M%S}")


async def _write_to(decision_id: int, name: str, what: str) -> None:
    decision = await Decision.get(id=decision_id).select_related("committee")
    ballot = (await queries.ballots_for([decision], None, most=1))[0] if decision.is_closed else None
    last = 0
    while (
        found := await Elector.filter(decision_id=decision_id, id__gt=last)
        .order_by("id")
        .limit(BATCH)
        .select_related("person", "substitute", "organisation")
    ):
        for elector, person, whose in await electors.heard_for(found):
            await _write(decision, elector, name, what, ballot, to=person, names=[whose])
        last = found[-1].id


async def _write(
    decision: Decision, elector: Elector, name: str, what: str, ballot: queries.Ballot | None = None, *,
    to: Person, names: list[str],
) -> None:  # fmt: skip
    """`names`: whose voices this person may use, empty for her own; told when it is more than her own."""
    person = to
    if not person.email or person.erased_at:
        return
    with speaking(person.locale):
        whose = ", ".join(one or _("vous-même") for one in sorted(names)) if any(names) else ""
        closes = moment(decision.closes_at)
        improves = decision.improves(clock.now()) and decision.positions_at
        positions = moment(decision.positions_at) if improves and decision.positions_at else ""
        count = ballot.count if ballot and decision.chooses else None
        result = choices.outcome(count, ballot.options) if ballot and count else ""
    await mail.send(
        name, to=person.email, key=f"decision-{what}-{decision.id}-{person.id}", locale=person.locale,
        question=decision.question, decision_id=decision.id, closes=closes,
        verdict=decision.verdict.value if decision.verdict else "", answers=decision.answers_count,
        electorate=decision.electorate, result=result, answered=elector.answered_at is not None,
        positions=positions, reason=decision.extension.rpartition("\n")[2], revised=decision.revised_at is not None,
        whose=whose,
    )  # fmt: skip


handlers: dict[str, jobs.Handler] = {
    "decision_opening_due": open_due, "decision_due": close_due, "decision_opened": invite,
    "decision_started_again": tell_again, "decision_nudge_due": nudge, "decision_closed": tell_result,
    "decision_positions_due": ask_positions, "decision_extended": tell_extension,
    "decision_review_due": reviews.remind,
}  # fmt: skip
