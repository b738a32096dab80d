"""A person's place in a shift, and its history."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.people.models import Person
from volunteering.shifts.models import Shift


class SignupStatus(StrEnum):
    """Where a sign-up stands.

    HELD (a visitor's place, waiting for the mailed link), WAITING (in the queue), CONFIRMED (comes); after the shift
    ATTENDED or MISSED; CANCELLED and LAPSED give the place back.
    """

    HELD = "held"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    ATTENDED = "attended"
    MISSED = "missed"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


SEATED = (SignupStatus.HELD, SignupStatus.CONFIRMED, SignupStatus.ATTENDED, SignupStatus.MISSED)
"""The states that count in the shift's `taken`."""
COMING = (SignupStatus.HELD, SignupStatus.WAITING, SignupStatus.CONFIRMED)
"""The states that one can step back from."""
OVER = (SignupStatus.CANCELLED, SignupStatus.LAPSED)


class Signup(Model):
    """A person's place in a shift; the queue's order is the order of ids.

    `confirmed_at`: when we knew that the person herself asked (signed in, or by the mailed link). `hold_until`: the
    moment (UTC) an unconfirmed one lapses. `form_key` makes a resent form harmless.
    """

    shift_id: int
    person_id: int

    id = fields.BigIntField(primary_key=True)
    shift: fields.ForeignKeyRelation[Shift] = fields.ForeignKeyField(
        "volunteering.Shift", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=None
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=None
    )
    form_key = fields.CharField(max_length=120, unique=True)
    status = fields.CharEnumField(SignupStatus, max_length=10)
    wants_lift = fields.BooleanField(default=False)
    confirmed_at = fields.DatetimeField(null=True)
    hold_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "signup"
        indexes = (("shift_id", "status", "id"),)
        constraints = (
            UniqueConstraint(
                fields=("shift_id", "person_id"), name="signup_once",
                condition="status NOT IN ('cancelled', 'lapsed')",
            ),
            CheckConstraint(check="status <> 'held' OR hold_until IS NOT NULL", name="signup_held_until"),
        )  # fmt: skip

    @property
    def is_active(self) -> bool:
        """Neither cancelled nor lapsed."""
        return self.status not in OVER

    @property
    def is_coming(self) -> bool:
        """Holds, has or waits for a place."""
        return self.status in COMING

    @property
    def awaits_link(self) -> bool:
        """The mailed link has not been used yet."""
        return self.confirmed_at is None and self.is_coming


class SignupChange(Model):
    """One change of state: from, to, who (or what), when. Only ever added to."""

    signup_id: int

    id = fields.BigIntField(primary_key=True)
    signup: fields.ForeignKeyRelation[Signup] = fields.ForeignKeyField(
        "volunteering.Signup", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name="changes"
    )
    before = fields.CharField(max_length=10, default="")
    after = fields.CharField(max_length=10)
    actor_id = fields.BigIntField(null=True)
    cause = fields.CharField(max_length=60, default="")
    at = fields.DatetimeField()

    class Meta:
        table = "signup_change"
