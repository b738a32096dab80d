"""The hosted pages: a person without a script, in French or English, keeps or gives her money's means."""

import time
from typing import Any

import html5lib
import httpx
import pytest
import stripe

from tests.campaigns.sandbox_server import Harness

GOOD, ASKS = "4242424242424242", "4000002500003155"
THANKS = "https://civic.test/merci?s="


async def submit(sandbox: Harness, session: Any, **form: str) -> httpx.Response:
    return await sandbox.browser.post(session.url, data={"means": "card", "test_card": "", **form})


async def payment_session(sandbox: Harness, **params: Any) -> Any:
    line = {"price_data": {"currency": "eur", "unit_amount": 2500, "product_data": {"name": "Four à pain"}}}
    return await sandbox.v1.checkout.sessions.create_async(
        {
            "mode": "payment",
            "customer": await sandbox.customer(),
            "line_items": [{**line, "quantity": 1}, {**line, "quantity": 1}],
            "success_url": THANKS + "{CHECKOUT_SESSION_ID}",
            "cancel_url": "https://civic.test/campagne",
            "allowed_payment_method_types": ["card", "sepa_debit"],
            "payment_intent_data": {"metadata": {"pledge": "8"}, "setup_future_usage": "off_session"},
            "locale": "fr",
            **params,
        }
    )


async def test_the_page_is_plain_accessible_html_with_its_own_strict_policy(sandbox: Harness) -> None:
    session = await sandbox.setup_session(locale="fr")
    answer = await sandbox.browser.get(session.url)
    html5lib.HTMLParser(strict=True).parse(answer.text)
    assert '<html lang="fr">' in answer.text
    assert "Paiements simulés" in answer.text
    assert answer.text.count("<h1>") == 1
    for banned in ("<script", "style=", "<style", " onclick"):
        assert banned not in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; form-action 'self' ")
    assert "https://civic.test" in policy  # browsers check where the form's answer leads
    css = answer.text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert (await sandbox.browser.get(css)).headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    ("locale", "accept", "words"),
    [
        ("en", "fr", "Cancel and go back"),
        ("fr", "en", "Annuler et revenir"),
        ("auto", "en-GB", "Save the card"),
    ],
)
async def test_the_page_speaks_the_persons_language(
    sandbox: Harness, locale: str, accept: str, words: str
) -> None:
    session = await sandbox.setup_session(locale=locale)
    assert words in (await sandbox.browser.get(session.url, headers={"accept-language": accept})).text


async def test_a_backer_keeps_a_test_card_with_one_click(sandbox: Harness) -> None:
    customer = await sandbox.customer()
    session = await sandbox.setup_session(
        customer=customer, metadata={"pledge": "5"}, setup_intent_data={"metadata": {"pledge": "5"}}
    )
    done = await submit(sandbox, session, test_card=GOOD)
    assert (done.status_code, done.headers["location"]) == (303, THANKS + session.id)
    after = await sandbox.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["setup_intent"]})
    assert (after.status, after.payment_status, after.metadata["pledge"]) == (
        "complete",
        "no_payment_required",
        "5",
    )
    assert (after.setup_intent.status, after.setup_intent.metadata["pledge"]) == ("succeeded", "5")
    assert (await sandbox.pay(customer, after.setup_intent.payment_method)).status == "succeeded"
    again = await submit(sandbox, session, test_card=GOOD)
    assert again.status_code == 410
    assert "C’est déjà fait" in again.text


