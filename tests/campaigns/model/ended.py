"""What has ended stays as it ended: attempts, refunds that came to nothing, disputes that a bank has decided."""

from civic import database

Row = tuple[object, ...]
_ENDED = """SELECT 'attempt' AS what, id, status, COALESCE(intent_ref, '') AS ref, amount_cents AS cents, error_code AS why
FROM attempt WHERE status NOT IN ('prepared', 'sent', 'processing', 'unknown')
UNION ALL SELECT 'refund', id, status, COALESCE(refund_ref, ''), amount_cents, failure FROM refund
WHERE status IN ('failed', 'refused')
UNION ALL SELECT 'dispute', id, status, dispute_ref, amount_cents, '' FROM dispute WHERE status IN ('won', 'lost')"""


class Ended:
    """Remembers how each of them ended; an older message, a replay or a late look changes none (invariant 4)."""

    def __init__(self) -> None:
        self.known: dict[Row, Row] = {}

    async def assert_unchanged(self) -> None:
        """Those known before are still there, as they were; those that ended since are remembered."""
        now: dict[Row, Row] = {}
        for row in await database.fetch_all(_ENDED):
            now[row["what"], row["id"]] = row["status"], row["ref"], row["cents"], row["why"]
        moved = {key: (before, now.get(key)) for key, before in self.known.items() if now.get(key) != before}
        assert not moved, moved
        self.known = now
