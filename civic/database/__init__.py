"""The one database, SQLite or PostgreSQL: connect, transactions, the little raw SQL there is, retries.

Words: *engine* is the database behind the URL; a *transaction* is one verb of a service, nested ones are
savepoints; a *guard* (guards.py) is a trigger that refuses a change for ever; *retrying* repeats a whole
verb that lost a lock. Migrations live in migrations.py.
It never lets a transaction span a network call and never generates a schema outside migrations.
"""

from civic.database.config import APPS, engine_of, tortoise_config
from civic.database.connection import (
    MissingDatabase,
    WrongSchema,
    after_commit,
    attempt,
    connect,
    dialect,
    disconnect,
    execute,
    fetch_all,
    fetch_report,
    in_transaction_now,
    joined,
    marks,
    opened,
    rows_of,
    transaction,
)
from civic.database.prepared import Prepared
from civic.database.retry import retrying
from civic.database.version import version

__all__ = [
    "APPS",
    "MissingDatabase",
    "Prepared",
    "WrongSchema",
    "after_commit",
    "attempt",
    "connect",
    "dialect",
    "disconnect",
    "engine_of",
    "execute",
    "fetch_all",
    "fetch_report",
    "in_transaction_now",
    "joined",
    "marks",
    "opened",
    "retrying",
    "rows_of",
    "tortoise_config",
    "transaction",
    "version",
]
