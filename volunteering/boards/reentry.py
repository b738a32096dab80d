"""What is typed back from a sheet of paper: who was there of those expected, hours as people write them, walk-ins.

Whoever is expected has a line already, and only what her line of the sheet says is typed; hours alone say that she was
there. Each line is understood, or refused with its reason beside the field.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
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
from volunteering.signups import contacts
from volunteering.signups.attendance import WalkIn
from volunteering.signups.models import PAST, Signup, SignupStatus
from volunteering.signups.paper import Entry
from volunteering.signups.roll import Roll

_NAME: TypeAdapter[str] = TypeAdapter(Name)
SPARE = 10
"""Lines for people who came without signing up."""
MOST_FIELDS = 4000
EARLY, LATE = timedelta(hours=3), timedelta(hours=6)
"""Hours so far from the shift's own are a slip of the pen."""
_HOUR = re.compile(r"^(\d{1,2})\s*(?:[h:.,]\s*(\d{1,2})?|(\d{2}))?$", re.IGNORECASE)
_LINE = re.compile(r"^p(\d{1,17})$")


@dataclass(slots=True)
class Sheet:
    """The screen: what was typed, what is wrong, what was understood; `ticked`: everybody is, nothing is noted."""

    form: Form[Any]
    key: str
    entries: list[Entry] = field(default_factory=list)
    ticked: bool = False


def on_sheet(roll: Roll) -> Iterator[Signup]:
    """Everybody who has a line, in the page's order: role by role, those who wait last."""
    for group in roll.groups:
        yield from (*group.rows, *group.waiting)


def answer(row: Signup, after: SignupStatus) -> str:
    """What a line's choice sends: the state that the page showed, and what is said now."""
    return f"{row.status.value}:{after.value}"


def read(shift: Shift, roll: Roll, sent: Mapping[str, str]) -> Sheet:
    """Understand the whole screen; lines of which nothing is said are left out, each error stands beside its field."""
    key = sent.get("cle", "").translate(UNWRITTEN)[:60]
    form: Form[Any] = Form({"cle": key})
    for name, value in sent.items():
        form.values[name] = value.translate(UNWRITTEN).strip()[:120]
    sheet, people = Sheet(form, key), list(on_sheet(roll))
    for row in people:
        with _beside(form):
            _read_row(sheet, shift, row)
    for number in range(1, SPARE + 1):
        with _beside(form):
            _read_new(sheet, shift, people, number)
    _whole(sheet, people)
    return sheet


def tick_all(sheet: Sheet, roll: Roll) -> Sheet:
    """« Tout le monde était là » : ticked for whoever is expected and of whom nothing is said yet. Nothing is noted."""
    for row in roll.unsaid:
        if not sheet.form.values.get(f"p{row.id}"):
            sheet.form.values[f"p{row.id}"] = answer(row, SignupStatus.ATTENDED)
    sheet.form.errors.clear()
    sheet.ticked = True
    return sheet


def _whole(sheet: Sheet, people: Sequence[Signup]) -> None:
    """What can only be said of the screen as a whole."""
    form, known = sheet.form, {row.id for row in people}
    if any(int(found[1]) not in known for name in form.values if (found := _LINE.match(name))):
        form.errors[""] = _("Une personne a quitté la liste entre-temps. Vérifiez la feuille, puis notez-la.")
    if not sheet.entries and not form.errors:
        place = f"p{people[0].id}" if people else "who_1"
        form.errors[place] = _("Dites qui était là, ou ajoutez une ligne.")


@contextmanager
def _beside(form: Form[Any]) -> Iterator[None]:
    """A line that is not understood says so beside its field, and the next one is read."""
    try:
        yield
    except Invalid as error:
        form.refuse(error)


