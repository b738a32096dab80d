"""Shapes of the pages of monthly support."""

from typing import Annotated

from pydantic import BaseModel, EmailStr, Field, field_validator

from campaigns.pledges.forms import GiftForm
from civic.errors import Invalid
from civic.i18n import _
from civic.people.forms import Name

CHIPS = (500, 1000, 2000, 5000)
MOST_CENTS = 100_000
Key = Annotated[str, Field(max_length=64)]


class SumForm(BaseModel):
    """How much each month, and on which day."""

    amount: str = ""
    other: str = ""
    day: int = 5

    @field_validator("day")
    @classmethod
    def _is_a_day(cls, day: int) -> int:
        if not 1 <= day <= 31:
            raise Invalid(_("Choisissez un jour du mois, de 1 à 31."))
        return day

    def cents(self) -> int:
        """The sum in cents. Raises Invalid beside its field."""
        if self.amount not in ("", "autre") and not self.other and self.amount not in map(str, CHIPS):
            raise Invalid(_("Choisissez un montant, ou écrivez le vôtre, par exemple 15."), field="amount")
        cents = GiftForm(amount=self.amount, other=self.other).cents()
        if cents > MOST_CENTS:
            raise Invalid(
                _("Un soutien mensuel ne dépasse pas 1 000 €. Écrivez-nous pour un don plus élevé."), field="other"
            )
        return cents


class KnownForm(SumForm):
    """The first form of a person who is signed in."""

    cle: Key = ""
    terms: bool = False


class BeginForm(KnownForm):
    """The first form of a visitor."""

    name: Name
    email: EmailStr


class StandingForm(BaseModel):
    """What a lead writes to open a monthly support."""

    purpose: str = Field(min_length=20, max_length=2_000)
