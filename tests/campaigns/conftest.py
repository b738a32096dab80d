"""Fixtures of the tests of money."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from starlette.types import ASGIApp

from campaigns.payments import gateway
from civic.database.config import Engine
from civic.settings import Settings
from tests.campaigns.model.worlds import Worlds
from tests.campaigns.sandbox_server import SECRET, Harness, running_sandbox
from tests.engines import Database, Templates


@pytest.fixture
def books(database: Database, settings: Settings) -> None:
    """The application's handlers on this test's database."""
    from app import create_app

    settings.database_url = database.url
    create_app(with_worker=False)


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Harness]:
    """Our stand-in for api.stripe.com on a loopback port, empty."""
    async with running_sandbox(tmp_path / "sandbox.sqlite3") as harness:
        yield harness


@pytest.fixture
def worlds(engine: Engine, templates: Templates, tmp_path: Path) -> Worlds:
    """A world for each example of a property."""
    return Worlds(engine, templates, tmp_path)


@dataclass
class Payments:
    """The application's gateway speaking to a sandbox, with the hands of a backer and of a postman."""

    sandbox: Harness
    app: ASGIApp

    async def fill_in(self, address: str, number: str = "4242424242424242") -> str:
        """A backer types her card on the hosted page; answers where she is sent next."""
        fields = {"means": "card", "number": number, "expiry": "12 / 40", "cvc": "123", "name": "Odile Blanc"}
        return (await self.sandbox.browser.post(address, data=fields)).headers["location"]

    async def answer_bank(self, address: str, yes: bool = True) -> str:
        """She answers her bank's question."""
        answer = await self.sandbox.browser.post(address, data={"answer": "accept" if yes else "refuse"})
        return answer.headers["location"]

    async def deliver(self, times: int = 1, newest_first: bool = False, kinds: str = "") -> list[int]:
        """The postman brings everything the sandbox told, in order or not; answers the statuses."""
        await asyncio.sleep(0.2)
        heard = [(raw, header) for raw, header in self.sandbox.heard if kinds in json.loads(raw)["type"]]
        heard = heard[::-1] if newest_first else heard
        return [await self.post(raw, header) for raw, header in heard for _ in range(times)]

    async def post(self, raw: bytes, header: str) -> int:
        """One webhook."""
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as stripe_itself:
            headers = {"stripe-signature": header, "content-type": "application/json"}
            return (await stripe_itself.post("/webhooks/stripe", content=raw, headers=headers)).status_code


@pytest.fixture
async def payments(app: ASGIApp, sandbox: Harness, settings: Settings) -> AsyncIterator[Payments]:
    """The application pays at the sandbox, whose webhooks are brought by hand."""
    (settings.data / "sandbox-webhook-secret").write_text(SECRET)
    gateway.answer_at(sandbox.url)
    yield Payments(sandbox, app)
    gateway.answer_at(None)
    await gateway.close()
