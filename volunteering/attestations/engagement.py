"""The compte d’engagement citoyen (CEC): what the law counts, and how far a person is by the ledger.

The rules, each with its source (read in November 2026; docs/volunteering-papers.md says what could not be verified):
- Who: a volunteer who sits in the body that administers or directs an association, or who takes part in leading other
  volunteers (Code du travail, art. L5151-9, 6°, b). Field missions alone never count.
- Where: an association of the law of 1901 (or of the register of Alsace-Moselle), declared for at least ONE year,
  whose activities are all among those of art. 200, 1, b of the code général des impôts (art. L5151-9, 6°, a). It was
  three years until the law n° 2024-344 of 15 April 2024, art. 1 (associations.gouv.fr/article11811.html).
- How much: 200 hours in the civil year, in one or several such associations, of which at least 100 in one of them
  (art. D5151-14, I, 7° since decree n° 2023-1393 of 29 December 2023).
- What it gives: 240 € of training rights for a civil year, 720 € in all at most (art. L5151-10 and D5151-14).
- What to do: the person declares by 30 June of the next year in « Le Compte bénévole »; a member of the association's
  board, its « valideur CEC », confirms by 31 December of that year (art. R5151-16). Nothing is automatic.
- From which age: 16, or 15 with a signed contract of apprenticeship (art. L5151-2).
Nothing here declares anything, and what was given outside this site is unknown to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from civic import clock, database
from civic.organisations.models import Organisation, OrganisationKind
from civic.people.models import Person
from volunteering.attestations.content import APART
from volunteering.hours import queries as hours
from volunteering.hours.models import PENDING, HoursEntry

HOURS, HOURS_IN_ONE = 200, 100
"""Of governance or leading in a civil year: in all, and in one association."""
YEARLY_CENTS, CEILING_CENTS = 24_000, 72_000
CONCERNED_MINUTES = HOURS_IN_ONE * 60
"""From so many minutes on a reminder is worth its mail: below 100 hours here, the 200 are far away."""
_CONCERNED = """SELECT person.id AS id FROM hours_entry entry JOIN person ON person.id = entry.person_id
JOIN organisation ON organisation.id = entry.organisation_id
WHERE entry.kind IN ('governance', 'leading') AND entry.status IN ('validated', 'frozen') AND entry.day >= ?
AND entry.day <= ? AND organisation.kind = 'association' AND person.erased_at IS NULL AND person.email IS NOT NULL
AND person.email_verified_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM engagement_silence silence
WHERE silence.person_id = person.id) GROUP BY person.id HAVING SUM(entry.minutes) >= ? ORDER BY person.id"""


@dataclass(slots=True, frozen=True)
class Counter:
    """One civil year of one person, in minutes: `associations` (name, minutes), the most first; what does not count.

    `elsewhere` is governance or leading for who is no association, `missions` work on the ground, `waiting` governance
    or leading that nobody has validated yet.
    """

    year: int
    associations: list[tuple[str, int]]
    elsewhere: int
    missions: int
    waiting: int

    @property
    def total(self) -> int:
        """What counts, in all associations."""
        return sum(minutes for _name, minutes in self.associations)

    @property
    def most(self) -> int:
        """What counts in the one with the most."""
        return self.associations[0][1] if self.associations else 0

    @property
    def missing(self) -> int:
        """How much less than the first threshold, in minutes."""
        return max(0, HOURS * 60 - self.total)

    @property
    def reached(self) -> bool:
        """Both thresholds."""
        return self.total >= HOURS * 60 and self.most >= HOURS_IN_ONE * 60

    @property
    def is_concerned(self) -> bool:
        """Some of her time is of the kind that counts, agreed or waiting."""
        return bool(self.total or self.waiting or self.elsewhere)

    @property
    def declare_by(self) -> date:
        """The last day to declare."""
        return date(self.year + 1, 6, 30)

    @property
    def confirm_by(self) -> date:
        """The last day for the association to confirm."""
        return date(self.year + 1, 12, 31)


async def count(person_id: int, year: int) -> Counter:
    """A person's civil year by the ledger."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    agreed = await hours.agreed(person_id, first, last)
    pending = HoursEntry.filter(person_id=person_id, day__gte=first, day__lte=last, status__in=PENDING, kind__in=APART)
    counting = [entry for entry in agreed if entry.kind in APART]
    known = await _associations({entry.organisation_id for entry in counting if entry.organisation_id})
    by_id = [(known[one], _sum(e for e in counting if e.organisation_id == one)) for one in known]
    associations = sorted(by_id, key=lambda one: (-one[1], one[0]))
    return Counter(
        year, associations, _sum(counting) - sum(minutes for _name, minutes in associations),
        _sum(entry for entry in agreed if entry.kind not in APART), _sum(await pending),
    )  # fmt: skip


async def _associations(ids: set[int]) -> dict[int, str]:
    rows = await Organisation.filter(id__in=ids or {0}, kind=OrganisationKind.ASSOCIATION)
    return {row.id: row.name for row in rows}


def _sum(entries: Iterable[HoursEntry]) -> int:
    return sum(entry.minutes for entry in entries)


def year_to_show(text: str) -> int:
    """The civil year that an address names; else last year while it can be declared (until 30 June), then this one."""
    today = clock.today()
    if text.isascii() and text.isdigit() and today.year - 10 <= int(text) <= today.year:
        return int(text)
    return today.year - 1 if today <= date(today.year, 6, 30) else today.year


async def concerned(year: int) -> list[int]:
    """Ids of the persons to remind of a year: enough of the right time in associations, and they may be mailed."""
    days = [date(year, 1, 1), date(year, 12, 31)]
    return [int(row["id"]) for row in await database.fetch_all(_CONCERNED, [*days, CONCERNED_MINUTES])]


async def person_of(person_id: int) -> Person | None:
    """A person who can be written to."""
    return await Person.get_or_none(id=person_id, erased_at__isnull=True, email__isnull=False)
