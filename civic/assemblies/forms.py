"""What people write about assemblies."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, Field, ValidationInfo, create_model, field_validator

from civic.assemblies.models import Casting, ResolutionKind
from civic.committees.models import CollegeKind
from civic.counting.rules import Majority
from civic.errors import Invalid
from civic.i18n import _
from civic.web.moments import Moment

MOST_CANDIDATES = 20


class RulesForm(BaseModel):
    """What the statutes say, and the second call they foresee."""

    year: str = Field(min_length=4, max_length=40)
    second_at: Moment | None = None
    second_percent: int = Field(0, ge=0, le=100)


class AssemblyForm(RulesForm):
    """An ordinary assembly to prepare; `lasts` in minutes, notice in days, quorum in percent of those expected;
    `another`: knowingly, while one is being prepared for the same year."""

    starts_at: Moment
    lasts: int = Field(150, ge=30, le=720)
    place: str = Field(min_length=3, max_length=200)
    notice_days: int = Field(15, ge=0, le=90)
    quorum_percent: int = Field(0, ge=0, le=100)
    proxies_most: int = Field(2, ge=0, le=10)
    another: bool = False

    @field_validator("starts_at")
    @classmethod
    def _before_the_second_call(cls, starts_at: Moment, info: ValidationInfo) -> Moment:
        second_at = info.data.get("second_at")
        if second_at and second_at <= starts_at:
            raise Invalid(_("La seconde convocation vient après la première."))
        return starts_at


class UsualForm(BaseModel):
    """The usual resolutions to put on the agenda."""

    kinds: list[ResolutionKind] = []


class ResolutionForm(BaseModel):
    """One resolution: its point of the agenda, `minutes` long, its wording, how it is voted."""

    title: str = Field(min_length=3, max_length=160)
    wording: str = Field(min_length=10, max_length=3_000)
    minutes: int = Field(10, ge=0, le=240)
    majority: Majority = Majority.HALF
    casting: Casting = Casting.HANDS


class ElectionForm(BaseModel):
    """An election: one candidate a line; secret, whatever else is secret or not."""

    title: str = Field(min_length=3, max_length=160)
    wording: str = Field(min_length=10, max_length=3_000)
    minutes: int = Field(20, ge=0, le=240)
    places: int = Field(1, ge=1, le=MOST_CANDIDATES)
    candidates: list[str] = []

    @field_validator("candidates", mode="before")
    @classmethod
    def _one_a_line(cls, written: object) -> object:
        texts = [written] if isinstance(written, str) else written
        if not isinstance(texts, list):
            return texts
        return [line.strip() for text in texts for line in str(text).splitlines() if line.strip()]

    @field_validator("candidates")
    @classmethod
    def _are_told_apart(cls, names: list[str]) -> list[str]:
        if len(names) > MOST_CANDIDATES:
            raise Invalid(_("Vingt candidats au plus par élection."))
        if any(len(name) > 160 for name in names):
            raise Invalid(_("Un nom par ligne, de 160 lettres au plus."))
        if len({name.casefold() for name in names}) < len(names):
            raise Invalid(_("Un nom est écrit deux fois."))
        return names


class HandsForm(BaseModel):
    """The hands as they were counted."""

    yes: int = Field(ge=0, le=100_000)
    no: int = Field(ge=0, le=100_000)
    abstain: int = Field(ge=0, le=100_000)


def hands_shape(colleges: Iterable[CollegeKind]) -> type[BaseModel]:
    """The form of hands counted college by college: `yes_residents`, and so on."""
    number: tuple[type, Any] = (int, Field(ge=0, le=100_000))
    said = {f"{name}_{kind.value}": number for kind in colleges for name in HandsForm.model_fields}
    return create_model("HandsByCollege", **said)  # type: ignore[call-overload, no-any-return]


def hands_by_college(colleges: Iterable[CollegeKind], sent: BaseModel) -> dict[CollegeKind, HandsForm]:
    """What such a form says, college by college."""
    said, names = sent.model_dump(), list(HandsForm.model_fields)
    return {kind: HandsForm(**{name: said[f"{name}_{kind.value}"] for name in names}) for kind in colleges}
