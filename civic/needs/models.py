"""The gauges."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from civic import clock
from civic.initiatives.models import Initiative


class NeedKind(StrEnum):
    """The four ways to help, in the order they are always shown."""

    VOICE = "voix"
    TIME = "temps"
    MONEY = "argent"
    THING = "chose"


BITS = {NeedKind.VOICE: 1, NeedKind.TIME: 2, NeedKind.MONEY: 4, NeedKind.THING: 8}


class Need(Model):
    """One need of an initiative. `source` is the opaque name of what it stands for, such as « campaign:12 ».

    Units of `target` and `reached`: money in cents, time in places, voice in answers, things in pieces.
    """

    id = fields.BigIntField(primary_key=True)
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "civic.Initiative", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    kind = fields.CharEnumField(NeedKind, max_length=6)
    source = fields.CharField(max_length=60, unique=True)
    title = fields.CharField(max_length=160)
    path = fields.CharField(max_length=300)
    target = fields.BigIntField(default=0)
    reached = fields.BigIntField(default=0)
    ends_at = fields.DatetimeField(null=True)
    open = fields.BooleanField(default=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "need"
        indexes = (("kind", "open", "ends_at"),)
        constraints = (CheckConstraint(check="reached >= 0 AND target >= 0", name="need_not_negative"),)

    @property
    def is_past(self) -> bool:
        """Its last moment has come."""
        return self.ends_at is not None and clock.is_over(self.ends_at)

    @property
    def has_found_everybody(self) -> bool:
        """Hours for which nobody is missing any more."""
        return self.kind == NeedKind.TIME and 0 < self.target <= self.reached

    @property
    def percent(self) -> int:
        """How far, 0 to 100."""
        return min(100, self.reached * 100 // self.target) if self.target else 0
