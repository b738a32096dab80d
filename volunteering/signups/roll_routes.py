"""The coordinators' page of a shift: who comes, who is there; arrivals by tap, by code, by a scanned code (PRODUCT V5).

Leads of the initiative and the team alone; a code that is scanned by anybody else says nothing.
"""

import io
import secrets
from collections.abc import Mapping
from typing import Any

import segno
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError, NotFound
from civic.i18n import _, _n
from civic.initiatives.queries import may_edit
from civic.people.actor import Actor, actor_of
from civic.web import urls
from civic.web.forms import Form
from civic.web.page import page, redirect, redirect_to
from volunteering.missions.queries import mission_to_edit
from volunteering.missions.words import when, where
from volunteering.shifts import queries as shifts
from volunteering.shifts.models import Shift
from volunteering.signups import attendance, contacts, queries, restoring
from volunteering.signups.attendance import Said
from volunteering.signups.forms import CameForm, CodeForm, WalkInForm
from volunteering.signups.letters import LINK, token_of
from volunteering.signups.models import PAST, Signup, SignupStatus
from volunteering.signups.roll import roll_of

MOST_LINES = 1200
STATES = frozenset(status.value for status in SignupStatus)


async def shift_to_run(request: Request) -> tuple[Shift, Actor]:
    """The shift of this address, with mission and initiative, and who runs it. Raises NotFound or Forbidden."""
    actor = actor_of(request)
    mission = await mission_to_edit(request.path_params["slug"], actor)
    return await shifts.shift_of(mission, request.path_params["id"]), actor


async def show(request: Request) -> Response:
    """Who comes to a shift, role by role; arrivals and presences are noted here."""
    shift, _actor = await shift_to_run(request)
    return await _page(request, shift, Form({"party": 1}))


async def _page(request: Request, shift: Shift, form: Form[Any], *, status: int = 200) -> Response:
    mission = shift.mission
    form.values.setdefault("cle", secrets.token_urlsafe(16))
    roll = await roll_of(shift)
    return page(
        request, "volunteering/signups/list.html", status=status, headers={"Cache-Control": "no-store"},
        mission=mission, shift=shift, roll=roll, form=form, when=when(shift.starts_at, shift.ends_at),
        where=where(mission), doors=attendance.doors_open(shift), after=after_words(),
        roles=[(group.role.id, group.role.title) for group in roll.groups], contacts=contacts.shown(shift),
        called=contacts.called(shift), answers=restoring.answers_until(shift),
    )  # fmt: skip


async def restore(request: Request) -> Response:
    """A shift that was called off takes place after all."""
    shift, actor = await shift_to_run(request)
    try:
        told = await restoring.restore(shift, actor.hand.id)
    except DomainError as error:
        return redirect("missions.show", slug=shift.mission.slug, flash=error.message, kind="warn")
    text = _("Le créneau a lieu de nouveau.")
    if told:
        text += " " + _n(
            "%(n)s personne reçoit un message et dit si elle vient toujours.",
            "%(n)s personnes reçoivent un message et disent si elles viennent toujours.", told,
        )  # fmt: skip
    return redirect("missions.show", slug=shift.mission.slug, flash=text)


def after_words() -> list[tuple[str, str]]:
    """What can be said of somebody afterwards; none of it leads to anything."""
    return [
        (SignupStatus.ATTENDED.value, _("Était là")), (SignupStatus.EXCUSED.value, _("Avait prévenu")),
        (SignupStatus.MISSED.value, _("Pas là")),
    ]  # fmt: skip


async def here(request: Request) -> Response:
    """« Est là »."""
    shift, actor = await shift_to_run(request)
    try:
        signup = await attendance.here(shift, request.path_params["signup"], actor, await _came(request))
    except DomainError as error:
        return _back(shift, flash=error.message, kind="warn")
    return _back(shift, signup, flash=is_here(signup))


async def _came(request: Request) -> int:
    """How many of a group came, as typed beside « Est là »; 0 when nothing readable was."""
    form = await Form.read(request, CameForm)
    return form.data.came if form.data else 0


async def undo(request: Request) -> Response:
    """« Est là » was a mistake."""
    shift, actor = await shift_to_run(request)
    signup = await attendance.undo(shift, request.path_params["signup"], actor)
    text = _("C’est annulé pour %(name)s : l’arrivée n’est plus notée.", name=signup.person.short_name)
    return _back(shift, signup if signup.is_active else None, flash=text)


async def arrive(request: Request) -> Response:
    """The four signs that somebody reads out."""
    shift, actor = await shift_to_run(request)
    form = await Form.read(request, CodeForm)
    if form.data:
        try:
            signup = await attendance.arrive(shift, form.data.code, actor)
            return _back(shift, signup, flash=is_here(signup))
        except DomainError as error:
            error.field = "code"
            form.refuse(error)
    return await _page(request, shift, form, status=422)


async def walk_in(request: Request) -> Response:
    """Somebody came without signing up."""
    shift, actor = await shift_to_run(request)
    form = await Form.read(request, WalkInForm)
    if form.data:
        try:
            signup = await attendance.walk_in(shift, form.data.who(), form.data.cle, actor)
            return _back(shift, signup, flash=is_here(signup))
        except DomainError as error:
            form.refuse(error)
    return await _page(request, shift, form, status=422)


