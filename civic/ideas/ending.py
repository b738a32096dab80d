"""The end of an idea, told with dignity, and its sleep: a silent one is asked whether it lives."""

from datetime import timedelta

from civic import clock, jobs
from civic.database import retrying, transaction
from civic.ideas import letters, service
from civic.ideas.models import LIVING, Idea, Status

SILENT = timedelta(days=183)
"""After so long without life its author is asked."""
TO_ANSWER = timedelta(days=30)
"""Without an answer the idea falls asleep."""
BATCH = 100


@retrying
async def stop(idea: Idea, ending: str) -> bool:
    """Its author, its référent or the team ends it, with what was learned; False when it had ended."""
    async with transaction():
        living = Idea.filter(id=idea.id, status__in=LIVING)
        gone = {"asked_at": None, "asleep_at": None, "invited_id": None}
        if not await living.update(status=Status.STOPPED, ending=ending, **gone):
            return False
        await service.note(idea, "stopped", ending)
        await jobs.enqueue("idea_stopped", key=f"idea-stopped-{idea.id}", idea_id=idea.id)
    return True


@retrying
async def sleep(idea: Idea) -> bool:
    """« Elle dort »: it stays to be read and supported; a support wakes it. False when it slept or has ended."""
    async with transaction():
        awake = Idea.filter(id=idea.id, status__in=LIVING, asleep_at__isnull=True)
        if not await awake.update(asleep_at=clock.now(), asked_at=None):
            return False
        await service.note(idea, "slept")
    return True


@retrying
async def lives(idea: Idea) -> None:
    """« Elle vit ». Harmless when repeated."""
    async with transaction():
        slept = Idea.filter(id=idea.id, status__in=LIVING, asleep_at__isnull=False)
        if await slept.update(asleep_at=None):
            await service.note(idea, "woken")
        await service.sign_of_life(idea.id)


async def silence_due(**_payload: object) -> None:
    """Ask the authors of silent ideas; those that were asked a month ago fall asleep."""
    present = clock.now()
    awake = Idea.filter(status__in=LIVING, asleep_at__isnull=True, hidden_at__isnull=True)
    for idea in await awake.filter(asked_at__lt=present - TO_ANSWER).order_by("id").limit(BATCH):
        await sleep(idea)
    silent = awake.filter(asked_at__isnull=True, life_at__lt=present - SILENT)
    for idea in await silent.order_by("id").limit(BATCH).select_related("author"):
        async with transaction():
            if await Idea.filter(id=idea.id, asked_at__isnull=True).update(asked_at=present) and idea.author:
                await letters.silent(idea, idea.author)
