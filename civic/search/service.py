"""The only writer of the index."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from civic import database
from civic.places.folding import trigrams
from civic.search.words import weights

DOCUMENTS_AT_ONCE = 100
ROWS_AT_ONCE = 1000
MOMENTS_TO_ANALYSE = (5, 50, 500)
Item = TypeVar("Item")


@dataclass(slots=True, frozen=True)
class Document:
    """What is indexed: the title counts five times as much as the text."""

    id: int
    title: str
    text: str


async def index(kind: str, document: int, title: str, text: str = "") -> None:
    """Index a document, or index it again after a change; call it in the transaction of the change itself."""
    await index_many(kind, [Document(document, title, text)])


async def index_many(kind: str, documents: Iterable[Document]) -> None:
    """Index many documents (imports, rebuilding): a hundred per transaction."""
    remaining = iter(documents)
    chunks = 0
    while chunk := list(islice(remaining, DOCUMENTS_AT_ONCE)):
        async with database.transaction():
            await _index_chunk(kind, chunk)
        chunks += 1
        if chunks in MOMENTS_TO_ANALYSE:
            await _analyse()


async def _analyse() -> None:
    """Tell the engine how much the tables have grown: plans made for empty tables would read all of them."""
    for table in ("search_word", "search_trigram", "search_posting"):
        await database.execute(f"ANALYZE {table}")


async def remove(kind: str, document: int) -> None:
    """Forget a document. Harmless if it was never indexed."""
    await database.execute("DELETE FROM search_posting WHERE kind = ? AND document = ?", [kind, document])


async def _index_chunk(kind: str, documents: Sequence[Document]) -> None:
    weighed = {document.id: weights(document.title, document.text) for document in documents}
    ids = await _word_ids(kind, {word for weight in weighed.values() for word in weight})
    marks = ", ".join("?" * len(weighed))
    await database.execute(
        f"DELETE FROM search_posting WHERE kind = ? AND document IN ({marks})",  # noqa: S608
        [kind, *weighed],
    )
    postings = (
        (kind, document, ids[word], weight)
        for document, weighted in weighed.items()
        for word, weight in sorted(weighted.items())
    )
    conflict = "ON CONFLICT (word_id, document) DO UPDATE SET weight = excluded.weight"
    await _insert("search_posting (kind, document, word_id, weight)", postings, conflict)


async def _word_ids(kind: str, found: set[str]) -> dict[str, int]:
    words = sorted(found)
    new = await _insert(
        "search_word (kind, word)",
        ((kind, word) for word in words),
        "ON CONFLICT DO NOTHING RETURNING id, word",
    )
    grams = ((kind, gram, row["id"]) for row in new for gram in sorted(trigrams(str(row["word"]))))
    await _insert("search_trigram (kind, trigram, word_id)", grams, "ON CONFLICT DO NOTHING")
    ids = {str(row["word"]): int(row["id"]) for row in new}
    for chunk in _chunks(word for word in words if word not in ids):
        marks = ", ".join(["(?)"] * len(chunk))
        known = await database.fetch_all(
            f"SELECT id, word FROM search_word WHERE kind = ? AND word IN (VALUES {marks})",  # noqa: S608
            [kind, *chunk],
        )
        ids |= {str(row["word"]): int(row["id"]) for row in known}
    return ids


async def _insert(into: str, rows: Iterable[tuple[object, ...]], conflict: str) -> list[dict[str, Any]]:
    answered: list[dict[str, Any]] = []
    for chunk in _chunks(rows):
        marks = f"({', '.join('?' * len(chunk[0]))})"
        statement = f"INSERT INTO {into} VALUES {', '.join([marks] * len(chunk))} {conflict}"  # noqa: S608
        answered += await database.fetch_all(statement, [value for row in chunk for value in row])
    return answered


def _chunks(rows: Iterable[Item]) -> Iterator[list[Item]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, ROWS_AT_ONCE)):
        yield chunk
