"""A lead copies a week of shifts or a whole mission, or keeps it as a model for the next one."""

from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _, _n
from civic.people.actor import actor_of
from civic.web.formats import day
from civic.web.forms import Form
from civic.web.page import page, redirect
from volunteering.missions import templates
from volunteering.missions.models import Mission
from volunteering.missions.queries import mission_to_edit
from volunteering.shifts import copies, service
from volunteering.shifts.models import Shift, ShiftStatus
from volunteering.shifts.series import kept

SUNDAY = timedelta(days=6)


class WeekForm(BaseModel):
    """Which week, how many weeks later, and how many times in a row."""

    week: date
    later: int = Field(1, ge=1, le=52)
    times: int = Field(1, ge=1, le=26)


class CopyForm(BaseModel):
    """The copy's title, and by how many weeks its shifts move; unticked, it has none."""

    title: str = Field(min_length=5, max_length=90)
    shifts: bool = False
    weeks: int = Field(1, ge=0, le=60)


async def week(request: Request) -> Response:
    """Choose the week to copy."""
    mission = await mission_to_edit(request.path_params["slug"], actor_of(request))
    return await _week_page(request, mission, Form({"later": 1, "times": 1}))


async def copy_week(request: Request) -> Response:
    """Copy the week's shifts."""
    mission = await mission_to_edit(request.path_params["slug"], actor_of(request))
    form = await Form.read(request, WeekForm)
    if form.data:
        try:
            done = await copies.copy_week(mission, form.data.week, form.data.later, form.data.times)
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return await _week_page(request, mission, form, status=422)
    return redirect("missions.show", slug=mission.slug, flash=_said(done), kind="ok" if done.added else "info")


async def copy(request: Request) -> Response:
    """Choose what of a mission is copied."""
    mission = await mission_to_edit(request.path_params["slug"], actor_of(request))
    return _copy_page(request, mission, Form({"title": mission.title, "shifts": "1", "weeks": 4}))


async def duplicate(request: Request) -> Response:
    """Make the copy: a draft."""
    actor = actor_of(request)
    mission = await mission_to_edit(request.path_params["slug"], actor)
    form = await Form.read(request, CopyForm)
    if form.data:
        weeks = form.data.weeks if form.data.shifts else None
        try:
            made, done = await copies.copy_mission(mission, actor, form.data.title, weeks)
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return _copy_page(request, mission, form, status=422)
    text = _("La copie est prête : relisez-la, puis ouvrez-la.")
    return redirect("missions.show", slug=made.slug, flash=f"{text} {_said(done)}".strip())


async def keep(request: Request) -> Response:
    """Keep a mission as a model, with the hours and roles of its latest shift."""
    mission = await mission_to_edit(request.path_params["slug"], actor_of(request))
    latest = await Shift.filter(mission_id=mission.id, status=ShiftStatus.OPEN).order_by("-starts_at", "-id").first()
    await templates.keep(mission, kept(await service.slot_of(latest)) if latest else None)
    text = _("Le modèle est gardé, avec les heures et les postes du dernier créneau.")
    return redirect("missions.show", slug=mission.slug, flash=text)


def _said(done: copies.Copied) -> str:
    parts = [_n("%(n)s créneau est ajouté.", "%(n)s créneaux sont ajoutés.", done.added)] if done.added else []
    if done.there:
        parts.append(_n("%(n)s existait déjà.", "%(n)s existaient déjà.", done.there))
    if done.past:
        parts.append(_n("%(n)s serait passé : il n’est pas copié.", "%(n)s seraient passés : ils ne sont pas copiés.",
                        done.past))  # fmt: skip
    return " ".join(parts)


async def _week_page(request: Request, mission: Mission, form: Form[WeekForm], *, status: int = 200) -> Response:
    weeks = [
        (first.isoformat(), _("du %(first)s au %(last)s", first=day(first), last=day(first + SUNDAY)))
        for first in await copies.weeks_of(mission.id)
    ]
    return page(
        request, "volunteering/shifts/week.html", status=status, form=form, mission=mission, weeks=weeks
    )


def _copy_page(request: Request, mission: Mission, form: Form[Any], *, status: int = 200) -> Response:
    return page(request, "volunteering/missions/copy.html", status=status, form=form, mission=mission)


routes: list[BaseRoute] = [
    Route("/missions/{slug}/semaine", week, name="missions.week"),
    Route("/missions/{slug}/semaine", copy_week, methods=["POST"], name="missions.copy_week"),
    Route("/missions/{slug}/copier", copy, name="missions.copy"),
    Route("/missions/{slug}/copier", duplicate, methods=["POST"], name="missions.duplicate"),
    Route("/missions/{slug}/modele", keep, methods=["POST"], name="missions.keep"),
]
