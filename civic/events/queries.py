"""Reads about gatherings."""

from typing import Any

from tortoise.expressions import Q

from civic import clock
from civic.errors import Forbidden, NotFound
from civic.events.models import Answer, Event
from civic.i18n import _
from civic.initiatives.queries import may_edit
from civic.people.actor import Actor
from civic.people.models import Person


async def coming(
    *, initiative_id: int | None = None, after: list[Any] | None = None, limit: int = 12, insee: str = ""
) -> list[Event]:
    """Gatherings that are not over, soonest first, from the key (`starts_at`, `id`) on."""
    shown = Q(initiative_id__isnull=True) | Q(initiative__published_at__isnull=False)
    query = Event.filter(shown, ends_at__gte=clock.glance(), cancelled_at__isnull=True)
    if initiative_id:
        query = query.filter(initiative_id=initiative_id)
    if insee:
        query = query.filter(commune_id=insee)
    if after:
        start, last = after
        query = query.filter(Q(starts_at__gt=start) | Q(starts_at=start, id__gt=last))
    rows = await query.order_by("starts_at", "id").limit(limit).select_related("commune", "initiative", "organisation")
    clock.changes_at(*(event.ends_at for event in rows))
    return rows


async def held_by(initiative_id: int) -> list[Event]:
    """All the gatherings of an initiative that were not called off, the earliest first."""
    return await Event.filter(initiative_id=initiative_id, cancelled_at__isnull=True).order_by("starts_at", "id")


async def event_to_show(slug: str) -> Event:
    """A gathering. Raises NotFound."""
    event = await Event.get_or_none(slug=slug).select_related("commune", "initiative", "organisation")
    if event is None or (event.initiative and not event.initiative.is_public):
        raise NotFound(_("Ce rendez-vous n’existe pas."))
    return event


async def event_to_edit(slug: str, actor: Actor) -> Event:
    """A gathering that this person may change: a lead of its initiative, or the team. Raises NotFound or Forbidden."""
    event = await event_to_show(slug)
    leads = event.initiative is not None and await may_edit(actor, event.initiative)
    if not (leads or actor.is_animator):
        raise Forbidden(_("Seules les personnes qui portent l’initiative peuvent changer ce rendez-vous."))
    return event


async def may_change(actor: Actor | None, event: Event) -> bool:
    """Whether to offer the change: to leads and the team, until it is over or cancelled."""
    if actor is None or event.cancelled_at or clock.is_over(event.ends_at):
        return False
    return actor.is_animator or (event.initiative is not None and await may_edit(actor, event.initiative))


async def comers(event: Event) -> list[Person]:
    """Who said that they come, and can be written to."""
    rows = await Answer.filter(event_id=event.id, person__email__isnull=False).select_related("person").order_by("id")
    return [row.person for row in rows]


async def is_coming(person: Person | None, event: Event) -> bool:
    """Whether this person said that she comes."""
    return person is not None and await Answer.filter(event_id=event.id, person_id=person.id).exists()


async def mine(person: Person) -> list[Event]:
    """The gatherings to come that a person said she comes to."""
    rows = await Answer.filter(person_id=person.id, event__ends_at__gte=clock.now()).select_related("event")
    return sorted((row.event for row in rows), key=lambda event: event.starts_at)
