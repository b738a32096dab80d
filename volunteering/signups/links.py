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
from civic.people import links
from civic.people.actor import person_of, visitor_or_actor
from civic.web.page import page, redirect
from volunteering.missions.words import when, where
from volunteering.shifts.routes import calendar_answer
from volunteering.signups import queries, service
from volunteering.signups.letters import LINK, ics, token_of
from volunteering.signups.models import Signup, SignupStatus

THANKS = "signup-thanks"
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


def thanks_token(signup: Signup) -> str:
    """The link that shows a sign-up and changes nothing."""
    return links.make(THANKS, signup.id)


async def thanks(request: Request) -> Response:
    """After a visitor has signed up: what to do now."""
    signup = await queries.signup_of_link(THANKS, request.path_params["token"])
    return await _page(request, "volunteering/signups/thanks.html", signup)


async def show(request: Request) -> Response:
    """One's own sign-up: where it stands, and what one can do."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    newer = None if signup.is_active else await queries.active_of(signup.shift_id, signup.person_id)
    others = await queries.overlapping(signup.person_id, signup.shift) if signup.is_coming else []
    return await _page(
        request, "volunteering/signups/show.html", signup, token=request.path_params["token"], others=others,
        newer_token=token_of(newer) if newer else "",
    )  # fmt: skip


async def confirm(request: Request) -> Response:
    """The button behind the mailed link."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    try:
        await service.confirm(signup)
    except DomainError as error:
        return redirect("signups.show", token=token_of(signup), flash=error.message, kind="warn")
    return redirect("signups.show", token=token_of(signup), flash=_("C’est confirmé. Merci."))


async def cancel(request: Request) -> Response:
    """Give the place back."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    actor = visitor_or_actor(request)
    by = actor.recorded_by or actor.person if actor else signup.person
    try:
        await service.step_back(signup, by.id)
    except DomainError as error:
        return redirect("signups.show", token=token_of(signup), flash=error.message, kind="warn")
    return redirect("signups.show", token=token_of(signup))


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
    return calendar_answer(ics(signup), f"{signup.shift.mission.slug}-{signup.shift_id}")


async def _page(request: Request, template: str, signup: Signup, **context: Any) -> Response:
    rank = await queries.position(signup) if signup.status == SignupStatus.WAITING else 0
    shift, mission = signup.shift, signup.shift.mission
    return page(
        request, template, headers=PRIVATE, signup=signup, shift=shift, mission=mission, rank=rank,
        when=when, when_text=when(shift.starts_at, shift.ends_at), where=where(mission), person=person_of(request),
        **context,
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/mes-creneaux/merci/{token}", thanks, name="signups.thanks"),
    Route("/mes-creneaux/{token}/agenda.ics", calendar, name="signups.calendar"),
    Route("/mes-creneaux/{token}", show, name="signups.show"),
    Route("/mes-creneaux/{token}/confirmer", confirm, methods=["POST"], name="signups.confirm"),
    Route("/mes-creneaux/{token}/annuler", cancel, methods=["POST"], name="signups.cancel"),
    Route("/mes-creneaux/{token}/revenir", come_back, methods=["POST"], name="signups.come_back"),
]