async def attend(request: Request) -> Response:
    """Who came, all at once."""
    shift, actor = await shift_to_run(request)
    async with request.form(max_fields=MOST_LINES, max_files=0) as sent:
        said = said_in({name: str(value) for name, value in sent.items()})
    try:
        came, passed_by = await attendance.say(shift, said, actor)
    except DomainError as error:
        return _back(shift, flash=error.message, kind="warn")
    if passed_by:
        names = ", ".join(row.person.short_name for row in passed_by)
        text = _("Entre-temps quelqu’un d’autre a noté : %(names)s. Vérifiez ces lignes.", names=names)
        return _back(shift, flash=text, kind="warn")
    text = _n("C’est noté : %(n)s personne est venue.", "C’est noté : %(n)s personnes sont venues.", came)
    return _back(shift, flash=text)


def said_in(sent: Mapping[str, str]) -> list[Said]:
    """The radios « p12 = confirmed:attended » : what the page showed, and what is said now. Others are ignored.

    « n12 » is how many of a group came, « m12 » how many the page showed.
    """
    found = []
    for name, value in sent.items():
        shown, _colon, after = value.partition(":")
        if name[:1] == "p" and name[1:].isdecimal() and len(name) < 18 and after in PAST and shown in STATES:
            many = sent.get(f"n{name[1:]}", "")
            came = int(many) if many.isdecimal() and len(many) < 3 and many != sent.get(f"m{name[1:]}") else 0
            found.append(Said(int(name[1:]), SignupStatus(shown), SignupStatus(after), came))
    return found


async def scan(request: Request) -> Response:
    """What a coordinator's camera opens: this person, and one button. To herself her own page, to others nothing."""
    actor = actor_of(request)
    signup = await _scanned(request)
    if not await may_edit(actor, signup.shift.mission.initiative):
        if actor.person.id == signup.person_id:
            return redirect("signups.show", token=token_of(signup))
        raise NotFound(_("Ce code ne s’ouvre que sur le téléphone de la personne qui organise."))
    shift, mission = signup.shift, signup.shift.mission
    return page(
        request, "volunteering/signups/scan.html", headers={"Cache-Control": "no-store"}, signup=signup, shift=shift,
        mission=mission, when=when(shift.starts_at, shift.ends_at), doors=attendance.doors_open(shift),
        name=contacts.called(shift)(signup.person),
    )  # fmt: skip


async def scanned(request: Request) -> Response:
    """She is there: the button under what was scanned."""
    actor = actor_of(request)
    signup = await _scanned(request)
    if not await may_edit(actor, signup.shift.mission.initiative):
        raise NotFound(_("Ce code ne s’ouvre que sur le téléphone de la personne qui organise."))
    try:
        signup = await attendance.here(signup.shift, signup.id, actor, await _came(request))
    except DomainError as error:
        return redirect("signups.scan", id=signup.shift_id, code=signup.code, flash=error.message, kind="warn")
    return redirect("signups.scan", id=signup.shift_id, code=signup.code, flash=is_here(signup))


async def qr(request: Request) -> Response:
    """One's arrival code for the coordinator's camera: an SVG. It holds no secret, only shift and code."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    drawing = io.BytesIO()
    address = urls.absolute("signups.scan", id=signup.shift_id, code=signup.code or "-")
    segno.make(address, error="m", micro=False).save(drawing, kind="svg", border=2, light="#fff")
    return Response(drawing.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"})


def is_here(signup: Signup) -> str:
    """« Rose M. est là. », « Rose M. est là, avec 2 personnes. »"""
    name, others = signup.person.short_name, signup.present - 1
    if not others:
        return _("%(name)s est là.", name=name)
    return _n("%(name)s est là, avec %(n)s personne.", "%(name)s est là, avec %(n)s personnes.", others, name=name)


async def _scanned(request: Request) -> Signup:
    found = await Signup.get_or_none(
        shift_id=request.path_params["id"], code=attendance.read_code(request.path_params["code"])
    )
    if found is None:
        raise NotFound(_("Ce code ne correspond plus à une inscription."))
    return await queries.whole(found.id)


def _back(shift: Shift, signup: Signup | None = None, *, flash: str, kind: str = "ok") -> Response:
    """The list again, where one was on it."""
    path = urls.path("signups.list", slug=shift.mission.slug, id=shift.id)
    return redirect_to(f"{path}#p-{signup.id}" if signup else path, flash=flash, kind=kind)


routes: list[BaseRoute] = [
    Route("/mes-creneaux/{token}/arrivee.svg", qr, name="signups.qr"),
    Route("/arrivees/{id:int}/{code}", scan, name="signups.scan"),
    Route("/arrivees/{id:int}/{code}", scanned, methods=["POST"], name="signups.scanned"),
    Route("/missions/{slug}/creneaux/{id:int}/liste", show, name="signups.list"),
    Route("/missions/{slug}/creneaux/{id:int}/retablir", restore, methods=["POST"], name="signups.restore"),
    Route("/missions/{slug}/creneaux/{id:int}/presences", attend, methods=["POST"], name="signups.attend"),
    Route("/missions/{slug}/creneaux/{id:int}/arrivees", arrive, methods=["POST"], name="signups.arrive"),
    Route("/missions/{slug}/creneaux/{id:int}/arrivees/{signup:int}", here, methods=["POST"], name="signups.here"),
    Route(
        "/missions/{slug}/creneaux/{id:int}/arrivees/{signup:int}/annuler", undo, methods=["POST"], name="signups.undo"
    ),
    Route("/missions/{slug}/creneaux/{id:int}/venues", walk_in, methods=["POST"], name="signups.walk_in"),
]
