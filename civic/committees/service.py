"""Found a committee, join it, answer who asks, leave it. The only writer of its rows."""

from datetime import date

from dateutil.relativedelta import relativedelta
from tortoise.expressions import F, Q

from civic import clock, mail
from civic.activity.service import record
from civic.committees import queries
from civic.committees.forms import CommitteeForm, NewCommitteeForm
from civic.committees.models import (
    College,
    CollegeKind,
    Committee,
    Designation,
    Joining,
    RequestStatus,
    Seat,
    SeatRequest,
)
from civic.contributions.queries import has_contributed
from civic.database import retrying, transaction
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.needs import service as needs
from civic.needs.models import NeedKind
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person
from civic.web import urls

_WRITTEN = {"name", "purpose", "decides_what", "decides_how", "decides_who", "joining", "mandate_months"}


@retrying
async def found(actor: Actor, initiative: Initiative, wish: NewCommitteeForm) -> Committee:
    """Found the committee of an initiative; its founder facilitates it. A second sending answers the first one (S1)."""
    async with transaction():
        await Initiative.filter(id=initiative.id).update(version=F("version") + 1)
        existing = await queries.committee_of(initiative.id)
        if existing:
            return existing
        present = clock.now()
        committee = await Committee.create(
            initiative=initiative, slug=initiative.slug, created_at=present, updated_at=present,
            **wish.model_dump(include=_WRITTEN),
        )  # fmt: skip
        for kind, places in wish.places().items():
            await College.create(committee=committee, kind=kind, places=places)
        await _sit(committee, actor.person, wish.college, Designation.FOUNDING, is_facilitator=True)
        await _count(committee)
        await record(
            "committee_founded",
            way="voix",
            initiative_id=initiative.id,
            name=committee.name,
            slug=committee.slug,
        )
    return committee


@retrying
async def change(actor: Actor, committee: Committee, wish: CommitteeForm) -> None:
    """Rewrite what the committee says of itself. Raises Invalid when a college would have fewer places than seats."""
    async with transaction():
        await _take(committee)
        for kind, places in wish.places().items():
            fits = Q(taken__lte=places) if places is not None else Q()
            if not await College.filter(fits, committee_id=committee.id, kind=kind).update(places=places):
                raise Invalid(
                    _("Des personnes y siègent déjà : on ne peut pas descendre en dessous."), field=kind.value
                )
        await Committee.filter(id=committee.id).update(updated_at=clock.now(), **wish.model_dump(include=_WRITTEN))
        committee.name = wish.name
        await people.audit(actor, "committee_changed", f"committee:{committee.id}")
        await _count(committee)


@retrying
async def join(actor: Actor, committee: Committee, kind: CollegeKind, message: str) -> Seat | SeatRequest:
    """Come in, or ask to (S1, S2).

    A contributor of the initiative takes a seat at once in the contributors' college, whatever she gave; an open
    committee seats anybody; otherwise a request waits for its answer. Repeated, it answers what is already there.
    Raises DomainError when the college is full and Invalid when a request says nothing.
    """
    person = actor.person
    async with transaction():
        await _take(committee)
        seat = await queries.seat_of(person, committee.id)
        if seat:
            return seat
        if await has_contributed(person.id, committee.initiative_id):
            return await _welcome(committee, person, CollegeKind.CONTRIBUTORS, Designation.CONTRIBUTION)
        if kind == CollegeKind.CONTRIBUTORS:
            raise Invalid(_("Ce collège est celui des personnes qui ont donné à l’initiative."), field="college")
        if committee.joining == Joining.OPEN:
            return await _welcome(committee, person, kind, Designation.OPEN)
        return await _ask(committee, person, kind, message)


@retrying
async def answer(actor: Actor, request: SeatRequest, *, accept: bool, reason: str) -> bool:
    """Answer a request once; False when it already has its answer.

    Raises Invalid for a refusal without a reason and DomainError when the college is full.
    """
    if not accept and not reason.strip():
        raise Invalid(_("Dites pourquoi : la personne recevra votre raison."), field="reason")
    committee = request.committee
    async with transaction():
        await _take(committee)
        waiting = SeatRequest.filter(id=request.id, status=RequestStatus.PENDING)
        status = RequestStatus.ACCEPTED if accept else RequestStatus.REFUSED
        if not await waiting.update(
            status=status, reason=reason.strip(), answered_at=clock.now(), answered_by_id=actor.person.id
        ):
            return False
        if accept:
            await _sit(committee, request.person, request.college.kind, Designation.REQUEST)
            await _count(committee)
        await people.audit(actor, f"seat_request_{status.value}", f"seat_request:{request.id}")
        await _tell_answer(request, accept, reason.strip())
    return True


