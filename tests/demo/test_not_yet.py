"""Whoever opens the demonstration while it is being built sees that, and never half of it."""

from httpx import ASGITransport, AsyncClient
from starlette.responses import PlainTextResponse

from demo.load import _not_yet


async def test_a_visitor_who_comes_too_early_is_told_to_wait_while_payments_answer() -> None:
    ready = PlainTextResponse("prêt")
    async with AsyncClient(transport=ASGITransport(_not_yet(ready)), base_url="http://demo.test") as browser:
        early = await browser.get("/initiatives")
        assert (early.status_code, early.headers["retry-after"]) == (503, "5")
        assert "se prépare" in early.text
        assert (await browser.get("/_stripe/desk")).text == "prêt"
