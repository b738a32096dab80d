"""What people write about ideas."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, EmailStr, Field, field_validator

from civic.errors import Invalid
from civic.i18n import _
from civic.ideas.models import Kind, Status, StepState
from civic.initiatives.topics import TOPICS
from civic.people.forms import Name

MOST_TOPICS = 3


_LINK = re.compile(r"://|@|\w{2,}\.[^\W\d_]{2,}")


def _a_title(text: str) -> str:
    """One line without a link: it goes into a mail to an address that nobody has confirmed yet."""
    title = " ".join(text.split())
    if _LINK.search(title):
        raise Invalid(_("Écrivez un titre sans adresse ni lien."))
    return title


Title = Annotated[str, Field(min_length=3, max_length=60), AfterValidator(_a_title)]


class IdeaForm(BaseModel):
    """Four plain questions, and topics. `seen`: she read what resembles it; `photo`: the link of one sent before."""

    title: Title
    what: str = Field(min_length=20, max_length=2000)
    for_whom: str = Field(min_length=3, max_length=400)
    commune: str = Field(min_length=2, max_length=80)
    place: str = Field("", max_length=200)
    needed: str = Field("", max_length=600)
    topics: list[str] = Field([], max_length=MOST_TOPICS, validate_default=True)
    alt: str = Field("", max_length=200)
    photo: str = Field("", max_length=200)
    seen: bool = False

    @field_validator("topics")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        found = [topic for topic in value if topic in TOPICS]
        if not found:
            raise Invalid(_("Choisissez au moins un sujet."))
        return found


class WhoForm(BaseModel):
    """Who acts without an account."""

    name: Name
    email: EmailStr


class OfferForm(BaseModel):
    """What somebody would bring."""

    kind: Kind
    words: str = Field(min_length=5, max_length=400)


class ReviewForm(BaseModel):
    """The team's answer; a reason unless it is accepted."""

    verdict: Literal[Status.ACCEPTED, Status.CHANGES, Status.DECLINED]
    reason: str = Field("", max_length=2000)


class ReferentForm(BaseModel):
    """Who is asked to walk with an idea."""

    email: EmailStr


class StepForm(BaseModel):
    """One step as it stands now."""

    state: StepState
    note: str = Field("", max_length=600)


class NewStepForm(BaseModel):
    """A step of the idea's own."""

    title: str = Field(min_length=3, max_length=80)


class EndForm(BaseModel):
    """What was learned, for who tries again."""

    ending: str = Field(min_length=10, max_length=2000)


class ListForm(BaseModel):
    """The list: what, where, how far."""

    q: str = Field("", max_length=120)
    sujet: list[str] = []
    commune: str = Field("", max_length=80)
    rayon: Literal["5", "15", "30", "60"] = "15"
    etape: list[str] = []
    tri: Literal["", "soutiens"] = ""
    apres: str = Field("", max_length=1000)
