"""A mission and its words."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.initiatives.models import Initiative
from civic.people.models import Person
from civic.places.models import Commune

UNDATED = datetime(2999, 1, 1, tzinfo=UTC)
"""Where a mission without a coming shift stands in lists: after all the dated ones."""


class MissionStatus(StrEnum):
    """Who can see a mission, and whether one can still come."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Effort(StrEnum):
    """How hard the work is on the body."""

    LIGHT = "light"
    MODERATE = "moderate"
    HARD = "hard"


class Availability(StrEnum):
    """When one has time, in the words of a kitchen table."""

    WEEK_DAY = "week_day"
    WEEK_EVENING = "week_evening"
    WEEKEND_DAY = "weekend_day"
    WEEKEND_EVENING = "weekend_evening"


class Mission(Model):
    """Work that an initiative asks for. `ongoing` ones need no shift: one agrees on a time with the lead.

    `required_skills` and `wished_skills` are codes of the nomenclature (`missions/skills.py`), `skills` words beside
    them; `availabilities` says when an ongoing mission can be done. Whoever steps back less than `cancel_hours` before
    a shift is asked why.

    `listed_at` is the start of the next shift to come, or UNDATED; `last_at` the start of the last one. Both, and
    the `coming_*` counters (places), are kept in the transactions of shifts and sign-ups.
    """

    initiative_id: int
    commune_id: str | None
    contact_id: int | None

    id = fields.BigIntField(primary_key=True)
    slug = fields.CharField(max_length=120, unique=True)
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "civic.Initiative", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    title = fields.CharField(max_length=90)
    summary = fields.CharField(max_length=300, default="")
    tasks = fields.TextField(default="")
    remote = fields.BooleanField(default=False)
    place = fields.CharField(max_length=200, default="")
    commune: fields.ForeignKeyNullableRelation[Commune] = fields.ForeignKeyField(
        "civic.Commune", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    bring = fields.CharField(max_length=300, default="")
    minimum_age = fields.IntField(null=True)
    effort = fields.CharEnumField(Effort, max_length=10, default=Effort.LIGHT)
    effort_note = fields.CharField(max_length=160, default="")
    car_free = fields.BooleanField(default=False)
    car_note = fields.CharField(max_length=200, default="")
    skills = fields.CharField(max_length=200, default="")
    required_skills: fields.Field[list[str]] = fields.JSONField(default=list)
    wished_skills: fields.Field[list[str]] = fields.JSONField(default=list)
    availabilities: fields.Field[list[str]] = fields.JSONField(default=list)
    cancel_hours = fields.IntField(default=24)
    contact: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    contact_note = fields.CharField(max_length=160, default="")
    ongoing = fields.BooleanField(default=False)
    status = fields.CharEnumField(MissionStatus, max_length=8, default=MissionStatus.DRAFT)
    opened_at = fields.DatetimeField(null=True)
    listed_at = fields.DatetimeField(default=UNDATED)
    next_ends_at = fields.DatetimeField(null=True)
    last_at = fields.DatetimeField(null=True)
    coming_shifts = fields.IntField(default=0)
    coming_capacity = fields.IntField(default=0)
    coming_taken = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta:
        table = "mission"
        indexes = (("status", "listed_at", "id"),)
        constraints = (
            CheckConstraint(
                check="coming_taken >= 0 AND coming_capacity >= 0 AND coming_shifts >= 0",
                name="mission_coming_places",
            ),
            CheckConstraint(
                check="minimum_age IS NULL OR minimum_age BETWEEN 1 AND 99", name="mission_minimum_age"
            ),
            CheckConstraint(check="cancel_hours BETWEEN 0 AND 336", name="mission_cancel_hours"),
        )

    @property
    def is_open(self) -> bool:
        """One can come."""
        return self.status == MissionStatus.OPEN

    @property
    def takes_people(self) -> bool:
        """It is open, and its initiative goes on. Needs the initiative."""
        return self.is_open and not self.initiative.is_over

    @property
    def is_dated(self) -> bool:
        """A shift is still to come."""
        return self.coming_shifts > 0

    @property
    def coming_free(self) -> int:
        """How many places are free in the shifts to come."""
        return max(0, self.coming_capacity - self.coming_taken)

    @property
    def needs_word(self) -> str:
        """The opaque name under which its gauge is kept."""
        return f"mission:{self.id}"


class MissionTemplate(Model):
    """A mission kept as a model for the next one: `content` holds the form's fields, roles and hours, no dates."""

    initiative_id: int

    id = fields.BigIntField(primary_key=True)
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "civic.Initiative", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    name = fields.CharField(max_length=90)
    content: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    created_at = fields.DatetimeField()

    class Meta:
        table = "mission_template"
        constraints = (UniqueConstraint(fields=("initiative_id", "name"), name="mission_template_once"),)
