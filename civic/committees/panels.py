"""What committees add to other pages: requests to answer, mandates that end, the founding in the timeline."""

from datetime import timedelta

from civic import clock
from civic.committees import queries
from civic.committees.models import RequestStatus, Seat, SeatRequest
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.people.models import Person, RoleName
from civic.people.queries import roles_of
from civic.slots import Moment, Todo
from civic.web import urls
from civic.web.formats import day_short


async def person_todos(person: Person) -> list[Todo]:
    """Requests this person may answer, and mandates that end within 30 days."""
    return [*await _to_answer(person), *await _ending(person)]


async def desk_todos(person: Person) -> list[Todo]:
    """Requests that have waited for more than a week, for the animators, who alone may answer them."""
    if RoleName.ANIMATOR not in await roles_of(person):
        return []
    before = clock.now() - timedelta(days=7)
    rows = SeatRequest.filter(status=RequestStatus.PENDING, created_at__lt=before).order_by("id").limit(20)
    return [_todo(request) for request in await rows.select_related("committee", "person")]


async def timeline(initiative: Initiative) -> list[Moment]:
    """The day the committee was founded."""
    committee = await queries.committee_of(initiative.id)
    if committee is None:
        return []
    return [Moment(committee.created_at, _("Un comité se forme"), urls.path("committees.show", slug=committee.slug))]


async def _to_answer(person: Person) -> list[Todo]:
    ids = await queries.run_by(person)
    if not ids:
        return []
    rows = SeatRequest.filter(committee_id__in=list(ids), status=RequestStatus.PENDING).exclude(person_id=person.id)
    return [_todo(request) for request in await rows.order_by("id").limit(20).select_related("committee", "person")]


async def _ending(person: Person) -> list[Todo]:
    """Mandates to renew, for who runs the committee; her own, for anybody."""
    ids = await queries.run_by(person)
    own = Seat.filter(person_id=person.id, ended_at__isnull=True, until_on__lte=clock.today() + queries.MANDATE_NOTICE)
    seats = [*(await queries.ending_soon(ids) if ids else []), *await own.select_related("committee", "person")]
    return [_mandate(seat, person) for seat in {seat.id: seat for seat in seats}.values()]


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
