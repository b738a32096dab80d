"""The hand behind the curtain: what a test, or the person at the demonstration's desk, makes happen.

Every verb exists twice: `await app.state.control.settle(payment_intent=…)` in the same process, and
`POST {public_url}/_control/settle` with a JSON body and the webhook secret as bearer token.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from campaigns.sandbox import accounts, clockwork, faults, payouts, reversals
from campaigns.sandbox.deliveries import Postman
from campaigns.sandbox.errors import StripeFault, invalid
from campaigns.sandbox.store import Rows, Store, Stored
from campaigns.sandbox.world import Frame, World, public

DUMPED = {
    "customers": "customer",
    "payment_methods": "payment_method",
    "setup_intents": "setup_intent",
    "checkout_sessions": "checkout.session",
    "payment_intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "balance_transactions": "balance_transaction",
    "payouts": "payout",
    "events": "event",
}
VERBS = (
    "fault",
    "forget_faults",
    "webhooks",
    "redeliver",
    "settle",
    "dispute",
    "close_dispute",
    "reinstate",
    "fail_refund",
    "pay_out",
    "fail_payout",
    "account_fee",
    "return_debit",
    "restrict_account",
    "disconnect_account",
    "open_account",
    "clock",
    "sepa_delay",
    "dump",
    "reset",
)


class Control:
    """Makes things happen that only a bank, a network or time could."""

    def __init__(self, store: Store, frame: Frame, postman: Postman) -> None:
        self._store, self._frame, self._postman = store, frame, postman

    async def _do(self, work: Callable[[Rows], Any]) -> Any:
        def done(rows: Rows) -> Any:
            clockwork.catch_up(rows, self._frame)
            return work(rows)

        result = await self._store.transaction(done)
        self._postman.wake()
        return public(result)

    def _of(self, rows: Rows, identifier: str) -> World:
        found = rows.get(identifier)
        return World(rows, self._frame, found[1] if found else "")

    async def fault(
        self, kind: str, path: str = "/v1/*", verb: str = "*", times: int = 1, seconds: float = 30.0
    ) -> None:
        """The next `times` requests matching `path` (a pattern) go wrong in the way of `kind`.

        Kinds: timeout_before, drop_before, error_before (500), rate_limit (429): nothing happened;
        timeout_after, drop_after, error_after: it happened but the caller does not learn it; slow;
        error_kept: a 500 that the idempotency key replays for a day, as Stripe's own do.
        """
        if kind not in faults.KINDS:
            raise invalid(f"Unknown fault: {kind}", "kind")
        await self._do(lambda rows: faults.plan(rows, kind, path, verb, times, seconds))

    async def forget_faults(self) -> None:
        """Nothing goes wrong any more."""
        await self._do(lambda rows: rows.sql.execute("DELETE FROM faults") and None)

    async def webhooks(
        self, lose: int = 0, duplicate: int = 0, delay_seconds: float = 0, reorder: bool = False
    ) -> None:
        """From now on: lose the next events, then send the next ones twice; delay all; newest first."""
        switches = {"lose": lose, "duplicate": duplicate, "delay_seconds": delay_seconds, "reorder": reorder}
        await self._do(lambda rows: rows.set("webhooks", switches))

    async def redeliver(self) -> int:
        """Send every event again that did not arrive, lost ones included; returns how many."""
        return await self._postman.redeliver()

    async def settle(self, payment_intent: str, succeeds: bool = True) -> Stored:
        """The bank executes or refuses a direct debit that is `processing`."""
        intent: Stored = await self._do(
            lambda rows: clockwork.settle(self._of(rows, payment_intent), payment_intent, succeeds)
        )
        return intent

    async def dispute(self, charge: str) -> Stored:
        """A card's owner contests a charge."""
        dispute: Stored = await self._do(lambda rows: reversals.open_dispute(self._of(rows, charge), charge))
        return dispute

    async def close_dispute(
        self, charge: str, won: bool, given: int | None = None, fee_back: int = 0
    ) -> Stored:
        """The bank decides about the contested charge; won, it may give back only a part, or the fee as well."""

        def decide(rows: Rows) -> Stored:
            world = self._of(rows, charge)
            dispute = reversals.dispute_of(world, charge)["id"]
            return reversals.close_dispute(world, dispute, won, given, fee_back)

        dispute: Stored = await self._do(decide)
        return dispute

    async def reinstate(self, charge: str, cents: int) -> Stored:
        """A part of what a dispute took comes back, after its end."""
        back: Stored = await self._do(lambda rows: reversals.reinstate(self._of(rows, charge), charge, cents))
        return back

    async def fail_refund(self, refund: str) -> Stored:
        """The backer's bank sends a refund back."""
        failed: Stored = await self._do(lambda rows: reversals.fail_refund(self._of(rows, refund), refund))
        return failed

    async def pay_out(self) -> Stored | None:
        """The whole balance goes to the bank account, as it does by itself every few days; None when there is none."""

        def pay(rows: Rows) -> Stored | None:
            world = World(rows, self._frame, "")
            balance = payouts.balance_of(world)
            return payouts.pay(world, balance, automatic=True) if balance > 0 else None

        paid: Stored | None = await self._do(pay)
        return paid

    async def restrict_account(self, account: str) -> Stored:
        """Stripe closes a connected account's charges until a paper is given."""
        closed: Stored = await self._do(lambda rows: accounts.restrict(self._of(rows, account), account))
        return closed

    async def disconnect_account(self, account: str) -> Stored:
        """Its owner takes a connected account away from the platform."""
        gone: Stored = await self._do(lambda rows: accounts.disconnect(self._of(rows, account), account))
        return gone

    async def open_account(self, account: str) -> Stored:
        """Its owner has given every paper on the hosted page."""
        opened: Stored = await self._do(lambda rows: accounts.open_account(self._of(rows, account), account))
        return opened

    async def fail_payout(self, payout: str) -> Stored:
        """The bank refuses a payout."""
        failed: Stored = await self._do(lambda rows: payouts.fail(self._of(rows, payout), payout))
        return failed

    async def account_fee(self, cents: int, description: str = "Radar for Fraud Teams") -> Stored:
        """The account itself costs something."""
        line: Stored = await self._do(
            lambda rows: payouts.account_fee(World(rows, self._frame, ""), cents, description)
        )
        return line

    async def return_debit(self, charge: str) -> Stored:
        """A bank takes a direct debit back after its success."""
        returned: Stored = await self._do(lambda rows: reversals.return_debit(self._of(rows, charge), charge))
        return returned

    async def clock(self, advance_seconds: float) -> float:
        """Move the sandbox's time; what falls due meanwhile happens. Returns the offset from real time."""

        def move(rows: Rows) -> float:
            offset = float(rows.setting("clock_offset", 0)) + advance_seconds
            rows.set("clock_offset", offset)
            clockwork.catch_up(rows, self._frame)
            return offset

        return float(await self._do(move))

    async def sepa_delay(self, seconds: float | None) -> None:
        """Direct debits begun from now on end by themselves after so many seconds; None: only by `settle`."""
        await self._do(lambda rows: rows.set("sepa_delay_seconds", seconds))

    async def dump(self) -> dict[str, list[Stored]]:
        """Everything, oldest first, to compare with a ledger; `deliveries` tells each event's fate."""

        def read(rows: Rows) -> dict[str, list[Stored]]:
            known = {name: rows.select(kind)[::-1] for name, kind in DUMPED.items()}
            sent = rows.sql.execute("SELECT event, state, tries FROM deliveries ORDER BY seq").fetchall()
            return {**known, "deliveries": [dict(row) for row in sent]}

        everything: dict[str, list[Stored]] = await self._do(read)
        return everything

    async def reset(self) -> None:
        """Forget everything: objects, keys, events, switches, clock."""
        await self._do(lambda rows: rows.clear())

    async def endpoint(self, request: Request) -> Response:
        """POST /_control/{verb}."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(token.encode(), self._frame.webhook_secret.encode()):
            return JSONResponse({"error": {"message": "The bearer token is the webhook secret."}}, 401)
        verb = request.path_params["verb"]
        if verb not in VERBS:
            return JSONResponse({"error": {"message": f"No such verb: {verb}"}}, 404)
        try:
            given = await request.json() if await request.body() else {}
            return JSONResponse({"result": await getattr(self, verb)(**given)})
        except StripeFault as fault:
            return JSONResponse({"error": public(fault.error)}, fault.status)
        except (TypeError, ValueError) as error:
            return JSONResponse({"error": {"message": str(error)}}, 400)
