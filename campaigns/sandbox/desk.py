"""The sandbox's own desk: what a bank, a network or time would do, as buttons for the person who tries things out."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from campaigns.sandbox import payouts
from campaigns.sandbox.control import Control
from campaigns.sandbox.errors import StripeFault
from campaigns.sandbox.pages import Pages
from campaigns.sandbox.store import Rows, Stored
from campaigns.sandbox.texts import amount_text, choose_locale, words
from campaigns.sandbox.world import World

SHOWN = 25
Lines = list[dict[str, object]]
FAULTS = ("timeout_after", "error_before", "rate_limit")
SWITCHES: dict[str, dict[str, Any]] = {
    "normal": {}, "lose": {"lose": 5}, "duplicate": {"duplicate": 5}, "delay": {"delay_seconds": 60},
    "reorder": {"reorder": True},
}  # fmt: skip


class Desk:
    """GET and POST /desk."""

    def __init__(self, pages: Pages, control: Control) -> None:
        self._pages, self._control = pages, control

    async def show(self, request: Request) -> Response:
        """The latest charges of every account, what may happen to each, the accounts, the switches of the webhooks."""
        return await self._page(request, "", 200)

    async def act(self, request: Request) -> Response:
        """One button; what cannot be done any more is said on the same page."""
        form = await request.form()
        verb, what = str(form.get("verb", "")), str(form.get("what", ""))
        try:
            await self._do(verb, what)
        except StripeFault as fault:
            return await self._page(request, str(fault.error["message"]), fault.status)
        return RedirectResponse(f"{self._pages.frame.public_url}/desk", 303)

    async def _do(self, verb: str, what: str) -> None:
        if verb in ("succeed", "fail"):
            await self._control.settle(what, verb == "succeed")
        elif verb == "dispute":
            await self._control.dispute(what)
        elif verb in ("win", "lose"):
            await self._control.close_dispute(what, verb == "win")
        elif verb == "fail_refund":
            await self._control.fail_refund(what)
        elif verb in ("restrict", "reopen"):
            account = self._control.restrict_account if verb == "restrict" else self._control.open_account
            await account(what)
        elif verb == "payout":
            await self._control.pay_out()
        elif verb == "webhooks" and what in SWITCHES:
            await self._control.webhooks(**SWITCHES[what])
        elif verb == "redeliver":
            await self._control.redeliver()
        elif verb == "fault" and what in FAULTS:
            await self._control.fault(what)
        elif verb == "forget":
            await self._control.forget_faults()

    async def _page(self, request: Request, refusal: str, status: int) -> Response:
        locale = choose_locale(request.cookies.get("langue"), request.headers.get("accept-language", ""))
        rows, accounts, balance, switches = await self._pages.store.transaction(self._read)
        return self._pages.page(
            "desk.html", status, locale, [], title=words(locale)["desk_title"], rows=rows, refusal=refusal,
            accounts=accounts,
            switches=switches, choices=list(SWITCHES), faults=FAULTS,
            balance=amount_text(balance, self._pages.frame.currency, locale),
            amount=lambda cents: amount_text(cents, self._pages.frame.currency, locale),
        )  # fmt: skip

    def _read(self, rows: Rows) -> tuple[Lines, Lines, int, dict[str, object]]:
        world = World(rows, self._pages.frame, "")
        charges = rows.select("charge")[:SHOWN]
        waiting = [intent for intent in rows.select("payment_intent") if intent["status"] == "processing"]
        found = [self._charge(world, charge) for charge in charges]
        debits: list[dict[str, object]] = [
            {"id": intent["id"], "amount": intent["amount"], "state": "processing", "acts": ["succeed", "fail"],
             "who": "", "what": intent.get("description") or ""}
            for intent in waiting[:SHOWN]
        ]  # fmt: skip
        refunds: list[dict[str, object]] = [
            {"id": refund["id"], "amount": -refund["amount"], "state": "refunded", "acts": ["fail_refund"],
             **self._named(rows.get(refund["charge"]))}
            for refund in rows.select("refund")[:SHOWN] if refund["status"] == "succeeded"
        ]  # fmt: skip
        accounts: list[dict[str, object]] = [
            {"id": account["id"], "open": account["charges_enabled"]} for account in rows.select("account")[:SHOWN]
        ]
        lines = [*debits, *found, *refunds]
        return lines, accounts, payouts.balance_of(world), rows.setting("webhooks", {})

    @staticmethod
    def _charge(world: World, charge: Stored) -> dict[str, object]:
        acts: list[str] = []
        if charge["status"] == "succeeded":
            open_dispute = charge["_contested"] and charge["disputed"]
            acts = ["win", "lose"] if open_dispute else [] if charge["disputed"] else ["dispute"]
            disputes = world.rows.select("dispute", charge=charge["id"])
            if disputes and disputes[0]["status"] in ("won", "lost"):
                acts = []
        return {
            "id": charge["id"], "amount": charge["amount"], "state": charge["status"], "acts": acts,
            **Desk._named((charge, "")),
        }  # fmt: skip

    @staticmethod
    def _named(found: tuple[Stored, str] | None) -> dict[str, object]:
        """Who paid a charge, and what for."""
        charge = found[0] if found else {"billing_details": {}}
        return {"who": charge["billing_details"].get("name") or "", "what": charge.get("description") or ""}
