"""Load the demonstration once: communes, then every scene in the order of its moment."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from civic import database, jobs
from civic.database import migrations
from civic.people import service as people
from civic.people.models import AuditEntry, Person
from civic.places import service as places
from civic.settings import Settings
from demo import events, initiatives, organisations
from demo import people as residents
from demo.world import World, perform

FIRST_DEPARTEMENTS = ("01", "69", "71", "38", "39", "42")
MARK = "demo_loaded"


async def prepare(current: Settings) -> bool:
    """Bring the database of these settings up to date and load the demonstration if it is new; whether it was loaded.

    On SQLite a new database is filled under another name and takes its own at the end: what a stop left half done
    is thrown away by the next start. Raises OSError when the folder cannot be written.
    """
    with _place_to_load(current):
        await migrations.migrate(current.database_url)
        await database.connect(current.database_url)
        try:
            return await load()
        finally:
            await database.disconnect()


async def load() -> bool:
    """Load everything into the connected database; False when it is there, or when people already use the database."""
    if await AuditEntry.filter(act=MARK).exists() or await Person.exists():
        return False
    await places.load(FIRST_DEPARTEMENTS)
    acts = (residents, organisations, initiatives, events)
    await perform([scene for act in acts for scene in act.scenes()], World())
    async with database.transaction():
        await jobs.enqueue("communes_wanted", key="demo")
        await people.audit(None, MARK, "demo")
    return True


@contextlib.contextmanager
def _place_to_load(current: Settings) -> Iterator[None]:
    """While a new SQLite database is filled, the settings name the file beside it."""
    wanted = current.database_url
    final = Path(wanted.removeprefix("sqlite:///"))
    if not wanted.startswith("sqlite") or final.exists():
        yield
        return
    aside = final.with_suffix(".chargement")
    for left in aside.parent.glob(f"{aside.name}*"):
        left.unlink()
    current.database_url = f"sqlite:///{aside}"
    try:
        yield
    finally:
        current.database_url = wanted
    aside.replace(final)
