"""Shapes of what a lead writes, step by step, and of what the reviewer answers."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationInfo, field_validator

from campaigns.lifecycle.models import GoalKind, RewardNature
from campaigns.money import parse_euros
from civic.errors import Invalid
from civic.i18n import _


def _cents(value: object) -> object:
    return parse_euros(value).cents if isinstance(value, str) else value


Cents = Annotated[int, BeforeValidator(_cents), Field(ge=100, le=100_000_000)]
ValueCents = Annotated[int, BeforeValidator(_cents), Field(ge=0, le=100_000_000)]


class StoryForm(BaseModel):
    """What it is, in one title, one sentence and a story."""

    title: str = Field(min_length=5, max_length=60)
    summary: str = Field(min_length=10, max_length=300)
    story: str = Field("", max_length=20_000)
    done: list[int] = []


class CostLineForm(BaseModel):
    """One expense. `line` is the id of the line being changed, 0 for a new one."""

    line: int = 0
    title: str = Field(min_length=3, max_length=120)
    detail: str = Field("", max_length=400)
    amount: Cents
    nature: Literal["required", "optional"]


class RewardForm(BaseModel):
    """One thank-you. `reward` is the id of the one being changed, 0 for a new one; no stock means no limit."""

    reward: int = 0
    title: str = Field(min_length=3, max_length=120)
    detail: str = Field("", max_length=400)
    from_amount: Cents
    nature: RewardNature | None = None
    value: ValueCents = Field(0, validate_default=True)
    stock: int | None = Field(None, ge=1, le=100_000)
    delivery_on: date | None = None

    @field_validator("value")
    @classmethod
    def _symbols_are_worth_nothing(cls, value: int, info: ValidationInfo) -> int:
        if value and info.data.get("nature") == RewardNature.SYMBOLIC:
            raise Invalid(_("Un merci symbolique ne vaut rien : écrivez 0, ou choisissez « un cadeau »."))
        if not value and info.data.get("nature") in (RewardNature.GIFT, RewardNature.SALE):
            raise Invalid(_("Estimez ce que vaut ce merci, par exemple 12 €."))
        return value


class TermsForm(BaseModel):
    """When, for whom (the host, or the initiative's own organisation), with which risks."""

    deadline_on: date
    starts_on: date | None = None
    goal: GoalKind = GoalKind.ALL_OR_NOTHING
    receiver: Literal["host", "organisation"] = "host"
    use_of_funds: str = Field(min_length=20, max_length=5_000)
    expected_result: str = Field("", min_length=20, max_length=5_000)
    risks: str = Field(min_length=20, max_length=5_000)
    done: list[int] = []


class ReviewForm(BaseModel):
    """The reviewer's answer; `version` is the campaign's that was on the page."""

    version: int = 0
    answer: Literal["approved", "changes_requested", "rejected"]
    note: str = Field("", max_length=5_000)
    about_title: str = Field("", max_length=2_000)
    about_summary: str = Field("", max_length=2_000)
    about_story: str = Field("", max_length=2_000)
    about_photos: str = Field("", max_length=2_000)
    about_costs: str = Field("", max_length=2_000)
    about_rewards: str = Field("", max_length=2_000)
    about_deadline_on: str = Field("", max_length=2_000)
    about_goal: str = Field("", max_length=2_000)
    about_beneficiary: str = Field("", max_length=2_000)
    about_use_of_funds: str = Field("", max_length=2_000)
    about_expected_result: str = Field("", max_length=2_000)
    about_risks: str = Field("", max_length=2_000)

    def remarks(self) -> dict[str, str]:
        """Topic → what is said of it, empty ones left out."""
        return {name.removeprefix("about_"): text for name, text in self if name.startswith("about_") and text}


class AnswerForm(BaseModel):
    """To a demand of cancellation."""

    answer: Literal["yes", "no"]
    demand: int = 0


class AltForm(BaseModel):
    """What a photo shows, for who does not see it."""

    alt: str = Field("", max_length=200)


class MoveForm(BaseModel):
    """Which way a line or a photo goes."""

    way: Literal["up", "down"] = "up"


class OpeningForm(BaseModel):
    """The day on which an accepted campaign opens; none: its lead opens it herself. Another last day, if it is late."""

    starts_on: date | None = None
    deadline_on: date | None = None


class NoteForm(BaseModel):
    """Why."""

    note: str = Field(min_length=10, max_length=5_000)
