"""`python -m bench.settling`: one campaign of 10 000 promises is settled by two workers on PostgreSQL.

Real: the worker processes, the SDK over HTTP, the ledger, the mails written. Made up: the gateway is our sandbox on the
same machine, without webhooks, and shares its cores; CPU of each is therefore told apart from time on the clock. Both
run from the first attempt to the last charge. What follows (letters, facts) is watched for a quarter of a minute.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import stripe

from bench.servers import Server
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from civic import clock, database
from civic.database import migrations
from civic.initiatives.models import Initiative, Stage
from civic.people.models import Person
from civic.settings import ROOT, Settings, configure
from tests.postgres import Postgres, die_with_parent, free_port

PLEDGES = int(os.environ.get("BENCH_PLEDGES", "10000"))
WORKERS = 2
SECRET = "b" * 40
LEFT = "SELECT COUNT(*) AS n FROM pledge WHERE status <> 'collected'"
BEGUN = "SELECT COUNT(*) AS n FROM (SELECT 1 FROM attempt LIMIT 1) one"
DONE = "SELECT COUNT(*) AS n FROM job WHERE done_at IS NOT NULL"
DUE = """SELECT COUNT(*) AS n FROM
(SELECT 1 FROM job WHERE done_at IS NULL AND name IN ('send_mail', 'payment_collected') LIMIT 1) one"""
AFTER_SECONDS = 15
MOMENTS = 5
"""How often memory is read on the way, evenly: a line that is flat from the second moment on is what is wanted."""


@contextlib.contextmanager
def started(*command: str, **settings: str) -> Iterator[Server]:
    """A process of ours, ended with the block."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=kept | settings, preexec_fn=die_with_parent, stdout=subprocess.DEVNULL
    )  # fmt: skip
    try:
        yield Server(0, process)
    finally:
        process.terminate()
        process.wait(30)


async def saved_card(port: int) -> tuple[str, str]:
    """A customer and a card of the sandbox, asked for until it answers."""
    http = stripe.HTTPXClient(timeout=5)
    api: stripe.StripeClient = stripe.StripeClient(
        "sk_test_bench", base_addresses={"api": f"http://127.0.0.1:{port}/_stripe"}, http_client=http
    )
    for _turn in range(100):
        with contextlib.suppress(stripe.APIConnectionError):
            customer = await api.v1.customers.create_async({"email": "banc@exemple.fr"})
            break
        await asyncio.sleep(0.1)
    intent = await api.v1.setup_intents.create_async({
        "customer": customer.id, "payment_method": "pm_card_visa", "confirm": True,
        "allowed_payment_method_types": ["card"],
    })  # fmt: skip
    await http.close_async()  # type: ignore[no-untyped-call]
    return customer.id, str(intent.payment_method)


async def fill(customer: str, method: str) -> None:
    """One campaign whose deadline is now, and its confirmed promises, each of another person."""
    present = clock.now()
    people = [
        Person(id=id, name=f"Camille Rey {id}", name_folded=f"camille rey {id}", email=f"p{id}@exemple.fr",
               created_at=present, email_verified_at=present)
        for id in range(1, PLEDGES + 1)
    ]  # fmt: skip
    await Person.bulk_create(people, batch_size=500)
    initiative = await Initiative.create(
        slug="banc", title="Le banc", summary="Un banc.", story="Un banc.", stage=Stage.LAUNCHED, published_at=present,
        created_at=present, updated_at=present,
    )  # fmt: skip
    await Campaign.create(
        id=1, slug="banc", initiative_id=initiative.id, lead_id=1, title="Un banc", status=CampaignStatus.LIVE,
        minimum_cents=PLEDGES * 1000, optimum_cents=PLEDGES * 1000, beneficiary="Les Voisins",
        confirmed_cents=PLEDGES * 2000, backers_count=PLEDGES, starts_at=present - timedelta(days=9),
        deadline=present, created_at=present, updated_at=present,
    )  # fmt: skip
    pledges = [
        Pledge(id=id, campaign_id=1, person_id=id, form_key=f"k{id}", amount_cents=2000, status=PledgeStatus.CONFIRMED,
               customer_ref=customer, method_ref=method, method_label="Visa •••• 4242", created_at=present,
               confirmed_at=present - timedelta(hours=1), updated_at=present)
        for id in range(1, PLEDGES + 1)
    ]  # fmt: skip
    await Pledge.bulk_create(pledges, batch_size=500)
    await database.execute("ANALYZE")


async def number(sql: str, *params: object) -> int:
    """The one number of a row."""
    return int((await database.fetch_all(sql, params))[0]["n"] or 0)


