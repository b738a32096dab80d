"""How people come to a seat: the ways in, requests and invitations."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from civic.i18n import _
from civic.organisations.models import Organisation
from civic.people.models import Person

if TYPE_CHECKING:
    from civic.committees.models import College, Committee


class Joining(StrEnum):
    """How one comes in."""

    REQUEST = "request"
    OPEN = "open"
    INVITATION = "invitation"

    @property
    def words(self) -> str:
        """For the page."""
        return {
            Joining.REQUEST: _("Sur demande, avec une réponse"), Joining.OPEN: _("Ouvert, sans demande"),
            Joining.INVITATION: _("Sur invitation"),
        }[self]  # fmt: skip


class Designation(StrEnum):
    """How somebody came to a seat."""

    FOUNDING = "founding"
    REQUEST = "request"
    CONTRIBUTION = "contribution"
    OPEN = "open"
    INVITATION = "invitation"
    ELECTION = "election"
    APPOINTMENT = "appointment"

    @property
    def words(self) -> str:
        """For the register."""
        return {
            Designation.FOUNDING: _("à la création du comité"), Designation.REQUEST: _("sur demande acceptée"),
            Designation.CONTRIBUTION: _("par sa contribution"), Designation.OPEN: _("entrée libre"),
            Designation.INVITATION: _("sur invitation"), Designation.ELECTION: _("par élection"),
            Designation.APPOINTMENT: _("par son organisation"),
        }[self]  # fmt: skip


class RequestStatus(StrEnum):
    """What became of a request."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


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
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "civic.Organisation", null=True, on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    organisation_id: int | None
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


class InvitationStatus(StrEnum):
    """What became of an invitation."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Invitation(Model):
    """Who runs a committee asks somebody to sit, by mail; good until the end of `until_on`.

    `email` is blanked once it is over. `designated` and its note say how the person was chosen, `sent_at` when the
    mail last went.
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
    email = fields.CharField(max_length=254)
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "civic.Organisation", null=True, on_delete=fields.OnDelete.CASCADE, related_name=False
    )
    organisation_id: int | None
    title = fields.CharField(max_length=80, default="")
    message = fields.TextField(default="")
    designated = fields.CharEnumField(Designation, max_length=14, default=Designation.INVITATION)
    designated_note = fields.CharField(max_length=120, default="")
    sent_at = fields.DatetimeField()
    status = fields.CharEnumField(InvitationStatus, max_length=10, default=InvitationStatus.PENDING)
    invited_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, related_name=False
    )
    invited_by_id: int | None
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "civic.Person", null=True, on_delete=fields.OnDelete.SET_NULL, db_index=True, related_name=False
    )
    person_id: int | None
    until_on = fields.DateField()
    created_at = fields.DatetimeField()
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "seat_invitation"
        constraints = (
            UniqueConstraint(
                fields=("committee_id", "email"), name="seat_invitation_once", condition="status = 'pending'"
            ),
            CheckConstraint(check="(status = 'pending') = (email <> '')", name="seat_invitation_address_blanked"),
        )

    def waits_on(self, day: date) -> bool:
        """It may be answered on this day."""
        return self.status == InvitationStatus.PENDING and self.until_on >= day
