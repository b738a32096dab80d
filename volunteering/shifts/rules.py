"""How a shift comes again: what a lead ticks, the RRULE it makes (RFC 5545), its days, and its sentence.

`icalendar` writes and reads the rule, `dateutil` counts its days. Days are the territory's; a rule always ends, at most
a year ahead and after 104 shifts.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from babel.dates import get_day_names
from dateutil.rrule import rrulestr
from icalendar import vRecur

from civic.errors import Invalid
from civic.i18n import _, locale
from civic.web.formats import day_short

MOST_SHIFTS = 104
MOST_DAYS = 373
"""A year, and the days by which a monthly series may move."""
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LAST = 5
"""The fifth Saturday is the last one: not every month has five."""


class Every(StrEnum):
    """How often."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"


@dataclass(slots=True, frozen=True)
class Repeat:
    """What a lead ticks: how often, on which weekdays (codes, when it is by weeks), until a day or so many times."""

    every: Every
    weekdays: tuple[str, ...] = ()
    until: date | None = None
    times: int | None = None

    def rule(self, first: date) -> str:
        """The RRULE of this, beginning on `first`; by months the same weekday of the month as the first."""
        parts: dict[str, Any] = {"FREQ": "MONTHLY" if self.every == Every.MONTH else "WEEKLY"}
        if self.every == Every.FORTNIGHT:
            parts["INTERVAL"] = 2
        parts["BYDAY"] = [_nth(first)] if self.every == Every.MONTH else list(self.weekdays or [_code(first)])
        if self.times is not None:
            parts["COUNT"] = self.times
        elif self.until is not None:
            parts["UNTIL"] = self.until
        return str(vRecur(parts).to_ical(), "utf-8")  # type: ignore[no-untyped-call]

    def moved(self, by: timedelta) -> "Repeat":
        """The same some days later or earlier: Tuesday and Thursday become Wednesday and Friday."""
        turned = {WEEKDAYS[(WEEKDAYS.index(code) + by.days) % 7] for code in self.weekdays}
        within = timedelta(days=6) if by and self.every == Every.MONTH else timedelta()
        until = self.until + by + within if self.until else None
        return replace(self, weekdays=tuple(code for code in WEEKDAYS if code in turned), until=until)


def days(rule: str, first: date) -> list[date]:
    """The days of a rule (RFC 5545 RRULE) from its first one. Raises Invalid for a rule that is none, or gives none.

    What goes on for more than a year, or gives more than 104 days, is refused rather than cut.
    """
    ends = "times" if "COUNT" in rule else "until"
    try:
        parsed = rrulestr(rule, dtstart=datetime.combine(first, time()))
        end = datetime.combine(first + timedelta(days=MOST_DAYS), time())
        found = [moment.date() for moment in parsed.between(datetime.combine(first, time()), end, inc=True)]
        goes_on = parsed.after(end) is not None
    except (ValueError, TypeError, OverflowError):
        raise Invalid(_("Cette répétition n’est pas comprise."), field="every") from None
    if not found:
        raise Invalid(_("Cette répétition ne donne aucun créneau."), field=ends)
    if goes_on:
        raise Invalid(_("Une série dure un an au plus. Choisissez une fin plus proche."), field=ends)
    if len(found) > MOST_SHIFTS:
        raise Invalid(_("Cela fait plus de 104 créneaux. Choisissez une fin plus proche."), field=ends)
    return found


def repeat_of(rule: str, first: date) -> Repeat:
    """What a lead would tick to get this rule; « so many times » is said by the last day it gives."""
    read = vRecur.from_ical(rule)
    monthly = read["FREQ"][0] == "MONTHLY"
    every = Every.MONTH if monthly else Every.FORTNIGHT if read.get("INTERVAL", [1])[0] == 2 else Every.WEEK
    weekdays = () if monthly else tuple(str(code) for code in read.get("BYDAY", [_code(first)]))
    until = read["UNTIL"][0] if "UNTIL" in read else days(rule, first)[-1]
    return Repeat(every, tuple(code for code in WEEKDAYS if code in weekdays), until)


def said(rule: str, first: date) -> str:
    """« Chaque semaine, le mardi et le jeudi, jusqu’au 30 juin 2027 »."""
    repeat = repeat_of(rule, first)
    until = day_short(repeat.until) if repeat.until else ""
    names = dict(weekday_choices())
    on = _(" et le ").join(names[code] for code in repeat.weekdays)
    if repeat.every == Every.MONTH:
        return _("Chaque mois, %(which)s, jusqu’au %(until)s", which=_which(rule), until=until)
    if repeat.every == Every.FORTNIGHT:
        return _("Une semaine sur deux, le %(days)s, jusqu’au %(until)s", days=on, until=until)
    return _("Chaque semaine, le %(days)s, jusqu’au %(until)s", days=on, until=until)


def every_choices() -> list[tuple[str, str]]:
    """How often a shift may come again, in words; by months as the first day says."""
    return [
        ("", _("Une seule fois")), (Every.WEEK.value, _("Chaque semaine")),
        (Every.FORTNIGHT.value, _("Une semaine sur deux")),
        (Every.MONTH.value, _("Chaque mois, le même jour de la semaine")),
    ]  # fmt: skip


def weekday_choices() -> list[tuple[str, str]]:
    """The days of the week in the reader's language."""
    names = get_day_names("wide", locale=locale())
    return [(code, names[number]) for number, code in enumerate(WEEKDAYS)]


def _code(day: date) -> str:
    return WEEKDAYS[day.weekday()]


def _nth(day: date) -> str:
    """« 2SA »: the second Saturday of its month; the fifth is the last."""
    number = (day.day - 1) // 7 + 1
    return f"{-1 if number == LAST else number}{_code(day)}"


def _which(rule: str) -> str:
    """« le deuxième samedi »."""
    written = str(vRecur.from_ical(rule)["BYDAY"][0])
    order = {
        "1": _("le premier %(day)s"), "2": _("le deuxième %(day)s"), "3": _("le troisième %(day)s"),
        "4": _("le quatrième %(day)s"), "-1": _("le dernier %(day)s"),
    }  # fmt: skip
    number, code = written[:-2].lstrip("+"), written[-2:]
    return order[number] % {"day": dict(weekday_choices())[code]}
