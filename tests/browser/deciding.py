"""What several journeys of a committee share: two who sit at its table, the moment that comes, the vote that ends."""

from __future__ import annotations

import asyncio

from civic import clock
from civic.committees.models import Committee
from civic.decisions.models import Decision, DecisionStatus
from civic.jobs.models import Job
from civic.people.models import Person
from tests.browser.conftest import Arrive
from tests.browser.giving import PATIENCE_SECONDS
from tests.browser.visitor import Visitor
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member


async def two_at_the_table(arrive: Arrive, **window: object) -> tuple[Committee, Person, Visitor, Visitor]:
    """A committee, the woman who runs it, and the windows in which she and Rose, a member, are signed in."""
    woman = await a_person("Anne-Marie Lopez")
    committee = await a_committee(woman)
    member = await a_member(committee)
    lead, rose = await arrive(**window), await arrive(**window)
    await lead.is_now(woman)
    await rose.is_now(member)
    return committee, woman, lead, rose


async def the_moment_comes(job: str, *decisions: Decision, **moments: object) -> None:
    """These decisions reach a moment of theirs, and the worker its job."""
    await Decision.filter(id__in=[decision.id for decision in decisions]).update(**moments)
    await Job.filter(name=job).update(run_at=0)


async def the_votes_end(*decisions: Decision) -> list[Decision]:
    """The closing is now; wait until the worker has counted, and say what came out."""
    await the_moment_comes("decision_due", *decisions, closes_at=clock.now())
    closed = Decision.filter(id__in=[decision.id for decision in decisions], status=DecisionStatus.CLOSED)
    for _turn in range(PATIENCE_SECONDS * 10):
        if await closed.count() == len(decisions):
            found = {decision.id: decision for decision in await closed}
            return [found[decision.id] for decision in decisions]
        await asyncio.sleep(0.1)
    raise AssertionError("a decision stays open")
