"""How amounts, days and distances are written, in the language of the page (Babel), with French typography."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent

from civic import clock
from civic.i18n import _, locale

NARROW = "\u202f"
MINUS = "\u2212"
UNBROKEN = "\u00a0"
_HIGH = re.compile(r"(?<=\S) (?=[;!?%€]+(?:[\s.,»<)]|$))")
_COLON = re.compile(r"(?<=[^\s|]) (?=:\s|»)|(?<=«) ")
JUST_AFTER = 5
"""Minutes of a day in which a last moment still is told as the midnight before."""
VOWELS = set("aâàeéèêiîoôuù")
_dated: ContextVar[bool] = ContextVar("dated", default=False)
UNITS = (31_536_000, 2_592_000, 604_800, 86_400, 3_600, 60)
"""Seconds of a year, a month, a week, a day, an hour, a minute, as Babel counts them."""


def money(cents: int, currency: str = "EUR") -> str:
    """Integer cents as people write them: « 4 120 € », « 12,50 € », « −3 € »; whole euros without decimals."""
    pattern = "#,##0\u202f¤" if cents % 100 == 0 else "#,##0.00\u202f¤"
    if locale() == "en":
        pattern = "¤#,##0" if cents % 100 == 0 else "¤#,##0.00"
    return format_currency(cents / 100, currency, pattern, locale=locale(), currency_digits=False).replace("-", MINUS)


def whose(title: str) -> str:
    """A name after « de », contracted in French: « du Fournil », « des Jardins », « de l’Atelier », « d’Odile »."""
    if locale() != "fr":
        return title
    for article, contracted in (("Le ", "du "), ("Les ", "des "), ("La ", "de la "), ("L’", "de l’"), ("L'", "de l’")):
        if title.startswith(article):
            return contracted + title.removeprefix(article)
    return ("d’" if title[:1].lower() in VOWELS else "de ") + title


def number(value: int | float) -> str:
    """A number with thousands set apart."""
    return format_decimal(value, locale=locale())


def percent(value: float) -> str:
    """A share of 100 (68 → « 68 % »)."""
    if locale() == "fr":
        return f"{format_decimal(round(value), locale='fr')}{NARROW}%"
    return format_percent(round(value) / 100, locale=locale())


def km(value: float) -> str:
    """A distance in km: one decimal below 10 km, none above."""
    return f"{format_decimal(round(value, 1) if value < 10 else round(value), locale=locale())}\u00a0km"


@contextmanager
def with_years() -> Iterator[None]:
    """Within the block each day says its year: paper is read in other years, too."""
    token = _dated.set(True)
    try:
        yield
    finally:
        _dated.reset(token)


def day(value: date | datetime) -> str:
    """« samedi 14 juin », with the year when it is not this one; no line ends between the number and the month."""
    shown = _local_day(value)
    pattern = "EEEE, d\u00a0MMMM" if locale() == "en" else "EEEE d\u00a0MMMM"
    if _dated.get() or shown.year != clock.today().year:
        pattern += " y"
    return _first(format_date(shown, pattern, locale=locale()))


def day_short(value: date | datetime) -> str:
    """« 14 juin 2026 »."""
    return _first(format_date(_local_day(value), "d\u00a0MMMM y", locale=locale()))


def month(value: date | datetime) -> str:
    """« novembre 2026 »."""
    return format_date(_local_day(value), "LLLL y", locale=locale())


def month_short(value: date | datetime) -> str:
    """« nov. », in January with its year « janv. 27 »: what stands under a bar."""
    shown = _local_day(value)
    return format_date(shown, "LLL yy" if shown.month == 1 else "LLL", locale=locale())


def day_parts(value: date | datetime) -> tuple[str, str, str]:
    """(« sam. », « 7 », « juin ») for the little calendar leaf of a line."""
    shown = _local_day(value)
    parts = [format_date(shown, pattern, locale=locale()) for pattern in ("EEE", "d", "MMM")]
    return parts[0], parts[1], parts[2]


def hour(value: datetime) -> str:
    """« 14 h 30 », « 14 h » in French; « 14:30 » in English."""
    shown = clock.local(value)
    if locale() != "fr":
        return format_time(shown, "HH:mm", locale=locale())
    return f"{shown.hour}\u00a0h" + (f"\u00a0{shown.minute:02d}" if shown.minute else "")


def moment(value: datetime) -> str:
    """« samedi 14 juin à 14 h 30 »."""
    return _("%(day)s à %(hour)s", day=day(value), hour=hour(value))


def dated_moment(value: datetime) -> str:
    """« samedi 14 juin 2026 à 14 h 30 », for what is printed."""
    with with_years():
        return moment(value)


def until(value: datetime, write: Callable[[date | datetime], str] = day) -> str:
    """A last moment, as one says it: « samedi 14 juin à minuit » for what ends as the day does, else day and hour.

    What counts from a midnight ends some moments after one (0 h 01): midnight is told, never a later moment.
    `write` says how the day is written.
    """
    local = clock.local(value)
    if local.hour or local.minute >= JUST_AFTER:
        return _("%(day)s à %(hour)s", day=write(value), hour=hour(value))
    return _("%(day)s à minuit", day=write(local.date() - timedelta(days=1)))


def ago(value: datetime) -> str:
    """« il y a 3 jours », « dans 2 heures »: whole units only, in seconds when it is less than a minute."""
    then = value.replace(microsecond=0)
    apart = int((clock.glance().replace(microsecond=0) - then).total_seconds())
    unit = next((seconds for seconds in UNITS if abs(apart) >= seconds), 1)
    count = max(apart // unit, 1) if apart >= 0 else -(-apart // unit)
    clock.changes_at(then + timedelta(seconds=(count + 1) * unit if apart >= 0 else count * unit + 1))
    return format_timedelta(timedelta(seconds=-count * unit), threshold=1, add_direction=True, locale=locale())


def typeset(text: str) -> str:
    """What people typed, with the spaces of French before ; ! ? % € : and inside « »: no line begins with one."""
    return _COLON.sub(UNBROKEN, _HIGH.sub(NARROW, text))


def opening(text: str) -> str:
    """A text that begins a line or a sentence: « Samedi 14 juin » for « samedi 14 juin »."""
    return text[:1].upper() + text[1:]


def _local_day(value: date | datetime) -> date:
    return clock.local(value).date() if isinstance(value, datetime) else value


def _first(text: str) -> str:
    """In French the first of the month is « 1ᵉʳ »."""
    if locale() != "fr":
        return text
    return re.sub(r"(?<!\d)1(?=\u00a0)", "1ᵉʳ", text)
