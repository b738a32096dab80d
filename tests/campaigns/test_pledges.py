"""A backer promises money: three pages, a hosted page, a thank-you, and the way back."""

from datetime import timedelta

import pytest

from campaigns.lifecycle.models import Campaign, Reward
from campaigns.pledges.models import Pledge, PledgeStatus
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.needs.models import Need
from civic.people import links
from tests.campaigns.conftest import Payments
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign, a_reward

ME = {"name": "Odile Blanc", "email": "odile@exemple.fr", "shown": "name"}
ASKS_AT_SETUP = "4000002500003155"


async def walk(client: Client, campaign: Campaign, gift: dict | None = None, me: dict | None = None, tip: str = "0") -> str:
    """The three pages; answers the address of the hosted page."""
    start = f"/campagnes/{campaign.slug}/soutenir"
    assert (await client.get(start)).status_code == 200
    second = await client.submit(start, gift or {"amount": "3000"})
    assert (await client.get(second.headers["location"])).status_code == 200
    third = await client.submit(second.headers["location"], me or ME)
    assert (await client.get(third.headers["location"])).status_code == 200
    left = await client.submit(third.headers["location"], {"tip": tip, "terms": "1"})
    assert left.status_code == 303, left.text
    away = await client.get(left.headers["location"])
    assert away.status_code == 303, away.text
    if away.headers["location"].startswith("/"):  # a gift that is charged at once has a page of its own
        away = await client.get(away.headers["location"])
        assert away.status_code == 303, away.text
    return away.headers["location"]


def within(address: str) -> str:
    """The path and query of an address of ours."""
    return address.removeprefix("http://testserver")


