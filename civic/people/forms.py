"""Shapes of the forms about persons."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, EmailStr, Field

from civic.errors import Invalid
from civic.i18n import _
from civic.places.folding import fold

LONGEST = 120
"""Signs of a name, also once its ligatures are written out."""
_LINK = re.compile(r"[/@<>]|\w{2,}\.\w{2,}")


def _a_name(text: str) -> str:
    """A name as one writes it on a letter: it goes into mails to addresses nobody has confirmed yet."""
    name = " ".join(text.split())
    odd = any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn") for letter in name)
    if odd or _LINK.search(name) or len(fold(name)) > LONGEST:
        raise Invalid(_("Écrivez un prénom et un nom, sans adresse ni lien."))
    return name


Name = Annotated[str, Field(min_length=2, max_length=LONGEST), AfterValidator(_a_name)]


class SignInForm(BaseModel):
    """Ask for a link and a code."""

    email: EmailStr
    suite: str = "/"


class PasswordForm(BaseModel):
    """Sign in with a password."""

    email: EmailStr
    password: str = Field(min_length=1, max_length=500)
    suite: str = "/"


class CodeForm(BaseModel):
    """The six digits."""

    email: EmailStr
    code: str = Field(min_length=6, max_length=12)
    suite: str = "/"


class SignUpForm(BaseModel):
    """Name, e-mail, commune: nothing else until needed (PRODUCT A1)."""

    name: Name
    email: EmailStr
    commune: str = Field("", max_length=80)
    suite: str = "/"


class ProfileForm(BaseModel):
    """What a person may change about herself."""

    name: Name
    commune: str = Field("", max_length=80)
    locale: str = "fr"


class NewPasswordForm(BaseModel):
    """Choose a password."""

    password: str = Field(min_length=1, max_length=500)


class AddressForm(BaseModel):
    """Just an address."""

    email: EmailStr
