"""What needs of things show on other pages; needs of money, time and voice are shown by those who keep them."""

from civic.i18n import _n
from civic.initiatives.models import Initiative
from civic.needs.models import Need, NeedKind
from civic.needs.queries import count_open, needs_of, open_needs
from civic.people.models import Person
from civic.slots import Panel, Way

SHOWN = 3
COUNT_MOST = 200


async def initiative_panel(initiative: Initiative, _person: Person | None) -> list[Panel]:
    """« Prêter ou donner une chose »."""
    things = [need for need in await needs_of(initiative.id) if need.kind == NeedKind.THING]
    return [Panel("civic/needs/panel.html", {"things": things, "initiative": initiative}, order=40)] if things else []


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
