"""The minutes assembled: who was there and when, the quorum's hours, the points, what was decided, who does what.

Approved, they are public to who may see the committee; before that to who holds the meeting, and, once shared, to those
who were there. Who sits discreetly is not named to the public (S1).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from civic import clock, slots
from civic.commitments import queries as commitments
from civic.commitments.models import Commitment
from civic.committees import queries as committees
from civic.counting.rules import Code
from civic.decisions import choices, words
from civic.decisions import queries as decisions
from civic.decisions.models import Decision
from civic.decisions.queries import Ballot
from civic.i18n import _, _n
from civic.meetings import calls, queries
from civic.meetings import sheet as sheets
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.models import Item, Meeting, MeetingStatus, Remark
from civic.meetings.quorum import Quorum, Turn
from civic.people.actor import Actor
from civic.people.models import Person
from civic.web.formats import hour, percent


@dataclass(slots=True, frozen=True)
class Named:
    """A line of the sheet as this reader may see it."""

    name: str
    college: str
    said: str


@dataclass(slots=True)
class Point:
    """A point with its minutes, the decision taken and what follows; `voted`: all about an assembly's vote."""

    item: Item
    state: str = ""
    result: str = ""
    participation: str = ""
    promised: list[tuple[str, Commitment]] = field(default_factory=list)
    voted: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Record:
    """The minutes as one reads them."""

    present: list[Named]
    represented: list[Named]
    excused: list[Named]
    absent: list[Named]
    guests: list[Named]
    quorum: Quorum
    turns: list[Turn]
    points: list[Point]
    chair: str = ""
    secretary: str = ""
    calls: list[str] = field(default_factory=list)


async def record_of(meeting: Meeting, actor: Actor | None) -> Record:
    """The minutes as this reader may see them."""
    sheet = await sheets.sheet_of(meeting)
    sees_names = await _sees_names(meeting, actor)
    hidden = set() if sees_names else {row.person_id for row in sheet if row.is_discreet}
    lines = [(row, _line(row, hidden, actor)) for row in sheet]
    came = [(row, line) for row, line in lines if row.arrived_at]
    rest = [(row, line) for row, line in lines if not row.arrived_at and row.college]
    seated = {row.came_id or row.person_id for row, _line in came if row.college}
    carried = [row for row, _line in rest if row.coming == Coming.PROXY and row.holder_id in seated]
    return Record(
        present=[line for row, line in came if row.college],
        represented=[line for row, line in rest if row in carried],
        excused=[line for row, line in rest if row.coming == Coming.EXCUSED],
        absent=[line for row, line in rest if row.coming != Coming.EXCUSED and row not in carried],
        guests=[line for row, line in came if not row.college],
        quorum=sheets.quorum_of(meeting, sheet), turns=await sheets.turns_of(meeting, sheet),
        points=await _points(meeting, actor),
        chair=_shown(meeting.chair, hidden, whole=sees_names),
        secretary=_shown(meeting.secretary, hidden, whole=sees_names),
        calls=[call.said for call in await calls.calls_of(meeting)],
    )  # fmt: skip


def counted(record: Record) -> str:
    """How many were there, were represented by somebody who was, were expected."""
    return ", ".join((
        _n("%(n)s présent", "%(n)s présents", len(record.present)),
        _n("%(n)s représenté", "%(n)s représentés", len(record.represented)),
        _n("%(n)s attendu", "%(n)s attendus", record.quorum.expected),
    ))  # fmt: skip


def quorum_words(meeting: Meeting, record: Record) -> list[str]:
    """The other call, the quorum asked for, the hours at which it was reached and lost: a sentence each."""
    if not meeting.quorum_percent:
        return [*record.calls, _("Aucun quorum n’est demandé.")]
    found = [
        *record.calls,
        _("%(percent)s des personnes attendues, soit %(n)s.", percent=percent(meeting.quorum_percent),
          n=record.quorum.needed),
    ]  # fmt: skip
    for turn in record.turns:
        said = _("Atteint à %(hour)s (%(n)s).") if turn.reached else _("Pas atteint à %(hour)s (%(n)s).")
        found.append(said % {"hour": hour(turn.at), "n": turn.counted})
    return found


async def _sees_names(meeting: Meeting, actor: Actor | None) -> bool:
    return (await committees.standing(actor, meeting.committee)).sees_names


def _shown(person: Person | None, hidden: set[int], *, whole: bool) -> str:
    """The name of who presided or wrote: whole for the committee, short for the public unless it does not learn it."""
    if person is None or person.id in hidden:
        return ""
    return person.name if whole else person.short_name


def _line(row: Attendance, hidden: set[int], actor: Actor | None) -> Named:
    me = actor.person.id if actor else 0
    college = row.college.words if row.college else ""
    if row.person_id in hidden and row.person_id != me:
        name = _("Une personne du collège des contributeurs")
    else:
        name = row.person.short_name
    if row.organisation:
        name = _("%(organisation)s (%(name)s)", organisation=row.organisation.name, name=name)
    return Named(name, college, _said(row, hidden - {me}))


