"""Found a committee, join it, answer who asks (S1)."""

from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from civic import clock, mail
from civic.activity.service import record
from civic.committees import queries, seats
from civic.committees.forms import FoundingForm, NewBodyForm, NewCommitteeForm
from civic.committees.joining import Designation, Joining, RequestStatus, SeatRequest
from civic.committees.models import College, CollegeKind, Committee, CommitteeKind, Seat
from civic.database import retrying, transaction
from civic.errors import DomainError, Forbidden, Invalid
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.organisations.queries import hats_of
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person
from civic.places.folding import slug as slug_of

WRITTEN = {"name", "purpose", "decides_what", "decides_how", "decides_who", "joining", "mandate_months"}
UNDER_A_HAT = (CollegeKind.ORGANISATIONS, CollegeKind.AUTHORITIES)
"""Colleges in which organisations sit, through whom they name."""
_NOT_A_SLUG = "nouveau"


@retrying
async def found(actor: Actor, initiative: Initiative, wish: NewCommitteeForm) -> Committee:
    """Found the committee of an initiative; its founder facilitates it. A second sending answers the first one (S1)."""
    async with transaction():
        await Initiative.filter(id=initiative.id).update(version=F("version") + 1)
        existing = await queries.committee_of(initiative.id)
        if existing:
            return existing
        committee = await _found(
            actor, wish, CommitteeKind.STEERING, initiative.slug, initiative=initiative, joining=wish.joining
        )
        await record(
            "committee_founded", way="voix", initiative_id=initiative.id, name=committee.name, slug=committee.slug
        )
    return committee


async def found_body(actor: Actor, wish: NewBodyForm) -> Committee:
    """Found a body of the network: its board or its general assembly (S1). Sent twice, it is founded once."""
    known = await Committee.get_or_none(kind=wish.kind, name=wish.name, ended_at__isnull=True)
    if known:
        return known
    try:
        async with transaction():
            committee = await _found(actor, wish, wish.kind, slug_of(wish.name))
            await record("committee_founded", way="voix", name=committee.name, slug=committee.slug)
    except IntegrityError:  # another tab was faster
        return await Committee.get(kind=wish.kind, name=wish.name, ended_at__isnull=True)
    return committee


@retrying
async def found_group(actor: Actor, parent: Committee, wish: FoundingForm) -> Committee:
    """Found a working group of a committee; one level deep (S1). Raises DomainError for a group of a group."""
    if parent.is_group:
        raise DomainError(_("Un groupe de travail n’a pas de sous-groupe."))
    async with transaction():
        await seats.take(parent)
        known = await Committee.get_or_none(parent_id=parent.id, name=wish.name, ended_at__isnull=True)
        if known:
            return known
        address = f"{parent.slug[:70]}-{slug_of(wish.name)[:40]}"
        committee = await _found(
            actor, wish, CommitteeKind.WORKING, address, parent=parent, initiative_id=parent.initiative_id
        )
        await people.audit(actor, "working_group_founded", f"committee:{committee.id}")
    return committee


async def _found(actor: Actor, wish: FoundingForm, kind: CommitteeKind, address: str, **of: Any) -> Committee:
    present = clock.now()
    values = wish.model_dump(include=WRITTEN) | of
    committee = await Committee.create(
        kind=kind, slug=await _free_slug(address), created_at=present, updated_at=present, **values
    )
    for college, places in wish.places().items():
        await College.create(committee=committee, kind=college, places=places)
    if wish.college:
        said = seats.Said(is_facilitator=True)
        await seats.sit(committee, actor.person, wish.college, Designation.FOUNDING, said)
    await seats.count(committee)
    return committee


async def _free_slug(wanted: str) -> str:
    """An address that no committee has yet."""
    base = wanted[:110] or "comite"
    taken = {str(one) for one in await Committee.filter(slug__startswith=base).values_list("slug", flat=True)}
    candidates = (base, *(f"{base}-{n}" for n in range(2, len(taken) + 4)))
    return next(one for one in candidates if one not in taken and one != _NOT_A_SLUG)


@retrying
async def join(
    actor: Actor, committee: Committee, kind: CollegeKind, message: str, *, hat_id: int | None = None,
    discreet: bool = False,
) -> Seat | SeatRequest:  # fmt: skip
    """Come in, or ask to (S1, S2): for oneself, or for the organisation `hat_id` that one represents.

    A contributor of the initiative takes a seat at once in the contributors' college, whatever she gave; an open
    committee seats anybody; otherwise a request waits for its answer. Repeated, it answers what is already there.
    Raises DomainError when the college is full, Forbidden for another's hat, Invalid when a request says nothing.
    """
    person = actor.person
    if hat_id and hat_id not in {hat.id for hat in await hats_of(person)}:
        raise Forbidden(_("Vous ne représentez pas cette organisation."))
    async with transaction():
        await seats.take(committee)
        seat = await queries.seat_of(person, committee.id)
        if seat and hat_id and seat.organisation_id != hat_id:
            raise DomainError(_("Vous siégez déjà à ce comité."), field="hat")
        if seat:
            return seat
        if not hat_id and await queries.may_sit_by_contribution(person, committee):
            said = seats.Said(is_discreet=discreet)
            return await _welcome(committee, person, CollegeKind.CONTRIBUTORS, Designation.CONTRIBUTION, said)
        _check_way_in(actor, committee, kind, hat_id)
        if committee.joining in (Joining.OPEN, Joining.INVITATION):
            return await _welcome(committee, person, kind, Designation.OPEN, seats.Said(hat_id))
        return await _ask(committee, person, kind, message, hat_id)


