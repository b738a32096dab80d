"""What is typed back from a sheet of paper: lines as people write them, understood or refused one by one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from civic import clock
from civic.errors import Invalid
from civic.i18n import _
from civic.people.forms import Name
from civic.places.folding import fold
from civic.web.forms import UNWRITTEN, Form
from volunteering.shifts.models import Shift
from volunteering.signups.attendance import WalkIn
from volunteering.signups.models import Signup
from volunteering.signups.paper import Entry
from volunteering.signups.roll import Roll

_NAME: TypeAdapter[str] = TypeAdapter(Name)
SPARE, MOST = 10, 300
FIELDS = ("who", "start", "end", "new", "role")
EARLY, LATE = timedelta(hours=3), timedelta(hours=6)
"""Hours so far from the shift's own are a slip of the pen."""
_HOUR = re.compile(r"^(\d{1,2})\s*(?:[h:.,]\s*(\d{1,2})?|(\d{2}))?$", re.IGNORECASE)


@dataclass(slots=True)
class Sheet:
    """The screen: what was typed, what is wrong, the lines that were understood."""

    form: Form[Any]
    lines: int
    key: str
    entries: list[Entry] = field(default_factory=list)


def lines_for(roll: Roll) -> int:
    """As many lines as people are expected, and some more."""
    return min(MOST, len(roll.rows) + len(roll.waiting) + SPARE)


def read(shift: Shift, roll: Roll, sent: Mapping[str, str]) -> Sheet:
    """Understand the whole screen; empty lines are left out, each error stands beside its field."""
    form: Form[Any] = Form({"cle": sent.get("cle", "")[:60]})
    sheet = Sheet(form, lines_for(roll), sent.get("cle", "")[:60])
    sheet.lines = max(sheet.lines, min(MOST, sum(name.startswith("who_") for name in sent)))
    people = (*roll.rows, *roll.waiting)
    for number in range(1, sheet.lines + 1):
        line = {name: sent.get(f"{name}_{number}", "").translate(UNWRITTEN).strip()[:120] for name in FIELDS}
        form.values |= {f"{name}_{number}": value for name, value in line.items()}
        _label(form, number)
        if any(line[name] for name in ("who", "start", "end")):
            _read_line(sheet, shift, people, number, line)
    if not sheet.entries and not form.errors:
        form.errors["who_1"] = _("Remplissez au moins une ligne : un code ou un nom.")
    return sheet


def _label(form: Form[Any], number: int) -> None:
    for name, label in (("who", _("Code ou nom")), ("start", _("Arrivée")), ("end", _("Départ"))):
        form.name_field(f"{name}_{number}", _("Ligne %(n)s, %(field)s", n=number, field=label))


def _read_line(sheet: Sheet, shift: Shift, people: Sequence[Signup], number: int, line: Mapping[str, str]) -> None:
    try:
        entry = _meant(people, line, number)
        arrived = _moment(shift, line["start"], f"start_{number}")
        left = _moment(shift, line["end"], f"end_{number}")
        if left and left <= (arrived or shift.starts_at):
            raise Invalid(_("Le départ vient avant l’arrivée."), field=f"end_{number}")
        twin = next((one for one in sheet.entries if _same(one, entry)), None)
        if twin:
            raise Invalid(_("Cette personne est déjà à la ligne %(n)s.", n=twin.number), field=f"who_{number}")
    except Invalid as error:
        sheet.form.refuse(error)
        return
    sheet.entries.append(replace(entry, arrived_at=arrived, left_at=left))


def _same(one: Entry, other: Entry) -> bool:
    if one.new and other.new:
        return fold(one.new.name) == fold(other.new.name)
    return one.signup_id != 0 and one.signup_id == other.signup_id


def _meant(people: Sequence[Signup], line: Mapping[str, str], number: int) -> Entry:
    """Whom a code or a name means. Raises Invalid when nobody, or more than one, is called so."""
    typed, place = line["who"], f"who_{number}"
    if not typed:
        raise Invalid(_("Écrivez le code ou le nom de cette ligne."), field=place)
    found = by_words(people, typed, whole=bool(line["new"]))
    if len(found) > 1:
        raise Invalid(_("Plusieurs personnes s’appellent ainsi : écrivez le code."), field=place)
    if found:
        return Entry(number, found[0].id)
    if not line["new"]:
        words = _("Personne de la liste ne s’appelle ainsi. Venue sans s’inscrire ? Cochez la case.")
        raise Invalid(words, field=place)
    if len(typed) < 2:
        raise Invalid(_("Écrivez le prénom et le nom."), field=place)
    try:
        name = _NAME.validate_python(typed)
    except ValidationError:
        raise Invalid(_("Écrivez un prénom et un nom, sans adresse ni lien."), field=place) from None
    role = line["role"]
    return Entry(number, new=WalkIn(name, int(role) if role.isdecimal() and len(role) < 18 else 0))


def by_words(people: Sequence[Signup], typed: str, *, whole: bool = False) -> list[Signup]:
    """Those of the list whom these words mean: by code, by the whole name, « Prénom N. », or how the name begins.

    `whole`: only the whole name, for a walk-in who may be called like somebody else begins.
    """
    words, code = fold(typed), typed.upper()
    of_code = [row for row in people if row.code and row.code == code]
    exact = [row for row in people if row.person.name_folded == words]
    if of_code or exact or whole:
        return of_code or exact
    short = [row for row in people if fold(row.person.short_name) == words]
    return short or [row for row in people if len(words) > 1 and row.person.name_folded.startswith(words)]


def _moment(shift: Shift, typed: str, place: str) -> datetime | None:
    """« 9 », « 9h05 », « 9:05 », « 0905 » as a moment of the shift's night or day. Raises Invalid beside the field."""
    if not typed:
        return None
    found = _HOUR.match(typed)
    hours, minutes = (int(found[1]), int(found[2] or found[3] or 0)) if found else (99, 0)
    if hours > 23 or minutes > 59:
        raise Invalid(_("Écrivez une heure, par exemple 9h05."), field=place)
    day = clock.local(shift.starts_at).date()
    for candidate in (clock.at(day, hours, minutes), clock.at(day + timedelta(days=1), hours, minutes)):
        if shift.starts_at - EARLY <= candidate <= shift.ends_at + LATE and candidate <= clock.now() + EARLY:
            return candidate
    raise Invalid(_("Cette heure est loin de celles du créneau."), field=place)
