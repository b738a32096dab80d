"""After a box is emptied its key is destroyed, and SQLite's log holds none of it any more."""

import asyncio

from civic import database, jobs
from civic.ballots import keys
from civic.ballots.models import BallotBox


class StillRead(Exception):
    """Another process reads an old state of the database: the log is emptied at the next try."""


async def destroy_key(*, key_name: str) -> None:
    """The box is gone for good (this runs after its transaction): so is its key.

    The log is written through first: on SQLite a power cut may undo the latest transactions, and a count that is
    undone would need the key again.
    """
    await empty_the_log()
    if not await BallotBox.filter(key_name=key_name).exists():
        await asyncio.to_thread(keys.destroy, key_name)


async def empty_the_log() -> None:
    """Write SQLite's log into its file and cut it to nothing. Raises StillRead."""
    if database.dialect() == "postgres":
        return
    (answer,) = await database.fetch_all("PRAGMA wal_checkpoint(TRUNCATE)")
    if answer["busy"]:
        raise StillRead


async def sweep_keys(**_payload: object) -> None:
    """Destroy keys without a box: of an opening that was undone, or a decision that was deleted."""
    for name in await asyncio.to_thread(keys.forgotten_candidates):
        if not await BallotBox.filter(key_name=name).exists():
            await asyncio.to_thread(keys.destroy, name)


handlers: dict[str, jobs.Handler] = {"ballot_box_emptied": jobs.outside(destroy_key), "ballot_keys_swept": sweep_keys}
minutes = {"ballot_keys_swept": 60}