async def test_a_resident_without_account_promises_money(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    hosted = await walk(client, campaign, tip="300")
    assert hosted.startswith(payments.sandbox.url)
    thanks = await client.get(within(await payments.fill_in(hosted)))
    assert "Merci Odile" in thanks.text
    pledge = await Pledge.all().get()
    assert (pledge.status, pledge.amount_cents, pledge.tip_cents) == (PledgeStatus.CONFIRMED, 3000, 300)
    assert pledge.method_label == "Visa •••• 4242"
    campaign = await Campaign.get(id=campaign.id)
    assert (campaign.confirmed_cents, campaign.backers_count) == (3000, 1)
    assert (await Need.get(source=f"campaign:{campaign.id}")).reached == 3000
    assert (await payments.sandbox.control.dump())["payment_intents"] == []
    await jobs.run_due()
    mail = await OutboxMessage.get(to="odile@exemple.fr")
    assert "P-0000" in mail.text
    assert "Odile B." in (await client.get(f"/campagnes/{campaign.slug}")).text


async def test_a_card_that_asks_its_bank_is_saved_after_the_answer(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    hosted = await walk(client, campaign)
    bank = await payments.fill_in(hosted, ASKS_AT_SETUP)
    await payments.answer_bank(bank, yes=False)
    assert (await Pledge.all().get()).status == PledgeStatus.CREATED
    bank = await payments.fill_in(hosted, ASKS_AT_SETUP)
    thanks = await client.get(within(await payments.answer_bank(bank)))
    assert "Merci Odile" in thanks.text
    assert (await Pledge.all().get()).status == PledgeStatus.CONFIRMED


async def test_a_backer_takes_her_promise_back_by_the_link_of_her_message(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=3)
    hosted = await walk(client, campaign, {"amount": "5000", "reward": str(reward.id)})
    await client.get(within(await payments.fill_in(hosted)))
    await jobs.run_due()
    mail = await OutboxMessage.get(to="odile@exemple.fr")
    link = next(word for word in mail.text.split() if "/promesses/" in word)
    assert "Annuler ma promesse" in (await client.get(within(link))).text
    assert (await Pledge.all().get()).status == PledgeStatus.CONFIRMED
    for _ in range(2):
        assert (await client.submit(f"{within(link)}/annuler")).status_code == 303
    await jobs.run_due()
    after = await Campaign.get(id=campaign.id)
    assert (after.confirmed_cents, after.backers_count) == (0, 0)
    assert (await Reward.get(id=reward.id)).taken == 0
    assert "Promesse annulée" in (await client.get(within(link))).text
    methods = (await payments.sandbox.control.dump())["payment_methods"]
    assert [method["customer"] for method in methods] == [None]
    assert (await client.get("/promesses/abc")).status_code == 404


@pytest.mark.one_engine
async def test_no_step_is_skipped_and_mistakes_come_back_filled_in(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, from_amount="50")
    start = f"/campagnes/{campaign.slug}/soutenir"
    for step in ("moi", "verifier"):
        assert (await client.get(f"{start}/{step}")).headers["location"] == start
        assert (await client.submit(f"{start}/{step}", ME)).headers["location"] == start
    for wrong in (
        {}, {"amount": "1234"}, {"amount": "autre"}, {"amount": "autre", "other": "zéro"},
        {"amount": "autre", "other": "0,50"}, {"amount": "3000", "reward": str(reward.id)},
        {"amount": "3000", "other": "quinze"}, {"amount": "3000", "reward": "999999"},
    ):  # fmt: skip
        refused = await client.submit(start, wrong)
        assert refused.status_code == 422, wrong
        assert "Erreur" in refused.text
    await client.submit(start, {"amount": "autre", "other": "12,50"})
    assert "12,5" in (await client.get(start)).text
    refused = await client.submit(f"{start}/moi", ME | {"email": "odile"})
    assert refused.status_code == 422
    assert "Odile Blanc" in refused.text
    await client.submit(f"{start}/moi", ME)
    shown = await client.get(f"{start}/verifier")
    assert "12,50" in shown.text
    assert payments.sandbox.url.removesuffix("/_stripe") in shown.headers["content-security-policy"]
    assert (await client.submit(f"{start}/verifier", {"tip": "0"})).status_code == 422
    assert await Pledge.all().count() == 0


async def test_a_signed_in_person_is_not_asked_who_she_is(sign_in, payments: Payments):
    campaign = await a_live_campaign()
    backer = await a_person("Fatou Sow")
    page = await sign_in(backer)
    hosted = await walk(page, campaign, me={"shown": "name"})
    assert "Merci Fatou" in (await page.get(within(await payments.fill_in(hosted)))).text
    assert (await Pledge.all().get()).person_id == backer.id
    assert "Promesse de" in (await page.get("/mon-espace")).text


async def test_an_anonymous_backer_is_named_nowhere(client: Client, payments: Payments, sign_in):
    campaign = await a_live_campaign()
    me = {"name": "Zoé Quercy", "email": "zoe.quercy@exemple.fr", "shown": "anonymous", "amount_hidden": "1"}
    await client.get(within(await payments.fill_in(await walk(client, campaign, me=me))))
    await a_confirmed_pledge(campaign, await a_person("Lucien Faure"), 5000)
    await jobs.run_due()
    stranger, lead = await sign_in(await a_person("Paul Roux")), await sign_in(campaign.lead)
    slug = campaign.initiative.slug
    for reader in (stranger, lead):
        for path in (f"/campagnes/{campaign.slug}", "/campagnes", f"/initiatives/{slug}", "/", "/mon-espace"):
            shown = await reader.get(path)
            assert shown.status_code == 200
            assert "Quercy" not in shown.text
            assert "Zoé" not in shown.text
    shown = await stranger.get(f"/campagnes/{campaign.slug}")
    assert "Lucien F." in shown.text
    assert "autre personne" in shown.text
    assert "<b>2</b>" in shown.text


async def test_a_backer_gives_more_or_less_until_the_deadline(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, from_amount="20")
    hosted = await walk(client, campaign, {"amount": "5000", "reward": str(reward.id)})
    await client.get(within(await payments.fill_in(hosted)))
    pledge = await Pledge.all().get()
    link = f"/promesses/{links.make('pledge', pledge.id)}"
    for wrong in ("", "beaucoup", "10"):
        refused = await client.submit(f"{link}/modifier", {"other": wrong, "reward": str(reward.id)})
        assert refused.status_code == 422
        assert "Erreur" in refused.text
    await client.submit(f"{link}/modifier", {"other": "72,50"})
    assert (await Campaign.get(id=campaign.id)).confirmed_cents == 7250
    assert (await Pledge.all().get()).amount_cents == 7250
    assert (await Need.get(source=f"campaign:{campaign.id}")).reached == 7250
    await payments.deliver()
    await jobs.run_due()
    methods = (await payments.sandbox.control.dump())["payment_methods"]
    assert [bool(method["customer"]) for method in methods] == [True]
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() - timedelta(minutes=1))
    assert (await client.submit(f"{link}/modifier", {"other": "80"})).status_code == 410
    assert (await Pledge.all().get()).amount_cents == 7250
