"""Open data about who decides: committees, decisions that are closed, meetings, commitments. Nobody is named."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from civic.api.kinds import Kind, Ref, Said, Utc, Words, here, of_initiative, of_organisation, ref
from civic.commitments.models import Commitment, CommitmentStatus
from civic.committees.models import College, CollegeKind, Committee, CommitteeKind
from civic.counting.rules import Code, Method, Verdict
from civic.decisions.models import BallotKind, Decision
from civic.i18n import _
from civic.meetings.models import PREPARED, Item, ItemKind, Meeting, MeetingStatus
from civic.web import urls

HERS = (CommitmentStatus.PROPOSED, CommitmentStatus.DECLINED)
"""What is only proposed to a person, or was declined by her; the rest she took on."""


class CollegeItem(Said):
    """The places of a kind of people in a committee; `places` null: without limit."""

    kind: CollegeKind
    places: int | None
    taken: int


class CommitteeItem(Said):
    """A table where people decide. `seated`: how many sit there, `free`: places left among the limited ones."""

    id: int
    url: str
    api_url: str
    name: Words
    kind: CommitteeKind
    purpose: Words
    initiative: Ref | None
    colleges: list[CollegeItem]
    seated: int
    free: int
    ended_at: Utc | None
    updated_at: Utc


class DecisionItem(Said):
    """A question that was decided; `answers` and `counts` (by position) are null where too few voted in secret.

    What people chose among several options, and what was written about it (since `outcome_at`), stand on its page: both
    say who was chosen and who does what.
    """

    id: int
    url: str
    api_url: str
    question: Words
    committee: Ref
    initiative: Ref | None
    method: Method
    ballot: BallotKind
    verdict: Verdict
    electorate: int
    answers: int | None
    counts: dict[Code, int] | None
    outcome_at: Utc | None
    closed_at: Utc


class AgendaItem(Said):
    """A point of a meeting, `minutes` long."""

    title: Words
    kind: ItemKind
    minutes: int


class MeetingItem(Said):
    """A meeting that was convened. `minutes_url` once its minutes are published."""

    id: int
    url: str
    api_url: str
    ics_url: str
    title: Words
    committee: Ref
    initiative: Ref | None
    status: MeetingStatus
    starts_at: Utc | None
    ends_at: Utc | None
    place: Words
    agenda: list[AgendaItem]
    minutes_url: str | None


class CommitmentItem(Said):
    """What was promised at a committee until the end of a day, and what became of it; who promised is not told."""

    id: int
    url: str
    api_url: str
    what: Words
    status: CommitmentStatus
    due_on: date
    committee: Ref
    initiative: Ref | None
    organisation: Ref | None
    decision_url: str | None
    made_at: Utc
    kept_at: Utc | None
    dropped_at: Utc | None


async def _committees(rows: Sequence[Committee]) -> list[CommitteeItem]:
    colleges = defaultdict[int, list[College]](list)
    for college in await College.filter(committee_id__in=[row.id for row in rows] or [0]).order_by("id"):
        colleges[college.committee_id].append(college)
    return [
        CommitteeItem(
            id=row.id, url=COMMITTEES.address(row), api_url=here("committees", row.id), name=row.name, kind=row.kind,
            purpose=row.purpose, initiative=of_initiative(row.initiative), seated=row.seated, free=row.free,
            colleges=[CollegeItem(kind=one.kind, places=one.places, taken=one.taken) for one in colleges[row.id]],
            ended_at=row.ended_at, updated_at=row.updated_at,
        )
        for row in rows
    ]  # fmt: skip


async def _decisions(rows: Sequence[Decision]) -> list[DecisionItem]:
    return [
        DecisionItem(
            id=row.id, url=DECISIONS.address(row), api_url=here("decisions", row.id), question=row.question,
            committee=_of_committee(row.committee), initiative=of_initiative(row.committee.initiative),
            method=row.method, ballot=row.ballot, verdict=row.verdict, electorate=row.electorate,
            answers=None if row.is_withheld else row.answers_count,
            counts=row.result.counts if row.result and not row.is_withheld else None,
            outcome_at=row.outcome_at, closed_at=row.closed_at,
        )
        for row in rows
    ]  # fmt: skip


async def _meetings(rows: Sequence[Meeting]) -> list[MeetingItem]:
    points = defaultdict[int, list[Item]](list)
    for point in await Item.filter(meeting_id__in=[row.id for row in rows] or [0]).order_by("position", "id"):
        points[point.meeting_id].append(point)
    return [
        MeetingItem(
            id=row.id, url=MEETINGS.address(row), api_url=here("meetings", row.id), title=row.title,
            ics_url=urls.absolute("meetings.calendar", id=row.id), committee=_of_committee(row.committee),
            initiative=of_initiative(row.committee.initiative), status=row.status, starts_at=row.starts_at,
            ends_at=row.ends_at, place=row.place,
            agenda=[AgendaItem(title=one.title, kind=one.kind, minutes=one.minutes) for one in points[row.id]],
            minutes_url=urls.absolute("meetings.record", id=row.id) if row.published_at else None,
        )
        for row in rows
    ]  # fmt: skip


async def _commitments(rows: Sequence[Commitment]) -> list[CommitmentItem]:
    return [
        CommitmentItem(
            id=row.id, url=COMMITMENTS.address(row), api_url=here("commitments", row.id), what=row.what,
            status=row.status, due_on=row.due_on, committee=_of_committee(row.committee),
            initiative=of_initiative(row.committee.initiative), organisation=of_organisation(row.organisation),
            decision_url=urls.absolute("decisions.show", id=row.decision_id) if row.decision_id else None,
            made_at=row.made_at, kept_at=row.kept_at, dropped_at=row.dropped_at,
        )
        for row in rows
    ]  # fmt: skip


def _of_committee(committee: Committee) -> Ref:
    return ref("committees", committee, committee.name, urls.absolute("committees.show", slug=committee.slug))


def _shown(before: str = "") -> Q:
    """Of a published initiative, or of the network itself."""
    ways: list[dict[str, Any]] = [
        {f"{before}initiative_id__isnull": True}, {f"{before}initiative__published_at__isnull": False},
    ]  # fmt: skip
    return Q(*(Q(**way) for way in ways), join_type="OR")


def _of_shown(rows: QuerySet[Any], *more: str) -> QuerySet[Any]:
    return rows.filter(_shown("committee__")).select_related("committee", "committee__initiative", *more)


_OF_COMMITTEE: dict[str, Any] = {
    "commune": "committee__initiative__commune_id", "topic": "committee__initiative_id", "page_by": "id",
}  # fmt: skip
COMMITTEES = Kind(
    "committees", lambda: _("Comités"), lambda: _("Qui décide de quoi : collèges et places, sans les noms."),
    CommitteeItem, lambda: Committee.filter(_shown()).select_related("initiative"), _committees,
    commune="initiative__commune_id", topic="initiative_id", page="committees.show",
)  # fmt: skip
DECISIONS = Kind(
    "decisions", lambda: _("Décisions"),
    lambda: _("Les décisions closes et leur résultat ; la suite écrite est sur leur page."),
    DecisionItem, lambda: _of_shown(Decision.filter(verdict__isnull=False)), _decisions, since="",
    page="decisions.show", **_OF_COMMITTEE,
)  # fmt: skip
MEETINGS = Kind(
    "meetings", lambda: _("Réunions"),
    lambda: _("Les réunions convoquées, leur ordre du jour, leur compte rendu publié."),
    MeetingItem, lambda: _of_shown(Meeting.exclude(status__in=list(PREPARED))), _meetings, since="",
    page="meetings.show", **_OF_COMMITTEE,
)  # fmt: skip
COMMITMENTS = Kind(
    "commitments", lambda: _("Engagements"), lambda: _("Ce qui a été promis dans les comités, et ce qu’il en est."),
    CommitmentItem, lambda: _of_shown(Commitment.exclude(status__in=list(HERS)), "organisation"),
    _commitments, since="", page="commitments.show", **_OF_COMMITTEE,
)  # fmt: skip


def open_data() -> list[Kind]:
    """What this part gives to open data."""
    return [COMMITTEES, DECISIONS, MEETINGS, COMMITMENTS]
