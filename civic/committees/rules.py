"""Change the rules of a committee, and end it; open decisions keep their electorate and weights (PRODUCT S1, S2)."""

from tortoise.expressions import Q

from civic import clock, mail
from civic.committees import history, seats
from civic.committees.forms import CollegesForm, CommitteeForm
from civic.committees.joining import Invitation, InvitationStatus, RequestStatus, SeatRequest
from civic.committees.models import College, CollegeKind, Committee, CommitteeKind, Ending, Seat
from civic.committees.service import WRITTEN
from civic.database import retrying, transaction
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.people import service as people
from civic.people.actor import Actor
from civic.web.formats import percent


@retrying
async def change(actor: Actor, committee: Committee, wish: CommitteeForm) -> None:
    """Rewrite what the committee says of itself; what changed is kept for everybody to read (S1)."""
    written = wish.model_dump(include=WRITTEN)
    async with transaction():
        await seats.take(committee)
        before = await Committee.get(id=committee.id)
        await Committee.filter(id=committee.id).update(updated_at=clock.now(), **written)
        await history.note(actor, committee, history.differences(before, written))
        committee.name = wish.name
        await seats.count(committee)


@retrying
async def change_colleges(actor: Actor, committee: Committee, wish: CollegesForm) -> None:
    """Choose who sits and what each college weighs; open decisions keep their electorate and their weights (S2).

    Raises Invalid when a college would have fewer places than seats, or when the parts do not make 100 %.
    """
    if committee.kind == CommitteeKind.STEERING:
        wish.contributors = True
    weights = wish.weights()
    if wish.is_weighted and sum(weights.values()) != 100:
        field = f"{next(iter(weights), CollegeKind.RESIDENTS).value}_weight"
        said = _(
            "Les parts font %(sum)s : ensemble, elles doivent faire %(whole)s.",
            sum=percent(sum(weights.values())), whole=percent(100),
        )  # fmt: skip
        raise Invalid(said, field=field)
    async with transaction():
        await seats.take(committee)
        changed = history.differences(committee, {"is_weighted": wish.is_weighted})
        known = {college.kind: college for college in await College.filter(committee_id=committee.id)}
        for college in (known[kind] for kind in CollegeKind if kind in known):
            changed += await _change_college(college, wish, weights.get(college.kind))
        await Committee.filter(id=committee.id).update(updated_at=clock.now(), is_weighted=wish.is_weighted)
        await history.note(actor, committee, changed)
        await seats.count(committee)


async def _change_college(college: College, wish: CollegesForm, weight: int | None) -> list[history.Change]:
    kind, places = college.kind, wish.places()[college.kind]
    written = {"places": places, "label": wish.label(kind), "definition": wish.definition(kind), "weight": weight}
    fits = Q(taken__lte=places) if places is not None else Q()
    if not await College.filter(fits, id=college.id).update(**written):
        raise Invalid(_("Des personnes y siègent déjà : on ne peut pas descendre en dessous."), field=kind.value)
    return history.differences(college, written, kind.value)


@retrying
async def close(actor: Actor, committee: Committee, reason: str) -> bool:
    """End a working group or a body, with its groups: everybody's seat ends, the pages stay; False when it had ended.

    Raises DomainError for the committee of an initiative, which lives as long as the initiative.
    """
    if committee.kind == CommitteeKind.STEERING:
        raise DomainError(_("Le comité d’une initiative dure autant qu’elle."))
    async with transaction():
        present = clock.now()
        ids = [committee.id, *await Committee.filter(parent_id=committee.id).values_list("id", flat=True)]
        ending = await Committee.filter(id__in=ids, ended_at__isnull=True).order_by("id")
        if committee.id not in {one.id for one in ending}:
            return False
        for one in ending:
            await seats.take(one)
            await _empty(one, reason)
            await Committee.filter(id=one.id).update(ended_at=present, ended_reason=reason)
            await seats.count(one)
            await people.audit(actor, "committee_ended", f"committee:{one.id}")
    return True


async def _empty(committee: Committee, reason: str) -> None:
    for seat in await Seat.filter(committee_id=committee.id, ended_at__isnull=True).select_related("person"):
        await seats.end(seat, Ending.CLOSED)
        if seat.person.email:
            await mail.send(
                "civic/committee_ended", to=seat.person.email, key=f"committee-ended-{seat.id}",
                locale=seat.person.locale, committee=committee.name, slug=committee.slug, reason=reason,
            )  # fmt: skip
    waiting = SeatRequest.filter(committee_id=committee.id, status=RequestStatus.PENDING)
    await waiting.update(status=RequestStatus.WITHDRAWN, answered_at=clock.now())
    invited = Invitation.filter(committee_id=committee.id, status=InvitationStatus.PENDING)
    await invited.update(status=InvitationStatus.WITHDRAWN, email="", answered_at=clock.now())
