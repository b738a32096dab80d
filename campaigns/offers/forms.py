"""Shapes of an offer and of the answer to it."""

from typing import Literal

from pydantic import BaseModel, EmailStr, Field

from campaigns.lifecycle.forms import Cents
from campaigns.offers.models import OfferKind
from civic.errors import Invalid
from civic.i18n import _


class OfferForm(BaseModel):
    """What is offered, on which expense. Name and address only for who is not signed in."""

    line: int
    kind: OfferKind
    title: str = Field(min_length=5, max_length=120)
    detail: str = Field("", max_length=1000)
    name: str = Field("", max_length=100)
    email: EmailStr | None = None
    name_shown: bool = False

    def contact(self) -> tuple[str, str]:
        """Name and address of a visitor. Raises Invalid when one is missing."""
        if len(self.name) < 2:
            raise Invalid(_("Écrivez votre prénom et votre nom, par exemple Camille Rey."), field="name")
        if self.email is None:
            raise Invalid(_("Écrivez votre adresse, par exemple camille@exemple.fr."), field="email")
        return self.name, self.email


class AnswerForm(BaseModel):
    """The lead's answer: the value she sees in it when she accepts, a kind word when she does not."""

    answer: Literal["accept", "decline"]
    value: Cents | None = None
    note: str = Field("", max_length=1000)
