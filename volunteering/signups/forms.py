"""Shapes of the forms about sign-ups."""

from pydantic import BaseModel, EmailStr, Field

from civic.people.forms import Name


class MemberForm(BaseModel):
    """Sign up with an account: everything is known already."""

    cle: str = Field(min_length=8, max_length=64)
    lift: bool = False
    anyway: bool = False


class VisitorForm(BaseModel):
    """Sign up without one: a name and an address (PRODUCT A2)."""

    cle: str = Field(min_length=8, max_length=64)
    name: Name
    email: EmailStr
    lift: bool = False


class PresenceForm(BaseModel):
    """Who came: the sign-ups that were ticked."""

    present: list[int] = Field(default_factory=list, max_length=1000)
