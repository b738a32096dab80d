"""The ledger's postings of a period as an accountant's writing lines."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from campaigns.ledger import wording
from campaigns.ledger.models import AccountKind
from civic import clock, database
from civic.settings import CHART, settings

_POSTINGS = """SELECT entry.id AS id, entry.kind AS kind, entry.source_type AS source_type,
entry.source_id AS source_id, entry.occurred_at AS occurred_at, entry.recorded_at AS recorded_at,
campaign.slug AS campaign, campaign.title AS title, account.kind AS account, posting.amount_cents AS cents
FROM posting JOIN entry ON entry.id = posting.entry_id JOIN account ON account.id = posting.account_id
LEFT JOIN campaign ON campaign.id = entry.campaign_id
WHERE entry.occurred_at >= ? AND entry.occurred_at < ? AND campaign.payee_id IS NULL
ORDER BY entry.occurred_at, entry.id, posting.id"""
JOURNALS = (
    (AccountKind.BANK, "BQ"), (AccountKind.CASH_BOX, "CA"), (AccountKind.CHEQUES_IN_HAND, "CH"),
    (AccountKind.STRIPE_CLEARING, "ST"),
)  # fmt: skip
OTHERS = "OD"


@dataclass(slots=True, frozen=True)
class Line:
    """One posting; `debit` or `credit` in cents, the other 0. `campaign` is its analytic code."""

    journal: str
    entry: int
    day: date
    number: str
    account: str
    label: str
    piece: str
    debit: int
    credit: int
    campaign: str
    late: bool


@dataclass(slots=True)
class Total:
    """What a period moved on one account, in cents."""

    number: str
    account: str
    debit: int = 0
    credit: int = 0


def number_of(account: str, day: date) -> str:
    """The account number in force on a day."""
    found = CHART[account]
    for since, numbers in settings().accounts:
        if since <= day:
            found = numbers.get(account, found)
    return found


async def lines_of(first: date, last: date) -> list[Line]:
    """The writing lines of a period, both days included, by day and entry."""
    since, until = clock.at(first, 0), clock.at(last + timedelta(days=1), 0)
    rows = await database.fetch_report(_POSTINGS, [since, until])
    touched: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        touched[row["id"]].add(row["account"])
    return [_line(row, touched[row["id"]], until) for row in rows]


def totals_of(lines: Sequence[Line]) -> list[Total]:
    """Debit and credit per account number, by number."""
    found: dict[tuple[str, str], Total] = {}
    for line in lines:
        total = found.setdefault((line.number, line.account), Total(line.number, line.account))
        total.debit += line.debit
        total.credit += line.credit
    return [found[key] for key in sorted(found)]


def _line(row: database.connection.Row, touched: set[str], until: datetime) -> Line:
    day = clock.local(_moment(row["occurred_at"])).date()
    label = wording.entry(row["kind"])
    cents = int(row["cents"])
    return Line(
        next((journal for kind, journal in JOURNALS if kind in touched), OTHERS), row["id"], day,
        number_of(row["account"], day), wording.account(row["account"]),
        f"{label}, {row['title']}" if row["title"] else label, f"{row['source_type']} {row['source_id']}",
        max(cents, 0), max(-cents, 0), str(row["campaign"] or ""), _moment(row["recorded_at"]) >= until,
    )  # fmt: skip


def _moment(value: datetime | str) -> datetime:
    """Raw rows hold a moment as text on SQLite."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
