"""What two persons typed of the papers, until it counts."""

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.decisions.models import Decision, Elector
from civic.people.models import Person


class Reading(Model):
    """What one person typed of an elector's paper in an open decision; deleted as soon as both readings agree.

    `said` is {"code": …} or {"choices": …}, choices empty for a blank paper; `turn` is 1 or 2.
    """

    id = fields.BigIntField(primary_key=True)
    elector: fields.ForeignKeyRelation[Elector] = fields.ForeignKeyField(
        "civic.Elector", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    elector_id: int
    turn = fields.IntField()
    said: fields.Field[dict[str, Any]] = fields.JSONField()
    reason = fields.TextField(default="")
    typed_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    typed_by_id: int
    typed_at: datetime = fields.DatetimeField()

    class Meta:
        table = "paper_reading"
        constraints = (
            UniqueConstraint(fields=("elector_id", "turn"), name="paper_reading_turn_once"),
            UniqueConstraint(fields=("elector_id", "typed_by_id"), name="paper_reading_by_another"),
            CheckConstraint(check="turn BETWEEN 1 AND 2", name="paper_reading_twice"),
        )


class Batch(Model):
    """What one person typed of the papers in the box of a secret decision; deleted as soon as both agree.

    `college` is set where colleges weigh, each having its own papers. `sealed` are the papers, sorted so that they have
    no order of theirs, and readable with the key of the vote's box only, which no backup holds (`ballots.seal_sheet`).
    `opened_at` is the decision's: what was typed before a lost vote began again means nothing any more.
    """

    id = fields.BigIntField(primary_key=True)
    decision: fields.ForeignKeyRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    decision_id: int
    college = fields.CharField(max_length=16, default="")
    opened_at: datetime = fields.DatetimeField()
    turn = fields.IntField()
    sealed = fields.BinaryField()
    typed_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    typed_by_id: int

    class Meta:
        table = "paper_batch"
        constraints = (
            UniqueConstraint(fields=("decision_id", "college", "turn"), name="paper_batch_turn_once"),
            UniqueConstraint(fields=("decision_id", "college", "typed_by_id"), name="paper_batch_by_another"),
            CheckConstraint(check="turn BETWEEN 1 AND 2", name="paper_batch_twice"),
        )


class Emptied(Model):
    """Papers of a box that two persons typed alike and that are in the urn: how many, and who typed them.

    `lacking`: noted as returned, and not in the box when both had counted it again. `nulls` of them chose nothing (0
    under five papers: it would tell what somebody voted); `opened_at` as in a `Batch`.
    """

    id = fields.BigIntField(primary_key=True)
    decision: fields.ForeignKeyRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    decision_id: int
    college = fields.CharField(max_length=16, default="")
    opened_at: datetime = fields.DatetimeField()
    papers = fields.IntField()
    nulls = fields.IntField(default=0)
    lacking = fields.IntField(default=0)
    first_typist: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    second_typist: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )

    class Meta:
        table = "paper_emptied"
        constraints = (
            CheckConstraint(
                check="papers >= 0 AND lacking >= 0 AND papers + lacking > 0 AND nulls BETWEEN 0 AND papers",
                name="paper_emptied_some",
            ),
        )
