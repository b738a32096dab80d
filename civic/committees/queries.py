"""Reads about committees, and the guards of their pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from civic import clock, slots
from civic.committees.joining import Joining, RequestStatus, SeatRequest
from civic.committees.models import College, CollegeKind, Committee, CommitteeKind, Seat
from civic.contributions.queries import has_contributed, initiatives_given_to
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.initiatives.queries import is_lead, leads_of, may_edit
from civic.organisations.queries import hats_of
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.people.queries import roles_of, team
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
    substitute: Seat | None = None

    @property
    def sees_names(self) -> bool:
        """The committee's own members and who runs it know who sits discreetly."""
        return self.runs or self.seat is not None or self.substitute is not None


async def committee_to_show(slug: str, actor: Actor | None) -> Committee:
    """A committee of a published initiative, or of a draft for its leads and the team. Raises NotFound."""
    committee = await Committee.get_or_none(slug=slug).select_related("initiative", "initiative__commune", "parent")
    if committee is None or not await _may_see(actor, committee):
        raise NotFound(_("Ce comité n’existe pas, ou son initiative n’est pas encore publiée."))
    return committee


async def committee_to_run(slug: str, actor: Actor) -> Committee:
    """A committee whose decisions and seats this person may prepare. Raises NotFound or Forbidden."""
    committee = await committee_to_show(slug, actor)
    if not await may_run(actor, committee):
        raise Forbidden(_("Seules les personnes qui portent l’initiative ou animent le comité peuvent faire cela."))
    return committee


async def may_run(actor: Actor | None, committee: Committee) -> bool:
    """Leads of the initiative, facilitators of the committee or of the one it works for, and the team may."""
    if actor is None:
        return False
    if actor.is_animator or (committee.initiative_id and await is_lead(actor.person, committee.initiative_id)):
        return True
    ids = [committee.id, *([committee.parent_id] if committee.parent_id else [])]
    return await _held(*ids).filter(person_id=actor.person.id, is_facilitator=True).exists()


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


async def seat_to_run(seat_id: int, actor: Actor) -> Seat:
    """An open seat of a committee this person runs. Raises NotFound or Forbidden."""
    seat = await _open_seat(seat_id)
    await committee_to_run(seat.committee.slug, actor)
    return seat


async def own_seat(seat_id: int, actor: Actor) -> Seat:
    """An open seat that this person holds. Raises NotFound."""
    seat = await _open_seat(seat_id)
    if seat.person_id != actor.person.id:
        raise NotFound(_("Ce siège n’existe pas, ou n’est plus tenu."))
    return seat


async def seat_of_own_organisation(seat_id: int, actor: Actor) -> Seat:
    """An open seat of an organisation this person represents. Raises NotFound or Forbidden."""
    seat = await _open_seat(seat_id)
    if seat.organisation_id not in {hat.id for hat in await hats_of(actor.person)}:
        raise Forbidden(_("Seules les personnes qui représentent l’organisation choisissent qui siège pour elle."))
    return seat


async def _open_seat(seat_id: int) -> Seat:
    seat = await Seat.get_or_none(id=seat_id, ended_at__isnull=True).select_related(
        "committee", "person", "college", "organisation", "substitute"
    )
    if seat is None:
        raise NotFound(_("Ce siège n’existe pas, ou n’est plus tenu."))
    return seat


async def ending_soon(ids: Sequence[int]) -> list[Seat]:
    """The seats of these committees whose mandate ends within 30 days."""
    until = clock.today() + MANDATE_NOTICE
    rows = Seat.filter(
        committee_id__in=list(ids), ended_at__isnull=True, vacant_at__isnull=True, until_on__lte=until
    )
    return await rows.order_by("until_on", "id").limit(50).select_related("committee", "person")


