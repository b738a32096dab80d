"""Missions and their shifts as open data: when, where, how many places. Neither contacts nor who comes."""

from collections.abc import Sequence

from tortoise.queryset import QuerySet

from civic.api.kinds import Kind, Place, Ref, Said, Utc, Words, here, of_commune, of_initiative, ref
from civic.i18n import _
from civic.web import urls
from volunteering.missions.models import Effort, Mission, MissionStatus
from volunteering.shifts.models import Shift


class MissionItem(Said):
    """Work that people are looked for. `shifts`, `places` and `free` count the shifts to come."""

    id: int
    url: str
    api_url: str
    ics_url: str
    title: Words
    summary: Words
    initiative: Ref | None
    commune: Place | None
    place: Words
    status: MissionStatus
    ongoing: bool
    effort: Effort
    minimum_age: int | None
    car_free: bool
    required_skills: list[str]
    wished_skills: list[str]
    availabilities: list[str]
    shifts: int
    places: int
    free: int
    updated_at: Utc


class ShiftItem(Said):
    """A slot of a mission and how many places of it are free."""

    id: int
    url: str
    api_url: str
    mission: Ref
    commune: Place | None
    starts_at: Utc
    ends_at: Utc
    places: int
    free: int
    missing: int
    cancelled: bool
    note: Words
    updated_at: Utc


async def _missions(rows: Sequence[Mission]) -> list[MissionItem]:
    return [
        MissionItem(
            id=row.id, url=MISSIONS.address(row), api_url=here("missions", row.id), title=row.title,
            ics_url=urls.absolute("feeds.mission", slug=row.slug), summary=row.summary,
            initiative=of_initiative(row.initiative), commune=of_commune(row.commune), place=row.place,
            status=row.status, ongoing=row.ongoing, effort=row.effort, minimum_age=row.minimum_age,
            car_free=row.car_free, required_skills=row.required_skills, wished_skills=row.wished_skills,
            availabilities=row.availabilities, shifts=row.coming_shifts, places=row.coming_capacity,
            free=row.coming_free, updated_at=row.updated_at,
        )
        for row in rows
    ]  # fmt: skip


async def _shifts(rows: Sequence[Shift]) -> list[ShiftItem]:
    return [
        ShiftItem(
            id=row.id, url=MISSIONS.address(row.mission), api_url=here("shifts", row.id),
            mission=ref("missions", row.mission, row.mission.title, MISSIONS.address(row.mission)),
            commune=of_commune(row.mission.commune), starts_at=row.starts_at, ends_at=row.ends_at, places=row.capacity,
            free=row.free, missing=row.missing, cancelled=row.is_cancelled, note=row.note, updated_at=row.updated_at,
        )
        for row in rows
    ]  # fmt: skip


def _public_missions() -> QuerySet[Mission]:
    rows = Mission.filter(initiative__published_at__isnull=False).exclude(status=MissionStatus.DRAFT)
    return rows.select_related("initiative", "commune")


def _public_shifts() -> QuerySet[Shift]:
    rows = Shift.filter(mission__initiative__published_at__isnull=False).exclude(mission__status=MissionStatus.DRAFT)
    return rows.select_related("mission", "mission__commune")


MISSIONS = Kind(
    "missions", lambda: _("Missions"), lambda: _("Le bénévolat proposé, ouvert ou terminé."), MissionItem,
    _public_missions, _missions, commune="commune_id", topic="initiative_id", page="missions.show",
)  # fmt: skip
SHIFTS = Kind(
    "shifts", lambda: _("Créneaux"), lambda: _("Les heures des missions et leurs places, sans les personnes."),
    ShiftItem, _public_shifts, _shifts, commune="mission__commune_id", topic="mission__initiative_id",
)  # fmt: skip


def open_data() -> list[Kind]:
    """What this part gives to open data."""
    return [MISSIONS, SHIFTS]
