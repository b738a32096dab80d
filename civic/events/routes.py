"""The agenda."""

from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock
from civic.errors import DomainError, Invalid
from civic.events import queries, service
from civic.events.calendar import ics
from civic.events.forms import CancelForm, EventForm
from civic.events.models import Event
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.initiatives.queries import initiative_to_edit
from civic.people.actor import actor_of, person_of, visitor_or_actor
from civic.web import paging, urls
from civic.web.forms import Form
from civic.web.page import page, redirect


async def index(request: Request) -> Response:
    """What comes, soonest first."""
    cursor = request.query_params.get("apres")
    rows = await queries.coming(after=paging.decode(cursor, "moment", "id"), limit=paging.PER_PAGE + 1)
    cut = paging.cut(rows, lambda event: [event.starts_at.isoformat(), event.id], cursor=cursor)
    following = urls.path("events.index", apres=cut.after) if cut.after else None
    first = None if cut.first else urls.path("events.index")
    return page(request, "civic/events/index.html", cut=cut, next=following, first=first)


async def show(request: Request) -> Response:
    """One gathering."""
    event = await queries.event_to_show(request.path_params["slug"])
    comes = await queries.is_coming(person_of(request), event)
    over = clock.is_over(event.ends_at)
    may_change = await queries.may_change(visitor_or_actor(request), event)
    return page(request, "civic/events/show.html", event=event, comes=comes, over=over, may_change=may_change)


async def calendar(request: Request) -> Response:
    """The calendar file of one gathering."""
    event = await queries.event_to_show(request.path_params["slug"])
    headers = {"Content-Disposition": f'attachment; filename="{event.slug}.ics"'}
    return Response(ics(event), media_type="text/calendar; charset=utf-8", headers=headers)


async def come(request: Request) -> Response:
    """« J’y serai »."""
    event = await queries.event_to_show(request.path_params["slug"])
    await service.come(actor_of(request).person, event)
    return redirect("events.show", slug=event.slug, flash=_("C’est noté, à bientôt !"))


async def stay_away(request: Request) -> Response:
    """« Finalement non »."""
    event = await queries.event_to_show(request.path_params["slug"])
    await service.stay_away(actor_of(request).person, event)
    return redirect("events.show", slug=event.slug, flash=_("C’est noté. Merci d’avoir prévenu."))


async def new(request: Request) -> Response:
    """A lead announces a gathering of her initiative."""
    initiative = await initiative_to_edit(request.path_params["slug"], actor_of(request))
    return page(request, "civic/events/new.html", form=Form(), initiative=initiative)


async def create(request: Request) -> Response:
    """Announce it."""
    initiative = await initiative_to_edit(request.path_params["slug"], actor_of(request))
    form = await Form.read(request, EventForm)
    try:
        if form.data:
            event = await _announce(form.data, initiative)
            return redirect("events.show", slug=event.slug, flash=_("Votre rendez-vous est annoncé."))
    except DomainError as error:
        form.refuse(error)
    return page(request, "civic/events/new.html", status=422, form=form, initiative=initiative)


async def edit(request: Request) -> Response:
    """The same form, filled."""
    event = await queries.event_to_edit(request.path_params["slug"], actor_of(request))
    start, end = clock.local(event.starts_at), clock.local(event.ends_at)
    values = {
        "title": event.title, "summary": event.summary, "day": start.date().isoformat(), "start": f"{start:%H:%M}",
        "end": f"{end:%H:%M}", "place": event.place, "capacity": event.capacity or "",
    }  # fmt: skip
    return _edit_page(request, event, form=Form(values))


async def save(request: Request) -> Response:
    """Change it, and tell who comes."""
    event = await queries.event_to_edit(request.path_params["slug"], actor_of(request))
    form = await Form.read(request, EventForm)
    try:
        if form.data:
            kept = form.data.model_dump(include={"title", "summary", "place", "capacity"})
            await service.change(event, *_span(form.data), **kept)
            return redirect("events.show", slug=event.slug, flash=_("C’est enregistré. Qui vient est prévenu."))
    except DomainError as error:
        form.refuse(error)
    return _edit_page(request, event, status=422, form=form)


async def cancel(request: Request) -> Response:
    """It does not take place."""
    event = await queries.event_to_edit(request.path_params["slug"], actor_of(request))
    form = await Form.read(request, CancelForm)
    if form.data is None:
        return _edit_page(request, event, status=422, cancelling=form)
    await service.cancel(event, form.data.reason)
    done = _("Le rendez-vous est annulé. Les personnes qui venaient sont prévenues.")
    return redirect("events.show", slug=event.slug, flash=done)


def _edit_page(request: Request, event: Event, *, status: int = 200, **forms: Form[Any]) -> Response:
    blanks: dict[str, Any] = {"form": Form(), "cancelling": Form()}
    return page(request, "civic/events/edit.html", status=status, event=event, **(blanks | forms))


def _span(data: EventForm) -> tuple[datetime, datetime]:
    """From when to when, UTC. Raises Invalid."""
    starts_at = clock.at(data.day, data.start.hour, data.start.minute)
    ends_at = clock.at(data.day, data.end.hour, data.end.minute)
    if ends_at <= starts_at:
        raise Invalid(_("La fin doit venir après le début."), field="end")
    return starts_at, ends_at


async def _announce(data: EventForm, initiative: Initiative) -> Event:
    starts_at, ends_at = _span(data)
    return await service.announce(
        data.title, starts_at, ends_at, summary=data.summary, place=data.place, capacity=data.capacity,
        initiative=initiative, commune=initiative.commune,
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/agenda", index, name="events.index"),
    Route("/agenda/{slug}.ics", calendar, name="events.calendar"),
    Route("/agenda/{slug}", show, name="events.show"),
    Route("/agenda/{slug}/modifier", edit, methods=["GET"], name="events.edit"),
    Route("/agenda/{slug}/modifier", save, methods=["POST"], name="events.save"),
    Route("/agenda/{slug}/annuler", cancel, methods=["POST"], name="events.cancel"),
    Route("/agenda/{slug}/venir", come, methods=["POST"], name="events.come"),
    Route("/agenda/{slug}/ne-pas-venir", stay_away, methods=["POST"], name="events.stay_away"),
    Route("/initiatives/{slug}/agenda/nouveau", new, methods=["GET"], name="events.new"),
    Route("/initiatives/{slug}/agenda/nouveau", create, methods=["POST"], name="events.create"),
]
