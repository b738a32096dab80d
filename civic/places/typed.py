"""What someone types to name a commune, and the one statement that ranks communes for it. Pure functions."""

import re
from dataclasses import dataclass, field, replace

from civic.places.distance import Place, box_around, point_of
from civic.places.folding import after, one_slip_variants, starts_with_a_slip, words
from civic.places.territory import territory_codes

WORDS_MOST = 8
SLIP_FROM = 4
SLIPS_MOST = 60
NEAR_KM = 30.0
CORSICA = ("2a", "2b")


@dataclass(slots=True, frozen=True)
class Typed:
    """The words of a name, the numbers beside it (postcode or département), and other spellings per word."""

    words: tuple[str, ...]
    numbers: tuple[str, ...]
    spellings: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_enough(self) -> bool:
        """True from two letters or two digits on: fewer would mean half of France."""
        return len("".join(self.words)) > 1 or any(len(number) > 1 for number in self.numbers)

    def tolerating(self, known: list[str]) -> "Typed":
        """The same, each word standing also for the known words that begin like it but for one slip."""
        spellings = {
            word: sorted(
                (other for other in known if starts_with_a_slip(other, word)),
                key=lambda other: (abs(len(other) - len(word)), other),
            )[:SLIPS_MOST]
            for word in self.words
            if len(word) >= SLIP_FROM
        }
        return replace(self, spellings=spellings)


def without_cedex(sought: Typed) -> Typed:
    """The same with each full postcode cut to its département: « 79009 » (a cedex) becomes 79."""
    return replace(sought, numbers=tuple(_departement(number) for number in sought.numbers))


def _departement(number: str) -> str:
    return number[: 3 if number.startswith(("97", "98")) else 2]


def read(text: str) -> Typed:
    """Sort what was typed into words and numbers: « Saint-Denis (93) » is saint, denis and 93."""
    parts = [part for part in words(text[:120]) if part != "cedex"][:WORDS_MOST]
    numbers = [part for part in parts if re.fullmatch(r"\d{1,5}", part) or part in CORSICA]
    return Typed(tuple(part for part in parts if part not in numbers), tuple(numbers))


def slipped_starts(sought: Typed) -> set[str]:
    """The first three letters that the words may really have if one letter slipped."""
    return {
        variant[:3]
        for word in sought.words
        if len(word) >= SLIP_FROM
        for variant in one_slip_variants(word[:SLIP_FROM])
    }


def ranking(sought: Typed, *, near: Place | None, exact: bool, limit: int) -> tuple[str, list[object]]:
    """The statement that answers INSEE codes, likeliest first, and its parameters.

    Order: the territory, then what is near, then the rest; in each the very name, names that begin so,
    others; then population, then code.
    """
    name = " ".join(sought.words)
    conditions, params = _conditions(sought, name, exact=exact)
    group, group_params = _group(near)
    params += [*group_params, name, name, limit]
    order = (
        f"{group}CASE WHEN c.folded = ? THEN 0 WHEN substr(c.folded, 1, {len(name)}) = ? THEN 1 ELSE 2 END"
    )
    return (
        f"SELECT c.insee FROM commune c WHERE {' AND '.join(conditions)} "  # noqa: S608
        f"ORDER BY {order}, c.population DESC, c.insee LIMIT ?",
        params,
    )


def _conditions(sought: Typed, name: str, *, exact: bool) -> tuple[list[str], list[object]]:
    conditions: list[str] = []
    params: list[object] = []
    if exact and sought.words:
        conditions.append("c.folded = ?")
        params.append(name)
    elif not exact:
        for at, word in enumerate(sought.words):
            whole = len(word) < 3 and at < len(sought.words) - 1
            test, values = _word_test(word, sought.spellings.get(word, []), whole=whole)
            conditions.append(f"c.insee IN (SELECT w.commune_id FROM commune_word w WHERE {test})")  # noqa: S608
            params += values
    for number in sought.numbers:
        conditions.append(
            "(c.departement = ? OR c.insee IN (SELECT p.commune_id FROM commune_postcode p "
            "WHERE p.postcode >= ? AND p.postcode < ?))"
        )
        params += [number.upper(), number, after(number)]
    return conditions, params


def _word_test(word: str, spellings: list[str], *, whole: bool) -> tuple[str, list[object]]:
    if whole:
        return "w.word = ?", [word]
    if spellings:
        marks = ", ".join("?" * len(spellings))
        return f"w.word IN ({marks}) OR (w.word >= ? AND w.word < ?)", [*spellings, word, after(word)]
    return "w.word >= ? AND w.word < ?", [word, after(word)]


def _group(near: Place | None) -> tuple[str, list[object]]:
    epcis, communes = territory_codes()
    cases: list[str] = []
    params: list[object] = []
    for column, codes in (("epci", epcis), ("insee", communes)):
        if codes:
            cases.append(f"WHEN c.{column} IN ({', '.join('?' * len(codes))}) THEN 0")
            params += codes
    if near is not None and (centre := point_of(near)):
        box = box_around(centre, NEAR_KM)
        cases.append("WHEN c.latitude BETWEEN ? AND ? AND c.longitude BETWEEN ? AND ? THEN 1")
        params += [box.south, box.north, box.west, box.east]
    return (f"CASE {' '.join(cases)} ELSE 2 END, " if cases else ""), params
