"""What committees add to other pages: requests to answer, mandates that end, places that wait, the founding."""

from datetime import timedelta
from typing import Any

from civic import clock
from civic.committees import queries
from civic.committees.joining import RequestStatus, SeatRequest
from civic.committees.models import Committee, Seat
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.initiatives.timeline import Sort
from civic.organisations.queries import hats_of
from civic.people.models import Person, RoleName
from civic.people.queries import roles_of
from civic.slots import Moment, Panel, Todo
from civic.web import urls
from civic.web.formats import day_short
from civic.web.forms import Form


async def person_todos(person: Person) -> list[Todo]:
    """Requests this person may answer, mandates that end within 30 days, organisations that nobody speaks for."""
    return [*await _to_answer(person), *await _ending(person), *await _vacant(person)]


async def desk_todos(person: Person) -> list[Todo]:
    """Requests that have waited for more than a week, for the animators: nobody else of the team may answer them."""
    if RoleName.ANIMATOR not in await roles_of(person):
        return []
    before = clock.now() - timedelta(days=7)
    rows = SeatRequest.filter(status=RequestStatus.PENDING, created_at__lt=before).order_by("id").limit(20)
    return [_todo(request) for request in await rows.select_related("committee", "person")]


async def initiative_timeline(initiative: Initiative) -> list[Moment]:
    """The days its committee and its groups were founded, and ended."""
    found = []
    for one in await Committee.filter(initiative_id=initiative.id).order_by("id"):
        href = urls.path("committees.show", slug=one.slug)
        text = _("Un groupe de travail se forme") if one.is_group else _("Un comité se forme")
        found.append(Moment(one.created_at, text, href, about=Sort.LIFE, detail=one.name))
        if one.ended_at:
            ended = _("C’est terminé\u00a0: %(name)s", name=one.name)
            found.append(Moment(one.ended_at, ended, href, about=Sort.LIFE, detail=one.ended_reason))
    return found


async def initiative_panels(initiative: Initiative, person: Person | None) -> list[Panel]:
    """Who gave to the initiative takes her place at its table from here, in two taps (S2)."""
    committee = await queries.committee_of(initiative.id) if person else None
    if person is None or committee is None or await queries.seat_of(person, committee.id):
        return []
    if not await queries.may_sit_by_contribution(person, committee):
        return []
    return [Panel("civic/committees/_seat.html", {"committee": committee, "form": await _tick(person, committee)}, 21)]


async def person_panels(person: Person) -> list[Panel]:
    """« Mes sièges »: the places that wait for who gave something, and the seats she holds."""
    seats = await queries.seats_of_person(person)
    waiting = [(one, await _tick(person, one)) for one in await queries.places_waiting(person)]
    context = {"seats": seats, "waiting": waiting, "person": person}
    return [Panel("civic/committees/_mine.html", context, order=20)] if seats or waiting else []


async def _tick(person: Person, committee: Committee) -> Form[Any]:
    """Ticked beforehand when her gifts are anonymous already."""
    return Form({"discreet": "1" if await queries.gives_discreetly(person, committee) else ""})


async def _to_answer(person: Person) -> list[Todo]:
    ids = await queries.run_by(person)
    if not ids:
        return []
    rows = SeatRequest.filter(committee_id__in=list(ids), status=RequestStatus.PENDING).exclude(person_id=person.id)
    return [_todo(request) for request in await rows.order_by("id").limit(20).select_related("committee", "person")]


async def _ending(person: Person) -> list[Todo]:
    """Mandates to renew, for who runs the committee; her own, for anybody."""
    ids = await queries.run_by(person)
    until = clock.today() + queries.MANDATE_NOTICE
    own = Seat.filter(person_id=person.id, ended_at__isnull=True, vacant_at__isnull=True, until_on__lte=until)
    seats = [*(await queries.ending_soon(ids) if ids else []), *await own.select_related("committee", "person")]
    return [_mandate(seat, person) for seat in {seat.id: seat for seat in seats}.values()]


async def _vacant(person: Person) -> list[Todo]:
    """Seats without a titular: her organisation chooses one, who runs the committee sees that it is missing."""
    own = {organisation.id for organisation in await hats_of(person)}
    found = await queries.vacant_seats(await queries.run_by(person), own)
    return [
        Todo(
            _("Choisir qui siège pour %(name)s", name=one.organisation.name) if one.organisation_id in own
            else _("Personne ne siège plus pour %(name)s", name=one.organisation.name),
            urls.path("committees.speakers", id=one.id) if one.organisation_id in own
            else urls.path("committees.show", slug=one.committee.slug),
            "voix", detail=one.committee.name,
        )
        for one in found if one.organisation
    ]  # fmt: skip


def _mandate(seat: Seat, person: Person) -> Todo:
    committee = seat.committee
    if seat.person_id == person.id:
        text = _("Votre mandat se termine : %(committee)s", committee=committee.name)
    else:
        text = _("Mandat à renouveler : %(name)s, %(committee)s", name=seat.person.short_name, committee=committee.name)
    detail = _("Dernier jour : %(day)s.", day=day_short(seat.until_on)) if seat.until_on else ""
    return Todo(text, urls.path("committees.show", slug=committee.slug), "voix", detail=detail)


def _todo(request: SeatRequest) -> Todo:
    committee = request.committee
    text = _("%(name)s demande un siège : %(committee)s", name=request.person.short_name, committee=committee.name)
    return Todo(text, urls.path("committees.requests", slug=committee.slug), "voix")
