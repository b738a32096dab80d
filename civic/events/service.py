"""Verbs of gatherings."""

from datetime import datetime
from typing import Any

from tortoise.expressions import F

from civic import clock, database
from civic.activity.service import record
from civic.database import transaction
from civic.errors import DomainError, Gone, Invalid
from civic.events import letters
from civic.events.models import Answer, Event
from civic.i18n import _
from civic.people.models import Person
from civic.places.folding import slug

_ADD = """INSERT INTO answer (event_id, person_id, at) VALUES (?, ?, ?)
ON CONFLICT (event_id, person_id) DO NOTHING RETURNING id"""


async def announce(title: str, starts_at: datetime, ends_at: datetime, **values: Any) -> Event:
    """A gathering is announced; `values` are fields of Event. Raises Invalid when it ends before it starts."""
    if ends_at <= starts_at:
        raise Invalid(_("La fin doit venir après le début."), field="ends_at")
    async with transaction():
        event = await Event.create(
            title=title, slug=await free_slug(title, starts_at), starts_at=starts_at, ends_at=ends_at,
            created_at=clock.now(), **values,
        )  # fmt: skip
        await record(
            "event_announced", way="temps", initiative_id=event.initiative_id,  # type: ignore[attr-defined]
            title=title, slug=event.slug, starts_at=starts_at.isoformat(),
        )  # fmt: skip
    return event


async def change(event: Event, starts_at: datetime, ends_at: datetime, **values: Any) -> None:
    """Change a gathering; who comes is told once, with old and new, when its name, moment or place changes.

    Raises Invalid when it would end before it starts or hold fewer people than come, Gone when it is over.
    """
    _refuse_when_over(event)
    if ends_at <= starts_at:
        raise Invalid(_("La fin doit venir après le début."), field="ends_at")
    capacity = values.get("capacity")
    before = (event.title, event.starts_at, event.ends_at, event.place)
    async with transaction():
        fresh = await Event.get(id=event.id)
        if capacity is not None and capacity < fresh.coming:
            text = _("Des personnes viennent déjà, au nombre de %(n)s. Gardez au moins autant de places.")
            raise Invalid(text % {"n": fresh.coming}, field="capacity")
        event.update_from_dict({"starts_at": starts_at, "ends_at": ends_at, **values})
        told = (event.title, event.starts_at, event.ends_at, event.place) != before
        event.version += told
        await event.save(update_fields=["starts_at", "ends_at", "version", *values])
        if told:
            await letters.changed(event, before[1], before[3])


async def cancel(event: Event, reason: str) -> None:
    """It does not take place; who meant to come reads why in a mail. Raises Gone when it is over or cancelled."""
    _refuse_when_over(event)
    async with transaction():
        present = clock.now()
        if not await Event.filter(id=event.id, cancelled_at__isnull=True).update(
            cancelled_at=present, version=F("version") + 1
        ):
            return
        event.cancelled_at, event.version = present, event.version + 1
        await letters.cancelled(event, reason)


def _refuse_when_over(event: Event) -> None:
    if event.cancelled_at or event.ends_at <= clock.now():
        raise Gone(_("Ce rendez-vous est passé ou annulé."))


async def come(person: Person, event: Event) -> None:
    """« J’y serai »; harmless when repeated. Raises DomainError when it is full, over or cancelled."""
    if event.cancelled_at or event.ends_at <= clock.now():
        raise DomainError(_("Ce rendez-vous est passé ou annulé."))
    async with transaction():
        if not await database.fetch_all(_ADD, [event.id, person.id, clock.now()]):
            return
        sql = "UPDATE event SET coming = coming + 1 WHERE id = ? AND (capacity IS NULL OR coming < capacity)"
        if not await database.execute(sql, [event.id]):
            raise DomainError(_("C’est complet. Suivez l’initiative pour le prochain."))


async def stay_away(person: Person, event: Event) -> None:
    """« Finalement non »."""
    async with transaction():
        if await Answer.filter(event_id=event.id, person_id=person.id).delete():
            await Event.filter(id=event.id).update(coming=F("coming") - 1)


async def free_slug(title: str, starts_at: datetime) -> str:
    """An address for this title and day that nobody has yet."""
    base = f"{slug(title)[:90]}-{clock.local(starts_at):%Y-%m-%d}"
    taken = {row.slug for row in await Event.filter(slug__startswith=base).only("id", "slug")}
    return next(one for one in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)
