"""A slot of time with places."""

from datetime import timedelta
from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic import clock
from volunteering.missions.models import Mission


class ShiftStatus(StrEnum):
    """A shift takes place, or is cancelled."""

    OPEN = "open"
    CANCELLED = "cancelled"


class Shift(Model):
    """A slot of a mission. `taken` counts held and confirmed places, `waiting` the queue behind them.

    `sequence` grows with each change of hours or note, for the calendars that already hold it (RFC 5545 SEQUENCE).
    """

    mission_id: int

    id = fields.BigIntField(primary_key=True)
    mission: fields.ForeignKeyRelation[Mission] = fields.ForeignKeyField(
        "volunteering.Mission", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=None
    )
    starts_at = fields.DatetimeField(db_index=True)
    ends_at = fields.DatetimeField()
    capacity = fields.IntField()
    minimum = fields.IntField(default=0)
    taken = fields.IntField(default=0)
    waiting = fields.IntField(default=0)
    note = fields.CharField(max_length=160, default="")
    status = fields.CharEnumField(ShiftStatus, max_length=10, default=ShiftStatus.OPEN)
    reason = fields.CharField(max_length=300, default="")
    sequence = fields.IntField(default=0)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "shift"
        indexes = (("mission_id", "starts_at"),)
        constraints = (
            CheckConstraint(check="taken BETWEEN 0 AND capacity", name="shift_within_capacity"),
            CheckConstraint(check="capacity BETWEEN 1 AND 1000", name="shift_capacity"),
            CheckConstraint(check="minimum BETWEEN 0 AND capacity", name="shift_minimum"),
            CheckConstraint(check="waiting >= 0", name="shift_waiting"),
            CheckConstraint(check="ends_at > starts_at", name="shift_ends_after_start"),
            UniqueConstraint(
                fields=("mission_id", "starts_at", "ends_at", "note"), name="shift_once", condition="status = 'open'"
            ),
        )

    @property
    def free(self) -> int:
        """Places left that nobody waits for."""
        return 0 if self.waiting else self.capacity - self.taken

    @property
    def is_cancelled(self) -> bool:
        """It does not take place."""
        return self.status == ShiftStatus.CANCELLED

    @property
    def has_started(self) -> bool:
        """Nobody can sign up or step back any more."""
        return self.starts_at <= clock.now()

    @property
    def is_to_come(self) -> bool:
        """One can still come."""
        return not self.is_cancelled and not self.has_started

    @property
    def lasts(self) -> timedelta:
        """How long it really lasts, whatever the clocks do that night."""
        return self.ends_at - self.starts_at

    @property
    def ends_another_day(self) -> bool:
        """It ends after midnight, on the territory's clocks."""
        return clock.local(self.starts_at).date() != clock.local(self.ends_at).date()

    @property
    def missing(self) -> int:
        """How many people are missing for the shift to work at all."""
        return max(0, self.minimum - self.taken)
