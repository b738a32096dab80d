"""The way to a shift: one's own offer or wish, those of the others, a word to them; the list for who runs the shift."""

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _
from civic.people.actor import actor_of, person_of
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect
from volunteering.lifts import queries, service
from volunteering.lifts.forms import LiftForm, WordForm, filled
from volunteering.lifts.models import Lift
from volunteering.missions.queries import mission_to_edit
from volunteering.missions.words import when
from volunteering.shifts.queries import shift_of
from volunteering.signups.links import PRIVATE
from volunteering.signups.models import Signup


async def show(request: Request) -> Response:
    """Her own offer or wish, and those of the others who come."""
    signup = await queries.signup_to_share(request.path_params["token"])
    await signup.person.fetch_related("commune")
    own = await queries.lift_of(signup.id)
    form: Form[Any] = Form(filled(own, wants=signup.wants_lift, home=signup.person.commune))
    return await _own_page(request, signup, form)


async def say(request: Request) -> Response:
    """Keep what she offers or seeks."""
    signup = await queries.signup_to_share(request.path_params["token"])
    form = await Form.read(request, LiftForm)
    if form.data:
        try:
            await service.say(signup, await form.data.meant(), form.data.places(), form.data.note)
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return await _own_page(request, signup, form, status=422)
    text = _("C’est noté. Les personnes qui viennent le voient, sous votre prénom.")
    return redirect("lifts.show", token=request.path_params["token"], flash=text)


async def take_back(request: Request) -> Response:
    """Offer and seek nothing any more."""
    signup = await queries.signup_to_share(request.path_params["token"])
    await service.take_back(signup)
    return redirect("lifts.show", token=request.path_params["token"], flash=_("Votre annonce est retirée."))


async def write(request: Request) -> Response:
    """The form of a word to one of the others."""
    signup = await queries.signup_to_share(request.path_params["token"])
    lift = await queries.lift_to_answer(signup, request.path_params["id"])
    return _word_page(request, signup, lift, Form({"cle": secrets.token_urlsafe(16)}))


async def send(request: Request) -> Response:
    """Relay the word: the other's address is not shown, hers only when she ticked it."""
    signup = await queries.signup_to_share(request.path_params["token"])
    lift = await queries.lift_to_answer(signup, request.path_params["id"])
    form = await Form.read(request, WordForm)
    if form.data:
        await limits.hit("lift_word", str(signup.id), most=10, per=86_400)
        word = form.data
        try:
            await service.write(signup, lift, word.message, with_address=word.address, key=word.cle)
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return _word_page(request, signup, lift, form, status=422)
    text = _("Votre message part : %(name)s le recevra par courriel.", name=lift.signup.person.short_name)
    return redirect("lifts.show", token=request.path_params["token"], flash=text)


async def index(request: Request) -> Response:
    """All offers and wishes of a shift, for who runs it."""
    mission = await mission_to_edit(request.path_params["slug"], actor_of(request))
    shift = await shift_of(mission, request.path_params["id"])
    return page(
        request, "volunteering/lifts/index.html", headers=PRIVATE, mission=mission, shift=shift,
        lifts=await queries.lifts_of(shift.id), others=await queries.seeking_without_commune(shift.id),
        when_text=when(shift.starts_at, shift.ends_at),
    )  # fmt: skip


async def _own_page(request: Request, signup: Signup, form: Form[Any], *, status: int = 200) -> Response:
    rows = await queries.lifts_of(signup.shift_id)
    own = next((one for one in rows if one.signup_id == signup.id), None)
    return page(
        request, "volunteering/lifts/show.html", status=status, form=form, own=own,
        others=[one for one in rows if one.signup_id != signup.id], **_around(request, signup),
    )  # fmt: skip


def _word_page(request: Request, signup: Signup, lift: Lift, form: Form[Any], *, status: int = 200) -> Response:
    return page(
        request, "volunteering/lifts/write.html", status=status, form=form, lift=lift, **_around(request, signup)
    )


def _around(request: Request, signup: Signup) -> dict[str, Any]:
    """What both of her pages say around."""
    shift = signup.shift
    return {
        "headers": PRIVATE, "signup": signup, "shift": shift, "mission": shift.mission, "person": person_of(request),
        "token": request.path_params["token"], "when_text": when(shift.starts_at, shift.ends_at),
    }  # fmt: skip


routes: list[BaseRoute] = [
    Route("/mes-creneaux/{token}/covoiturage", show, name="lifts.show"),
    Route("/mes-creneaux/{token}/covoiturage", say, methods=["POST"], name="lifts.say"),
    Route("/mes-creneaux/{token}/covoiturage/retirer", take_back, methods=["POST"], name="lifts.take_back"),
    Route("/mes-creneaux/{token}/covoiturage/{id:int}", write, name="lifts.write"),
    Route("/mes-creneaux/{token}/covoiturage/{id:int}", send, methods=["POST"], name="lifts.send"),
    Route("/missions/{slug}/creneaux/{id:int}/covoiturage", index, name="lifts.index"),
]
