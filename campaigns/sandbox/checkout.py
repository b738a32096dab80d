"""Checkout Sessions: the hosted page's errand, to keep a method (`setup`) or to collect now (`payment`)."""

from __future__ import annotations

from typing import Any

from campaigns.sandbox import customers, payments, setups
from campaigns.sandbox.accounts import check_may_charge
from campaigns.sandbox.errors import invalid
from campaigns.sandbox.store import Stored
from campaigns.sandbox.terms import SMALLEST_AMOUNT
from campaigns.sandbox.world import Params, World, merge_metadata

HALF_AN_HOUR = 30 * 60
A_DAY = 24 * 3600
NOT_SIMULATED = ("subscription_data", "discounts", "optional_items", "custom_fields", "shipping_options")
GUESTS_ADDRESS = "customer_email"
EMPTY_AT_FIRST = (
    "client_secret", "collected_information", "consent", "customer_details", "invoice", "origin_context",
    "payment_intent", "payment_link", "redirect_on_completion", "setup_intent", "subscription", "url",
)  # fmt: skip


def create(world: World, params: Params) -> Stored:
    """POST /v1/checkout/sessions."""
    mode = params.get("mode", "payment")
    _check(world, mode, params)
    lines = _lines(world, params) if mode == "payment" else []
    session = world.create("checkout.session", "cs_test", **_blank(world, mode, params, lines))
    session["url"] = f"{world.frame.public_url}/checkout/{session['id']}"
    if mode == "setup":
        session["setup_intent"] = _own_setup(world, session, params)["id"]
    world.save(session)
    world.rows.set_alarm(session["id"], "expire", session["expires_at"])
    return session


def _check(world: World, mode: str, params: Params) -> None:
    check_may_charge(world)
    if mode == "subscription" or any(params.get(name) for name in NOT_SIMULATED):
        raise invalid("The sandbox simulates Checkout in `setup` and `payment` mode, without extras.", "mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("The sandbox simulates hosted pages only.", "ui_mode")
    if not params.get("success_url"):
        raise invalid("Missing required param: success_url.", "success_url", "parameter_missing")
    if params.get("customer") and params.get(GUESTS_ADDRESS):
        raise invalid("You may only specify one of these parameters: customer, customer_email.", "customer")
    if params.get("customer"):
        world.find("customer", params["customer"], "customer")
    unfit = (
        ("line_items", "payment_intent_data", "submit_type") if mode == "setup" else ("setup_intent_data",)
    )
    for name in unfit:
        if params.get(name):
            raise invalid(f"You can not pass `{name}` in `{mode}` mode.", name)
    if mode == "setup" and not (params.get("currency") or params.get("allowed_payment_method_types")):
        raise invalid(
            "`currency` is required in `setup` mode without `allowed_payment_method_types`.", "currency"
        )
    stays = params.get("expires_at", world.now() + A_DAY) - world.now()
    if not HALF_AN_HOUR - 60 <= stays <= A_DAY + 60:
        raise invalid(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.", "expires_at"
        )


def _lines(world: World, params: Params) -> list[Stored]:
    if not params.get("line_items"):
        raise invalid("You must provide `line_items` in `payment` mode.", "line_items", "parameter_missing")
    return [_line(world, index, item) for index, item in enumerate(params["line_items"])]


def _line(world: World, index: int, item: dict[str, Any]) -> Stored:
    price = item.get("price_data") or {}
    name = (price.get("product_data") or {}).get("name")
    if price.get("unit_amount") is None or not name:
        raise invalid(
            "The sandbox wants `price_data` with `unit_amount` and `product_data[name]`.",
            f"line_items[{index}]",
        )
    amount = int(price["unit_amount"]) * int(item.get("quantity") or 1)
    return {
        "id": f"li_{index}",
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"].lower(),
        "description": name,
        "metadata": {},
        "price": None,
        "quantity": int(item.get("quantity") or 1),
    }


def _total(lines: list[Stored]) -> int:
    total = sum(int(line["amount_total"]) for line in lines)
    if total < SMALLEST_AMOUNT:
        raise invalid("The Checkout Session's total amount is too small.", "line_items", "amount_too_small")
    return total


def _blank(world: World, mode: str, params: Params, lines: list[Stored]) -> dict[str, Any]:
    total = _total(lines) if mode == "payment" else None
    allowed = params.get("allowed_payment_method_types")
    return {
        **dict.fromkeys(EMPTY_AT_FIRST),
        "allowed_payment_method_types": allowed,
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": params.get("billing_address_collection"),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "currency": lines[0]["currency"] if lines else params.get("currency"),
        "custom_fields": [],
        "custom_text": dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        "customer": params.get("customer"),
        "customer_creation": params.get("customer_creation")
        or (None if params.get("customer") else "if_required"),
        "customer_email": params.get(GUESTS_ADDRESS),
        "expires_at": params.get("expires_at", world.now() + A_DAY),
        "locale": params.get("locale"),
        "metadata": merge_metadata(None, params.get("metadata")),
        "mode": mode,
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_method_types": allowed or ["card", "sepa_debit"],
        "payment_status": "no_payment_required" if mode == "setup" else "unpaid",
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0} if total else None,
        "ui_mode": "hosted_page",
        "_intent_data": params.get("payment_intent_data") or {},
        "_lines": lines,
    }


