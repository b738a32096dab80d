"""Five hundred people want the fifty places of one shift at the same moment, over HTTP, without an account."""

import asyncio
import time

import httpx2

from bench.servers import Server
from bench.week import FIRST

PEOPLE, PLACES, AT_ONCE = 500, 50, 32
SHIFT = FIRST - 1
PATH = f"/missions/mission-tres-demandee/creneaux/{SHIFT}/inscription"
MOST_SECONDS = {"sqlite": 4.0, "postgres": 1.6}
"""QUALITY.md, for two processes; here one server takes them all."""


def seconds(server: Server) -> float:
    """How long until each of them has her answer. Raises SystemExit when one of them gets no page."""
    return asyncio.run(_storm(f"http://127.0.0.1:{server.port}"))


async def _storm(base: str) -> float:
    turns = asyncio.Semaphore(AT_ONCE)
    async with httpx2.AsyncClient(base_url=base, timeout=60) as client:

        async def one(number: int) -> int:
            async with turns:
                sent = {"cle": f"cle-{number:08}", "name": "Rose Martin", "email": f"rose{number}@exemple.fr"}
                address = f"10.0.{number // 250}.{number % 250 + 1}"
                headers = {"x-forwarded-for": address, "sec-fetch-site": "same-origin"}
                return (await client.post(PATH, data=sent, headers=headers)).status_code

        started = time.monotonic()
        answers = await asyncio.gather(*(one(number) for number in range(PEOPLE)))
        took = time.monotonic() - started
    if set(answers) != {303}:
        raise SystemExit(f"A storm on a shift: answers were {sorted(set(answers))}.")
    return took
