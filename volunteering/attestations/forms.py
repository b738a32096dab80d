"""What the pages of papers ask."""

from datetime import date

from pydantic import BaseModel, Field

from civic import clock


class PeriodForm(BaseModel):
    """From which day to which; this year up to today unless told."""

    du: date = Field(default_factory=lambda: date(clock.today().year, 1, 1))
    au: date = Field(default_factory=clock.today)


class WantedForm(PeriodForm):
    """A volunteer's paper: for whom (« o12 », « i5 »)."""

    pour: str = Field(default="", max_length=24)


class IssueForm(PeriodForm):
    """A coordinator's paper: for which volunteer."""

    personne: int


class ReasonForm(BaseModel):
    """Why a paper is taken back: everybody who checks it reads it."""

    reason: str = Field(min_length=3, max_length=300)


class CodeForm(BaseModel):
    """A code as somebody copied it."""

    code: str = Field(default="", max_length=60)


class SheetForm(BaseModel):
    """What the skills sheet shows; everything until something was `chosen`."""

    choix: bool = False
    lignes: list[int] = []
    acquis: list[str] = []
    dits: list[str] = []
    heures: bool = False
    prenom: bool = False
