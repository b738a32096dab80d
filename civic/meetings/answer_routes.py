"""Saying whether one comes, on the page or by the mailed link; proxies; guests; the reminder."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock
from civic.errors import DomainError, Forbidden, Gone
from civic.i18n import _
from civic.meetings import agenda, answers, pages, queries, words
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.forms import AnswerForm, GuestForm
from civic.people.actor import actor_of
from civic.people.models import Person
from civic.web import limits
from civic.web.forms import Form, fields_of, whole
from civic.web.page import page, redirect

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


async def answer(request: Request) -> Response:
    """Say whether one comes."""
    actor = actor_of(request)
    meeting = await queries.meeting_to_show(request.path_params["id"], actor)
    row = await answers.row_to_answer(meeting, actor.person, await _row_id(request))
    await limits.hit("meeting_answer", str(actor.person.id), most=60, per=3600)
    form = await Form.read(request, AnswerForm)
    try:
        if form.data:
            await answers.answer(actor.person, meeting, row, form.data.coming, form.data.holder_id)
            return redirect("meetings.show", id=meeting.id, flash=_thanks(form.data.coming))
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await pages.meeting_page(request, meeting, status=422, answer=form)


async def _row_id(request: Request) -> int | None:
    return whole((await fields_of(request)).get("pour"))


def _thanks(coming: Coming) -> str:
    return {
        Coming.PRESENT: _("C’est noté, à bientôt !"), Coming.REMOTE: _("C’est noté, à bientôt à distance !"),
        Coming.EXCUSED: _("C’est noté. Merci d’avoir prévenu."),
        Coming.PROXY: _("C’est noté. La personne est prévenue ; vous pouvez reprendre votre pouvoir."),
    }[coming]  # fmt: skip


async def revoke(request: Request) -> Response:
    """Take one's proxy back."""
    actor = actor_of(request)
    meeting = await queries.meeting_to_show(request.path_params["id"], actor)
    row = await answers.row_to_answer(meeting, actor.person, await _row_id(request))
    done = await answers.revoke(actor.person, meeting, row)
    flash = _("Votre pouvoir est repris. Dites si vous venez.") if done else None
    return redirect("meetings.show", id=meeting.id, flash=flash, kind="info")


async def decline_proxy(request: Request) -> Response:
    """The holder does not carry it."""
    actor = actor_of(request)
    meeting = await queries.meeting_to_show(request.path_params["id"], actor)
    rows = {row.id: row for row in await queries.attendances_of(meeting.id)}
    row = rows.get(request.path_params["row"])
    if row is None or row.holder_id != actor.person.id:
        raise Forbidden(_("Vous ne portez pas ce pouvoir, ou ne le portez plus."))
    await answers.decline_proxy(actor.person, row)
    return redirect("meetings.show", id=meeting.id, flash=_("C’est noté : vous ne portez plus ce pouvoir."))


async def by_link(request: Request) -> Response:
    """The question behind the mailed link; nothing changes by looking."""
    row, person = await answers.row_of_link(request.path_params["token"])
    return await _link_page(request, row, person, Form())


async def answer_by_link(request: Request) -> Response:
    """Answer without signing in."""
    token = request.path_params["token"]
    row, person = await answers.row_of_link(token)
    await limits.hit("meeting_answer", str(person.id), most=60, per=3600)
    form = await Form.read(request, AnswerForm)
    try:
        if form.data:
            await answers.answer(person, row.meeting, row, form.data.coming, form.data.holder_id)
            return redirect("meetings.answer_link", token=token, flash=_thanks(form.data.coming))
    except Gone:
        return redirect("meetings.answer_link", token=token)
    except DomainError as error:
        form.refuse(error)
    return await _link_page(request, row, person, form, status=422)


async def revoke_by_link(request: Request) -> Response:
    """Take one's proxy back without signing in."""
    token = request.path_params["token"]
    row, person = await answers.row_of_link(token)
    await answers.revoke(person, row.meeting, row)
    return redirect("meetings.answer_link", token=token, flash=_("Votre pouvoir est repris. Dites si vous venez."))


