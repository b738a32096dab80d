"""Meetings, and their agenda with its minutes."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.committees.models import Committee
from civic.database.guards import Guard
from civic.decisions.models import Decision
from civic.meetings.attendance import Attendance, Movement  # noqa: F401  the models of a slice are found here
from civic.meetings.dates import DateAnswer, DateOption  # noqa: F401
from civic.people.models import Person


class MeetingStatus(StrEnum):
    """Prepared, looking for a date, convened, running now, over with its minutes, or called off."""

    DRAFT = "draft"
    POLLING = "polling"
    CONVENED = "convened"
    RUNNING = "running"
    CLOSED = "closed"
    CANCELLED = "cancelled"


PREPARED = (MeetingStatus.DRAFT, MeetingStatus.POLLING)
"""Nobody has been convened yet."""


class Meeting(Model):
    """A meeting of a committee, at `starts_at` until `ends_at` (UTC; both empty until the date is known).

    Quorum: `quorum_percent` of those expected, present or represented. A second call (`first_call` is the meeting that
    lacked its quorum) may lower it. `proxies_most`: how many proxies one may carry, 0 that there are none. `sequence`
    grows with each change told to calendars. `lasts`: minutes. The convocation goes `notice_days` before at least;
    `told_agenda` is what it said: position by position, title and minutes. Dates are answered until `poll_until`; who
    has not answered is reminded once, of the dates (`poll_nudged_at`) and of the meeting (`nudged_at`). `remote_url` is
    only told to those expected. The minutes are public to
    who may see the committee from `published_at`; `approved_at` and `approved_in` say when and in which later meeting.
    From `shared_at` to `remarks_until` those who were there correct the draft.
    """

    id = fields.BigIntField(primary_key=True)
    committee: fields.ForeignKeyRelation[Committee] = fields.ForeignKeyField(
        "civic.Committee", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    committee_id: int
    form_key = fields.CharField(max_length=64, unique=True)
    title = fields.CharField(max_length=120)
    call_text = fields.TextField(default="")
    status = fields.CharEnumField(MeetingStatus, max_length=10, default=MeetingStatus.DRAFT)
    starts_at = fields.DatetimeField(null=True)
    ends_at = fields.DatetimeField(null=True)
    place = fields.CharField(max_length=200, default="")
    remote_url = fields.CharField(max_length=400, default="")
    quorum_percent = fields.IntField(default=0)
    proxies_most = fields.IntField(default=0)
    lasts = fields.IntField(default=90)
    notice_days = fields.IntField(default=0)
    poll_until = fields.DatetimeField(null=True)
    poll_nudged_at = fields.DatetimeField(null=True)
    nudged_at = fields.DatetimeField(null=True)
    told_agenda: fields.Field[list[list[Any]] | None] = fields.JSONField(null=True)
    first_call: fields.ForeignKeyNullableRelation["Meeting"] = fields.ForeignKeyField(
        "civic.Meeting", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    first_call_id: int | None
    author: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    author_id: int | None
    chair: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    chair_id: int | None
    secretary: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    secretary_id: int | None
    expected = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    convened_at = fields.DatetimeField(null=True)
    opened_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    cancelled_reason = fields.CharField(max_length=500, default="")
    shared_at = fields.DatetimeField(null=True)
    remarks_until = fields.DatetimeField(null=True)
    published_at = fields.DatetimeField(null=True)
    approved_at = fields.DatetimeField(null=True)
    approved_in: fields.ForeignKeyNullableRelation["Meeting"] = fields.ForeignKeyField(
        "civic.Meeting", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    approved_in_id: int | None
    sequence = fields.IntField(default=0)
    version = fields.IntField(default=1)

    class Meta:
        table = "meeting"
        indexes = (("status", "starts_at"),)
        constraints = (
            CheckConstraint(check="ends_at IS NULL OR ends_at > starts_at", name="meeting_lasts"),
            CheckConstraint(
                check="status IN ('draft', 'polling', 'cancelled') OR starts_at IS NOT NULL", name="meeting_has_date"
            ),
            CheckConstraint(check="status <> 'cancelled' OR cancelled_reason <> ''", name="meeting_end_has_reason"),
            CheckConstraint(check="quorum_percent >= 0 AND quorum_percent <= 100", name="meeting_quorum"),
            CheckConstraint(check="lasts > 0 AND lasts <= 1440", name="meeting_length"),
        )

    @property
    def is_prepared(self) -> bool:
        """Nobody has been convened yet."""
        return self.status in PREPARED

    @property
    def is_over(self) -> bool:
        """Closed or called off: nothing is answered any more."""
        return self.status in (MeetingStatus.CLOSED, MeetingStatus.CANCELLED)

    def takes_answers(self, moment: datetime) -> bool:
        """Whoever is expected may still say whether she comes."""
        return self.status == MeetingStatus.CONVENED and self.ends_at is not None and moment < self.ends_at


class ItemKind(StrEnum):
    """What an item is for."""

    INFORMATION = "information"
    DISCUSSION = "discussion"
    DECISION = "decision"


class Item(Model):
    """A point of the agenda, `minutes` long, and what was said there: `notes`, in its version `notes_version`.

    `decision`: what is decided there; `approves`: the meeting whose minutes it approves.

    A writer says which version she read; when another one has written meanwhile, nothing is lost: both are shown.
    The point being talked about has `began_at`; `spent` are the seconds it took before. `frozen`: approved.
    """

    id = fields.BigIntField(primary_key=True)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "civic.Meeting", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    meeting_id: int
    position = fields.IntField()
    title = fields.CharField(max_length=160)
    kind = fields.CharEnumField(ItemKind, max_length=12, default=ItemKind.DISCUSSION)
    minutes = fields.IntField(default=10)
    speaker = fields.CharField(max_length=120, default="")
    explanation = fields.TextField(default="")
    decision: fields.ForeignKeyNullableRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    decision_id: int | None
    approves: fields.ForeignKeyNullableRelation[Meeting] = fields.ForeignKeyField(
        "civic.Meeting", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    approves_id: int | None
    notes = fields.TextField(default="")
    notes_version = fields.IntField(default=0)
    notes_at = fields.DatetimeField(null=True)
    notes_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    notes_by_id: int | None
    began_at = fields.DatetimeField(null=True)
    spent = fields.IntField(default=0)
    frozen = fields.BooleanField(default=False)

    class Meta:
        table = "meeting_item"
        constraints = (CheckConstraint(check="minutes >= 0 AND minutes <= 480", name="meeting_item_minutes"),)


class ProposalStatus(StrEnum):
    """What became of a point somebody proposed."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Proposal(Model):
    """A point of the agenda that a member proposes before the convocation; declined with a reason."""

    id = fields.BigIntField(primary_key=True)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "civic.Meeting", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    meeting_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person_id: int
    title = fields.CharField(max_length=160)
    kind = fields.CharEnumField(ItemKind, max_length=12, default=ItemKind.DISCUSSION)
    minutes = fields.IntField(default=10)
    explanation = fields.TextField(default="")
    status = fields.CharEnumField(ProposalStatus, max_length=8, default=ProposalStatus.WAITING)
    reason = fields.CharField(max_length=500, default="")
    created_at = fields.DatetimeField()
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "meeting_proposal"
        constraints = (
            UniqueConstraint(fields=("meeting_id", "person_id", "title"), name="meeting_proposal_once"),
            CheckConstraint(check="status <> 'declined' OR reason <> ''", name="meeting_proposal_reason"),
        )