async def test_a_typed_number_replaces_the_chosen_test_card(sandbox: Harness) -> None:
    session = await sandbox.setup_session(customer=await sandbox.customer())
    form = {"test_card": GOOD, "number": "5555 5555 5555 4444", "expiry": "03/31", "cvc": "123"}
    assert (await submit(sandbox, session, **form)).status_code == 303
    after = await sandbox.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["setup_intent.payment_method"]}
    )
    card = after.setup_intent.payment_method.card
    assert (card.last4, card.brand, card.exp_month, card.exp_year) == ("4444", "mastercard", 3, 2031)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "number"),
        ({"number": "4242 4242", "expiry": "12/34", "cvc": "123"}, "number"),
        ({"number": GOOD, "expiry": "12/20", "cvc": "123"}, "expiry"),
        ({"number": GOOD, "expiry": "12/34", "cvc": "12"}, "cvc"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(
    sandbox: Harness, form: dict[str, str], field: str
) -> None:
    session = await sandbox.setup_session(customer=await sandbox.customer(), locale="fr")
    answer = await submit(sandbox, session, **form)
    assert answer.status_code == 422
    html5lib.HTMLParser(strict=True).parse(answer.text)
    assert f'id="{field}-error"' in answer.text
    marked = answer.text.split(f'<input id="{field}"')[1].split(">")[0]
    assert 'aria-invalid="true"' in marked
    assert f"{field}-error" in marked
    assert (await sandbox.v1.checkout.sessions.retrieve_async(session.id)).status == "open"


async def test_a_real_card_number_is_refused_not_shown_and_never_kept(sandbox: Harness) -> None:
    session = await sandbox.setup_session(customer=await sandbox.customer(), locale="fr")
    number = "4012888888881881"  # passes the check digit, is none of the sandbox's
    answer = await submit(sandbox, session, number=number, expiry="12/34", cvc="123")
    assert answer.status_code == 422
    assert "N’entrez jamais une vraie carte ici" in answer.text
    assert number not in answer.text
    assert number not in str(await sandbox.control.dump())


async def test_a_refused_card_leaves_the_page_open_for_another(sandbox: Harness) -> None:
    session = await sandbox.setup_session(customer=await sandbox.customer(), locale="fr")
    refused = await submit(sandbox, session, test_card="4000000000009995")
    assert refused.status_code == 422
    assert "provision insuffisante" in refused.text
    assert (await submit(sandbox, session, test_card=GOOD)).status_code == 303


async def test_a_guest_gives_her_address_on_the_page(sandbox: Harness) -> None:
    session = await sandbox.setup_session(locale="fr")
    assert 'id="email-error"' in (await submit(sandbox, session, test_card=GOOD)).text
    assert (await submit(sandbox, session, test_card=GOOD, email="rose@example.org")).status_code == 303
    after = await sandbox.v1.checkout.sessions.retrieve_async(session.id)
    assert after.customer_details.email == "rose@example.org"


async def test_the_bank_asks_then_the_person_comes_back(sandbox: Harness) -> None:
    session = await sandbox.setup_session(customer=await sandbox.customer(), locale="fr")
    asked = await submit(sandbox, session, test_card=ASKS)
    bank = asked.headers["location"]
    assert f"/3ds/{session.setup_intent}" in bank
    page = await sandbox.browser.get(bank)
    html5lib.HTMLParser(strict=True).parse(page.text)
    assert "se terminant par 3155" in page.text
    done = await sandbox.browser.post(bank, data={"answer": "accept"})
    assert done.headers["location"] == THANKS + session.id


async def test_refusing_at_the_bank_leads_back_to_the_page_which_says_so(sandbox: Harness) -> None:
    session = await sandbox.setup_session(customer=await sandbox.customer(), locale="fr")
    bank = (await submit(sandbox, session, test_card=ASKS)).headers["location"]
    back = await sandbox.browser.post(bank, data={"answer": "refuse"})
    page = await sandbox.browser.get(back.headers["location"])
    assert page.status_code == 200
    assert "La confirmation auprès de votre banque n’a pas abouti" in page.text
    assert (await submit(sandbox, session, test_card=GOOD)).status_code == 303


async def test_a_backer_pays_at_once_and_her_card_is_kept(sandbox: Harness) -> None:
    session = await payment_session(sandbox)
    page = await sandbox.browser.get(session.url)
    assert "Payer 50,00\u202f€" in page.text
    assert "Four à pain" in page.text
    done = await submit(sandbox, session, test_card=GOOD)
    assert done.headers["location"] == THANKS + session.id
    after = await sandbox.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["payment_intent", "line_items"]}
    )
    assert (after.status, after.payment_status, after.amount_total) == ("complete", "paid", 5000)
    assert (after.payment_intent.status, after.payment_intent.metadata["pledge"]) == ("succeeded", "8")
    assert len(after.line_items.data) == 2
    assert (await sandbox.pay(session.customer, after.payment_intent.payment_method)).status == "succeeded"


async def test_a_payment_refused_on_the_page_is_tried_again_with_the_same_intent(sandbox: Harness) -> None:
    session = await payment_session(sandbox)
    assert (await submit(sandbox, session, test_card="4000000000000341")).status_code == 422
    assert (await submit(sandbox, session, test_card=GOOD)).status_code == 303
    intents = await sandbox.v1.payment_intents.list_async({"customer": session.customer})
    assert [intent.status for intent in intents.data] == ["succeeded"]
    charges = await sandbox.v1.charges.list_async({"payment_intent": intents.data[0].id})
    assert [charge.status for charge in charges.data] == ["succeeded", "failed"]