async def _link_page(
    request: Request, row: Attendance, person: Person, form: Form[Any], *, status: int = 200
) -> Response:  # fmt: skip
    meeting = row.meeting
    await meeting.fetch_related("committee")
    items = await queries.agenda_of(meeting.id)
    rows = await queries.attendances_of(meeting.id)
    return page(
        request, "civic/meetings/answer.html", status=status, headers=PRIVATE, meeting=meeting, form=form, row=row,
        committee=meeting.committee, words=words, lines=agenda.lines(meeting, items), Coming=Coming, person=person,
        takes_answers=meeting.takes_answers(clock.now()), holders=answers.possible_holders(rows),
        token=request.path_params["token"], standing_in=person.id != row.person_id,
    )  # fmt: skip


async def proxy(request: Request) -> Response:
    """The proxy one was given, and declining it."""
    row, holder = await answers.row_of_proxy_link(request.path_params["token"])
    await row.meeting.fetch_related("committee")
    return page(
        request, "civic/meetings/proxy.html", headers=PRIVATE, row=row, meeting=row.meeting, holder=holder,
        committee=row.meeting.committee, words=words, token=request.path_params["token"],
    )  # fmt: skip


async def decline_by_link(request: Request) -> Response:
    """Decline it without signing in."""
    row, holder = await answers.row_of_proxy_link(request.path_params["token"])
    await answers.decline_proxy(holder, row)
    flash = _("C’est noté : vous ne portez plus ce pouvoir. La personne est prévenue.")
    return redirect("committees.show", slug=(await _committee_slug(row)), flash=flash)


async def _committee_slug(row: Attendance) -> str:
    await row.meeting.fetch_related("committee")
    return row.meeting.committee.slug


async def invite_guest(request: Request) -> Response:
    """Invite somebody without a seat."""
    meeting, actor = await pages.to_run(request)
    await limits.hit("meeting_guest", str(actor.hand.id), most=60, per=86_400)
    form = await Form.read(request, GuestForm)
    if form.data is None:
        return await pages.meeting_page(request, meeting, status=422, guest=form)
    await answers.invite_guest(meeting, form.data.name, form.data.email)
    return redirect("meetings.show", id=meeting.id, flash=_("La personne est invitée."))


async def nudge(request: Request) -> Response:
    """Remind once who has not answered."""
    meeting, _actor = await pages.to_run(request)
    done = await answers.nudge(meeting)
    flash = _("Un rappel part à qui n’a pas répondu.") if done else _("Le rappel est déjà parti.")
    return redirect("meetings.show", id=meeting.id, flash=flash, kind="ok" if done else "info")


routes: list[BaseRoute] = [
    Route("/reunions/{id:int}/reponse", answer, methods=["POST"], name="meetings.answer"),
    Route("/reunions/{id:int}/pouvoir/reprendre", revoke, methods=["POST"], name="meetings.revoke"),
    Route(
        "/reunions/{id:int}/pouvoirs/{row:int}/decliner", decline_proxy, methods=["POST"], name="meetings.decline_proxy"
    ),
    Route("/reunions/{id:int}/invitations", invite_guest, methods=["POST"], name="meetings.invite_guest"),
    Route("/reunions/{id:int}/relance", nudge, methods=["POST"], name="meetings.nudge"),
    Route("/convocations/{token}", by_link, name="meetings.answer_link"),
    Route("/convocations/{token}", answer_by_link, methods=["POST"], name="meetings.answer_by_link"),
    Route("/convocations/{token}/reprendre", revoke_by_link, methods=["POST"], name="meetings.revoke_by_link"),
    Route("/pouvoirs/{token}", proxy, name="meetings.proxy"),
    Route("/pouvoirs/{token}/decliner", decline_by_link, methods=["POST"], name="meetings.decline_by_link"),
]
