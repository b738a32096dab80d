"""A lead's forms about shifts, and the shift as a calendar file."""

from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _, _n
from civic.people.actor import actor_of, visitor_or_actor
from civic.web.forms import Form
from civic.web.page import page, redirect
from volunteering.missions import skills, templates
from volunteering.missions.models import Mission
from volunteering.missions.queries import mission_to_edit, mission_to_show
from volunteering.shifts import copy_routes, forms, previews, queries, rules, series, service, words
from volunteering.shifts.calendars import public_calendar
from volunteering.shifts.forms import CancelForm, Sheet
from volunteering.shifts.models import Shift
from volunteering.shifts.rules import Repeat
from volunteering.shifts.series import Reach


def calendar_answer(text: str, name: str) -> Response:
    """An ICS file to download; private by default."""
    return Response(
        text, media_type="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{name}.ics"', "Cache-Control": "no-store"},
    )  # fmt: skip


async def new(request: Request) -> Response:
    """Add a shift, on blank paper or with the hours and roles of a model (`?modele=`)."""
    mission = await mission_to_edit(request.path_params["slug"], actor_of(request))
    model = await templates.asked_for(mission.initiative_id, request.query_params.get("modele"))
    sheet = forms.after_model(model.content["slot"] if model else None)
    return await _form_page(request, sheet, mission, None, status=200)


async def create(request: Request) -> Response:
    """Keep the new shift; a series is shown first, day by day."""
    mission = await mission_to_edit(request.path_params["slug"], actor_of(request))
    sheet = await forms.read(request)
    data, added = sheet.form.data, 0
    if data:
        try:
            slot, repeat = sheet.slot(), data.repeat()
            if repeat is None:
                added = len([await service.added_just_now(mission, slot) or await service.add(mission, slot)])
            else:
                found = series.first_days(slot, repeat)
                mark = _mark(slot.mark, found)
                if data.mark != mark:
                    return previews.new_series(request, mission, sheet, found, mark)
                rule = repeat.rule(slot.day)
                added = len(
                    await series.added_just_now(mission, slot, rule) or await series.add(mission, slot, rule)
                )
        except DomainError as error:
            sheet.form.refuse(error)
    if not added:
        return await _form_page(request, sheet, mission, None)
    text = _n("Le créneau est ajouté.", "%(n)s créneaux sont ajoutés.", added)
    return redirect("missions.show", slug=mission.slug, flash=text)


async def edit(request: Request) -> Response:
    """Change a shift."""
    mission, shift = await _shift_to_edit(request)
    if shift.is_cancelled:
        return redirect("missions.show", slug=mission.slug, flash=_("Ce créneau est annulé."), kind="warn")
    slot = await service.slot_of(shift)
    sheet = Sheet(forms.filled(slot, await series.series_of(shift)), len(slot.roles))
    return await _form_page(request, sheet, mission, shift, status=200)


async def update(request: Request) -> Response:
    """Keep the changed shift; those who come are told by mail when its hours move. More than one is shown first."""
    mission, shift = await _shift_to_edit(request)
    sheet = await forms.read(request)
    data = sheet.form.data
    if data:
        try:
            if await series.series_of(shift):
                return await _change_series(request, mission, shift, sheet, data.repeat())
            await service.edit(shift, sheet.slot(), data.seen)
        except service.Overtaken as error:
            forms.overtaken(sheet, error)
        except DomainError as error:
            sheet.form.refuse(error)
    if sheet.form.data is None:
        return await _form_page(request, sheet, mission, shift)
    fresh = await queries.shift_of(mission, shift.id)
    said = [_("Le créneau est changé."), words.too_many(fresh) if fresh.overbooked else ""]
    if shift.waiting and fresh.capacity > shift.capacity:
        said.append(_("Les places de plus sont proposées aux personnes qui attendent, par un message."))
    return redirect("missions.show", slug=mission.slug, flash=" ".join(part for part in said if part))


async def _change_series(
    request: Request, mission: Mission, shift: Shift, sheet: Sheet, repeat: Repeat | None
) -> Response:
    data, slot = sheet.form.data, sheet.slot()
    assert data is not None
    if not data.mark:
        return await previews.changed(request, shift, sheet, await series.plan(shift, slot, data.reach, repeat))
    try:
        done = await series.change(
            shift, slot, data.reach, repeat, reason=data.reason, mark=data.mark, seen=data.seen
        )
    except DomainError as error:
        if not isinstance(error, series.Replanned) and error.field != "reason":
            raise
        plan = await series.plan(shift, slot, data.reach, repeat)
        sheet.form.errors[error.field or ""] = error.message
        return await previews.changed(request, shift, sheet, plan)
    text = _n("%(n)s créneau est à jour.", "%(n)s créneaux sont à jour.", done.shifts)
    if done.people:
        text += " " + _n("%(n)s personne reçoit un message dans quelques minutes.",
                         "%(n)s personnes reçoivent un message dans quelques minutes.", done.people)  # fmt: skip
    return redirect("missions.show", slug=mission.slug, flash=text)


