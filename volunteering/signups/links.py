"""The pages behind secret links: one's own sign-up, confirmed, given back, taken again, put into a calendar.

Two purposes: the mailed link may do everything; the thanks link, which the visitor's browser gets before the address
is confirmed, only shows where things stand.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _
from civic.people.actor import person_of, visitor_or_actor
from civic.web.forms import Form
from civic.web.page import page, redirect
from volunteering.missions.words import when, where
from volunteering.shifts.routes import calendar_answer
from volunteering.shifts.words import rule_of
from volunteering.signups import consents, queries, queue, service, stand_ins
from volunteering.signups.forms import CancelForm, FewerForm
from volunteering.signups.letters import LINK, ics, token_of
from volunteering.signups.models import Signup, SignupStatus
from volunteering.signups.overlaps import sentences

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


async def show(request: Request) -> Response:
    """One's own sign-up: where it stands, and what one can do."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    return await _own_page(request, signup, Form({}))


async def _own_page(request: Request, signup: Signup, form: Form[Any], *, status: int = 200) -> Response:
    newer = None if signup.is_active else await queries.active_of(signup.shift_id, signup.person_id)
    others = await sentences(signup.person_id, signup.shift) if signup.is_coming else []
    return await _page(
        request, "volunteering/signups/show.html", signup, status=status, form=form, others=others,
        token=request.path_params["token"], newer_token=token_of(newer) if newer else "", late=service.is_late(signup),
        consent=await consents.of(signup.id), rule=rule_of(signup.shift), stood_in=await queries.was_stood_in(signup),
        may_step_in=await stand_ins.may_step_in(signup, signup.role.free if signup.role else 0),
        last_hours=queue.is_last_hours(signup.shift),
    )  # fmt: skip


async def confirm(request: Request) -> Response:
    """The button behind the mailed link."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    try:
        await service.confirm(signup)
    except DomainError as error:
        return redirect("signups.show", token=token_of(signup), flash=error.message, kind="warn")
    return redirect("signups.show", token=token_of(signup), flash=_("C’est confirmé. Merci."))


async def accept(request: Request) -> Response:
    """Take the place that is offered."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    try:
        await service.accept(signup)
    except DomainError as error:
        return redirect("signups.show", token=token_of(signup), flash=error.message, kind="warn")
    return redirect("signups.show", token=token_of(signup), flash=_("La place est à vous. Merci."))


async def cancel(request: Request) -> Response:
    """Give the place, or what is offered, back."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    form = await Form.read(request, CancelForm)
    if form.data:
        try:
            await service.step_back(signup, _by(request, signup), reason=form.data.reason)
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return await _own_page(request, signup, form, status=422)
    return redirect("signups.show", token=token_of(signup))


async def fewer(request: Request) -> Response:
    """Some of a group do not come."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    form = await Form.read(request, FewerForm)
    if form.data:
        try:
            await service.come_fewer(signup, form.data.party, _by(request, signup))
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return await _own_page(request, signup, form, status=422)
    return redirect("signups.show", token=token_of(signup), flash=_("C’est noté. Merci d’avoir prévenu."))


async def seek(request: Request) -> Response:
    """Look for somebody who comes in one's place."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    try:
        await stand_ins.seek(signup, _by(request, signup))
    except DomainError as error:
        return redirect("signups.show", token=token_of(signup), flash=error.message, kind="warn")
    text = _("On cherche quelqu’un à votre place. Vous la gardez jusque-là, et vous recevrez un message.")
    return redirect("signups.show", token=token_of(signup), flash=text)


async def keep(request: Request) -> Response:
    """Come oneself after all."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    try:
        await stand_ins.keep(signup, _by(request, signup))
    except DomainError as error:
        return redirect("signups.show", token=token_of(signup), flash=error.message, kind="warn")
    return redirect("signups.show", token=token_of(signup), flash=_("C’est noté : vous venez."))


def _by(request: Request, signup: Signup) -> int:
    actor = visitor_or_actor(request)
    return (actor.recorded_by or actor.person).id if actor else signup.person_id


async def come_back(request: Request) -> Response:
    """Undo: take the place again."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    try:
        again = await service.come_back(signup)
    except DomainError as error:
        return redirect("signups.show", token=token_of(signup), flash=error.message, kind="warn")
    return redirect("signups.show", token=token_of(again))


async def calendar(request: Request) -> Response:
    """One's own sign-up as a calendar file."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    return calendar_answer(await ics(signup), f"{signup.shift.mission.slug}-{signup.shift_id}")


async def _page(
    request: Request, template: str, signup: Signup, *, status: int = 200, **context: Any
) -> Response:  # fmt: skip
    rank = await queries.position(signup) if signup.status == SignupStatus.WAITING else 0
    shift, mission = signup.shift, signup.shift.mission
    return page(
        request, template, status=status, headers=PRIVATE, signup=signup, shift=shift, mission=mission, rank=rank,
        role=signup.role, when=when, when_text=when(shift.starts_at, shift.ends_at), where=where(mission),
        person=person_of(request), **context,
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/mes-creneaux/{token}/agenda.ics", calendar, name="signups.calendar"),
    Route("/mes-creneaux/{token}", show, name="signups.show"),
    Route("/mes-creneaux/{token}/confirmer", confirm, methods=["POST"], name="signups.confirm"),
    Route("/mes-creneaux/{token}/annuler", cancel, methods=["POST"], name="signups.cancel"),
    Route("/mes-creneaux/{token}/accepter", accept, methods=["POST"], name="signups.accept"),
    Route("/mes-creneaux/{token}/nombre", fewer, methods=["POST"], name="signups.fewer"),
    Route("/mes-creneaux/{token}/remplacement", seek, methods=["POST"], name="signups.seek"),
    Route("/mes-creneaux/{token}/garder", keep, methods=["POST"], name="signups.keep"),
    Route("/mes-creneaux/{token}/revenir", come_back, methods=["POST"], name="signups.come_back"),
]
