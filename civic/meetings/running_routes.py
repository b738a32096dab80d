"""Pages of the room: the sheet and its quorum, the door, the point being talked about, the screen on the wall."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.committees import queries as committees
from civic.decisions import words
from civic.errors import DomainError
from civic.i18n import _
from civic.meetings import calls, checkin, closing, going, holding, pages, queries, room
from civic.meetings import sheet as sheets
from civic.meetings.attendance import Arrival, Attendance
from civic.meetings.models import Meeting
from civic.meetings.room_forms import (
    CameForm,
    CodeForm,
    DeskForm,
    DoorForm,
    GoingForm,
    GuestForm,
    PointForm,
    SeatForm,
    VoteForm,
)
from civic.people.actor import actor_of, visitor_or_actor
from civic.web import limits
from civic.web.forms import Form, new_key
from civic.web.page import page, redirect

PRIVATE = {"Cache-Control": "no-store"}


async def _line(request: Request) -> tuple[Meeting, Attendance]:
    """The line of the sheet in the address, for who runs the meeting."""
    meeting, _actor = await pages.to_run(request)
    return meeting, await sheets.line_to_hold(meeting, request.path_params["line"])


async def show(request: Request) -> Response:
    """The sheet, the quorum, and what who holds the meeting does next."""
    meeting, _actor = await pages.to_run(request)
    return await _room_page(request, meeting, Form())


async def _room_page(request: Request, meeting: Meeting, form: Form[Any], status: int = 200) -> Response:
    form.values.setdefault("cle", new_key())
    return page(
        request, "civic/meetings/room.html", status=status, headers=PRIVATE, meeting=meeting, form=form,
        committee=meeting.committee, room=await room.room_of(meeting, with_seats=True),
        doors=sheets.doors_open(meeting), pace_of=sheets.pace_of, to_approve=await closing.awaiting_approval(meeting),
        vote_minutes=holding.VOTE_MINUTES, holders_of=going.holders, calls=await calls.calls_of(meeting),
    )  # fmt: skip


async def open_it(request: Request) -> Response:
    """The meeting begins."""
    meeting, actor = await pages.to_run(request)
    await holding.open_meeting(actor, meeting)
    return redirect("meetings.room", id=meeting.id, flash=_("La réunion est ouverte."))


async def desk(request: Request) -> Response:
    """Who presides, who writes."""
    meeting, _actor = await pages.to_run(request)
    form = await Form.read(request, DeskForm)
    if form.data:
        await holding.name_desk(meeting, form.data.chair, form.data.secretary)
    return redirect("meetings.room", id=meeting.id, flash=_("C’est noté."))


async def arrive(request: Request) -> Response:
    """« Est là », by the list; or her substitute is."""
    meeting, line = await _line(request)
    form = await Form.read(request, CameForm)
    came = line.substitute if form.data and form.data.came and form.data.came == line.substitute_id else None
    how = Arrival.QR if line.claimed_at else Arrival.LIST
    try:
        await checkin.arrive(line, how, came)
    except DomainError as error:
        return redirect("meetings.room", id=meeting.id, flash=error.message, kind="warn")
    name = (came or line.person).short_name
    return redirect("meetings.room", id=meeting.id, flash=_("%(name)s est là.", name=name))


async def leave(request: Request) -> Response:
    """« Est parti »."""
    meeting, line = await _line(request)
    await checkin.leave(line)
    text = _("Départ noté : %(name)s.", name=line.person.short_name)
    return redirect("meetings.room", id=meeting.id, flash=text, kind="info")


async def leave_voice(request: Request) -> Response:
    """Somebody goes home and leaves her voice to another one who stays."""
    meeting, _actor = await pages.to_run(request)
    form = await Form.read(request, GoingForm)
    if form.data is None or not form.data.line or not form.data.holder:
        text = _("Choisissez qui part, et qui reste.")
        return redirect("meetings.room", id=meeting.id, flash=text, kind="warn")
    line = await sheets.line_to_hold(meeting, form.data.line)
    try:
        gone = await checkin.leave(line, form.data.holder)
    except DomainError as error:
        return redirect("meetings.room", id=meeting.id, flash=error.message, kind="warn")
    text = _("Départ noté, pouvoir donné : %(name)s.", name=line.person.short_name)
    return redirect("meetings.room", id=meeting.id, flash=text if gone else None, kind="info")


async def undo(request: Request) -> Response:
    """The last tap was a mistake."""
    meeting, line = await _line(request)
    await checkin.undo(line)
    text = _("C’est annulé pour %(name)s.", name=line.person.short_name)
    return redirect("meetings.room", id=meeting.id, flash=text, kind="info")


async def refuse(request: Request) -> Response:
    """It was not she at the door."""
    meeting, line = await _line(request)
    await checkin.refuse_claim(line)
    return redirect("meetings.room", id=meeting.id, flash=_("Rien n’est noté pour cette personne."), kind="info")


async def guest(request: Request) -> Response:
    """Somebody listens."""
    meeting, actor = await pages.to_run(request)
    form = await Form.read(request, GuestForm)
    if form.data is None:
        return await _room_page(request, meeting, form, status=422)
    line = await checkin.add_guest(actor, meeting, form.data.name, form.data.cle)
    text = _("%(name)s est là, en invité.", name=line.person.short_name)
    return redirect("meetings.room", id=meeting.id, flash=text)


async def walk_in(request: Request) -> Response:
    """Somebody who took her seat after the convocation."""
    meeting, actor = await pages.to_run(request)
    form = await Form.read(request, SeatForm)
    seats = {seat.id: seat for seat in await committees.seats_of(meeting.committee_id)}
    seat = seats.get(form.data.seat) if form.data else None
    if seat is None:
        return redirect("meetings.room", id=meeting.id, flash=_("Choisissez un siège de la liste."), kind="warn")
    await checkin.walk_in(actor, meeting, seat)
    text = _("%(name)s est là, et compte dans le quorum.", name=seat.person.short_name)
    return redirect("meetings.room", id=meeting.id, flash=text)


async def door(request: Request) -> Response:
    """What the code on the wall opens."""
    meeting = await checkin.meeting_of_door(request.path_params["token"])
    return await _door_page(request, meeting)


async def _door_page(request: Request, meeting: Meeting, form: Form[Any] | None = None) -> Response:
    actor = visitor_or_actor(request)
    line = await sheets.line_of(meeting, actor.person) if actor else None
    names = [] if actor else await _names(meeting)
    return page(
        request, "civic/meetings/door.html", status=422 if form else 200, headers=PRIVATE, meeting=meeting,
        committee=meeting.committee, line=line, names=names, form=form or Form(), token=request.path_params["token"],
        me=actor.person if actor else None,
    )  # fmt: skip


async def _names(meeting: Meeting) -> list[tuple[int, str]]:
    """Whom the public register names and who is not here yet."""
    waiting = [row for row in await sheets.sheet_of(meeting) if row.college and not row.is_here]
    return [(row.id, row.called) for row in waiting if not row.is_discreet]


async def at_the_door(request: Request) -> Response:
    """« Je suis là », or « c’est moi » for who has no account: somebody at the desk looks up and confirms."""
    token = request.path_params["token"]
    meeting = await checkin.meeting_of_door(token)
    actor = visitor_or_actor(request)
    who = str(actor.person.id) if actor else limits.address(request)
    await limits.hit("meeting_door", f"{meeting.id}:{who}", most=300, per=900)
    if actor:
        await checkin.arrive_herself(actor, meeting, Arrival.QR)
        return redirect("meetings.door", token=token, flash=_("Bienvenue : votre arrivée est notée."))
    form = await Form.read(request, DoorForm)
    known = {line for line, _name in await _names(meeting)}
    if form.data is None or form.data.line not in known:
        form.errors.setdefault("line", _("Choisissez votre nom dans la liste."))
        return await _door_page(request, meeting, form)
    line: Attendance = await sheets.line_to_hold(meeting, form.data.line)
    await checkin.claim(line)
    text = _("C’est transmis. Faites signe à la personne qui tient la feuille : elle confirme.")
    return redirect("meetings.door", token=token, flash=text)


async def remote(request: Request) -> Response:
    """« Je suis là, à distance »."""
    actor = actor_of(request)
    meeting = await queries.meeting_to_show(request.path_params["id"], actor)
    await checkin.arrive_herself(actor, meeting, Arrival.REMOTE)
    return redirect("meetings.show", id=meeting.id, flash=_("Votre arrivée à distance est notée."))


async def gone(request: Request) -> Response:
    """« Je pars »: whoever is here says so herself."""
    actor = actor_of(request)
    meeting = await queries.meeting_to_show(request.path_params["id"], actor)
    line = await checkin.own_line(actor, meeting)
    form = await Form.read(request, GoingForm)
    try:
        if (line.came_id or line.person_id) == actor.person.id:
            await checkin.leave(line, form.data.holder if form.data else None)
    except DomainError as error:
        return redirect("meetings.show", id=meeting.id, flash=error.message, kind="warn")
    return redirect("meetings.show", id=meeting.id, flash=_("Votre départ est noté. Merci d’être venu."), kind="info")


async def code(request: Request) -> Response:
    """The six figures read out in the room."""
    actor = actor_of(request)
    meeting = await queries.meeting_to_show(request.path_params["id"], actor)
    await checkin.own_line(actor, meeting)
    await limits.hit("meeting_code", str(actor.person.id), most=10, per=600)
    form = await Form.read(request, CodeForm)
    if form.data is None or not checkin.is_code(meeting, form.data.code):
        text = _("Ce n’est pas le code affiché. Il change toutes les dix minutes.")
        return redirect("meetings.show", id=meeting.id, flash=text, kind="warn")
    await checkin.arrive_herself(actor, meeting, Arrival.QR)
    return redirect("meetings.show", id=meeting.id, flash=_("Bienvenue : votre arrivée est notée."))


async def point(request: Request) -> Response:
    """The room turns to a point; from the screen on the wall one comes back to it."""
    meeting, _actor = await pages.to_run(request)
    form = await Form.read(request, PointForm)
    if form.data:
        await holding.go_to(meeting, form.data.item)
    on_screen = request.query_params.get("ecran") == "1"
    return redirect("meetings.screen" if on_screen else "meetings.room", id=meeting.id)


async def vote(request: Request) -> Response:
    """Open the vote of a point in the room."""
    meeting, actor = await pages.to_run(request)
    item = await queries.item_of(meeting, request.path_params["item"])
    form = await Form.read(request, VoteForm)
    minutes = form.data.minutes if form.data else 0
    await holding.open_vote(actor, meeting, item, minutes)
    text = _("Le vote est ouvert pour %(n)s minutes. Chacun répond sur son téléphone.", n=minutes)
    return redirect("meetings.room", id=meeting.id, flash=text)


async def again(request: Request) -> Response:
    """The quorum lacked: a second call."""
    meeting, actor = await pages.to_run(request)
    made = await holding.call_again(actor, meeting)
    text = _("La seconde convocation est prête : choisissez sa date, puis convoquez.")
    return redirect("meetings.show", id=made.id, flash=text)


async def screen(request: Request) -> Response:
    """For the wall of the room: big, calm, without a name."""
    meeting, _actor = await pages.to_run(request)
    now, doors = await room.room_of(meeting), sheets.doors_open(meeting)
    return page(
        request, "civic/meetings/screen.html", headers=PRIVATE, meeting=meeting, committee=meeting.committee,
        room=now, outcome=await room.outcome_of(now), picture=room.door_picture(meeting) if doors else "",
        code=checkin.code_of(meeting), words=words,
    )  # fmt: skip


_ROW = "/reunions/{id:int}/presences/{line:int}"
routes: list[BaseRoute] = [
    Route("/reunions/porte/{token}", door, name="meetings.door"),
    Route("/reunions/porte/{token}", at_the_door, methods=["POST"], name="meetings.at_the_door"),
    Route("/reunions/{id:int}/salle", show, name="meetings.room"),
    Route("/reunions/{id:int}/ecran", screen, name="meetings.screen"),
    Route("/reunions/{id:int}/ouvrir", open_it, methods=["POST"], name="meetings.open"),
    Route("/reunions/{id:int}/bureau", desk, methods=["POST"], name="meetings.desk"),
    Route(f"{_ROW}/arrivee", arrive, methods=["POST"], name="meetings.arrive"),
    Route(f"{_ROW}/depart", leave, methods=["POST"], name="meetings.leave"),
    Route("/reunions/{id:int}/presences/pouvoir", leave_voice, methods=["POST"], name="meetings.leave_voice"),
    Route(f"{_ROW}/annuler", undo, methods=["POST"], name="meetings.undo"),
    Route(f"{_ROW}/refuser", refuse, methods=["POST"], name="meetings.refuse"),
    Route("/reunions/{id:int}/presences/invites", guest, methods=["POST"], name="meetings.guest"),
    Route("/reunions/{id:int}/sieges", walk_in, methods=["POST"], name="meetings.walk_in"),
    Route("/reunions/{id:int}/a-distance", remote, methods=["POST"], name="meetings.remote"),
    Route("/reunions/{id:int}/je-pars", gone, methods=["POST"], name="meetings.gone"),
    Route("/reunions/{id:int}/code", code, methods=["POST"], name="meetings.code"),
    Route("/reunions/{id:int}/point", point, methods=["POST"], name="meetings.point"),
    Route("/reunions/{id:int}/points/{item:int}/vote", vote, methods=["POST"], name="meetings.vote"),
    Route("/reunions/{id:int}/seconde", again, methods=["POST"], name="meetings.again"),
]
