"""Shapes of the forms about sign-ups."""

from pydantic import BaseModel, EmailStr, Field

from civic.errors import Invalid
from civic.i18n import _
from civic.people.forms import Name
from volunteering.signups import consents
from volunteering.signups.attendance import WalkIn
from volunteering.signups.consents import Minor
from volunteering.signups.models import MOST_TOGETHER
from volunteering.signups.service import Wish


class MemberForm(BaseModel):
    """Sign up with an account: who she is is known already."""

    cle: str = Field(min_length=8, max_length=64)
    role: int = Field(0, ge=0)
    party: int = Field(1, ge=1, le=MOST_TOGETHER)
    skills: list[str] = Field(default_factory=list, max_length=40)
    lift: bool = False
    anyway: bool = False
    room: int = Field(0, ge=0, le=MOST_TOGETHER)
    wait: bool = False
    minor: bool = False
    age: int | None = Field(None, ge=0, le=120)
    guardian: Name | None = None
    guardian_email: EmailStr | None = None

    def wish(self, own_email: str) -> Wish:
        """What is asked for. Raises Invalid when a minor does not say who answers for her."""
        return Wish(self.role, self.together, self.skills, self.lift, self._minor(own_email), self.anyway, picks=True)

    @property
    def together(self) -> int:
        """How many come: as many as there was room for, if she chose that button, or as typed."""
        return min(self.room or self.party, self.party)

    def _minor(self, own_email: str) -> Minor | None:
        if not (self.minor or self._says_so()):
            return None
        if self.age is None:
            raise Invalid(_("Écrivez votre âge."), field="age")
        if not self.guardian:
            raise Invalid(_("Écrivez le nom d’un parent."), field="guardian")
        if not self.guardian_email:
            raise Invalid(_("Écrivez l’adresse d’un parent : il reçoit une demande d’accord."), field="guardian_email")
        found = Minor(self.age, self.guardian, self.guardian_email)
        consents.check(found, own_email)
        return found

    def _says_so(self) -> bool:
        """She did not tick that she is a minor, but wrote her age, or who answers for her."""
        return self.age < consents.ADULT if self.age is not None else bool(self.guardian or self.guardian_email)


class CorrectionForm(MemberForm):
    """What the owner of an address corrects of what was typed in her name; her link is its own key."""

    cle: str = ""


class VisitorForm(MemberForm):
    """Sign up without an account: a name and an address more (PRODUCT A2)."""

    name: Name
    email: EmailStr


class CancelForm(BaseModel):
    """Why one does not come after all."""

    reason: str = Field("", max_length=300)


class FewerForm(BaseModel):
    """How many of a group still come."""

    party: int = Field(ge=1, le=MOST_TOGETHER)
    why: str = Field("", max_length=300)


class GuardianForm(BaseModel):
    """A parent's answer."""

    answer: bool


class CameForm(BaseModel):
    """How many of a group are there; 0: all, or as was said before."""

    came: int = Field(0, ge=0, le=MOST_TOGETHER)


class CodeForm(BaseModel):
    """The four signs of somebody who arrives, however they are typed."""

    code: str = Field(max_length=40)


class WalkInForm(BaseModel):
    """Somebody who came without signing up."""

    cle: str = Field(min_length=8, max_length=64)
    name: Name
    email: EmailStr | None = None
    role: int = Field(0, ge=0)
    party: int = Field(1, ge=1, le=MOST_TOGETHER)

    def who(self) -> WalkIn:
        """She, as the service takes her."""
        return WalkIn(self.name, self.role, self.email or "", self.party)
