"""Gatherings and who comes."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.initiatives.models import Initiative
from civic.organisations.models import Organisation
from civic.people.models import Person
from civic.places.models import Commune


class Event(Model):
    """A gathering. `capacity` None means no limit; `coming` counts the answers, `version` the changes told to them."""

    id = fields.BigIntField(primary_key=True)
    slug = fields.CharField(max_length=120, unique=True)
    title = fields.CharField(max_length=120)
    summary = fields.CharField(max_length=400, default="")
    story = fields.TextField(default="")
    initiative: fields.ForeignKeyNullableRelation[Initiative] = fields.ForeignKeyField(
        "civic.Initiative", null=True, on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "civic.Organisation", null=True, on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    commune: fields.ForeignKeyNullableRelation[Commune] = fields.ForeignKeyField(
        "civic.Commune", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    place = fields.CharField(max_length=200, default="")
    starts_at = fields.DatetimeField(db_index=True)
    ends_at = fields.DatetimeField()
    capacity = fields.IntField(null=True)
    coming = fields.IntField(default=0)
    cancelled_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=0)
    created_at = fields.DatetimeField()

    class Meta:
        table = "event"
        constraints = (
            CheckConstraint(check="coming >= 0 AND (capacity IS NULL OR coming <= capacity)", name="event_capacity"),
            CheckConstraint(check="ends_at > starts_at", name="event_lasts"),
        )

    @property
    def is_full(self) -> bool:
        """Nobody more can come."""
        return self.capacity is not None and self.coming >= self.capacity


class Answer(Model):
    """« J’y serai »."""

    id = fields.BigIntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField(
        "civic.Event", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    at = fields.DatetimeField()

    class Meta:
        table = "answer"
        constraints = (UniqueConstraint(fields=("event_id", "person_id"), name="answer_once"),)
