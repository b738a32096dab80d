"""Missions that the search index does not know yet are made findable."""

from civic import database
from civic.jobs import Handler
from volunteering.missions import service

AT_ONCE = 500
_UNKNOWN = """SELECT m.id FROM mission m WHERE NOT EXISTS
(SELECT 1 FROM search_posting p WHERE p.kind = 'mission' AND p.document = m.id) ORDER BY m.id LIMIT ?"""


async def missions_indexed() -> None:
    """Those written before missions could be searched by words; nothing to do ever after."""
    for row in await database.fetch_all(_UNKNOWN, [AT_ONCE]):
        async with database.transaction():
            await service.index(int(row["id"]))


handlers: dict[str, Handler] = {"missions_indexed": missions_indexed}
minutes = {"missions_indexed": 60}
