"""The entries of a monthly support as movements of its months, and what of them is told."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from campaigns.ledger.models import AccountKind
from campaigns.ledger.queries import Booked
from campaigns.lifecycle.models import Campaign
from campaigns.proof.accounts import Books
from campaigns.proof.natures import OF_PLEDGE, Nature, nature, undone
from campaigns.proof.periods import UNKNOWN, Movement, Period, following, tell
from campaigns.recurring.models import SupportMonth
from civic import clock
from civic.i18n import _
from civic.web.formats import money, month, month_short


@dataclass(slots=True, frozen=True)
class Told:
    """What the page of a monthly support says: periods, sums in cents, the first month that is not told yet."""

    periods: list[Period]
    waits_from: date | None
    spent_since: int

    @property
    def years(self) -> list[tuple[int, list[Period]]]:
        """The periods by the year in which they end, the latest year first."""
        found: dict[int, list[Period]] = {}
        for one in self.periods:
            found.setdefault(one.last.year, []).append(one)
        return [(year, found[year]) for year in sorted(found, reverse=True)]

    @property
    def received(self) -> int:
        """What was received in the periods that are told, in cents."""
        return sum(one.received for one in self.periods)


async def told_of(books: Books) -> Told:
    """The months of a standing campaign, as far as they may be told now; the page changes when the month does."""
    clock.changes_at(clock.at(following(clock.today().replace(day=1)), 0))
    movements = await _movements(books)
    periods, waits = tell(movements, clock.today())
    since = sum(one.spent for one in movements if waits and one.month >= waits)
    return Told(periods, waits, since)


async def _movements(books: Books) -> list[Movement]:
    """One per entry; a gift belongs to the month in which it was booked at the earliest, so no past month changes.

    What is spent belongs to the month in which it was paid: it is public anyhow.
    """
    persons = await _persons(books.campaign)
    by_id, found, latest = {one.id: one for one in books.entries}, [], date.min
    for entry in books.entries:
        origin = undone(entry, by_id)
        if nature(origin) == Nature.SPENDING:
            found.append(Movement(_month_of(entry.link.occurred_at), spent=entry.cents(AccountKind.EXPENSE_PAID)))
            continue
        latest = max(latest, _month_of(max(entry.link.occurred_at, entry.recorded_at)))
        found.append(_gift(entry, origin, latest, persons))
    begun = min((one.month for one in found if one.who is not None), default=date.max)
    return [Movement(begun, spent=one.spent) if one.who is None and one.month < begun else one for one in found]


def _gift(entry: Booked, origin: Booked, on: date, persons: dict[int, int]) -> Movement:
    received, fees = -entry.cents(AccountKind.CAMPAIGN_FUND), entry.cents(AccountKind.PSP_FEES)
    if not received:  # a fee that came after its charge, or a movement that is none of the fund's
        return Movement(on, fees=fees, apart=not fees)
    pledge = OF_PLEDGE.fullmatch(origin.memo)
    return Movement(
        on, received, fees, who=persons.get(int(pledge[1]), UNKNOWN) if pledge else UNKNOWN,
        apart=received > 0 and nature(origin) == Nature.GIFT,
    )  # fmt: skip


async def _persons(campaign: Campaign) -> dict[int, int]:
    """Pledge → whose it is: a person may have several supports, and a gift goes back in parts."""
    rows = await SupportMonth.filter(support__campaign_id=campaign.id).values_list("pledge_id", "support__person_id")
    return {int(pledge): int(person) for pledge, person in rows}


def _month_of(seconds: int) -> date:
    return clock.local(datetime.fromtimestamp(seconds, UTC)).date().replace(day=1)


def in_words(period: Period) -> str:
    """« novembre 2026 », « octobre 2026 à décembre 2026 »."""
    if period.first == period.last:
        return month(period.first)
    return _("%(first)s à %(last)s", first=month(period.first), last=month(period.last))


def chart(told: Told) -> list[tuple[str, int, str]]:
    """What was received in each of the last nine periods."""
    return [(_short(one), one.received, money(one.received)) for one in told.periods[-9:]]


def _short(period: Period) -> str:
    first, last = month_short(period.first), month_short(period.last)
    return first if first == last else f"{first} – {last}"
