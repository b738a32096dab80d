"""Questions about a proposal, amendments to it, and the versions of its text."""

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.decisions.models import Decision, Stance
from civic.people.models import Person


class ProposalQuestion(Model):
    """What somebody of the electorate wants to know about a proposal, and the one answer; `form_key` makes a resent
    form harmless. `text` is empty once she had her data erased."""

    id = fields.BigIntField(primary_key=True)
    decision: fields.ForeignKeyRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    decision_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person_id: int
    form_key = fields.CharField(max_length=64, unique=True)
    text = fields.TextField()
    asked_at = fields.DatetimeField()
    answer = fields.TextField(default="")
    answered_at = fields.DatetimeField(null=True)
    answered_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    answered_by_id: int | None

    class Meta:
        table = "proposal_question"
        constraints = (
            CheckConstraint(check="(answered_at IS NULL) = (answer = '')", name="proposal_question_answered"),
        )


class AmendmentStatus(StrEnum):
    """Waiting, taken into the text, declined with a reason, or taken back by who proposed it."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Amendment(Model):
    """« Je propose de changer … »: what and why, and what became of it; `reason` says why it was declined.

    `change` and `why` are empty once their author had her data erased.
    """

    id = fields.BigIntField(primary_key=True)
    decision: fields.ForeignKeyRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    decision_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person_id: int
    form_key = fields.CharField(max_length=64, unique=True)
    change = fields.TextField()
    why = fields.TextField(default="")
    status = fields.CharEnumField(AmendmentStatus, max_length=10, default=AmendmentStatus.PROPOSED)
    proposed_at = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)
    settled_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    settled_by_id: int | None
    reason = fields.TextField(default="")

    class Meta:
        table = "amendment"
        constraints = (
            CheckConstraint(check="(status = 'proposed') = (settled_at IS NULL)", name="amendment_settled"),
            CheckConstraint(check="status <> 'declined' OR reason <> ''", name="amendment_declined_says_why"),
        )

    def is_waiting(self, decision: Decision, moment: datetime) -> bool:
        """It may still be taken into the text."""
        return self.status == AmendmentStatus.PROPOSED and decision.improves(moment)


class Revision(Model):
    """The text of a proposal before and after, with what led to it: an amendment, or an objection that was integrated.

    `number` counts from 1 within the decision; `note` says in a sentence how an objection changed it.
    """

    id = fields.BigIntField(primary_key=True)
    decision: fields.ForeignKeyRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    decision_id: int
    number = fields.IntField()
    before = fields.TextField()
    after = fields.TextField()
    note = fields.TextField(default="")
    made_at = fields.DatetimeField()
    made_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    made_by_id: int | None
    amendment: fields.ForeignKeyNullableRelation[Amendment] = fields.ForeignKeyField(
        "civic.Amendment", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    amendment_id: int | None
    stance: fields.ForeignKeyNullableRelation[Stance] = fields.ForeignKeyField(
        "civic.Stance", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    stance_id: int | None

    class Meta:
        table = "revision"
        constraints = (
            UniqueConstraint(fields=("decision_id", "number"), name="revision_once"),
            CheckConstraint(check="number > 0 AND before <> after", name="revision_changes_something"),
        )
