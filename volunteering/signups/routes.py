"""A mission's page, where one signs up; the page of one's own sign-up; the coordinators' list.

`missions.show` lives here because the page of a mission shows the visitor's own places: missions know no sign-ups.
"""

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.queries import may_edit
from civic.people.actor import Actor, person_of, visitor_or_actor
from civic.settings import settings
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect
from volunteering.missions import skills
from volunteering.missions.models import Mission
from volunteering.missions.queries import mission_to_show
from volunteering.missions.words import efforts, hours, told, when, where
from volunteering.shifts import queries as shifts
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.shifts.places import roles_of
from volunteering.shifts.words import role_line, rule_of
from volunteering.signups import fairness, guardian_routes, queries, roll_routes, service
from volunteering.signups.forms import MemberForm, VisitorForm
from volunteering.signups.letters import token_of
from volunteering.signups.links import routes as link_routes
from volunteering.signups.overlaps import sentences
from volunteering.slots import mission_panels


async def show(request: Request) -> Response:
    """A mission: its shifts with their places, what to know, and the form of the shift chosen by `?creneau=`."""
    mission = await mission_to_show(request.path_params["slug"], visitor_or_actor(request))
    chosen = request.query_params.get("creneau", "")
    shift = await shifts.shift_of(mission, int(chosen)) if chosen.isdecimal() and len(chosen) < 18 else None
    form: Form[Any] = Form({"cle": secrets.token_urlsafe(16)})
    return await _mission_page(request, mission, shift, form)


async def create(request: Request) -> Response:
    """Take a place: at once with an account, held until the mailed link is used without one."""
    actor = visitor_or_actor(request)
    mission = await mission_to_show(request.path_params["slug"], actor)
    shift = await shifts.shift_of(mission, request.path_params["id"])
    if actor:
        return await _sign_up(request, mission, shift, actor)
    return await _hold(request, mission, shift)


async def _sign_up(request: Request, mission: Mission, shift: Shift, actor: Actor) -> Response:
    form = await Form.read(request, MemberForm)
    if form.data is None:
        return await _mission_page(request, mission, shift, form, status=422)
    await limits.hit("sign_up", str(actor.person.id), most=60, per=3600)
    try:
        signup = await service.sign_up(shift, actor, form.data.cle, form.data.wish(actor.person.email or ""))
    except DomainError as error:
        return await _mission_page(request, mission, shift, form.refuse(error), status=422)
    return redirect("signups.show", token=token_of(signup))


async def _hold(request: Request, mission: Mission, shift: Shift) -> Response:
    form = await Form.read(request, VisitorForm)
    if form.data is None:
        return await _mission_page(request, mission, shift, form, status=422)
    data = form.data
    await limits.hit("sign_up_address", limits.address(request), most=40, per=600)
    await limits.hit("sign_up_email", data.email.lower(), most=10, per=3600)
    try:
        await service.hold(shift, data.name, data.email, data.cle, data.wish(data.email))
    except DomainError as error:
        return await _mission_page(request, mission, shift, form.refuse(error), status=422)
    return redirect("signups.thanks", slug=mission.slug, id=shift.id)


async def thanks(request: Request) -> Response:
    """After a visitor has signed up: what to do now. The same page whoever she is, and whether she came before or not:
    what concerns her is only in her mail."""
    mission = await mission_to_show(request.path_params["slug"], visitor_or_actor(request))
    shift = await shifts.shift_of(mission, request.path_params["id"])
    return page(
        request, "volunteering/signups/thanks.html", mission=mission, shift=shift, where=where(mission),
        when_text=when(shift.starts_at, shift.ends_at), hold_minutes=settings().hold_minutes,
    )  # fmt: skip


async def _mission_page(
    request: Request, mission: Mission, shift: Shift | None, form: Form[Any], *, status: int = 200
) -> Response:
    person, actor = person_of(request), visitor_or_actor(request)
    leads = await may_edit(actor, mission.initiative)
    places = await queries.with_mine(await shifts.coming_shifts(mission.id), person)
    mine = next((place.mine for place in places if shift and place.shift.id == shift.id), None)
    open_ = mission.is_open and not mission.initiative.is_over
    chosen = shift if shift and shift.is_to_come and open_ and not mine else None
    others = await sentences(person.id, chosen) if person and chosen else []
    roles = await roles_of(chosen.id) if chosen else []
    form.values.setdefault("role", next((str(role.id) for role in roles if role.free), ""))
    return page(
        request, "volunteering/missions/show.html", status=status, mission=mission, places=places, form=form,
        chosen=chosen, others=others, leads=leads, hours=hours, where=where(mission), efforts=dict(efforts()),
        past=await shifts.recent_shifts(mission.id) if leads else [], token_of=token_of,
        hold_minutes=settings().hold_minutes, open_=open_, roles=[(role.id, _role_words(role)) for role in roles],
        needed=_needed(mission, roles), rule=rule_of(chosen) if chosen else "", told=told(mission),
        must_wait=await fairness.must_wait(chosen, person.id) if person and chosen else False,
        panels=[part for panels in mission_panels for part in await panels(mission, person)],
    )  # fmt: skip


def _role_words(role: ShiftRole) -> str:
    """« Cuisine, 1 place (cuisiner, dès 16 ans) »."""
    asked = skills.said(role.skills) + ([_("dès %(age)s ans", age=role.minimum_age)] if role.minimum_age else [])
    return f"{role_line(role)} ({', '.join(asked)})" if asked else role_line(role)


def _needed(mission: Mission, roles: list[ShiftRole]) -> list[tuple[str, str]]:
    """The skills that this mission, or one of the roles, asks for."""
    asked = {*mission.required_skills, *(code for role in roles for code in role.skills)}
    return [(code, text) for code, text in skills.words().items() if code in asked]


routes: list[BaseRoute] = [
    *link_routes,
    *guardian_routes.routes,
    Route("/missions/{slug}", show, name="missions.show"),
    Route("/missions/{slug}/creneaux/{id:int}/inscription", create, methods=["POST"], name="signups.create"),
    Route("/missions/{slug}/creneaux/{id:int}/encore-un-geste", thanks, name="signups.thanks"),
    *roll_routes.routes,
]