@retrying
async def withdraw(actor: Actor, committee: Committee) -> None:
    """Take one's own request back; harmless when there is none."""
    waiting = SeatRequest.filter(committee_id=committee.id, person_id=actor.person.id, status=RequestStatus.PENDING)
    await waiting.update(status=RequestStatus.WITHDRAWN, answered_at=clock.now())


@retrying
async def leave(actor: Actor, committee: Committee) -> bool:
    """Give one's seat back; False when there was none. Decisions already open keep their electorate."""
    async with transaction():
        await _take(committee)
        seat = await Seat.get_or_none(committee_id=committee.id, person_id=actor.person.id, ended_at__isnull=True)
        if seat is None:
            return False
        await _end(seat)
        await _count(committee)
    return True


@retrying
async def renew(actor: Actor, seat: Seat, until_on: date) -> bool:
    """Give a seat another mandate after the one that ends on `until_on`; False when that was done already."""
    committee = seat.committee
    async with transaction():
        await _take(committee)
        running = Seat.filter(id=seat.id, until_on=until_on, ended_at__isnull=True)
        if not await running.update(until_on=until_on + relativedelta(months=committee.mandate_months)):
            return False
        await people.audit(actor, "mandate_renewed", f"seat:{seat.id}")
    return True


async def end_lapsed_mandates(**_payload: object) -> None:
    """End the seats whose mandate is over (a job, every hour): the place is free again."""
    lapsed = await Seat.filter(ended_at__isnull=True, until_on__lt=clock.today()).select_related("committee")
    for seat in lapsed:
        async with transaction():
            await _take(seat.committee)
            await _end(seat)
            await _count(seat.committee)


async def _take(committee: Committee) -> None:
    """The write first: whoever changes the seats of a committee waits for the one before."""
    await Committee.filter(id=committee.id).update(version=F("version") + 1)


async def _ask(committee: Committee, person: Person, kind: CollegeKind, message: str) -> SeatRequest:
    waiting = await SeatRequest.get_or_none(
        committee_id=committee.id, person_id=person.id, status=RequestStatus.PENDING
    )
    if waiting:
        return waiting
    if not message.strip():
        raise Invalid(_("Dites en une phrase pourquoi vous voulez participer."), field="message")
    college = await _college(committee, kind)
    request = await SeatRequest.create(
        committee=committee, college=college, person=person, message=message.strip(), created_at=clock.now()
    )
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


async def _welcome(committee: Committee, person: Person, kind: CollegeKind, how: Designation) -> Seat:
    """Seat somebody at once; a request of hers that waited is settled by it."""
    seat = await _sit(committee, person, kind, how)
    waiting = SeatRequest.filter(committee_id=committee.id, person_id=person.id, status=RequestStatus.PENDING)
    await waiting.update(status=RequestStatus.ACCEPTED, answered_at=clock.now())
    await _count(committee)
    return seat


async def _sit(
    committee: Committee, person: Person, kind: CollegeKind, how: Designation, *, is_facilitator: bool = False
) -> Seat:
    """Take a place of the college for a mandate that starts today. Raises DomainError when it is full."""
    old = await Seat.get_or_none(committee_id=committee.id, person_id=person.id, ended_at__isnull=True)
    if old and old.holds_on(clock.today()):
        return old
    if old:
        await _end(old)
    college = await _college(committee, kind)
    left = College.filter(Q(places__isnull=True) | Q(taken__lt=F("places")), id=college.id)
    if not await left.update(taken=F("taken") + 1):
        raise DomainError(_("Ce collège n’a plus de place libre pour l’instant."), field="college")
    today = clock.today()
    return await Seat.create(
        committee=committee, college=college, person=person, designated=how, is_facilitator=is_facilitator,
        from_on=today, until_on=today + relativedelta(months=committee.mandate_months, days=-1),
    )  # fmt: skip


async def _end(seat: Seat) -> None:
    if await Seat.filter(id=seat.id, ended_at__isnull=True).update(ended_at=clock.now()):
        await College.filter(id=seat.college_id).update(taken=F("taken") - 1)


async def _college(committee: Committee, kind: CollegeKind) -> College:
    college = await College.get_or_none(committee_id=committee.id, kind=kind)
    if college is None or college.places == 0:
        raise Invalid(_("Ce collège ne siège pas dans ce comité."), field="college")
    return college


async def _count(committee: Committee) -> None:
    """Keep the committee's counters and the initiative's gauge of seats true."""
    colleges = await College.filter(committee_id=committee.id)
    limited = [college for college in colleges if college.places is not None]
    places = sum(college.places or 0 for college in limited)
    taken = sum(college.taken for college in limited)
    await Committee.filter(id=committee.id).update(
        seated=sum(college.taken for college in colleges), free=places - taken
    )
    await needs.keep(
        committee.initiative_id, NeedKind.VOICE, f"committee:{committee.id}", title=committee.name,
        path=urls.path("committees.show", slug=committee.slug), target=places, reached=taken, open=places > taken,
    )  # fmt: skip
