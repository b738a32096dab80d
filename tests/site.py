"""The site as a host runs it: `civic serve` in processes of its own, and `civic worker` beside it on PostgreSQL.

`async with served(database, data) as site` starts and ends them; `site.urls` has one address per web process.
Browsers go to localhost, so that a payment page on 127.0.0.1 is another site to them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from app import create_app
from civic.settings import ROOT, Settings, configure, settings
from tests.engines import Database
from tests.processes import Process, civic

SECRET_KEY = "t" * 40
START_SECONDS = 30
STOP_SECONDS = 15


@dataclass
class Site:
    """A running installation."""

    urls: list[str]
    data: Path
    environment: dict[str, str]
    processes: list[Process] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.urls[0]

    def said(self) -> str:
        """What the processes wrote so far."""
        return "\n".join(file.read_text(errors="replace") for file in sorted(self.data.glob("*.log")))

    def trouble(self) -> list[str]:
        """Lines about something nobody foresaw."""
        marks = ("Traceback", "request failed", "job failed", "cannot reach", "ResourceWarning", "never awaited")
        return [line[:400] for line in self.said().splitlines() if any(mark in line for mark in marks)]


async def command(site: Site, *words: str) -> str:
    """What a host types in the same installation: `civic settle SLUG`; answers what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        asked = Process(civic, *words, environment=site.environment, log=Path(folder, "said"))
        said, _the_same = await asyncio.wait_for(asked.communicate(), START_SECONDS)
    assert asked.returncode == 0, said.decode()
    return said.decode()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configured(data: Path, url: str, port: int, **values: Any) -> Settings:
    """The same settings for this process and for the site's own."""
    made = Settings(
        environment="demo", data=data, secret_key=SECRET_KEY, base_url=url, port=port, argon2_cheap=True, **values
    )
    configure(made)
    return made


@contextlib.asynccontextmanager
async def served(
    database: Database, data: Path, *, ports: list[int] | None = None, worker: bool = True, **environment: str
) -> AsyncIterator[Site]:
    """The site on this database, one web process a port; `environment` adds settings such as CIVIC_SMTP_URL."""
    ports = ports or [free_port()]
    urls = [f"http://localhost:{port}" for port in ports]
    configured(data, urls[0], ports[0], database_url=database.url, smtp_url=environment.get("CIVIC_SMTP_URL", ""))
    create_app(with_worker=False)  # this process knows the same routes and slots, for the factories
    beside = worker and database.engine == "postgres"
    shared = _environment(database, data, urls[0]) | environment | {"PORT": str(ports[0])}
    site = Site(urls, data, shared)
    try:
        for number, port in enumerate(ports):
            runs_jobs = str(worker and not beside and number == 0)
            site.processes.append(_start(site, f"web{number}", "serve", shared | {"PORT": str(port), "CIVIC_WORKER": runs_jobs}))
        if beside:
            site.processes.append(_start(site, "worker", "worker", shared))
        await asyncio.gather(*(_answers(site, url) for url in urls))
        yield site
    finally:
        await asyncio.to_thread(_stop, site)
        configure(None)


def _environment(database: Database, data: Path, url: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
    return kept | {
        "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "CIVIC_ENV": "demo", "DATA": str(data),
        "HOST": "127.0.0.1", "CIVIC_BASE_URL": url, "CIVIC_DATABASE_URL": database.url,
        "CIVIC_SECRET_KEY": settings().secret_key, "CIVIC_ARGON2_CHEAP": "1",
    }  # fmt: skip


def _start(site: Site, name: str, command: str, environment: dict[str, str]) -> Process:
    return Process(civic, command, environment=environment, log=site.data / f"{name}.log")


async def _answers(site: Site, url: str) -> None:
    """Wait until a process is ready; its own words when it is not."""
    async with httpx2.AsyncClient(trust_env=False) as http:
        for _ in range(START_SECONDS * 10):
            with contextlib.suppress(httpx2.TransportError):
                if (await http.get(f"{url}/readyz".replace("localhost", "127.0.0.1"))).is_success:
                    return
            if any(process.poll() is not None for process in site.processes):
                break
            await asyncio.sleep(0.1)
    raise AssertionError(f"The site did not start:\n{site.said()[-3000:]}")


def _stop(site: Site) -> None:
    for process in site.processes:
        process.send_signal(signal.SIGTERM)
    for process in site.processes:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
