"""What people write about decisions. Moments are written in Paris time and kept in UTC."""

from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo, field_validator

from civic import clock
from civic.decisions.counting import CODES, Code, Majority, Method
from civic.decisions.words import usual_meaning
from civic.errors import Invalid
from civic.i18n import _

SHORTEST = timedelta(hours=1)


def _paris(moment: datetime) -> datetime:
    """A moment as people wrote it, on the territory's clocks."""
    return clock.at(moment.date(), moment.hour, moment.minute) if moment.tzinfo is None else moment


Moment = Annotated[datetime, AfterValidator(_paris)]


class DecisionForm(BaseModel):
    """A decision in preparation; an empty `opens_at` means as soon as it is opened by hand."""

    question: str = Field(min_length=8, max_length=160)
    explanation: str = Field("", max_length=20000)
    method: Method
    majority: Majority = Majority.HALF
    quorum_percent: int = Field(0, ge=0, le=100)
    abstentions_count: bool = False
    results_hidden: bool = False
    opens_at: Moment | None = None
    closes_at: Moment
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

    @field_validator("closes_at")
    @classmethod
    def _leaves_time(cls, closes_at: datetime, info: ValidationInfo) -> datetime:
        if closes_at < (info.data.get("opens_at") or clock.now()) + SHORTEST:
            raise Invalid(_("Laissez au moins une heure pour répondre."))
        return closes_at

    def meanings(self) -> dict[Code, str]:
        """What each position of the method means here; the usual words where nothing was written."""
        return {code: getattr(self, f"meaning_{code.value}") or usual_meaning(code) for code in CODES[self.method]}


class StanceForm(BaseModel):
    """A position and its reason."""

    option: Code
    reason: str = Field("", max_length=2000)


class IntegrationForm(BaseModel):
    """How an objection changed the proposal."""

    integration: str = Field(min_length=5, max_length=1000)


class OutcomeForm(BaseModel):
    """What follows from a decision, and when it will be looked at again."""

    outcome: str = Field(min_length=5, max_length=5000)
    review_on: date | None = None


class WithdrawalForm(BaseModel):
    """Taking a decision back before its end, with the reason that everybody will read."""

    reason: str = Field(min_length=5, max_length=1000)


class CommitmentForm(BaseModel):
    """Who does what until when; without a person it is oneself."""

    what: str = Field(min_length=5, max_length=200)
    due_on: date
    person_id: int | None = None

    @field_validator("due_on")
    @classmethod
    def _is_to_come(cls, due_on: date) -> date:
        if due_on < clock.today():
            raise Invalid(_("Choisissez un jour à venir."))
        return due_on