async def test_a_backer_gives_a_direct_debit_and_it_arrives_later(sandbox: Harness) -> None:
    session = await payment_session(sandbox)
    form = {"means": "sepa_debit", "test_iban": "FR1420041010050500013M02606", "name": "Rose Martin"}
    assert (await submit(sandbox, session, **{**form, "name": ""})).status_code == 422
    assert (await submit(sandbox, session, **form, iban="FR7630006000011234567890189")).status_code == 422
    assert (await submit(sandbox, session, **form)).status_code == 303
    after = await sandbox.v1.checkout.sessions.retrieve_async(session.id)
    assert (after.status, after.payment_status) == ("complete", "unpaid")
    await sandbox.control.settle(after.payment_intent)
    assert (await sandbox.v1.checkout.sessions.retrieve_async(session.id)).payment_status == "paid"
    types = [event["type"] for event in (await sandbox.control.dump())["events"]]
    assert types[-1] == "checkout.session.async_payment_succeeded"


async def test_an_account_is_kept_with_its_mandate(sandbox: Harness) -> None:
    customer = await sandbox.customer()
    session = await sandbox.setup_session(customer=customer)
    form = {"means": "sepa_debit", "iban": "DE89 3704 0044 0532 0130 00", "name": "Rose Martin"}
    assert (await submit(sandbox, session, **form)).status_code == 303
    after = await sandbox.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["setup_intent.mandate"]}
    )
    assert after.setup_intent.mandate.status == "active"
    assert (await sandbox.pay(customer, after.setup_intent.payment_method)).status == "processing"


async def test_an_expired_session_takes_no_card_any_more(sandbox: Harness) -> None:
    session = await sandbox.setup_session(customer=await sandbox.customer(), locale="fr")
    await sandbox.v1.checkout.sessions.expire_async(session.id)
    assert "Cette page a expiré" in (await sandbox.browser.get(session.url)).text
    assert (await submit(sandbox, session, test_card=GOOD)).status_code == 410
    assert (await sandbox.v1.setup_intents.retrieve_async(session.setup_intent)).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        await sandbox.v1.checkout.sessions.expire_async(session.id)


async def test_a_session_expires_by_itself_and_says_so(sandbox: Harness) -> None:
    session = await sandbox.setup_session(
        customer=await sandbox.customer(), expires_at=int(time.time()) + 31 * 60
    )
    await sandbox.control.clock(32 * 60)
    assert (await sandbox.v1.checkout.sessions.retrieve_async(session.id)).status == "expired"
    listed = await sandbox.v1.checkout.sessions.list_async({"status": "expired"})
    assert [found.id for found in listed.data] == [session.id]
    assert (await sandbox.control.dump())["events"][-1]["type"] == "checkout.session.expired"


async def test_a_session_asked_for_wrongly_is_refused(sandbox: Harness) -> None:
    for wrong in (
        {"expires_at": int(time.time()) + 60},
        {"submit_type": "donate"},
        {"payment_intent_data": {"description": "x"}},
        {"ui_mode": "embedded_page"},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            await sandbox.setup_session(**wrong)
    session = await sandbox.setup_session()
    with pytest.raises(stripe.InvalidRequestError):
        await sandbox.v1.setup_intents.cancel_async(session.setup_intent)
    with pytest.raises(stripe.InvalidRequestError) as small:
        await payment_session(
            sandbox,
            line_items=[
                {
                    "quantity": 1,
                    "price_data": {"currency": "eur", "unit_amount": 49, "product_data": {"name": "x"}},
                }
            ],
        )
    assert small.value.code == "amount_too_small"


async def test_an_unknown_address_says_so(sandbox: Harness) -> None:
    answer = await sandbox.browser.get(
        f"{sandbox.url}/checkout/cs_test_nobody", headers={"accept-language": "fr"}
    )
    assert (answer.status_code, "Page introuvable" in answer.text) == (404, True)
    assert (await sandbox.browser.get(f"{sandbox.url}/3ds/pi_nobody")).status_code == 404


async def test_a_guest_becomes_a_customer_when_asked_for(sandbox: Harness) -> None:
    session = await sandbox.setup_session(customer_creation="always")
    assert (await submit(sandbox, session, test_card=GOOD, email="rose@example.org")).status_code == 303
    after = await sandbox.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["customer", "setup_intent"]}
    )
    assert after.customer.email == "rose@example.org"
    assert (await sandbox.pay(after.customer.id, after.setup_intent.payment_method)).status == "succeeded"