def _said(row: Attendance, hidden: set[int]) -> str:
    """When she came and left, who sat in her place, who carried her proxy."""
    parts = []
    if row.came and row.came_id != row.person_id:
        parts.append(_("à sa place : %(name)s", name=row.came.short_name))
    if row.arrived_at:
        parts.append(_("de %(first)s", first=hour(row.arrived_at)))
    if row.arrived_at and row.left_at:
        parts[-1] = _("de %(first)s à %(last)s", first=hour(row.arrived_at), last=hour(row.left_at))
    if row.arrived_how == "remote":
        parts.append(_("à distance"))
    if not row.is_here and row.coming == Coming.PROXY and row.holder:
        name = _("une personne du comité") if row.holder_id in hidden else row.holder.short_name
        parts.append(_("pouvoir à %(name)s", name=name))
    return ", ".join(parts)


def source_of(item: Item) -> str:
    """Where a commitment taken in a point says that it was made."""
    return f"meeting-item:{item.id}"


async def promised_in(items: Sequence[Item]) -> dict[int, list[Commitment]]:
    """What was promised in these points, or after their decisions, by point."""
    found = {item.id: [] for item in items}  # type: dict[int, list[Commitment]]
    by_source = {source_of(item): item.id for item in items}
    for one in await commitments.made_at(list(by_source)):
        found[by_source[one.source]].append(one)
    closed = [item for item in items if item.decision and item.decision.is_closed]
    follow = await commitments.after_decisions([item.decision_id or 0 for item in closed])
    for item in closed:
        known = {one.id for one in found[item.id]}
        found[item.id] += [one for one in follow if one.decision_id == item.decision_id and one.id not in known]
    return found


async def _points(meeting: Meeting, actor: Actor | None) -> list[Point]:
    items = await queries.agenda_of(meeting.id)
    promised = await promised_in(items)
    person = actor.person if actor else None
    names = await commitments.names_for([one for rows in promised.values() for one in rows], person)
    voted: dict[int, list[str]] = {}
    for fill in slots.item_results:
        voted |= await fill(meeting)
    ballots = await ballots_of(item.decision for item in items)
    points = [_point(item, ballots.get(item.decision_id or 0)) for item in items]
    for point in points:
        if point.item.id in voted:
            point.voted, point.state = voted[point.item.id], ""
        point.promised = [(names.who(one), one) for one in promised[point.item.id]]
    return points


def _point(item: Item, ballot: Ballot | None) -> Point:
    decision = item.decision
    if decision is None or decision.is_prepared:
        return Point(item)
    result = result_of(ballot) if ballot else ""
    return Point(item, words.verdict_words(decision)[0], result, words.participation(decision))


async def ballots_of(points: Iterable[Decision | None]) -> dict[int, Ballot]:
    """The ballots of those that are closed, by decision."""
    closed = [decision for decision in points if decision and decision.is_closed]
    return {ballot.decision.id: ballot for ballot in await decisions.ballots_for(closed, None, most=1)}


def result_of(ballot: Ballot) -> str:
    """The result of a closed decision in a line: what won, and how many said what."""
    return " ".join(results_of(ballot))


def results_of(ballot: Ballot) -> list[str]:
    """What won, then how many said what: as many lines as there is something to say."""
    decision = ballot.decision
    if decision.chooses:
        if ballot.count is None:
            return []
        figures = " · ".join(choices.figures(decision, ballot.count, ballot.options))
        return [line for line in (choices.outcome(ballot.count, ballot.options), figures) if line]
    counts = ballot.tally.counts if ballot.tally else {}
    said = " · ".join(f"{words.code_words(code)} : {counts[code]}" for code in Code if code in counts)
    return [said] if said else []


async def may_correct(meeting: Meeting, person: Person | None) -> bool:
    """She was there, and the draft waits for corrections."""
    until = meeting.remarks_until
    if meeting.approved_at or until is None or clock.now() >= until or meeting.status != MeetingStatus.CLOSED:
        return False
    return await queries.was_there(meeting, person)


async def remarks_of(meeting: Meeting) -> dict[int, list[Remark]]:
    """What those who were there want corrected, by point."""
    found: dict[int, list[Remark]] = {}
    for one in await Remark.filter(item__meeting_id=meeting.id).order_by("at").select_related("person"):
        found.setdefault(one.item_id, []).append(one)
    return found


async def own_remarks(meeting: Meeting, person: Person | None) -> dict[int, str]:
    """What she wants corrected herself, by point."""
    if person is None:
        return {}
    rows = await Remark.filter(item__meeting_id=meeting.id, person_id=person.id)
    return {one.item_id: one.text for one in rows}
