"""What happens after the fact: who supported, helped or followed is told; what nobody confirmed is forgotten."""

from collections.abc import Sequence

from civic import clock, jobs
from civic.database import transaction
from civic.follows.models import Follow
from civic.follows.queries import followers
from civic.ideas import ending, letters
from civic.ideas.models import Idea, IdeaOffer, IdeaSupport, OfferState, Status
from civic.ideas.service import HELD, KIND
from civic.web import urls

BATCH = 100
Reader = Follow | IdeaOffer | IdeaSupport


async def spread(*, idea_id: int) -> None:
    """Begin to tell everybody around an idea what became of it."""
    for group in ("supports", "offers", "follows"):
        await jobs.enqueue("idea_told", key=f"idea-told-{idea_id}-{group}-0", idea_id=idea_id, group=group, after=0)


async def tell(*, idea_id: int, group: str, after: int) -> None:
    """One batch of readers; the next one is planned in the same transaction. The same person reads it once."""
    async with transaction():
        idea = await Idea.get(id=idea_id).select_related("initiative")
        rows = await _readers(idea, group, after)
        for row in rows:
            if row.person.id != idea.author_id:
                await _tell(idea, row)
        if len(rows) == BATCH:
            last = rows[-1].id
            key = f"idea-told-{idea_id}-{group}-{last}"
            await jobs.enqueue("idea_told", key=key, idea_id=idea_id, group=group, after=last)


async def _readers(idea: Idea, group: str, after: int) -> Sequence[Reader]:
    if group == "follows":
        return await followers(KIND, idea.id, after=after, limit=BATCH)
    if group == "offers":
        helping = IdeaOffer.filter(idea_id=idea.id, id__gt=after, state__in=[OfferState.OPEN, OfferState.ACCEPTED])
        return await helping.order_by("id").limit(BATCH).select_related("person")
    counted = IdeaSupport.filter(idea_id=idea.id, id__gt=after, confirmed_at__isnull=False)
    return await counted.order_by("id").limit(BATCH).select_related("person")


async def _tell(idea: Idea, row: Reader) -> None:
    if idea.initiative is None:
        await letters.ended(idea, row.person)
        return
    token = letters.support_token(row) if isinstance(row, IdeaSupport) else ""
    await letters.became(idea, row.person, urls.absolute("initiatives.show", slug=idea.initiative.slug), token)


async def forget(**_payload: object) -> None:
    """What no mail confirmed within a week goes, with its words."""
    before = clock.now() - HELD
    await Idea.filter(status=Status.UNCONFIRMED, created_at__lt=before).delete()
    await IdeaSupport.filter(confirmed_at__isnull=True, at__lt=before).delete()
    await IdeaOffer.filter(state=OfferState.UNCONFIRMED, at__lt=before).delete()


handlers: dict[str, jobs.Handler] = {
    "idea_became": spread, "idea_stopped": spread, "idea_told": tell, "ideas_swept": forget,
    "ideas_silent": ending.silence_due,
}  # fmt: skip
minutes = {"ideas_swept": 1440, "ideas_silent": 1440}
