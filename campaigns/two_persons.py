"""One person asks, somebody else answers: the second pair of eyes on money, in one place for every table that has it.

Words: a row *waits* until it has the day of its answer; its *seats* are the columns that say who asked, who answered
and when. What may be undone and verified again (a gift by hand) has a state machine of its own and shares only the
guard `must_be_another`. The database watches too: each of these tables has a CHECK that the two differ.
"""

from dataclasses import dataclass
from typing import ClassVar

from tortoise import fields
from tortoise.expressions import Q
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from civic import clock
from civic.people.actor import Actor, must_be_another
from civic.people.models import Person


@dataclass(slots=True, frozen=True)
class Seats:
    """How a table calls them."""

    asked_by: str = "asked_by_id"
    answered_by: str = "answered_by_id"
    answered_at: str = "answered_at"



class Asked(Model):
    """What one person asks and another answers, once."""

    seats: ClassVar[Seats] = Seats()

    class Meta:
        abstract = True


class TwoPersons(Asked):
    """The same, with its columns; `never_the_same` is its constraint."""

    asked_by_id: int
    asked_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    asked_at = fields.DatetimeField()
    answered_by_id: int | None
    answered_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        abstract = True


def never_the_same(table: str) -> CheckConstraint:
    """Nobody answers herself."""
    return CheckConstraint(
        check="answered_by_id IS NULL OR answered_by_id <> asked_by_id", name=f"{table}_two_persons"
    )


def is_hers(row: Asked, actor: Actor) -> bool:
    """Whether she asked, or the hand that acts for her at the counter did: then somebody else answers."""
    return getattr(row, row.seats.asked_by) in (actor.person.id, actor.hand.id)


def may_answer(row: Asked | None, actor: Actor) -> bool:
    """Whether it waits, and for somebody like her."""
    return row is not None and getattr(row, row.seats.answered_at) is None and not is_hers(row, actor)


async def answer(row: Asked, actor: Actor, own: str, only: Q | None = None, /, **said: object) -> bool:
    """Write down her answer, once; False when somebody was faster, or when what `only` asks of the row is not so.

    Raises Forbidden with the sentence `own` for the person who asked.
    """
    must_be_another(actor, getattr(row, row.seats.asked_by), own)
    waits = type(row).filter(only or Q(), pk=row.pk, **{f"{row.seats.answered_at}__isnull": True})
    said |= {row.seats.answered_by: actor.hand.id, row.seats.answered_at: clock.now()}
    return bool(await waits.update(**said))
