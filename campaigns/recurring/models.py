"""Monthly supports, and the months they were charged for."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from campaigns.lifecycle.models import Campaign
from campaigns.pledges.models import Pledge
from civic.people.models import Person


class SupportStatus(StrEnum):
    """created → active ⇄ paused → stopped; created → abandoned when the card is never saved."""

    CREATED = "created"
    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"
    ABANDONED = "abandoned"


class Support(Model):
    """A person gives `amount_cents` on day `day` of each month; `next_on` is the next charge (territory's calendar);
    once stopped, the one it would have had.

    A day the month does not have is its last day. `method_ref` is the gateway's name of the saved card or mandate.
    `page_turn` counts the hosted pages that were wanted; the last one (`session_ref`) can be used until `page_ends_at`.
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
    form_key = fields.CharField(max_length=64, unique=True)
    amount_cents = fields.BigIntField()
    day = fields.IntField()
    status = fields.CharEnumField(SupportStatus, max_length=16, default=SupportStatus.CREATED)
    next_on = fields.DateField(null=True)
    customer_ref = fields.CharField(max_length=80, default="")
    session_ref = fields.CharField(max_length=120, default="", db_index=True)
    method_ref = fields.CharField(max_length=80, default="")
    method_label = fields.CharField(max_length=80, default="")
    page_turn = fields.IntField(default=0)
    page_ends_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    stopped_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "support"
        indexes = (("status", "next_on"),)
        constraints = (
            CheckConstraint(check="amount_cents >= 100 AND day BETWEEN 1 AND 31", name="support_terms"),
        )


class SupportMonth(Model):
    """One month of a support: the pledge that was charged for it. `month` is « 2026-11 »."""

    id = fields.BigIntField(primary_key=True)
    support_id: int
    support: fields.ForeignKeyRelation[Support] = fields.ForeignKeyField(
        "campaigns.Support", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    month = fields.CharField(max_length=7)
    pledge_id: int
    pledge: fields.ForeignKeyRelation[Pledge] = fields.ForeignKeyField(
        "campaigns.Pledge", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )

    class Meta:
        table = "support_month"
        constraints = (
            UniqueConstraint(fields=("support_id", "month"), name="support_month_once"),
            UniqueConstraint(fields=("pledge_id",), name="support_month_pledge"),
        )
