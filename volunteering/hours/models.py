"""An entry of the hours ledger, and its history."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.database.guards import Guard, append_only
from civic.initiatives.models import Initiative
from civic.people.models import Person


class EntryStatus(StrEnum):
    """How far both sides agree on an entry."""

    PROPOSED = "proposed"
    CORRECTED = "corrected"
    VALIDATED = "validated"
    FROZEN = "frozen"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class TimeKind(StrEnum):
    """What the time was given to: field work, running the place (« bénévolat de gouvernance »), or leading others."""

    MISSION = "mission"
    GOVERNANCE = "governance"
    LEADING = "leading"


AGREED = (EntryStatus.VALIDATED, EntryStatus.FROZEN)
"""What counts in papers and totals."""
PENDING = (EntryStatus.PROPOSED, EntryStatus.CORRECTED)
"""What awaits a coordinator."""
MOST_MINUTES = 1440
"""A day: what one person can give on one day at most."""


class HoursEntry(Model):
    """So many minutes of one person, for one initiative, on one day.

    `minutes` is what stands now; `proposed_minutes` what attendance or she herself first said. `companions` came with
    her and gave as long as she did: nobody knows their names, so they count in the initiative's totals and on nobody's
    paper. `signup_ref` names the sign-up that it came from, without a key: the entry stays when shift and mission go.
    `person` is emptied when she has her data erased; the minutes stay in the totals. `organisation_id` is the body the
    time was given to on that day, for certificates. `said_key` makes a form that is sent twice harmless. `note` is her
    last word, `answer` the reason of a refusal.
    """

    person_id: int | None
    initiative_id: int
    validated_by_id: int | None

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "civic.Initiative", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    organisation_id = fields.BigIntField(null=True, db_index=True)
    signup_ref = fields.BigIntField(null=True)
    said_key = fields.CharField(max_length=64, null=True, unique=True)
    title = fields.CharField(max_length=120)
    role_title = fields.CharField(max_length=60, default="")
    skills: fields.Field[list[str]] = fields.JSONField(default=list)
    kind = fields.CharEnumField(TimeKind, max_length=10, default=TimeKind.MISSION)
    day = fields.DateField(db_index=True)
    minutes = fields.IntField()
    proposed_minutes = fields.IntField()
    companions = fields.IntField(default=0)
    status = fields.CharEnumField(EntryStatus, max_length=10, default=EntryStatus.PROPOSED)
    note = fields.CharField(max_length=300, default="")
    answer = fields.CharField(max_length=300, default="")
    validated_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    validated_at = fields.DatetimeField(null=True)
    frozen_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "hours_entry"
        indexes = (("person_id", "day"), ("initiative_id", "status", "day"), ("status", "initiative_id"))
        constraints = (
            UniqueConstraint(fields=("signup_ref",), name="hours_entry_of_signup", condition="signup_ref IS NOT NULL"),
            CheckConstraint(check="minutes BETWEEN 1 AND 1440", name="hours_entry_minutes"),
            CheckConstraint(check="companions BETWEEN 0 AND 9", name="hours_entry_companions"),
            CheckConstraint(
                check="(status = 'frozen') = (frozen_at IS NOT NULL)", name="hours_entry_frozen"
            ),
        )

    @property
    def is_agreed(self) -> bool:
        """Validated, or frozen."""
        return self.status in AGREED

    @property
    def is_pending(self) -> bool:
        """A coordinator has not said yes or no."""
        return self.status in PENDING

    @property
    def is_frozen(self) -> bool:
        """It stands on a paper or in closed accounts, for good."""
        return self.status == EntryStatus.FROZEN

    @property
    def may_be_corrected(self) -> bool:
        """Its person may still say another number, also after a yes or a no."""
        return self.status in (*PENDING, EntryStatus.VALIDATED, EntryStatus.REFUSED)

    @property
    def total_minutes(self) -> int:
        """With those who came along."""
        return self.minutes * (1 + self.companions)


class HoursChange(Model):
    """One change of an entry: states, minutes, who, when. Only ever added to.

    `reason` is a code (« attendance », « attestation:12 »), never somebody's words: those stand on the entry, where
    they can be erased.
    """

    entry_id: int

    id = fields.BigIntField(primary_key=True)
    entry: fields.ForeignKeyRelation[HoursEntry] = fields.ForeignKeyField(
        "volunteering.HoursEntry", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name="changes"
    )
    before = fields.CharField(max_length=10, default="")
    after = fields.CharField(max_length=10)
    minutes = fields.IntField()
    actor_id = fields.BigIntField(null=True)
    reason = fields.CharField(max_length=300, default="")
    at = fields.DatetimeField()

    class Meta:
        table = "hours_change"


_FROZEN = (
    "OLD.status = 'frozen' AND (NEW.status <> OLD.status OR NEW.minutes <> OLD.minutes OR NEW.day <> OLD.day "
    "OR NEW.companions <> OLD.companions OR NEW.initiative_id <> OLD.initiative_id OR NEW.kind <> OLD.kind "
    "OR COALESCE(NEW.organisation_id, 0) <> COALESCE(OLD.organisation_id, 0))"
)
GUARDS = (
    *append_only("hours_change"),
    Guard("hours_entry", "DELETE", "Hours are never deleted."),
    Guard("hours_entry", "UPDATE", "Frozen hours are never changed.", _FROZEN),
)