def cpu_of(server: Postgres) -> float:
    """CPU seconds of a PostgreSQL server and its sessions that still run."""
    found = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            numbers = (folder / "stat").read_text().rpartition(")")[2].split()
            if server.pid in (int(folder.name), int(numbers[1])):
                found += (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")
    return found


class Clock:
    """What everybody has spent since the first attempt was written: seconds, and CPU seconds of each."""

    def __init__(self, workers: list[Server], sandbox: Server, server: Postgres) -> None:
        self._of = {
            "ours": lambda: sum(one.cpu_seconds for one in workers), "sandbox": lambda: sandbox.cpu_seconds,
            "postgres": lambda: cpu_of(server), "seconds": time.monotonic,
        }  # fmt: skip
        self._first = self._read()

    def _read(self) -> dict[str, float]:
        return {name: read() for name, read in self._of.items()}

    def __call__(self) -> dict[str, float]:
        """So far."""
        return {name: value - self._first[name] for name, value in self._read().items()}


async def settle(workers: list[Server], sandbox: Server, server: Postgres) -> dict[str, float]:
    """Wait for the workers to charge everybody, then for the mails; what each took."""
    while not await number(BEGUN):  # noqa: ASYNC110, the workers are other processes; they start, and decide
        await asyncio.sleep(0.02)
    clocked, kept = Clock(workers, sandbox, server), []
    while left := await number(LEFT):
        if PLEDGES - left >= PLEDGES * (len(kept) + 1) / MOMENTS:
            kept.append(memory(workers))
        if any(one.process.poll() is not None for one in workers):
            raise SystemExit("A worker has ended before its work.")
        await asyncio.sleep(0.2)
    charged, kept = clocked(), [*kept[: MOMENTS - 1], memory(workers)]
    at = {f"memory_{number}": megabytes for number, megabytes in enumerate(kept, start=1)}
    return {**charged, **await letters(clocked), **at}


def memory(workers: list[Server]) -> float:
    """What the largest worker keeps in memory, in MB."""
    return max(one.memory_mb for one in workers)


async def letters(clocked: Clock) -> dict[str, float]:
    """What follows of the charges (letters, receipts, matches), for a while: their number and CPU seconds of ours."""
    begun, done = clocked(), await number(DONE)
    until = begun["seconds"] + AFTER_SECONDS
    while clocked()["seconds"] < until and await number(DUE):  # noqa: ASYNC110, the workers are other processes
        await asyncio.sleep(0.2)
    jobs = await number(DONE) - done
    return {"jobs": jobs, "job_cpu": clocked()["ours"] - begun["ours"]}


async def measure(server: Postgres, url: str, data: Path) -> dict[str, float]:
    """Prepare, start sandbox and workers, measure."""
    port = free_port()
    await migrations.migrate(url)
    settings = {
        "CIVIC_ENV": "test", "CIVIC_SECRET_KEY": SECRET, "CIVIC_DATABASE_URL": url, "DATA": str(data),
        "HOST": "127.0.0.1", "PORT": str(port), "CIVIC_BASE_URL": "http://testserver",
    }  # fmt: skip
    with contextlib.ExitStack() as running:
        sandbox = running.enter_context(started("-m", "bench.sandbox", str(data / "sandbox.sqlite3"), str(port)))
        await database.connect(url)
        try:
            await fill(*await saved_card(port))
            workers = [running.enter_context(started("manage.py", "worker", **settings)) for _ in range(WORKERS)]
            return await settle(workers, sandbox, server)
        finally:
            await database.disconnect()


async def _create(server: Postgres) -> None:
    import asyncpg

    boss = await asyncpg.connect(server.url())
    await boss.execute("CREATE DATABASE bench_settling")
    await boss.close()


def run(server: Postgres) -> dict[str, float]:
    """On a database of its own of this server."""
    asyncio.run(_create(server))
    with tempfile.TemporaryDirectory(prefix="civic-bench-") as name:
        configure(Settings(environment="test", data=Path(name), secret_key=SECRET))
        return asyncio.run(measure(server, server.url("bench_settling"), Path(name)))


def once() -> dict[str, float]:
    """On a server of its own, which keeps its tables tidy as a real one does."""
    server = Postgres(autovacuum="on")
    try:
        return run(server)
    finally:
        server.stop()


def moments() -> list[tuple[int, int]]:
    """When memory is read: which time, after how many charges."""
    return [(at, PLEDGES * at // MOMENTS) for at in range(1, MOMENTS + 1)]


def gained(found: dict[str, float]) -> float:
    """What the larger worker has grown by, in MB, since it had seen two fifths of the charges."""
    return found[f"memory_{MOMENTS}"] - found["memory_2"]


def lines() -> list[tuple[str, float, str, float, bool]]:
    """What `make bench` prints: name, value, unit, target, whether more is better."""
    found = once()
    name = f"settlement of {PLEDGES}, {WORKERS} workers"
    each = {who: found[who] * 1000 / PLEDGES for who in ("ours", "sandbox", "postgres")}
    return [
        (f"{name}: charges a second", PLEDGES / found["seconds"], "/s", 150, True),
        (f"{name}: CPU of ours a charge", each["ours"], "ms", 0.3, False),
        (f"{name}: CPU of a job that follows", found["job_cpu"] * 1000 / max(1, found["jobs"]), "ms", 3, False),
        (f"{name}: CPU of PostgreSQL", each["postgres"], "ms", 5, False),
        (f"{name}: CPU of the sandbox", each["sandbox"], "ms", 5, False),
        *[(f"{name}: memory after {done}", found[f"memory_{at}"], "MB", 250, False) for at, done in moments()],
        (f"{name}: memory gained after {dict(moments())[2]}", gained(found), "MB", 2, False),
    ]  # fmt: skip


def main() -> None:
    """Print what was found."""
    found = once()
    print(f"{PLEDGES} charges in {found['seconds']:.1f} s with {WORKERS} workers: {PLEDGES / found['seconds']:.0f}/s")
    for who in ("ours", "postgres", "sandbox"):
        print(f"CPU of {who}: {found[who]:.1f} s, {found[who] * 1000 / PLEDGES:.2f} ms a charge")
    print(f"letters and facts: {found['job_cpu']:.1f} s of ours for {found['jobs']:.0f}")
    told = ", ".join(f"{found[f'memory_{at}']:.1f} after {done}" for at, done in moments())
    print(f"memory of the larger worker, MB: {told}")


if __name__ == "__main__":
    main()
