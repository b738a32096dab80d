"""A backer promises money: three pages, a hosted page, a thank-you, and the way back."""

import asyncio
from datetime import timedelta
from itertools import product

import pytest

from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CampaignStatus, Reward
from campaigns.lifecycle.transitions import By, NotNow
from campaigns.payments import checkout, gateway
from campaigns.payments.models import InboxEvent
from campaigns.pledges import service
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from campaigns.pledges.transitions import TABLE, move
from civic import clock, jobs
from civic.errors import DomainError, Gone
from civic.mail.models import OutboxMessage
from civic.needs.models import Need
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import RoleName
from tests.campaigns.conftest import Payments
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_draft, a_live_campaign, a_pledge, a_reward

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


async def test_the_webhook_alone_confirms_when_she_never_comes_back(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    await payments.fill_in(await walk(client, campaign))
    assert set(await payments.deliver(times=5, newest_first=True)) == {200}
    await jobs.run_due()
    assert (await Pledge.all().get()).status == PledgeStatus.CONFIRMED
    after = await Campaign.get(id=campaign.id)
    assert (after.confirmed_cents, after.backers_count) == (3000, 1)
    assert await InboxEvent.filter(kind="checkout.session.completed").count() == 1
    assert await OutboxMessage.filter(to="odile@exemple.fr").count() == 1
    again = await payments.deliver(times=2)
    await jobs.run_due()
    assert set(again) == {200}
    assert (await Campaign.get(id=campaign.id)).confirmed_cents == 3000


async def test_a_lost_webhook_is_made_up_for_by_the_sweep(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    await payments.fill_in(await walk(client, campaign))
    await Pledge.all().update(created_at=clock.now() - timedelta(minutes=11))
    await checkout.sweep()
    assert (await Pledge.all().get()).status == PledgeStatus.CONFIRMED


async def test_the_same_form_twice_is_one_promise(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    await walk(client, campaign)
    verify = f"/campagnes/{campaign.slug}/soutenir/verifier"
    first, second = await asyncio.gather(*(client.submit(verify, {"tip": "0", "terms": "1"}) for _ in range(2)))
    assert first.status_code == second.status_code == 303
    one, two = [await client.get(answer.headers["location"]) for answer in (first, second)]
    assert one.headers["location"] == two.headers["location"]
    assert await Pledge.all().count() == 1
    assert len((await payments.sandbox.control.dump())["checkout_sessions"]) == 1


async def test_coming_back_to_change_the_gift_lets_the_first_one_go(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=1)
    first = await walk(client, campaign, {"amount": "3000", "reward": str(reward.id)})
    assert (await Reward.get(id=reward.id)).taken == 1
    second = await walk(client, campaign, {"amount": "5000", "reward": str(reward.id)})
    assert first != second
    await jobs.run_due()
    states = [pledge.status for pledge in await Pledge.all().order_by("id")]
    assert states == [PledgeStatus.ABANDONED, PledgeStatus.CREATED]
    assert (await Reward.get(id=reward.id)).taken == 1
    assert (await payments.sandbox.browser.get(first)).status_code == 410
    assert (await payments.sandbox.browser.get(second)).status_code == 200


async def test_a_page_left_open_gives_its_reward_back(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=1)
    await walk(client, campaign, {"amount": "3000", "reward": str(reward.id)})
    await Pledge.all().update(created_at=clock.now() - timedelta(minutes=50))
    await checkout.sweep()
    assert (await Pledge.all().get()).status == PledgeStatus.CREATED
    await payments.sandbox.control.clock(3600)
    await checkout.sweep()
    assert (await Pledge.all().get()).status == PledgeStatus.ABANDONED
    assert (await Reward.get(id=reward.id)).taken == 0


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


async def test_after_the_deadline_a_promise_is_not_taken_back(app):
    campaign = await a_live_campaign()
    pledge = await a_confirmed_pledge(campaign)
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() - timedelta(minutes=1))
    with pytest.raises(Gone):
        await service.cancel(pledge)
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() + timedelta(minutes=1))
    await service.cancel(pledge)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.CANCELLED


async def test_a_card_saved_after_the_deadline_does_not_count(client: Client, payments: Payments):
    late, early = await a_live_campaign(), await a_live_campaign(await a_person("Paul Roux"))
    hosted, other = await walk(client, late), None
    await Campaign.filter(id=late.id).update(deadline=clock.now() - timedelta(minutes=5))
    answer = await client.get(within(await payments.fill_in(hosted)))
    assert "rien ne sera débité" in answer.text
    assert (await Pledge.all().get()).status == PledgeStatus.ABANDONED
    assert (await Campaign.get(id=late.id)).confirmed_cents == 0
    await jobs.run_due()
    assert [method["customer"] for method in (await payments.sandbox.control.dump())["payment_methods"]] == [None]
    other = await walk(client, early)
    assert "Merci Odile" in (await client.get(within(await payments.fill_in(other)))).text


async def test_nobody_pledges_to_a_closed_campaign_and_everybody_to_an_open_one(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    draft = await a_draft()
    for status in (CampaignStatus.SUSPENDED, CampaignStatus.FUNDED, CampaignStatus.CANCELLED):
        await Campaign.filter(id=campaign.id).update(status=status)
        assert (await client.get(f"/campagnes/{campaign.slug}/soutenir")).status_code == 410
        assert (await client.submit(f"/campagnes/{campaign.slug}/soutenir", {"amount": "3000"})).status_code == 410
    assert (await client.get(f"/campagnes/{draft.slug}/soutenir")).status_code == 404
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.LIVE)
    assert (await walk(client, campaign)).startswith("http")


async def test_a_campaign_that_closes_meanwhile_takes_no_promise(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    backer = await a_person("Odile Blanc")
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.SUSPENDED)
    with pytest.raises(Gone):
        await a_pledge(campaign, backer)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.LIVE)
    assert (await a_pledge(campaign, backer)).status == PledgeStatus.CREATED


