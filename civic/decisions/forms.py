"""What people write about decisions."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, ValidationInfo, field_validator

from civic import clock
from civic.counting.rules import CODES, Code, Majority, Method
from civic.decisions.words import usual_meaning
from civic.errors import Invalid
from civic.i18n import _
from civic.web.moments import Moment

SHORTEST = timedelta(hours=1)
MOST_OPTIONS = 20
MOST_PROXIES = 3


def _cents(written: object) -> object:
    """Euros as people write them (« 1 250,50 ») in cents; whole numbers are cents already."""
    if not isinstance(written, str):
        return written
    plain = re.sub(r"[\s\u00a0\u202f€]", "", written).replace(",", ".")
    if not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", plain):
        raise Invalid(_("Écrivez une somme en euros, par exemple 1250 ou 12,50."))
    return int(Decimal(plain) * 100)


Cents = Annotated[int, BeforeValidator(_cents), Field(gt=0)]


class OptionWish(BaseModel):
    """One of several options to choose from, with what it costs when a budget is shared."""

    title: str = Field(min_length=1, max_length=160)
    meaning: str = Field("", max_length=300)
    cost: Cents | None = None


class DecisionForm(BaseModel):
    """A decision in preparation; an empty `opens_at` means as soon as it is opened by hand. Money is in cents.

    With `first_stage`, a proposal by consent is improved until `positions_at`; `former` is the decision it asks again.
    `options` are for the methods that choose among several; see `choosing.read_options`.
    """

    question: str = Field(min_length=8, max_length=160)
    explanation: str = Field("", max_length=20000)
    method: Method
    options: list[OptionWish] = []
    dots: int = Field(5, ge=1, le=20)
    dots_on_one: int = Field(0, ge=0, le=20)
    chosen_most: int = Field(1, ge=1, le=MOST_OPTIONS)
    budget: Cents | None = None
    majority: Majority = Majority.HALF
    quorum_percent: int = Field(0, ge=0, le=100)
    abstentions_count: bool = False
    results_hidden: bool = False
    proxies_most: int = Field(0, ge=0, le=MOST_PROXIES)
    secret: bool = False
    opens_at: Moment | None = None
    closes_at: Moment
    first_stage: bool = False
    positions_at: Moment | None = Field(None, validate_default=True)
    former: int | None = None
    meaning_agree: str = Field("", max_length=300)
    meaning_reserve: str = Field("", max_length=300)
    meaning_object: str = Field("", max_length=300)
    meaning_aside: str = Field("", max_length=300)
    meaning_yes: str = Field("", max_length=300)
    meaning_no: str = Field("", max_length=300)
    meaning_abstain: str = Field("", max_length=300)

    @field_validator("results_hidden")
    @classmethod
    def _objections_can_be_read(cls, hidden: bool, info: ValidationInfo) -> bool:
        if hidden and info.data.get("method") == Method.CONSENT:
            raise Invalid(_("Par consentement, chacun doit pouvoir lire les objections : on ne peut pas les cacher."))
        return hidden

    @field_validator("secret")
    @classmethod
    def _objections_have_a_name(cls, secret: bool, info: ValidationInfo) -> bool:
        if secret and info.data.get("method") == Method.CONSENT:
            raise Invalid(_("Par consentement, on parle avec qui objecte : le vote ne peut pas être secret."))
        return secret

    @field_validator("closes_at")
    @classmethod
    def _leaves_time(cls, closes_at: datetime, info: ValidationInfo) -> datetime:
        if closes_at < (info.data.get("opens_at") or clock.now()) + SHORTEST:
            raise Invalid(_("Laissez au moins une heure pour répondre."))
        return closes_at

    @field_validator("positions_at")
    @classmethod
    def _lies_between(cls, positions_at: datetime | None, info: ValidationInfo) -> datetime | None:
        if info.data.get("method") != Method.CONSENT or not info.data.get("first_stage"):
            return None
        if positions_at is None:
            raise Invalid(_("Choisissez jusqu’à quand on pose des questions et propose des améliorations."))
        if positions_at < (info.data.get("opens_at") or clock.now()) + SHORTEST:
            raise Invalid(_("Laissez au moins une heure pour les questions et les améliorations."))
        if "closes_at" in info.data and positions_at > info.data["closes_at"] - SHORTEST:
            raise Invalid(_("Laissez au moins une heure pour donner son avis, avant la clôture."))
        return positions_at

    @property
    def is_crossed(self) -> bool:
        """One cross beside a name at most: without a voice nobody is elected, so as many may be chosen as stand."""
        return self.method == Method.DOTS and self.dots_on_one == 1

    def meanings(self) -> dict[Code, str]:
        """What each position of the method means here; the usual words where nothing was written."""
        codes = CODES.get(self.method, ())
        return {code: getattr(self, f"meaning_{code.value}") or usual_meaning(code) for code in codes}


class StanceForm(BaseModel):
    """A position and its reason; `pour` is the elector spoken for, when it is not oneself."""

    option: Code
    pour: int | None = None
    reason: str = Field("", max_length=2000)


class OutcomeForm(BaseModel):
    """What follows from a decision, and when it will be looked at again."""

    outcome: str = Field(min_length=5, max_length=5000)
    review_on: date | None = None


class WithdrawalForm(BaseModel):
    """Taking a decision back before its end, with the reason that everybody will read."""

    reason: str = Field(min_length=5, max_length=1000)
