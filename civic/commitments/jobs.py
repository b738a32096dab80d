"""Reminders (PRODUCT S5): a week before a commitment's day and the day after it, once each, one mail a day per person.

The sweep asks for one job per person and day, under a key that exists once; that job looks up what is due, notes for
which day it was told, and queues the one mail, all in its own transaction. A moved day is recalled anew.
"""

from typing import Any

from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from civic import clock, jobs
from civic.commitments import letters
from civic.commitments.models import Commitment, CommitmentStatus
from civic.people.models import Person

MORNING = 8


async def sweep(**_payload: object) -> None:
    """Who has something to be reminded of today gets it at eight in the morning, or at once when it is later."""
    today = clock.today()
    ids = [one for rows in (_coming(), _late()) for one in await rows.distinct().values_list("person_id", flat=True)]
    async with jobs.together():
        for person_id in sorted({int(str(one)) for one in ids}):
            key = f"{person_id}-{today.isoformat()}"
            await jobs.enqueue(
                "commitments_due", key=key, run_at=clock.at(today, MORNING), person_id=person_id, day=today.isoformat()
            )


async def recall(*, person_id: int, day: str) -> None:
    """Tell one person what comes and what is late, each once for its day."""
    coming = await _told(_coming().filter(person_id=person_id), "recalled_for")
    late = await _told(_late().filter(person_id=person_id), "chased_for")
    if coming or late:
        await letters.recalled(await Person.get(id=person_id), coming, late, day)


async def _told(rows: QuerySet[Commitment], column: str) -> list[Commitment]:
    """Those of these rows that this job is the first to tell."""
    found: list[Commitment] = []
    for made in await rows.order_by("due_on", "id").limit(200).select_related("committee"):
        running = Commitment.filter(id=made.id, due_on=made.due_on, status=CommitmentStatus.OPEN)
        never: dict[str, Any] = {f"{column}__isnull": True}
        told: dict[str, Any] = {column: made.due_on}
        if await running.filter(Q(**never) | ~Q(**told)).update(**told):
            found.append(made)
    return found


def _coming() -> QuerySet[Commitment]:
    today = clock.today()
    untold = Q(recalled_for__isnull=True) | Q(recalled_for__not=F("due_on"))
    return _running().filter(untold, due_on__gte=today, due_on__lte=today + letters.BEFORE)


def _late() -> QuerySet[Commitment]:
    return _running().filter(Q(chased_for__isnull=True) | Q(chased_for__not=F("due_on")), due_on__lt=clock.today())


def _running() -> QuerySet[Commitment]:
    """Accepted ones, of committees that are at work."""
    return Commitment.filter(status=CommitmentStatus.OPEN, committee__ended_at__isnull=True)


handlers: dict[str, jobs.Handler] = {"commitments_swept": sweep, "commitments_due": recall}
minutes = {"commitments_swept": 60}
