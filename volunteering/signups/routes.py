"""A mission's page, where one signs up; the page of one's own sign-up; the coordinators' list.

`missions.show` lives here because the page of a mission shows the visitor's own places: missions know no sign-ups.
"""

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError, TooMany
from civic.i18n import _
from civic.initiatives.queries import leads_of, may_edit
from civic.people.actor import Actor, person_of, visitor_or_actor
from civic.people.models import Person
from civic.settings import settings
from civic.web import limits
from civic.web.forms import Form
from civic.web.limits import Limit
from civic.web.page import page, redirect
from volunteering.missions.models import Mission
from volunteering.missions.queries import mission_to_show
from volunteering.missions.templates import kept_of
from volunteering.missions.words import efforts, hours, told, when, where
from volunteering.shifts import queries as shifts
from volunteering.shifts.models import Shift
from volunteering.shifts.places import roles_of
from volunteering.shifts.words import role_counts, rule_of
from volunteering.signups import choosing, fairness, guardian_routes, queries, queue, roll_routes, service
from volunteering.signups.forms import MemberForm, VisitorForm
from volunteering.signups.letters import token_of
from volunteering.signups.links import routes as link_routes
from volunteering.signups.models import MOST_UNSURE
from volunteering.signups.overlaps import sentences
from volunteering.signups.restoring import answers_until
from volunteering.slots import known_skills, mission_panels

MOST_HELD, FAMILY = 20, 4
"""So many places one machine holds without an account, in the time of one hold: on the whole site, of a small shift."""


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
    shift = await shifts.shift_to_take(request.path_params["slug"], request.path_params["id"], actor)
    if actor:
        return await _sign_up(request, shift.mission, shift, actor)
    return await _hold(request, shift.mission, shift)


async def _sign_up(request: Request, mission: Mission, shift: Shift, actor: Actor) -> Response:
    form = await Form.read(request, MemberForm)
    if form.data is None:
        return await _mission_page(request, mission, shift, form, status=422)
    if left := await _left_for(shift, form.data):
        return await _mission_page(request, mission, shift, form, status=422, left=left)
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
    if left := await _left_for(shift, data):
        return await _mission_page(request, mission, shift, form, status=422, left=left)
    held = _places_held(request, shift, data.together)
    machine = limits.address(request)
    try:
        await limits.hit_all(
            Limit("sign_up_address", machine, 40, 600), Limit("sign_up_email", data.email.lower(), 10, 3600), *held
        )
    except TooMany as full:
        full.message = _(
            "Beaucoup d’inscriptions viennent de cet appareil, ou de ce réseau. Attendez une demi-heure, ou "
            "connectez-vous : avec un compte, il n’y a pas à attendre."
        )
        return await _mission_page(request, mission, shift, form.refuse(full), status=429)
    try:
        await service.hold(shift, data.name, data.email, data.cle, data.wish(data.email))
    except DomainError as error:
        await limits.take_back(*held)
        return await _mission_page(request, mission, shift, form.refuse(error), status=422)
    sent = _("Le message est parti à %(email)s.", email=data.email)
    return redirect("signups.thanks", slug=mission.slug, id=shift.id, flash=sent)


async def _left_for(shift: Shift, data: MemberForm) -> int:
    """How many places are left when that is some, but fewer than a group needs which has not said what it wants."""
    if data.party == 1 or data.room or data.wait:
        return 0
    roles = await roles_of(shift.id)
    role = next((one for one in roles if one.id == data.role or len(roles) == 1), None)
    return role.free if role and role.free < data.party <= role.capacity else 0


