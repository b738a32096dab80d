"""The secret address of a person's own feed."""

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from civic.people.models import Person


class CalendarFeed(Model):
    """A secret under which a calendar program reads a person's sign-ups, until she revokes it.

    `secret` is its SHA-256, so that whoever reads the table reads no feed; the secret itself is made again from the
    row and the installation's key (`service.secret_of`) when its owner wants to see her address.
    """

    person_id: int

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    secret = fields.CharField(max_length=43, unique=True)
    created_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "calendar_feed"
        constraints = (
            UniqueConstraint(fields=("person_id",), name="calendar_feed_one", condition="revoked_at IS NULL"),
        )
