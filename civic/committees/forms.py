"""What people write about committees."""

from datetime import date, timedelta
from typing import Literal

from pydantic import BaseModel, EmailStr, Field, field_validator, model_validator

from civic import clock
from civic.committees.joining import Designation, Joining
from civic.committees.models import CollegeKind, CommitteeKind
from civic.errors import Invalid
from civic.i18n import _
from civic.people.forms import Name

LIMITED = (CollegeKind.RESIDENTS, CollegeKind.ORGANISATIONS, CollegeKind.EMPLOYEES, CollegeKind.AUTHORITIES)
LONGEST_INVITATION = timedelta(days=60)


class CommitteeForm(BaseModel):
    """What a committee says of itself."""

    name: str = Field(min_length=3, max_length=120)
    purpose: str = Field(min_length=10, max_length=400)
    decides_what: str = Field("", max_length=2000)
    decides_how: str = Field("", max_length=2000)
    decides_who: str = Field("", max_length=2000)
    joining: Joining = Joining.REQUEST
    mandate_months: int = Field(12, ge=1, le=72)


class PlacesForm(BaseModel):
    """The number of places of each college; that of the contributors sits without limit or not at all."""

    residents: int = Field(0, ge=0, le=500)
    organisations: int = Field(0, ge=0, le=500)
    employees: int = Field(0, ge=0, le=500)
    authorities: int = Field(0, ge=0, le=500)
    contributors: bool = False

    def places(self) -> dict[CollegeKind, int | None]:
        """Places by college; None is without limit."""
        limited: dict[CollegeKind, int | None] = {kind: getattr(self, kind.value) for kind in LIMITED}
        return {**limited, CollegeKind.CONTRIBUTORS: None if self.contributors else 0}


class FoundingForm(CommitteeForm, PlacesForm):
    """A new working group or body of the network, with the college in which its founder sits, if she does."""

    college: CollegeKind | None = None

    @model_validator(mode="after")
    def _founder_has_a_place(self) -> "FoundingForm":
        if self.college and self.places()[self.college] == 0:
            raise Invalid(_("Donnez au moins une place au collège où vous siégez."), field="college")
        return self


class NewCommitteeForm(FoundingForm):
    """The committee of an initiative: its founder sits, its contributors are always welcome."""

    college: CollegeKind = CollegeKind.RESIDENTS
    contributors: bool = True


class NewBodyForm(FoundingForm):
    """A body of the network."""

    kind: Literal[CommitteeKind.BOARD, CommitteeKind.ASSEMBLY] = CommitteeKind.BOARD


class CollegesForm(PlacesForm):
    """Which colleges sit, under which names, and what each weighs in percent when the committee weighs."""

    is_weighted: bool = False
    residents_label: str = Field("", max_length=80)
    contributors_label: str = Field("", max_length=80)
    organisations_label: str = Field("", max_length=80)
    employees_label: str = Field("", max_length=80)
    authorities_label: str = Field("", max_length=80)
    residents_definition: str = Field("", max_length=300)
    contributors_definition: str = Field("", max_length=300)
    organisations_definition: str = Field("", max_length=300)
    employees_definition: str = Field("", max_length=300)
    authorities_definition: str = Field("", max_length=300)
    residents_weight: int | None = Field(None, ge=0, le=100)
    contributors_weight: int | None = Field(None, ge=0, le=100)
    organisations_weight: int | None = Field(None, ge=0, le=100)
    employees_weight: int | None = Field(None, ge=0, le=100)
    authorities_weight: int | None = Field(None, ge=0, le=100)

    def label(self, kind: CollegeKind) -> str:
        """The statutes' own name of a college, empty for the usual one."""
        return str(getattr(self, f"{kind.value}_label"))

    def definition(self, kind: CollegeKind) -> str:
        """Who belongs to it, in the words of the statutes."""
        return str(getattr(self, f"{kind.value}_definition"))

    def weights(self) -> dict[CollegeKind, int]:
        """The part of all voices of each college that sits, in percent."""
        sitting = [kind for kind, places in self.places().items() if places != 0]
        return {kind: getattr(self, f"{kind.value}_weight") or 0 for kind in sitting}


class JoinForm(BaseModel):
    """Asking for a seat: for oneself, or under a `hat` (an organisation one represents)."""

    college: CollegeKind = CollegeKind.RESIDENTS
    message: str = Field("", max_length=1000)
    hat: int | None = None
    discreet: bool = False


class AnswerForm(BaseModel):
    """Answering a request."""

    answer: Literal["yes", "no"]
    reason: str = Field("", max_length=1000)


class RenewForm(BaseModel):
    """Renewing a mandate: the day it ends now, so that sending it twice renews it once."""

    until_on: date


class SeatForm(BaseModel):
    """What the register says of a seat."""

    title: str = Field("", max_length=80)
    designated: Designation
    designated_note: str = Field("", max_length=120)
    is_facilitator: bool = False


class ReasonForm(BaseModel):
    """Ending a seat or a committee."""

    reason: str = Field(min_length=5, max_length=500)


class DiscreetForm(BaseModel):
    """Whether a contributor's name stays out of the public register."""

    discreet: bool = False


class VoicesForm(BaseModel):
    """Who speaks for an organisation: her titular, and who does when she cannot."""

    titular: int
    substitute: int | None = None

    @model_validator(mode="after")
    def _are_two(self) -> "VoicesForm":
        if self.titular == self.substitute:
            raise Invalid(_("Choisissez deux personnes différentes."), field="substitute")
        return self


class InviteForm(BaseModel):
    """Asking somebody to sit, by mail."""

    email: EmailStr = Field(max_length=254)
    college: CollegeKind
    organisation: str = Field("", max_length=200)
    title: str = Field("", max_length=80)
    designated: Literal[Designation.INVITATION, Designation.ELECTION, Designation.APPOINTMENT] = Designation.INVITATION
    designated_note: str = Field("", max_length=120)
    message: str = Field("", max_length=1000)
    until_on: date

    @field_validator("until_on")
    @classmethod
    def _leaves_time(cls, until_on: date) -> date:
        if not clock.today() < until_on <= clock.today() + LONGEST_INVITATION:
            raise Invalid(_("Choisissez un jour à venir, dans deux mois au plus."))
        return until_on


class AcceptForm(BaseModel):
    """Accepting: a name from who has no account yet."""

    name: Name | None = None
    discreet: bool = False
