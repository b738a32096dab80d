"""Committees, their colleges and seats."""

from datetime import date
from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.committees.joining import Designation, Invitation, Joining, SeatRequest  # noqa: F401  models are found here
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.organisations.models import Organisation
from civic.people.models import Person


class CommitteeKind(StrEnum):
    """What it is for: it steers an initiative, works on one matter for a committee, or is a body of the network."""

    STEERING = "steering"
    WORKING = "working"
    BOARD = "board"
    ASSEMBLY = "assembly"

    @property
    def words(self) -> str:
        """For the page."""
        return {
            CommitteeKind.STEERING: _("Comité de pilotage"), CommitteeKind.WORKING: _("Groupe de travail"),
            CommitteeKind.BOARD: _("Conseil d’administration"), CommitteeKind.ASSEMBLY: _("Assemblée générale"),
        }[self]  # fmt: skip


class CollegeKind(StrEnum):
    """The colleges of the statutes, in the order they are always shown."""

    RESIDENTS = "residents"
    CONTRIBUTORS = "contributors"
    ORGANISATIONS = "organisations"
    EMPLOYEES = "employees"
    AUTHORITIES = "authorities"

    @property
    def words(self) -> str:
        """For the page."""
        return {
            CollegeKind.RESIDENTS: _("Habitants"), CollegeKind.CONTRIBUTORS: _("Contributeurs"),
            CollegeKind.ORGANISATIONS: _("Organisations membres"), CollegeKind.EMPLOYEES: _("Salariés"),
            CollegeKind.AUTHORITIES: _("Communes et collectivités"),
        }[self]  # fmt: skip


class Ending(StrEnum):
    """How a seat ended; why somebody had to leave is told to that person only."""

    LAPSED = "lapsed"
    LEFT = "left"
    ENDED = "ended"
    REPLACED = "replaced"
    CLOSED = "closed"
    UNSPOKEN = "unspoken"

    @property
    def words(self) -> str:
        """For the register."""
        return {
            Ending.LAPSED: _("fin du mandat"), Ending.LEFT: _("a quitté le comité"), Ending.ENDED: _("siège repris"),
            Ending.REPLACED: _("a passé le relais dans son organisation"), Ending.CLOSED: _("le comité a pris fin"),
            Ending.UNSPOKEN: _("ne représente plus son organisation"),
        }[self]  # fmt: skip


