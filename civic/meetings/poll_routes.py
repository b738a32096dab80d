"""Looking for a date: proposing some, saying which suit (signed in or by the mailed link), keeping one."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.committees import queries as committees
from civic.errors import DomainError, Forbidden, Gone, NotFound
from civic.i18n import _
from civic.meetings import calendar, letters, pages, poll, queries, words
from civic.meetings.dates import Suits
from civic.meetings.forms import PollForm
from civic.meetings.models import Meeting, MeetingStatus
from civic.people import links
from civic.people.actor import actor_of, visitor_or_actor
from civic.people.models import Person
from civic.web import limits
from civic.web.forms import Form, fields_of, whole
from civic.web.moments import typed
from civic.web.page import page, redirect

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


async def new(request: Request) -> Response:
    """Up to ten dates to propose, filled with those that are proposed already."""
    meeting, _actor = await pages.to_run(request)
    if not meeting.is_prepared:
        return redirect("meetings.show", id=meeting.id)
    values: dict[str, Any] = {f"lasts_{line}": meeting.lasts for line in poll.LINES}
    for line, date in enumerate(await queries.dates_of(meeting.id), 1):
        values[f"starts_at_{line}"] = typed(date.starts_at)
        values[f"lasts_{line}"] = int((date.ends_at - date.starts_at).total_seconds() // 60)
    values["until"] = typed(meeting.poll_until)
    return _dates_page(request, meeting, Form(values))


async def propose(request: Request) -> Response:
    """Propose them; members are asked by mail the first time."""
    meeting, actor = await pages.to_run(request)
    form = await Form.read(request, PollForm)
    dates = poll.read_dates(form, await fields_of(request), looking=meeting.status == MeetingStatus.POLLING)
    try:
        if form.data:
            await poll.propose(actor, meeting, dates, form.data.until)
            told = _("Les dates sont proposées au comité.")
            if meeting.status == MeetingStatus.POLLING:
                told = _("Les dates sont changées. Aucun courriel ne part : prévenez qui a déjà répondu.")
            return redirect("meetings.show", id=meeting.id, flash=told)
    except DomainError as error:
        form.refuse(error)
    return _dates_page(request, meeting, form, status=422)


def _dates_page(request: Request, meeting: Meeting, form: Form[Any], *, status: int = 200) -> Response:
    return page(
        request, "civic/meetings/dates.html", status=status, meeting=meeting, committee=meeting.committee, form=form,
        lines=poll.LINES,
    )  # fmt: skip


async def answer(request: Request) -> Response:
    """Say which dates suit."""
    actor = actor_of(request)
    meeting = await queries.meeting_of_member(request.path_params["id"], actor)
    await limits.hit("meeting_dates", str(actor.person.id), most=60, per=3600)
    form: Form[Any] = Form()
    try:
        await poll.answer(actor.person, meeting, _said(await fields_of(request)))
        flash = _("C’est noté. Vous pouvez changer d’avis jusqu’au choix de la date.")
        return redirect("meetings.show", id=meeting.id, flash=flash)
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await pages.meeting_page(request, meeting, status=422, suits=form)


def _said(sent: Mapping[str, object]) -> dict[int, Suits]:
    """What was chosen for each date; anything else is not an answer."""
    known = {one.value: one for one in Suits}
    found = {}
    for name, value in sent.items():
        date = whole(name.removeprefix("date_"))
        if name.startswith("date_") and date is not None and str(value) in known:
            found[date] = known[str(value)]
    return found


async def keep(request: Request) -> Response:
    """« Retenir cette date »."""
    meeting, actor = await pages.to_run(request)
    date = await poll.date_of(meeting, request.path_params["date"])
    done = await poll.keep(actor, meeting, date)
    flash = _("La date est retenue. Le comité est prévenu.") if done else _("Une date est déjà retenue.")
    return redirect("meetings.show", id=meeting.id, flash=flash, kind="ok" if done else "info")


async def nudge(request: Request) -> Response:
    """Remind once who has said nothing."""
    meeting, _actor = await pages.to_run(request)
    done = await poll.nudge(meeting.id)
    flash = _("Un rappel part à qui n’a rien dit.") if done else _("Le rappel est déjà parti.")
    return redirect("meetings.show", id=meeting.id, flash=flash, kind="ok" if done else "info")


async def date_ics(request: Request) -> Response:
    """The calendar file of a proposed date."""
    meeting = await queries.meeting_of_member(request.path_params["id"], actor_of(request))
    date = await poll.date_of(meeting, request.path_params["date"])
    return pages.calendar_answer(calendar.date_ics(meeting, date), f"date-{date.id}")


async def by_link(request: Request) -> Response:
    """The same table behind the mailed link, without signing in."""
    meeting, person = await _of_link(request)
    return await _link_page(request, meeting, person, Form())


async def answer_by_link(request: Request) -> Response:
    """Say which dates suit, without signing in."""
    meeting, person = await _of_link(request)
    await limits.hit("meeting_dates", str(person.id), most=60, per=3600)
    form: Form[Any] = Form()
    path = request.path_params
    try:
        await poll.answer(person, meeting, _said(await fields_of(request)))
        flash = _("C’est noté. Vous pouvez changer d’avis jusqu’au choix de la date.")
        return redirect("meetings.dates_by_link", id=path["id"], token=path["token"], flash=flash)
    except Gone:
        return redirect("meetings.dates_by_link", id=path["id"], token=path["token"])
    except DomainError as error:
        form.refuse(error)
    return await _link_page(request, meeting, person, form, status=422)


async def _of_link(request: Request) -> tuple[Meeting, Person]:
    meeting_id, token = request.path_params["id"], request.path_params["token"]
    purpose = f"{letters.DATES_LINK}{meeting_id}"
    person = await Person.get_or_none(id=links.read(purpose, token), erased_at__isnull=True)
    meeting = await Meeting.get_or_none(id=meeting_id).select_related("committee", "committee__initiative")
    if person is None or meeting is None:
        raise NotFound(_("Cette réunion n’existe pas."))
    links.check_current(person, purpose, token)
    if not await committees.sits(person, meeting.committee_id):
        raise Forbidden(_("Seules les personnes qui siègent au comité peuvent faire cela."))
    return meeting, person


async def _link_page(
    request: Request, meeting: Meeting, person: Person, form: Form[Any], *, status: int = 200
) -> Response:  # fmt: skip
    return page(
        request, "civic/meetings/dates_by_link.html", status=status, headers=PRIVATE, meeting=meeting,
        committee=meeting.committee, table=await poll.table_of(meeting, person), words=words, Suits=Suits, form=form,
        person=person, token=request.path_params["token"], signed_in=visitor_or_actor(request) is not None,
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/reunions/{id:int}/dates", new, name="meetings.dates"),
    Route("/reunions/{id:int}/dates", propose, methods=["POST"], name="meetings.propose_dates"),
    Route("/reunions/{id:int}/dates/reponses", answer, methods=["POST"], name="meetings.answer_dates"),
    Route("/reunions/{id:int}/dates/relance", nudge, methods=["POST"], name="meetings.nudge_dates"),
    Route("/reunions/{id:int}/dates/{date:int}.ics", date_ics, name="meetings.date_calendar"),
    Route("/reunions/{id:int}/dates/{date:int}/retenir", keep, methods=["POST"], name="meetings.keep_date"),
    Route("/reunions/{id:int}/dates/lien/{token}", by_link, name="meetings.dates_by_link"),
    Route(
        "/reunions/{id:int}/dates/lien/{token}", answer_by_link, methods=["POST"], name="meetings.answer_dates_by_link"
    ),
]
