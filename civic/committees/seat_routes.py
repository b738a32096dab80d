"""Pages of seats: the register of the past, the sheet, what who runs a committee says of a seat, one's own seat."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.committees import history, queries, register, seats, voices
from civic.committees.forms import DiscreetForm, ReasonForm, RenewForm, SeatForm, VoicesForm
from civic.committees.joining import Designation
from civic.committees.models import Seat
from civic.errors import DomainError
from civic.i18n import _
from civic.organisations.queries import representatives_of
from civic.papers import sheet_answer
from civic.people.actor import actor_of, visitor_or_actor
from civic.web.forms import Form
from civic.web.page import page, redirect


async def past(request: Request) -> Response:
    """Who sat from when to when, and how the rules changed; made to be printed."""
    actor = visitor_or_actor(request)
    committee = await queries.committee_to_show(request.path_params["slug"], actor)
    standing = await queries.standing(actor, committee)
    found = await register.past(committee, request.query_params.get("apres"))
    me = actor.person.id if actor else None
    return page(
        request, "civic/committees/past.html", committee=committee, found=found, changes=await history.of(committee),
        lines=register.lines(found.items, sees_names=standing.sees_names, me=me),
    )  # fmt: skip


async def sheet(request: Request) -> Response:
    """The register of today as a sheet, with the names this reader may see."""
    actor = visitor_or_actor(request)
    committee = await queries.committee_to_show(request.path_params["slug"], actor)
    standing = await queries.standing(actor, committee)
    rows = await register.table(
        committee, sees_names=standing.sees_names, me=actor.person.id if actor else None
    )  # fmt: skip
    headers = (
        _("Siège"), _("Titulaire et suppléant"), _("Fonction"), _("Collège"), _("Désignation"), _("Du"), _("Au"),
    )  # fmt: skip
    return sheet_answer(f"sieges-{committee.slug}", headers, rows)


async def leave(request: Request) -> Response:
    """Give one's seat back."""
    actor = actor_of(request)
    committee = await queries.committee_to_show(request.path_params["slug"], actor)
    left = await seats.leave(actor, committee)
    flash = _("Vous avez quitté le comité. Merci pour le temps donné.") if left else None
    return redirect("committees.show", slug=committee.slug, flash=flash, kind="info")


async def renew(request: Request) -> Response:
    """Give a seat another mandate."""
    actor = actor_of(request)
    seat = await queries.seat_to_run(request.path_params["id"], actor)
    form = await Form.read(request, RenewForm)
    try:
        done = form.data is not None and await seats.renew(actor, seat, form.data.until_on)
    except DomainError as error:
        return redirect("committees.show", slug=seat.committee.slug, flash=error.message, kind="warn")
    return redirect("committees.show", slug=seat.committee.slug, flash=_("Le mandat est renouvelé.") if done else None)


async def seat(request: Request) -> Response:
    """What the register says of a seat, and how to end it."""
    found = await queries.seat_to_run(request.path_params["id"], actor_of(request))
    names = ("title", "designated", "designated_note", "is_facilitator")
    return _seat_page(request, found, Form({name: getattr(found, name) for name in names}), Form())


async def describe(request: Request) -> Response:
    """Write what the register says of it."""
    actor = actor_of(request)
    found = await queries.seat_to_run(request.path_params["id"], actor)
    form = await Form.read(request, SeatForm)
    if form.data is None:
        return _seat_page(request, found, form, Form(), status=422)
    await seats.describe(actor, found, form.data)
    return redirect("committees.show", slug=found.committee.slug, flash=_("C’est enregistré."))


async def dismiss(request: Request) -> Response:
    """End somebody's seat, with a reason."""
    actor = actor_of(request)
    found = await queries.seat_to_run(request.path_params["id"], actor)
    form = await Form.read(request, ReasonForm)
    if form.data is None:
        names = ("title", "designated", "designated_note", "is_facilitator")
        values = {name: getattr(found, name) for name in names}
        return _seat_page(request, found, Form(values), form, status=422)
    done = await seats.dismiss(actor, found, form.data.reason)
    flash = _("Le siège est repris. La personne reçoit votre raison par courriel.") if done else None
    return redirect("committees.show", slug=found.committee.slug, flash=flash, kind="info")


async def hide(request: Request) -> Response:
    """Keep one's name out of the public register, or put it there."""
    found = await queries.own_seat(request.path_params["id"], actor_of(request))
    form = await Form.read(request, DiscreetForm)
    hidden = form.data is not None and form.data.discreet
    try:
        await seats.hide(found, hidden=hidden)
    except DomainError as error:
        return redirect("committees.show", slug=found.committee.slug, flash=error.message, kind="warn")
    flash = _("Le registre public ne vous nomme plus.") if hidden else _("Le registre public vous nomme.")
    return redirect("committees.show", slug=found.committee.slug, flash=flash)


async def speakers(request: Request) -> Response:
    """Who speaks for one's organisation at this table."""
    found = await queries.seat_of_own_organisation(request.path_params["id"], actor_of(request))
    form: Form[Any] = Form({"titular": found.person_id, "substitute": found.substitute_id or ""})
    return await _speakers_page(request, found, form)


async def name_speakers(request: Request) -> Response:
    """Name titular and substitute."""
    actor = actor_of(request)
    found = await queries.seat_of_own_organisation(request.path_params["id"], actor)
    form = await Form.read(request, VoicesForm)
    try:
        if form.data:
            await voices.name(actor, found, form.data)
            return redirect("committees.show", slug=found.committee.slug, flash=_("C’est noté au registre."))
    except DomainError as error:
        form.refuse(error)
    return await _speakers_page(request, found, form, status=422)


def _seat_page(
    request: Request, found: Seat, form: Form[Any], ending: Form[ReasonForm], status: int = 200
) -> Response:
    ways = [(one.value, one.words) for one in Designation]
    return page(
        request, "civic/committees/seat.html", status=status, seat=found, committee=found.committee, form=form,
        ending=ending, ways=ways, line=register.line_of(found, sees_names=True),
    )  # fmt: skip


async def _speakers_page(request: Request, found: Seat, form: Form[Any], status: int = 200) -> Response:
    assert found.organisation is not None  # the getter is the guard
    known = {one.person.id: one.person.name for one in await representatives_of(found.organisation)}
    if not found.vacant_at:
        known.setdefault(found.person_id, found.person.name)
    return page(
        request, "civic/committees/voices.html", status=status, seat=found, committee=found.committee, form=form,
        known=list(known.items()),
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/comites/{slug}/memoire", past, name="committees.past"),
    Route("/comites/{slug}/sieges.csv", sheet, name="committees.sheet"),
    Route("/comites/{slug}/quitter", leave, methods=["POST"], name="committees.leave"),
    Route("/comites/sieges/{id:int}", seat, name="committees.seat"),
    Route("/comites/sieges/{id:int}", describe, methods=["POST"], name="committees.describe"),
    Route("/comites/sieges/{id:int}/renouveler", renew, methods=["POST"], name="committees.renew"),
    Route("/comites/sieges/{id:int}/reprendre", dismiss, methods=["POST"], name="committees.dismiss"),
    Route("/comites/sieges/{id:int}/discretion", hide, methods=["POST"], name="committees.hide"),
    Route("/comites/sieges/{id:int}/porte-parole", speakers, name="committees.speakers"),
    Route("/comites/sieges/{id:int}/porte-parole", name_speakers, methods=["POST"], name="committees.name_speakers"),
]
