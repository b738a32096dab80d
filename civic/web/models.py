"""One counter per (what, who, window of time): rate limits that hold across processes."""

from tortoise import fields
from tortoise.models import Model


class RateCount(Model):
    """How often something was tried in one window; `bucket` holds a hash, never an address."""

    bucket = fields.CharField(max_length=64, primary_key=True)
    window = fields.BigIntField(db_index=True)
    n = fields.IntField()

    class Meta:
        table = "rate_count"
