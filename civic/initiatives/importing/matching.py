"""Is this row an initiative that we know already? Pure functions.

The source's own identifier decides first; then a like name nearby, so that a renamed or slightly moved entry
is updated rather than doubled.
"""

import re
from dataclasses import dataclass

from civic.initiatives.importing.rows import ParsedRow
from civic.places.distance import distance_km
from civic.places.folding import fold, likeness, words

SAME_NAME, SAME_NAME_KM = 0.95, 10.0
LIKE_NAME, LIKE_NAME_KM = 0.72, 2.0
NEAR_NAME, NEAR_NAME_KM = 0.5, 0.1
EMPTY_WORDS = frozenset(
    words("association asso le la les l de du des d et a au aux en sarl scop scic earl gaec scea collectif")
)
GENERIC_WORDS = frozenset(words("amap amaps repair cafe ferme jardin jardins bio epicerie ressourcerie"))


@dataclass(slots=True, frozen=True)
class Known:
    """What matching needs to know of an initiative: its name, where it is, and where it was read."""

    title: str
    city: str = ""
    latitude: float | None = None
    longitude: float | None = None
    external_id: str = ""


def is_same(row: ParsedRow, known: Known) -> bool:
    """True if the row tells of the known initiative: the same external id, else a like name in the same
    place.
    """
    if row.external_id and row.external_id == known.external_id:
        return True
    return same_place_and_name(row, known)


def same_place_and_name(one: ParsedRow | Known, other: ParsedRow | Known) -> bool:
    """True if the names are alike enough for the distance between the places.

    The same name within 10 km, a like name within 2 km, a somewhat like one at the same door (100 m). Without
    points the city must be the same and the name nearly so. A name made of generic words only (« AMAP », «
    Repair Café ») must stand within 2 km.
    """
    alike = name_likeness(one.title, other.title)
    km = distance_km(one, other)
    if km is None:
        return alike >= SAME_NAME and fold(one.city) == fold(other.city) != ""
    same_name_km = LIKE_NAME_KM if _is_generic(one.title) or _is_generic(other.title) else SAME_NAME_KM
    return (
        (alike >= SAME_NAME and km <= same_name_km)
        or (alike >= LIKE_NAME and km <= LIKE_NAME_KM)
        or (alike >= NEAR_NAME and km <= NEAR_NAME_KM)
    )


def name_likeness(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1, whatever legal form, articles and word order."""
    return likeness(_telling(one), _telling(other))


def _telling(name: str) -> str:
    folded = fold(re.sub(r"\s*\([^)]*\)\s*$", "", name) or name)
    return " ".join(sorted(set(folded.split()) - EMPTY_WORDS)) or folded


def _is_generic(name: str) -> bool:
    return set(_telling(name).split()) <= GENERIC_WORDS
