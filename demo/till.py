"""The hands of an invented backer at the simulated payment page, and the clock of the sandbox behind it."""

from datetime import timedelta

import httpx

from campaigns.payments import gateway
from campaigns.payments.keys import simulated_secret
from civic.settings import settings

CARD, BANK_ASKS_THEN_NO_MONEY = "4242424242424242", "4000008260003178"
NO_END = 1_000_000


class Till:
    """Fills in hosted pages of the sandbox that answers at `address`, over HTTP as a browser does."""

    def __init__(self, address: str, secret: str) -> None:
        self._address = address
        self._browser = httpx.AsyncClient(trust_env=False, timeout=20)
        self._control = {"authorization": f"Bearer {secret}"}
        self._shown = timedelta()

    async def show(self, shift: timedelta) -> None:
        """The sandbox lives at the same moment as we do."""
        advance = (shift - self._shown).total_seconds()
        await self._do("clock", advance_seconds=advance)
        self._shown = shift

    async def next_day(self) -> None:
        """A day passes at the sandbox too: what falls due there happens, and pages opened now end when we expect."""
        await self._do("clock", advance_seconds=86_400)

    async def hush(self, quiet: bool) -> None:
        """While the past is told, events stay with the sandbox: each promise is looked at directly."""
        await self._do("webhooks", lose=NO_END if quiet else 0)

    async def fill_in(self, page: str, name: str, number: str = CARD) -> None:
        """Type a test card on a hosted page, and tell the bank yes when it asks."""
        fields = {"means": "card", "number": number, "expiry": "12 / 40", "cvc": "123", "name": name}
        answer = await self._browser.post(self._here(page), data=fields)
        if "/_stripe/" in answer.headers.get("location", ""):
            await self._browser.post(self._here(answer.headers["location"]), data={"answer": "accept"})

    async def close(self) -> None:
        """Close the browser."""
        await self._browser.aclose()

    def _here(self, page: str) -> str:
        """The page where we reach it, whatever name the public uses."""
        return self._address + page.partition("/_stripe")[2]

    async def _do(self, verb: str, **values: float) -> None:
        answer = await self._browser.post(f"{self._address}/_control/{verb}", json=values, headers=self._control)
        answer.raise_for_status()


def till() -> Till | None:
    """The till of this installation; None where payments are off or real."""
    address = gateway.api_address(settings())
    wanted = address and settings().campaigns
    return Till(str(address), simulated_secret(settings().data)) if wanted else None
