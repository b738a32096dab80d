"""Make a box, put in, change by code, open once, give up: the only writer of these rows, inside a transaction."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nacl.bindings import sodium_pad, sodium_unpad
from nacl.exceptions import CryptoError
from nacl.public import PublicKey, SealedBox

from civic import jobs
from civic.ballots import keys
from civic.ballots.models import BallotBox, CountedBallot, SealedBallot
from civic.errors import DomainError, NotFound
from civic.i18n import _

FIXED_BYTES, OPTION_BYTES = 128, 40
UNREADABLE = (keys.KeyIsGone, CryptoError, ValueError)
"""What opening a box raises when nobody can count it any more."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one voter said, without her: the position as it is counted, and her college where colleges weigh."""

    said: dict[str, Any]
    college: str = ""


async def make_box(decision_id: int, *, options: int, keeps_college: bool) -> None:
    """The box of a decision that opens; if the transaction is undone, the key it leaves behind is swept."""
    name, public_key = await asyncio.to_thread(keys.make, decision_id)
    await BallotBox.create(
        decision_id=decision_id, public_key=public_key, key_name=name, size=FIXED_BYTES + OPTION_BYTES * options,
        keeps_college=keeps_college,
    )  # fmt: skip


async def put_in(decision_id: int, college: str, said: dict[str, Any], *, code_hash: str | None) -> None:
    """Seal a ballot and put it in; who may vote and has not yet is the caller's to know.

    `said` is what is counted: {"code": "yes"} or {"choices": …}. Raises KeyIsGone when nobody could ever count it,
    NotFound without a box, DomainError when another ballot has this code.
    """
    box = await _box(decision_id)
    if code_hash and await SealedBallot.exists(decision_id=decision_id, code_hash=code_hash):
        raise DomainError(_("Ce code est celui d’un autre bulletin. Rouvrez l’isoloir et votez de nouveau."))
    await SealedBallot.create(decision_id=decision_id, sealed=_sealed(box, college, said), code_hash=code_hash)


async def change(decision_id: int, code_hash: str, college: str, said: dict[str, Any]) -> bool:
    """Put another ballot in the place of the one with this code; False when the box has none."""
    box = await _box(decision_id)
    mine = SealedBallot.filter(decision_id=decision_id, code_hash=code_hash)
    return bool(await mine.update(sealed=_sealed(box, college, said)))


async def holds(decision_id: int, code_hash: str) -> bool:
    """Whether the box has a ballot with this code; nothing of it is read."""
    return await SealedBallot.exists(decision_id=decision_id, code_hash=code_hash)


async def seal_sheet(decision_id: int, said: Sequence[dict[str, Any]], papers: int) -> bytes:
    """What somebody typed of the papers of a box, sealed like a ballot: a backup made meanwhile holds nothing to read.

    All sheets of `papers` papers have one length. Raises KeyIsGone, NotFound, ValueError for more.
    """
    box = await _box(decision_id)
    text, size = json.dumps(list(said), separators=(",", ":")).encode(), box.size * (papers + 1)
    if len(text) >= size:
        raise ValueError("A sheet is longer than its papers allow.")
    sealed: bytes = SealedBox(PublicKey(bytes(box.public_key))).encrypt(sodium_pad(text, size))
    return sealed


async def read_sheet(decision_id: int, sealed: bytes) -> list[dict[str, Any]]:
    """What was typed, as `seal_sheet` took it. Raises KeyIsGone, NotFound."""
    box = await _box(decision_id)
    padded = SealedBox(await asyncio.to_thread(keys.read, box.key_name)).decrypt(sealed)
    found: list[dict[str, Any]] = json.loads(sodium_unpad(padded, len(padded)))
    return found


async def open_box(decision_id: int) -> list[Ballot]:
    """Read what is in the box, shuffled; the box and all that was sealed go in the same transaction.

    Raises KeyIsGone, and nacl's CryptoError when somebody has tampered with a ballot: then nothing is counted.
    """
    box = await BallotBox.get(decision_id=decision_id)
    rows = await SealedBallot.filter(decision_id=decision_id).values_list("sealed", flat=True)
    found = await asyncio.to_thread(_read, box.key_name, box.size, [bytes(row) for row in rows])
    await give_up(decision_id)
    return found


async def keep(decision_id: int, ballots: Sequence[Ballot]) -> None:
    """Write the counted ballots, in the order of new random ids."""
    rows = [CountedBallot(decision_id=decision_id, said=one.said, college=one.college) for one in ballots]
    await CountedBallot.bulk_create(sorted(rows, key=lambda row: row.id))


async def give_up(decision_id: int) -> None:
    """Remove the box and what was sealed; its key is destroyed by a job once this is committed."""
    for box in await BallotBox.filter(decision_id=decision_id):
        await SealedBallot.filter(decision_id=decision_id).delete()
        await BallotBox.filter(id=box.id).delete()
        await jobs.enqueue("ballot_box_emptied", key=box.key_name, key_name=box.key_name)


async def counted(decision_id: int) -> list[Ballot]:
    """The ballots of a closed decision."""
    rows = CountedBallot.filter(decision_id=decision_id).order_by("id")
    return [Ballot(row.said, row.college) for row in await rows]


async def can_be_opened(decision_id: int) -> bool:
    """Whether there is a box with its key: not after a backup was brought back."""
    box = await BallotBox.get_or_none(decision_id=decision_id)
    return box is not None and keys.is_there(box.key_name)


async def _box(decision_id: int) -> BallotBox:
    """The box, if it can still be opened."""
    box = await BallotBox.get_or_none(decision_id=decision_id)
    if box is None:
        raise NotFound(_("Il n’y a pas d’urne pour cette décision."))
    if not keys.is_there(box.key_name):
        keys.read(box.key_name)
    return box


def _sealed(box: BallotBox, college: str, said: dict[str, Any]) -> bytes:
    """Everything that goes into one box has the same length. Raises ValueError beyond it."""
    text = json.dumps([said, college if box.keeps_college else ""], separators=(",", ":")).encode()
    if len(text) >= box.size:
        raise ValueError("A ballot is longer than its box allows.")
    sealed: bytes = SealedBox(PublicKey(bytes(box.public_key))).encrypt(sodium_pad(text, box.size))
    return sealed


def _read(key_name: str, size: int, rows: Sequence[bytes]) -> list[Ballot]:
    opener = SealedBox(keys.read(key_name))
    found = [Ballot(*json.loads(sodium_unpad(opener.decrypt(row), size))) for row in rows]
    secrets.SystemRandom().shuffle(found)
    return found