class Committee(Model):
    """A table where people decide: an initiative's, a working group of another committee, or a body of the network.

    Ended, with a reason, it stays readable and nobody sits in it; the one that steers an initiative never ends.
    `seated` and `free` (limited places left) are kept with the seats. `is_weighted`: each college weighs what its
    `weight` says, else everybody's voice counts the same.
    """

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharEnumField(CommitteeKind, max_length=10, default=CommitteeKind.STEERING)
    initiative: fields.ForeignKeyNullableRelation[Initiative] = fields.ForeignKeyField(
        "civic.Initiative", null=True, on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    initiative_id: int | None
    parent: fields.ForeignKeyNullableRelation["Committee"] = fields.ForeignKeyField(
        "civic.Committee", null=True, on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    parent_id: int | None
    is_weighted = fields.BooleanField(default=False)
    slug = fields.CharField(max_length=120, unique=True)
    name = fields.CharField(max_length=120)
    purpose = fields.CharField(max_length=400)
    decides_what = fields.TextField(default="")
    decides_how = fields.TextField(default="")
    decides_who = fields.TextField(default="")
    joining = fields.CharEnumField(Joining, max_length=10, default=Joining.REQUEST)
    mandate_months = fields.IntField(default=12)
    seated = fields.IntField(default=0)
    free = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    version = fields.IntField(default=1)
    ended_at = fields.DatetimeField(null=True)
    ended_reason = fields.CharField(max_length=500, default="")

    class Meta:
        table = "committee"
        constraints = (
            UniqueConstraint(fields=("initiative_id",), name="committee_main_once", condition="kind = 'steering'"),
            CheckConstraint(check="(kind <> 'steering') OR (initiative_id IS NOT NULL)", name="committee_steers"),
            CheckConstraint(check="(kind = 'working') = (parent_id IS NOT NULL)", name="committee_parent"),
            CheckConstraint(check="ended_at IS NULL OR ended_reason <> ''", name="committee_end_has_reason"),
        )

    @property
    def is_network(self) -> bool:
        """A body of the network itself, of no initiative."""
        return self.initiative_id is None

    @property
    def is_body(self) -> bool:
        """The board or the general assembly."""
        return self.kind in (CommitteeKind.BOARD, CommitteeKind.ASSEMBLY)

    @property
    def is_group(self) -> bool:
        """A working group of another committee."""
        return self.kind == CommitteeKind.WORKING


class College(Model):
    """The places of a kind of people in a committee; `places` None means without limit, 0 that it does not sit.

    `label` and `definition` say it in the words of the statutes. `weight`: its part of all voices, in percent.
    """

    id = fields.BigIntField(primary_key=True)
    committee: fields.ForeignKeyRelation[Committee] = fields.ForeignKeyField(
        "civic.Committee", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    committee_id: int
    kind = fields.CharEnumField(CollegeKind, max_length=16)
    places = fields.IntField(null=True)
    taken = fields.IntField(default=0)
    label = fields.CharField(max_length=80, default="")
    definition = fields.CharField(max_length=300, default="")
    weight = fields.IntField(null=True)

    class Meta:
        table = "college"
        constraints = (
            UniqueConstraint(fields=("committee_id", "kind"), name="college_once"),
            CheckConstraint(check="taken >= 0 AND (places IS NULL OR taken <= places)", name="college_not_overfull"),
            CheckConstraint(check="weight IS NULL OR (weight >= 0 AND weight <= 100)", name="college_weight"),
        )

    @property
    def words(self) -> str:
        """Its name on the page: the statutes' own, or the usual one."""
        return self.label or self.kind.words

    @property
    def is_full(self) -> bool:
        """No place is left."""
        return self.places is not None and self.taken >= self.places


class Seat(Model):
    """A place in a committee; open while `ended_at` is empty, its mandate until the end of `until_on`.

    `person` holds it: for herself, or as titular for the `organisation`, with or without a `substitute`. `is_discreet`:
    the public register says « une personne », the committee and who runs it know who (S2). `vacant_at`: since when the
    titular speaks no more for the organisation, whose seat it stays; nobody sits, votes or is convened by it.
    """

    id = fields.BigIntField(primary_key=True)
    committee: fields.ForeignKeyRelation[Committee] = fields.ForeignKeyField(
        "civic.Committee", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    committee_id: int
    college: fields.ForeignKeyRelation[College] = fields.ForeignKeyField(
        "civic.College", on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    college_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civic.Person", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    person_id: int
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "civic.Organisation", null=True, on_delete=fields.OnDelete.RESTRICT, db_index=True, related_name=False
    )
    organisation_id: int | None
    substitute: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    substitute_id: int | None
    is_discreet = fields.BooleanField(default=False)
    title = fields.CharField(max_length=80, default="")
    is_facilitator = fields.BooleanField(default=False)
    designated = fields.CharEnumField(Designation, max_length=14)
    designated_note = fields.CharField(max_length=120, default="")
    from_on = fields.DateField()
    until_on = fields.DateField(null=True)
    vacant_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    ending = fields.CharEnumField(Ending, max_length=10, null=True)

    class Meta:
        table = "seat"
        indexes = (("until_on",),)
        constraints = (
            UniqueConstraint(
                fields=("committee_id", "person_id"), name="seat_once",
                condition="ended_at IS NULL AND vacant_at IS NULL",
            ),
            UniqueConstraint(
                fields=("committee_id", "organisation_id"), name="seat_organisation_once", condition="ended_at IS NULL"
            ),
            CheckConstraint(
                check="NOT is_discreet OR (organisation_id IS NULL AND NOT is_facilitator)", name="seat_discreet"
            ),
            CheckConstraint(check="substitute_id IS NULL OR organisation_id IS NOT NULL", name="seat_substitute"),
            CheckConstraint(
                check="vacant_at IS NULL OR (organisation_id IS NOT NULL AND substitute_id IS NULL)", name="seat_vacant"
            ),
        )

    def holds_on(self, day: date) -> bool:
        """The mandate runs on this day, and somebody speaks."""
        return self.ended_at is None and self.vacant_at is None and (self.until_on is None or self.until_on >= day)
