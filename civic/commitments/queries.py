"""Reads about commitments, the guards of their pages, and whose name a reader may learn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from civic import clock
from civic.commitments.models import Commitment, CommitmentStatus, Step
from civic.commitments.words import Filter, Sort
from civic.committees import queries as committees
from civic.committees.models import Committee, Seat
from civic.decisions import queries as decisions
from civic.decisions.models import Decision
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.media.models import Picture
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.people.queries import roles_of
from civic.web import paging
from civic.web.paging import Page

KEPT_SHOWN = 3
MOST_IN_A_SHEET = 5000
RUNNING = (CommitmentStatus.OPEN, CommitmentStatus.PROPOSED)
_WITH = ("person", "organisation", "decision", "committee")


@dataclass(slots=True)
class Names:
    """Whose name a reader does not learn, because the seat is discreet and she has none at that table."""

    hidden: set[tuple[int, int]] = field(default_factory=set)
    runs: set[int] = field(default_factory=set)

    def of(self, committee_id: int, person: Person | None) -> str:
        """A person of a committee, as this reader may know her."""
        if person is None or (committee_id, person.id) in self.hidden:
            return _("Une personne")
        return person.short_name

    def who(self, made: Commitment) -> str:
        """Who answers for a commitment; person and organisation are loaded."""
        name = self.of(made.committee_id, made.person)
        return f"{made.organisation.name} ({name})" if made.organisation else name


async def names_for(rows: Sequence[Commitment], person: Person | None, more: Iterable[int] = ()) -> Names:
    """What this reader may know of who answers for these, and for `more` persons; four queries at most."""
    tables = sorted({one.committee_id for one in rows})
    concerned = sorted({one.person_id for one in rows} | set(more))
    if not tables:
        return Names()
    runs = set(await committees.run_by(person)) if person else set()
    if person and RoleName.ANIMATOR in await roles_of(person):
        runs |= set(tables)
    sees = set(runs)
    seats = Seat.filter(committee_id__in=tables, person_id__in=concerned).order_by("id")
    last = {(seat.committee_id, seat.person_id): seat.is_discreet for seat in await seats}
    if person and any(last.values()):
        own = Seat.filter(Q(person_id=person.id) | Q(substitute_id=person.id), committee_id__in=tables)
        sees |= {seat.committee_id for seat in await own if seat.holds_on(clock.today())}
    me = person.id if person else 0
    hidden = {pair for pair, discreet in last.items() if discreet and pair[0] not in sees and pair[1] != me}
    return Names(hidden, runs)


async def commitment_to_show(commitment_id: int, actor: Actor | None) -> Commitment:
    """A commitment of a committee this reader may see. Raises NotFound."""
    found = await Commitment.get_or_none(id=commitment_id).select_related(
        *_WITH, "committee__initiative", "offered_to", "kept_by", "picture"
    )
    if found is None:
        raise NotFound(_("Cet engagement n’existe pas."))
    await committees.committee_to_show(found.committee.slug, actor)
    return found


async def commitment_to_change(commitment_id: int, actor: Actor) -> Commitment:
    """One's own commitment, or one of a committee this person runs. Raises NotFound or Forbidden."""
    found = await commitment_to_show(commitment_id, actor)
    if found.person_id != actor.person.id and not await committees.may_run(actor, found.committee):
        raise Forbidden(_("Seule la personne qui s’est engagée, ou qui anime le comité, peut dire ce qu’il en est."))
    return found


async def commitment_to_run(commitment_id: int, actor: Actor) -> Commitment:
    """A commitment of a committee this person runs. Raises NotFound or Forbidden."""
    found = await commitment_to_show(commitment_id, actor)
    await committees.committee_to_run(found.committee.slug, actor)
    return found


async def commitment_to_answer(commitment_id: int, actor: Actor) -> Commitment:
    """What was proposed to this person, or offered for her to take over. Raises NotFound or Forbidden."""
    found = await commitment_to_show(commitment_id, actor)
    if actor.person.id not in (found.person_id, found.offered_to_id):
        raise Forbidden(_("Seule la personne à qui on le propose peut répondre."))
    return found


async def evidence_to_read(commitment_id: int, actor: Actor | None) -> Picture:
    """The picture of a PDF given as evidence. Raises NotFound."""
    found = await commitment_to_show(commitment_id, actor)
    if found.picture is None or not found.picture.pages:
        raise NotFound(_("Cette preuve n’existe pas."))
    return found.picture


async def decision_to_follow(decision_id: int, actor: Actor) -> Decision:
    """A decision after which this person may promise something: she sits, or runs the committee.

    Raises NotFound or Forbidden.
    """
    decision = await decisions.decision_to_show(decision_id, actor)
    await committee_to_promise(decision.committee.slug, actor)
    return decision


async def committee_to_promise(slug: str, actor: Actor) -> Committee:
    """A committee where this person sits, or that she runs. Raises NotFound or Forbidden."""
    committee = await committees.committee_to_show(slug, actor)
    standing = await committees.standing(actor, committee)
    if not standing.sees_names:
        raise Forbidden(_("S’engagent les personnes qui siègent au comité."))
    return committee


