"""What needs of things show on other pages; needs of money, time and voice are shown by those who keep them."""

from civic import clock
from civic.i18n import _n
from civic.initiatives.models import Initiative
from civic.initiatives.queries import is_lead
from civic.needs.models import Need, NeedKind
from civic.needs.queries import count_open, needs_of, open_needs
from civic.people.models import Person
from civic.slots import Panel, Way

SHOWN = 3
COUNT_MOST = 200


async def initiative_panel(initiative: Initiative, person: Person | None) -> list[Panel]:
    """« Prêter ou donner une chose »; leads see it even when empty."""
    things = [need for need in await needs_of(initiative.id) if need.kind == NeedKind.THING and not need.is_past]
    leads = not initiative.is_over and await is_lead(person, initiative.id)
    if not (things or leads):
        return []
    context = {"things": things, "initiative": initiative, "leads": leads, "one_second": clock.SECOND}
    return [Panel("civic/needs/panel.html", context, order=40)]


async def home_ways() -> list[Way]:
    """Things wanted now."""
    things = await open_needs(NeedKind.THING, SHOWN)
    if not things:
        return []
    wanted = await count_open(NeedKind.THING, COUNT_MOST)
    summary = _n("%(n)s chose recherchée", "%(n)s choses recherchées", wanted)
    return [Way(NeedKind.THING.value, summary, [(need.title, _where(need), need.path) for need in things])]


def _where(need: Need) -> str:
    return need.initiative.title