async def test_of_ten_people_three_get_the_three_rewards(app):
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=3)
    people = [await a_person(f"Personne {n}") for n in range(10)]

    async def tries(person: object) -> bool:
        try:
            await a_pledge(campaign, person, reward_id=reward.id)  # type: ignore[arg-type]
        except DomainError:
            return False
        return True

    assert sum(await asyncio.gather(*map(tries, people))) == 3
    assert (await Reward.get(id=reward.id)).taken == 3
    assert await Pledge.filter(reward_id=reward.id).count() == 3


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


async def test_two_promises_of_one_person_are_one_backer(app):
    campaign = await a_live_campaign()
    backer = await a_person("Odile Blanc")
    first = await a_confirmed_pledge(campaign, backer, 3000)
    await a_confirmed_pledge(campaign, backer, 5000)
    after = await Campaign.get(id=campaign.id)
    assert (after.confirmed_cents, after.backers_count) == (8000, 1)
    await service.cancel(first)
    after = await Campaign.get(id=campaign.id)
    assert (after.confirmed_cents, after.backers_count) == (5000, 1)


@pytest.mark.one_engine
async def test_small_gifts_in_a_row_are_stopped(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    statuses = []
    for number in range(12):
        start = f"/campagnes/{campaign.slug}/soutenir"
        await client.submit(start, {"amount": "autre", "other": f"1,{number:02d}"})
        await client.submit(f"{start}/moi", ME | {"email": f"x{number}@exemple.fr"})
        statuses.append((await client.submit(f"{start}/verifier", {"terms": "1"})).status_code)
    assert statuses == [303] * 5 + [429] * 7


@pytest.mark.one_engine
async def test_where_cards_are_off_the_page_says_how_to_give(client: Client, settings):
    campaign = await a_live_campaign()
    settings.payments = "off"
    shown = await client.get(f"/campagnes/{campaign.slug}/soutenir")
    assert "chèque" in shown.text
    assert (await client.submit(f"/campagnes/{campaign.slug}/soutenir", {"amount": "3000"})).status_code == 409
    settings.payments = "stripe"
    assert "Mon don" in (await client.get(f"/campagnes/{campaign.slug}/soutenir")).text


@pytest.mark.one_engine
async def test_a_gateway_that_does_not_answer_loses_nothing(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    start = f"/campagnes/{campaign.slug}/soutenir"
    await client.submit(start, {"amount": "3000"})
    await client.submit(f"{start}/moi", ME)
    left = await client.submit(f"{start}/verifier", {"terms": "1"})
    await payments.sandbox.control.fault("error_before", "/v1/*", times=3)
    assert (await client.get(left.headers["location"])).status_code == 503
    assert (await client.get(left.headers["location"])).status_code == 303


async def test_the_webhook_and_her_return_at_the_same_time_count_once(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    address = within(await payments.fill_in(await walk(client, campaign)))
    session = address.partition("s=")[2]
    await asyncio.gather(*(checkout.settle(gateway.OURS, session) for _ in range(5)))
    assert "Merci Odile" in (await client.get(address)).text
    after = await Campaign.get(id=campaign.id)
    assert (after.confirmed_cents, after.backers_count) == (3000, 1)
    assert await PledgeChange.all().count() == 1


async def test_only_the_listed_changes_of_a_promise_are_possible(app):
    pledge = await a_pledge(await a_live_campaign())
    for before, after, by in product(PledgeStatus, PledgeStatus, By):
        await Pledge.filter(id=pledge.id).update(status=before)
        pledge.status = before
        history = await PledgeChange.all().count()
        if by in TABLE.get((before, after), ()):
            await move(pledge, after, by=by, cause="test")
            assert (await Pledge.get(id=pledge.id)).status == after
            continue
        with pytest.raises(NotNow):
            await move(pledge, after, by=by, cause="test")
        assert await PledgeChange.all().count() == history


@pytest.mark.one_engine
async def test_backers_hear_of_a_new_end_and_of_a_cancelled_campaign(app):
    campaign = await a_live_campaign()
    backer = await a_person("Odile Blanc")
    await a_confirmed_pledge(campaign, backer)
    team = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    await lifecycle.suspend(campaign, team, "Nous vérifions un devis.")
    await lifecycle.resume(campaign, team, "Le devis est bon.")
    await lifecycle.cancel(campaign, team, "Le projet s’arrête là.")
    await jobs.run_due(schedules=False)
    subjects = [mail.subject for mail in await OutboxMessage.filter(to=backer.email or "").order_by("id")]
    assert [subject.split(":")[0].strip() for subject in subjects] == [
        "Votre promesse de don est enregistrée", "La collecte reprend", "La collecte est annulée",
    ]  # fmt: skip


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
