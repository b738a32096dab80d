"""Load the demonstration once: communes, then every scene in the order of its moment."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from types import ModuleType

import uvicorn
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from civic import database, jobs
from civic.database import migrations
from civic.database.config import sqlite_path
from civic.people import service as people
from civic.people.models import AuditEntry, Person
from civic.places import service as places
from civic.settings import Settings, settings
from demo import (
    around,
    assembly,
    bodies,
    campaigns,
    convening,
    events,
    hours,
    ideas,
    initiatives,
    market_day,
    matching,
    meetings,
    monthly,
    offers,
    offline,
    organisations,
    papers,
    polling,
    promises,
    proposals,
    proxies,
    refunds,
    spending,
    steering,
    talking,
    things,
    together,
    volunteering,
    wishes,
)
from demo import people as residents
from demo.till import open_till, show_moment
from demo.world import World, perform

FIRST_DEPARTEMENTS = ("01", "69", "71", "38", "39", "42")
MARK = "demo_loaded"
NOT_YET = """<!doctype html><html lang="fr"><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<meta name="viewport" content="width=device-width"><title>La démonstration se prépare</title>
<h1>La démonstration se prépare</h1><p>Encore un instant : cette page se recharge toute seule.</p>
<p lang="en">The demonstration is being built: this page reloads by itself.</p></html>"""


async def prepare(current: Settings, app: ASGIApp) -> bool:
    """Bring the database of these settings up to date and load the demonstration if it is new; whether it was loaded.

    On SQLite a new database is filled under another name and takes its own at the end: what a stop left half done
    is thrown away by the next start. The application answers at its address meanwhile, because the payments are made
    over HTTP. Raises OSError when the folder cannot be written.
    """
    with _place_to_load(current):
        await migrations.migrate(current.database_url)
        async with _answering(current, app):
            await show_moment(timedelta())
            return await load()


async def load() -> bool:
    """Load everything into the connected database; False when it is there, or when people already use the database."""
    if await AuditEntry.filter(act=MARK).exists() or await Person.exists():
        return False
    await places.load(FIRST_DEPARTEMENTS)
    acts = [residents, organisations, initiatives, ideas, events, things, steering, polling, promises, proposals, bodies]
    acts += [proxies, meetings, talking, convening, assembly]
    acts += [volunteering, wishes, together, market_day, hours, papers] if settings().volunteering else []
    async with open_till() as till:
        if till is None:
            await _tell(acts, World())
        else:
            await till.hush(True)
            await _tell([*acts, campaigns, offers, offline, matching, refunds, monthly, spending, around], World(till=till))
            await till.hush(False)
    async with database.transaction():
        await jobs.enqueue("communes_wanted", key="demo")
        await people.audit(None, MARK, "demo")
    return True


async def _tell(acts: list[ModuleType], world: World) -> None:
    await perform([scene for act in acts for scene in act.scenes()], world)


@contextlib.asynccontextmanager
async def _answering(current: Settings, app: ASGIApp) -> AsyncIterator[None]:
    """The application, connected to its database and reachable, without uvicorn's hold on the signals."""
    config = uvicorn.Config(_not_yet(app), host=current.host, port=current.port, log_level="warning", access_log=False)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield
    finally:
        await server.shutdown()


def _not_yet(app: ASGIApp) -> ASGIApp:
    """The payments answer; whoever opens a page too early reads that the territory is being built, not half of it."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/_stripe"):
            await HTMLResponse(NOT_YET, 503, {"Retry-After": "5"})(scope, receive, send)
        else:
            await app(scope, receive, send)

    return guarded


@contextlib.contextmanager
def _place_to_load(current: Settings) -> Iterator[None]:
    """While a new SQLite database is filled, the settings name the file beside it."""
    wanted = current.database_url
    final = sqlite_path(wanted)
    if database.engine_of(wanted) != "sqlite" or final.exists():
        yield
        return
    aside = final.with_suffix(".chargement")
    for left in (*aside.parent.glob(f"{aside.name}*"), *aside.parent.glob("sandbox.sqlite3*")):
        left.unlink()
    current.database_url = f"sqlite://{aside}"
    try:
        yield
    finally:
        current.database_url = wanted
    aside.replace(final)
