"""One public fact."""

from tortoise import fields
from tortoise.models import Model


class Activity(Model):
    """A fact of an initiative's life; `kind` names the template part that says it."""

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(db_index=True)
    kind = fields.CharField(max_length=40)
    way = fields.CharField(max_length=6, default="voix")
    initiative_id = fields.BigIntField(null=True, db_index=True)
    person_id = fields.BigIntField(null=True, db_index=True)
    parameters: fields.Field[dict[str, object]] = fields.JSONField(default=dict)

    class Meta:
        table = "activity"
