"""Five hundred people want the fifty places of one shift at the same moment, over HTTP, without an account."""

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import uvloop

from bench.servers import Server
from bench.week import FIRST
from civic import database

PEOPLE, PLACES, AT_ONCE = 500, 50, 32
SHIFT = FIRST - 1
PATH = f"/missions/mission-tres-demandee/creneaux/{SHIFT}/inscription"
MOST_SECONDS = {"sqlite": 4.0, "postgres": 1.6}
"""QUALITY.md: on SQLite one web process takes them all, on PostgreSQL two share them."""
PROCESSES = {"sqlite": 1, "postgres": 2}


def seconds(servers: Sequence[Server]) -> float:
    """How long until each of them has her answer. Raises SystemExit when one of them gets no page."""
    return uvloop.run(_storm([server.port for server in servers]))


async def _storm(ports: Sequence[int]) -> float:
    people = iter(range(PEOPLE))
    started = time.monotonic()
    browsers = (_browser(port, people) for port in itertools.islice(itertools.cycle(ports), AT_ONCE))
    answers = await asyncio.gather(*browsers)
    took = time.monotonic() - started
    said = set().union(*answers)
    if said != {b"303"}:
        raise SystemExit(f"A storm on a shift: answers were {sorted(said)}.")
    return took


async def _browser(port: int, people: Iterator[int]) -> set[bytes]:
    """One connection that signs the next person up as soon as it is answered; which statuses it saw."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    seen = set()
    for number in people:
        writer.write(_request(number))
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
        seen.add(head.split()[1])
    writer.close()
    return seen


def _request(number: int) -> bytes:
    sent = {"cle": f"cle-{number:08}", "name": "Rose Martin", "email": f"rose{number}@exemple.fr"}
    body = urlencode(sent)
    return (
        f"POST {PATH} HTTP/1.1\r\nhost: bench.example.org\r\nsec-fetch-site: same-origin\r\n"
        f"x-forwarded-for: 10.0.{number // 250}.{number % 250 + 1}\r\n"
        f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def check(url: str) -> None:
    """Every place is taken and no more, everybody else waits. Raises SystemExit when it is not so."""
    await database.connect(url)
    try:
        rows = await database.fetch_all("SELECT taken, waiting FROM shift WHERE id = ?", [SHIFT])
    finally:
        await database.disconnect()
    if rows != [{"taken": PLACES, "waiting": PEOPLE - PLACES}]:
        raise SystemExit(f"A storm on a shift: {rows}.")
