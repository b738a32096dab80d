"""The agenda: points in an order, their minutes that add up, the hour each begins, what members propose (S3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F

from civic import clock, jobs
from civic.committees import queries as committees
from civic.counting.rules import Method
from civic.database import retrying, transaction
from civic.decisions import service as decisions
from civic.decisions.forms import DecisionForm
from civic.decisions.models import Decision, DecisionStatus
from civic.decisions.queries import UNDECIDED
from civic.errors import Gone, Invalid, NotFound
from civic.i18n import _
from civic.meetings import queries
from civic.meetings.forms import ItemForm, ProposalForm
from civic.meetings.models import PREPARED, Item, ItemKind, Meeting, MeetingStatus, Proposal, ProposalStatus
from civic.people.actor import Actor
from civic.people.models import Person
from civic.web.formats import day

MOST_ITEMS = 40
APPROVAL_MINUTES = 5
OPEN = (*PREPARED, MeetingStatus.CONVENED, MeetingStatus.RUNNING)
_TO_DECIDE = (DecisionStatus.DRAFT, DecisionStatus.SCHEDULED, *UNDECIDED, DecisionStatus.CLOSED)


@dataclass(slots=True)
class Line:
    """A point with its rank (from 1) and the moment (UTC) at which it begins, if the meeting's is known."""

    item: Item
    rank: int
    at: datetime | None


def lines(meeting: Meeting, items: Sequence[Item]) -> list[Line]:
    """The points one after the other, each at its hour."""
    found, spent = [], timedelta()
    for rank, item in enumerate(items, 1):
        found.append(Line(item, rank, meeting.starts_at + spent if meeting.starts_at else None))
        spent += timedelta(minutes=item.minutes)
    return found


def total(items: Sequence[Item]) -> int:
    """Minutes of all points together."""
    return sum(item.minutes for item in items)


async def begin_with_approval(meeting: Meeting) -> Item | None:
    """« Approuver le compte rendu du … » as the first point, when minutes wait for it; once. In the caller's
    transaction."""
    last = await queries.to_approve(meeting)
    if last is None or last.starts_at is None or await Item.filter(meeting_id=meeting.id, approves_id=last.id).exists():
        return None
    await Item.filter(meeting_id=meeting.id).update(position=F("position") + 1)
    title = _("Approuver le compte rendu du %(day)s", day=day(last.starts_at))
    return await Item.create(
        meeting_id=meeting.id, position=1, title=title, kind=ItemKind.DECISION, minutes=APPROVAL_MINUTES,
        approves_id=last.id,
    )  # fmt: skip


@retrying
async def propose_approval(meeting: Meeting) -> None:
    """Put the approval of the last minutes first, when it is not there."""
    async with transaction():
        await _take(meeting.id)
        await begin_with_approval(meeting)


@retrying
async def add(meeting: Meeting, wish: ItemForm) -> Item:
    """Add a point at the end; the same sent again right after is one.

    Raises Invalid beyond 40 points or for a decision of another committee, Gone when the meeting is over.
    """
    await _check_decision(meeting, wish.decision_id)
    async with transaction():
        await _take(meeting.id)
        return await _append(meeting.id, wish.model_dump())


async def _append(meeting_id: int, values: dict[str, Any]) -> Item:
    known = await Item.filter(meeting_id=meeting_id).order_by("position", "id")
    if known and all(getattr(known[-1], name) == value for name, value in values.items()):
        return known[-1]
    if len(known) >= MOST_ITEMS:
        raise Invalid(_("Quarante points suffisent : rassemblez-en quelques-uns."), field="title")
    return await Item.create(meeting_id=meeting_id, position=known[-1].position + 1 if known else 1, **values)


@retrying
async def rewrite(meeting: Meeting, item: Item, wish: ItemForm) -> None:
    """Change a point. Raises as `add`."""
    await _check_decision(meeting, wish.decision_id)
    async with transaction():
        await _take(meeting.id)
        await Item.filter(id=item.id).update(**wish.model_dump())


@retrying
async def remove(meeting: Meeting, item: Item) -> None:
    """Take a point off the agenda. Raises Gone once something was written there, or when the meeting runs."""
    async with transaction():
        await _take(meeting.id, (*PREPARED, MeetingStatus.CONVENED))
        await Item.filter(id=item.id, notes_version=0).delete()


@retrying
async def move(meeting: Meeting, item: Item, *, up: bool) -> None:
    """One place up or down; harmless at the end of the list."""
    async with transaction():
        await _take(meeting.id)
        ids = [one.id for one in await Item.filter(meeting_id=meeting.id).order_by("position", "id").only("id")]
        if item.id not in ids:
            return
        here = ids.index(item.id)
        there = here + (-1 if up else 1)
        if not 0 <= there < len(ids):
            return
        ids[here], ids[there] = ids[there], ids[here]
        for position, one in enumerate(ids, 1):
            await Item.filter(id=one).update(position=position)


