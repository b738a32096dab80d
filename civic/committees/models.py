"""Committees, their colleges, seats and requests."""

from datetime import date
from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.people.models import Person


class Joining(StrEnum):
    """How one comes in."""

    REQUEST = "request"
    OPEN = "open"

    @property
    def words(self) -> str:
        """For the page."""
        return {Joining.REQUEST: _("Sur demande, avec une réponse"), Joining.OPEN: _("Ouvert, sans demande")}[self]


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


class Designation(StrEnum):
    """How somebody came to a seat."""

    FOUNDING = "founding"
    REQUEST = "request"
    CONTRIBUTION = "contribution"
    OPEN = "open"

    @property
    def words(self) -> str:
        """For the register."""
        return {
            Designation.FOUNDING: _("à la création du comité"), Designation.REQUEST: _("sur demande acceptée"),
            Designation.CONTRIBUTION: _("par sa contribution"), Designation.OPEN: _("entrée libre"),
        }[self]  # fmt: skip


class RequestStatus(StrEnum):
    """What became of a request."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Committee(Model):
    """The steering group of one initiative. `seated` and `free` (limited places left) are kept with the seats."""

    id = fields.BigIntField(primary_key=True)
    initiative: fields.OneToOneRelation[Initiative] = fields.OneToOneField(
        "civic.Initiative", on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    initiative_id: int
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

    class Meta:
        table = "committee"


class College(Model):
    """The places of a kind of people in a committee; `places` None means without limit, 0 that it does not sit."""

    id = fields.BigIntField(primary_key=True)
    committee: fields.ForeignKeyRelation[Committee] = fields.ForeignKeyField(
        "civic.Committee", on_delete=fields.OnDelete.CASCADE, db_index=True, related_name=False
    )
    committee_id: int
    kind = fields.CharEnumField(CollegeKind, max_length=16)
    places = fields.IntField(null=True)
    taken = fields.IntField(default=0)

    class Meta:
        table = "college"
        constraints = (
            UniqueConstraint(fields=("committee_id", "kind"), name="college_once"),
            CheckConstraint(check="taken >= 0 AND (places IS NULL OR taken <= places)", name="college_not_overfull"),
        )

    @property
    def is_full(self) -> bool:
        """No place is left."""
        return self.places is not None and self.taken >= self.places


class Seat(Model):
    """A person's place in a committee; open while `ended_at` is empty, its mandate until the end of `until_on`."""

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
    title = fields.CharField(max_length=80, default="")
    is_facilitator = fields.BooleanField(default=False)
    designated = fields.CharEnumField(Designation, max_length=14)
    from_on = fields.DateField()
    until_on = fields.DateField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "seat"
        indexes = (("until_on",),)
        constraints = (
            UniqueConstraint(fields=("committee_id", "person_id"), name="seat_once", condition="ended_at IS NULL"),
        )

    def holds_on(self, day: date) -> bool:
        """The mandate runs on this day."""
        return self.ended_at is None and (self.until_on is None or self.until_on >= day)


class SeatRequest(Model):
    """A person asks for a seat; answered once, a refusal with its reason."""

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
    message = fields.TextField(default="")
    status = fields.CharEnumField(RequestStatus, max_length=10, default=RequestStatus.PENDING)
    reason = fields.TextField(default="")
    created_at = fields.DatetimeField()
    answered_at = fields.DatetimeField(null=True)
    answered_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )

    class Meta:
        table = "seat_request"
        constraints = (
            UniqueConstraint(
                fields=("committee_id", "person_id"), name="seat_request_once", condition="status = 'pending'"
            ),
            CheckConstraint(check="status <> 'refused' OR reason <> ''", name="seat_request_refusal_has_reason"),
        )
