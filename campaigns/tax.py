"""What the law gives back for a gift, by date: pure rules, so that a promise and a receipt say the same (PRODUCT C9).

Sources: CGI art. 200 (individuals), art. 238 bis (companies), BOI-IR-RICI-250-20 (rewards). The figures change by law:
`CIVIC_RECEIPT_RATES` adds newer ones without a new release. To be confirmed by the host's adviser.
"""

from dataclasses import dataclass
from datetime import date

from civic.settings import Settings, settings


@dataclass(slots=True, frozen=True, order=True)
class Rates:
    """The figures in force from a day on: percents of the gift given back, and what a reward may be worth.

    `reward_percent` of the gift at most for everybody; `reward_cap_cents` a year at most for an individual.
    """

    since: date
    person_percent: int
    company_percent: int
    reward_percent: int
    reward_cap_cents: int


KNOWN = (
    Rates(date(2020, 1, 1), 66, 60, 25, 6_900),
    Rates(date(2021, 1, 1), 66, 60, 25, 7_300),
)  # fmt: skip
HELP_PERCENT = 75
"""For bodies that help people in need (art. 200, 1 ter); beyond the yearly ceiling the ordinary rate applies."""


def rates_on(day: date) -> Rates:
    """The figures in force on a day."""
    known = sorted((*KNOWN, *(rates_of(line) for line in settings().receipt_rates)))
    return next((rates for rates in reversed(known) if rates.since <= day), known[0])


def rates_of(line: str) -> Rates:
    """« 2027-01-01:66:60:25:80 » as figures (the last in euros). Raises ValueError."""
    since, person, company, share, cap = line.split(":")
    return Rates(date.fromisoformat(since), int(person), int(company), int(share), int(cap) * 100)


def issues_receipts(current: Settings | None = None) -> bool:
    """Whether the host entered what lets it issue receipts: who it is, its category, and on which ground since when."""
    current = current or settings()
    return all((
        current.receipt_issuer, current.receipt_address, current.receipt_number, current.receipt_purpose,
        current.receipt_category, current.receipt_ground, current.receipt_ground_on, current.receipt_signatory,
    ))  # fmt: skip


def person_percent(day: date) -> int:
    """The share of a gift that an individual gets back, in percent."""
    return HELP_PERCENT if settings().receipt_category == "aide" else rates_on(day).person_percent


def reward_allows(gift_cents: int, value_cents: int, *, of_the_year_cents: int, company: bool, day: date) -> bool:
    """Whether what was sent in return leaves the gift a gift (BOI-IR-RICI-250-20, « contreparties »).

    `of_the_year_cents`: the value of the rewards this person had already this year from the same body.
    """
    rates = rates_on(day)
    if value_cents * 100 > gift_cents * rates.reward_percent:
        return False
    return company or of_the_year_cents + value_cents <= rates.reward_cap_cents


def cost_cents(gift_cents: int, day: date) -> int:
    """What a gift costs an individual in the end, in cents, rounded up: never promised too low."""
    return gift_cents - gift_cents * person_percent(day) // 100


def receipt_possible(beneficiary: str, gift_cents: int, reward_value_cents: int, day: date) -> bool:
    """Whether an individual may expect a receipt for this gift: said on the pledge page only when true."""
    return (
        issues_receipts() and beneficiary.strip() == settings().receipt_issuer
        and reward_allows(gift_cents, reward_value_cents, of_the_year_cents=0, company=False, day=day)
    )  # fmt: skip
