"""What leads do with missions. The only writer of their rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from tortoise.expressions import F

from civic import clock, database, jobs, mail, search
from civic.activity import service as activity
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.initiatives.queries import leads_of
from civic.needs import service as needs
from civic.needs.models import NeedKind
from civic.people.actor import Actor
from civic.people.models import Person
from civic.places.folding import slug
from civic.web import urls
from volunteering.missions.models import UNDATED, Mission, MissionStatus

COMING = ("coming_shifts", "coming_capacity", "coming_taken", "listed_at", "next_ends_at", "last_at")
"""The fields of a mission that its shifts keep."""
PLACE = ("place", "commune_id", "remote")
"""The fields that say where one goes."""
WRITTEN = (
    "title", "summary", "tasks", "ongoing", "remote", "place", "commune_id", "bring", "minimum_age", "effort",
    "effort_note", "car_free", "car_note", "skills", "contact_note", "required_skills", "wished_skills",
    "availabilities", "cancel_hours",
)  # fmt: skip
"""The fields of a mission that its lead writes."""
TWICE = timedelta(minutes=10)
"""Within this time the same words are the same form sent twice."""


@dataclass(slots=True, frozen=True)
class Coming:
    """What the shifts to come of a mission add up to: places, and when."""

    shifts: int = 0
    capacity: int = 0
    taken: int = 0
    next_at: datetime | None = None
    next_ends_at: datetime | None = None
    last_at: datetime | None = None


async def create(initiative: Initiative, actor: Actor, values: dict[str, Any]) -> Mission:
    """A lead describes a mission; it stays a draft until she opens it. `values` are fields of Mission."""
    present, placed = clock.now(), _placed(values, initiative)
    async with database.transaction():
        mission = await Mission.create(
            **placed, slug=await _free_slug(values["title"]), initiative=initiative, contact=actor.person,
            created_at=present, updated_at=present,
        )  # fmt: skip
        await index(mission.id)
    return mission


async def written_just_now(initiative: Initiative, values: dict[str, Any], *, but: int = 0) -> Mission | None:
    """The draft, `but` the one with this id, that these words made minutes ago: a form sent twice makes one."""
    wanted = mark_of(Mission(**_placed(values, initiative)))
    recent = Mission.filter(
        initiative_id=initiative.id, title=values["title"], created_at__gt=clock.now() - TWICE,
        status=MissionStatus.DRAFT,
    ).exclude(id=but)  # fmt: skip
    return next((one for one in await recent.order_by("id") if mark_of(one) == wanted), None)


class Overtaken(DomainError):
    """Somebody else has saved in the meantime: `theirs` is what stands now, `seen` the mark of it."""

    def __init__(self, theirs: Mission) -> None:
        super().__init__(_("Une autre personne a enregistré cette mission entre-temps. Comparez, puis enregistrez."))
        self.theirs, self.seen = theirs, mark_of(theirs)


def mark_of(mission: Mission) -> str:
    """A short mark of all that a lead wrote; the same words have the same mark."""
    return sha256(repr([getattr(mission, name) for name in WRITTEN]).encode()).hexdigest()[:16]


async def edit(mission: Mission, values: dict[str, Any], seen: str = "") -> None:
    """A lead rewrites a mission; its address stays.

    `seen` is the mark of what she had before her eyes (empty: not asked). Raises Overtaken when another person has
    saved something else meanwhile.
    """
    changes = _placed(values, mission.initiative)
    async with database.transaction():
        await lock(mission.id)
        fresh = await Mission.get(id=mission.id).select_related("commune")
        if seen and mark_of(fresh) not in (seen, mark_of(Mission(**{**_written(fresh), **changes}))):
            raise Overtaken(fresh)
        await Mission.filter(id=mission.id).update(**changes, updated_at=clock.now())
        await index(mission.id)
        await keep_need(mission.id)
        if any(name in changes and changes[name] != getattr(mission, name) for name in PLACE):
            await jobs.enqueue("mission_moved", key=f"{mission.id}:{clock.now().isoformat()}", mission_id=mission.id)


async def open_(mission: Mission) -> None:
    """Let people come; the first opening is news. Raises DomainError while there is nothing to come to."""
    async with database.transaction():
        await lock(mission.id)
        fresh = await Mission.get(id=mission.id)
        if fresh.is_open:
            return
        if not fresh.is_dated and not fresh.ongoing:
            raise DomainError(_("Ajoutez d’abord un créneau : il faut une date pour venir."))
        await Mission.filter(id=mission.id).update(
            status=MissionStatus.OPEN, opened_at=fresh.opened_at or clock.now(), updated_at=clock.now()
        )
        await keep_need(mission.id)
        if fresh.opened_at is None:
            await activity.record(
                "mission_opened", way="temps", initiative_id=fresh.initiative_id, title=fresh.title,
                path=urls.path("missions.show", slug=fresh.slug),
            )  # fmt: skip


async def close(mission: Mission) -> None:
    """Take no more people; those who have a place keep it, those who wait for one are told. Harmless when repeated."""
    async with database.transaction():
        await lock(mission.id)
        fresh = await Mission.get(id=mission.id)
        if fresh.status == MissionStatus.CLOSED:
            return
        await Mission.filter(id=mission.id).update(status=MissionStatus.CLOSED, updated_at=clock.now())
        await keep_need(mission.id)
        await jobs.enqueue("mission_closed", key=f"{mission.id}:{fresh.version}", mission_id=mission.id)


async def hand_over(mission: Mission, actor: Actor, person_id: int) -> Person:
    """Another lead of the initiative welcomes people from now on, and is told; how to reach the former one goes.

    Harmless when repeated. Raises Invalid when that person does not run the initiative.
    """
    found = next((lead for lead in await leads_of(mission.initiative_id) if lead.id == person_id), None)
    if found is None:
        raise Invalid(_("Cette personne ne porte pas l’initiative."), field="contact")
    async with database.transaction():
        await lock(mission.id)
        fresh = await Mission.get(id=mission.id)
        if fresh.contact_id == found.id:
            return found
        await Mission.filter(id=mission.id).update(contact_id=found.id, contact_note="", updated_at=clock.now())
        if found.email and found.id != actor.person.id:
            await mail.send(
                "volunteering/welcome", to=found.email, key=f"welcome-{mission.id}-{fresh.version}",
                locale=found.locale, reader=found.name, person=actor.person.short_name, title=fresh.title,
                slug=fresh.slug,
            )  # fmt: skip
    return found


async def lock(mission_id: int) -> None:
    """Write the mission's row first, so that whoever counts after this counts alone."""
    await Mission.filter(id=mission_id).update(version=F("version") + 1)


