"""Shapes of the forms about shifts. A shift's roles are rows; a button that adds one sends the whole form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field
from starlette.requests import Request

from civic.errors import Invalid
from civic.i18n import _
from civic.web.formats import day as day_in_words
from civic.web.forms import Form
from volunteering.missions import skills
from volunteering.shifts.models import Fairness, ShiftSeries
from volunteering.shifts.roles import MOST_ROLES, RoleWish
from volunteering.shifts.roles import field as named
from volunteering.shifts.rules import WEEKDAYS, Every, Repeat, repeat_of
from volunteering.shifts.series import Reach
from volunteering.shifts.service import Overtaken, Slot
from volunteering.shifts.words import fairness_choices

_TIME = re.compile(r"(\d{1,2})\s*(?:[hH:]\s*(\d{2})?)?")
_ADD, _BACK, _DROP = "add", "back", "drop_"


def read_time(value: Any) -> time:
    """« 8 h », « 8h30 », « 08:30 ». Raises Invalid for anything else."""
    found = _TIME.fullmatch(str(value).strip())
    hours, minutes = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
    if hours > 23 or minutes > 59:
        raise Invalid(_("Écrivez une heure, par exemple 8 h 30."))
    return time(hours, minutes)


Hour = Annotated[time, BeforeValidator(read_time)]


class ShiftForm(BaseModel):
    """Hours of a shift on the territory's clocks, how it comes again, and how far a change goes.

    `seen` is the mark of the shift as the lead saw it, `mark` that of the plan she has read and confirms.
    """

    day: date
    start: Hour
    end: Hour
    note: str = Field("", max_length=160)
    fairness: Fairness = Fairness.FIRST_COME
    every: Every | None = None
    weekdays: list[str] = Field(default_factory=list, max_length=7)
    until: date | None = None
    times: int | None = Field(None, ge=1, le=104)
    reach: Reach = Reach.THIS
    reason: str = Field("", max_length=300)
    seen: str = Field("", max_length=16)
    mark: str = Field("", max_length=16)

    def repeat(self) -> Repeat | None:
        """How it comes again; None for a single shift. Raises Invalid."""
        if self.every is None:
            return None
        if any(code not in WEEKDAYS for code in self.weekdays):
            raise Invalid(_("Choisissez des jours dans la liste."), field="weekdays")
        if self.times is None and self.until is None:
            raise Invalid(_("Dites jusqu’à quand : un dernier jour, ou un nombre de fois."), field="until")
        if self.every == Every.MONTH:
            return Repeat(self.every, (), None if self.times else self.until, self.times)
        chosen = tuple(code for code in WEEKDAYS if code in self.weekdays) or (WEEKDAYS[self.day.weekday()],)
        return Repeat(self.every, chosen, None if self.times else self.until, self.times)


class RoleForm(BaseModel):
    """One role of a shift."""

    role: int = Field(0, ge=0)
    title: str = Field("", max_length=60)
    capacity: int = Field(ge=1, le=1000)
    minimum: int = Field(0, ge=0, le=1000)
    age: int | None = Field(None, ge=1, le=99)
    skills: list[str] = Field(default_factory=list, max_length=len(skills.CODES))

    def wish(self, number: int) -> RoleWish:
        """The same as the service understands it. Raises Invalid for a skill that is none."""
        try:
            codes = tuple(skills.checked(self.skills))
        except Invalid as error:
            raise Invalid(error.message, field=named("skills", number)) from None
        return RoleWish(self.capacity, self.minimum, self.title, codes, self.age, self.role)


class CancelForm(BaseModel):
    """Why a shift is called off, and how far; `mark` says that the list of what is called off has been read."""

    reason: str = Field("", max_length=300)
    reach: Reach = Reach.THIS
    mark: str = Field("", max_length=16)


@dataclass(slots=True)
class Sheet:
    """A shift's form as it was sent: its own fields and its roles' rows, all in one Form for the page.

    `fresh`: the row that was just added, or that stands where one was dropped; one goes on from there.
    """

    form: Form[ShiftForm]
    rows: int = 1
    wishes: list[RoleWish] = field(default_factory=list)
    unfinished: bool = False
    fresh: int = 0

    def slot(self) -> Slot:
        """What the lead wrote. Needs a form without errors."""
        data = self.form.data
        assert data is not None
        return Slot(data.day, data.start, data.end, tuple(self.wishes), data.note, data.fairness)


async def read(request: Request) -> Sheet:
    """Read a shift's form with its roles. A button for one row more or less comes back as `unfinished`, unchecked."""
    async with request.form(max_fields=1000, max_files=1) as sent:
        return check(sent)


