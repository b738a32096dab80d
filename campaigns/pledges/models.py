"""Pledges: promises of money, and every change of their state."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from campaigns.lifecycle.models import Campaign, Reward
from civic.people.models import Person


class PledgeStatus(StrEnum):
    """The states of docs/money.md."""

    CREATED = "created"
    CONFIRMED = "confirmed"
    ABANDONED = "abandoned"
    CANCELLED = "cancelled"
    RELEASED = "released"
    CHARGING = "charging"
    UNKNOWN = "unknown"
    PROCESSING = "processing"
    COLLECTED = "collected"
    NEEDS_BACKER = "needs_backer"
    SWITCHED_OFFLINE = "switched_offline"
    DROPPED = "dropped"
    REFUND_PENDING = "refund_pending"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    CHARGED_BACK = "charged_back"


class Pledge(Model):
    """A person promises money to a campaign. `amount_cents` counts for the goal, `tip_cents` goes to the platform.

    `form_key` makes a resent form harmless. `customer_ref`, `method_ref`, `session_ref` are the gateway's names.
    `source` is the word of the address she came by (`?src=affiche`), never anything about her.
    `confirmed_at` is the gateway's moment, not the webhook's arrival.
    """

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    person_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    reward_id: int | None
    reward: fields.ForeignKeyNullableRelation[Reward] = fields.ForeignKeyField(
        "campaigns.Reward", null=True, on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    form_key = fields.CharField(max_length=64, unique=True)
    amount_cents = fields.BigIntField()
    tip_cents = fields.BigIntField(default=0)
    status = fields.CharEnumField(PledgeStatus, max_length=16, default=PledgeStatus.CREATED)
    anonymous = fields.BooleanField(default=False)
    amount_hidden = fields.BooleanField(default=False)
    public_name = fields.CharField(max_length=120, default="")
    source = fields.CharField(max_length=24, default="")
    customer_ref = fields.CharField(max_length=80, default="")
    session_ref = fields.CharField(max_length=120, default="", db_index=True)
    method_ref = fields.CharField(max_length=80, default="")
    method_label = fields.CharField(max_length=80, default="")
    method_ends_on = fields.DateField(null=True)
    decline_code = fields.CharField(max_length=60, default="")
    created_at = fields.DatetimeField()
    confirmed_at = fields.DatetimeField(null=True)
    collected_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "pledge"
        indexes = (("campaign_id", "status", "id"),)
        constraints = (
            CheckConstraint(check="amount_cents >= 100 AND tip_cents >= 0", name="pledge_amounts"),
        )

    @property
    def charge_cents(self) -> int:
        """What the card or account is charged, in cents."""
        return int(self.amount_cents + self.tip_cents)


class PledgeChange(Model):
    """One change of state: from, to, who (or what), when, why. Only ever added to."""

    id = fields.BigIntField(primary_key=True)
    pledge_id: int
    pledge: fields.ForeignKeyRelation[Pledge] = fields.ForeignKeyField(
        "campaigns.Pledge", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name="changes"
    )
    before = fields.CharField(max_length=16, default="")
    after = fields.CharField(max_length=16)
    actor_id = fields.BigIntField(null=True)
    cause = fields.CharField(max_length=60, default="")
    at = fields.DatetimeField()

    class Meta:
        table = "pledge_change"
