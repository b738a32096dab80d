"""One contribution."""

from tortoise import fields
from tortoise.models import Model

from civic.initiatives.models import Initiative
from civic.needs.models import NeedKind
from civic.people.models import Person


class Contribution(Model):
    """A person gave something of a kind to an initiative; `source` is the opaque name of the gift."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "civic.Initiative", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    kind = fields.CharEnumField(NeedKind, max_length=6)
    source = fields.CharField(max_length=60, unique=True)
    at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "contribution"
