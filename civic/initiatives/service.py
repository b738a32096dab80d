"""Verbs of initiatives; the search index follows in the same transaction."""

from typing import Any

from tortoise.expressions import F

from civic import clock, jobs, search
from civic.activity.service import record
from civic.database import transaction
from civic.follows import service as follows
from civic.initiatives.models import Initiative, InitiativeTopic, Lead, Stage
from civic.people.models import Person
from civic.places.folding import slug
from civic.places.models import Commune


async def propose(title: str, topics: list[str], *, lead: Person | None = None, **values: Any) -> Initiative:
    """A new initiative, not yet public. `values` are fields of Initiative; its place is the commune's unless given."""
    present = clock.now()
    async with transaction():
        initiative = await Initiative.create(
            title=title, slug=await free_slug(title), created_at=present, updated_at=present,
            **await _placed(values),
        )  # fmt: skip
        await set_topics(initiative, topics)
        if lead:
            await add_lead(initiative, lead)
        await index(initiative)
    return initiative


async def publish(initiative: Initiative) -> None:
    """Everybody may see it; harmless when repeated."""
    async with transaction():
        present = clock.now()
        if await Initiative.filter(id=initiative.id, published_at__isnull=True).update(published_at=present):
            initiative.published_at = present
            await record(
                "initiative_published", way="voix", initiative_id=initiative.id, title=initiative.title,
                slug=initiative.slug,
            )  # fmt: skip


async def change(initiative: Initiative, topics: list[str] | None = None, **values: Any) -> None:
    """Change an initiative's own fields."""
    async with transaction():
        initiative.update_from_dict({**await _placed(values), "updated_at": clock.now()})
        initiative.version += 1
        await initiative.save()
        if topics is not None:
            await set_topics(initiative, topics)
        await index(initiative)


async def change_stage(initiative: Initiative, stage: Stage, *, ending: str = "") -> None:
    """Walk to another stage; finishing or stopping keeps the lead's own words about the end."""
    async with transaction():
        if initiative.stage == stage:
            return
        initiative.stage, initiative.ending, initiative.updated_at = stage, ending, clock.now()
        await initiative.save(update_fields=["stage", "ending", "updated_at"])
        await record(
            "stage_changed", way="voix", initiative_id=initiative.id, title=initiative.title, slug=initiative.slug,
            stage=stage.value,
        )  # fmt: skip
        key = f"{initiative.id}:{initiative.updated_at.isoformat()}"
        await jobs.enqueue("initiative_stage_changed", key=key, initiative_id=initiative.id)


async def add_lead(initiative: Initiative, person: Person) -> None:
    """A person runs the initiative from now on; harmless when she already does."""
    if not await Lead.filter(initiative_id=initiative.id, person_id=person.id, until__isnull=True).exists():
        await Lead.create(initiative=initiative, person=person, since=clock.now())


async def follow(person: Person, initiative: Initiative) -> None:
    """A person follows it; the counter is kept in the same transaction."""
    async with transaction():
        if await follows.follow(person, "initiative", initiative.id):
            await Initiative.filter(id=initiative.id).update(followers_count=F("followers_count") + 1)


async def unfollow(person: Person, initiative: Initiative) -> None:
    """A person stops following it."""
    async with transaction():
        if await follows.unfollow(person, "initiative", initiative.id):
            await Initiative.filter(id=initiative.id).update(followers_count=F("followers_count") - 1)


async def set_topics(initiative: Initiative, topics: list[str]) -> None:
    """Replace the topics; the first one decides which landscape is drawn."""
    await InitiativeTopic.filter(initiative_id=initiative.id).delete()
    for topic in dict.fromkeys(topics):
        await InitiativeTopic.create(initiative=initiative, topic=topic)


async def index(initiative: Initiative) -> None:
    """Make it findable by its words."""
    await search.index("initiative", initiative.id, initiative.title, f"{initiative.summary} {initiative.story}")


async def free_slug(title: str) -> str:
    """An address for this title that nobody has yet."""
    base = slug(title)[:100].strip("-") or "initiative"
    taken = {row.slug for row in await Initiative.filter(slug__startswith=base).only("id", "slug")}
    return next(one for one in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)


async def _placed(values: dict[str, Any]) -> dict[str, Any]:
    """An initiative without a point of its own stands at its commune's."""
    commune: Commune | None = values.get("commune")
    if commune and values.get("latitude") is None:
        values = {**values, "latitude": commune.latitude, "longitude": commune.longitude}
    return values
