"""« Mon espace »: what awaits me first, then what I gave and follow (PRODUCT A3)."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from civic import slots
from civic.follows.queries import followed_ids
from civic.i18n import _n
from civic.initiatives.models import Initiative
from civic.initiatives.queries import led_by
from civic.organisations.queries import hats_of
from civic.people.actor import Actor, actor_of
from civic.people.models import Person
from civic.slots import Given, Panel, Todo
from civic.web import urls
from civic.web.page import page

NEVER = datetime.max.replace(tzinfo=UTC)
GIVEN_MOST = 20


async def space(request: Request) -> Response:
    """Everything about me, in one list and three short ones."""
    actor = actor_of(request)
    person = actor.person
    followed = await Initiative.filter(id__in=await followed_ids(person, "initiative") or [0]).order_by("title")
    return page(
        request, "civic/network/space.html", person=person, todos=await todos_of(person) + await _of_team(actor),
        given=await given_by(person), panels=await panels_of(person), followed=followed, led=await led_by(person),
        hats=await hats_of(person), actor=actor,
    )  # fmt: skip


async def todos_of(person: Person) -> list[Todo]:
    """What awaits this person, most urgent first."""
    found = [todo for fill in slots.person_todos for todo in await fill(person)]
    return sorted(found, key=lambda todo: todo.due_at or NEVER)


async def _of_team(actor: Actor) -> list[Todo]:
    """One line for what awaits the team, for those who are of it: the desk has it in full."""
    if not (actor.is_animator or actor.is_treasurer):
        return []
    count = sum([len(await fill(actor.person)) for fill in slots.desk_todos])
    if not count:
        return []
    text = _n("Au pupitre : %(n)s chose attend l’équipe", "Au pupitre : %(n)s choses attendent l’équipe", count)
    return [Todo(text, urls.path("desk.index"), "voix")]


async def panels_of(person: Person) -> list[Panel]:
    """Further parts of her space, in their order."""
    found = [panel for fill in slots.person_panels for panel in await fill(person)]
    return sorted(found, key=lambda panel: panel.order)


async def given_by(person: Person) -> list[Given]:
    """What this person gave, newest first."""
    found = [given for fill in slots.person_given for given in await fill(person)]
    return sorted(found, key=lambda given: given.at, reverse=True)[:GIVEN_MOST]
