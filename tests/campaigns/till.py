"""The back half of money without its pages: sandbox, handlers and addresses, for tests of settlement."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from app import create_app
from campaigns.ledger import queries as ledger
from campaigns.ledger.verify import CHECKS as LEDGER_CHECKS
from campaigns.payments import gateway
from campaigns.settlement.verify import CHECKS as SETTLEMENT_CHECKS
from civic import clock
from tests.campaigns.sandbox_server import Harness
from tests.factories.settlement import books_of


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
    assert await problems() == []


async def problems() -> list[str]:
    """What `civic verify` would say."""
    return [sentence for check in (*LEDGER_CHECKS, *SETTLEMENT_CHECKS) for sentence in await check()]
