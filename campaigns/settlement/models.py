"""What reconciling found, for the team; and how a campaign that received too little goes on."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from campaigns.lifecycle.models import Campaign
from civic.people.models import Person


class Reconciliation(Model):
    """One round. Kind « open »: how many open payments were looked at, settled by it, could not be looked at.

    Kind « books »: the nightly comparison with the gateway's balance; `details` lists (charge, theirs, ours) in cents.
    Kind « refunds »: the same for refunds and disputes. Kind « recall »: those of the last 35 days read anew at every
    account, `settled` being the ones of which nothing had been heard. Kind « heard »: the list of events since the last
    look, `settled` being those whose message was lost.
    Kind « gone »: a hosted page the gateway no longer knows; `details` is [[page, pledge id]].
    """

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(db_index=True)
    kind = fields.CharField(max_length=8, default="open")
    looked = fields.IntField()
    settled = fields.IntField()
    troubles = fields.IntField()
    details: fields.Field[list[object]] = fields.JSONField(default=list)

    class Meta:
        table = "reconciliation"


class PlanStatus(StrEnum):
    """proposed → accepted (both said yes) | refused (or taken back) | replaced (by another, or unwound)."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REPLACED = "replaced"


class ShortfallPlan(Model):
    """How a campaign that received too little goes on: a guarantor, reduced expenses, or both. Amounts in cents.

    One who leads it and another of the team both say yes (`lead`, `team`); `cuts` lists [line id, title, before,
    after].
    `promised`, `received` and `needed` are the totals as they stood when it was proposed; `note` is public.
    """

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    status = fields.CharEnumField(PlanStatus, max_length=10, default=PlanStatus.PROPOSED)
    note = fields.TextField()
    guarantor = fields.CharField(max_length=160, default="")
    guarantee_cents = fields.BigIntField(default=0)
    cuts: fields.Field[list[list[Any]]] = fields.JSONField(default=list)
    promised_cents = fields.BigIntField()
    received_cents = fields.BigIntField()
    needed_cents = fields.BigIntField()
    lead_id: int | None
    lead: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    team_id: int | None
    team: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    proposed_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    refusal = fields.TextField(default="")

    @property
    def saved_cents(self) -> int:
        """By how much the required expenses shrink, in cents."""
        return sum(int(before) - int(after) for _line, _title, before, after in self.cuts)

    @property
    def corrected_cents(self) -> int:
        """The minimum after the reduced expenses, in cents."""
        return int(self.needed_cents - self.saved_cents)

    class Meta:
        table = "shortfall_plan"
        constraints = (
            UniqueConstraint(fields=("campaign_id",), name="shortfall_plan_one_open", condition="status = 'proposed'"),
            UniqueConstraint(fields=("campaign_id",), name="shortfall_plan_one_kept", condition="status = 'accepted'"),
            CheckConstraint(check="lead_id <> team_id", name="shortfall_plan_two_persons"),
            CheckConstraint(
                check="status <> 'accepted' OR (lead_id IS NOT NULL AND team_id IS NOT NULL)",
                name="shortfall_plan_both_agree",
            ),
            CheckConstraint(check="guarantee_cents >= 0", name="shortfall_plan_guarantee"),
        )
