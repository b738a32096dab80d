"""`python -m bench.run`: measure, print the table, write bench/results.json."""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import closing, load, servers, settling, storm, week, world
from bench.load import Load, Result
from bench.servers import Server
from civic import database
from civic.database import migrations
from civic.settings import Settings, configure
from tests.postgres import Postgres

SIZES = (300, 5000)
PAGES = {
    "home": "/", "explorer": "/initiatives", "initiative": "/initiatives/initiative-20",
    "campaign": "/campagnes/collecte-20",
}  # fmt: skip
SECONDS = float(os.environ.get("BENCH_SECONDS", "0.5"))
TURNS = 2
RESULTS = Path(__file__).with_name("results.json")


@dataclass
class Line:
    """One measure: `ratio` is ours over bare; `target` is the least ratio, or the most of a unit that has none.

    `cpu_ratio` compares the CPU time of an answer instead: a machine that is busy otherwise does not distort it, but
    waiting for PostgreSQL does not show.
    """

    name: str
    value: float
    unit: str
    ratio: float | None
    target: float
    ok: bool
    cpu_ratio: float | None = None
    at_least: bool = False

    def __str__(self) -> str:
        ratio = f"{self.ratio:6.0%}" if self.ratio is not None else " " * 6
        sign = '≥' if self.at_least or self.ratio is not None else '≤'
        target = f"{sign} {self.target:.0%}" if self.ratio is not None else f"{sign} {self.target:g}"
        cpu = f"(by CPU time {self.cpu_ratio:.0%})" if self.cpu_ratio is not None else ""
        verdict = "ok" if self.ok else "BELOW"
        return f"{self.name:46} {self.value:8.1f} {self.unit:6} {ratio}  {target:7} {verdict:5} {cpu}"


def at_most(name: str, value: float, unit: str, target: float) -> Line:
    """A measure that must stay small."""
    return Line(name, round(value, 2), unit, None, target, value <= target)


def side_by_side(name: str, ours: Server, bare: Server, request: Load, target: float) -> Iterator[Line]:
    """Ours and the bare framework in turn, A B A B, with as many bytes a page."""
    size = len(servers.fetch(ours, request.path, request.cookie))
    other = Load(bare.port, f"/{size}", request.clients, request.seconds, vary=request.vary)
    servers.fetch(bare, other.path)
    rates, bares, costs, slowest = 0.0, 0.0, [0.0, 0.0], []
    for _ in range(TURNS):
        (mine, cost), (theirs, bare_cost) = _cost(ours, request), _cost(bare, other)
        if mine.errors or theirs.errors:
            raise SystemExit(f"{name}: {mine.errors + theirs.errors} answers were not 200.")
        rates, bares, slowest = rates + mine.rate, bares + theirs.rate, [*slowest, mine.p99_ms]
        costs = [costs[0] + cost, costs[1] + bare_cost]
    ratio = rates / bares
    cpu_ratio = round(costs[1] / costs[0], 3) if costs[0] else None
    yield Line(name, round(rates / TURNS, 1), "req/s", round(ratio, 3), target, ratio >= target, cpu_ratio)
    if not request.vary and not request.cookie:
        yield at_most(f"{name}, slowest hundredth", min(slowest), "ms", 50)


def _cost(server: Server, request: Load) -> tuple[Result, float]:
    """Load a page; answers what came back and the CPU seconds of one answer."""
    before = server.cpu_seconds
    result = load.run(request)
    return result, (server.cpu_seconds - before) / result.answers


