"""Donors, series of numbers, receipts."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from campaigns.identity import DonorKind, Identity
from campaigns.offline.models import OfflineGift
from campaigns.pledges.models import Pledge
from civic.database.guards import append_only
from civic.people.models import Person

__all__ = ["GUARDS", "Donor", "DonorKind", "Receipt", "ReceiptSeries"]


class Donor(Identity):
    """Who a backer is for the tax office; asked only of those who want a receipt."""

    id = fields.BigIntField(primary_key=True)
    person_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, related_name=False
    )

    class Meta:
        table = "donor"
        constraints = (UniqueConstraint(fields=("person_id",), name="donor_once"),)


class ReceiptSeries(Model):
    """The last number given, per issuer and year: the lock under which numbers stay gapless."""

    id = fields.BigIntField(primary_key=True)
    issuer = fields.CharField(max_length=20)
    year = fields.IntField()
    highest = fields.IntField(default=0)

    class Meta:
        table = "receipt_series"
        constraints = (
            UniqueConstraint(fields=("issuer", "year"), name="receipt_series_once"),
            CheckConstraint(check="highest >= 0", name="receipt_series_counts"),
        )


class Receipt(Model):
    """One number: a receipt, or the void of another. `content` is everything its paper says, as it was that day.

    It is for a promise that was paid or for a gift by hand. `turn` counts the receipts of one of them: another is
    issued only after the former was voided. `donor_key` is the donor under one name (Identity.key); `person_id` is
    None for who gave by hand and left no address.
    """

    id = fields.BigIntField(primary_key=True)
    issuer = fields.CharField(max_length=20)
    year = fields.IntField()
    number = fields.IntField()
    pledge_id: int | None
    pledge: fields.ForeignKeyNullableRelation[Pledge] = fields.ForeignKeyField(
        "campaigns.Pledge", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    gift_id: int | None
    gift: fields.ForeignKeyNullableRelation[OfflineGift] = fields.ForeignKeyField(
        "campaigns.OfflineGift", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    turn = fields.IntField()
    voids_id: int | None
    voids: fields.ForeignKeyNullableRelation["Receipt"] = fields.ForeignKeyField(
        "campaigns.Receipt", null=True, on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    person_id = fields.BigIntField(db_index=True, null=True)
    donor_key = fields.CharField(max_length=400, default="")
    kind = fields.CharEnumField(DonorKind, max_length=8)
    amount_cents = fields.BigIntField()
    given_on = fields.DateField()
    issued_at = fields.DatetimeField()
    actor_id = fields.BigIntField(null=True)
    reason = fields.CharField(max_length=300, default="")
    content: fields.Field[dict[str, str]] = fields.JSONField()

    class Meta:
        table = "receipt"
        constraints = (
            UniqueConstraint(fields=("issuer", "year", "number"), name="receipt_number"),
            UniqueConstraint(fields=("voids_id",), name="receipt_voided_once"),
            UniqueConstraint(
                fields=("pledge_id", "turn"), name="receipt_one_per_turn", condition="voids_id IS NULL"
            ),
            UniqueConstraint(
                fields=("gift_id", "turn"), name="receipt_one_per_gift", condition="voids_id IS NULL"
            ),
            CheckConstraint(check="(pledge_id IS NULL) <> (gift_id IS NULL)", name="receipt_of_one"),
            CheckConstraint(check="amount_cents > 0 AND number > 0", name="receipt_positive"),
        )

    @property
    def label(self) -> str:
        """How people name it: « 2026-00012 »."""
        return f"{self.year}-{self.number:05d}"


GUARDS = append_only("receipt")
