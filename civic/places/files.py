"""The file of communes that comes with the code, read into plain rows."""

import csv
import lzma
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from civic.places.folding import fold, words

PACKED = Path(__file__).parent / "data" / "communes.csv.xz"
COLUMNS = (
    "insee", "nom", "codes_postaux", "departement", "region", "epci", "epci_nom", "population",
    "latitude", "longitude", "precision",
)  # fmt: skip


@dataclass(slots=True, frozen=True)
class CommuneRow:
    """One commune of the file, with everything that is derived from its name."""

    insee: str
    name: str
    folded: str
    name_is_shared: bool
    departement: str
    region: str
    epci: str
    epci_name: str
    population: int
    latitude: float | None
    longitude: float | None
    precision: str
    postcodes: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        """The distinct folded words of the name."""
        return sorted(set(words(self.name)))


def read_communes(departements: frozenset[str] | None = None) -> list[CommuneRow]:
    """The communes of these départements (all of France by default), in the order of their codes.

    Takes about half a second for all of France: call it in a thread.
    """
    with lzma.open(PACKED, "rt", encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    bearers = Counter(fold(line["nom"]) for line in lines)
    return [
        _row(line, bearers) for line in lines if departements is None or line["departement"] in departements
    ]


def departements() -> list[str]:
    """The codes of all départements in the file."""
    with lzma.open(PACKED, "rt", encoding="utf-8", newline="") as file:
        return sorted({line["departement"] for line in csv.DictReader(file)})


def _row(line: dict[str, str], bearers: Counter[str]) -> CommuneRow:
    folded = fold(line["nom"])
    return CommuneRow(
        insee=line["insee"],
        name=line["nom"].replace("'", "’"),
        folded=folded,
        name_is_shared=bearers[folded] > 1,
        departement=line["departement"],
        region=line["region"],
        epci=line["epci"],
        epci_name=line["epci_nom"].replace("'", "’"),
        population=int(line["population"] or 0),
        latitude=float(line["latitude"]) if line["latitude"] else None,
        longitude=float(line["longitude"]) if line["longitude"] else None,
        precision=line["precision"],
        postcodes=tuple(code for code in line["codes_postaux"].split("|") if code),
    )
