"""What reconciling found, for the team."""

from tortoise import fields
from tortoise.models import Model


class Reconciliation(Model):
    """One round. Kind « open »: how many open payments were looked at, settled by it, could not be looked at.

    Kind « books »: the nightly comparison with the gateway's balance; `details` lists (charge, theirs, ours) in cents.
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
