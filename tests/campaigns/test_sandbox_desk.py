"""The sandbox's desk: whoever tries the platform out plays the bank, by buttons, without a script."""

import html5lib
import pytest
import stripe

from campaigns.sandbox.errors import StripeFault
from tests.campaigns.sandbox_server import Harness


async def paid(sandbox: Harness, cents: int = 3_000) -> stripe.PaymentIntent:
    customer, method = await sandbox.saved("pm_card_visa")
    return await sandbox.v1.payment_intents.create_async({
        "amount": cents, "currency": "eur", "customer": customer, "payment_method": method, "confirm": True,
        "off_session": True, "allowed_payment_method_types": ["card"],
    })  # fmt: skip


async def press(sandbox: Harness, verb: str, what: str = "") -> int:
    return (await sandbox.browser.post(f"{sandbox.url}/desk", data={"verb": verb, "what": what})).status_code


async def test_the_desk_is_plain_html_and_says_when_there_is_nothing(sandbox: Harness) -> None:
    answer = await sandbox.browser.get(f"{sandbox.url}/desk", headers={"accept-language": "fr"})
    html5lib.HTMLParser(strict=True).parse(answer.text)
    assert "Rien n’a encore été payé" in answer.text
    assert "<script" not in answer.text


async def test_a_payment_is_contested_and_the_bank_decides_by_buttons(sandbox: Harness) -> None:
    intent = await paid(sandbox)
    charge = str(intent.latest_charge)
    assert await press(sandbox, "dispute", charge) == 303
    assert "Contestation gagnée" in (await sandbox.browser.get(f"{sandbox.url}/desk", headers={"accept-language": "fr"})).text
    assert await press(sandbox, "win", charge) == 303
    assert (await sandbox.control.dump())["disputes"][0]["status"] == "won"
    assert await press(sandbox, "win", charge) == 400


async def test_what_was_given_back_whole_is_neither_contested_nor_returned(sandbox: Harness) -> None:
    charge = str((await paid(sandbox)).latest_charge)
    await sandbox.v1.refunds.create_async({"charge": charge})
    assert await press(sandbox, "dispute", charge) == 400
    debit = await sandbox.pay(*await sandbox.saved("pm_success_fr"))
    await sandbox.control.settle(debit.id)
    await sandbox.v1.refunds.create_async({"payment_intent": debit.id})
    with pytest.raises(StripeFault):
        await sandbox.control.return_debit(str(debit.latest_charge))
    assert (await sandbox.control.dump())["disputes"] == []


async def test_a_beneficiarys_account_closes_and_opens_by_buttons(sandbox: Harness) -> None:
    made = await sandbox.v1.accounts.create_async({"type": "standard"})
    for verb, may in (("reopen", True), ("restrict", False), ("reopen", True)):
        assert await press(sandbox, verb, made.id) == 303
        assert (await sandbox.v1.accounts.retrieve_async(made.id)).charges_enabled is may
    pay = {"amount": 2_000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
    pay["allowed_payment_method_types"] = ["card"]
    await sandbox.v1.payment_intents.create_async(pay, {"stripe_account": made.id})
    page = await sandbox.browser.get(f"{sandbox.url}/desk", headers={"accept-language": "fr"})
    html5lib.HTMLParser(strict=True).parse(page.text)
    assert made.id in page.text
    assert "Le client conteste" in page.text
    last = (await sandbox.hear(4))
    assert {event.account for event in last if event.type == "account.updated"} == {made.id}


async def test_a_refund_bears_the_name_and_the_words_of_its_charge(sandbox: Harness) -> None:
    customer, method = await sandbox.saved("pm_card_visa")
    made = await sandbox.v1.payment_intents.create_async({
        "amount": 3_000, "currency": "eur", "customer": customer, "payment_method": method, "confirm": True,
        "off_session": True, "allowed_payment_method_types": ["card"], "description": "Collecte le-four",
    })  # fmt: skip
    charge = str(made.latest_charge)
    await sandbox.v1.refunds.create_async({"charge": charge, "amount": 1_000})
    page = (await sandbox.browser.get(f"{sandbox.url}/desk", headers={"accept-language": "fr"})).text
    lines = [line for line in page.split("<li>") if "re_" in line or charge in line]
    assert len(lines) == 2
    named = [line.partition("<br>")[0].rpartition("</strong>")[2].partition(",")[2] for line in lines]
    assert named[0] == named[1]
    assert "Collecte le-four" in named[0]


async def test_the_balance_is_paid_out_to_the_bank(sandbox: Harness) -> None:
    await paid(sandbox)
    assert await press(sandbox, "payout") == 303
    payouts = await sandbox.v1.payouts.list_async()
    assert [payout.status for payout in payouts.data] == ["paid"]
    lines = (await sandbox.control.dump())["balance_transactions"]
    assert sum(line["net"] for line in lines) == 0
    assert await press(sandbox, "payout") == 303
    assert len((await sandbox.v1.payouts.list_async()).data) == 1


async def test_no_more_than_the_balance_is_paid_out(sandbox: Harness) -> None:
    await paid(sandbox, 1_000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await sandbox.v1.payouts.create_async({"amount": 1_000, "currency": "eur"})
    assert refused.value.code == "balance_insufficient"
    made = await sandbox.v1.payouts.create_async({"amount": 900, "currency": "eur"})
    assert (await sandbox.v1.payouts.retrieve_async(made.id)).amount == 900


async def test_lost_messages_are_sent_again_by_a_button(sandbox: Harness) -> None:
    await press(sandbox, "webhooks", "lose")
    await paid(sandbox)
    fates = [row["state"] for row in (await sandbox.control.dump())["deliveries"]]
    assert fates.count("lost") == 5
    assert await press(sandbox, "webhooks", "normal") == 303
    assert await press(sandbox, "redeliver") == 303
    fates = [row["state"] for row in (await sandbox.control.dump())["deliveries"]]
    assert "lost" not in fates


async def test_the_desk_shows_a_refund_beside_its_payment_in_the_language_chosen_on_the_site(sandbox: Harness) -> None:
    intent = await paid(sandbox)
    await sandbox.v1.refunds.create_async({"payment_intent": intent.id})
    page = await sandbox.browser.get(f"{sandbox.url}/desk", headers={"accept-language": "fr", "cookie": "langue=en"})
    assert page.status_code == 200
    assert "Payments and refunds" in page.text
    assert "refunded" in page.text
