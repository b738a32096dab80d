"""The dates proposed while a meeting looks for one, and what people say of them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.people.models import Person

if TYPE_CHECKING:
    from civic.meetings.models import Meeting


class Suits(StrEnum):
    """What somebody says of a proposed date."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class DateOption(Model):
    """A date proposed while the meeting looks for one (UTC)."""

    id = fields.BigIntField(primary_key=True)
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "civic.Meeting", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    meeting_id: int
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()

    class Meta:
        table = "meeting_date"
        constraints = (
            UniqueConstraint(fields=("meeting_id", "starts_at"), name="meeting_date_once"),
            CheckConstraint(check="ends_at > starts_at", name="meeting_date_lasts"),
        )


class DateAnswer(Model):
    """What one person says of one proposed date."""

    id = fields.BigIntField(primary_key=True)
    date: fields.ForeignKeyRelation[DateOption] = fields.ForeignKeyField(
        "civic.DateOption", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    date_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person_id: int
    suits = fields.CharEnumField(Suits, max_length=5)

    class Meta:
        table = "meeting_date_answer"
        constraints = (UniqueConstraint(fields=("date_id", "person_id"), name="meeting_date_answer_once"),)
