"""A property in words: each example lives in a world of its own, a fresh database and a sandbox, as a backer finds it.

`lives(few)` decorates the example. CIVIC_TEST_MODEL=100 lives that many, other ones, and shrinks what goes wrong.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as profile

from app import create_app
from campaigns.lifecycle.models import Campaign
from campaigns.payments import checkout, gateway
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge
from campaigns.pledges.service import Gift
from civic import clock, database
from civic.database.config import Engine
from civic.errors import DomainError
from civic.jobs.models import Job
from civic.mail.compose import message_id
from civic.mail.models import OutboxMessage
from civic.settings import Settings, configure
from tests.campaigns.sandbox_server import SECRET, Harness, running_sandbox
from tests.campaigns.till import open_till
from tests.engines import Templates, connected
from tests.factories import a_person

LONG = "CIVIC_TEST_MODEL" in os.environ
ENGINES = [] if LONG else [pytest.mark.one_engine("sqlite")]
"""The mark of a module of properties: one engine in the ordinary run, both in a long one."""


def lives(few: int) -> profile:
    """So many examples, always the same ones, in the ordinary run."""
    return profile(
        max_examples=int(os.environ.get("CIVIC_TEST_MODEL", few)), deadline=None, derandomize=not LONG, database=None,
        phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if LONG else [])], suppress_health_check=list(HealthCheck),
    )  # fmt: skip


class Worlds:
    """Opens a world for each example, and puts it away."""

    def __init__(self, engine: Engine, templates: Templates, folder: Path) -> None:
        self.engine, self.templates, self.folder = engine, templates, folder
        self.numbers = count(1)

    def live(self, story: Callable[[Harness], Awaitable[None]]) -> None:
        """One example with the gateway's stand-in."""
        asyncio.run(self._live(story))

    def live_without_gateway(self, story: Callable[[], Awaitable[None]]) -> None:
        """One example in which nobody is charged."""
        asyncio.run(self._live(lambda _gate: story(), gate=False))

    async def _live(self, story: Callable[[Any], Awaitable[None]], *, gate: bool = True) -> None:
        data = self.folder / str(next(self.numbers))
        data.mkdir()
        (data / "sandbox-webhook-secret").write_text(SECRET)
        async with AsyncExitStack() as stack:
            fresh = await self.templates.fresh(self.engine)
            stack.push_async_callback(self.templates.drop, fresh)
            stack.callback(configure, None)
            configure(Settings(
                environment="test", data=data, secret_key="t" * 40, base_url="http://testserver", argon2_cheap=True,
                database_url=fresh.url,
            ))  # fmt: skip
            await stack.enter_async_context(connected(fresh))
            stack.callback(clock.travel, timedelta())
            if not gate:
                create_app(with_worker=False)
                await story(None)
                return
            sandbox = await stack.enter_async_context(running_sandbox(data / "sandbox.sqlite3"))
            await story(await stack.enter_async_context(open_till(sandbox)))


class Clocks:
    """Ours and the gateway's, which go on together."""

    def __init__(self, gate: Harness) -> None:
        self.gate, self.offset = gate, timedelta()

    async def travel(self, by: timedelta) -> None:
        """So much later."""
        self.offset += by
        clock.travel(self.offset)
        await self.gate.control.clock(by.total_seconds())

    async def travel_to(self, moment: datetime) -> None:
        """At that moment; never back."""
        if moment > clock.now():
            await self.travel(moment - clock.now())


async def tried(verb: Awaitable[object]) -> bool:
    """An act that may be refused: whether it was done."""
    with suppress(DomainError, gateway.GatewayTrouble):
        await verb
        return True
    return False


async def restarted() -> None:
    """The dead workers' leases have ended."""
    await database.execute("UPDATE job SET locked_until = 0 WHERE done_at IS NULL")


CARD = {"means": "card", "number": "4242424242424242", "expiry": "12 / 40", "cvc": "123", "name": "Rose Martin"}
_keys = count(1)


@dataclass
class Promise:
    """A promise whose hosted page is open."""

    gate: Harness
    pledge_id: int
    session_ref: str
    address: str

    async def save(self) -> None:
        """Its backer types her card; nobody has told us yet. A page that has ended says so."""
        await self.gate.browser.post(self.address, data=CARD)


async def open_promise(gate: Harness, campaign: Campaign, cents: int) -> Promise:
    """Somebody new promises so many cents, and is on her page of payment."""
    number = next(_keys)
    gift = Gift(cents, 0, 0, False, False, "Rose Martin")
    made = await pledges.pledge(await a_person(f"Rose Martin{number}"), campaign, gift, f"page-{number}", [])
    address = await checkout.open_page(await Pledge.get(id=made.id).select_related("campaign", "person"))
    found = await Pledge.get(id=made.id)
    return Promise(gate, found.id, found.session_ref, address or "")


@dataclass(frozen=True)
class Posted:
    """A letter: to whom, its kind (the key without its last number, which is the promise's), its subject, when."""

    to: str
    kind: str
    pledge_id: int
    subject: str
    at: datetime


async def letters() -> list[Posted]:
    """Every letter that was sent, in the order in which they were written; jobs forget what they said, not their key."""
    sent = {mail.message_id: mail for mail in await OutboxMessage.all()}
    found = []
    for job in await Job.filter(name="send_mail").order_by("id"):
        kind, _dash, number = job.key.rpartition("-")
        mail = sent.get(message_id(job.key))
        if mail:
            at = datetime.fromtimestamp(job.created_at / 1000, UTC)
            found.append(Posted(mail.to, kind, int(number), mail.subject, at))
    return found
