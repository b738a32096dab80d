"""The doors: who may write from where, what stands on every answer, and which doors exist only in a demonstration."""

import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable

import pytest
from starlette.routing import Route
from starlette.types import ASGIApp

from app import create_app, routes
from campaigns.payments.models import InboxEvent
from civic.people.models import Person
from civic.settings import Settings, configure
from tests.client import Client
from tests.factories import a_person

SignIn = Callable[[Person], Awaitable[Client]]
FOREIGN = (
    {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://ailleurs.example"},
    {"origin": "null"}, {"origin": "http://testserver.ailleurs.example"},
    {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
)  # fmt: skip
HEADERS = ("content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy")


def written(settings: Settings) -> list[str]:
    """A path for every route that writes."""
    found = [route for route in routes(settings) if isinstance(route, Route)]
    values = {"id": "1", "line": "1", "reward": "1", "stance": "1"}
    paths = []
    for route in found:
        if "POST" in (route.methods or ()):
            path = route.path.replace(":int", "")
            for name in route.param_convertors:
                path = path.replace(f"{{{name}}}", values.get(name, "x"))
            paths.append(path)
    return paths


@pytest.mark.one_engine
async def test_no_other_site_makes_a_person_write(settings: Settings, sign_in: SignIn) -> None:
    browser = await sign_in(await a_person())
    paths = written(settings)
    assert len(paths) > 60
    for path in paths:
        for headers in FOREIGN:
            assert (await browser.post(path, headers=headers)).status_code == 403, (path, headers)


@pytest.mark.one_engine
async def test_what_writes_does_not_answer_to_reading(settings: Settings, sign_in: SignIn) -> None:
    """A link or an image elsewhere makes a browser GET: no verb hides behind one (303 leads to the page above)."""
    browser = await sign_in(await a_person())
    reads = {route.path for route in routes(settings) if isinstance(route, Route) and "GET" in (route.methods or ())}
    writes = {route.path for route in routes(settings) if isinstance(route, Route) and "POST" in (route.methods or ())}
    for path in sorted(writes - reads):
        concrete = path.replace(":int", "").replace("{", "").replace("}", "")
        concrete = concrete.replace("/id/", "/1/").replace("/line/", "/1/").replace("/reward/", "/1/")
        assert (await browser.get(concrete)).status_code in (303, 404, 405, 410), path


@pytest.mark.one_engine
async def test_every_answer_carries_the_policy(client: Client, settings: Settings) -> None:
    answers = {
        200: await client.get("/connexion"), 303: await client.get("/mon-espace"), 307: await client.get("/initiatives/"),
        404: await client.get("/nulle-part"), 405: await client.request("DELETE", "/"),
        413: await client.post("/connexion", content=b"", headers={"content-length": "99999999"}),
        403: await client.post("/connexion", headers={"origin": "https://ailleurs.example"}),
        410: await client.get("/connexion/qui?preuve=x"), 422: await client.submit("/connexion", {"email": "x"}),
        400: await client.submit("/connexion", {f"a{n}": "1" for n in range(2000)}),
    }  # fmt: skip
    for status, answer in answers.items():
        assert answer.status_code == status
        for name in HEADERS:
            assert name in answer.headers, (status, name)
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
    for path in ("/static/x/civic.css", "/paysages/panorama/a.svg", "/robots.txt", "/healthz", "/communes/noms"):
        assert (await client.get(path)).headers["x-content-type-options"] == "nosniff"


async def test_a_breakdown_tells_nothing(app: ASGIApp, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from civic.network import routes as network

    async def broken(*_args: object, **_kwargs: object) -> object:
        raise RuntimeError("secret-interne")

    settings.environment = "demo"
    monkeypatch.setattr(network.routes[0], "app", broken)
    async with Client(create_app(with_worker=False)) as visitor:
        answer = await visitor.get("/")
    assert answer.status_code == 500
    assert "secret-interne" not in answer.text
    assert all(name in answer.headers for name in HEADERS)


async def test_the_demonstration_has_no_doors_in_a_real_installation(
    client: Client, settings: Settings, tmp_path: object
) -> None:
    doors = ("/_mail", "/_mail/1", "/_mail/1/html", "/_demo")
    for path in doors:
        assert (await client.get(path)).status_code == 404
    for path in ("/_demo/camille", "/_demo/demain"):
        assert (await client.submit(path)).status_code == 404
    settings.environment, settings.base_url = "production", "https://testserver"
    configure(settings)
    async with Client(create_app(with_worker=False)) as visitor:
        for path in (*doors, "/_stripe/", "/_stripe/v1/customers", "/_stripe/_control/dump"):
            assert (await visitor.get(path)).status_code == 404
            assert (await visitor.submit(path)).status_code in (404, 405)


async def test_the_sandbox_obeys_only_whoever_knows_its_secret(app: ASGIApp, settings: Settings) -> None:
    settings.environment = "demo"
    async with Client(create_app(with_worker=False)) as visitor:
        for token in ("", "Bearer ", "Bearer x", "Basic x", "Bearer é"):
            headers = {"authorization": token.encode()} if token else {}
            answer = await visitor.post("/_stripe/_control/dump", headers=headers)
            assert answer.status_code == 401
            assert (await visitor.get("/_stripe/v1/customers", headers=headers)).status_code == 401


def signed(body: bytes, secret: str, moment: int) -> str:
    """A signature as Stripe writes it."""
    proof = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={proof}"


def event(**changes: object) -> bytes:
    """The body of an event."""
    whole = {"id": "evt_1", "type": "checkout.session.completed", "livemode": False, "created": int(time.time()),
             "object": "event", "data": {"object": {"id": "cs_1", "object": "checkout.session"}}}  # fmt: skip
    return json.dumps({**whole, **changes}).encode()


async def test_only_the_gateway_is_heard_once(client: Client, settings: Settings) -> None:
    secret = "whsec_" + "s" * 40
    settings.stripe_secret_key, settings.stripe_webhook_secret = "sk_test_" + "x" * 20, secret
    now, body = int(time.time()), event()
    forged = {
        "": body, "t=,v1=": body, "t=abc,v1=x": body, f"t={'9' * 40},v1=00": body, signed(body, "whsec_autre", now): body,
        signed(body, secret, now): event(id="evt_2"), signed(body, secret, now - 400): body,
        signed(b"\xff", secret, now): b"\xff",
        signed(b"{}", secret, now): b"{}", signed(b"[]", secret, now): b"[]",
        signed(event(livemode=True), secret, now): event(livemode=True),
    }  # fmt: skip
    for header, content in forged.items():
        answer = await client.request("POST", "/webhooks/stripe", content=content, headers={"stripe-signature": header})
        assert answer.status_code == 400, (header, content[:30])
    assert await InboxEvent.all().count() == 0
    transport_app = client._transport.app  # type: ignore[attr-defined]
    import httpx2

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=transport_app), base_url="http://testserver") as stripe:
        for _time in range(3):
            header = {"stripe-signature": signed(body, secret, now)}
            assert (await stripe.post("/webhooks/stripe", content=body, headers=header)).status_code == 200
    assert await InboxEvent.all().count() == 1
    settings.stripe_webhook_secret = ""
    header = {"stripe-signature": signed(body, "", now)}
    assert (await client.post("/webhooks/stripe", content=body, headers=header)).status_code == 404
