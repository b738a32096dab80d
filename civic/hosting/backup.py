"""`civic backup` and `civic restore` (PRODUCT O4)."""

import asyncio
import contextlib
import sqlite3
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from civic.database import engine_of
from civic.database.config import sqlite_path
from civic.errors import DomainError
from civic.hosting import archive, postgres
from civic.hosting.archive import DATABASES, MEDIA, SECRET, BadBackup, Note
from civic.settings import Settings

APPLIED = "SELECT app || '.' || name AS name FROM tortoise_migrations ORDER BY 1"


class AlreadyThere(DomainError):
    """What would be overwritten is not empty."""


def backup(current: Settings, file: Path) -> Note:
    """Save the database and the photos of these settings into one file, while the site runs.

    The database is copied as it is at one moment, the photos after it, so that none it names is missing. Raises
    AlreadyThere when the file exists, DomainError when there is nothing to save or no pg_dump.
    """
    if file.exists():
        raise AlreadyThere(f"{file} existe déjà : une sauvegarde n’en écrase jamais une autre.")
    if not file.absolute().parent.is_dir():
        raise DomainError(f"Le dossier {file.absolute().parent} n’existe pas.")
    engine = engine_of(current.database_url)
    with tempfile.TemporaryDirectory(prefix="civic-backup-", dir=file.absolute().parent) as aside:
        copy = Path(aside) / DATABASES[engine]
        if engine == "sqlite":
            applied = _copy_sqlite(sqlite_path(current.database_url), copy)
        else:
            applied = asyncio.run(postgres.dump(current.database_url, copy))
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        note = Note(moment, engine, applied, len(archive.photos(current.data)))
        archive.write(file, note, copy, current.data)
    return note


def restore(current: Settings, file: Path, *, force: bool = False) -> Note:
    """Put a backup in the place of these settings' database and photos; the site must be stopped.

    Nothing is changed before the whole backup is unpacked and its database found sound. Raises BadBackup, and
    AlreadyThere when there is a database already and `force` is off.
    """
    note = archive.read_note(file)
    engine = engine_of(current.database_url)
    if note.engine != engine:
        raise BadBackup(f"Cette sauvegarde vient de {note.engine}, la base des réglages est {engine}.")
    if not force and not _is_empty(current):
        raise AlreadyThere("Il y a déjà une base de données : « --force » la remplace par la sauvegarde.")
    current.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="civic-restore-", dir=current.data) as aside:
        folder = Path(aside)
        archive.unpack(file, folder)
        if engine == "sqlite":
            _place_sqlite(folder / DATABASES[engine], sqlite_path(current.database_url))
        else:
            asyncio.run(postgres.load(current.database_url, folder / DATABASES[engine]))
        _place_files(folder, current.data)
    return note


def _is_empty(current: Settings) -> bool:
    if engine_of(current.database_url) == "sqlite":
        return not sqlite_path(current.database_url).exists()
    return asyncio.run(postgres.is_empty(current.database_url))


def _copy_sqlite(source: Path, target: Path) -> list[str]:
    """Copy a database in use, page by page, with SQLite's own means; answers the migrations it holds."""
    if not source.is_file():
        raise DomainError(f"Il n’y a pas de base de données dans {source} : rien à sauvegarder.")
    with contextlib.closing(sqlite3.connect(source)) as running, contextlib.closing(sqlite3.connect(target)) as copy:
        running.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        return [name for (name,) in copy.execute(APPLIED)]


def _place_sqlite(new: Path, place: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(new)) as opened:
            sound = opened.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        raise BadBackup("La base de données de cette sauvegarde est abîmée : rien n’a été changé.")
    place.parent.mkdir(parents=True, exist_ok=True)
    for suffix in ("-wal", "-shm"):  # pages of the old file, which would be written over the new one
        place.with_name(place.name + suffix).unlink(missing_ok=True)
    new.replace(place)


def _place_files(folder: Path, data: Path) -> None:
    """Photos join those that are there: their names are random, an older one does no harm."""
    (data / MEDIA).mkdir(exist_ok=True)
    for photo in archive.photos(folder):
        photo.replace(data / MEDIA / photo.name)
    if (folder / SECRET).exists():
        (folder / SECRET).chmod(0o600)
        (folder / SECRET).replace(data / SECRET)
