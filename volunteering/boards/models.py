"""A coordinator's word to all who come to a shift."""

from tortoise import fields
from tortoise.models import Model

from civic.people.models import Person
from volunteering.shifts.models import Shift


class ShiftMessage(Model):
    """What a coordinator wrote to everybody who comes to a shift: written (`at`), looked at, sent once (`sent_at`).

    `readers` is how many it went to; `form_key` makes a resent form harmless.
    """

    shift_id: int
    author_id: int | None

    id = fields.BigIntField(primary_key=True)
    shift: fields.ForeignKeyRelation[Shift] = fields.ForeignKeyField(
        "volunteering.Shift", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    author: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    form_key = fields.CharField(max_length=120, unique=True)
    text = fields.TextField()
    readers = fields.IntField(default=0)
    at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "shift_message"
