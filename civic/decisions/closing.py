"""Closing, at the exact moment and once; then the outcome that people write (S4)."""

import asyncio
from datetime import date

from tortoise.expressions import F

from civic import clock, jobs
from civic.activity.service import record
from civic.ballots import service as ballots
from civic.counting.count import count
from civic.counting.rules import Tally
from civic.database import retrying, transaction
from civic.decisions import paper, queries, reviews, sealing
from civic.decisions.models import Decision, DecisionStatus
from civic.decisions.service import keep_need
from civic.people import service as people
from civic.people.actor import Actor


@retrying
async def close(decision_id: int) -> bool:
    """Close a decision whose moment has come, count it and store the result; False when it is done or not yet due.

    Taking the row first makes answers wait; the one worker that finds it open counts. A secret vote with papers in its
    box is over at that moment for everybody, and counted when two persons have emptied it (`count_with_papers`).
    """
    async with transaction():
        due = Decision.filter(id=decision_id, status=DecisionStatus.OPEN, closes_at__lte=clock.now())
        if not await due.update(version=F("version") + 1):
            return False
        decision = await Decision.get(id=decision_id).select_related("committee")
        if decision.is_secret and await paper.are_in_the_box(decision):
            decision.status = DecisionStatus.COUNTING
            await decision.save(update_fields=["status"])
            await keep_need(decision)
        else:
            await _count(decision)
    return True


async def count_with_papers(decision_id: int) -> None:
    """Count a secret vote whose papers are all in the urn; by whoever holds its row (`stages.hold_for_papers`)."""
    await _count(await Decision.get(id=decision_id).select_related("committee"))


async def _count(decision: Decision) -> None:
    """The one count, in the transaction of who found the decision uncounted."""
    opened = await ballots.open_box(decision.id) if decision.is_secret else []
    votes = [sealing.vote_of(one) for one in opened] if decision.is_secret else await queries.votes_of(decision)
    costs = await queries.costs_of(decision)
    found = await asyncio.to_thread(count, decision.rule, costs, decision.electorate, votes)
    decision.status = DecisionStatus.CLOSED
    decision.verdict = found.verdict
    decision.closed_at = decision.closes_at
    decision.tally = _kept(found.tally)
    decision.counted = found.as_json()
    if decision.is_secret:
        await sealing.keep(decision, opened, found)
    await decision.save(update_fields=["status", "verdict", "closed_at", "tally", "counted"])
    await keep_need(decision)
    await jobs.enqueue("decision_closed", key=f"decision-{decision.id}", decision_id=decision.id)


def _kept(tally: Tally | None) -> dict[str, int] | None:
    """The count by heads for `Decision.tally`."""
    if tally is None:
        return None
    return {**{code.value: n for code, n in tally.counts.items()}, "open_objections": tally.open_objections}


@retrying
async def conclude(actor: Actor, decision: Decision, outcome: str, review_on: date | None) -> bool:
    """Publish what follows from a closed decision and when it is reviewed (S4); False when it was written already."""
    async with transaction():
        silent = Decision.filter(id=decision.id, status=DecisionStatus.CLOSED, outcome_at__isnull=True)
        if not await silent.update(
            outcome=outcome.strip(),
            outcome_at=clock.now(),
            outcome_by_id=actor.person.id,
            review_on=review_on,
        ):
            return False
        await people.audit(actor, "outcome_published", f"decision:{decision.id}")
        await reviews.plan(decision.id, review_on)
        await record(
            "outcome_published", way="voix", initiative_id=decision.committee.initiative_id, decision_id=decision.id,
            question=decision.question, verdict=decision.verdict.value if decision.verdict else "",
        )  # fmt: skip
    return True
