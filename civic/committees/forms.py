"""What people write about committees."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field, model_validator

from civic.committees.models import CollegeKind, Joining
from civic.errors import Invalid
from civic.i18n import _

LIMITED = (CollegeKind.RESIDENTS, CollegeKind.ORGANISATIONS, CollegeKind.EMPLOYEES, CollegeKind.AUTHORITIES)


class CommitteeForm(BaseModel):
    """A committee; the number of places of each college but the contributors', who are always welcome."""

    name: str = Field(min_length=3, max_length=120)
    purpose: str = Field(min_length=10, max_length=400)
    decides_what: str = Field("", max_length=2000)
    decides_how: str = Field("", max_length=2000)
    decides_who: str = Field("", max_length=2000)
    joining: Joining = Joining.REQUEST
    mandate_months: int = Field(12, ge=1, le=72)
    residents: int = Field(0, ge=0, le=60)
    organisations: int = Field(0, ge=0, le=60)
    employees: int = Field(0, ge=0, le=60)
    authorities: int = Field(0, ge=0, le=60)

    def places(self) -> dict[CollegeKind, int | None]:
        """Places by college; None is without limit."""
        limited: dict[CollegeKind, int | None] = {kind: getattr(self, kind.value) for kind in LIMITED}
        return {**limited, CollegeKind.CONTRIBUTORS: None}


class NewCommitteeForm(CommitteeForm):
    """The same, with the college in which its founder sits."""

    college: CollegeKind = CollegeKind.RESIDENTS

    @model_validator(mode="after")
    def _founder_has_a_place(self) -> "NewCommitteeForm":
        if self.places()[self.college] == 0:
            raise Invalid(_("Donnez au moins une place au collège où vous siégez."), field="college")
        return self


class JoinForm(BaseModel):
    """Asking for a seat."""

    college: CollegeKind = CollegeKind.RESIDENTS
    message: str = Field("", max_length=1000)


class AnswerForm(BaseModel):
    """Answering a request."""

    answer: Literal["yes", "no"]
    reason: str = Field("", max_length=1000)


class RenewForm(BaseModel):
    """Renewing a mandate: the day it ends now, so that sending it twice renews it once."""

    until_on: date
