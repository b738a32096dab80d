"""Permissions to spend, what was spent, and the report at the end."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from campaigns.lifecycle.models import Campaign, CostLine
from campaigns.two_persons import TwoPersons, never_the_same
from civic.commitments.models import Commitment
from civic.decisions.models import Decision
from civic.media.models import Picture
from civic.people.models import Person


class Answer(StrEnum):
    """What became of a demand: nothing yet, yes, no, or (an expense) yes and then undone."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNDONE = "undone"


class Tranche(TwoPersons):
    """A sum in cents that may be spent on a cost line; bound to a decision of a committee when `decision` is set.

    With a `commitment` it is held until that is kept, unless a treasurer other than the asker lifts this, and why.
    """

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    cost_line_id: int
    cost_line: fields.ForeignKeyRelation[CostLine] = fields.ForeignKeyField(
        "campaigns.CostLine", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    decision_id: int | None
    decision: fields.ForeignKeyNullableRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    commitment_id: int | None
    commitment: fields.ForeignKeyNullableRelation[Commitment] = fields.ForeignKeyField(
        "civic.Commitment", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    lifted_by_id: int | None
    lifted_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    lifted_at = fields.DatetimeField(null=True)
    lifted_reason = fields.CharField(max_length=300, default="")
    amount_cents = fields.BigIntField()
    purpose = fields.CharField(max_length=300)
    status = fields.CharEnumField(Answer, max_length=10, default=Answer.ASKED)
    reason = fields.CharField(max_length=300, default="")

    class Meta:
        table = "tranche"
        constraints = (
            CheckConstraint(check="amount_cents > 0", name="tranche_positive"),
            CheckConstraint(
                check="(lifted_at IS NULL AND lifted_by_id IS NULL AND lifted_reason = '') OR (lifted_at IS NOT NULL "
                "AND commitment_id IS NOT NULL AND lifted_by_id <> asked_by_id AND lifted_reason <> '')",
                name="tranche_lifted",
            ),
            never_the_same("tranche"),
        )


class Expense(TwoPersons):
    """Money spent on a cost line, in cents, on a day, with its evidence (a photo or a PDF); public once verified.

    `hidden`: the evidence shows personal data, so only leads, team and treasurers read it.
    """

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    cost_line_id: int
    cost_line: fields.ForeignKeyRelation[CostLine] = fields.ForeignKeyField(
        "campaigns.CostLine", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    amount_cents = fields.BigIntField()
    paid_on = fields.DateField()
    what = fields.CharField(max_length=200)
    evidence_id: int
    evidence: fields.ForeignKeyRelation[Picture] = fields.ForeignKeyField(
        "civic.Picture", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    hidden = fields.BooleanField(default=False)
    form_key = fields.CharField(max_length=64, unique=True)
    status = fields.CharEnumField(Answer, max_length=10, default=Answer.ASKED)
    reason = fields.CharField(max_length=300, default="")

    class Meta:
        table = "expense"
        constraints = (
            CheckConstraint(check="amount_cents > 0", name="expense_positive"),
            never_the_same("expense"),
        )


class ClosingReport(TwoPersons):
    """What was done, in words; what the contributors decided about a surplus. One per campaign."""

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.OneToOneRelation[Campaign] = fields.OneToOneField(
        "campaigns.Campaign", on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    text = fields.TextField()
    decision_id: int | None
    decision: fields.ForeignKeyNullableRelation[Decision] = fields.ForeignKeyField(
        "civic.Decision", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    surplus_cents = fields.BigIntField(default=0)
    surplus_use = fields.CharField(max_length=400, default="")

    class Meta:
        table = "closing_report"
        constraints = (never_the_same("closing_report"),)
