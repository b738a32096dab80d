"""Reads about the ledger of hours, and the guards of its pages."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from tortoise.queryset import QuerySet

from civic import clock, database
from civic.contributions.queries import initiatives_given_to
from civic.errors import NotFound
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.initiatives.queries import led_by
from civic.people.models import Person
from volunteering.hours.letters import check_current, person_id_of
from volunteering.hours.models import AGREED, PENDING, EntryStatus, HoursEntry

_GIVEN = """SELECT COUNT(DISTINCT person_id) AS people, SUM(minutes * (1 + companions)) AS minutes FROM hours_entry
WHERE status IN ('validated', 'frozen')"""
_ALONE = """SELECT COUNT(*) AS n, MIN(entry.initiative_id) AS first FROM hours_entry entry
WHERE entry.status IN ('proposed', 'corrected') AND NOT EXISTS (SELECT 1 FROM lead
WHERE lead.initiative_id = entry.initiative_id AND lead."until" IS NULL
AND (entry.person_id IS NULL OR lead.person_id <> entry.person_id))"""
_WAITING = """SELECT initiative.slug AS slug, initiative.title AS title, COUNT(*) AS n FROM hours_entry entry
JOIN initiative ON initiative.id = entry.initiative_id
JOIN lead ON lead.initiative_id = entry.initiative_id AND lead."until" IS NULL AND lead.person_id = ?
WHERE entry.status IN ('proposed', 'corrected') AND (entry.person_id IS NULL OR entry.person_id <> ?)
GROUP BY initiative.slug, initiative.title ORDER BY initiative.title"""
LATEST = 40
MOST_PENDING = 40
LONGEST_SLUG = 120


@dataclass(slots=True)
class Year:
    """One person's hours of a year: the entries, the latest first, and the agreed minutes of each initiative."""

    year: int
    entries: list[HoursEntry] = field(default_factory=list)
    sums: list[tuple[str, int]] = field(default_factory=list)
    agreed: int = 0
    waiting: int = 0


async def agreed(person_id: int, first: date, last: date) -> list[HoursEntry]:
    """What one person gave from one day to another (both included), validated or frozen, the oldest first."""
    query = HoursEntry.filter(person_id=person_id, day__gte=first, day__lte=last, status__in=AGREED)
    return await query.order_by("day", "id").select_related("initiative")


async def person_of_link(token: str) -> Person:
    """The person behind the link to her hours. Raises NotFound, or Gone for one of before she signed a device out."""
    person = await Person.get_or_none(id=person_id_of(token))
    if person is None or person.erased_at:
        raise NotFound(_("Ce lien ne mène plus à rien."))
    check_current(person, token)
    return person


async def own_entry(person: Person, entry_id: int) -> HoursEntry:
    """One of her own entries. Raises NotFound."""
    found = await HoursEntry.get_or_none(id=entry_id, person_id=person.id).select_related("initiative")
    if found is None:
        raise NotFound(_("Ces heures ne sont pas dans votre carnet."))
    return found


async def entry_of(initiative: Initiative, entry_id: int) -> HoursEntry:
    """An entry of this initiative, for its coordinators. Raises NotFound."""
    found = await HoursEntry.get_or_none(id=entry_id, initiative_id=initiative.id).select_related("initiative")
    if found is None:
        raise NotFound(_("Ces heures n’existent pas."))
    return found


async def years_of(person_id: int) -> list[int]:
    """The years in which she has hours, the latest first; this year always."""
    days = await _kept().filter(person_id=person_id).values_list("day", flat=True)
    return sorted({clock.today().year, *(date.fromisoformat(str(day)).year for day in days)}, reverse=True)


async def year_of(person_id: int, year: int) -> Year:
    """One person's hours of one year."""
    rows = await _kept().filter(
        person_id=person_id, day__gte=date(year, 1, 1), day__lte=date(year, 12, 31)
    ).order_by("-day", "-id").select_related("initiative")  # fmt: skip
    sums: dict[str, int] = {}
    for row in rows:
        if row.is_agreed:
            sums[row.initiative.title] = sums.get(row.initiative.title, 0) + row.minutes
    ordered = sorted(sums.items(), key=lambda pair: pair[0].casefold())
    waiting = sum(row.minutes for row in rows if row.is_pending)
    return Year(year, rows, ordered, sum(sums.values()), waiting)


async def initiatives_of(person: Person, also: str = "") -> list[Initiative]:
    """What she is likely to have given time to: what she runs or gave to, and the one of the page she comes from."""
    known = {one.id for one in await led_by(person)}
    mine = await HoursEntry.filter(person_id=person.id).values_list("initiative_id", flat=True)
    known |= {int(str(one)) for one in mine} | await initiatives_given_to(person.id)
    rows = await Initiative.filter(id__in=known or {0}).order_by("title")
    asked = await Initiative.get_or_none(slug=also[:LONGEST_SLUG], published_at__isnull=False) if also else None
    return [asked, *rows] if asked and asked.id not in known else rows


async def pending_of(initiative_id: int) -> list[HoursEntry]:
    """What awaits a coordinator of this initiative, the oldest first, with the person."""
    query = HoursEntry.filter(initiative_id=initiative_id, status__in=PENDING)
    return await query.order_by("day", "id").limit(MOST_PENDING).select_related("person")


async def pending_count(initiative_id: int, but: int = 0) -> int:
    """How many entries await a coordinator; `but` leaves out the hours of the one who asks."""
    rows = HoursEntry.filter(initiative_id=initiative_id, status__in=PENDING)
    return await rows.count() - await rows.filter(person_id=but).count()


async def latest_of(initiative_id: int) -> list[HoursEntry]:
    """What coordinators said last: agreed and refused hours, with the person."""
    query = HoursEntry.filter(initiative_id=initiative_id, status__in=(*AGREED, EntryStatus.REFUSED))
    return await query.order_by("-updated_at", "-id").limit(LATEST).select_related("person")


async def waiting_for(person_id: int) -> list[tuple[str, str, int]]:
    """Slug, title and number of entries that this lead may validate, for each initiative she runs. One query."""
    rows = await database.fetch_all(_WAITING, [person_id, person_id])
    return [(str(row["slug"]), str(row["title"]), int(row["n"])) for row in rows]


async def waiting_for_team() -> tuple[int, Initiative | None]:
    """How many entries nobody but the team may validate (a lead's own, where she is alone), and where to begin."""
    row = (await database.fetch_all(_ALONE))[0]
    return int(row["n"]), await Initiative.get_or_none(id=row["first"]) if row["n"] else None


async def shown_of(person_id: int) -> list[HoursEntry]:
    """What she gave lately, whether agreed already or not, with the initiative."""
    query = HoursEntry.filter(person_id=person_id, status__in=(*PENDING, *AGREED))
    return await query.order_by("-day", "-id").limit(LATEST).select_related("initiative")


async def given() -> tuple[int, int]:
    """How many persons gave time, and how many agreed minutes in all, with those who came along. One query."""
    row = (await database.fetch_all(_GIVEN))[0]
    return int(row["people"]), int(row["minutes"] or 0)


def total(entries: Sequence[HoursEntry]) -> int:
    """Minutes of all these entries, with those who came along."""
    return sum(entry.total_minutes for entry in entries)


def _kept() -> QuerySet[HoursEntry]:
    return HoursEntry.exclude(status=EntryStatus.WITHDRAWN)
