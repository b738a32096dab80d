"""The API's door: key, faults, conformance, idempotency, then one transaction for effect and answer."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from campaigns.sandbox.accounts import is_connected
from campaigns.sandbox.clockwork import catch_up
from campaigns.sandbox.conformance import Operation, conform, decode, operation_for
from campaigns.sandbox.deliveries import Postman
from campaigns.sandbox.errors import Declined, StripeFault, no_access
from campaigns.sandbox.faults import AFTER, BEFORE, Dropped, Fault, faults_are_planned, hold, next_fault
from campaigns.sandbox.idempotency import Answer, claim, fingerprint, remember
from campaigns.sandbox.routes import carry_out
from campaigns.sandbox.store import Rows, Store
from campaigns.sandbox.world import Frame, Params, World, all_or_nothing, as_text, public

FAILURES = {
    "rate_limit": StripeFault(
        429, "invalid_request_error", "Too many requests hit the API too quickly.", code="rate_limit"
    ),
    "error": StripeFault(500, "api_error", "An unknown error occurred."),
    "timeout": StripeFault(504, "api_error", "The request took too long."),
}


class Asked:
    """One request to the API, understood."""

    def __init__(
        self, request: Request, operation: Operation, holes: tuple[str, ...], pairs: list[tuple[str, str]]
    ):
        self.verb, self.path = request.method.lower(), request.scope["api_path"]
        self.operation, self.holes, self.pairs = operation, holes, pairs
        self.params: Params = conform(operation, decode(pairs))
        self.account = request.headers.get("stripe-account", "")
        self.key = request.headers.get("idempotency-key") if self.verb == "post" else None


class Api:
    """Answers requests as api.stripe.com would."""

    def __init__(self, store: Store, frame: Frame, postman: Postman) -> None:
        self.store, self.frame, self.postman = store, frame, postman

    async def answer(self, request: Request) -> Response:
        """Any request under /v1."""
        request.scope["api_path"] = f"/v1/{request.path_params['rest']}"
        try:
            self._check_key(request)
            asked = await self._understand(request)
            return await self._answer(asked)
        except StripeFault as fault:
            return _respond(_refusal(fault))
        finally:
            self.postman.wake()

    def _check_key(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        expected = self.frame.api_key
        known = (
            secrets.compare_digest(key.encode(), expected.encode())
            if expected
            else key.startswith(("sk_test_", "rk_test_"))
        )
        if scheme.lower() != "bearer" or not known:
            raise StripeFault(401, "invalid_request_error", "Invalid API Key provided.")

    async def _understand(self, request: Request) -> Asked:
        path, verb = request.scope["api_path"], request.method.lower()
        found = operation_for(verb, path)
        if found is None:
            message = f"Unrecognized request URL ({request.method}: {path})."
            raise StripeFault(404, "invalid_request_error", message)
        text = (await request.body()).decode(errors="replace") if verb == "post" else request.url.query
        return Asked(request, *found, parse_qsl(text, keep_blank_values=True))

    async def _answer(self, asked: Asked) -> Response:
        plain = await self.store.transaction(lambda rows: self._in_one_go(rows, asked))
        if plain:
            return _respond(*plain)
        fault = await self.store.transaction(lambda rows: next_fault(rows, asked.verb, asked.path))
        if fault and fault.kind in BEFORE:
            return await self._fail(fault)
        replayed = await self.store.transaction(lambda rows: self._claim(rows, asked))
        if replayed:
            return _respond(replayed, {"idempotent-replayed": "true"})
        if fault and fault.kind == "slow":
            await hold(fault)
        kept = _refusal(FAILURES["error"]) if fault and fault.kind == "error_kept" else None
        answer = await self.store.transaction(lambda rows: self._carry_out(rows, asked, kept))
        self.postman.wake()
        if fault and fault.kind in AFTER:
            return await self._fail(fault)
        return _respond(answer, {"idempotency-key": asked.key} if asked.key else {})

    def _in_one_go(self, rows: Rows, asked: Asked) -> tuple[Answer, dict[str, str]] | None:
        """Where nothing is to go wrong: the key, the effect and its answer in one transaction."""
        if faults_are_planned(rows):
            return None
        replayed = self._claim(rows, asked)
        if replayed:
            return replayed, {"idempotent-replayed": "true"}
        return self._carry_out(rows, asked, None), {"idempotency-key": asked.key} if asked.key else {}

    async def _fail(self, fault: Fault) -> Response:
        await hold(fault)
        if fault.kind.startswith("drop"):
            return Dropped()
        kind = fault.kind.removesuffix("_before").removesuffix("_after")
        return _respond(_refusal(FAILURES[kind]))

    def _claim(self, rows: Rows, asked: Asked) -> Answer | None:
        if asked.key is None:
            return None
        return claim(rows, asked.key, asked.account, fingerprint(asked.verb, asked.path, asked.pairs))

    def _carry_out(self, rows: Rows, asked: Asked, kept: Answer | None) -> Answer:
        """The effect and, under the key, its answer; a refusal undoes the effect, a decline does not.

        `kept`: answer this instead, with no effect.
        """
        catch_up(rows, self.frame)
        world = World(rows, self.frame, asked.account, asked.key)
        try:
            with all_or_nothing(rows):
                answer = kept or _effect(world, asked)
        except StripeFault as fault:
            answer = _refusal(fault)
        if asked.key is not None:
            remember(rows, asked.key, asked.account, answer)
        return answer


def _effect(world: World, asked: Asked) -> Answer:
    try:
        _check_account(world)
        body = carry_out(world, asked.verb, asked.operation.path, asked.path, asked.holes, asked.params)
    except Declined as declined:
        return _refusal(declined)
    return Answer(200, as_text(public(body)))


def _check_account(world: World) -> None:
    if world.account and not is_connected(world.rows.get(world.account)):
        raise no_access(world.account)


def _refusal(fault: StripeFault) -> Answer:
    return Answer(fault.status, as_text({"error": public(fault.error)}))


def _respond(answer: Answer, headers: dict[str, Any] | None = None) -> Response:
    given = {"request-id": f"req_{secrets.token_hex(7)}", "cache-control": "no-store", **(headers or {})}
    return Response(answer.body, answer.status, given, "application/json")
