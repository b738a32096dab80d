"""What reconciling found, for the team."""

from tortoise import fields
from tortoise.models import Model


class Reconciliation(Model):
    """One round: how many open payments were looked at, settled by it, and could not be looked at."""

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(db_index=True)
    looked = fields.IntField()
    settled = fields.IntField()
    troubles = fields.IntField()

    class Meta:
        table = "reconciliation"
