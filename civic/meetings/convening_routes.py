"""The convocation: reading it over with its exact recipients, sending it, its paper, telling a changed agenda."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import NotFound
from civic.i18n import _, locale
from civic.mail.compose import compose
from civic.meetings import agenda, calls, convening, convocation, pages, queries, words
from civic.meetings.models import Meeting
from civic.papers import pdf_answer
from civic.people.actor import visitor_or_actor
from civic.web.page import page, redirect


async def preview(request: Request) -> Response:
    """The mail, who gets it and how, and what stands in the way."""
    meeting, _actor = await pages.to_run(request)
    if not meeting.is_prepared:
        return redirect("meetings.show", id=meeting.id)
    seats = await queries.seats_to_convene(meeting)
    items = await queries.agenda_of(meeting.id)
    found = convening.recipients(seats)
    return page(
        request, "civic/meetings/convening.html", meeting=meeting, committee=meeting.committee, words=words,
        by_mail=[one for one in found if one.by_mail], by_hand=[one for one in found if not one.by_mail],
        hindrance=convening.hindrance(meeting, seats, len(items)), late=convening.is_late(meeting),
        last_day=convening.last_day(meeting), letter=await _letter(meeting, len(seats)), sum=agenda.total(items),
        expected=len(seats), quorum=await calls.quorum_of_letter(meeting, len(seats)),
    )  # fmt: skip


async def _letter(meeting: Meeting, expected: int) -> tuple[str, str]:
    """Subject and text of the mail as a titular will read it, in the language of the page."""
    items = await queries.agenda_of(meeting.id)
    said = {
        "reader": "", "title": meeting.title, "committee": meeting.committee.name, "meeting_id": meeting.id,
        "when": words.when(meeting), "where": words.where(meeting), "remote": meeting.remote_url, "stands_in": False,
        "seat_of": "", "token": "…", "guest": False, "quorum": await calls.quorum_of_letter(meeting, expected),
        "proxies": words.proxies(meeting), "message": meeting.call_text[:1000],
        "lines": [f"{item.title} ({words.length(item.minutes)})" for item in items],
    }  # fmt: skip
    made = await asyncio.to_thread(compose, "civic/meeting_convened", locale(), said)
    return made.subject, made.text


async def convene(request: Request) -> Response:
    """Send it."""
    meeting, actor = await pages.to_run(request)
    done = await convening.convene(actor, meeting)
    flash = _("La convocation part à chaque personne.") if done else _("La réunion est déjà convoquée.")
    return redirect("meetings.show", id=meeting.id, flash=flash, kind="ok" if done else "info")


async def tell_agenda(request: Request) -> Response:
    """Tell those expected that the agenda has changed."""
    meeting, actor = await pages.to_run(request)
    done = await convening.tell_agenda(actor, meeting)
    flash = _("Chaque personne reçoit l’ancien et le nouvel ordre du jour.") if done else _("Rien n’a changé.")
    return redirect("meetings.show", id=meeting.id, flash=flash, kind="ok" if done else "info")


async def paper(request: Request) -> Response:
    """The convocation as PDF, for the committee."""
    actor = visitor_or_actor(request)
    meeting = await queries.meeting_to_show(request.path_params["id"], actor)
    if not (await queries.reader_of(meeting, actor)).sees_names:
        raise NotFound(_("La convocation est pour les personnes qui siègent au comité."))
    return pdf_answer(await convocation.paper(meeting), f"convocation-{meeting.id}")


async def letters(request: Request) -> Response:
    """Letters to print for those without an address."""
    meeting, _actor = await pages.to_run(request)
    return pdf_answer(await convocation.letters(meeting), f"lettres-{meeting.id}")


routes: list[BaseRoute] = [
    Route("/reunions/{id:int}/convocation", preview, name="meetings.preview"),
    Route("/reunions/{id:int}/convoquer", convene, methods=["POST"], name="meetings.convene"),
    Route("/reunions/{id:int}/ordre-du-jour/prevenir", tell_agenda, methods=["POST"], name="meetings.tell_agenda"),
    Route("/reunions/{id:int}/convocation.pdf", paper, name="meetings.convocation"),
    Route("/reunions/{id:int}/lettres.pdf", letters, name="meetings.letters"),
]
