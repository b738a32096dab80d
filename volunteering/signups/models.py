"""A person's place in a shift, its history, and a guardian's consent."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.people.models import Person
from volunteering.shifts.models import Shift, ShiftRole


class SignupStatus(StrEnum):
    """Where a sign-up stands.

    HELD (a place that waits for the mailed link, or for the guardian), WAITING (in the queue), OFFERED (a place kept
    for her alone until she answers, PRODUCT V3), CONFIRMED (comes); after the shift ATTENDED, EXCUSED (had said so, or
    the coordinator knows why) or MISSED; CANCELLED and LAPSED give the place back.
    """

    HELD = "held"
    WAITING = "waiting"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    ATTENDED = "attended"
    EXCUSED = "excused"
    MISSED = "missed"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


SEATED = (
    SignupStatus.HELD, SignupStatus.OFFERED, SignupStatus.CONFIRMED, SignupStatus.ATTENDED, SignupStatus.EXCUSED,
    SignupStatus.MISSED,
)  # fmt: skip
"""The states that count in `taken`, with the whole party; an offer to stand in for somebody (`replaces`) does not."""
EXPECTED = (SignupStatus.HELD, SignupStatus.OFFERED, SignupStatus.CONFIRMED)
"""Who may still come, before the shift."""
KEPT_FOR = (SignupStatus.HELD, SignupStatus.OFFERED)
"""A place is kept until somebody answers."""
COMING = (*EXPECTED, SignupStatus.WAITING)
"""The states that one can step back from."""
PAST = (SignupStatus.ATTENDED, SignupStatus.EXCUSED, SignupStatus.MISSED)
"""What a coordinator says after the shift."""
OVER = (SignupStatus.CANCELLED, SignupStatus.LAPSED)
MOST_TOGETHER = 10
MOST_UNSURE = 3
"""So many places are held for an address that nobody has confirmed; a larger group has none before its link is used."""


class Signup(Model):
    """A person's place in a role of a shift, or a group's: `party` persons come together, she answers for them.

    The queue's order is the order of ids, under the shift's rule of fairness. `confirmed_at`: when we knew that the
    person herself asked (signed in, or by the mailed link). `hold_until`: the moment (UTC) a held place lapses or an
    offer passes on. `stand_in_at`: since when somebody is sought who comes in her place; `replaces` in an offer: whose
    place it is. `code` is read out or scanned on arrival; `left_at` is known only from a paper sheet. `came`: how many
    of a group were there, when it was not all of them. `form_key` makes a resent form harmless. `told` is what the last
    message to her said of hours, place and note (`told.py`). A former sign-up whose role was taken away since has none.
    """

    shift_id: int
    role_id: int
    person_id: int
    replaces_id: int | None

    id = fields.BigIntField(primary_key=True)
    shift: fields.ForeignKeyRelation[Shift] = fields.ForeignKeyField(
        "volunteering.Shift", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    role: fields.ForeignKeyNullableRelation[ShiftRole] = fields.ForeignKeyField(
        "volunteering.ShiftRole", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    form_key = fields.CharField(max_length=120, unique=True)
    status = fields.CharEnumField(SignupStatus, max_length=10)
    party = fields.IntField(default=1)
    came = fields.IntField(null=True)
    skills: fields.Field[list[str]] = fields.JSONField(default=list)
    wants_lift = fields.BooleanField(default=False)
    walk_in = fields.BooleanField(default=False)
    code = fields.CharField(max_length=6, default="")
    reason = fields.CharField(max_length=300, default="")
    told: fields.Field[dict[str, str]] = fields.JSONField(default=dict)
    stand_in_at = fields.DatetimeField(null=True)
    replaces: fields.ForeignKeyNullableRelation["Signup"] = fields.ForeignKeyField(
        "volunteering.Signup", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    confirmed_at = fields.DatetimeField(null=True)
    hold_until = fields.DatetimeField(null=True)
    arrived_at = fields.DatetimeField(null=True)
    left_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "signup"
        indexes = (("shift_id", "status", "id"), ("person_id", "status"))
        constraints = (
            UniqueConstraint(
                fields=("shift_id", "person_id"), name="signup_once",
                condition="status NOT IN ('cancelled', 'lapsed')",
            ),
            UniqueConstraint(fields=("shift_id", "code"), name="signup_code_once", condition="code <> ''"),
            CheckConstraint(
                check="status NOT IN ('held', 'offered') OR hold_until IS NOT NULL", name="signup_held_until"
            ),
            CheckConstraint(check="party BETWEEN 1 AND 10", name="signup_party"),
            CheckConstraint(check="came IS NULL OR came BETWEEN 1 AND 10", name="signup_came"),
        )  # fmt: skip

    @property
    def is_active(self) -> bool:
        """Neither cancelled nor lapsed."""
        return self.status not in OVER

    @property
    def is_coming(self) -> bool:
        """Holds, has, is offered or waits for a place."""
        return self.status in COMING

    @property
    def is_offered(self) -> bool:
        """A place is kept for her until she answers."""
        return self.status == SignupStatus.OFFERED

    @property
    def awaits_link(self) -> bool:
        """The mailed link has not been used yet."""
        return self.confirmed_at is None and self.is_coming

    @property
    def awaits_link_alone(self) -> bool:
        """A large group whose link has not been used: no place is held for it, nor offered to it, until then."""
        return self.awaits_link and self.party > MOST_UNSURE

    @property
    def seeks_stand_in(self) -> bool:
        """She keeps her place until somebody takes it over."""
        return self.stand_in_at is not None and self.status == SignupStatus.CONFIRMED

    @property
    def present(self) -> int:
        """How many persons of her party are, or were, there once she is."""
        return min(self.came or self.party, self.party)

    @property
    def counts(self) -> int:
        """How many places she takes of the role's."""
        return self.party if self.status in SEATED and not (self.is_offered and self.replaces_id) else 0


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


class GuardianConsent(Model):
    """A parent or guardian says yes or no, by link, to a minor's sign-up (PRODUCT V2).

    `age`, `name` and `email` are blanked thirty days after the shift or the refusal (`erased_at`); that consent was
    given, and when, stays.
    """

    signup_id: int

    id = fields.BigIntField(primary_key=True)
    signup: fields.ForeignKeyRelation[Signup] = fields.ForeignKeyField(
        "volunteering.Signup", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    age = fields.IntField(null=True)
    name = fields.CharField(max_length=120, default="")
    email = fields.CharField(max_length=254, default="")
    asked_at = fields.DatetimeField()
    given_at = fields.DatetimeField(null=True)
    refused_at = fields.DatetimeField(null=True)
    erased_at = fields.DatetimeField(null=True)

    class Meta:
        table = "guardian_consent"
        constraints = (
            UniqueConstraint(fields=("signup_id",), name="guardian_consent_once"),
            CheckConstraint(check="given_at IS NULL OR refused_at IS NULL", name="guardian_consent_one_answer"),
            CheckConstraint(
                check="erased_at IS NULL OR (age IS NULL AND name = '' AND email = '')", name="guardian_consent_erased"
            ),
        )

    @property
    def is_pending(self) -> bool:
        """Neither yes nor no yet."""
        return self.given_at is None and self.refused_at is None
