"""A slot of time, the roles in it with their places, and the series it may belong to."""

from datetime import datetime, timedelta
from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic import clock
from volunteering.missions.models import Mission

OPEN_TO_ALL = timedelta(hours=24)
"""So long before its start a shift is open to all in the order of asking, whatever its rule."""


class ShiftStatus(StrEnum):
    """A shift takes place, or is cancelled."""

    OPEN = "open"
    CANCELLED = "cancelled"


class Fairness(StrEnum):
    """Who gets a place first when more people want to come than there are places; open to all in the last 24 hours."""

    FIRST_COME = "first_come"
    NEWCOMERS = "newcomers"
    LEAST_SERVED = "least_served"


class ShiftSeries(Model):
    """Shifts that come again by a rule (RFC 5545 RRULE, without DTSTART), written in the territory's local time.

    `day`, `start` and `end` (« 08:30 ») are those of its first occurrence; `roles` what each new shift offers. A shift
    that was changed on its own keeps the series but is `detached`: changing the series passes it by.
    """

    mission_id: int

    id = fields.BigIntField(primary_key=True)
    mission: fields.ForeignKeyRelation[Mission] = fields.ForeignKeyField(
        "volunteering.Mission", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    rule = fields.CharField(max_length=200)
    day = fields.DateField()
    start = fields.CharField(max_length=5)
    end = fields.CharField(max_length=5)
    note = fields.CharField(max_length=160, default="")
    fairness = fields.CharEnumField(Fairness, max_length=12, default=Fairness.FIRST_COME)
    roles: fields.Field[list[dict[str, object]]] = fields.JSONField(default=list)
    created_at = fields.DatetimeField()

    class Meta:
        table = "shift_series"


class Shift(Model):
    """A slot of a mission. `taken` counts the persons who hold or have a place, `waiting` the sign-ups in the queue.

    The places themselves belong to its roles; `capacity`, `minimum`, `ceiling`, `taken`, `waiting` and `missing` are
    their sums, kept in the same transactions (`places.sum_up`). `missing`: how many people are missing for the shift to
    work at all, each role's lack of its own minimum; who is too many at the bar fills no place in the kitchen.
    `ceiling` is `capacity`, or the places taken when a lead lowered it below them: then nobody is thrown out, nobody
    new comes in, and leads are told. `sequence` grows with each change of hours or note, for the calendars that already
    hold it (RFC 5545 SEQUENCE). `occurs_on` is the day its series gave it.
    """

    mission_id: int
    series_id: int | None

    id = fields.BigIntField(primary_key=True)
    mission: fields.ForeignKeyRelation[Mission] = fields.ForeignKeyField(
        "volunteering.Mission", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    series: fields.ForeignKeyNullableRelation[ShiftSeries] = fields.ForeignKeyField(
        "volunteering.ShiftSeries", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    occurs_on = fields.DateField(null=True)
    detached = fields.BooleanField(default=False)
    starts_at = fields.DatetimeField(db_index=True)
    ends_at = fields.DatetimeField()
    capacity = fields.IntField()
    minimum = fields.IntField(default=0)
    ceiling = fields.IntField(default=0)
    taken = fields.IntField(default=0)
    waiting = fields.IntField(default=0)
    missing = fields.IntField(default=0)
    fairness = fields.CharEnumField(Fairness, max_length=12, default=Fairness.FIRST_COME)
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
            CheckConstraint(check="taken BETWEEN 0 AND ceiling AND ceiling >= capacity", name="shift_within_places"),
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
        """Places that nobody holds; who is one too many in a role takes none of another's."""
        return max(0, self.ceiling - self.taken)

    @property
    def filled(self) -> int:
        """Places that somebody holds: those who come, without who is one too many."""
        return self.capacity - self.free

    @property
    def overbooked(self) -> int:
        """How many more come than a lead, who lowered the places of a role, still wants there."""
        return max(0, self.ceiling - self.capacity)

    @property
    def is_cancelled(self) -> bool:
        """It does not take place."""
        return self.status == ShiftStatus.CANCELLED

    @property
    def has_started(self) -> bool:
        """Nobody can sign up or step back any more."""
        return self.starts_at <= clock.now()

    @property
    def has_ended(self) -> bool:
        """It is over: who came can be said, and hours be counted."""
        return self.ends_at <= clock.now()

    @property
    def is_to_come(self) -> bool:
        """One can still come."""
        return not self.is_cancelled and not self.has_started

    @property
    def opens_to_all_at(self) -> datetime:
        """From when on (UTC) the order of asking alone counts."""
        return self.starts_at - OPEN_TO_ALL

    @property
    def lasts(self) -> timedelta:
        """How long it really lasts, whatever the clocks do that night."""
        return self.ends_at - self.starts_at


class ShiftRole(Model):
    """What one does in a shift (« Accueil », « Cuisine »), with its own places and conditions.

    A shift has at least one; the only one of a simple shift has no title. `order` is the lead's order.
    """

    shift_id: int

    id = fields.BigIntField(primary_key=True)
    shift: fields.ForeignKeyRelation[Shift] = fields.ForeignKeyField(
        "volunteering.Shift", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name="roles"
    )
    order = fields.IntField(default=0)
    title = fields.CharField(max_length=60, default="")
    capacity = fields.IntField()
    minimum = fields.IntField(default=0)
    ceiling = fields.IntField(default=0)
    taken = fields.IntField(default=0)
    waiting = fields.IntField(default=0)
    skills: fields.Field[list[str]] = fields.JSONField(default=list)
    minimum_age = fields.IntField(null=True)

    class Meta:
        table = "shift_role"
        constraints = (
            CheckConstraint(check="taken BETWEEN 0 AND ceiling AND ceiling >= capacity", name="shift_role_places"),
            CheckConstraint(check="capacity BETWEEN 1 AND 1000", name="shift_role_capacity"),
            CheckConstraint(check="minimum BETWEEN 0 AND capacity", name="shift_role_minimum"),
            CheckConstraint(check="waiting >= 0", name="shift_role_waiting"),
            CheckConstraint(
                check="minimum_age IS NULL OR minimum_age BETWEEN 1 AND 99", name="shift_role_minimum_age"
            ),
            UniqueConstraint(fields=("shift_id", "title"), name="shift_role_once"),
        )

    @property
    def free(self) -> int:
        """Places that nobody holds."""
        return max(0, self.capacity - self.taken)

    @property
    def missing(self) -> int:
        """How many are missing to its minimum."""
        return max(0, self.minimum - self.taken)
