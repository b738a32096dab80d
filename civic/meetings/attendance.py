"""The sheet of a meeting: who is expected, what each answers, who came and left."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.committees.models import CollegeKind
from civic.organisations.models import Organisation
from civic.people.models import Person

if TYPE_CHECKING:
    from civic.meetings.models import Meeting


class Coming(StrEnum):
    """What somebody expected says before the meeting."""

    PRESENT = "present"
    REMOTE = "remote"
    EXCUSED = "excused"
    PROXY = "proxy"


class Arrival(StrEnum):
    """How somebody was checked in."""

    QR = "qr"
    LIST = "list"
    REMOTE = "remote"


class Attendance(Model):
    """Somebody expected, as the seats stood at the convocation, or a guest (`college` empty) who does not count.

    `answered_by`: who said it, she or her substitute. `is_discreet`: only the committee learns her name.
    `holder`: who carries her proxy, only with the answer « proxy »; `proxies_held` counts those she carries herself.
    `substitute` may come in her place: `came` is who really sat there. Present from `arrived_at` until `left_at`; who
    comes back is present again, and each `Movement` is kept. `claimed_at`: she says at the door that she is there.
    """

    id = fields.BigIntField(primary_key=True)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "civic.Meeting", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    meeting_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person_id: int
    college = fields.CharEnumField(CollegeKind, max_length=16, null=True)
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "civic.Organisation", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    organisation_id: int | None
    substitute: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    substitute_id: int | None
    coming = fields.CharEnumField(Coming, max_length=7, null=True)
    answered_at = fields.DatetimeField(null=True)
    answered_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    answered_by_id: int | None
    is_discreet = fields.BooleanField(default=False)
    holder: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    holder_id: int | None
    proxies_held = fields.IntField(default=0)
    arrived_at = fields.DatetimeField(null=True)
    arrived_how = fields.CharEnumField(Arrival, max_length=6, null=True)
    came: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    came_id: int | None
    left_at = fields.DatetimeField(null=True)
    claimed_at = fields.DatetimeField(null=True)
    guest_key = fields.CharField(max_length=64, null=True)
    told_at = fields.DatetimeField(null=True)

    class Meta:
        table = "attendance_sheet"
        constraints = (
            UniqueConstraint(fields=("meeting_id", "person_id"), name="attendance_once"),
            UniqueConstraint(fields=("meeting_id", "guest_key"), name="attendance_guest_once"),
            CheckConstraint(check="holder_id IS NULL OR coming = 'proxy'", name="attendance_holder"),
            CheckConstraint(check="proxies_held >= 0", name="attendance_proxies"),
            CheckConstraint(check="arrived_at IS NULL OR arrived_how IS NOT NULL", name="attendance_how"),
        )

    @property
    def called(self) -> str:
        """How the sheet calls this line: « Rose M. », « La Ferme (Mariam K.) »; person and organisation are loaded."""
        name = self.person.short_name
        return f"{self.organisation.name} ({name})" if self.organisation else name

    @property
    def is_here(self) -> bool:
        """She, or her substitute, sits in the room or at a screen now."""
        return self.arrived_at is not None and self.left_at is None


class Way(StrEnum):
    """In or out."""

    IN = "in"
    OUT = "out"


class Movement(Model):
    """Somebody of the sheet came in or left, at `at` (UTC): the quorum's hours are counted from these."""

    id = fields.BigIntField(primary_key=True)
    attendance: fields.ForeignKeyRelation[Attendance] = fields.ForeignKeyField(
        "civic.Attendance", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    attendance_id: int
    way = fields.CharEnumField(Way, max_length=3)
    at = fields.DatetimeField()
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    person_id: int | None

    class Meta:
        table = "meeting_movement"
