"""A seat offered, or sought."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.places.models import Commune
from volunteering.signups.models import Signup


class Lift(Model):
    """What somebody who comes offers (`seats` > 0) or seeks (`seats` = 0) on the way from a commune."""

    signup_id: int
    commune_id: str

    id = fields.BigIntField(primary_key=True)
    signup: fields.ForeignKeyRelation[Signup] = fields.ForeignKeyField(
        "volunteering.Signup", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    commune: fields.ForeignKeyRelation[Commune] = fields.ForeignKeyField(
        "civic.Commune", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    seats = fields.IntField(default=0)
    note = fields.CharField(max_length=160, default="")
    created_at = fields.DatetimeField()

    class Meta:
        table = "lift"
        constraints = (
            UniqueConstraint(fields=("signup_id",), name="lift_once"),
            CheckConstraint(check="seats BETWEEN 0 AND 8", name="lift_seats"),
        )
