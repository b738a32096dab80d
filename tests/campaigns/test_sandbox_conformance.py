"""The sandbox takes what the SDK's own types allow, and nothing else."""

import ast
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import stripe

import campaigns.sandbox
from campaigns.sandbox.conformance import conform, decode, operation_for, operations
from campaigns.sandbox.errors import StripeFault
from campaigns.sandbox.routes import HANDLERS, LISTS
from tests.campaigns.sandbox_server import Harness

INTENT = {"amount": 2000, "currency": "eur"}


def typed(path: str, query: str, verb: str = "post") -> dict[str, Any]:
    found = operation_for(verb, path)
    assert found
    return conform(found[0], decode(parse_qsl(query, keep_blank_values=True)))


def test_every_operation_of_the_sdk_is_understood() -> None:
    """An SDK that is written differently must fail here, not pass unchecked."""
    assert len(operations()) > 600
    described = [operation for operation in operations() if operation.name and operation.describe()]
    assert len(described) > 580  # the others take no parameters


def test_what_the_sandbox_carries_out_exists_in_the_sdk() -> None:
    known = {(operation.verb, operation.path) for operation in operations()}
    assert set(HANDLERS) | {("get", path) for path in LISTS} <= known


def test_forms_become_typed_parameters() -> None:
    query = "amount=100&currency=eur&confirm=true&metadata[pledge]=12&expand[]=latest_charge"
    assert typed("/v1/payment_intents", query + "&allowed_payment_method_types[0]=card") == {
        "amount": 100,
        "currency": "eur",
        "confirm": True,
        "metadata": {"pledge": "12"},
        "expand": ["latest_charge"],
        "allowed_payment_method_types": ["card"],
    }
    assert typed("/v1/payment_intents", "created[gte]=5&limit=3", "get") == {
        "created": {"gte": 5},
        "limit": 3,
    }
    assert typed("/v1/customers", "metadata=&description=x") == {"metadata": "", "description": "x"}
    assert (
        typed("/v1/payment_intents", "amount=1&currency=eur&off_session=one_off")["off_session"] == "one_off"
    )


@pytest.mark.parametrize(
    ("query", "param", "code"),
    [
        ("amount=100", "currency", "parameter_missing"),
        ("amount=1x&currency=eur", "amount", "parameter_invalid_integer"),
        ("amount=100&currency=", "currency", "parameter_invalid_empty"),
        ("amount=100&currency=eur&payment_method_types[0]=card", "payment_method_types", "parameter_unknown"),
        ("amount=100&currency=eur&confirm=yes", "confirm", None),
        ("amount=100&currency=eur&metadata=x", "metadata", None),
        ("amount=100&currency=eur&setup_future_usage=sometimes", "setup_future_usage", None),
        (
            "amount=100&currency=eur&allowed_payment_method_types[0]=carp",
            "allowed_payment_method_types[0]",
            None,
        ),
        ("amount=100&currency=eur&shipping[name]=x", "shipping[address]", "parameter_missing"),
        ("amount=100&currency=eur&shipping[planet]=x", "shipping[planet]", "parameter_unknown"),
        ("amount=100&amount[x]=1", "amount", None),
    ],
)
def test_a_wrong_parameter_is_named(query: str, param: str, code: str | None) -> None:
    with pytest.raises(StripeFault) as fault:
        typed("/v1/payment_intents", query)
    assert (fault.value.status, fault.value.error["type"]) == (400, "invalid_request_error")
    assert fault.value.error["param"] == param
    assert fault.value.error.get("code") == code


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({**INTENT, "payment_method_types": ["card"]}, "payment_method_types"),
        ({**INTENT, "off_session": True}, "off_session"),
        ({**INTENT, "customer": "cus_nobody"}, "customer"),
        ({**INTENT, "payment_method": "pm_nothing"}, "payment_method"),
        ({**INTENT, "amount": 49}, "amount"),
        ({**INTENT, "currency": "euro"}, "currency"),
        ({**INTENT, "capture_method": "manual"}, "capture_method"),
        ({**INTENT, "payment_method": "pm_card_visa", "confirm": True}, None),
        (
            {
                **INTENT,
                "allowed_payment_method_types": ["card"],
                "automatic_payment_methods": {"enabled": True},
            },
            None,
        ),
    ],
)
async def test_an_intent_stripe_would_refuse_is_refused(
    sandbox: Harness, params: dict[str, Any], param: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await sandbox.v1.payment_intents.create_async(params)
    assert refused.value.param == param


async def test_a_card_statement_takes_a_suffix_only(sandbox: Harness) -> None:
    customer, method = await sandbox.saved("pm_card_visa")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await sandbox.pay(customer, method, statement_descriptor="CIVIC")
    assert refused.value.param == "statement_descriptor"
    assert (await sandbox.pay(customer, method, statement_descriptor_suffix="FOUR")).status == "succeeded"


async def test_a_checkout_to_keep_a_card_needs_a_currency(sandbox: Harness) -> None:
    params = {"mode": "setup", "success_url": "https://civic.test/merci"}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await sandbox.v1.checkout.sessions.create_async(params)
    assert refused.value.param == "currency"
    for enough in ({"currency": "eur"}, {"allowed_payment_method_types": ["card"]}):
        assert (await sandbox.v1.checkout.sessions.create_async({**params, **enough})).status == "open"


async def test_what_is_missing_or_not_simulated_says_so(sandbox: Harness) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        await sandbox.v1.payment_intents.retrieve_async("pi_nothing")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError, match="does not simulate"):
        await sandbox.v1.coupons.list_async()
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        await sandbox.v1.customers.create_async({"expand": ["nothing"]})
    answer = await sandbox.browser.get(
        f"{sandbox.url}/v1/nothing", headers={"authorization": "Bearer sk_test_1"}
    )
    assert answer.status_code == 404


async def test_ids_are_replaced_by_what_they_stand_for_in_lists_too(sandbox: Harness) -> None:
    intent = await sandbox.pay(await sandbox.customer(), "pm_card_visa")
    listed = await sandbox.v1.payment_intents.list_async(
        {"expand": ["data.latest_charge.balance_transaction"]}
    )
    assert listed.data[0].latest_charge.id == intent.latest_charge
    assert listed.data[0].latest_charge.balance_transaction.net == 1945
    lines = await sandbox.v1.balance_transactions.list_async({"expand": ["data.source.payment_intent"]})
    assert lines.data[0].source.payment_intent.id == intent.id


def test_the_sandbox_knows_nothing_of_ours() -> None:
    """It stands for a foreign company: whatever it imported of ours would hide a mistake from both sides."""
    folder = Path(campaigns.sandbox.__file__).parent
    imported = {
        name
        for file in folder.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in _names(node)
    }
    assert {
        name for name in imported if name.split(".")[0] in ("civic", "volunteering", "demo", "app", "manage")
    } == set()
    assert {
        name
        for name in imported
        if name.startswith("campaigns.") and not name.startswith("campaigns.sandbox")
    } == set()


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
