"""The places themselves: take one, give it back, renew it, say what the register says of it (S1).

With `service`, `rules`, `invitations` and `voices`, the only writer of the rows of this slice. Whoever changes seats
first takes the committee: one at a time, so that no place is given twice.
"""

from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta
from tortoise.expressions import F, Q

from civic import clock, mail
from civic.committees import queries
from civic.committees.forms import SeatForm
from civic.committees.joining import Designation
from civic.committees.models import College, CollegeKind, Committee, CommitteeKind, Ending, Seat
from civic.database import retrying, transaction
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.needs import service as needs
from civic.needs.models import NeedKind
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person
from civic.web import urls


@dataclass(slots=True, frozen=True)
class Said:
    """What the register says beside the name: for which organisation, under which title, by which assembly."""

    organisation_id: int | None = None
    title: str = ""
    note: str = ""
    is_discreet: bool = False
    is_facilitator: bool = False


async def take(committee: Committee) -> None:
    """The write first: whoever changes a committee waits for the one before. Raises DomainError once it has ended."""
    running = Committee.filter(id=committee.id, ended_at__isnull=True)
    if not await running.update(version=F("version") + 1):
        raise DomainError(_("Ce comité a pris fin : il ne change plus."))


async def sit(
    committee: Committee, person: Person, kind: CollegeKind, how: Designation, said: Said | None = None
) -> Seat:
    """Take a place of the college for a mandate that starts today, in the caller's transaction.

    Somebody who sits already keeps her seat. Raises DomainError when the college is full, or when she or her
    organisation speaks here already.
    """
    said = said or Said()
    old = await held_by(person, committee)
    if old and old.holds_on(clock.today()):
        return old
    if old:
        await end(old, Ending.LAPSED)
    await _one_voice_each(committee, person, said.organisation_id)
    college = await college_of(committee, kind)
    left = College.filter(Q(places__isnull=True) | Q(taken__lt=F("places")), id=college.id)
    if not await left.update(taken=F("taken") + 1):
        raise DomainError(_("Ce collège n’a plus de place libre pour l’instant."), field="college")
    today = clock.today()
    return await Seat.create(
        committee=committee, college=college, person=person, organisation_id=said.organisation_id, designated=how,
        title=said.title, designated_note=said.note, is_discreet=said.is_discreet,
        is_facilitator=said.is_facilitator, from_on=today,
        until_on=today + relativedelta(months=committee.mandate_months, days=-1),
    )  # fmt: skip


async def held_by(person: Person, committee: Committee) -> Seat | None:
    """The line she has in the register, also when its mandate is over and no job has come by yet."""
    rows = Seat.filter(committee_id=committee.id, person_id=person.id, ended_at__isnull=True)
    return await rows.get_or_none(vacant_at__isnull=True)


async def _one_voice_each(committee: Committee, person: Person, organisation_id: int | None) -> None:
    """Nobody speaks twice at one table. Raises DomainError."""
    held = Seat.filter(committee_id=committee.id, ended_at__isnull=True).select_related("organisation")
    for seat in await held.filter(Q(substitute_id=person.id) | Q(organisation_id=organisation_id or 0)):
        if not seat.holds_on(clock.today()):
            await end(seat, Ending.UNSPOKEN if seat.vacant_at else Ending.LAPSED)
        elif seat.organisation and seat.organisation_id == organisation_id:
            raise DomainError(_("%(name)s siège déjà à ce comité.", name=seat.organisation.name), field="hat")
        elif seat.organisation:
            raise DomainError(
                _("Cette personne est déjà suppléante, pour %(name)s : une voix chacun.", name=seat.organisation.name)
            )


async def end(seat: Seat, how: Ending) -> bool:
    """End a seat and free its place, in the caller's transaction; False when it had ended."""
    if not await Seat.filter(id=seat.id, ended_at__isnull=True).update(ended_at=clock.now(), ending=how):
        return False
    await College.filter(id=seat.college_id).update(taken=F("taken") - 1)
    return True


async def college_of(committee: Committee, kind: CollegeKind) -> College:
    """A college that sits in this committee. Raises Invalid."""
    college = await College.get_or_none(committee_id=committee.id, kind=kind)
    if college is None or college.places == 0:
        raise Invalid(_("Ce collège ne siège pas dans ce comité."), field="college")
    return college