async def vacant_seats(ids: Iterable[int], organisation_ids: Iterable[int] = ()) -> list[Seat]:
    """The seats of these committees, or of these organisations anywhere, for which nobody speaks now."""
    where = Q(committee_id__in=list(ids) or [0]) | Q(organisation_id__in=list(organisation_ids) or [0])
    rows = Seat.filter(where, ended_at__isnull=True, vacant_at__isnull=False).order_by("id").limit(50)
    return await rows.select_related("committee", "person", "college", "organisation", "substitute")


async def committee_of(initiative_id: int) -> Committee | None:
    """The committee that steers an initiative."""
    return await Committee.get_or_none(initiative_id=initiative_id, kind=CommitteeKind.STEERING)


async def colleges_of(committee_id: int) -> list[College]:
    """The colleges that sit, in the order of the statutes."""
    rows = await College.filter(_sits(), committee_id=committee_id)
    return sorted(rows, key=lambda college: _ORDER.index(college.kind))


async def seats_of(committee_id: int) -> list[Seat]:
    """The register: the seats held today, facilitators first."""
    rows = _held(committee_id).order_by("-is_facilitator", "from_on", "id")
    return await rows.select_related("person", "college", "organisation", "substitute")


async def groups_of(committee: Committee) -> list[Committee]:
    """The working groups of a committee, those at work before those that have ended."""
    rows = await Committee.filter(parent_id=committee.id).order_by("id").limit(100)
    return sorted(rows, key=lambda group: group.ended_at is not None)


async def seat_of(person: Person | None, committee_id: int) -> Seat | None:
    """The seat a person holds today."""
    if person is None:
        return None
    return await _held(committee_id).get_or_none(person_id=person.id).select_related("college", "organisation")


async def substituted_by(person: Person | None, committee_id: int) -> Seat | None:
    """The organisation's seat for which a person is substitute."""
    if person is None:
        return None
    return await _held(committee_id).filter(substitute_id=person.id).first()


async def sits(person: Person | None, committee_id: int) -> bool:
    """She holds a seat today, or is the substitute of one."""
    if person is None:
        return False
    return await _held(committee_id).filter(Q(person_id=person.id) | Q(substitute_id=person.id)).exists()


async def runners_of(committee: Committee) -> list[Person]:
    """Who answers for the committee: leads and facilitators, each once."""
    held = await _held(committee.id).filter(is_facilitator=True).order_by("id").select_related("person")
    leads = await leads_of(committee.initiative_id) if committee.initiative_id else []
    found = [*leads, *(seat.person for seat in held)]
    if not found and committee.is_network:
        found = await team(RoleName.ANIMATOR)
    return list({person.id: person for person in found}.values())


async def pending_requests(committee_id: int) -> list[SeatRequest]:
    """What waits for an answer, the oldest first."""
    rows = SeatRequest.filter(committee_id=committee_id, status=RequestStatus.PENDING)
    return await rows.order_by("id").select_related("person", "college", "organisation")


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
        contributed=await may_sit_by_contribution(person, committee),
        runs=await may_run(actor, committee),
        substitute=await substituted_by(person, committee.id),
    )


class Filter(StrEnum):
    """What one looks for among the committees of initiatives."""

    ALL = ""
    FREE = "places"
    OPEN = "entree-libre"

    @property
    def words(self) -> str:
        """On its chip."""
        return {
            Filter.ALL: _("Tous"), Filter.FREE: _("Avec un siège libre"), Filter.OPEN: _("Entrée libre"),
        }[self]  # fmt: skip


async def bodies() -> list[Committee]:
    """The bodies of the network that are at work: its assembly, its board."""
    kinds = [CommitteeKind.ASSEMBLY, CommitteeKind.BOARD]
    rows = await Committee.filter(initiative_id__isnull=True, kind__in=kinds, ended_at__isnull=True).limit(20)
    return sorted(rows, key=lambda body: (kinds.index(body.kind), body.name))


