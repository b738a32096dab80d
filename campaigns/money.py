"""Amounts: integer cents with their currency; nothing here ever sees a float."""

from dataclasses import dataclass

from civic.errors import Invalid
from civic.i18n import _

CURRENCY = "EUR"


@dataclass(slots=True, frozen=True, order=True)
class Money:
    """An amount in integer cents. Adding or comparing two currencies raises ValueError."""

    cents: int
    currency: str = CURRENCY

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.cents, self.currency)

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other.cents


def parse_euros(text: str, *, field: str = "amount") -> Money:
    """« 30 », « 30 € », « 1 250,50 », « 12.5 » as Money. Raises Invalid for anything else or above 100 million."""
    cleaned = "".join(text.replace("€", "").split()).replace("\u202f", "").replace("\u00a0", "").replace(",", ".")
    whole, _point, cents = cleaned.partition(".")
    fine = whole.isascii() and whole.isdigit()
    if fine and len(whole.lstrip("0")) > 8:
        raise Invalid(_("Ce montant est trop grand. Comptez les zéros : 30 veut dire trente euros."), field=field)
    if not fine or len(cents) > 2 or (cents and not (cents.isascii() and cents.isdigit())):
        raise Invalid(_("Écrivez un montant en euros, par exemple 30 ou 12,50."), field=field)
    return Money(int(whole) * 100 + int(cents.ljust(2, "0") or 0))


def as_typed(cents: int) -> str:
    """An amount as it stands in a field that has its « € » beside it: « 30 », « 72,50 »."""
    return f"{cents // 100},{cents % 100:02d}".removesuffix(",00")
