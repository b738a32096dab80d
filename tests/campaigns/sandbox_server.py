"""The sandbox behind a real socket, a webhook that listens, and the real SDK."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import stripe
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from campaigns.sandbox import create_sandbox
from tests.campaigns.stripe_shapes import check_answer

SECRET = "whsec_sandbox_test"
KEY = "sk_test_sandbox"


class CheckedClient(stripe.HTTPXClient):
    """The SDK's HTTP client; every answer that passes is held against the SDK's own resource classes."""

    async def request_async(self, *args: Any, **options: Any) -> Any:
        content, status, headers = await super().request_async(*args, **options)
        if status == 200:
            check_answer(json.loads(content))
        return content, status, headers


class Harness:
    """One running sandbox with its control, an SDK client, a browser and the events heard."""

    def __init__(self, url: str, app: Starlette, heard: list[tuple[bytes, str]]) -> None:
        self.url, self.heard = url, heard
        self.control = app.state.control
        self.http = CheckedClient(timeout=5, verify_ssl_certs=False)
        self.client = stripe.StripeClient(
            KEY, base_addresses={"api": url}, http_client=self.http, max_network_retries=0
        )
        self.v1: Any = self.client.v1
        self.browser = httpx.AsyncClient(trust_env=False, verify=False)

    async def customer(self, **params: Any) -> str:
        return (await self.v1.customers.create_async({"email": "rose@example.org", **params})).id

    async def setup_session(self, **params: Any) -> Any:
        return await self.v1.checkout.sessions.create_async(
            {
                "mode": "setup",
                "currency": "eur",
                "success_url": "https://civic.test/merci?s={CHECKOUT_SESSION_ID}",
                "cancel_url": "https://civic.test/campagne",
                **params,
            }
        )

    async def saved(self, token: str, customer: str | None = None) -> tuple[str, str]:
        """A customer and a method kept for later use without her, her bank's question answered with yes."""
        customer = customer or await self.customer()
        intent = await self.v1.setup_intents.create_async(
            {
                "customer": customer,
                "payment_method": token,
                "confirm": True,
                "allowed_payment_method_types": ["card", "sepa_debit"],
                "return_url": "https://civic.test/retour",
            }
        )
        if intent.status == "requires_action":
            await self.browser.post(intent.next_action.redirect_to_url.url, data={"answer": "accept"})
            intent = await self.v1.setup_intents.retrieve_async(intent.id)
        assert intent.status == "succeeded"
        return customer, str(intent.payment_method)

    async def pay(self, customer: str, method: str, key: str | None = None, **params: Any) -> Any:
        """One off-session payment of 20 euros."""
        return await self.v1.payment_intents.create_async(
            {
                "amount": 2000,
                "currency": "eur",
                "customer": customer,
                "payment_method": method,
                "confirm": True,
                "off_session": True,
                "allowed_payment_method_types": ["card", "sepa_debit"],
                **params,
            },
            {"idempotency_key": key} if key else {},
        )

    async def hear(self, count: int) -> list[stripe.Event]:
        """Wait for so many events, and verify each one's signature."""
        for _ in range(200):
            if len(self.heard) >= count:
                break
            await asyncio.sleep(0.02)
        return [self.client.construct_event(body, header, SECRET) for body, header in self.heard]


@contextlib.asynccontextmanager
async def running_sandbox(database: Path, **options: Any) -> AsyncIterator[Harness]:
    """A sandbox mounted at /_stripe on a free loopback port, with its webhook at /webhooks/stripe."""
    # The protocol is named because asyncio sends small packets at once (no 40 ms) only where it reads TCP.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    heard: list[tuple[bytes, str]] = []

    async def webhook(request: Request) -> Response:
        heard.append((await request.body(), request.headers["stripe-signature"]))
        return Response(status_code=200)

    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    sandbox = create_sandbox(
        database,
        webhook_secret=SECRET,
        public_url=f"{origin}/_stripe",
        **{"webhook_url": f"{origin}/webhooks/stripe", "sepa_delay_seconds": None, **options},
    )
    routes = [Mount("/_stripe", sandbox), Route("/webhooks/stripe", webhook, methods=["POST"])]
    config = uvicorn.Config(Starlette(routes=routes), log_level="critical", lifespan="off")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(
        sockets=[listening]
    )  # not serve(): it takes the signals and ticks ten times a second
    harness = Harness(f"{origin}/_stripe", sandbox, heard)
    try:
        yield harness
    finally:
        await harness.browser.aclose()
        await harness.http.close_async()
        await sandbox.state.close()
        await server.shutdown(sockets=[listening])
