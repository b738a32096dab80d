"""Reads about committees, and the guards of their pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from civic import clock
from civic.committees.models import College, CollegeKind, Committee, RequestStatus, Seat, SeatRequest
from civic.contributions.queries import has_contributed
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.initiatives.queries import is_lead, leads_of, may_edit
from civic.people.actor import Actor
from civic.people.models import Person
from civic.web import paging
from civic.web.paging import Page

MANDATE_NOTICE = timedelta(days=30)
_ORDER = list(CollegeKind)


@dataclass(slots=True)
class Standing:
    """Where a person stands towards a committee."""

    seat: Seat | None = None
    request: SeatRequest | None = None
    refusal: SeatRequest | None = None
    contributed: bool = False
    runs: bool = False


async def committee_to_show(slug: str, actor: Actor | None) -> Committee:
    """A committee of a published initiative, or of a draft for its leads and the team. Raises NotFound."""
    committee = await Committee.get_or_none(slug=slug).select_related("initiative", "initiative__commune")
    if committee is None or not (committee.initiative.is_public or await may_edit(actor, committee.initiative)):
        raise NotFound(_("Ce comité n’existe pas, ou son initiative n’est pas encore publiée."))
    return committee


async def committee_to_run(slug: str, actor: Actor) -> Committee:
    """A committee whose decisions and seats this person may prepare. Raises NotFound or Forbidden."""
    committee = await committee_to_show(slug, actor)
    if not await may_run(actor, committee):
        raise Forbidden(_("Seules les personnes qui portent l’initiative ou animent le comité peuvent faire cela."))
    return committee


async def may_run(actor: Actor | None, committee: Committee) -> bool:
    """Leads of the initiative, facilitators of the committee and the team may."""
    if actor is None:
        return False
    if actor.is_animator or await is_lead(actor.person, committee.initiative_id):
        return True
    seat = await seat_of(actor.person, committee.id)
    return seat is not None and seat.is_facilitator


async def request_to_answer(request_id: int, actor: Actor) -> SeatRequest:
    """A request that this person may answer. Raises NotFound or Forbidden."""
    found = await SeatRequest.get_or_none(id=request_id).select_related(
        "committee", "committee__initiative", "college", "person"
    )
    if found is None:
        raise NotFound(_("Cette demande n’existe pas."))
    await committee_to_run(found.committee.slug, actor)
    if found.person_id == actor.person.id:
        raise Forbidden(_("Une autre personne doit répondre à votre demande."))
    return found


async def seat_to_renew(seat_id: int, actor: Actor) -> Seat:
    """An open seat of a committee this person runs. Raises NotFound or Forbidden."""
    seat = await Seat.get_or_none(id=seat_id, ended_at__isnull=True).select_related("committee", "person")
    if seat is None:
        raise NotFound(_("Ce siège n’existe pas, ou n’est plus tenu."))
    await committee_to_run(seat.committee.slug, actor)
    return seat


async def ending_soon(ids: Sequence[int]) -> list[Seat]:
    """The seats of these committees whose mandate ends within 30 days."""
    until = clock.today() + MANDATE_NOTICE
    rows = Seat.filter(committee_id__in=list(ids), ended_at__isnull=True, until_on__lte=until)
    return await rows.order_by("until_on", "id").limit(50).select_related("committee", "person")


async def committee_of(initiative_id: int) -> Committee | None:
    """The committee of an initiative."""
    return await Committee.get_or_none(initiative_id=initiative_id)


async def colleges_of(committee_id: int) -> list[College]:
    """The colleges that sit, in the order of the statutes."""
    rows = await College.filter(Q(places__isnull=True) | Q(places__gt=0), committee_id=committee_id)
    return sorted(rows, key=lambda college: _ORDER.index(college.kind))


async def seats_of(committee_id: int) -> list[Seat]:
    """The register: the seats held today, facilitators first."""
    rows = await _held(committee_id).order_by("-is_facilitator", "from_on", "id").select_related("person", "college")
    return list(rows)


async def seat_of(person: Person | None, committee_id: int) -> Seat | None:
    """The seat a person holds today."""
    if person is None:
        return None
    return await _held(committee_id).get_or_none(person_id=person.id).select_related("college")


async def runners_of(committee: Committee) -> list[Person]:
    """Who answers for the committee: leads and facilitators, each once."""
    held = await _held(committee.id).filter(is_facilitator=True).order_by("id").select_related("person")
    found = [*await leads_of(committee.initiative_id), *(seat.person for seat in held)]
    return list({person.id: person for person in found}.values())


async def pending_requests(committee_id: int) -> list[SeatRequest]:
    """What waits for an answer, the oldest first."""
    rows = SeatRequest.filter(committee_id=committee_id, status=RequestStatus.PENDING)
    return await rows.order_by("id").select_related("person", "college")


async def standing(actor: Actor | None, committee: Committee) -> Standing:
    """Everything the page needs to know about the person who looks at it."""
    if actor is None:
        return Standing()
    person = actor.person
    requests = await SeatRequest.filter(committee_id=committee.id, person_id=person.id).order_by("-id").limit(1)
    last = requests[0] if requests else None
    return Standing(
        seat=await seat_of(person, committee.id),
        request=last if last and last.status == RequestStatus.PENDING else None,
        refusal=last if last and last.status == RequestStatus.REFUSED else None,
        contributed=await has_contributed(person.id, committee.initiative_id),
        runs=await may_run(actor, committee),
    )


async def committees(cursor: str | None) -> Page[Committee]:
    """Committees of published initiatives, the newest first."""
    rows = Committee.filter(initiative__published_at__isnull=False)
    after = paging.decode(cursor, "id")
    if after:
        rows = rows.filter(id__lt=after[0])
    found = await rows.order_by("-id").limit(paging.PER_PAGE + 1).select_related("initiative", "initiative__commune")
    return paging.cut(found, lambda committee: [committee.id], cursor=cursor)


async def run_by(person: Person) -> Sequence[int]:
    """Ids of the committees a person answers for as lead or facilitator."""
    led = Committee.filter(initiative__leads__person_id=person.id, initiative__leads__until__isnull=True)
    held = Seat.filter(person_id=person.id, is_facilitator=True, ended_at__isnull=True)
    ids = [*await led.values_list("id", flat=True), *await held.values_list("committee_id", flat=True)]
    return sorted({int(str(found)) for found in ids})


def _held(committee_id: int) -> QuerySet[Seat]:
    running = Q(until_on__isnull=True) | Q(until_on__gte=clock.today())
    return Seat.filter(running, committee_id=committee_id, ended_at__isnull=True)