async def note_coming(mission_id: int, coming: Coming) -> None:
    """Keep what the shifts to come add up to, and the gauge, in the caller's transaction (the row is locked)."""
    mission = await Mission.get(id=mission_id)
    mission.coming_shifts, mission.coming_capacity, mission.coming_taken = coming.shifts, coming.capacity, coming.taken
    mission.listed_at, mission.next_ends_at = coming.next_at or UNDATED, coming.next_ends_at
    mission.last_at = coming.last_at
    await mission.save(update_fields=list(COMING))
    await _keep_need(mission)


async def keep_need(mission_id: int) -> None:
    """Write the mission's gauge among the initiative's needs: places of the shifts to come, places taken."""
    await _keep_need(await Mission.get(id=mission_id))


async def index(mission_id: int) -> None:
    """Let its words be found (the search index follows in the same transaction)."""
    mission = await Mission.get(id=mission_id)
    text = " ".join((mission.summary, mission.tasks, mission.place, mission.skills, mission.bring))
    await search.index("mission", mission.id, mission.title, text)


async def _keep_need(mission: Mission) -> None:
    if mission.opened_at is None and not mission.is_open:
        return
    await needs.keep(
        mission.initiative_id, NeedKind.TIME, mission.needs_word, title=mission.title,
        path=urls.path("missions.show", slug=mission.slug), target=mission.coming_capacity,
        reached=mission.coming_taken, ends_at=mission.last_at,
        open=mission.is_open and (mission.is_dated or mission.ongoing),
    )  # fmt: skip


def _written(mission: Mission) -> dict[str, Any]:
    return {name: getattr(mission, name) for name in WRITTEN}


def _placed(values: dict[str, Any], initiative: Initiative) -> dict[str, Any]:
    """A mission without a place of its own is in the initiative's commune; a remote one is nowhere."""
    if values.get("remote"):
        return {**values, "commune_id": None, "place": ""}
    return {**values, "commune_id": values.get("commune_id") or getattr(initiative, "commune_id", None)}


async def _free_slug(title: str) -> str:
    base = slug(title)[:100].strip("-") or "mission"
    taken = {str(name) for name in await Mission.filter(slug__startswith=base).values_list("slug", flat=True)}
    names = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
