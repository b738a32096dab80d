"""An organisation's seat: who speaks for it, and who does when she cannot. The seat stays the organisation's (S1)."""

from civic import clock, mail
from civic.committees import queries, seats
from civic.committees.forms import VoicesForm
from civic.committees.models import Ending, Seat
from civic.database import retrying, transaction
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.organisations.queries import representatives_of
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person


@retrying
async def name(actor: Actor, seat: Seat, wish: VoicesForm) -> Seat:
    """Name the titular and the substitute among the organisation's representatives; answers the seat as it is now.

    A new titular is a new line of the register, until the same day, on the same place. Raises Invalid for somebody who
    does not represent it, or who sits here in another name: nobody speaks twice.
    """
    assert seat.organisation is not None  # the getter is the guard
    known = {one.person.id: one.person for one in await representatives_of(seat.organisation)}
    titular, substitute = _known(known, wish.titular, "titular"), None
    if wish.substitute:
        substitute = _known(known, wish.substitute, "substitute")
    async with transaction():
        await seats.take(seat.committee)
        running = await Seat.get_or_none(id=seat.id, ended_at__isnull=True)
        if running is None:
            raise DomainError(_("Ce siège n’est plus tenu."))
        for person, field in ((titular, "titular"), (substitute, "substitute")):
            await _sits_nowhere_else(running, person, field)
        if titular.id != running.person_id:
            running = await hand_over(running, titular, Ending.UNSPOKEN if running.vacant_at else Ending.REPLACED)
        former = running.substitute_id
        kept = Seat.filter(id=running.id)
        await kept.update(vacant_at=None, substitute_id=substitute.id if substitute else None)
        await people.audit(actor, "seat_voices_named", f"seat:{running.id}")
        if substitute and substitute.id != former:
            await _tell(substitute, titular, seat)
    return running


def _known(representatives: dict[int, Person], person_id: int, field: str) -> Person:
    if person_id not in representatives:
        raise Invalid(_("Choisissez une personne qui représente l’organisation."), field=field)
    return representatives[person_id]


async def _sits_nowhere_else(seat: Seat, person: Person | None, field: str) -> None:
    other = await queries.seat_of(person, seat.committee_id) or await queries.substituted_by(person, seat.committee_id)
    if other and other.id != seat.id:
        raise Invalid(_("Cette personne siège déjà à ce comité, à un autre titre."), field=field)


async def hand_over(seat: Seat, titular: Person, why: Ending) -> Seat:
    """The place is not freed between the two: nobody can take it from the organisation. In the caller's transaction."""
    kept = {
        name: getattr(seat, name)
        for name in ("committee_id", "college_id", "organisation_id", "title", "is_facilitator", "designated",
                     "designated_note", "until_on")
    }  # fmt: skip
    rows = Seat.filter(committee_id=seat.committee_id, person_id=titular.id)
    stale = rows.filter(ended_at__isnull=True, vacant_at__isnull=True)
    for old in await stale:  # her own mandate is over, the hourly job has not come by yet
        await seats.end(old, Ending.LAPSED)
    await Seat.filter(id=seat.id).update(ended_at=seat.vacant_at or clock.now(), ending=why)
    return await Seat.create(person=titular, from_on=clock.today(), **kept)


async def _tell(substitute: Person, titular: Person, seat: Seat) -> None:
    if substitute.email and seat.organisation:
        await mail.send(
            "civic/seat_substitute", to=substitute.email, key=f"seat-substitute-{seat.id}-{substitute.id}",
            locale=substitute.locale, who=titular.short_name, organisation=seat.organisation.name,
            committee=seat.committee.name, slug=seat.committee.slug,
        )  # fmt: skip
