"""A stored photo."""

from tortoise import fields
from tortoise.models import Model


class Picture(Model):
    """A photo kept as AVIF, WebP and JPEG at 480 and 960 px; `name` is random, so addresses cannot be guessed."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=32, unique=True)
    width = fields.IntField()
    height = fields.IntField()
    alt = fields.CharField(max_length=200, default="")
    credit = fields.CharField(max_length=200, default="")
    created_at = fields.DatetimeField()

    class Meta:
        table = "picture"
