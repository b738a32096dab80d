"""An organisation's own payment account, as Stripe last described it."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.organisations.models import Organisation


class Payee(Model):
    """An organisation that receives the money of its own campaigns. `account_ref` is Stripe's name, once it is asked.

    The three flags are Stripe's: it may charge, pays out to the organisation's bank, has got its papers. `reason` is
    Stripe's word for what is wrong; `closed_at`: since when an account that could charge no longer can.
    """

    id = fields.BigIntField(primary_key=True)
    organisation_id: int
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "civic.Organisation", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    account_ref = fields.CharField(max_length=80, null=True, unique=True)
    charges_enabled = fields.BooleanField(default=False)
    payouts_enabled = fields.BooleanField(default=False)
    details_submitted = fields.BooleanField(default=False)
    reason = fields.CharField(max_length=80, default="")
    checked_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "payee"
        constraints = (
            UniqueConstraint(fields=("organisation_id",), name="payee_once"),
            CheckConstraint(check="charges_enabled = false OR account_ref IS NOT NULL", name="payee_has_account"),
        )
