"""What a volunteer told us."""

from tortoise import fields
from tortoise.models import Model

from civic.people.models import Person
from civic.places.models import Commune


class Volunteer(Model):
    """A person's wishes: `skills` are codes, `availabilities` words, `km` how far she goes (from her commune).

    `may_be_called`: she agrees to be asked when people are missing; `called_at` is when that last happened (at most
    once a fortnight, PRODUCT V5).
    """

    person_id: int
    commune_id: str | None

    id = fields.BigIntField(primary_key=True)
    person: fields.OneToOneRelation[Person] = fields.OneToOneField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    commune: fields.ForeignKeyNullableRelation[Commune] = fields.ForeignKeyField(
        "civic.Commune", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    km = fields.IntField(default=15)
    has_car = fields.BooleanField(default=False)
    skills: fields.Field[list[str]] = fields.JSONField(default=list)
    availabilities: fields.Field[list[str]] = fields.JSONField(default=list)
    may_be_called = fields.BooleanField(default=False, db_index=True)
    called_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "volunteer"