def check(sent: Mapping[str, Any]) -> Sheet:
    """The same for a mapping of what was sent."""
    act = str(sent.get("act", ""))
    dropped = int(act[5:]) if act.startswith(_DROP) and act[5:].isdecimal() and len(act) < 8 else 0
    rows = _rows(sent, dropped)
    if act == _ADD and len(rows) < MOST_ROLES:
        rows.append(_Row())
    sheet = Sheet(Form.check(sent, ShiftForm), len(rows), unfinished=act in (_ADD, _BACK) or act.startswith(_DROP))
    sheet.fresh = len(rows) if act == _ADD else min(dropped, len(rows))
    for number, row in enumerate(rows, 1):
        checked = Form.check(row, RoleForm)
        if len(rows) > 1:
            _name_fields(sheet.form, number)
        sheet.form.values |= {named(name, number): value for name, value in checked.values.items()}
        sheet.form.errors |= {named(name, number): text for name, text in checked.errors.items()}
        if checked.data is not None:
            sheet.wishes.append(_wish(sheet, checked.data, number))
    if sheet.unfinished:
        sheet.form.errors = {}
    if sheet.form.errors or sheet.unfinished:
        sheet.form.data = None
    return sheet


def _name_fields(form: Form[ShiftForm], number: int) -> None:
    """On top of a refused form, say which role a mistake is in."""
    called = {
        "title": _("nom"), "capacity": _("nombre de places"), "minimum": _("personnes au minimum"),
        "age": _("âge minimum"),
    }  # fmt: skip
    for name, label in called.items():
        form.name_field(named(name, number), _("Poste %(n)s, %(field)s", n=number, field=label))


def _wish(sheet: Sheet, row: RoleForm, number: int) -> RoleWish:
    try:
        return row.wish(number)
    except Invalid as error:
        sheet.form.refuse(error)
        return RoleWish(row.capacity)


def _rows(sent: Mapping[str, Any], dropped: int) -> list["_Row"]:
    """The roles' rows that were sent, without the dropped one."""
    numbers = [number for number in range(1, MOST_ROLES + 1) if number == 1 or named("capacity", number) in sent]
    kept = [number for number in numbers if number != dropped] or [1]
    return [_Row(sent, number) for number in kept]


class _Row(dict[str, Any]):
    """The fields of one role, under the names they have in the first row."""

    def __init__(self, sent: Mapping[str, Any] | None = None, number: int = 1) -> None:
        names = RoleForm.model_fields
        super().__init__({name: sent.get(named(name, number), "") for name in names} if sent is not None else {})
        wanted = named("skills", number)
        self._skills = list(sent.getlist(wanted)) if sent is not None and hasattr(sent, "getlist") else []

    def getlist(self, _name: str) -> list[Any]:
        """The ticked skills."""
        return self._skills


def filled(slot: Slot, series: ShiftSeries | None = None) -> Form[ShiftForm]:
    """The form of a shift that exists, or of a model; with how it comes again when it follows a series."""
    values: dict[str, object] = {
        "day": slot.day.isoformat(), "start": slot.start.strftime("%H:%M"), "end": slot.end.strftime("%H:%M"),
        "note": slot.note, "fairness": slot.fairness.value, "seen": slot.mark, "reach": Reach.THIS.value,
    }  # fmt: skip
    for number, wish in enumerate(slot.roles, 1):
        row = {
            "role": wish.id, "title": wish.title, "capacity": wish.capacity, "minimum": wish.minimum or "",
            "age": wish.minimum_age or "", "skills": list(wish.skills),
        }  # fmt: skip
        values |= {named(name, number): value for name, value in row.items()}
    if series is not None:
        repeat = repeat_of(series.rule, series.day)
        values |= {
            "every": repeat.every.value, "weekdays": list(repeat.weekdays),
            "until": repeat.until.isoformat() if repeat.until else "",
        }  # fmt: skip
    return Form(values)


def after_model(kept: object) -> Sheet:
    """A new shift's form: blank, or with the hours and roles that a model has kept (`series.kept`)."""
    if not isinstance(kept, dict):
        return Sheet(Form({"fairness": Fairness.FIRST_COME.value}))
    values = {name: kept[name] for name in ("start", "end", "note", "fairness")}
    for number, role in enumerate(kept["roles"], 1):
        row = {**role, "age": role["minimum_age"] or "", "minimum": role["minimum"] or ""}
        values |= {named(name, number): value for name, value in row.items()}
    return Sheet(Form(values), len(kept["roles"]))


def overtaken(sheet: Sheet, error: Overtaken) -> None:
    """Say at each field what another person has written meanwhile; sent once more, this form is what stands."""
    ours, theirs = filled(sheet.slot()).values, filled(error.theirs).values
    sheet.form.refuse(error)
    sheet.form.values["seen"] = error.seen
    known = ["day", "start", "end", "note", "fairness"]
    for row in range(1, sheet.rows + 1):
        known += [named(name, row) for name in ("title", "capacity", "minimum", "age", "skills")]
    for name in known:
        if (said := _field_said(name, theirs.get(name, ""))) != _field_said(name, ours.get(name, "")):
            sheet.form.errors[name] = _("Une autre personne a écrit : %(text)s.", text=said or _("(vide)"))


def _field_said(name: str, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(skills.said(value))
    if name == "fairness":
        return {code: text for code, text, _said in fairness_choices()}[str(value)]
    return day_in_words(date.fromisoformat(str(value))) if name == "day" else str(value)
