"""Saving and loading PostgreSQL with its own programs, pg_dump and pg_restore."""

import asyncio
import os
import shutil
from pathlib import Path

import asyncpg

from civic.database.config import tortoise_config
from civic.errors import DomainError

APPLIED = "SELECT app || '.' || name FROM tortoise_migrations ORDER BY 1"
ANY_TABLE = "SELECT 1 FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LIMIT 1"


async def dump(url: str, file: Path) -> list[str]:
    """Write the whole database into a file; answers the migrations it holds. Raises DomainError."""
    boss = await _connect(url)
    try:
        applied = [str(row[0]) for row in await boss.fetch(APPLIED)]
    except asyncpg.UndefinedTableError:
        raise DomainError("Cette base de données est vide : rien à sauvegarder.") from None
    finally:
        await boss.close()
    await _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={file}")
    return applied


async def is_empty(url: str) -> bool:
    """Whether a database has no table. Raises DomainError when it does not answer."""
    boss = await _connect(url)
    try:
        return not await boss.fetch(ANY_TABLE)
    finally:
        await boss.close()


async def load(url: str, file: Path) -> None:
    """Put a saved database in the place of what is there: all of it, or nothing changes. Raises DomainError."""
    boss = await _connect(url)
    try:
        await _put_aside(boss)
        try:
            await _run("pg_restore", url, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
                       "--schema=public", str(file))  # fmt: skip
        except BaseException:
            await boss.execute("DROP SCHEMA public CASCADE; ALTER SCHEMA before_restore RENAME TO public")
            raise
        await boss.execute("DROP SCHEMA before_restore CASCADE")
    finally:
        await boss.close()


async def _put_aside(boss: asyncpg.Connection) -> None:
    try:
        await boss.execute("ALTER SCHEMA public RENAME TO before_restore; CREATE SCHEMA public")
    except asyncpg.DuplicateSchemaError:
        raise DomainError(
            "Une restauration a été interrompue : le schéma before_restore garde la base d’avant. "
            "Supprimez-le (DROP SCHEMA before_restore CASCADE) et recommencez."
        ) from None


async def _connect(url: str) -> asyncpg.Connection:
    given = _credentials(url)
    try:
        return await asyncpg.connect(**given, timeout=10)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        raise DomainError(f"La base de données ne répond pas : {error}") from None


def _credentials(url: str) -> dict[str, object]:
    found = tortoise_config(url)["connections"]["postgres"]["credentials"]
    return {name: found.get(name) for name in ("user", "password", "host", "port", "database")}


async def _run(program: str, url: str, *options: str) -> None:
    """Run one of PostgreSQL's programs on a database; the password travels in the environment."""
    if not shutil.which(program):
        raise DomainError(f"Il manque {program} : installez « postgresql-client » (apt-get install postgresql-client).")
    given = _credentials(url)
    names = {"PGUSER": "user", "PGPASSWORD": "password", "PGHOST": "host", "PGPORT": "port"}
    chosen = {name: str(given[key]) for name, key in names.items() if given[key]}
    process = await asyncio.create_subprocess_exec(
        program, *options, f"--dbname={given['database']}", env={**os.environ, **chosen},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    if process.returncode:
        raise DomainError(f"{program} a échoué : {said.decode(errors='replace').strip()[-400:]}")
