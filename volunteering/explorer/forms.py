"""The GET form of the missions: what the address may say, and what is meant by it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, Field

from civic import clock
from civic.errors import DomainError
from civic.i18n import _
from civic.places import queries as places
from civic.places.models import Commune
from civic.web.forms import Form

NO_SKILL = "aucune"
WEEK = timedelta(days=7)
SATURDAY = 5


class MissionsForm(BaseModel):
    """A search of missions. Unknown values of a list are ignored by the query, not refused."""

    q: str = Field("", max_length=120)
    commune: str = Field("", max_length=80)
    lieu: list[str] = Field(default_factory=list, max_length=300)
    """Only these communes (INSEE codes), whatever the distance: what a marker of the map stands for."""
    rayon: int = Field(15, ge=1, le=100)
    sujet: list[str] = Field(default_factory=list)
    quand: Literal["", "semaine", "week-end"] = ""
    du: date | None = None
    au: date | None = None
    moment: list[str] = Field(default_factory=list)
    genre: Literal["", "date", "annee"] = ""
    effort: list[str] = Field(default_factory=list)
    competence: str = Field("", max_length=40)
    """A code of the nomenclature, or « aucune »: no skill is required."""
    places: bool = False
    sans_voiture: bool = False
    a_distance: bool = False
    mineurs: bool = False
    tri: Literal["", "proche", "besoin"] = ""
    vue: Literal["liste", "carte"] = "liste"
    apres: str = ""

    @property
    def window(self) -> tuple[datetime, datetime | None] | None:
        """From when until when (UTC) a shift must start, when days are asked for; both ways of asking narrow it."""
        first, end = self.du, self.au + timedelta(days=1) if self.au else None
        today = clock.today()
        if self.quand == "semaine":
            end = min(end or date.max, today + WEEK + timedelta(days=1))
        elif self.quand == "week-end":
            saturday = today + timedelta(days=(SATURDAY - today.weekday()) % 7) if today.weekday() < SATURDAY else today
            first = max(first or date.min, saturday)
            end = min(end or date.max, saturday + timedelta(days=7 - saturday.weekday()))
        if first is None and end is None:
            return None
        return clock.at(first or today, 0), clock.at(end, 0) if end else None

    @property
    def asks_for_shift(self) -> bool:
        """One shift of the mission must answer to what is asked."""
        return self.window is not None or bool(self.moment) or self.places


@dataclass(slots=True)
class Wanted:
    """A search that has been understood. `meant`: communes to choose from when several fit; `found`: ids by words."""

    data: MissionsForm
    commune: Commune | None
    meant: list[Commune]
    found: tuple[list[int], list[int]] | None = None

    @property
    def centre(self) -> tuple[float, float] | None:
        """Latitude and longitude of the commune asked for."""
        if self.commune is None or self.commune.latitude is None or self.commune.longitude is None:
            return None
        return self.commune.latitude, self.commune.longitude

    @property
    def order(self) -> str:
        """« proche » needs a place; else the next to come first."""
        return "" if self.data.tri == "proche" and not self.centre else self.data.tri


async def understood(form: Form[MissionsForm]) -> Wanted:
    """What a form means; a commune or days that cannot be understood are said beside their field and left out."""
    data = form.data or MissionsForm.model_validate({})
    if data.du and data.au and data.au < data.du:
        form.errors["au"] = _("Le dernier jour vient avant le premier.")
        data = data.model_copy(update={"du": None, "au": None})
    wanted = Wanted(data, None, [])
    if data.commune:
        try:
            commune = await places.commune_meant(data.commune)
            if not commune.has_point:
                raise places.PlaceWithoutPoint(commune.name)
            wanted.commune = commune
        except DomainError as error:
            form.errors["commune"] = error.message
            if isinstance(error, places.SeveralCommunes):
                form.errors["commune"] = _("Plusieurs communes correspondent\u00a0: choisissez la vôtre.")
                wanted.meant = error.communes
    return wanted
