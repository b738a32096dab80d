"""Organisations and who speaks for them."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from civic.people.models import Person
from civic.places.models import Commune


class OrganisationKind(StrEnum):
    """Legal family, in the words of the social economy."""

    ASSOCIATION = "association"
    COOPERATIVE = "cooperative"
    COMPANY = "company"
    COMMUNE = "commune"
    PUBLIC_BODY = "public_body"
    INFORMAL = "informal"


class Membership(StrEnum):
    """Tie to the PTCE."""

    MEMBER = "member"
    ASSOCIATE = "associate"
    PARTNER = "partner"
    NONE = "none"


class Organisation(Model):
    """A body of the territory. `is_example` marks invented ones of the demonstration."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=200)
    name_folded = fields.CharField(max_length=200, db_index=True)
    slug = fields.CharField(max_length=120, unique=True)
    kind = fields.CharEnumField(OrganisationKind, max_length=20)
    membership = fields.CharEnumField(Membership, max_length=20, default=Membership.NONE)
    member_since = fields.DateField(null=True)
    summary = fields.CharField(max_length=300, default="")
    story = fields.TextField(default="")
    offers = fields.TextField(default="")
    seeks = fields.TextField(default="")
    website = fields.CharField(max_length=300, default="")
    email = fields.CharField(max_length=254, default="")
    phone = fields.CharField(max_length=30, default="")
    commune: fields.ForeignKeyNullableRelation[Commune] = fields.ForeignKeyField(
        "civic.Commune", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    is_example = fields.BooleanField(default=False)
    external_id = fields.CharField(max_length=200, null=True, unique=True)
    source_url = fields.CharField(max_length=500, default="")
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "organisation"


class Representative(Model):
    """A person who speaks for an organisation, from a day until another."""

    id = fields.BigIntField(primary_key=True)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "civic.Organisation", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    is_titular = fields.BooleanField(default=True)
    from_on = fields.DateField()
    until_on = fields.DateField(null=True)

    class Meta:
        table = "representative"
        constraints = (
            UniqueConstraint(fields=("organisation_id", "person_id", "from_on"), name="representative_once"),
        )
