"""Which of the SDK's operations the sandbox carries out; the others answer 400 and say so."""

from __future__ import annotations

from collections.abc import Callable

from campaigns.sandbox import accounts, charges, checkout, customers, lists, payments, payouts, reversals, setups
from campaigns.sandbox.errors import invalid
from campaigns.sandbox.store import Stored
from campaigns.sandbox.world import Params, World

Handler = Callable[..., Stored]


def _retrieve(kind: str) -> Handler:
    def retrieve(world: World, params: Params, identifier: str) -> Stored:
        return world.find(kind, identifier)

    return retrieve


HANDLERS: dict[tuple[str, str], Handler] = {
    ("post", "/v1/customers"): customers.create,
    ("get", "/v1/customers/{customer}"): customers.retrieve,
    ("post", "/v1/customers/{customer}"): customers.update,
    ("delete", "/v1/customers/{customer}"): customers.delete,
    ("get", "/v1/customers/{customer}/payment_methods/{payment_method}"): customers.retrieve_of_customer,
    ("post", "/v1/payment_methods"): customers.create_payment_method,
    ("get", "/v1/payment_methods/{payment_method}"): customers.retrieve_payment_method,
    ("post", "/v1/payment_methods/{payment_method}"): customers.update_payment_method,
    ("post", "/v1/payment_methods/{payment_method}/attach"): customers.attach,
    ("post", "/v1/payment_methods/{payment_method}/detach"): customers.detach,
    ("post", "/v1/setup_intents"): setups.create,
    ("get", "/v1/setup_intents/{intent}"): setups.retrieve,
    ("post", "/v1/setup_intents/{intent}/confirm"): setups.confirm,
    ("post", "/v1/setup_intents/{intent}/cancel"): setups.cancel,
    ("post", "/v1/checkout/sessions"): checkout.create,
    ("get", "/v1/checkout/sessions/{session}"): checkout.retrieve,
    ("post", "/v1/checkout/sessions/{session}"): checkout.update,
    ("post", "/v1/checkout/sessions/{session}/expire"): checkout.expire,
    ("get", "/v1/checkout/sessions/{session}/line_items"): checkout.list_lines,
    ("post", "/v1/payment_intents"): payments.create,
    ("get", "/v1/payment_intents/{intent}"): payments.retrieve,
    ("post", "/v1/payment_intents/{intent}"): payments.update,
    ("post", "/v1/payment_intents/{intent}/confirm"): payments.confirm,
    ("post", "/v1/payment_intents/{intent}/cancel"): payments.cancel,
    ("get", "/v1/charges/{charge}"): charges.retrieve,
    ("post", "/v1/charges/{charge}"): charges.update,
    ("get", "/v1/mandates/{mandate}"): _retrieve("mandate"),
    ("post", "/v1/refunds"): reversals.create_refund,
    ("get", "/v1/refunds/{refund}"): reversals.retrieve_refund,
    ("post", "/v1/refunds/{refund}"): reversals.update_refund,
    ("get", "/v1/disputes/{dispute}"): reversals.retrieve_dispute,
    ("post", "/v1/disputes/{dispute}/close"): reversals.concede_dispute,
    ("get", "/v1/balance_transactions/{id}"): charges.retrieve_balance_transaction,
    ("post", "/v1/payouts"): payouts.create,
    ("get", "/v1/payouts/{payout}"): _retrieve("payout"),
    ("get", "/v1/events/{id}"): _retrieve("event"),
    ("post", "/v1/accounts"): accounts.create,
    ("get", "/v1/account"): accounts.retrieve_own,
    ("get", "/v1/accounts/{account}"): accounts.retrieve,
    ("post", "/v1/accounts/{account}"): accounts.update,
    ("post", "/v1/account_links"): accounts.create_link,
}
# path -> kind of the objects listed; a hole in the path fixes a field of them
LISTS = {
    "/v1/customers": "customer",
    "/v1/payment_methods": "payment_method",
    "/v1/customers/{customer}/payment_methods": "payment_method",
    "/v1/setup_intents": "setup_intent",
    "/v1/checkout/sessions": "checkout.session",
    "/v1/payment_intents": "payment_intent",
    "/v1/charges": "charge",
    "/v1/refunds": "refund",
    "/v1/disputes": "dispute",
    "/v1/balance_transactions": "balance_transaction",
    "/v1/payouts": "payout",
    "/v1/events": "event",
    "/v1/accounts": "account",
}


def carry_out(
    world: World, verb: str, template: str, url: str, holes: tuple[str, ...], params: Params
) -> Stored:
    """The answer to one conforming request."""
    wanted = params.pop("expand", [])
    if verb == "get" and template in LISTS:
        fixed = {"customer": holes[0]} if holes else {}
        answer = lists.page(world, LISTS[template], url, params, **fixed)
    elif (verb, template) in HANDLERS:
        answer = HANDLERS[verb, template](world, params, *holes)
    else:
        raise invalid(f"The sandbox does not simulate {verb.upper()} {template}.")
    return lists.expand(world, answer, wanted)
