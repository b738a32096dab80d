"""Initiatives, their topics and leads."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from civic.media.models import Picture
from civic.organisations.models import Organisation
from civic.people.models import Person
from civic.places.models import Commune


class Stage(StrEnum):
    """Where an initiative stands in its life."""

    IDEA = "idea"
    INCUBATION = "incubation"
    LAUNCHED = "launched"
    ALIVE = "alive"
    FINISHED = "finished"
    STOPPED = "stopped"


class Initiative(Model):
    """A local project. `latitude`/`longitude` are its own place, or the commune's point for a home-based one.

    `needs_mask` and `followers_count` are kept by the slices below and above in their own transactions.
    """

    id = fields.BigIntField(primary_key=True)
    slug = fields.CharField(max_length=120, unique=True)
    title = fields.CharField(max_length=120)
    summary = fields.CharField(max_length=400, default="")
    story = fields.TextField(default="")
    ending = fields.TextField(default="")
    stage = fields.CharEnumField(Stage, max_length=12, default=Stage.ALIVE)
    commune: fields.ForeignKeyNullableRelation[Commune] = fields.ForeignKeyField(
        "civic.Commune", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    place = fields.CharField(max_length=200, default="")
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "civic.Organisation", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    picture: fields.ForeignKeyNullableRelation[Picture] = fields.ForeignKeyField(
        "civic.Picture", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    car_free = fields.BooleanField(default=False)
    is_example = fields.BooleanField(default=False)
    website = fields.CharField(max_length=300, default="")
    source_name = fields.CharField(max_length=80, default="")
    source_url = fields.CharField(max_length=500, default="")
    external_id = fields.CharField(max_length=200, null=True, unique=True)
    needs_mask = fields.IntField(default=0)
    needs_end_at = fields.DatetimeField(null=True)
    followers_count = fields.IntField(default=0)
    published_at = fields.DatetimeField(null=True, db_index=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta:
        table = "initiative"
        indexes = (("latitude", "longitude"),)

    @property
    def is_public(self) -> bool:
        """Everybody may see it."""
        return self.published_at is not None

    @property
    def is_over(self) -> bool:
        """Finished or stopped: nothing can be given any more."""
        return self.stage in (Stage.FINISHED, Stage.STOPPED)


class InitiativeTopic(Model):
    """A topic (slug of `civic.initiatives.topics`) of an initiative."""

    id = fields.BigIntField(primary_key=True)
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "civic.Initiative", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name="topics"
    )
    topic = fields.CharField(max_length=30, db_index=True)

    class Meta:
        table = "initiative_topic"
        constraints = (UniqueConstraint(fields=("initiative_id", "topic"), name="initiative_topic_once"),)


class Lead(Model):
    """A person who runs an initiative."""

    id = fields.BigIntField(primary_key=True)
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "civic.Initiative", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name="leads"
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    since = fields.DatetimeField()
    until = fields.DatetimeField(null=True)

    class Meta:
        table = "lead"
        constraints = (
            UniqueConstraint(fields=("initiative_id", "person_id"), name="lead_once", condition='"until" IS NULL'),
        )
