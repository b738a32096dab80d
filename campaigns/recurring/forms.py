"""Shapes of the pages of monthly support."""

from typing import Annotated, Literal

from pydantic import BaseModel, EmailStr, Field, field_validator

from campaigns.lifecycle.forms import Cents
from campaigns.money import parse_euros
from campaigns.pledges.forms import GiftForm
from civic.errors import Invalid
from civic.i18n import _
from civic.people.forms import Name

CHIPS = (500, 1000, 2000, 5000)
MOST_CENTS = 100_000
LINES = (1, 2, 3, 4)
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


class PauseForm(BaseModel):
    """What its button says: on pause, or on again."""

    to: Literal["paused", "active"] = "paused"


class BeginForm(KnownForm):
    """The first form of a visitor."""

    name: Name
    email: EmailStr


class LineForm(BaseModel):
    """One thing the money pays each month."""

    what: str = Field(min_length=3, max_length=120)
    amount: Cents


class StandingForm(BaseModel):
    """What a lead writes to open a monthly support: why, for whom, and up to four things to pay each month."""

    purpose: str = Field(min_length=20, max_length=2_000)
    what_1: str = Field("", max_length=120)
    sum_1: str = ""
    what_2: str = Field("", max_length=120)
    sum_2: str = ""
    what_3: str = Field("", max_length=120)
    sum_3: str = ""
    what_4: str = Field("", max_length=120)
    sum_4: str = ""

    def lines(self) -> list[tuple[str, int]]:
        """What is paid each month, in cents. Raises Invalid beside its field; at least one is wanted."""
        found = []
        for n in LINES:
            what, amount = str(getattr(self, f"what_{n}")).strip(), str(getattr(self, f"sum_{n}"))
            if not what and not amount:
                continue
            if len(what) < 3:
                raise Invalid(_("Écrivez à quoi sert cette somme."), field=f"what_{n}")
            cents = parse_euros(amount, field=f"sum_{n}").cents
            if cents < 100:
                raise Invalid(_("Écrivez une somme d’un euro au moins."), field=f"sum_{n}")
            found.append((what, cents))
        if not found:
            raise Invalid(_("Écrivez au moins une dépense, par exemple le loyer."), field="what_1")
        return found


class AnswerForm(BaseModel):
    """The answer of the person who read it; `version` is the one that was on her page."""

    version: int = 0
    answer: Literal["approved", "changes_requested", "rejected"]
    note: str = Field("", max_length=5_000)


class EndForm(BaseModel):
    """Why the monthly support ends; its supporters read it."""

    note: str = Field(min_length=10, max_length=2_000)
