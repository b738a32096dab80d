"""The one HTTP client of the SDK: to post, to get, to list; and our errors for theirs (`trouble`)."""

import asyncio
from collections.abc import Awaitable
from typing import Any, cast
from urllib.parse import quote
from urllib.request import getproxies

import stripe

from campaigns.payments.answers import Body
from campaigns.payments.connection import Http
from campaigns.payments.keys import sandbox_key
from campaigns.payments.till import Till
from campaigns.payments.trouble import Busy, Closed, Missing, Refused, Stored, Unreachable
from campaigns.pledges import hosted
from civic import database
from civic.settings import Settings, settings


async def post(till: Till, service: str, verb: str, params: dict[str, Any], key: str, *path: str) -> Body:
    """Create or act on an object, under the caller's idempotency key. Raises GatewayTrouble, or the SDK's CardError."""
    return await _asked("post", _path(service, verb, *path), params, idempotency_key=key, **till.options)


async def get(till: Till, service: str, verb: str, ref: str, **params: Any) -> Body:
    """An object as it is now. Raises GatewayTrouble."""
    return await _asked("get", _path(service, verb, ref), params, **till.options)


async def every(till: Till, service: str, params: dict[str, Any], most: int | None = None) -> list[Body]:
    """All objects of a list (or its `most` newest, by whole pages), newest first. Raises GatewayTrouble."""
    found: list[Body] = []
    after: dict[str, str] = {}
    while True:
        answer = await _asked("get", _path(service, "list"), {**params, **after}, **till.options)
        found += answer["data"]
        if not answer["has_more"] or not answer["data"] or (most is not None and len(found) >= most):
            return found
        after = {"starting_after": answer["data"][-1]["id"]}


async def _told(call: Awaitable[Any]) -> Any:
    """The SDK's answer, its errors turned into ours (CardError apart: that is an answer)."""
    assert not database.in_transaction_now(), "no network call inside a transaction (docs/money.md)"
    try:
        return await call
    except stripe.CardError:
        raise
    except stripe.RateLimitError as error:
        raise Busy(str(error), error.code or "") from error
    except stripe.APIConnectionError as error:
        raise Unreachable(str(error), error.code or "") from error
    except stripe.APIError as error:
        kind = Stored if (error.http_status or 0) >= 500 else Unreachable
        raise kind(str(error), error.code or "") from error
    except stripe.StripeError as error:
        if (error.http_status or 500) >= 500:
            raise Unreachable(str(error), error.code or "") from error
        if error.http_status == 404:
            raise Missing(str(error), error.code or "") from error
        raise Refused(str(error), error.code or "") from error


async def _asked(method: str, path: str, params: dict[str, Any], **options: Any) -> Body:
    """The answer as Stripe wrote it: the SDK's objects, which nobody here looks at, would cost more than the call."""
    answer = await _told(_client().raw_request_async(method, path, **params, **options))
    return cast(Body, answer.data)


def _path(service: str, verb: str, ref: str = "") -> str:
    """The address of a verb, as every service of the SDK spells it: /v1/checkout/sessions/cs_1/expire."""
    parts = [*service.split("."), *([quote(ref, safe="")] if ref else [])]
    return "/v1/" + "/".join([*parts, *([] if verb in ("create", "retrieve", "list") else [verb])])


class _Opened:
    """The one client of this process and the loop its connections belong to."""

    client: stripe.StripeClient | None = None
    http: Http | None = None
    made_for: tuple[Any, ...] = ()
    api: str | None = None


def answer_at(api: str | None) -> None:
    """Speak to this address instead of the settings' (tests: a sandbox on a free port); None: as the settings say."""
    _Opened.api = api
    hosted.be_at(api)


def api_address(current: Settings) -> str | None:
    """Where the API is: our sandbox on this very machine when payments are simulated, None for Stripe itself."""
    if not current.payments_simulated:
        return None
    return _Opened.api or f"{own_address(current)}/_stripe"


def own_address(current: Settings) -> str:
    """Where this server reaches itself, whatever proxy stands before it."""
    host = current.host if current.host not in ("0.0.0.0", "::", "") else "127.0.0.1"  # noqa: S104
    return f"http://{host}:{current.port}"


def _client() -> stripe.StripeClient:
    current = settings()
    if current.payments == "off":
        raise Closed("CIVIC_PAYMENTS=off")
    api, loop = api_address(current), asyncio.get_running_loop()
    wanted = (current.stripe_secret_key, api, loop)
    if _Opened.client is None or _Opened.made_for != wanted:
        stripe.enable_telemetry = False  # what it tells of our machine and our speed costs a tenth of each call
        _Opened.http = Http(proxy=None if api else getproxies().get("https"))
        addresses: Any = {"base_addresses": {"api": api}} if api else {}
        _Opened.client = stripe.StripeClient(
            current.stripe_secret_key or sandbox_key(current.data), http_client=_Opened.http,
            max_network_retries=2, **addresses,
        )  # fmt: skip
        _Opened.made_for = wanted
    return _Opened.client


async def close() -> None:
    """Close the connections (end of the application, end of a test)."""
    http, _Opened.client, _Opened.http, _Opened.made_for = _Opened.http, None, None, ()
    if http:
        await http.close_async()
