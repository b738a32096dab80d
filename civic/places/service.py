"""The only writer of communes: load the file that comes with the code into the database."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

from civic import database
from civic.places import files
from civic.places.files import CommuneRow

CHUNK = 250
COLUMNS = (
    "insee", "name", "folded", "name_is_shared", "departement", "region", "epci", "epci_name", "population",
    "latitude", "longitude", "precision", "postcodes",
)  # fmt: skip


async def load(departements: Iterable[str] | None = None) -> int:
    """Load or refresh the communes of these départements (all of France by default); answer how many were
    written.

    Loading again changes only what the file has changed. Each chunk is a transaction of its own, so that the
    site keeps answering meanwhile; communes that the file no longer holds stay, since people refer to them.
    """
    wanted = frozenset(departements) if departements is not None else None
    known = await database.fetch_report(f"SELECT {', '.join(COLUMNS)} FROM commune")  # noqa: S608
    changed = await asyncio.to_thread(_changed, wanted, known)
    for at in range(0, len(changed), CHUNK):
        async with database.transaction():
            await _write(changed[at : at + CHUNK])
        await asyncio.sleep(0)
    return len(changed)


async def load_rest() -> int:
    """Load the communes that are not there yet, after a quick first load of some départements."""
    return await load()


def _changed(departements: frozenset[str] | None, known: list[dict[str, object]]) -> list[CommuneRow]:
    by_code = {row["insee"]: tuple(row.values()) for row in known}
    return [row for row in files.read_communes(departements) if by_code.get(row.insee) != _values(row)]


def _values(row: CommuneRow) -> tuple[object, ...]:
    return (
        row.insee, row.name, row.folded, row.name_is_shared, row.departement, row.region, row.epci,
        row.epci_name, row.population, row.latitude, row.longitude, row.precision, " ".join(row.postcodes),
    )  # fmt: skip


async def _write(rows: Sequence[CommuneRow]) -> None:
    codes = [row.insee for row in rows]
    updates = ", ".join(f"{column} = excluded.{column}" for column in COLUMNS[1:])
    await _insert("commune", COLUMNS, map(_values, rows), f"ON CONFLICT (insee) DO UPDATE SET {updates}")
    for table in ("commune_word", "commune_postcode"):
        marks = ", ".join("?" * len(codes))
        await database.execute(f"DELETE FROM {table} WHERE commune_id IN ({marks})", codes)  # noqa: S608
    words = ((word, word[:3], row.insee) for row in rows for word in row.words)
    await _insert("commune_word", ("word", "start", "commune_id"), words)
    postcodes = ((postcode, row.insee) for row in rows for postcode in row.postcodes)
    await _insert("commune_postcode", ("postcode", "commune_id"), postcodes)


async def _insert(
    table: str, columns: Sequence[str], rows: Iterable[tuple[object, ...]], conflict: str = ""
) -> None:
    marks = f"({', '.join('?' * len(columns))})"
    for chunk in _chunks(rows, CHUNK):
        values = ", ".join([marks] * len(chunk))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {values} {conflict}"  # noqa: S608
        await database.execute(statement, [value for row in chunk for value in row])


def _chunks(rows: Iterable[tuple[object, ...]], size: int) -> Iterator[list[tuple[object, ...]]]:
    chunk: list[tuple[object, ...]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
