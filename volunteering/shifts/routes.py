"""A lead's forms about shifts, and the shift as a calendar file."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _, _n
from civic.people.actor import actor_of, visitor_or_actor
from civic.web.forms import Form
from civic.web.page import page, redirect
from volunteering.missions.models import Mission
from volunteering.missions.queries import mission_to_edit, mission_to_show
from volunteering.shifts import queries, series, service
from volunteering.shifts.calendars import public_calendar
from volunteering.shifts.forms import CancelForm, ShiftForm, filled
from volunteering.shifts.models import Shift


def calendar_answer(text: str, name: str) -> Response:
    """An ICS file to download; private by default."""
    return Response(
        text, media_type="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{name}.ics"', "Cache-Control": "no-store"},
    )  # fmt: skip


async def new(request: Request) -> Response:
    """Add a shift."""
    mission = await mission_to_edit(request.path_params["slug"], actor_of(request))
    return _form_page(request, Form({"weeks": 1}), mission, None)


async def create(request: Request) -> Response:
    """Keep the new shift, or one a week."""
    mission = await mission_to_edit(request.path_params["slug"], actor_of(request))
    form = await Form.read(request, ShiftForm)
    if form.data:
        try:
            slot, weeks = form.data.slot(), form.data.weeks
            added = [await service.add(mission, slot)] if weeks == 1 else await series.add(
                mission, slot, f"FREQ=WEEKLY;COUNT={weeks}"
            )
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return _form_page(request, form, mission, None, status=422)
    text = _n("Le créneau est ajouté.", "%(n)s créneaux sont ajoutés.", len(added))
    return redirect("missions.show", slug=mission.slug, flash=text)


async def edit(request: Request) -> Response:
    """Change a shift."""
    mission, shift = await _shift_to_edit(request)
    return _form_page(request, Form(filled(shift)), mission, shift)


async def update(request: Request) -> Response:
    """Keep the changed shift; those who come are told by mail when its hours move."""
    mission, shift = await _shift_to_edit(request)
    form = await Form.read(request, ShiftForm)
    if form.data:
        try:
            await service.edit(shift, form.data.slot())
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return _form_page(request, form, mission, shift, status=422)
    return redirect("missions.show", slug=mission.slug, flash=_("Le créneau est changé."))


async def cancel(request: Request) -> Response:
    """Call a shift off."""
    mission, shift = await _shift_to_edit(request)
    form = await Form.read(request, CancelForm)
    if form.data is None:
        return _form_page(request, form, mission, shift, status=422)
    try:
        await service.cancel(shift, form.data.reason)
    except DomainError as error:
        return redirect("missions.show", slug=mission.slug, flash=error.message, kind="warn")
    text = _("Le créneau est annulé. Les personnes inscrites reçoivent un message.")
    return redirect("missions.show", slug=mission.slug, flash=text)


async def calendar(request: Request) -> Response:
    """The shift for anybody's calendar; it names nobody."""
    mission = await mission_to_show(request.path_params["slug"], visitor_or_actor(request))
    shift = await queries.shift_of(mission, request.path_params["id"])
    return calendar_answer(public_calendar(shift, mission), f"{mission.slug}-{shift.id}")


async def _shift_to_edit(request: Request) -> tuple[Mission, Shift]:
    mission = await mission_to_edit(request.path_params["slug"], actor_of(request))
    return mission, await queries.shift_of(mission, request.path_params["id"])


def _form_page(
    request: Request, form: Form[ShiftForm] | Form[CancelForm], mission: Mission, shift: Shift | None, *,
    status: int = 200,
) -> Response:  # fmt: skip
    return page(
        request, "volunteering/shifts/edit.html", status=status, form=form, mission=mission, shift=shift
    )


routes: list[BaseRoute] = [
    Route("/missions/{slug}/creneaux/nouveau", new, name="shifts.new"),
    Route("/missions/{slug}/creneaux", create, methods=["POST"], name="shifts.create"),
    Route("/missions/{slug}/creneaux/{id:int}/modifier", edit, name="shifts.edit"),
    Route("/missions/{slug}/creneaux/{id:int}/modifier", update, methods=["POST"], name="shifts.update"),
    Route("/missions/{slug}/creneaux/{id:int}/annuler", cancel, methods=["POST"], name="shifts.cancel"),
    Route("/missions/{slug}/creneaux/{id:int}.ics", calendar, name="shifts.calendar"),
]