async def cancel(request: Request) -> Response:
    """Call a shift off, or more of its series, once the lead has read which and how many people are told."""
    mission, shift = await _shift_to_edit(request)
    form = await Form.read(request, CancelForm)
    if form.data is None:
        return await _edit_page(request, mission, shift, form)
    follows = await series.series_of(shift)
    reach = form.data.reach if follows else Reach.THIS
    rows = await series.reached(shift, reach)
    mark = _mark([(row.id, series.concerned(row)) for row in rows])
    tells, read = any(series.concerned(row) for row in rows), form.data.mark == mark
    if read and tells and not form.data.reason.strip():
        form.errors["reason"] = _("Des personnes sont inscrites. Écrivez-leur pourquoi.")
    if shift.is_to_come and (follows or tells) and (form.errors or not read):
        return previews.called_off(request, shift, form, rows, mark)
    try:
        gone = await series.call_off(shift, reach, form.data.reason)
    except DomainError as error:
        return redirect("missions.show", slug=mission.slug, flash=error.message, kind="warn")
    text = _n("Le créneau est annulé. Les personnes inscrites reçoivent un message.",
              "%(n)s créneaux sont annulés. Les personnes inscrites reçoivent un message.", len(gone))  # fmt: skip
    return redirect("missions.show", slug=mission.slug, flash=text)


async def calendar(request: Request) -> Response:
    """The shift for anybody's calendar; it names nobody."""
    mission = await mission_to_show(request.path_params["slug"], visitor_or_actor(request))
    shift = await queries.shift_of(mission, request.path_params["id"])
    return calendar_answer(public_calendar(shift, mission), f"{mission.slug}-{shift.id}")


async def _shift_to_edit(request: Request) -> tuple[Mission, Shift]:
    mission = await mission_to_edit(request.path_params["slug"], actor_of(request))
    return mission, await queries.shift_of(mission, request.path_params["id"])


async def _edit_page(request: Request, mission: Mission, shift: Shift, refused: Form[CancelForm]) -> Response:
    """The shift's page once more, with what is wrong in the form that calls it off."""
    slot = await service.slot_of(shift)
    sheet = Sheet(forms.filled(slot, await series.series_of(shift)), len(slot.roles))
    sheet.form.errors, sheet.form.values["reason"] = refused.errors, refused.values.get("reason", "")
    return await _form_page(request, sheet, mission, shift)


async def _form_page(
    request: Request, sheet: Sheet, mission: Mission, shift: Shift | None, *, status: int = 422
) -> Response:
    follows = await series.series_of(shift) if shift else None
    known = skills.words()
    ticked = [value for name, value in sheet.form.values.items() if name.startswith("skills")]
    asked = [*mission.required_skills, *mission.wished_skills, *(code for codes in ticked for code in codes)]
    return page(
        request, "volunteering/shifts/edit.html", status=status, form=sheet.form, rows=sheet.rows, fresh=sheet.fresh,
        mission=mission, shift=shift, skills=[(code, text) for code, text in known.items() if code in asked],
        fairness=words.fairness_choices(), every=rules.every_choices()[1 if follows else 0 :],
        weekdays=rules.weekday_choices(), reaches=words.reach_choices(),
        series=rules.said(follows.rule, follows.day) if follows else "",
        too_many=words.too_many(shift) if shift and shift.overbooked else "",
    )  # fmt: skip


def _mark(*what: object) -> str:
    return sha256(repr(what).encode()).hexdigest()[:16]


routes: list[BaseRoute] = [
    *copy_routes.routes,
    Route("/missions/{slug}/creneaux/nouveau", new, name="shifts.new"),
    Route("/missions/{slug}/creneaux", create, methods=["POST"], name="shifts.create"),
    Route("/missions/{slug}/creneaux/{id:int}/modifier", edit, name="shifts.edit"),
    Route("/missions/{slug}/creneaux/{id:int}/modifier", update, methods=["POST"], name="shifts.update"),
    Route("/missions/{slug}/creneaux/{id:int}/annuler", cancel, methods=["POST"], name="shifts.cancel"),
    Route("/missions/{slug}/creneaux/{id:int}.ics", calendar, name="shifts.calendar"),
]
