"""Customers and the payment methods attached to them."""

from __future__ import annotations

from typing import Any

from campaigns.sandbox.cards import card_of, method_for
from campaigns.sandbox.declines import REFUSALS
from campaigns.sandbox.errors import Declined, invalid
from campaigns.sandbox.setups import attach as give
from campaigns.sandbox.setups import may_be_kept
from campaigns.sandbox.store import Stored
from campaigns.sandbox.world import Params, World, merge_metadata

WRITABLE = ("address", "description", "email", "name", "phone", "preferred_locales", "shipping")


def create(world: World, params: Params) -> Stored:
    """POST /v1/customers."""
    fields: dict[str, Any] = {name: params.get(name) or None for name in WRITABLE}
    fields["preferred_locales"] = params.get("preferred_locales") or []
    customer = world.create(
        "customer",
        "cus",
        **fields,
        balance=0,
        currency=None,
        default_source=None,
        delinquent=False,
        invoice_settings={"custom_fields": None, "default_payment_method": None, "footer": None},
        metadata=merge_metadata(None, params.get("metadata")),
        tax_exempt="none",
        test_clock=None,
    )
    world.tell("customer.created", customer)
    return customer


def retrieve(world: World, params: Params, identifier: str) -> Stored:
    """GET /v1/customers/{customer}; a deleted one answers with `deleted` only."""
    customer = world.find("customer", identifier)
    return _tombstone(customer) if customer.get("deleted") else customer


def update(world: World, params: Params, identifier: str) -> Stored:
    """POST /v1/customers/{customer}."""
    customer = world.find("customer", identifier)
    customer.update({name: params[name] or None for name in WRITABLE if name in params})
    customer["metadata"] = merge_metadata(customer["metadata"], params.get("metadata"))
    world.save(customer)
    world.tell("customer.updated", customer)
    return customer


def delete(world: World, params: Params, identifier: str) -> Stored:
    """DELETE /v1/customers/{customer}: her methods are detached and cannot be used again."""
    customer = world.find("customer", identifier)
    for method in world.rows.select("payment_method", world.account, customer=identifier):
        detach(world, {}, method["id"])
    customer["deleted"] = True
    world.save(customer)
    world.tell("customer.deleted", customer)
    return _tombstone(customer)


def _tombstone(customer: Stored) -> Stored:
    return {"id": customer["id"], "object": "customer", "deleted": True}


def create_payment_method(world: World, params: Params) -> Stored:
    """POST /v1/payment_methods: raw numbers are refused, as for every account without its own audit."""
    raise invalid(
        "Sending credit card numbers directly to the Stripe API is generally unsafe. Use a test token such "
        "as pm_card_visa, or Checkout.",
        "card[number]",
    )


def retrieve_payment_method(world: World, params: Params, identifier: str) -> Stored:
    """GET /v1/payment_methods/{payment_method}."""
    return world.find("payment_method", identifier)


def retrieve_of_customer(world: World, params: Params, customer: str, identifier: str) -> Stored:
    """GET /v1/customers/{customer}/payment_methods/{payment_method}."""
    method = world.find("payment_method", identifier, "payment_method")
    if method["customer"] != customer:
        raise invalid(
            f"The customer does not have a payment method with the ID {identifier}.", "payment_method"
        )
    return method


def update_payment_method(world: World, params: Params, identifier: str) -> Stored:
    """POST /v1/payment_methods/{payment_method}: metadata and billing details."""
    method = world.find("payment_method", identifier)
    method["metadata"] = merge_metadata(method["metadata"], params.get("metadata"))
    method["billing_details"].update(params.get("billing_details") or {})
    world.save(method)
    world.tell("payment_method.updated", method)
    return method


def attach(world: World, params: Params, identifier: str) -> Stored:
    """POST /v1/payment_methods/{payment_method}/attach. Raises `Declined` for a card that cannot be kept."""
    method = method_for(world, identifier, "id")
    world.find("customer", params["customer"], "customer")
    if method["customer"]:
        raise invalid("The payment method you provided has already been attached to a customer.")
    card = card_of(method) if method["type"] == "card" else None
    if card and not may_be_kept(card):
        code, advice, message = REFUSALS[str(card.decline_code)]
        raise Declined(code, message, card.decline_code, advice_code=advice)
    return give(world, method, params["customer"])


def detach(world: World, params: Params, identifier: str) -> Stored:
    """POST /v1/payment_methods/{payment_method}/detach: it can never be used again."""
    method = world.find("payment_method", identifier)
    if not method["customer"]:
        raise invalid(
            "The payment method you provided is not attached to a customer so detachment is impossible."
        )
    method.update(customer=None, _spent=True)
    world.save(method)
    world.tell("payment_method.detached", method)
    return method