def _check_way_in(actor: Actor, committee: Committee, kind: CollegeKind, hat_id: int | None) -> None:
    """Raises when this college is not for whoever comes as this, or when one comes in by invitation only.

    At the counter the team seats who has no address to be invited at, as an assembly elected her.
    """
    if kind == CollegeKind.CONTRIBUTORS:
        raise Invalid(_("Ce collège est celui des personnes qui ont donné à l’initiative."), field="college")
    if hat_id and kind not in UNDER_A_HAT:
        raise Invalid(_("Une organisation siège parmi les organisations ou les collectivités."), field="college")
    if not hat_id and kind in UNDER_A_HAT:
        raise Invalid(_("Ce collège est celui des organisations : dites laquelle vous représentez."), field="hat")
    if committee.joining == Joining.INVITATION and actor.recorded_by is None:
        raise DomainError(_("On entre à ce comité sur invitation."))


@retrying
async def answer(actor: Actor, request: SeatRequest, *, accept: bool, reason: str) -> bool:
    """Answer a request once; False when it already has its answer.

    Raises Invalid for a refusal without a reason and DomainError when the college is full, or when the person does not
    represent her organisation any more.
    """
    if not accept and not reason.strip():
        raise Invalid(_("Dites pourquoi : la personne recevra votre raison."), field="reason")
    committee = request.committee
    async with transaction():
        await seats.take(committee)
        waiting = SeatRequest.filter(id=request.id, status=RequestStatus.PENDING)
        status = RequestStatus.ACCEPTED if accept else RequestStatus.REFUSED
        if not await waiting.update(
            status=status, reason=reason.strip(), answered_at=clock.now(), answered_by_id=actor.person.id
        ):
            return False
        if accept:
            await _seat_who_asked(request)
        await people.audit(actor, f"seat_request_{status.value}", f"seat_request:{request.id}")
        await _tell_answer(request, accept, reason.strip())
    return True


async def _seat_who_asked(request: SeatRequest) -> None:
    hat = request.organisation_id
    if hat and hat not in {one.id for one in await hats_of(request.person)}:
        raise DomainError(_("Cette personne ne représente plus cette organisation."))
    said = seats.Said(hat)
    await seats.sit(request.committee, request.person, request.college.kind, Designation.REQUEST, said)
    await seats.count(request.committee)


@retrying
async def withdraw(actor: Actor, committee: Committee) -> None:
    """Take one's own request back; harmless when there is none."""
    waiting = SeatRequest.filter(committee_id=committee.id, person_id=actor.person.id, status=RequestStatus.PENDING)
    await waiting.update(status=RequestStatus.WITHDRAWN, answered_at=clock.now())


async def _ask(
    committee: Committee, person: Person, kind: CollegeKind, message: str, hat_id: int | None
) -> SeatRequest:
    waiting = await SeatRequest.get_or_none(
        committee_id=committee.id, person_id=person.id, status=RequestStatus.PENDING
    )
    if waiting:
        return waiting
    if not message.strip():
        raise Invalid(_("Dites en une phrase pourquoi vous voulez participer."), field="message")
    college = await seats.college_of(committee, kind)
    request = await SeatRequest.create(
        committee=committee, college=college, person=person, organisation_id=hat_id, message=message.strip(),
        created_at=clock.now(),
    )  # fmt: skip
    for runner in await queries.runners_of(committee):
        if runner.email:
            await mail.send(
                "civic/seat_asked", to=runner.email, key=f"seat-asked-{request.id}-{runner.id}",
                locale=runner.locale, who=person.short_name, committee=committee.name, slug=committee.slug,
                message=request.message, college=college.kind.value,
            )  # fmt: skip
    return request


async def _tell_answer(request: SeatRequest, accept: bool, reason: str) -> None:
    if request.person.email:
        await mail.send(
            "civic/seat_answered", to=request.person.email, key=f"seat-answered-{request.id}",
            locale=request.person.locale, accepted=accept, reason=reason, committee=request.committee.name,
            slug=request.committee.slug,
        )  # fmt: skip


async def _welcome(
    committee: Committee, person: Person, kind: CollegeKind, how: Designation, said: seats.Said
) -> Seat:
    """Seat somebody at once; a request of hers that waited is settled by it."""
    seat = await seats.sit(committee, person, kind, how, said)
    waiting = SeatRequest.filter(committee_id=committee.id, person_id=person.id, status=RequestStatus.PENDING)
    await waiting.update(status=RequestStatus.ACCEPTED, answered_at=clock.now())
    await seats.count(committee)
    return seat
