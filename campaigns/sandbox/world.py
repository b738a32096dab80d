"""What every part of the sandbox does to its world: make, find, change and announce Stripe's objects."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from stripe import api_version

from campaigns.sandbox.errors import missing
from campaigns.sandbox.store import Rows, Stored

Params = dict[str, Any]
WITHOUT_MODE = ("balance_transaction", "refund", "account", "account_link")
TO_REORDER = 0.3  # seconds events wait for one another before the last one leaves first


@dataclass(frozen=True)
class Frame:
    """What is fixed when the sandbox is created."""

    public_url: str
    currency: str
    webhook_url: str | None
    webhook_secret: str
    sepa_delay_seconds: float | None
    api_key: str | None


def public(body: Any) -> Any:
    """An object as the API shows it: what the sandbox alone knows (leading underscore) left out."""
    if isinstance(body, dict):
        return {
            key: public(value) if type(value) in (dict, list) else value
            for key, value in body.items() if not key.startswith("_")
        }  # fmt: skip
    return [public(value) for value in body] if isinstance(body, list) else body


class World:
    """Stripe's objects as one account sees them inside one transaction."""

    def __init__(
        self, rows: Rows, frame: Frame, account: str = "", idempotency_key: str | None = None
    ) -> None:
        self.rows = rows
        self.frame = frame
        self.account = account
        self.idempotency_key = idempotency_key

    def now(self) -> int:
        """The sandbox's time in whole UTC seconds."""
        return int(self.rows.now())

    def create(self, kind: str, prefix: str, **fields: Any) -> Stored:
        """A new object of a kind, kept; its id starts with Stripe's prefix."""
        body: Stored = {
            "id": f"{prefix}_{secrets.token_hex(12)}",
            "object": kind,
            "created": self.now(),
            **({} if kind in WITHOUT_MODE else {"livemode": False}),
            **fields,
        }
        self.rows.insert(body, self.account)
        return body

    def find(self, kind: str, identifier: str, param: str = "id") -> Stored:
        """The object of this account; `missing` (404, or 400 when a parameter named it) otherwise."""
        found = self.rows.get(identifier)
        gone = found is None or found[0]["object"] != kind or found[1] != self.account
        if found is None or gone or (found[0].get("deleted") and param != "id"):
            raise missing(kind.replace(".", " ").replace("_", " "), identifier, param)
        return found[0]

    def save(self, body: Stored) -> Stored:
        """Keep an object's new state."""
        self.rows.update(body)
        return body

    def tell(self, event: str, body: Stored) -> None:
        """Announce what happened: one event on the list and, where a webhook listens, its delivery."""
        data = {"object": public(body)}
        request = {"id": f"req_{secrets.token_hex(7)}", "idempotency_key": self.idempotency_key}
        waits = 1 if self.frame.webhook_url else 0
        whose = {"account": self.account} if self.account else {}
        told = self.create(
            "event", "evt", api_version=api_version, data=data, request=request, type=event, pending_webhooks=waits,
            **whose,
        )  # fmt: skip
        if self.frame.webhook_url:
            self._post(told["id"])

    def _post(self, event: str) -> None:
        switches = self.rows.setting("webhooks", {})
        state, copies = "waiting", 1
        for name in ("lose", "duplicate"):
            if switches.get(name, 0) > 0:
                self.rows.set("webhooks", {**switches, name: switches[name] - 1})
                state, copies = ("lost", 1) if name == "lose" else ("waiting", 2)
                break
        wait = float(switches.get("delay_seconds", 0))
        self.rows.post(event, state, copies, max(wait, TO_REORDER) if switches.get("reorder") else wait)

    def within(self, account: str) -> World:
        """The same moment as another account sees it."""
        return World(self.rows, self.frame, account, self.idempotency_key)


@contextmanager
def all_or_nothing(rows: Rows) -> Iterator[None]:
    """Undo what was done inside when it raises, without giving up the transaction around it."""
    rows.write()
    rows.sql.execute("SAVEPOINT request")
    try:
        yield
    except BaseException:
        rows.forget()
        rows.sql.execute("ROLLBACK TO request")
        rows.sql.execute("RELEASE request")
        raise
    rows.sql.execute("RELEASE request")


def merge_metadata(old: dict[str, str] | None, new: Any) -> dict[str, str]:
    """Stripe's rule: keys given replace, keys given empty disappear, an empty string clears all."""
    if new == "":
        return {}
    merged = {**(old or {}), **{key: str(value) for key, value in (new or {}).items()}}
    return {key: value for key, value in merged.items() if value != ""}


def as_text(body: Any) -> str:
    """JSON as the sandbox sends and signs it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
