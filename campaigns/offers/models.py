"""Offers and their history."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from campaigns.lifecycle.models import Campaign, CostLine
from civic.needs.models import NeedKind
from civic.people.models import Person


class OfferKind(StrEnum):
    """What is offered."""

    HOURS = "hours"
    LOAN = "loan"
    THING = "thing"

    @property
    def need(self) -> NeedKind:
        """The way to help it counts as."""
        return NeedKind.TIME if self == OfferKind.HOURS else NeedKind.THING


class OfferStatus(StrEnum):
    """Unconfirmed (its e-mail) → waiting (the lead) → accepted | declined; withdrawn by whoever offered."""

    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Offer(Model):
    """Time or things in place of money: `value_cents` is the lead's estimate, `relief_cents` lowers the minimum."""

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    line_id: int
    line: fields.ForeignKeyRelation[CostLine] = fields.ForeignKeyField(
        "campaigns.CostLine", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    kind = fields.CharEnumField(OfferKind, max_length=5)
    title = fields.CharField(max_length=120)
    detail = fields.CharField(max_length=1000, default="")
    name_shown = fields.BooleanField(default=False)
    status = fields.CharEnumField(OfferStatus, max_length=11, default=OfferStatus.UNCONFIRMED)
    value_cents = fields.BigIntField(default=0)
    relief_cents = fields.BigIntField(default=0)
    created_at = fields.DatetimeField()

    class Meta:
        table = "campaign_offer"
        constraints = (
            CheckConstraint(check="relief_cents >= 0 AND relief_cents <= value_cents", name="offer_relief"),
            CheckConstraint(check="(status = 'accepted') = (value_cents > 0)", name="offer_valued"),
        )


class OfferChange(Model):
    """One change of an offer: what it became, who did it, the word that went with it. Only ever added to."""

    id = fields.BigIntField(primary_key=True)
    offer_id: int
    offer: fields.ForeignKeyRelation[Offer] = fields.ForeignKeyField(
        "campaigns.Offer", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    what = fields.CharField(max_length=11)
    value_cents = fields.BigIntField(default=0)
    actor: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    note = fields.TextField(default="")
    at = fields.DatetimeField()

    class Meta:
        table = "campaign_offer_change"