async def count(committee: Committee) -> None:
    """Keep the committee's counters and its initiative's gauge of seats true; a body of the network has no gauge."""
    colleges = await College.filter(committee_id=committee.id)
    limited = [college for college in colleges if college.places is not None]
    over = await Committee.filter(id=committee.id, ended_at__isnull=False).exists()
    places = 0 if over else sum(college.places or 0 for college in limited)
    taken = sum(college.taken for college in limited)
    await Committee.filter(id=committee.id).update(
        seated=sum(college.taken for college in colleges), free=max(0, places - taken)
    )
    if committee.initiative_id is None or committee.kind != CommitteeKind.STEERING:
        return
    await needs.keep(
        committee.initiative_id, NeedKind.VOICE, f"committee:{committee.id}", title=committee.name,
        path=urls.path("committees.show", slug=committee.slug), target=places, reached=taken, open=places > taken,
    )  # fmt: skip


@retrying
async def leave(actor: Actor, committee: Committee) -> bool:
    """Give one's seat back; False when there was none. Decisions already open keep their electorate."""
    async with transaction():
        await take(committee)
        seat = await held_by(actor.person, committee)
        if seat is None:
            return False
        await end(seat, Ending.LEFT)
        await count(committee)
    return True


@retrying
async def renew(actor: Actor, seat: Seat, until_on: date) -> bool:
    """Give a seat another mandate after the one that ends on `until_on`; False when that was done already.

    Raises DomainError for a contributor whose gift was undone: her seat runs to its end, and no longer.
    """
    committee = seat.committee
    if seat.designated == Designation.CONTRIBUTION and not await queries.contributed_to(seat.person, committee):
        raise DomainError(_("Sa contribution a été annulée : ce siège va jusqu’à la fin du mandat, puis se libère."))
    async with transaction():
        await take(committee)
        running = Seat.filter(id=seat.id, until_on=until_on, ended_at__isnull=True)
        if not await running.update(until_on=until_on + relativedelta(months=committee.mandate_months)):
            return False
        await people.audit(actor, "mandate_renewed", f"seat:{seat.id}")
    return True


@retrying
async def describe(actor: Actor, seat: Seat, wish: SeatForm) -> None:
    """Write a title, how somebody was designated, and whether she facilitates; a discreet member never does."""
    async with transaction():
        await take(seat.committee)
        await Seat.filter(id=seat.id, ended_at__isnull=True).update(
            title=wish.title, designated=wish.designated, designated_note=wish.designated_note,
            is_facilitator=wish.is_facilitator and not seat.is_discreet,
        )  # fmt: skip
        await people.audit(actor, "seat_described", f"seat:{seat.id}")


@retrying
async def dismiss(actor: Actor, seat: Seat, reason: str) -> bool:
    """End somebody's seat with a reason that she alone is told; False when it had ended."""
    async with transaction():
        await take(seat.committee)
        if not await end(seat, Ending.ENDED):
            return False
        await count(seat.committee)
        await people.audit(actor, "seat_ended", f"seat:{seat.id}")
        if seat.person.email and not seat.vacant_at:
            await mail.send(
                "civic/seat_ended", to=seat.person.email, key=f"seat-ended-{seat.id}", locale=seat.person.locale,
                committee=seat.committee.name, slug=seat.committee.slug, reason=reason,
            )  # fmt: skip
    return True


@retrying
async def hide(seat: Seat, *, hidden: bool) -> None:
    """A contributor keeps her name out of the public register, or puts it there (S2). Raises DomainError for others."""
    may_hide = seat.college.kind == CollegeKind.CONTRIBUTORS and not seat.is_facilitator
    if hidden and not may_hide:
        raise DomainError(_("Ce siège est public : seul le collège des contributeurs peut rester discret."))
    await Seat.filter(id=seat.id, ended_at__isnull=True).update(is_discreet=hidden)


async def end_lapsed_mandates(**_payload: object) -> None:
    """End the seats whose mandate is over (a job, every hour): the place is free again."""
    lapsed = await Seat.filter(ended_at__isnull=True, until_on__lt=clock.today()).select_related("committee")
    for seat in lapsed:
        async with transaction():
            await take(seat.committee)
            await end(seat, Ending.LAPSED)
            await count(seat.committee)
