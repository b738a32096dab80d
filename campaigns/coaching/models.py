"""Which letters went out, and who wants none."""

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from campaigns.lifecycle.models import Campaign
from civic.people.models import Person


class CoachLetter(Model):
    """The letter of one moment of a campaign was sent to its leads."""

    id = fields.BigIntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "campaigns.Campaign", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    moment = fields.CharField(max_length=12)
    at = fields.DatetimeField()

    class Meta:
        table = "coach_letter"
        constraints = (UniqueConstraint(fields=("campaign_id", "moment"), name="coach_letter_once"),)


class CoachStop(Model):
    """A lead who wants no such letters."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    at = fields.DatetimeField()

    class Meta:
        table = "coach_stop"
        constraints = (UniqueConstraint(fields=("person_id",), name="coach_stop_once"),)
