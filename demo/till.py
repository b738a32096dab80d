"""The hands of an invented backer at the simulated payment page, and the clock of the sandbox behind it."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx

from campaigns.payments import gateway
from campaigns.payments.keys import simulated_secret
from civic import clock
from civic.settings import settings

CARD, BANK_ASKS_THEN_NO_MONEY = "4242424242424242", "4000008260003178"
NO_END = 1_000_000


class Till:
    """Fills in hosted pages of the sandbox that answers at `address`, over HTTP as a browser does."""

    def __init__(self, browser: httpx.AsyncClient, address: str, secret: str) -> None:
        self._browser, self._address = browser, address
        self._control = {"authorization": f"Bearer {secret}"}
        self._ahead: float | None = None

    async def show(self, shift: timedelta) -> None:
        """The sandbox lives at the same moment as we do, whatever it showed before."""
        if self._ahead is None:
            self._ahead = await self._do("clock", advance_seconds=0)
        self._ahead = await self._do("clock", advance_seconds=shift.total_seconds() - self._ahead)

    async def hush(self, quiet: bool) -> None:
        """While the past is told, events stay with the sandbox: each promise is looked at directly."""
        await self._do("webhooks", lose=NO_END if quiet else 0)

    async def fill_in(self, page: str, name: str, number: str = CARD) -> None:
        """Type a test card on a hosted page, and tell the bank yes when it asks."""
        fields = {"means": "card", "number": number, "expiry": "12 / 40", "cvc": "123", "name": name}
        answer = await self._browser.post(self._here(page), data=fields)
        if "/_stripe/" in answer.headers.get("location", ""):
            await self._browser.post(self._here(answer.headers["location"]), data={"answer": "accept"})


    async def give_papers(self, page: str) -> None:
        """An organisation's papers, on the page where it opens its own account."""
        await self._browser.post(self._here(page))

    def _here(self, page: str) -> str:
        """The page where we reach it, whatever name the public uses."""
        return self._address + page.partition("/_stripe")[2]

    async def _do(self, verb: str, **values: float) -> float:
        answer = await self._browser.post(f"{self._address}/_control/{verb}", json=values, headers=self._control)
        return float(answer.raise_for_status().json()["result"] or 0)


@contextlib.asynccontextmanager
async def open_till() -> AsyncIterator[Till | None]:
    """The till of this installation; None where payments are off or real."""
    address = gateway.api_address(settings())
    if address is None or not settings().campaigns:
        yield None
        return
    async with httpx.AsyncClient(trust_env=False, timeout=20) as browser:
        yield Till(browser, address, simulated_secret(settings().data))


async def show_moment(shift: timedelta) -> None:
    """Our clock and the sandbox's are so far ahead of the real one."""
    async with open_till() as till:
        if till:
            await till.show(shift)
    clock.travel(shift)
