"""Fixtures of the journeys: the site in processes of its own, a mailbox, the payment page elsewhere, Chromium.

Starting Chromium costs more than most journeys do in it. So one runs for all journeys of a test process, and they
share its event loop; what a visitor has (cookies, cache, storage) is a window of her own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright

from tests.browser.visitor import FLAGS, Visitor, chromium_path
from tests.campaigns.sandbox_server import SECRET, Harness, running_sandbox
from tests.engines import Database
from tests.mailbox import Mailbox, listening
from tests.site import Site, free_port, served

Arrive = Callable[..., Awaitable[Visitor]]


class Chromium:
    """The one browser of this process, started when first wanted, and again should it have fallen."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._program: Browser | None = None

    async def running(self) -> Browser:
        if not self._program or not self._program.is_connected():
            launch = self._playwright.chromium.launch
            self._program = await launch(executable_path=chromium_path(), args=FLAGS)
        return self._program

    async def close(self) -> None:
        if self._program:
            await self._program.close()


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with listening() as kept:
        yield kept


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
async def till(tmp_path: Path, port: int) -> AsyncIterator[Harness]:
    """The payment pages, on another origin than the site, which hears their webhooks."""
    folder = tmp_path / "till"
    folder.mkdir()
    hears = f"http://127.0.0.1:{port}/webhooks/stripe"
    async with running_sandbox(folder / "sandbox.sqlite3", webhook_url=hears) as harness:
        yield harness


@pytest.fixture
def hosting() -> dict[str, str]:
    """What the host of this test has set besides; a file of journeys may say more."""
    return {}


@pytest.fixture
async def site(
    database: Database, tmp_path: Path, mailbox: Mailbox, till: Harness, port: int, hosting: dict[str, str]
) -> AsyncIterator[Site]:
    """The site with its worker, on the engine of the test."""
    (tmp_path / "sandbox-webhook-secret").write_text(SECRET)
    more = {"CIVIC_SMTP_URL": mailbox.url, "TEST_SANDBOX": till.url, **hosting}
    async with served(database, tmp_path, ports=[port], **more) as running:
        yield running
        assert running.trouble() == []


@pytest.fixture
def _function_scoped_runner(_session_scoped_runner: object) -> object:
    """Where pytest-asyncio runs a test and its fixtures: here in the one loop in which Chromium is spoken to."""
    return _session_scoped_runner


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Chromium]:
    async with async_playwright() as playwright:
        program = Chromium(playwright)
        yield program
        await program.close()


@pytest.fixture
async def browser(chromium: Chromium) -> Browser:
    return await chromium.running()


@pytest.fixture
async def arrive(
    browser: Browser, site: Site, till: Harness, request: pytest.FixtureRequest
) -> AsyncIterator[Arrive]:
    """`await arrive(width=360, javascript=False)`: somebody with a browser of her own opens the home page."""
    visitors: list[Visitor] = []
    folder = request.node.name.partition("[")[0].removeprefix("test_")

    async def arrived(**options: Any) -> Visitor:
        visitor = Visitor(site.url, till.url, f"{folder}-{len(visitors) + 1}", **options)
        visitors.append(visitor)
        return await visitor.enter(browser)

    yield arrived
    for visitor in visitors:
        await visitor.leave()