@retrying
async def ask_committee(actor: Actor, meeting: Meeting, item: Item) -> Decision:
    """The question of a point, ready to be read over as a decision of the committee; asked twice, the same one (S4)."""
    if item.decision_id:
        return await Decision.get(id=item.decision_id)
    closes_at = max(meeting.ends_at or clock.now(), clock.now() + timedelta(days=7))
    question = item.title if len(item.title) >= 8 else _("À décider : %(what)s", what=item.title)
    wish = DecisionForm(
        question=question[:160], explanation=item.explanation, method=Method.CONSENT, quorum_percent=50,
        closes_at=closes_at.replace(second=0, microsecond=0),
    )  # fmt: skip
    decision = await decisions.draft(actor, meeting.committee, wish, f"meeting-item-{item.id}")
    await Item.filter(id=item.id, decision_id__isnull=True).update(decision_id=decision.id, kind=ItemKind.DECISION)
    return decision


@retrying
async def propose(person: Person, meeting: Meeting, wish: ProposalForm) -> Proposal:
    """A member proposes a point, until the convocation; the same sent again is one. Raises Gone when it is too late,
    Invalid beyond ten."""
    async with transaction():
        await _take(meeting.id, PREPARED)
        mine = Proposal.filter(meeting_id=meeting.id, person_id=person.id)
        known = await mine.get_or_none(title=wish.title)
        if known:
            return known
        if await mine.count() >= 10:
            raise Invalid(_("Vous avez déjà proposé dix points."), field="title")
        made = await Proposal.create(
            meeting_id=meeting.id, person=person, created_at=clock.now(), **wish.model_dump()
        )  # fmt: skip
        await jobs.enqueue("meeting_point_proposed", key=f"meeting-proposal-{made.id}", proposal_id=made.id)
    return made


@retrying
async def answer(proposal: Proposal, *, accept: bool, reason: str = "") -> bool:
    """Take a proposed point onto the agenda, or decline it with a reason she reads; False when it had its answer."""
    async with transaction():
        await _take(proposal.meeting_id, (*PREPARED, MeetingStatus.CONVENED))
        waiting = Proposal.filter(id=proposal.id, status=ProposalStatus.WAITING)
        status = ProposalStatus.ACCEPTED if accept else ProposalStatus.DECLINED
        if not await waiting.update(status=status, reason=reason.strip(), answered_at=clock.now()):
            return False
        if accept:
            await _append(proposal.meeting_id, {
                "title": proposal.title, "kind": proposal.kind, "minutes": proposal.minutes,
                "explanation": proposal.explanation, "speaker": await _speaker(proposal),
            })  # fmt: skip
        await jobs.enqueue("meeting_point_answered", key=f"meeting-proposal-{proposal.id}", proposal_id=proposal.id)
    return True


async def _speaker(proposal: Proposal) -> str:
    """Who proposed a point presents it, unless her seat is discreet: the agenda is public."""
    meeting, person = await Meeting.get(id=proposal.meeting_id), await Person.get(id=proposal.person_id)
    seat = await committees.seat_of(person, meeting.committee_id)
    return "" if seat and seat.is_discreet else person.short_name


async def proposal_of(meeting: Meeting, proposal_id: int) -> Proposal:
    """A proposed point of this meeting. Raises NotFound."""
    found = await Proposal.get_or_none(id=proposal_id, meeting_id=meeting.id).select_related("person")
    if found is None:
        raise NotFound(_("Cette proposition n’existe plus."))
    return found


async def proposals_of(meeting: Meeting) -> list[Proposal]:
    """What members proposed and has no answer yet."""
    rows = Proposal.filter(meeting_id=meeting.id, status=ProposalStatus.WAITING)
    return await rows.order_by("id").select_related("person")


async def decisions_for(meeting: Meeting) -> list[Decision]:
    """The committee's questions that a point may be about, the newest first."""
    rows = Decision.filter(committee_id=meeting.committee_id, status__in=_TO_DECIDE)
    return await rows.order_by("-id").limit(30)


async def _check_decision(meeting: Meeting, decision_id: int | None) -> None:
    if decision_id and not await Decision.filter(id=decision_id, committee_id=meeting.committee_id).exists():
        raise Invalid(_("Choisissez une décision de ce comité."), field="decision_id")


async def _take(meeting_id: int, wanted: tuple[MeetingStatus, ...] = OPEN) -> None:
    """Nobody else changes the agenda meanwhile. Raises Gone in another state."""
    if not await Meeting.filter(id=meeting_id, status__in=wanted).update(version=F("version") + 1):
        raise Gone(_("L’ordre du jour ne change plus : la réunion n’en est plus là."))


def told(items: Sequence[Item]) -> list[list[Any]]:
    """The agenda as a convocation tells it: title and minutes, point by point."""
    return [[item.title, item.minutes] for item in items]
