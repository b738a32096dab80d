"""Reads: the documents that answer a query. Three statements whatever the number of documents."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from civic import database
from civic.places.folding import after, one_slip_variants, trigrams
from civic.search.words import PART_FROM, SLIP_FROM, likeness, stem, terms

WORDS_PER_TERM = 60
SLIPPING_TERMS = 4
AMONG_IN_SQL = 900

Condition = tuple[str, list[object]]
Conditions = Callable[[str, str], Iterable[Condition]]


@dataclass(slots=True, frozen=True)
class Candidate:
    """A word of the index that may be what the term of this number means, and how well it does."""

    term: int
    word: int
    likeness: int


async def search(
    kind: str, query: str, *, among: Collection[int] | None = None, limit: int = 50
) -> list[tuple[int, int]]:
    """The documents that answer a query: (id, score), best first, the same on both engines.

    Each document holds as many of the query's words as any document does. A word is met by itself (also in
    the plural), by a longer word that begins so, and if there is none of these by one slip or a part of a
    word. Equal scores go by id. `among` keeps to these documents. An empty query finds nothing.
    """
    wanted = terms(query)
    if not wanted or (among is not None and not among):
        return []
    candidates = await _candidates(kind, dict(enumerate(wanted)), _as_typed)
    missing = set(range(len(wanted))) - {candidate.term for candidate in candidates}
    if missing:
        tolerated = {number: wanted[number] for number in sorted(missing)[:SLIPPING_TERMS]}
        candidates += await _candidates(kind, tolerated, _tolerant)
    if not candidates:
        return []
    return await _documents(candidates, among, limit)


async def _documents(
    candidates: list[Candidate], among: Collection[int] | None, limit: int
) -> list[tuple[int, int]]:
    values = ", ".join(f"({one.word}, {one.term}, {one.likeness})" for one in candidates)
    in_sql = among is not None and len(among) <= AMONG_IN_SQL
    kept = list(among or ()) if in_sql else []
    condition = f"AND p.document IN ({', '.join('?' * len(kept))})" if in_sql else ""
    cut = "LIMIT ?" if among is None or in_sql else ""
    statement = f"""
        WITH candidate (word_id, term, likeness) AS (VALUES {values}),
        hit AS (
            SELECT p.document, c.term, MAX(p.weight * c.likeness) AS best
            FROM candidate c CROSS JOIN search_posting p
            WHERE p.word_id = c.word_id {condition}
            GROUP BY p.document, c.term
        )
        SELECT document, COUNT(*) AS coverage, CAST(SUM(best) AS INTEGER) AS score
        FROM hit GROUP BY document ORDER BY coverage DESC, score DESC, document {cut}"""  # noqa: S608
    rows = await database.fetch_all(statement, [*kept, limit] if cut else kept)
    if among is not None and not in_sql:
        chosen = set(among)
        rows = [row for row in rows if row["document"] in chosen][:limit]
    return [(row["document"], row["score"]) for row in rows if row["coverage"] == rows[0]["coverage"]]


async def _candidates(kind: str, wanted: dict[int, str], conditions: Conditions) -> list[Candidate]:
    parts: list[str] = []
    params: list[object] = []
    for number, term in wanted.items():
        for condition, values in conditions(kind, term):
            parts.append(_part(number, len(parts), condition))
            params += [kind, *values]
    if not parts:
        return []
    rows = await database.fetch_all(" UNION ALL ".join(parts), params)
    alike = {(row["term"], row["id"]): likeness(str(row["word"]), wanted[row["term"]]) for row in rows}
    return [Candidate(term, word, much) for (term, word), much in sorted(alike.items()) if much]


def _part(number: int, at: int, condition: str) -> str:
    return (
        f"SELECT * FROM (SELECT {number} AS term, w.id, w.word FROM search_word w "  # noqa: S608
        f"WHERE w.kind = ? AND {condition} "
        "AND EXISTS (SELECT 1 FROM search_posting p WHERE p.word_id = w.id) "
        f"ORDER BY length(w.word), w.word LIMIT {WORDS_PER_TERM}) AS part_{at}"
    )


def _as_typed(_kind: str, term: str) -> Iterable[Condition]:
    if len(term) == 1:
        yield "w.word = ?", [term]
        return
    yield "w.word >= ? AND w.word < ?", [term, after(term)]
    if stem(term) != term:
        yield "w.word = ?", [stem(term)]


def _tolerant(kind: str, term: str) -> Iterable[Condition]:
    if len(term) >= SLIP_FROM:
        variants = sorted(one_slip_variants(term) | one_slip_variants(stem(term)))
        yield f"w.word IN (VALUES {', '.join(['(?)'] * len(variants))})", [*variants]
    part = stem(term)
    if len(term) >= PART_FROM and len(part) >= PART_FROM - 1:
        grams = sorted(trigrams(part))
        marks = ", ".join("?" * len(grams))
        yield (
            f"w.id IN (SELECT t.word_id FROM search_trigram t WHERE t.kind = ? AND t.trigram IN ({marks}) "  # noqa: S608
            f"GROUP BY t.word_id HAVING COUNT(*) = {len(grams)})",
            [kind, *grams],
        )
