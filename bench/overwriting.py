"""What it costs on SQLite to overwrite what is deleted (`secure_delete`): `python -m bench.overwriting`.

The same writes three times over on copies of one database of 5,000 electors: with rows overwritten, with `FAST` (only
where the page is written anyway), and without. CPU of the process, the best of several rounds taken in turn, because
only that can be compared on a busy machine.
"""

import asyncio
import shutil
import tempfile
import time
from pathlib import Path

from bench import closing
from civic import database
from civic.counting.rules import Code, Method
from civic.database import migrations
from civic.decisions import answers
from civic.decisions.models import Decision
from civic.decisions.positions import Position
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person, Session
from civic.settings import Settings, configure

WAYS, ROUNDS, VOICES, SESSIONS = ("OFF", "FAST", "ON"), 7, 300, 300
NAMES = ("an answer to a decision", "signing in and out", "deleting 18,400 positions at once")


async def measured(file: Path, way: str) -> list[float]:
    """Milliseconds of CPU of an answer, of a session opened and ended, of a deletion of many rows."""
    await database.connect(f"sqlite:///{file}?secure_delete={way}")
    try:
        asked = closing.FIRST + list(Method).index(Method.MAJORITY)
        decision = await Decision.get(id=asked).select_related("committee")
        first = closing.FIRST + closing.ELECTORS - closing.LATE
        voters = await Person.filter(id__gte=first).order_by("id").limit(VOICES)
        began = time.process_time()
        for person in voters:
            await answers.answer(Actor(person), decision, Position(Code.YES), "Pour que la navette passe.")
        answered = time.process_time()
        for person in voters[:SESSIONS]:
            await people.open_session(person, "bench")
            await Session.filter(person_id=person.id).delete()
        signed = time.process_time()
        await database.execute("DELETE FROM stance WHERE decision_id <> ?", [decision.id])
        emptied = time.process_time()
        await database.fetch_all("PRAGMA wal_checkpoint(TRUNCATE)")
        return [(answered - began) / VOICES * 1e3, (signed - answered) / SESSIONS * 1e3, (emptied - signed) * 1e3]
    finally:
        await database.disconnect()


async def compare(folder: Path) -> None:
    """Print the best of each way, and what it adds to none."""
    world = folder / "world.sqlite3"
    await migrations.migrate(f"sqlite:///{world}")
    await closing.prepare(f"sqlite:///{world}")
    best: dict[str, list[float]] = {}
    for number in range(ROUNDS):
        for way in WAYS:
            file = folder / f"{way}-{number}.sqlite3"
            shutil.copy(world, file)
            found = await measured(file, way)
            best[way] = [min(pair) for pair in zip(best.get(way, found), found, strict=True)]
    for place, name in enumerate(NAMES):
        none = best["OFF"][place]
        said = ", ".join(f"{way} {best[way][place]:.2f} ms ({best[way][place] / none - 1:+.0%})" for way in WAYS)
        print(f"{name}: {said}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        configure(Settings(environment="test", data=Path(place), secret_key="b" * 40))
        asyncio.run(compare(Path(place)))
