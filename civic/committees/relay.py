"""When a titular speaks no more for her organisation: its seat goes to the substitute, or waits for another (S1).

The seat is the organisation's until the end of its mandate: its place is never free in between. Votes that are open
keep their electorate (docs/decisions/0023-seats.md).
"""

from civic import clock, mail
from civic.committees import queries, seats, voices
from civic.committees.models import Committee, Ending, Seat
from civic.database import retrying, transaction
from civic.organisations.models import Organisation
from civic.organisations.queries import representatives_of, representing
from civic.people.models import Person


async def pass_on_due(**_payload: object) -> None:
    """Every hour (a job): the seats whose titular represents the organisation no more; each once."""
    rows = Seat.filter(ended_at__isnull=True, vacant_at__isnull=True, organisation_id__isnull=False)
    held = await rows.order_by("id").only("id", "organisation_id", "person_id", "substitute_id")
    known = await representing({seat.organisation_id for seat in held if seat.organisation_id})
    for seat in held:
        named = {(seat.organisation_id, one) for one in (seat.person_id, seat.substitute_id) if one}
        if not named <= known:
            await pass_on(seat.id)


@retrying
async def pass_on(seat_id: int) -> None:
    """The substitute becomes the titular, or the seat stays empty; nothing when somebody was faster."""
    async with transaction():
        seat = await Seat.get(id=seat_id).select_related("committee", "person", "organisation", "substitute")
        if not await Committee.filter(id=seat.committee_id, ended_at__isnull=True).exists():
            return
        await seats.take(seat.committee)
        running = Seat.filter(id=seat_id, ended_at__isnull=True, vacant_at__isnull=True)
        fresh = await running.select_related("committee", "person", "organisation", "substitute").first()
        if fresh is None or fresh.organisation is None:
            return
        known = await representing([fresh.organisation.id])
        if fresh.substitute and (fresh.organisation.id, fresh.substitute.id) not in known:
            await running.update(substitute_id=None)
            fresh.substitute = None
        if (fresh.organisation.id, fresh.person_id) in known:
            return
        if fresh.substitute:
            await _to_the_substitute(fresh, fresh.substitute, fresh.organisation)
        else:
            await _to_nobody(fresh, fresh.organisation)


async def _to_the_substitute(seat: Seat, substitute: Person, organisation: Organisation) -> None:
    """A new line of the register on the same place; title and facilitation were the former person's."""
    made = await voices.hand_over(seat, substitute, Ending.UNSPOKEN)
    await Seat.filter(id=made.id).update(title="", is_facilitator=False)
    await _tell("gone", seat.person, seat, organisation, substitute.short_name)
    await _tell("yours", substitute, seat, organisation)


async def _to_nobody(seat: Seat, organisation: Organisation) -> None:
    """The place waits: who represents the organisation chooses, who runs the committee is told."""
    await Seat.filter(id=seat.id).update(vacant_at=clock.now(), is_facilitator=False)
    await _tell("gone", seat.person, seat, organisation)
    others = [one.person for one in await representatives_of(organisation)]
    for person in others:
        await _tell("choose", person, seat, organisation)
    asked = {person.id for person in others} | {seat.person_id}
    for person in await queries.runners_of(seat.committee):
        if person.id not in asked:
            await _tell("empty", person, seat, organisation)


async def _tell(became: str, person: Person, seat: Seat, organisation: Organisation, who: str = "") -> None:
    if person.email and not person.erased_at:
        await mail.send(
            "civic/seat_passed", to=person.email, key=f"seat-passed-{seat.id}-{person.id}", locale=person.locale,
            became=became, organisation=organisation.name, committee=seat.committee.name, slug=seat.committee.slug,
            id=seat.id, who=who,
        )  # fmt: skip