def measure(engine: str, size: int, url: str, cookie: str, data: Path) -> Iterator[Line]:
    """All pages of one database."""
    with servers.ours(url, data) as ours, servers.bare(data) as bare:
        yield at_most(f"{engine} {size}: first answer after", ours.cold_seconds, "s", 1.5)
        for page, path in PAGES.items():
            name = f"{engine} {size}: {page}"
            visitor = Load(ours.port, path, clients=32, seconds=SECONDS)
            yield from side_by_side(f"{name}, visitor", ours, bare, visitor, 1.0)
            signed_in = Load(ours.port, path, seconds=SECONDS, cookie=cookie)
            yield from side_by_side(f"{name}, signed in", ours, bare, signed_in, 0.3)
            if size == max(SIZES):
                cold = Load(ours.port, path, seconds=SECONDS, vary=True)
                yield from side_by_side(f"{name}, visitor, not in memory", ours, bare, cold, 0.3)
        busy = f"{engine} {size}: a coordinator's week of {week.SHIFTS} shifts"
        yield at_most(busy, week.slowest(ours, cookie, SECONDS), "ms", week.MOST_MS)
        crowd = f"{engine} {size}: {storm.PEOPLE} people on {storm.PLACES} places"
        yield at_most(crowd, crowded(engine, ours, url, data), "s", storm.MOST_SECONDS[engine])
        if size == min(SIZES):
            yield from closings(engine, ours, url, data)
        yield at_most(f"{engine} {size}: memory of the web process", ours.memory_mb, "MB", 150)


def closings(engine: str, ours: Server, url: str, data: Path) -> Iterator[Line]:
    """A question of thousands of electors closes while the last of them answer; then the other methods close."""
    cookies = asyncio.run(closing.prepare(url))
    with ExitStack() as more:
        beside = [more.enter_context(servers.ours(url, data)) for _ in range(storm.PROCESSES[engine] - 1)]
        took = closing.last_seconds([ours, *beside], cookies, url)
    many = f"{engine}: {closing.ELECTORS} electors"
    yield at_most(f"{many}, the last ones answering", took, "s", closing.MOST_SECONDS)
    for method, seconds in asyncio.run(closing.counted(url)).items():
        yield at_most(f"{many}, closing by {method}", seconds, "s", closing.MOST_SECONDS)


def crowded(engine: str, ours: Server, url: str, data: Path) -> float:
    """Seconds until a crowd has its answers, with as many web processes as the target is for."""
    with ExitStack() as more:
        beside = [more.enter_context(servers.ours(url, data)) for _ in range(storm.PROCESSES[engine] - 1)]
        took = storm.seconds([ours, *beside])
    asyncio.run(storm.check(url))
    return took


async def prepare(url: str, size: int) -> str:
    """A migrated, filled database; answers the cookie of someone signed in."""
    await migrations.migrate(url)
    await database.connect(url)
    try:
        cookie = await world.fill(size)
        await week.fill()
        return cookie
    finally:
        await database.disconnect()


@contextmanager
def databases(folder: Path) -> Iterator[list[tuple[str, int, str]]]:
    """Empty databases: (engine, size, URL)."""
    server = Postgres()
    try:
        asyncio.run(_create(server))
        yield [
            (engine, size, f"sqlite://{folder}/{size}.sqlite3" if engine == "sqlite" else server.url(f"bench_{size}"))
            for engine in ("sqlite", "postgres") for size in SIZES
        ]  # fmt: skip
    finally:
        server.stop()


async def _create(server: Postgres) -> None:
    import asyncpg

    boss = await asyncpg.connect(server.url())
    for size in SIZES:
        await boss.execute(f"CREATE DATABASE bench_{size}")
    await boss.close()


def main() -> int:
    """Run everything; 1 when a target is missed."""
    started = time.monotonic()
    lines: list[Line] = []
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; load by {load.generator()}.")
    if os.getloadavg()[0] > (os.cpu_count() or 1):
        print("This machine is busy with something else: trust the ratios by CPU time only.")
    with tempfile.TemporaryDirectory(prefix="civic-bench-") as name, databases(Path(name)) as found:
        configure(Settings(environment="test", data=Path(name), secret_key="b" * 40))
        for engine, size, url in found:
            cookie = asyncio.run(prepare(url, size))
            for line in measure(engine, size, url, cookie, Path(name)):
                lines.append(line)
                print(line, flush=True)
    for name, value, unit, target, more in settling.lines():
        ok = value >= target if more else value <= target
        lines.append(Line(name, round(value, 2), unit, None, target, ok, at_least=more))
        print(lines[-1], flush=True)
    RESULTS.write_text(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=1) + "\n")
    missed = [line for line in lines if not line.ok]
    print(f"{len(lines) - len(missed)} of {len(lines)} targets held, in {time.monotonic() - started:.0f} s.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
