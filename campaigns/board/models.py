"""Counts of pages seen, and deliveries of rewards."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from campaigns.lifecycle.models import Campaign, Reward
from campaigns.offline.models import OfflineGift
from campaigns.pledges.models import Pledge


class VisitCount(Model):
    """How many times a page of a campaign was seen on a day (territory's calendar), by source word. Nobody is in it.

    `step` is « seen » (the campaign's page) or « opened » (the form of a gift).
    """

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    day = fields.DateField()
    step = fields.CharField(max_length=6)
    source = fields.CharField(max_length=24, default="")
    n = fields.IntField(default=0)

    class Meta:
        table = "visit_count"
        constraints = (
            UniqueConstraint(fields=("campaign_id", "day", "step", "source"), name="visit_count_once"),
            CheckConstraint(check="n >= 0", name="visit_count_positive"),
        )


class AddressNeed(Model):
    """A reward that is sent by post: its backers are asked for an address, by mail."""

    id = fields.BigIntField(primary_key=True)
    reward_id: int
    reward: fields.ForeignKeyRelation[Reward] = fields.ForeignKeyField(
        "campaigns.Reward", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    asked_at = fields.DatetimeField()

    class Meta:
        table = "reward_address_need"
        constraints = (UniqueConstraint(fields=("reward_id",), name="reward_address_need_once"),)


class DeliveryState(StrEnum):
    """Where a reward is."""

    TO_DO = "to_do"
    SENT = "sent"
    RECEIVED = "received"


class Delivery(Model):
    """What a backer is owed for a promise that was paid, or for a gift by hand that she announced.

    `before` and `batch` allow the last bulk change to be undone.
    """

    id = fields.BigIntField(primary_key=True)
    campaign_id: int
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    pledge_id: int | None
    pledge: fields.ForeignKeyNullableRelation[Pledge] = fields.ForeignKeyField(
        "campaigns.Pledge", null=True, on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    gift_id: int | None
    gift: fields.ForeignKeyNullableRelation[OfflineGift] = fields.ForeignKeyField(
        "campaigns.OfflineGift", null=True, on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    state = fields.CharEnumField(DeliveryState, max_length=8, default=DeliveryState.TO_DO)
    before = fields.CharField(max_length=8, default="")
    batch = fields.CharField(max_length=16, default="")
    recipient = fields.CharField(max_length=120, default="")
    address = fields.CharField(max_length=400, default="")
    changed_at = fields.DatetimeField()

    class Meta:
        table = "reward_delivery"
        constraints = (
            UniqueConstraint(fields=("pledge_id",), name="reward_delivery_once"),
            UniqueConstraint(fields=("gift_id",), name="reward_delivery_gift_once"),
            CheckConstraint(check="(pledge_id IS NULL) <> (gift_id IS NULL)", name="reward_delivery_of_one"),
        )

    @property
    def owed_for(self) -> Pledge | OfflineGift:
        """The gift behind it."""
        found = self.pledge or self.gift
        assert found is not None, "one of the two"
        return found