def _own_setup(world: World, session: Stored, params: Params) -> Stored:
    wanted = {
        **(params.get("setup_intent_data") or {}),
        "customer": session["customer"],
        "allowed_payment_method_types": session["allowed_payment_method_types"],
    }
    intent = setups.create(world, wanted)
    intent["_session"] = session["id"]
    return world.save(intent)


def retrieve(world: World, params: Params, identifier: str) -> Stored:
    """GET /v1/checkout/sessions/{session}."""
    return world.find("checkout.session", identifier)


def update(world: World, params: Params, identifier: str) -> Stored:
    """POST /v1/checkout/sessions/{session}: metadata."""
    session = world.find("checkout.session", identifier)
    session["metadata"] = merge_metadata(session["metadata"], params.get("metadata"))
    return world.save(session)


def list_lines(world: World, params: Params, identifier: str) -> Stored:
    """GET /v1/checkout/sessions/{session}/line_items."""
    lines = world.find("checkout.session", identifier)["_lines"]
    url = f"/v1/checkout/sessions/{identifier}/line_items"
    return {"object": "list", "url": url, "has_more": False, "data": lines}


def expire(world: World, params: Params, identifier: str) -> Stored:
    """POST /v1/checkout/sessions/{session}/expire: only an open one; its intent ends with it."""
    session = world.find("checkout.session", identifier)
    if session["status"] != "open":
        raise invalid(f"Only open Checkout Sessions can be expired; this one is {session['status']}.")
    world.rows.stop_alarm(identifier)
    session.update(status="expired", url=None)
    world.save(session)
    for kind, end in (("setup_intent", setups.end), ("payment_intent", payments.end)):
        if session[kind]:
            end(world, world.find(kind, session[kind]))
    world.tell("checkout.session.expired", session)
    return session


def submit(world: World, session: Stored, method: Stored) -> Stored:
    """The person gave a method on the page: the session's intent after the try. Raises `Declined`."""
    return_url = f"{world.frame.public_url}/checkout/{session['id']}"
    if session["customer_creation"] == "always" and not session["customer"]:
        _create_customer(world, session, method)
    if session["mode"] == "setup":
        wanted = {"payment_method": method["id"], "return_url": return_url}
        intent = setups.confirm(world, wanted, session["setup_intent"])
    else:
        intent = _own_payment(world, session)
        intent["payment_method"] = method["id"]
        intent = payments.attempt(world, intent, False, return_url)
    complete(world, session["id"])
    return intent


def _create_customer(world: World, session: Stored, method: Stored) -> None:
    who = {name: method["billing_details"][name] for name in ("email", "name")}
    session["customer"] = customers.create(world, who)["id"]
    world.save(session)
    if session["setup_intent"]:
        intent = world.find("setup_intent", session["setup_intent"])
        world.save({**intent, "customer": session["customer"]})


def _own_payment(world: World, session: Stored) -> Stored:
    if session["payment_intent"]:
        return world.find("payment_intent", session["payment_intent"])
    wanted = {
        **session["_intent_data"],
        "amount": session["amount_total"],
        "currency": session["currency"],
        "customer": session["customer"],
        "allowed_payment_method_types": session["allowed_payment_method_types"],
    }
    intent = payments.create(world, wanted)
    intent["_session"] = session["id"]
    session["payment_intent"] = intent["id"]
    world.save(session)
    return world.save(intent)


def complete(world: World, identifier: str) -> Stored:
    """Close the session if its intent is settled or on its way; otherwise it stays open."""
    session = world.find("checkout.session", identifier)
    kind = "setup_intent" if session["mode"] == "setup" else "payment_intent"
    intent = world.find(kind, session[kind])
    if session["status"] != "open" or intent["status"] not in ("succeeded", "processing"):
        return session
    world.rows.stop_alarm(identifier)
    method = world.find("payment_method", intent["payment_method"])
    who = {name: method["billing_details"][name] for name in ("address", "email", "name", "phone")}
    session.update(status="complete", url=None)
    session["customer_details"] = {
        **who,
        "email": _email(world, session, who),
        "tax_exempt": "none",
        "tax_ids": [],
    }
    if kind == "payment_intent" and intent["status"] == "succeeded":
        session["payment_status"] = "paid"
    world.save(session)
    world.tell("checkout.session.completed", session)
    return session


def _email(world: World, session: Stored, who: dict[str, Any]) -> str | None:
    if session["customer"]:
        email = world.find("customer", session["customer"])["email"]
    else:
        email = session[GUESTS_ADDRESS]
    found: str | None = email or who["email"]
    return found


def follow(world: World, intent: Stored) -> None:
    """A direct debit begun on a page came to its end: its session says so."""
    if intent["object"] != "payment_intent" or not intent["_session"]:
        return
    session = world.find("checkout.session", intent["_session"])
    paid = intent["status"] == "succeeded"
    session["payment_status"] = "paid" if paid else "unpaid"
    world.save(session)
    world.tell(f"checkout.session.async_payment_{'succeeded' if paid else 'failed'}", session)