async def history_of(made: Commitment) -> list[Step]:
    """What happened, from the beginning."""
    return await Step.filter(commitment_id=made.id).order_by("id").limit(200).select_related("by", "person")


def of_initiative(initiative_id: int) -> QuerySet[Commitment]:
    """Those of all its committees and groups."""
    return Commitment.filter(committee__initiative_id=initiative_id)


def of_committee(committee_id: int) -> QuerySet[Commitment]:
    """Those of one committee."""
    return Commitment.filter(committee_id=committee_id)


def of_person(person: Person) -> QuerySet[Commitment]:
    """Those one person answers for."""
    return Commitment.filter(person_id=person.id)


def narrowed(rows: QuerySet[Commitment], wanted: Filter) -> QuerySet[Commitment]:
    """Only those of a state."""
    if wanted == Filter.OPEN:
        return rows.filter(status__in=RUNNING)
    if wanted == Filter.OVERDUE:
        return rows.filter(status=CommitmentStatus.OPEN, due_on__lt=clock.today())
    if wanted == Filter.KEPT:
        return rows.filter(status=CommitmentStatus.KEPT)
    if wanted == Filter.DROPPED:
        return rows.filter(status__in=[CommitmentStatus.DROPPED, CommitmentStatus.DECLINED])
    return rows


async def listed(
    rows: QuerySet[Commitment], wanted: Filter, sort: Sort, cursor: str | None, *, per_page: int = 50
) -> Page[Commitment]:
    """A page of a list, by day or the latest first; one query."""
    rows = narrowed(rows, wanted)
    after = paging.decode(cursor, "text", "id")
    day = _day(after[0]) if after else None
    if sort == Sort.LATEST:
        rows = (rows.filter(id__lt=after[1]) if after else rows).order_by("-id")
    else:
        rows = rows.filter(Q(due_on__gt=day) | Q(due_on=day, id__gt=after[1])) if after and day else rows
        rows = rows.order_by("due_on", "id")
    found = await rows.limit(per_page + 1).select_related(*_WITH)
    return paging.cut(found, lambda one: [one.due_on.isoformat(), one.id], cursor=cursor, per_page=per_page)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


async def counts(rows: QuerySet[Commitment]) -> dict[Filter, int]:
    """How many stand where, for the chips."""
    return {one: await narrowed(rows, one).count() for one in Filter}


async def for_sheet(rows: QuerySet[Commitment], wanted: Filter) -> list[Commitment]:
    """All of a list, by day."""
    return await narrowed(rows, wanted).order_by("due_on", "id").limit(MOST_IN_A_SHEET).select_related(*_WITH)


async def after_decision(decision: Decision) -> list[Commitment]:
    """What follows from a decision, what comes first before the rest; what nobody took is not told."""
    return (await after_decisions([decision.id]))[:50]


async def after_decisions(decision_ids: Sequence[int]) -> list[Commitment]:
    """The same for several decisions at once."""
    rows = Commitment.filter(decision_id__in=list(decision_ids) or [0]).exclude(status=CommitmentStatus.DECLINED)
    return await rows.order_by("due_on", "id").limit(200).select_related("person", "organisation")


async def made_at(sources: Sequence[str]) -> list[Commitment]:
    """What was promised at these places (`source`, opaque), what comes first before the rest."""
    rows = Commitment.filter(source__in=list(sources)).exclude(status=CommitmentStatus.DECLINED)
    return await rows.order_by("due_on", "id").limit(200).select_related("person", "organisation")


async def before_a_committee(committee: Committee) -> list[Commitment]:
    """What a committee has before it, the overdue first, then what was done last."""
    rows = of_committee(committee.id).select_related("person", "organisation")
    waiting = await rows.filter(status__in=RUNNING).order_by("due_on", "id").limit(20)
    kept = await rows.filter(status=CommitmentStatus.KEPT).order_by("-kept_at", "-id").limit(KEPT_SHOWN)
    return [*waiting, *kept]


async def awaiting(person: Person) -> list[Commitment]:
    """What a person has promised and not done yet, what is proposed to her and what she is asked to take over."""
    rows = Commitment.filter(Q(person_id=person.id, status__in=RUNNING) | Q(offered_to_id=person.id))
    return await rows.order_by("due_on", "id").limit(20).select_related("decision", "committee", "person")


async def overdue_in(ids: Sequence[int] | None, but_of: Person | None = None, limit: int = 10) -> list[Commitment]:
    """The overdue ones of these committees (None: of all that are at work), the oldest first."""
    rows = Commitment.filter(
        status=CommitmentStatus.OPEN, due_on__lt=clock.today(), committee__ended_at__isnull=True
    )
    if ids is not None:
        rows = rows.filter(committee_id__in=list(ids) or [0])
    if but_of:
        rows = rows.exclude(person_id=but_of.id)
    return await rows.order_by("due_on", "id").limit(limit).select_related("person", "organisation", "committee")
