"""The back half of money without its pages: sandbox, handlers and addresses, for tests of settlement."""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from app import create_app
from campaigns.ledger import queries as ledger
from campaigns.ledger.verify import CHECKS as LEDGER_CHECKS
from campaigns.matching.verify import CHECKS as MATCHING_CHECKS
from campaigns.payments import gateway
from campaigns.refunds.verify import CHECKS as REFUND_CHECKS
from campaigns.settlement import books
from campaigns.settlement.verify import CHECKS as SETTLEMENT_CHECKS
from civic import clock
from civic.settings import Settings
from tests.campaigns.sandbox_server import Harness
from tests.engines import Database
from tests.factories.settlement import books_of
from tests.processes import Process
from tests.processes import civic as run_civic


@contextlib.asynccontextmanager
async def open_till(sandbox: Harness) -> AsyncIterator[Harness]:
    """The application's handlers, speaking to this sandbox."""
    create_app(with_worker=False)
    gateway.answer_at(sandbox.url)
    try:
        yield sandbox
    finally:
        clock.travel(timedelta())
        gateway.answer_at(None)
        await gateway.close()


async def assert_books_agree(gate: Harness) -> None:
    """Our ledger says what the sandbox's books say, and every invariant holds."""
    theirs, ours = await books_of(gate), await ledger.balances()
    assert sum(ours.values()) == 0
    assert ours.get("stripe_clearing", 0) == theirs["net"]
    assert ours.get("psp_fees", 0) == theirs["fees"]
    for wrong in (await books.compare(), await problems()):
        assert not wrong, wrong


async def problems() -> list[str]:
    """What `civic verify` would say."""
    checks = (*LEDGER_CHECKS, *SETTLEMENT_CHECKS, *REFUND_CHECKS, *MATCHING_CHECKS)
    return [sentence for check in checks for sentence in await check()]


async def start_civic(
    database: Database, settings: Settings, gate: Harness, *words: str, crash_at: str = "", **environment: str
) -> Process:
    """`civic …` as a process of its own, on the test's database and sandbox; `environment` adds settings."""
    address = urlsplit(gate.url)
    given = {
        "CIVIC_ENV": "test", "CIVIC_DATABASE_URL": database.url, "DATA": str(settings.data), "HOST": "127.0.0.1",
        "PORT": str(address.port), "CIVIC_SECRET_KEY": settings.secret_key, "CIVIC_BASE_URL": settings.base_url,
        "CIVIC_CRASH_AT": crash_at,
    }  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CIVIC_", "STRIPE_"))}
    folder = Path(tempfile.mkdtemp(dir=settings.data))
    environment = {**kept, **given, **environment}
    return Process(run_civic, *words, environment=environment, log=folder / "said", errors=folder / "errors")


async def civic(database: Database, settings: Settings, gate: Harness, *words: str) -> tuple[int, str]:
    """Run a command to its end: exit status and what it said."""
    process = await start_civic(database, settings, gate, *words)
    out, trouble = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode() + trouble.decode()
