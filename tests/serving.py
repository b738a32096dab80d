"""The application as a process of its own, on a test's database.

The schema is not compared with the committed migrations: in a side branch the tests run on a temporary one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn

from app import create_app
from civic import database
from civic.settings import Settings, configure
from tests.postgres import free_port
from tests.processes import Process

START_SECONDS = 30


async def serve(url: str, port: int, data: Path) -> None:
    """Answer requests until told to stop."""
    base = f"http://127.0.0.1:{port}"
    configure(Settings(environment="test", data=data, secret_key="t" * 40, base_url=base, database_url=url))
    app = create_app(with_worker=False)
    await database.connect(url, check_schema=False)
    try:
        await uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_level="warning")).serve()
    finally:
        await database.disconnect()


def answer(url: str, port: int, data: Path) -> None:
    """The same, in a process of its own."""
    asyncio.run(serve(url, port, data))


@contextlib.contextmanager
def server(url: str, data: Path) -> Iterator[str]:
    """Start such a process and answer its address; it is stopped at the end."""
    with mortal_server(url, data) as (address, _process):
        yield address


@contextlib.contextmanager
def mortal_server(
    url: str, data: Path, crash_at: str = "", work: Callable[[str, int, Path], None] = answer
) -> Iterator[tuple[str, Process]]:
    """The same with its process: it dies by SIGKILL at the crash point named, in its `work`, or by the test's hand."""
    port = free_port()
    process = Process(work, url, port, data, environment={**os.environ, "CIVIC_CRASH_AT": crash_at})
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(address: str, process: Process) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.05)
    raise AssertionError(f"No server answered at {address} within {START_SECONDS} seconds.")