def _read_row(sheet: Sheet, shift: Shift, row: Signup) -> None:
    place, typed = f"p{row.id}", sheet.form.values
    for name, label in (("start", _("Arrivée")), ("end", _("Départ"))):
        sheet.form.name_field(f"{name}_{place}", f"{contacts.called(shift)(row.person)}, {label}")
    sheet.form.name_field(place, contacts.called(shift)(row.person))
    shown, _colon, said = str(typed.get(place, "")).partition(":")
    arrived, left = _hours(shift, typed, place)
    if said in (SignupStatus.EXCUSED, SignupStatus.MISSED) and (arrived or left):
        raise Invalid(_("Ses heures sont écrites : effacez-les, ou dites « Était là »."), field=place)
    came = _many(row, str(typed.get(f"n{row.id}", "")))
    if not (arrived or left or came) and (said not in PAST or said == shown):
        return
    after = SignupStatus(said) if said in PAST else SignupStatus.ATTENDED
    came = came if after == SignupStatus.ATTENDED else 0
    before = SignupStatus(shown) if shown in set(SignupStatus) else row.status
    sheet.entries.append(Entry(0, row.id, None, before, after, arrived, left, came))


def _many(row: Signup, typed: str) -> int:
    """How many of a group came, 0 when it is as known. Raises Invalid beside the field."""
    if row.party == 1 or typed in ("", str(row.present)):
        return 0
    if not typed.isdecimal() or not 1 <= int(typed[:6]) <= row.party:
        raise Invalid(_("Écrivez un nombre de 1 à %(n)s.", n=row.party), field=f"n{row.id}")
    return int(typed)


def _read_new(sheet: Sheet, shift: Shift, people: Sequence[Signup], number: int) -> None:
    typed, place = sheet.form.values, f"who_{number}"
    labels = (("who", _("Prénom et nom")), ("start", _("Arrivée")), ("end", _("Départ")))
    for name, label in labels:
        sheet.form.name_field(f"{name}_{number}", _("Sans inscription %(n)s, %(field)s", n=number, field=label))
    if not any(typed.get(f"{name}_{number}") for name, _label in labels):
        return
    arrived, left = _hours(shift, typed, str(number))
    name = _name(str(typed.get(place, "")), place)
    listed = of_list(people, name, place)
    if listed is None:
        twin = next((one for one in sheet.entries if one.new and fold(one.new.name) == fold(name)), None)
        if twin:
            raise Invalid(_("Cette personne est déjà à la ligne %(n)s.", n=twin.number), field=place)
        role = str(typed.get(f"role_{number}", ""))
        new = WalkIn(name, int(role) if role.isdecimal() and len(role) < 18 else 0)
        sheet.entries.append(Entry(number=number, new=new, arrived_at=arrived, left_at=left))
    elif typed.get(f"p{listed.id}") or any(one.signup_id == listed.id for one in sheet.entries):
        raise Invalid(_("Cette personne a déjà sa ligne plus haut."), field=place)
    else:
        sheet.entries.append(Entry(signup_id=listed.id, shown=listed.status, arrived_at=arrived, left_at=left))


def _name(typed: str, place: str) -> str:
    if len(typed) < 2:
        raise Invalid(_("Écrivez le prénom et le nom."), field=place)
    try:
        return _NAME.validate_python(typed)
    except ValidationError:
        raise Invalid(_("Écrivez un prénom et un nom, sans adresse ni lien."), field=place) from None


def of_list(people: Sequence[Signup], typed: str, place: str = "") -> Signup | None:
    """Whoever of the list these words surely mean: her code, or her whole name. None: somebody else.

    Raises Invalid for « Prénom N. », which may be her or another.
    """
    words, code = fold(typed), typed.upper()
    for row in people:
        if (row.code and row.code == code) or row.person.name_folded == words:
            return row
    if any(fold(row.person.short_name) == words for row in people):
        said = _("%(name)s est dans la liste : dites-le plus haut, ou écrivez le nom en entier.", name=typed)
        raise Invalid(said, field=place)
    return None


def _hours(shift: Shift, typed: Mapping[str, Any], line: str) -> tuple[datetime | None, datetime | None]:
    """When she came and left, as far as it is written. Raises Invalid beside the field."""
    arrived = _moment(shift, str(typed.get(f"start_{line}", "")), f"start_{line}")
    left = _moment(shift, str(typed.get(f"end_{line}", "")), f"end_{line}")
    if left and left <= (arrived or shift.starts_at):
        raise Invalid(_("Le départ vient avant l’arrivée."), field=f"end_{line}")
    return arrived, left


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
