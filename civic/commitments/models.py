"""A commitment and its history."""

from datetime import date
from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from civic.committees.models import Committee
from civic.decisions.models import Decision
from civic.media.models import Picture
from civic.organisations.models import Organisation
from civic.people.models import Person


class CommitmentStatus(StrEnum):
    """Proposed to somebody, declined by her, running, kept, or dropped with a reason."""

    PROPOSED = "proposed"
    DECLINED = "declined"
    OPEN = "open"
    KEPT = "kept"
    DROPPED = "dropped"


class Commitment(Model):
    """What `person` will do, until the end of `due_on`; for an organisation's seat it is its representative.

    `key` makes the same promise sent twice one. `source` is opaque: where it was made, besides the decision. Kept, it
    says who said so and when, with a sentence, a link or a picture as evidence. `offered_to` is asked to take it over.
    `recalled_for` and `chased_for` are the days for which its two reminders were sent.
    """

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(max_length=64, unique=True)
    committee: fields.ForeignKeyRelation[Committee] = fields.ForeignKeyField(
        "civic.Committee", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    committee_id: int
    decision: fields.ForeignKeyNullableRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    decision_id: int | None
    source = fields.CharField(max_length=60, default="")
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    person_id: int
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "civic.Organisation", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    organisation_id: int | None
    what = fields.CharField(max_length=200)
    due_on = fields.DateField()
    status = fields.CharEnumField(CommitmentStatus, max_length=8, default=CommitmentStatus.OPEN)
    made_at = fields.DatetimeField()
    moved_times = fields.IntField(default=0)
    offered_to: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    offered_to_id: int | None
    kept_at = fields.DatetimeField(null=True)
    kept_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    kept_by_id: int | None
    evidence = fields.CharField(max_length=500, default="")
    link = fields.CharField(max_length=400, default="")
    picture: fields.ForeignKeyNullableRelation[Picture] = fields.ForeignKeyField(
        "civic.Picture", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    picture_id: int | None
    dropped_at = fields.DatetimeField(null=True)
    dropped_reason = fields.CharField(max_length=500, default="")
    recalled_for = fields.DateField(null=True)
    chased_for = fields.DateField(null=True)

    class Meta:
        table = "commitment"
        indexes = (("committee_id", "status", "due_on"), ("person_id", "status", "due_on"), ("status", "due_on"))
        constraints = (
            CheckConstraint(check="(status = 'kept') = (kept_at IS NOT NULL)", name="commitment_kept"),
            CheckConstraint(check="(status = 'dropped') = (dropped_at IS NOT NULL)", name="commitment_dropped"),
            CheckConstraint(check="status <> 'dropped' OR dropped_reason <> ''", name="commitment_drop_has_reason"),
            CheckConstraint(check="offered_to_id IS NULL OR status = 'open'", name="commitment_offered_while_open"),
        )

    @property
    def is_open(self) -> bool:
        """Accepted, and neither kept nor dropped."""
        return self.status == CommitmentStatus.OPEN

    @property
    def is_proposed(self) -> bool:
        """It waits for the person's yes."""
        return self.status == CommitmentStatus.PROPOSED

    @property
    def is_kept(self) -> bool:
        """Done."""
        return self.status == CommitmentStatus.KEPT

    def is_overdue(self, today: date) -> bool:
        """Open, and its day is past."""
        return self.is_open and self.due_on < today


class StepKind(StrEnum):
    """What happened to a commitment."""

    TAKEN = "taken"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MOVED = "moved"
    OFFERED = "offered"
    HANDED = "handed"
    REFUSED = "refused"
    KEPT = "kept"
    DROPPED = "dropped"
    REOPENED = "reopened"


class Step(Model):
    """A line of a commitment's history: who did what and why; `due_on` is the day before a move, `toward` the new one.

    `person` is whom it concerns besides who did it: proposed or handed to.
    """

    id = fields.BigIntField(primary_key=True)
    commitment: fields.ForeignKeyRelation[Commitment] = fields.ForeignKeyField(
        "civic.Commitment", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    commitment_id: int
    kind = fields.CharEnumField(StepKind, max_length=8)
    at = fields.DatetimeField()
    by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    by_id: int | None
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    person_id: int | None
    reason = fields.CharField(max_length=500, default="")
    due_on = fields.DateField(null=True)
    toward = fields.DateField(null=True)

    class Meta:
        table = "commitment_step"
