"""Who was asked to come to a shift that lacks people."""

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from civic.people.models import Person
from volunteering.shifts.models import Shift


class RescueCall(Model):
    """A person was asked to come to a shift that lacks people. `answer`: yes, no, or empty while she has not."""

    shift_id: int
    person_id: int

    id = fields.BigIntField(primary_key=True)
    shift: fields.ForeignKeyRelation[Shift] = fields.ForeignKeyField(
        "volunteering.Shift", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    asked_by_id = fields.BigIntField(null=True)
    asked_at = fields.DatetimeField()
    answered_at = fields.DatetimeField(null=True)
    answer = fields.CharField(max_length=3, default="")

    class Meta:
        table = "rescue_call"
        indexes = (("person_id", "asked_at"),)
        constraints = (UniqueConstraint(fields=("shift_id", "person_id"), name="rescue_call_once"),)