def _places_held(request: Request, shift: Shift, party: int) -> list[Limit]:
    """One machine holds no more than so many places for addresses that nobody has confirmed, nor half of a shift.

    A large group holds none (`MOST_UNSURE`).
    """
    if party > MOST_UNSURE:
        return []
    machine, span = limits.address(request), settings().hold_minutes * 60
    of_shift = max(FAMILY, shift.capacity // 2)
    return [
        Limit("sign_up_held", machine, MOST_HELD, span, party),
        Limit("sign_up_held_here", f"{machine}:{shift.id}", of_shift, span, party),
    ]


async def thanks(request: Request) -> Response:
    """After a visitor has signed up: what to do now. The same page whoever she is, and whether she came before or not:
    what concerns her is only in her mail."""
    mission = await mission_to_show(request.path_params["slug"], visitor_or_actor(request))
    shift = await shifts.shift_of(mission, request.path_params["id"])
    return page(
        request, "volunteering/signups/thanks.html", mission=mission, shift=shift, where=where(mission),
        when_text=when(shift.starts_at, shift.ends_at), hold_minutes=settings().hold_minutes,
        last_hours=queue.is_last_hours(shift),
    )  # fmt: skip


async def _mission_page(
    request: Request, mission: Mission, shift: Shift | None, form: Form[Any], *, status: int = 200, left: int = 0
) -> Response:
    person, actor = person_of(request), visitor_or_actor(request)
    leads = await may_edit(actor, mission.initiative)
    others_leading = await leads_of(mission.initiative_id) if leads else []
    places = await queries.with_mine(await shifts.coming_shifts(mission.id), person)
    mine = next((place.mine for place in places if shift and place.shift.id == shift.id), None)
    open_ = mission.takes_people
    chosen = shift if shift and shift.is_to_come and open_ and not mine else None
    others = await sentences(person.id, chosen) if person and chosen else []
    return page(
        request, "volunteering/missions/show.html", status=status, mission=mission, places=places, form=form,
        called_off=await shifts.called_off_shifts(mission.id) if leads else [], answers_until=answers_until,
        welcomers=[(one.id, one.short_name) for one in others_leading if one.id != mission.contact_id],
        chosen=chosen, others=others, left=left, leads=leads, hours=hours, where=where(mission),
        efforts=dict(efforts()),
        model=await kept_of(mission) if leads else None,
        past=await shifts.recent_shifts(mission.id) if leads else [], token_of=token_of,
        counts=await _counts(places) if leads else {},
        hold_minutes=settings().hold_minutes, open_=open_, **await _roles(form, person, mission, chosen),
        rule=rule_of(chosen) if chosen else "", told=told(mission),
        must_wait=await fairness.must_wait(chosen, person.id) if person and chosen else False,
        last_hours=chosen is not None and queue.is_last_hours(chosen),
        panels=[part for panels in mission_panels for part in await panels(mission, person)],
    )  # fmt: skip


async def _roles(form: Form[Any], person: Person | None, mission: Mission, shift: Shift | None) -> dict[str, Any]:
    """The roles to choose from, and what is ticked before she does: a role, for a reason, and what she can do."""
    roles = await roles_of(shift.id) if shift else []
    asked = choosing.needed(mission, roles)
    hers = [code for known in known_skills for code in await known(person)] if person and roles else []
    ticked = choosing.ticked(roles, hers)
    form.values.setdefault("role", ticked.role)
    form.values.setdefault("skills", [code for code, _text in asked if code in hers])
    return {
        "roles": [(role.id, choosing.role_words(role)) for role in roles], "needed": asked,
        "why": ticked.why if form.values["role"] == ticked.role else "",
    }  # fmt: skip


async def _counts(places: list[queries.Place]) -> dict[int, str]:
    """« Service 2/3 · Cuisine 1/2 » for each shift with several roles. One query."""
    found = await shifts.roles_by_shift([place.shift for place in places])
    return {key: role_counts(roles) for key, roles in found.items()}


routes: list[BaseRoute] = [
    *link_routes,
    *guardian_routes.routes,
    Route("/missions/{slug}", show, name="missions.show"),
    Route("/missions/{slug}/creneaux/{id:int}/inscription", create, methods=["POST"], name="signups.create"),
    Route("/missions/{slug}/creneaux/{id:int}/encore-un-geste", thanks, name="signups.thanks"),
    *roll_routes.routes,
]

