"""`/campagnes`: facets, distance, order, pages; the whole state of a search is in its address (UX « Explorer »)."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field

from campaigns.lifecycle.models import PUBLIC, Campaign, CampaignStatus, GoalKind
from campaigns.lifecycle.queries import WITH
from civic import clock, database
from civic.errors import DomainError
from civic.i18n import _, _n
from civic.initiatives.topics import TOPICS
from civic.places import queries as places
from civic.places.models import Commune
from civic.web import paging
from civic.web.forms import Form
from civic.web.paging import PER_PAGE

KM_PER_DEGREE = 111.195
SOON = timedelta(days=7)
SUCCEEDED = (CampaignStatus.FUNDED, CampaignStatus.REPORTING, CampaignStatus.CLOSED)
_FROM = "FROM campaign c JOIN initiative i ON i.id = c.initiative_id WHERE "
_OPEN = "c.status = ? AND c.deadline > ?"


class ListForm(BaseModel):
    """A search of campaigns. Unknown values of a list are ignored."""

    commune: str = Field("", max_length=80)
    rayon: int = Field(15, ge=1, le=100)
    sujet: list[str] = Field(default_factory=list)
    etat: Literal["", "reussies", "terminees", "toutes"] = ""
    genre: Literal["", "all_or_nothing", "flexible"] = ""
    bientot: bool = False
    tri: Literal["", "nouveau", "proche"] = ""
    apres: str = ""


@dataclass(slots=True)
class Found:
    """A page of campaigns, how many there are in all, and the cursor of the next page."""

    campaigns: list[Campaign]
    count: int
    after: str | None
    first: bool


@dataclass(slots=True)
class Wanted:
    """A search that has been understood."""

    data: ListForm
    commune: Commune | None
    meant: list[Commune]

    @property
    def centre(self) -> tuple[float, float] | None:
        """Latitude and longitude of the commune asked for."""
        found = self.commune
        if found is None or found.latitude is None or found.longitude is None:
            return None
        return found.latitude, found.longitude

    @property
    def order(self) -> str:
        """« proche » needs a place; open campaigns end soon first, others the latest first."""
        if self.data.tri == "proche" and self.centre:
            return "proche"
        return self.data.tri if self.data.tri == "nouveau" else "fin" if self.data.etat == "" else "passe"


async def understood(form: Form[ListForm]) -> Wanted:
    """What a form means; a commune that is not understood is said beside its field and left out."""
    wanted = Wanted(form.data or ListForm.model_validate({}), None, [])
    if wanted.data.commune:
        try:
            commune = await places.commune_meant(wanted.data.commune)
            if not commune.has_point:
                raise places.PlaceWithoutPoint(commune.name)
            wanted.commune = commune
        except DomainError as error:
            form.errors["commune"] = error.message
            if isinstance(error, places.SeveralCommunes):
                wanted.meant = error.communes
    return wanted


async def find(wanted: Wanted) -> Found:
    """One page of a search: four queries, however many campaigns there are."""
    conditions, parameters = await _conditions(wanted)
    sorting, extra, down = _sorting(wanted)
    total = await database.fetch_all(f"SELECT count(*) AS n {_FROM}{' AND '.join(conditions)}", list(parameters))
    cursor = wanted.data.apres
    if after := paging.decode(cursor, "number" if wanted.order == "proche" else "moment", "id"):
        conditions.append(f"({sorting} {'<' if down else '>'} ? OR ({sorting} = ? AND c.id < ?))")
        parameters += [*extra, after[0], *extra, after[0], after[1]]
    sql = (
        f"SELECT c.id, {sorting} AS sort_key {_FROM}{' AND '.join(conditions)} "
        f"ORDER BY {sorting} {'DESC' if down else 'ASC'}, c.id DESC LIMIT ?"
    )
    rows = await database.fetch_all(sql, [*extra, *parameters, *extra, PER_PAGE + 1])
    cut = paging.cut(rows, _key, cursor=cursor or None)
    shown = Campaign.filter(id__in=[row["id"] for row in cut.items] or [0]).select_related(*WITH)
    known = {campaign.id: campaign for campaign in await shown}
    return Found([known[row["id"]] for row in cut.items], int(total[0]["n"]), cut.after, cut.first or not after)


def _key(row: dict[str, Any]) -> list[Any]:
    value = row["sort_key"]
    return [value.isoformat() if isinstance(value, datetime) else value, row["id"]]


async def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    data = wanted.data
    conditions, parameters = await _state(data)
    if topics := [topic for topic in data.sujet if topic in TOPICS]:
        marks = ", ".join("?" * len(topics))
        conditions.append(f"i.id IN (SELECT initiative_id FROM initiative_topic WHERE topic IN ({marks}))")  # noqa: S608
        parameters += topics
    if data.genre:
        conditions.append("c.goal = ?")
        parameters.append(GoalKind(data.genre).value)
    if data.bientot:
        conditions.append(f"{_OPEN} AND c.deadline <= ?")
        parameters += [CampaignStatus.LIVE.value, clock.now(), clock.now() + SOON]
    if wanted.centre:
        distance, extra = _square_km(wanted)
        conditions.append(f"i.latitude IS NOT NULL AND {distance} <= ?")
        parameters += [*extra, float(data.rayon**2)]
    return conditions, parameters


async def _state(data: ListForm) -> tuple[list[str], list[Any]]:
    """Which states; the page is good until the next campaign ends."""
    present = clock.glance()
    live = Campaign.filter(status=CampaignStatus.LIVE, deadline__gt=present).order_by("deadline").only("id", "deadline")
    if following := await live.first():
        clock.changes_at(following.deadline)
    if data.etat == "reussies":
        return [f"c.status IN ({_marks(SUCCEEDED)})"], [status.value for status in SUCCEEDED]
    public = [status.value for status in sorted(PUBLIC)]
    if data.etat == "toutes":
        return [f"c.status IN ({_marks(public)}) AND c.deadline IS NOT NULL"], [*public]
    if data.etat == "terminees":
        over = f"c.status IN ({_marks(public)}) AND c.deadline IS NOT NULL AND NOT ({_OPEN})"
        return [over], [*public, CampaignStatus.LIVE.value, present]
    return [_OPEN], [CampaignStatus.LIVE.value, present]


def _marks(values: Any) -> str:
    return ", ".join("?" * len(values))


def _sorting(wanted: Wanted) -> tuple[str, list[Any], bool]:
    """The sorting expression, its parameters, and whether it goes down."""
    match wanted.order:
        case "proche":
            sql, extra = _square_km(wanted)
            return sql, extra, False
        case "nouveau":
            return "coalesce(c.starts_at, c.created_at)", [], True
        case "passe":
            return "c.deadline", [], True
    return "c.deadline", [], False


def _square_km(wanted: Wanted) -> tuple[str, list[Any]]:
    """Planar, as the explorer of initiatives counts."""
    latitude, longitude = wanted.centre or (0.0, 0.0)
    shrink = KM_PER_DEGREE * math.cos(math.radians(latitude))
    sql = "((i.latitude - ?) * (i.latitude - ?) * ? + (i.longitude - ?) * (i.longitude - ?) * ?)"
    return sql, [latitude, latitude, KM_PER_DEGREE**2, longitude, longitude, shrink**2]


def sentence(count: int, wanted: Wanted) -> str:
    """How many, in words, for the eye and for the screen reader."""
    if wanted.centre and wanted.commune:
        return _n(
            "%(n)s collecte à moins de %(km)s km de %(place)s", "%(n)s collectes à moins de %(km)s km de %(place)s",
            count, km=wanted.data.rayon, place=wanted.commune.name,
        )  # fmt: skip
    if wanted.data.etat == "":
        return _n("%(n)s collecte ouverte", "%(n)s collectes ouvertes", count)
    return _n("%(n)s collecte", "%(n)s collectes", count)


def choices() -> dict[str, list[tuple[str, str]]]:
    """The facets' options."""
    return {
        "states": [
            ("", _("Ouvertes")), ("reussies", _("Réussies")), ("terminees", _("Terminées")), ("toutes", _("Toutes"))
        ],
        "kinds": [("", _("Toutes")), ("all_or_nothing", _("Tout ou rien")), ("flexible", _("Collecte libre"))],
        "sorts": [("", _("Par date de fin")), ("nouveau", _("Le plus récent")), ("proche", _("Le plus proche"))],
        "radii": [(str(km), _("%(n)s km", n=km)) for km in (5, 10, 15, 30, 50, 100)],
    }  # fmt: skip
