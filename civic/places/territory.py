"""The PTCE's territory: the communes whose intercommunality (EPCI) or own code stands in CIVIC_TERRITORY."""

from tortoise.expressions import Q

from civic.places.models import Commune
from civic.settings import settings

EPCI_DIGITS = 9


def territory_codes() -> tuple[list[str], list[str]]:
    """The codes of the setting: intercommunalities (9 digits), then single communes (5 characters)."""
    codes = settings().territory
    return (
        [code for code in codes if len(code) == EPCI_DIGITS],
        [code for code in codes if len(code) != EPCI_DIGITS],
    )


async def communes_of_territory() -> list[Commune]:
    """All communes of the territory, by name."""
    epcis, communes = territory_codes()
    return await Commune.filter(Q(epci__in=epcis) | Q(insee__in=communes)).order_by("folded", "insee")


def is_of_territory(commune: Commune) -> bool:
    """True if the commune belongs to the territory."""
    epcis, communes = territory_codes()
    return commune.epci in epcis or commune.insee in communes
