"""A stored photo, or the first page of a stored document."""

from tortoise import fields
from tortoise.models import Model


class Picture(Model):
    """A photo kept as AVIF, WebP and JPEG at 480 and 960 px; `name` is random, so addresses cannot be guessed.

    `pages`: it is the first page of a PDF of so many pages; 0 for a photo.
    """

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=32, unique=True)
    width = fields.IntField()
    height = fields.IntField()
    alt = fields.CharField(max_length=200, default="")
    credit = fields.CharField(max_length=200, default="")
    pages = fields.IntField(default=0)
    created_at = fields.DatetimeField()

    class Meta:
        table = "picture"
