"""An attestation of hours."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from civic.people.models import Person


class Attestation(Model):
    """What was attested, to whom, by whom; `content` is all that the paper says, in the words of its day.

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
        )
