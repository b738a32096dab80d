"""Private keys of ballot boxes: files under DATA/ballots, for their owner only, in no backup, gone after the count.

Every process that opens, takes or counts secret votes must see the same DATA (docs/decisions/0024).
"""

import os
import secrets
import time
from pathlib import Path

from nacl.public import PrivateKey, PublicKey

from civic.errors import DomainError
from civic.i18n import _
from civic.settings import settings

FOLDER = "ballots"
ORPHAN_SECONDS = 3600


class KeyIsGone(DomainError):
    """The private key of a box is not where it must be: its ballots cannot be read any more, by nobody."""


def make(decision_id: int) -> tuple[str, bytes]:
    """A new pair: the name of the private key's file, safe on the disk, and the public key."""
    private = PrivateKey.generate()
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{decision_id}-{secrets.token_hex(8)}.key"
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(bytes(private))
        file.flush()
        os.fsync(file.fileno())
    _settle(folder)
    public: PublicKey = private.public_key
    return name, bytes(public)


def read(name: str) -> PrivateKey:
    """The private key. Raises KeyIsGone."""
    try:
        return PrivateKey((_folder() / name).read_bytes())
    except FileNotFoundError:
        said = _("La clé de cette urne n’est plus là : ses bulletins ne peuvent plus être lus, par personne.")
        raise KeyIsGone(said) from None


def is_there(name: str) -> bool:
    """Whether the box can still be opened."""
    return (_folder() / name).is_file()


def destroy(name: str) -> None:
    """Overwrite the key, then remove its file; harmless when it is gone."""
    path = _folder() / name
    try:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(PrivateKey.SIZE))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return
    path.unlink(missing_ok=True)
    _settle(path.parent)


def forgotten_candidates() -> list[str]:
    """The keys older than an hour: one of a transaction that is not over yet is younger."""
    oldest = time.time() - ORPHAN_SECONDS
    folder = _folder()
    files = folder.glob("*.key") if folder.is_dir() else ()
    return sorted(file.name for file in files if file.stat().st_mtime < oldest)


def _folder() -> Path:
    return settings().data / FOLDER


def _settle(folder: Path) -> None:
    """A name that appeared or went is on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
