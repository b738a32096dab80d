"""The skills sheet: what a person did and can do, from the ledger and from what she says, as far as she wants it."""

from dataclasses import dataclass
from datetime import date

from civic import clock
from civic.people.models import Person
from volunteering.attestations import content
from volunteering.attestations.content import Line
from volunteering.attestations.drawing import Sheet
from volunteering.attestations.forms import SheetForm
from volunteering.hours import queries as hours
from volunteering.missions.skills import CODES, words
from volunteering.volunteers.models import Volunteer

BEGINNING = date(1900, 1, 1)


@dataclass(slots=True, frozen=True)
class Known:
    """All that could be shown: lines, minutes by skill used, codes of skills that she says she has."""

    lines: list[Line]
    used: dict[str, int]
    told: list[str]


async def known(person: Person) -> Known:
    """Everything about one person: agreed hours since the beginning, and the skills of her own sheet not yet used."""
    entries = await hours.agreed(person.id, BEGINNING, clock.today())
    used = content.skills(entries)
    own = await Volunteer.get_or_none(person_id=person.id)
    told = [code for code in CODES if own and code in own.skills and code not in used]
    return Known(content.lines(entries), used, told)


def chosen(person: Person, all_: Known, choice: SheetForm) -> Sheet:
    """What she wants to show; everything until she has chosen. Her first name alone when she prefers it."""
    if not choice.choix:
        choice = everything(all_)
    said = words()
    return Sheet(
        name=person.short_name if choice.prenom else person.name,
        lines=[line for line in all_.lines if line.first_id in choice.lignes],
        used=[(said[code], minutes) for code, minutes in all_.used.items() if code in choice.acquis],
        told=[said[code] for code in all_.told if code in choice.dits], with_hours=choice.heures,
    )  # fmt: skip


def everything(all_: Known) -> SheetForm:
    """The choice that hides nothing."""
    return SheetForm(
        choix=True, lignes=[line.first_id for line in all_.lines], acquis=list(all_.used), dits=all_.told, heures=True
    )