async def committees(cursor: str | None, wanted: Filter = Filter.ALL) -> Page[Committee]:
    """Committees of published initiatives, the newest first."""
    rows = Committee.filter(initiative__published_at__isnull=False, kind=CommitteeKind.STEERING)
    if wanted == Filter.FREE:
        rows = rows.filter(free__gt=0)
    if wanted == Filter.OPEN:
        rows = rows.filter(joining=Joining.OPEN)
    after = paging.decode(cursor, "id")
    if after:
        rows = rows.filter(id__lt=after[0])
    found = await rows.order_by("-id").limit(paging.PER_PAGE + 1).select_related("initiative", "initiative__commune")
    return paging.cut(found, lambda committee: [committee.id], cursor=cursor)


async def run_by(person: Person) -> Sequence[int]:
    """Ids of the committees a person answers for as lead or facilitator, and of their working groups."""
    led = Committee.filter(initiative__leads__person_id=person.id, initiative__leads__until__isnull=True)
    held = Seat.filter(person_id=person.id, is_facilitator=True, ended_at__isnull=True, vacant_at__isnull=True)
    facilitated = [int(str(one)) for one in await held.values_list("committee_id", flat=True)]
    groups = Committee.filter(parent_id__in=facilitated or [0]).values_list("id", flat=True)
    return sorted({int(str(one)) for one in (*await led.values_list("id", flat=True), *facilitated, *await groups)})


async def runs(person: Person | None, committee_id: int) -> bool:
    """Whom `may_run` lets run it, for panels: they know the person who looks, not how she is signed in."""
    if person is None:
        return False
    return committee_id in await run_by(person) or RoleName.ANIMATOR in await roles_of(person)


async def contributed_to(person: Person, committee: Committee) -> bool:
    """Whether she gave money, time or a thing to the committee's initiative; to any of them, for a body of the
    network."""
    if committee.initiative_id is None:
        return bool(await initiatives_given_to(person.id))
    return await has_contributed(person.id, committee.initiative_id)


async def may_sit_by_contribution(person: Person, committee: Committee) -> bool:
    """She gave something, and the contributors' college sits in this committee."""
    contributors = College.filter(committee_id=committee.id, kind=CollegeKind.CONTRIBUTORS)
    return await contributors.filter(_sits()).exists() and await contributed_to(person, committee)


async def places_waiting(person: Person) -> list[Committee]:
    """Committees of initiatives she gave to, where she neither sits nor has ever left: her place is there to take."""
    given = await initiatives_given_to(person.id)
    if not given:
        return []
    known = await Seat.filter(person_id=person.id).values_list("committee_id", flat=True)
    rows = Committee.filter(initiative_id__in=list(given), kind=CommitteeKind.STEERING)
    rows = rows.filter(initiative__published_at__isnull=False, ended_at__isnull=True)
    return await rows.exclude(id__in=list(known) or [0]).order_by("id").limit(10).select_related("initiative")


async def seats_of_person(person: Person) -> list[Seat]:
    """Where she sits today, in her own name or for an organisation, and where she is the substitute."""
    running = Q(until_on__isnull=True) | Q(until_on__gte=clock.today())
    mine = Q(person_id=person.id) | Q(substitute_id=person.id)
    rows = Seat.filter(running, mine, ended_at__isnull=True, vacant_at__isnull=True)
    return await rows.order_by("id").limit(50).select_related("committee", "college", "organisation")


async def gives_discreetly(person: Person, committee: Committee) -> bool:
    """Whether all her gifts to the initiative that say so are anonymous; False when none says."""
    if committee.initiative_id is None:
        return False
    said = [await fill(person, committee.initiative_id) for fill in slots.gift_discretion]
    known = [one for one in said if one is not None]
    return bool(known) and all(known)


async def _may_see(actor: Actor | None, committee: Committee) -> bool:
    initiative = committee.initiative
    return initiative is None or initiative.is_public or await may_edit(actor, initiative)


def _sits() -> Q:
    return Q(places__isnull=True) | Q(places__gt=0)


def _held(*committee_ids: int) -> QuerySet[Seat]:
    running = Q(until_on__isnull=True) | Q(until_on__gte=clock.today())
    return Seat.filter(running, committee_id__in=list(committee_ids), ended_at__isnull=True, vacant_at__isnull=True)
