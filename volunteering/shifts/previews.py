"""What a lead reads before a series is made, changed or called off: each shift, and how many people are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from civic.i18n import _, _n
from civic.web import urls
from civic.web.formats import day as day_in_words
from civic.web.formats import opening
from civic.web.forms import Form
from civic.web.page import page
from volunteering.missions.models import Mission
from volunteering.missions.words import hours, when
from volunteering.shifts import roles, words
from volunteering.shifts.forms import CancelForm, Sheet
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.shifts.series import Plan, concerned, tells
from volunteering.shifts.service import Slot

AFRESH = {"mark", "reason", "act"}
"""Fields that the page of the plan writes itself."""


@dataclass(slots=True, frozen=True)
class Line:
    """One shift: which, what becomes of it, what it means for people."""

    text: str
    change: str = ""
    people: str = ""


@dataclass(slots=True, frozen=True)
class Part:
    """The shifts to which the same happens."""

    heading: str
    lines: list[Line]
    kind: str = ""


def new_series(request: Request, mission: Mission, sheet: Sheet, found: list[date], mark: str) -> Response:
    """The days of a series that is about to be made."""
    slot = sheet.slot()
    lines = [Line(opening(when(*slot.hours(day)))) for day in found]
    heading = _n("%(n)s créneau sera ajouté", "%(n)s créneaux seront ajoutés", len(lines))
    return _page(
        request, mission, sheet.form, mark, [Part(heading, lines, "ok")],
        question=_n("Ajouter ce créneau ?", "Ajouter ces créneaux ?", len(found)),
        action=urls.path("shifts.create", slug=mission.slug), people=0,
        yes=_n("Ajouter le créneau", "Ajouter les créneaux", len(found)),
    )  # fmt: skip


async def changed(request: Request, shift: Shift, sheet: Sheet, plan: Plan) -> Response:
    """What changing a series does to each of its shifts."""
    slot, mission = sheet.slot(), shift.mission
    former = await roles.roles_by_shift([row.id for row, _slot in plan.moved])
    parts = [
        Part(_n("%(n)s créneau change", "%(n)s créneaux changent", len(plan.moved)),
             [_moved(row, its_slot, former.get(row.id, [])) for row, its_slot in plan.moved]),
        Part(_n("%(n)s créneau est annulé", "%(n)s créneaux sont annulés", len(plan.called_off)),
             [_gone(row) for row in plan.called_off], "err"),
        Part(_n("%(n)s créneau est ajouté", "%(n)s créneaux sont ajoutés", len(plan.added)),
             [Line(opening(when(*slot.hours(day)))) for day in plan.added], "ok"),
        Part(_n("%(n)s créneau reste tel quel : il a été changé à part",
                "%(n)s créneaux restent tels quels : ils ont été changés à part", len(plan.left_alone)),
             [Line(opening(when(row.starts_at, row.ends_at))) for row in plan.left_alone]),
    ]  # fmt: skip
    return _page(
        request, mission, sheet.form, plan.mark, parts,
        question=_n("Changer ce créneau ?", "Changer ces créneaux ?", plan.shifts),
        action=urls.path("shifts.update", slug=mission.slug, id=shift.id), yes=_("Enregistrer"), people=plan.people,
        asks_reason=plan.dropped > 0,
    )  # fmt: skip


def called_off(request: Request, shift: Shift, form: Form[CancelForm], rows: list[Shift], mark: str) -> Response:
    """Which shifts are called off."""
    people, mission = sum(concerned(row) for row in rows), shift.mission
    heading = _n("%(n)s créneau sera annulé", "%(n)s créneaux seront annulés", len(rows))
    return _page(
        request, mission, form, mark, [Part(heading, [_gone(row) for row in rows], "err")],
        question=_n("Annuler ce créneau ?", "Annuler ces créneaux ?", len(rows)),
        action=urls.path("shifts.cancel", slug=mission.slug, id=shift.id),
        yes=_n("Oui, annuler ce créneau", "Oui, annuler ces créneaux", len(rows)), people=people,
        asks_reason=True, danger=True, leave=urls.path("shifts.edit", slug=mission.slug, id=shift.id),
    )  # fmt: skip


def _page(
    request: Request, mission: Mission, form: Form[Any], mark: str, parts: list[Part], *, question: str, action: str,
    yes: str, people: int, asks_reason: bool = False, danger: bool = False, leave: str = "",
) -> Response:  # fmt: skip
    return page(
        request, "volunteering/shifts/plan.html", status=422, mission=mission, form=form, question=question,
        action=action, yes=yes, people=people, asks_reason=asks_reason, danger=danger, leave=leave,
        parts=[part for part in parts if part.lines], hidden=[*_hidden(form.values), ("mark", mark)],
    )  # fmt: skip


def _hidden(values: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """All that was written, to be sent once more with the yes."""
    for name, value in values.items():
        if name not in AFRESH:
            yield from ((name, str(one)) for one in (value if isinstance(value, list) else [value]))


def _moved(row: Shift, slot: Slot, former: list[ShiftRole]) -> Line:
    before, after = (row.starts_at, row.ends_at), slot.hours()
    news = [] if before == after else [_("devient %(when)s", when=_after(row, slot))]
    if slot.note and slot.note != row.note:
        news.append(_("avec la précision « %(note)s »", note=slot.note))
    news += words.role_news(former, wishes := roles.adopted(slot.roles, former))
    capacity = {wish.id: wish.capacity for wish in wishes}
    if over := sum(max(0, role.taken - capacity.get(role.id, role.taken)) for role in former):
        news.append(_n("%(n)s personne de trop garde sa place", "%(n)s personnes de trop gardent leur place", over))
    return Line(opening(when(*before)), ", ".join(news), _told(row) if tells(row, slot) else "")


def _after(row: Shift, slot: Slot) -> str:
    """The new hours, with the day only when it is another one."""
    starts_at, ends_at = slot.hours()
    if day_in_words(starts_at) == day_in_words(row.starts_at):
        return hours(starts_at, ends_at)
    return when(starts_at, ends_at)


def _gone(row: Shift) -> Line:
    return Line(opening(when(row.starts_at, row.ends_at)), "", _told(row))


def _told(row: Shift) -> str:
    people = concerned(row)
    return _n("%(n)s personne à prévenir", "%(n)s personnes à prévenir", people) if people else _("aucune inscription")

