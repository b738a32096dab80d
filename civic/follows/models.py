"""One person follows one thing."""

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from civic.people.models import Person


class Follow(Model):
    """`subject` is a kind and an id, such as initiative 12."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    subject_kind = fields.CharField(max_length=20)
    subject_id = fields.BigIntField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "follow"
        constraints = (UniqueConstraint(fields=("person_id", "subject_kind", "subject_id"), name="follow_once"),)
        indexes = (("subject_kind", "subject_id"),)
