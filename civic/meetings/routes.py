"""Pages of meetings: a committee's list, one meeting, preparing it, calling it off, its calendar file."""

import secrets

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock
from civic.committees import queries as committees
from civic.errors import DomainError, NotFound
from civic.i18n import _
from civic.meetings import (
    agenda_routes,
    answer_routes,
    calendar,
    convening_routes,
    minutes_routes,
    pages,
    poll_routes,
    queries,
    running_routes,
    service,
    words,
)
from civic.meetings.forms import CancelForm, MeetingForm
from civic.meetings.models import Meeting
from civic.people.actor import actor_of, visitor_or_actor
from civic.web.forms import Form, key_of
from civic.web.page import page, redirect

PUBLIC = {"Cache-Control": "public, max-age=900", "Vary": "Accept-Language, Cookie"}


async def index(request: Request) -> Response:
    """All meetings of a committee, with their minutes."""
    actor = visitor_or_actor(request)
    committee = await committees.committee_to_show(request.path_params["slug"], actor)
    found = await queries.meetings_of(committee, actor)
    return page(
        request, "civic/meetings/index.html", committee=committee, words=words,
        ahead=[meeting for meeting in found if not meeting.is_over],
        over=[meeting for meeting in found if meeting.is_over], runs=await committees.may_run(actor, committee),
    )  # fmt: skip


async def new(request: Request) -> Response:
    """The form of a meeting."""
    committee = await committees.committee_to_run(request.path_params["slug"], actor_of(request))
    title = _("Réunion du comité")
    values = {
        "title": title, "lasts": 90, "quorum_percent": 0, "proxies_most": 0, "notice_days": 0,
        "cle": secrets.token_urlsafe(12),
    }  # fmt: skip
    return await pages.form_page(request, committee, Form(values))


async def create(request: Request) -> Response:
    """Keep it in preparation."""
    actor = actor_of(request)
    committee = await committees.committee_to_run(request.path_params["slug"], actor)
    form = await Form.read(request, MeetingForm)
    key = await key_of(request, form)
    try:
        if form.data:
            meeting = await service.draft(actor, committee, form.data, key)
            flash = _("La réunion est en préparation. Rien n’est envoyé pour l’instant.")
            return redirect("meetings.show", id=meeting.id, flash=flash)
    except DomainError as error:
        form.refuse(error)
    return await pages.form_page(request, committee, form, status=422)


async def show(request: Request) -> Response:
    """One meeting, before, while and after it."""
    meeting = await queries.meeting_to_show(request.path_params["id"], visitor_or_actor(request))
    return await pages.meeting_page(request, meeting)


async def edit(request: Request) -> Response:
    """The form of a meeting that is not over."""
    meeting = await queries.meeting_to_run(request.path_params["id"], actor_of(request))
    if meeting.status not in service.BEFORE:
        return redirect("meetings.show", id=meeting.id)
    return await pages.form_page(request, meeting.committee, Form(_values(meeting)), meeting)


def _values(meeting: Meeting) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(meeting, name) for name in MeetingForm.model_fields}
    values["starts_at"] = clock.local(meeting.starts_at).strftime(pages.WRITTEN) if meeting.starts_at else ""
    return {name: "" if value is None else value for name, value in values.items()}


async def save(request: Request) -> Response:
    """Change it; those expected are told of new hours or a new place."""
    actor = actor_of(request)
    meeting = await queries.meeting_to_run(request.path_params["id"], actor)
    form = await Form.read(request, MeetingForm)
    try:
        if form.data:
            told = await service.change(actor, meeting, form.data)
            flash = _("C’est enregistré. Les personnes convoquées sont prévenues.") if told else _("C’est enregistré.")
            return redirect("meetings.show", id=meeting.id, flash=flash)
    except DomainError as error:
        form.refuse(error)
    return await pages.form_page(request, meeting.committee, form, meeting, status=422)


async def cancel(request: Request) -> Response:
    """It does not take place."""
    actor = actor_of(request)
    meeting = await queries.meeting_to_run(request.path_params["id"], actor)
    form = await Form.read(request, CancelForm)
    if form.data is None:
        blank: Form[MeetingForm] = Form(_values(meeting))
        return await pages.form_page(request, meeting.committee, blank, meeting, status=422, cancelling=form)
    await service.cancel(actor, meeting, form.data.reason)
    flash = _("La réunion est annulée. Les personnes prévenues reçoivent votre raison.")
    return redirect("meetings.show", id=meeting.id, flash=flash, kind="info")


async def ics(request: Request) -> Response:
    """The calendar file of a meeting whose date is known."""
    actor = visitor_or_actor(request)
    meeting = await queries.meeting_to_show(request.path_params["id"], actor)
    if meeting.starts_at is None:
        raise NotFound(_("La date de cette réunion n’est pas encore fixée."))
    reader = await queries.reader_of(meeting, actor)
    return calendar_answer(calendar.ics(meeting, inside=reader.sees_names), f"reunion-{meeting.id}")


async def feed(request: Request) -> Response:
    """The public calendar of a committee, for programs that read it again; it names nobody."""
    committee = await committees.committee_to_show(request.path_params["slug"], None)
    content = calendar.feed(committee.name, await queries.feed_of(committee))
    return Response(content, media_type="text/calendar; charset=utf-8", headers=PUBLIC)


def calendar_answer(content: bytes, name: str) -> Response:
    """A calendar file to download; `name` without its ending."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.ics"', "Cache-Control": "no-store"}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


routes: list[BaseRoute] = [
    Route("/comites/{slug}/reunions", index, name="meetings.index"),
    Route("/comites/{slug}/reunions.ics", feed, name="meetings.feed"),
    Route("/comites/{slug}/reunions/nouvelle", new, name="meetings.new"),
    Route("/comites/{slug}/reunions/nouvelle", create, methods=["POST"], name="meetings.create"),
    Route("/reunions/{id:int}", show, name="meetings.show"),
    Route("/reunions/{id:int}.ics", ics, name="meetings.calendar"),
    Route("/reunions/{id:int}/modifier", edit, name="meetings.edit"),
    Route("/reunions/{id:int}/modifier", save, methods=["POST"], name="meetings.save"),
    Route("/reunions/{id:int}/annuler", cancel, methods=["POST"], name="meetings.cancel"),
    *poll_routes.routes,
    *agenda_routes.routes,
    *convening_routes.routes,
    *answer_routes.routes,
    *running_routes.routes,
    *minutes_routes.routes,
]
