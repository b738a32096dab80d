"""The coordinator's page of a call, and the page behind the link of whoever was asked."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _, _n
from civic.people.actor import actor_of, person_of
from civic.web.forms import Form
from civic.web.page import page, redirect
from volunteering.calls import queries, service
from volunteering.calls.forms import AskForm, ComeForm
from volunteering.calls.models import RescueCall
from volunteering.calls.words import reason
from volunteering.missions.queries import mission_to_edit
from volunteering.missions.words import when, where
from volunteering.shifts.models import Shift
from volunteering.shifts.queries import shift_of
from volunteering.signups import letters as signup_letters
from volunteering.signups.links import PRIVATE
from volunteering.signups.queries import active_of


async def show(request: Request) -> Response:
    """Who could come, why, and what those said who were asked already. For who runs the shift."""
    return await _ask_page(request, await _shift(request), Form({}))


async def ask(request: Request) -> Response:
    """Send the call to those who are ticked."""
    shift = await _shift(request)
    form = await Form.read(request, AskForm)
    if form.data and not form.data.person:
        form.refuse(DomainError(_("Choisissez au moins une personne."), field="person"))
    if form.data:
        try:
            asked = await service.ask(shift, form.data.person, actor_of(request))
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return await _ask_page(request, shift, form, status=422)
    flash, kind = _told(asked)
    return redirect("calls.show", slug=shift.mission.slug, id=shift.id, flash=flash, kind=kind)


def _told(asked: service.Asked) -> tuple[str, str]:
    """What the coordinator learns, the rule of the fortnight when it stopped somebody."""
    sent = _n("Le message part à %(n)s personne.", "Le message part à %(n)s personnes.", len(asked.sent))
    if not asked.resting:
        return sent, "ok"
    names = ", ".join(asked.resting)
    rule = _(
        "%(names)s : sollicitation déjà reçue. Personne n’est sollicité plus d’une fois par quinzaine, "
        "toutes initiatives confondues.", names=names,
    )  # fmt: skip
    return (f"{sent} {rule}" if asked.sent else rule), "warn"


async def _shift(request: Request) -> Shift:
    mission = await mission_to_edit(request.path_params["slug"], actor_of(request))
    return await shift_of(mission, request.path_params["id"])


async def _ask_page(request: Request, shift: Shift, form: Form[Any], *, status: int = 200) -> Response:
    open_ = queries.may_ask(shift)
    waiting = await queries.unanswered(shift.id)
    found = (await queries.proposals(shift))[: queries.MOST_OPEN - waiting] if open_ else []
    return page(
        request, "volunteering/calls/ask.html", status=status, form=form, mission=shift.mission, shift=shift,
        open_=open_, patience=service.patience(waiting) if waiting >= queries.MOST_OPEN else "",
        proposals=[(str(one.person.id), one.person.short_name, reason(one.fit)) for one in found],
        ticked=form.values.get("person") or [one.person.id for one in found],
        told=await queries.told(shift.id), opens_at=shift.starts_at - queries.SOON,
        when_text=when(shift.starts_at, shift.ends_at),
    )  # fmt: skip


async def answer(request: Request) -> Response:
    """Behind the mailed link: what is asked, and the buttons. Opening it changes nothing."""
    call = await queries.call_to_answer(request.path_params["token"])
    return await _answer_page(request, call, Form({}))


async def yes(request: Request) -> Response:
    """I come."""
    call = await queries.call_to_answer(request.path_params["token"])
    form = await Form.read(request, ComeForm)
    if form.data:
        try:
            signup = await service.come(call, anyway=form.data.anyway)
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return await _answer_page(request, call, form, status=422)
    return redirect("signups.show", token=signup_letters.token_of(signup))


async def no(request: Request) -> Response:
    """Not this time."""
    call = await queries.call_to_answer(request.path_params["token"])
    await service.decline(call)
    return redirect("calls.answer", token=request.path_params["token"])


async def stopping(request: Request) -> Response:
    """« Ne plus me solliciter », from the mail: asked once before it is done."""
    call = await queries.call_of_link(request.path_params["token"])
    return page(
        request, "volunteering/calls/stop.html", headers=PRIVATE, token=request.path_params["token"],
        mission=call.shift.mission, person=person_of(request),
    )  # fmt: skip


async def stop(request: Request) -> Response:
    """Never again; also by the mail program's own button, with one request (RFC 8058)."""
    call = await queries.call_of_link(request.path_params["token"])
    await service.stop(call)
    return redirect(
        "calls.answer", token=request.path_params["token"], flash=_("C’est noté : on ne vous sollicitera plus.")
    )


async def _answer_page(request: Request, call: RescueCall, form: Form[Any], *, status: int = 200) -> Response:
    shift, mission = call.shift, call.shift.mission
    signup = await active_of(shift.id, call.person_id)
    return page(
        request, "volunteering/calls/answer.html", status=status, headers=PRIVATE, call=call, shift=shift, form=form,
        mission=mission, token=request.path_params["token"], when_text=when(shift.starts_at, shift.ends_at),
        where=where(mission), person=person_of(request), doubts=request.query_params.get("reponse") == "non",
        place=signup_letters.token_of(signup) if signup else "",
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/missions/{slug}/creneaux/{id:int}/renfort", show, name="calls.show"),
    Route("/missions/{slug}/creneaux/{id:int}/renfort", ask, methods=["POST"], name="calls.ask"),
    Route("/renforts/{token}", answer, name="calls.answer"),
    Route("/renforts/{token}/oui", yes, methods=["POST"], name="calls.yes"),
    Route("/renforts/{token}/non", no, methods=["POST"], name="calls.no"),
    Route("/renforts/{token}/arreter", stopping, name="calls.stopping"),
    Route("/renforts/{token}/arreter", stop, methods=["POST"], name="calls.stop"),
]
