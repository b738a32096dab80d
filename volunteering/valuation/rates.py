"""What an hour counts for, by date: the gross hourly minimum wage, unless the host says otherwise.

Sources: the decrees named below (code du travail, art. L. 3231-2 and following). The law lets each body choose its
method; the minimum wage is the one that nobody contests. `CIVIC_HOURS_RATES` adds newer figures without a new release,
`CIVIC_HOURS_CHARGES` the employer's contributions as a share. A year that is closed keeps the rates of that day
(`closings.py`), whatever the host or a new release writes here later.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from civic.settings import settings


@dataclass(slots=True, frozen=True, order=True)
class Rate:
    """Cents for one hour from a day on, where the figure comes from, and the employer's share in percent."""

    since: date
    cents: int
    source: str
    charges: int = 0

    @property
    def loaded(self) -> int:
        """Hundredths of a cent for one hour, contributions included."""
        return self.cents * (100 + self.charges)


KNOWN = (
    (date(2023, 1, 1), 1_127, "SMIC horaire brut, décret n° 2022-1608 du 22 décembre 2022"),
    (date(2023, 5, 1), 1_152, "SMIC horaire brut, arrêté du 26 avril 2023"),
    (date(2024, 1, 1), 1_165, "SMIC horaire brut, décret n° 2023-1216 du 20 décembre 2023"),
    (date(2024, 11, 1), 1_188, "SMIC horaire brut, décret n° 2024-951 du 23 octobre 2024"),
    (date(2026, 1, 1), 1_202, "SMIC horaire brut, décret du 17 décembre 2025"),
)


def rate_on(day: date) -> Rate:
    """The rate in force on a day; before the first known one, the first."""
    rates = sorted((*KNOWN, *settings().hours_rates), key=lambda rate: rate[0])
    since, cents, source = next((rate for rate in reversed(rates) if rate[0] <= day), rates[0])
    charged = [period for period in settings().hours_charges if period[0] <= day]
    changed, charges = charged[-1] if charged else (date.min, 0)
    return Rate(max(since, changed), cents, source, charges)


def rates_of(year: int) -> list[Rate]:
    """The rates of a year's days as they stand now, the oldest first."""
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    return sorted({rate_on(day) for day in days if day.year == year})


def value_cents(minutes: int, rate: Rate) -> int:
    """So many minutes in cents, rounded half up."""
    return (minutes * rate.loaded + 3_000) // 6_000
