"""A beneficiary opens her own account and is charged directly; nobody else sees it."""

import pytest
import stripe

from tests.campaigns.sandbox_server import Harness


async def opened(sandbox: Harness) -> str:
    account = await sandbox.v1.accounts.create_async({"type": "standard", "country": "FR"})
    link = await sandbox.v1.account_links.create_async(
        {
            "account": account.id,
            "type": "account_onboarding",
            "return_url": "https://civic.test/compte",
            "refresh_url": "https://civic.test/encore",
        }
    )
    page = await sandbox.browser.get(link.url, headers={"accept-language": "fr"})
    assert "Ouvrir un compte d’encaissement" in page.text
    done = await sandbox.browser.post(link.url)
    assert (done.status_code, done.headers["location"]) == (303, "https://civic.test/compte")
    return str(account.id)


async def test_a_beneficiary_takes_money_once_her_account_is_open(sandbox: Harness) -> None:
    closed = await sandbox.v1.accounts.create_async({"type": "standard"})
    account = await opened(sandbox)
    pay = {"amount": 2000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
    pay["allowed_payment_method_types"] = ["card"]
    with pytest.raises(stripe.InvalidRequestError, match="onboarding"):
        await sandbox.v1.payment_intents.create_async(pay, {"stripe_account": closed.id})
    intent = await sandbox.v1.payment_intents.create_async(pay, {"stripe_account": account})
    assert intent.status == "succeeded"
    assert (await sandbox.v1.accounts.retrieve_async(account)).charges_enabled
    last = (await sandbox.hear(5))[-1]
    assert (last.type, last.account) == ("payment_intent.succeeded", account)


async def test_what_belongs_to_one_account_is_seen_by_no_other(sandbox: Harness) -> None:
    account = await opened(sandbox)
    customer = await sandbox.v1.customers.create_async({}, {"stripe_account": account})
    with pytest.raises(stripe.InvalidRequestError):
        await sandbox.v1.customers.retrieve_async(customer.id)
    assert (await sandbox.v1.customers.list_async()).data == []
    with pytest.raises(stripe.PermissionError):
        await sandbox.v1.customers.list_async({}, {"stripe_account": "acct_nobody"})
    with pytest.raises(stripe.PermissionError):
        await sandbox.v1.customers.list_async({}, {"stripe_account": customer.id})


async def test_an_old_link_leads_to_a_new_one(sandbox: Harness) -> None:
    account = await sandbox.v1.accounts.create_async({"type": "standard"})
    urls = {"return_url": "https://civic.test/compte", "refresh_url": "https://civic.test/encore"}
    link = await sandbox.v1.account_links.create_async(
        {"account": account.id, "type": "account_onboarding", **urls}
    )
    await sandbox.control.clock(301)
    assert (await sandbox.browser.post(link.url)).headers["location"] == "https://civic.test/encore"
    assert not (await sandbox.v1.accounts.retrieve_async(account.id)).charges_enabled
