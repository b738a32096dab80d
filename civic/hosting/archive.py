"""The file of a backup: a compressed tar of the database, the photos, the secret, and a note of what they are."""

import io
import json
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from civic.errors import DomainError

NOTE = "civic.json"
DATABASES = {"sqlite": "database.sqlite3", "postgres": "database.dump"}
SECRET = "secret"  # noqa: S105 a file's name: it signs the links in mails already sent
MEDIA = "media"


class BadBackup(DomainError):
    """A file that is no backup, or not one of this engine."""


@dataclass(frozen=True)
class Note:
    """What a backup says about itself: `made_at` in UTC, `engine` sqlite or postgres, `migrations` it holds."""

    made_at: str
    engine: str
    migrations: list[str]
    photos: int = 0


def write(file: Path, note: Note, database: Path, data: Path) -> None:
    """Write the backup beside its name and give it its name at the end; readable by its owner only."""
    part = file.with_name(f".{file.name}.part")
    try:
        part.touch(mode=0o600)
        with tarfile.open(part, "w:gz", compresslevel=6) as tar:
            text = json.dumps(asdict(note), ensure_ascii=False, indent=1).encode()
            head = tarfile.TarInfo(NOTE)
            head.size = len(text)
            tar.addfile(head, io.BytesIO(text))
            tar.add(database, DATABASES[note.engine])
            if (data / SECRET).is_file():
                tar.add(data / SECRET, SECRET)
            for photo in photos(data):
                tar.add(photo, f"{MEDIA}/{photo.name}")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def photos(data: Path) -> list[Path]:
    """The stored photos' files."""
    folder = data / MEDIA
    return sorted(file for file in folder.iterdir() if file.is_file()) if folder.is_dir() else []


def read_note(file: Path) -> Note:
    """What a backup says about itself. Raises BadBackup."""
    try:
        with tarfile.open(file, "r:gz") as tar:
            source = tar.extractfile(NOTE)
            return Note(**json.loads(source.read() if source else b""))
    except (KeyError, TypeError, ValueError, tarfile.TarError, EOFError):
        raise BadBackup(f"{file} n’est pas une sauvegarde de Civic.") from None
    except OSError as error:
        raise BadBackup(f"{file} ne peut pas être lu : {error.strerror or 'fichier abîmé'}.") from None


def unpack(file: Path, folder: Path) -> None:
    """Write the backup's files into an empty folder: known names only, wherever the tar says they belong.

    Raises BadBackup when the file ends too early.
    """
    (folder / MEDIA).mkdir()
    try:
        with tarfile.open(file, "r:gz") as tar:
            for member in tar:
                source = tar.extractfile(member) if member.isfile() and _is_ours(member.name) else None
                if source:
                    with (folder / member.name).open("xb") as target:
                        while block := source.read(1 << 20):
                            target.write(block)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BadBackup(f"{file} est abîmé : {error}.") from None


def _is_ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    if len(parts) == 1:
        return name in (NOTE, SECRET, *DATABASES.values())
    return len(parts) == 2 and parts[0] == MEDIA and parts[1] not in (".", "..")
