"""The pages behind secret links: one's own sign-up, confirmed, given back, taken again, put into a calendar.

One link, only ever mailed: whoever has it reads that mailbox. What anybody may have typed in her name is shown there
before it counts.
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
from volunteering.shifts.places import roles_of
from volunteering.shifts.routes import calendar_answer
from volunteering.shifts.words import rule_of
from volunteering.signups import choosing, consents, queries, queue, service, stand_ins
from volunteering.signups.forms import CancelForm, CorrectionForm, FewerForm
from volunteering.signups.letters import LINK, ics, token_of
from volunteering.signups.models import GuardianConsent, Signup, SignupStatus
from volunteering.signups.overlaps import sentences
from volunteering.slots import signup_panels

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


async def show(request: Request) -> Response:
    """One's own sign-up: where it stands, and what one can do."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    return await _own_page(request, signup, Form({}))


async def _own_page(request: Request, signup: Signup, form: Form[Any], *, status: int = 200) -> Response:
    newer = None if signup.is_active else await queries.active_of(signup.shift_id, signup.person_id)
    others = await sentences(signup.person_id, signup.shift) if signup.is_coming else []
    consent = await consents.of(signup.id)
    correcting = await _correcting(signup, consent, form) if signup.awaits_link else {}
    return await _page(
        request, "volunteering/signups/show.html", signup, status=status, form=form, others=others, **correcting,
        token=request.path_params["token"], newer_token=token_of(newer) if newer else "", late=service.is_late(signup),
        consent=consent, rule=rule_of(signup.shift), ended_by=await queries.ended_by(signup),
        anew="" if newer else _anew(signup, consent),
        may_step_in=await stand_ins.may_step_in(signup, signup.role.free if signup.role else 0),
        last_hours=queue.is_last_hours(signup.shift),
        panels=[part for parts in signup_panels for part in await parts(signup, request.path_params["token"])],
    )  # fmt: skip


def _anew(signup: Signup, consent: GuardianConsent | None) -> str:
    """Why what was given back is asked for on the mission's page, and not taken again from here; empty if it is."""
    if signup.is_active or not signup.shift.is_to_come or not signup.shift.mission.takes_people:
        return ""
    if signup.role_id is None:
        return _("Ce poste n’existe plus. Choisissez-en un autre.")
    if consent and signup.confirmed_at is None:
        return _("Le délai pour confirmer est passé.")
    return ""


async def _correcting(signup: Signup, consent: GuardianConsent | None, form: Form[Any]) -> dict[str, Any]:
    """The form that corrects what was typed in her name, filled in with it."""
    roles, mission = await roles_of(signup.shift_id), signup.shift.mission
    typed = {"role": str(signup.role_id), "party": signup.party, "skills": signup.skills, "lift": signup.wants_lift}
    if consent and consent.age is not None:
        parent = {"guardian": consent.name, "guardian_email": consent.email}
        typed |= {"minor": True, "age": consent.age, **parent}
    if not form.errors:
        form.values.update(typed)
    choices = [(role.id, choosing.role_words(role)) for role in roles]
    return {"roles": choices, "needed": choosing.needed(mission, roles), "why": ""}


async def confirm(request: Request) -> Response:
    """The button behind the mailed link."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    try:
        await service.confirm(signup)
    except DomainError as error:
        return redirect("signups.show", token=token_of(signup), flash=error.message, kind="warn")
    fresh = await queries.whole(signup.id)
    said = _("C’est confirmé. Merci.") if fresh.status == SignupStatus.CONFIRMED else _("C’est noté. Merci.")
    return redirect("signups.show", token=token_of(signup), flash=said)


async def correct(request: Request) -> Response:
    """What was typed in her name is not right: what she writes here stands instead."""
    signup = await queries.signup_of_link(LINK, request.path_params["token"])
    form = await Form.read(request, CorrectionForm)
    if form.data:
        try:
            await service.correct(signup, form.data.wish(signup.person.email or ""))
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return await _own_page(request, signup, form, status=422)
    return redirect("signups.show", token=token_of(signup), flash=_("C’est corrigé. Merci."))


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
            await service.come_fewer(signup, form.data.party, _by(request, signup), why=form.data.why)
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
    Route("/mes-creneaux/{token}/corriger", correct, methods=["POST"], name="signups.correct"),
    Route("/mes-creneaux/{token}/annuler", cancel, methods=["POST"], name="signups.cancel"),
    Route("/mes-creneaux/{token}/accepter", accept, methods=["POST"], name="signups.accept"),
    Route("/mes-creneaux/{token}/nombre", fewer, methods=["POST"], name="signups.fewer"),
    Route("/mes-creneaux/{token}/remplacement", seek, methods=["POST"], name="signups.seek"),
    Route("/mes-creneaux/{token}/garder", keep, methods=["POST"], name="signups.keep"),
    Route("/mes-creneaux/{token}/revenir", come_back, methods=["POST"], name="signups.come_back"),
]
