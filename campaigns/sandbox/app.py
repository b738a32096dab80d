"""Putting the sandbox together."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route

from campaigns.sandbox.control import Control
from campaigns.sandbox.deliveries import Postman
from campaigns.sandbox.desk import Desk
from campaigns.sandbox.pages import Pages
from campaigns.sandbox.server import Api
from campaigns.sandbox.store import Store
from campaigns.sandbox.world import Frame


def create_sandbox(
    database: Path,
    *,
    webhook_url: str | None,
    webhook_secret: str,
    public_url: str,
    currency: str = "eur",
    api_key: str | None = None,
    sepa_delay_seconds: float | None = 20.0,
) -> Starlette:
    """The sandbox as an ASGI application over its own SQLite file, which several processes may share.

    `public_url` is where browsers and the SDK reach it. With `api_key` no other key is accepted (wanted
    wherever strangers can reach it); without, any `sk_test_…`. Direct debits end by themselves after
    `sepa_delay_seconds`, or with None only by the control's `settle`.
    """
    if not webhook_secret:
        raise ValueError("The sandbox signs its events: it needs a webhook secret.")
    frame = Frame(public_url.rstrip("/"), currency, webhook_url, webhook_secret, sepa_delay_seconds, api_key)
    store = Store(database)
    postman = Postman(store, frame)
    pages, api, control = (
        Pages(store, frame, postman),
        Api(store, frame, postman),
        Control(store, frame, postman),
    )
    desk = Desk(pages, control)
    app = Starlette(
        routes=[
            Route("/v1/{rest:path}", api.answer, methods=["GET", "POST", "DELETE"]),
            Route("/checkout/{id}", pages.checkout, methods=["GET", "POST"]),
            Route("/onboarding/{id}", pages.onboarding, methods=["GET", "POST"]),
            Route("/3ds/{id}", pages.authentication, methods=["GET", "POST"]),
            Route("/desk", desk.show, methods=["GET"]),
            Route("/desk", desk.act, methods=["POST"]),
            Route("/assets/sandbox.css", pages.stylesheet),
            Route("/_control/{verb}", control.endpoint, methods=["POST"]),
        ]
    )

    async def close() -> None:
        await postman.close()
        store.close()

    app.state.control = control
    app.state.close = close
    return app
