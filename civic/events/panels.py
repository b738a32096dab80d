"""What gatherings show on other pages."""

from civic import slots
from civic.events.queries import coming, held_by, mine
from civic.initiatives.models import Initiative
from civic.initiatives.timeline import Sort
from civic.people.models import Person
from civic.slots import Moment, Panel, Todo
from civic.web import urls


def fill() -> None:
    """Hand the parts in (called by the composition)."""
    slots.initiative_panels.fill(initiative_panel)
    slots.person_todos.fill(my_events)
    slots.agenda.fill(next_events)
    slots.initiative_timeline.fill(timeline)


async def initiative_panel(initiative: Initiative, _person: Person | None) -> list[Panel]:
    """The initiative's next gatherings."""
    events = await coming(initiative_id=initiative.id, limit=3)
    return [Panel("civic/events/panel.html", {"events": events}, order=60)] if events else []


async def my_events(person: Person) -> list[Todo]:
    """The gatherings I said I come to."""
    return [
        Todo(event.title, urls.path("events.show", slug=event.slug), "temps", event.starts_at, event.place, True)
        for event in await mine(person)
    ]


async def next_events() -> list[Moment]:
    """The next gatherings of all, with their town (or, without one, the place as it was written)."""
    return [
        Moment(
            event.starts_at, event.title, urls.path("events.show", slug=event.slug), "temps",
            event.commune.name if event.commune else event.place,
        )
        for event in await coming(limit=4)
    ]


async def timeline(initiative: Initiative) -> list[Moment]:
    """The initiative's gatherings, past and to come."""
    return [
        Moment(
            event.starts_at, event.title, urls.path("events.show", slug=event.slug), "temps", event.place, Sort.MEETING
        )
        for event in await held_by(initiative.id)
    ]  # fmt: skip
