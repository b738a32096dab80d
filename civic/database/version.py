"""Whether anything was written since: the engines' own count of what is committed, whoever wrote it."""

from __future__ import annotations

from civic.database import connection

SQLITE = "SELECT data_version AS version FROM pragma_data_version"
POSTGRES = (
    "SELECT concat_ws(' ', pg_current_snapshot()::text, pg_postmaster_start_time()::text) AS version"
)


async def version() -> str:
    """A text that changes with every commit to the database, of this process or of another.

    Two equal answers mean that every statement run between them saw the same rows. On SQLite it is the reader's
    `data_version`; on PostgreSQL the snapshot: which transactions are over for whoever looks now (those of the
    server's other databases count too: an answer may change for nothing, never the other way). Not for use inside
    a transaction.
    """
    sql = SQLITE if connection.dialect() == "sqlite" else POSTGRES
    rows = await connection.fetch_all(sql)
    return f"{connection.opened()} {rows[0]['version']}"
