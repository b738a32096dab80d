"""Boxes, sealed ballots and counted ones."""

from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from civic.database.guards import Guard


class BallotBox(Model):
    """Where the ballots of one decision are put while it is open; gone once they are opened or given up.

    `key_name` names the file of the private key (`keys`), `size` is the length in bytes of everything that is sealed,
    `keeps_college`: colleges weigh, so a ballot says its own.
    """

    id = fields.BigIntField(primary_key=True)
    decision: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "civic.Decision", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    decision_id: int
    public_key = fields.BinaryField()
    key_name = fields.CharField(max_length=80, unique=True)
    size = fields.IntField()
    keeps_college = fields.BooleanField(default=False)

    class Meta:
        table = "ballot_box"
        constraints = (UniqueConstraint(fields=("decision_id",), name="ballot_box_once"),)


class SealedBallot(Model):
    """What somebody voted, readable with the private key only; `code_hash` lets its voter change it (None on paper)."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    decision: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "civic.Decision", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    decision_id: int
    sealed = fields.BinaryField()
    code_hash = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "sealed_ballot"
        constraints = (UniqueConstraint(fields=("decision_id", "code_hash"), name="sealed_ballot_code_once"),)


class CountedBallot(Model):
    """What was in one of the ballots of a closed decision, under another random id, written in the order of these ids.

    `college` only where colleges weigh.
    """

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    decision: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "civic.Decision", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    decision_id: int
    said: fields.Field[dict[str, Any]] = fields.JSONField()
    college = fields.CharField(max_length=16, default="")

    class Meta:
        table = "counted_ballot"


GUARDS = (Guard("counted_ballot", "UPDATE", "A counted ballot is never changed."),)
