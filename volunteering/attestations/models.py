"""An attestation of hours; what reminders of the engagement account were sent, and who wants none."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.people.models import Person


class Attestation(Model):
    """What was attested, to whom, by whom; `content` is all that the paper says, in the words of its day.

    It is for one organisation or for one initiative, and for the days `first_day` to `last_day`, both included; one
    paper of a person stands for the same body and days. `minutes` is their total, `issued_by` who asked for it.
    `code` stands on the paper (ten characters, unambiguous) and opens the public page. `person` is emptied when she
    has her data erased, and so is `content`; the code then says that the attestation no longer exists.
    """

    person_id: int | None
    issued_by_id: int | None

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=12, unique=True)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    organisation_id = fields.BigIntField(null=True, db_index=True)
    initiative_id = fields.BigIntField(null=True, db_index=True)
    first_day = fields.DateField()
    last_day = fields.DateField()
    minutes = fields.IntField()
    content: fields.Field[dict[str, object]] = fields.JSONField(default=dict)
    issued_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    issued_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    revoked_reason = fields.CharField(max_length=300, default="")

    class Meta:
        table = "attestation"
        constraints = (
            CheckConstraint(check="minutes > 0 AND last_day >= first_day", name="attestation_period"),
            CheckConstraint(check="revoked_at IS NULL OR revoked_reason <> ''", name="attestation_revoked_why"),
            CheckConstraint(check="(organisation_id IS NULL) <> (initiative_id IS NULL)", name="attestation_of_one"),
            UniqueConstraint(
                fields=("person_id", "organisation_id", "first_day", "last_day"), name="attestation_one_organisation",
                condition="revoked_at IS NULL AND organisation_id IS NOT NULL",
            ),
            UniqueConstraint(
                fields=("person_id", "initiative_id", "first_day", "last_day"), name="attestation_one_initiative",
                condition="revoked_at IS NULL AND initiative_id IS NOT NULL",
            ),
        )  # fmt: skip

    @property
    def is_erased(self) -> bool:
        """The volunteer had her data erased: only the code and the dates are left."""
        return self.person_id is None

    @property
    def is_revoked(self) -> bool:
        """It was taken back."""
        return self.revoked_at is not None


class Occasion(StrEnum):
    """When people are reminded of the engagement account: last year's total, then the last weeks to declare."""

    JANUARY = "january"
    JUNE = "june"


class EngagementLetter(Model):
    """A reminder that was sent: to this person, for the hours of this civil year, on this occasion; once."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    year = fields.IntField()
    occasion = fields.CharEnumField(Occasion, max_length=8)
    sent_at = fields.DatetimeField()

    class Meta:
        table = "engagement_letter"
        constraints = (UniqueConstraint(fields=("person_id", "year", "occasion"), name="engagement_letter_once"),)


class EngagementSilence(Model):
    """A person who wants no more reminders of the engagement account."""

    id = fields.BigIntField(primary_key=True)
    person: fields.OneToOneRelation[Person] = fields.OneToOneField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    since = fields.DatetimeField()

    class Meta:
        table = "engagement_silence"