class NotesVersion(Model):
    """The minutes of an item as somebody wrote them; each version is kept.

    `base` is the version its writer had read. Without a `number` it was set aside: another one had written meanwhile.
    """

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField(
        "civic.Item", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    item_id: int
    number = fields.IntField(null=True)
    base = fields.IntField(default=0)
    text = fields.TextField()
    at = fields.DatetimeField()
    by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    by_id: int | None

    class Meta:
        table = "meeting_notes"
        constraints = (UniqueConstraint(fields=("item_id", "number"), name="meeting_notes_once"),)


class Remark(Model):
    """What somebody who was there wants corrected in the minutes of an item, before they are approved."""

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[Item] = fields.ForeignKeyField(
        "civic.Item", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    item_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person_id: int
    text = fields.CharField(max_length=1000)
    at = fields.DatetimeField()

    class Meta:
        table = "meeting_remark"
        constraints = (UniqueConstraint(fields=("item_id", "person_id"), name="meeting_remark_once"),)


_APPROVED = "Approved minutes are never changed."

GUARDS = (
    Guard("meeting_item", "UPDATE", _APPROVED, "OLD.frozen AND NEW.notes <> OLD.notes"),
    Guard("meeting_item", "DELETE", _APPROVED, "OLD.frozen"),
    Guard("meeting", "UPDATE", _APPROVED, "OLD.approved_at IS NOT NULL AND NEW.approved_at IS NULL"),
)
