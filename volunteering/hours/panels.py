"""What the ledger of hours adds to other pages: hours to validate, what one gave, the figure of the home page."""

from datetime import datetime

from civic import clock
from civic.i18n import _, _n
from civic.initiatives.models import Initiative
from civic.initiatives.queries import is_lead
from civic.people.models import Person
from civic.slots import Figure, Given, Panel, Todo
from civic.web import urls
from civic.web.formats import number
from volunteering.hours import queries
from volunteering.hours.models import HoursEntry
from volunteering.hours.words import duration, title_of


async def person_todos(person: Person) -> list[Todo]:
    """« Heures à valider », a line for each initiative she runs."""
    return [
        Todo(_("Heures à valider\u00a0: %(n)s", n=count), urls.path("hours.index", slug=slug), "temps", detail=title)
        for slug, title, count in await queries.waiting_for(person.id)
    ]


async def desk_todos(_person: Person) -> list[Todo]:
    """Hours that only the team can validate: those of somebody who leads alone."""
    count, first = await queries.waiting_for_team()
    if first is None:
        return []
    text = _("Heures que seule l’équipe peut valider\u00a0: %(n)s", n=count)
    return [Todo(text, urls.path("hours.index", slug=first.slug), "temps", detail=first.title)]


async def initiative_panels(initiative: Initiative, person: Person | None) -> list[Panel]:
    """The lead's way to the hours of her initiative; a signed-in person's way to say hers."""
    if person is None:
        return []
    leads = await is_lead(person, initiative.id)
    waiting = await queries.pending_count(initiative.id, but=person.id) if leads else 0
    return [Panel("volunteering/hours/_initiative.html", {
        "initiative": initiative, "leads": leads, "waiting": waiting,
    }, order=30)]  # fmt: skip


async def person_given(person: Person) -> list[Given]:
    """The time she gave, as the ledger says it; the list that a lead has just filled in comes into it at once."""
    return [
        Given(f"{title_of(row)}, {row.initiative.title}", urls.path("initiatives.show", slug=row.initiative.slug),
              "temps", _noon(row), _detail(row))
        for row in await queries.shown_of(person.id)
    ]  # fmt: skip


async def figures() -> list[Figure]:
    """Hours given, once some are agreed on: the ledger is the only source of this number."""
    people, minutes = await queries.given()
    if not minutes:
        return []
    return [
        Figure(
            _("%(n)s\u00a0h", n=number(minutes // 60)), _("données"),
            _n("par %(n)s personne, heures validées", "par %(n)s personnes, heures validées", people), order=20,
        )
    ]  # fmt: skip


def _detail(row: HoursEntry) -> str:
    said = duration(row.minutes)
    return _("%(time)s, à valider", time=said) if row.is_pending else said


def _noon(row: HoursEntry) -> datetime:
    return clock.at(row.day, 12)
