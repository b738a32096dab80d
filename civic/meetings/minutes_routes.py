"""Pages of the minutes: writing them, what others wrote, the record, its corrections and its approval, the papers."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.commitments import service as commitments
from civic.commitments.forms import CommitmentForm
from civic.committees import queries as committees
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.meetings import closing, minutes, pages, papers, queries, record
from civic.meetings import sheet as sheets
from civic.meetings.models import Item, Meeting
from civic.meetings.room_forms import ApproveForm, NotesForm, RemarkForm, ShareForm
from civic.papers import pdf_answer
from civic.people.actor import actor_of, visitor_or_actor
from civic.web import urls
from civic.web.formats import hour
from civic.web.forms import Form
from civic.web.page import json_answer, page, redirect, redirect_to

PRIVATE = {"Cache-Control": "no-store"}


async def write(request: Request) -> Response:
    """A box for each point."""
    meeting, _actor = await pages.to_run(request)
    return await _notes_page(request, meeting)


async def _notes_page(
    request: Request, meeting: Meeting, form: Form[Any] | None = None, item_id: int = 0, status: int = 200
) -> Response:
    items = await queries.agenda_of(meeting.id)
    seats = await committees.seats_of(meeting.committee_id)
    return page(
        request, "civic/meetings/notes.html", status=status, headers=PRIVATE, meeting=meeting, items=items,
        committee=meeting.committee, pace_of=sheets.pace_of, most=minutes.MOST, form=form or Form(), item_id=item_id,
        remarks=await record.remarks_of(meeting), promised=await record.promised_in(items),
        members=[(seat.person_id, seat.person.short_name) for seat in seats],
    )  # fmt: skip


async def commit(request: Request) -> Response:
    """Somebody promises to do something, in a point: « Qui fait quoi, pour quand »."""
    meeting, actor = await pages.to_run(request)
    item = await queries.item_of(meeting, request.path_params["item"])
    form = await Form.read(request, CommitmentForm)
    try:
        if form.data:
            await commitments.commit(actor, meeting.committee, form.data, source=record.source_of(item))
            path = urls.path("meetings.notes", id=meeting.id)
            return redirect_to(f"{path}#point-{item.id}", flash=_("L’engagement est noté."))
    except Invalid as error:
        form.refuse(error)
    return await _notes_page(request, meeting, form, item.id, status=422)


async def save(request: Request) -> Response:
    """Keep what was written; when another one has written meanwhile, show both texts and lose neither."""
    meeting, actor = await pages.to_run(request)
    item = await queries.item_of(meeting, request.path_params["item"])
    form = await Form.read(request, NotesForm)
    if form.data is None:
        return await _conflict_page(request, meeting, item, form, status=422)
    done = await minutes.write(actor, meeting, item, form.data.text, form.data.version)
    if done.aside:
        form.errors["text"] = _("Quelqu’un a écrit ici entre-temps. Réunissez les deux textes, puis enregistrez.")
        return await _conflict_page(request, meeting, done.item, form, status=409)
    if form.data.auto:
        return redirect_to(f"{urls.path('meetings.state', id=meeting.id)}?point={item.id}")
    path = urls.path("meetings.notes", id=meeting.id)
    return redirect_to(f"{path}#point-{item.id}", flash=_("C’est enregistré."))


async def _conflict_page(
    request: Request, meeting: Meeting, item: Item, form: Form[Any], *, status: int
) -> Response:
    return page(
        request, "civic/meetings/conflict.html", status=status, headers=PRIVATE, meeting=meeting, item=item, form=form,
        committee=meeting.committee, most=minutes.MOST,
    )  # fmt: skip


async def state(request: Request) -> Response:
    """What each point says now, for the boxes of those who write: version, text, by whom."""
    meeting, _actor = await pages.to_run(request)
    said = [
        {
            "id": item.id, "version": item.notes_version, "text": item.notes,
            "said": _("Version %(n)s, écrite par %(name)s à %(hour)s.", n=item.notes_version,
                      name=item.notes_by.short_name if item.notes_by else "…", hour=hour(item.notes_at))
            if item.notes_at else "",
        }
        for item in await queries.agenda_of(meeting.id)
    ]  # fmt: skip
    return json_answer({"items": said})


async def versions(request: Request) -> Response:
    """All that was ever written for a point."""
    meeting, _actor = await pages.to_run(request)
    item = await queries.item_of(meeting, request.path_params["item"])
    return page(
        request, "civic/meetings/versions.html", headers=PRIVATE, meeting=meeting, item=item,
        committee=meeting.committee, versions=await minutes.versions_of(item),
    )  # fmt: skip


async def show(request: Request) -> Response:
    """The minutes as one reads them."""
    meeting = await queries.meeting_to_read(request.path_params["id"], visitor_or_actor(request))
    return await _record_page(request, meeting)


async def _record_page(
    request: Request, meeting: Meeting, form: Form[Any] | None = None, item_id: int = 0, status: int = 200
) -> Response:
    actor = visitor_or_actor(request)
    found = await record.record_of(meeting, actor)
    return page(
        request, "civic/meetings/record.html", status=status, headers=PRIVATE if actor else {}, meeting=meeting,
        committee=meeting.committee, record=found, counted=record.counted(found), form=form or Form({"days": 10}),
        quorum_words=record.quorum_words(meeting, found),
        item_id=item_id, holds=await queries.may_run(actor, meeting),
        corrects=await record.may_correct(meeting, actor.person if actor else None),
        mine=await record.own_remarks(meeting, actor.person if actor else None),
    )  # fmt: skip


async def close(request: Request) -> Response:
    """The meeting is over."""
    meeting, actor = await pages.to_run(request)
    try:
        await closing.close(actor, meeting)
    except DomainError as error:
        return redirect("meetings.room", id=meeting.id, flash=error.message, kind="warn")
    return redirect("meetings.record", id=meeting.id, flash=_("La réunion est close. Relisez le compte rendu."))


async def share(request: Request) -> Response:
    """Send the draft to those who were there."""
    meeting, actor = await pages.to_run(request)
    form = await Form.read(request, ShareForm)
    if form.data is None:
        return await _record_page(request, meeting, form, status=422)
    await closing.share(actor, meeting, form.data.days)
    return redirect("meetings.record", id=meeting.id, flash=_("Le brouillon est envoyé aux personnes présentes."))


async def remark(request: Request) -> Response:
    """What to correct in a point."""
    actor = actor_of(request)
    meeting = await queries.meeting_to_read(request.path_params["id"], actor)
    item = await queries.item_of(meeting, request.path_params["item"])
    form = await Form.read(request, RemarkForm)
    if form.data is None:
        return await _record_page(request, meeting, form, item.id, status=422)
    await closing.remark(actor, meeting, item, form.data.text)
    path = urls.path("meetings.record", id=meeting.id)
    text = _("Votre correction est transmise.") if form.data.text else _("Votre correction est retirée.")
    return redirect_to(f"{path}#point-{item.id}", flash=text)


async def approve(request: Request) -> Response:
    """A later meeting approves the minutes."""
    meeting, actor = await pages.to_run(request)
    form = await Form.read(request, ApproveForm)
    if form.data is None:
        return redirect("meetings.record", id=meeting.id, flash=_("Choisissez la réunion qui approuve."), kind="warn")
    at = await queries.meeting_to_run(form.data.at, actor)
    await closing.approve(actor, meeting, at)
    return redirect("meetings.room", id=at.id, flash=_("Le compte rendu est approuvé. Il est public."))


async def sheet(request: Request) -> Response:
    """The sheet to sign, before and during the meeting."""
    meeting, _actor = await pages.to_run(request)
    return pdf_answer(await papers.sign_in_sheet(meeting), f"emargement-{meeting.id}")


async def paper(request: Request) -> Response:
    """The minutes, to be signed by who presided and who wrote."""
    actor = visitor_or_actor(request)
    meeting = await queries.meeting_to_read(request.path_params["id"], actor)
    found = await record.record_of(meeting, actor)
    return pdf_answer(await papers.minutes_paper(meeting, found), f"compte-rendu-{meeting.id}")


_POINT = "/reunions/{id:int}/points/{item:int}"
routes: list[BaseRoute] = [
    Route("/reunions/{id:int}/notes", write, name="meetings.notes"),
    Route("/reunions/{id:int}/notes/etat", state, name="meetings.state"),
    Route(f"{_POINT}/notes", save, methods=["POST"], name="meetings.save_notes"),
    Route(f"{_POINT}/engagements", commit, methods=["POST"], name="meetings.commit"),
    Route(f"{_POINT}/versions", versions, name="meetings.versions"),
    Route("/reunions/{id:int}/clore", close, methods=["POST"], name="meetings.close"),
    Route("/reunions/{id:int}/compte-rendu", show, name="meetings.record"),
    Route("/reunions/{id:int}/compte-rendu.pdf", paper, name="meetings.paper"),
    Route("/reunions/{id:int}/partager", share, methods=["POST"], name="meetings.share"),
    Route(f"{_POINT}/remarque", remark, methods=["POST"], name="meetings.remark"),
    Route("/reunions/{id:int}/approuver", approve, methods=["POST"], name="meetings.approve"),
    Route("/reunions/{id:int}/emargement.pdf", sheet, name="meetings.sheet"),
]
