"""The lead's board (PRODUCT C12), and what no output may say of anonymous backers (invariant 15)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from pypdfium2 import PdfDocument
from starlette.types import ASGIApp

from campaigns.board import consent, queries, service, visits
from campaigns.board.models import Delivery, DeliveryState, VisitCount
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people.models import AuditEntry, Person, RoleName
from civic.web import urls
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign, a_reward

SignIn = Callable[[Person], Awaitable[Client]]
BROWSER = {"user-agent": "Mozilla/5.0"}


async def a_funded_campaign(rewarded: int = 3) -> tuple[Campaign, list[Pledge]]:
    """Collected gifts with a postcard each."""
    campaign = await a_live_campaign()
    reward = await a_reward(campaign)
    found = []
    for number in range(rewarded):
        person = await a_person(f"Odile {'BCDEF'[number]}lanc")
        found.append(await a_confirmed_pledge(campaign, person, reward_id=reward.id, anonymous=number == 0))
    await Pledge.filter(campaign_id=campaign.id).update(status=PledgeStatus.COLLECTED, collected_at=clock.now())
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED, decided_at=clock.now())
    return await Campaign.get(id=campaign.id).select_related("lead", "initiative"), found


async def test_visits_are_counted_by_page_and_source_without_anything_about_persons(
    app: ASGIApp, client: Client
) -> None:
    campaign = await a_live_campaign()
    show, form = urls.path("campaigns.show", slug=campaign.slug), urls.path("pledges.gift", slug=campaign.slug)
    for path in (show, show, f"{show}?src=affiche", f"{form}?src=affiche", f"{show}?src=<script>", "/campagnes/rien"):
        answer = await client.get(path, headers=BROWSER)
        assert "set-cookie" not in answer.headers
    await client.get(show, headers={"user-agent": "Googlebot"})
    await client.get(show, headers={**BROWSER, "sec-purpose": "prefetch"})
    await visits.flush()
    await visits.flush()
    rows = {(row.step, row.source): row.n for row in await VisitCount.all()}
    assert rows == {("seen", ""): 3, ("seen", "affiche"): 1, ("opened", "affiche"): 1}
    await client.get(show, headers=BROWSER)
    await visits.flush()
    assert (await VisitCount.get(step="seen", source="")).n == 4


async def test_what_its_own_lead_and_the_team_look_at_is_no_visit(app: ASGIApp, client: Client, sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    path = urls.path("campaigns.show", slug=campaign.slug)
    for insider in (campaign.lead, await a_person("Agathe Roux", "", RoleName.ANIMATOR)):
        await (await sign_in(insider)).get(path, headers=BROWSER)
    await visits.flush()
    assert await VisitCount.all().count() == 0
    await (await sign_in(await a_person("Camille Rey"))).get(path, headers=BROWSER)
    await visits.flush()
    assert (await VisitCount.get()).n == 1


async def test_a_flood_of_source_words_becomes_one_row(app: ASGIApp, client: Client) -> None:
    campaign = await a_live_campaign()
    for number in range(visits.MOST_SOURCES + 9):
        path = urls.path("campaigns.show", slug=campaign.slug, src=f"mot-{number}")
        await client.get(path, headers=BROWSER)
    await visits.flush()
    assert await VisitCount.all().count() <= visits.MOST_SOURCES + 1


@pytest.mark.one_engine
async def test_the_source_of_a_gift_travels_in_the_form(app: ASGIApp, client: Client) -> None:
    campaign = await a_live_campaign()
    page = (await client.get(urls.path("campaigns.show", slug=campaign.slug, src="affiche"))).text
    form = urls.path("pledges.gift", slug=campaign.slug)
    assert f"{form}?src=affiche" in page
    assert 'name="src" value="affiche"' in (await client.get(f"{form}?src=affiche")).text
    await client.submit(form, {"amount": "3000", "reward": "0", "src": "affiche"})
    await client.submit(f"{form}/moi", {"name": "Luc Morel", "email": "luc@exemple.fr", "shown": "name"})
    await client.submit(f"{form}/verifier", {"tip": "0", "terms": "1"})
    pledge = await Pledge.get()
    assert pledge.source == "affiche"
    await Pledge.filter(id=pledge.id).update(status=PledgeStatus.CONFIRMED, confirmed_at=clock.now())
    found = await queries.sources(campaign.id, await consent.standing(campaign.id))
    assert [(one.name, one.gifts) for one in found if one.gifts] == [("affiche", 1)]


async def test_a_hidden_amount_is_never_alone_out_of_sight(app: ASGIApp) -> None:
    campaign = await a_live_campaign()
    made = [await a_confirmed_pledge(campaign, await a_person(f"Zoé {c}al"), 1000 * (n + 1)) for n, c in enumerate("BCDEF")]
    await Pledge.filter(id=made[4].id).update(amount_hidden=True)
    shown = consent.backers(campaign, await consent.standing(campaign.id))
    assert sum(one.cents is None for one in shown) == 3
    await Pledge.filter(id__in=[one.id for one in made[1:4]]).delete()
    assert all(one.cents is None for one in consent.backers(campaign, await consent.standing(campaign.id)))


async def test_the_curve_goes_by_weeks_below_ten_and_joins_days_with_a_hidden_amount(app: ASGIApp) -> None:
    start = clock.now() - timedelta(days=10)
    campaign = await a_live_campaign(starts_at=start)
    for number in range(10):
        pledge = await a_confirmed_pledge(campaign, await a_person(f"Zoé {'ABCDEFGHIJ'[number]}al"), 1000)
        at = start + timedelta(days=number)
        await Pledge.filter(id=pledge.id).update(confirmed_at=at, amount_hidden=number == 4)
    pledges = await consent.standing(campaign.id)
    await campaign.refresh_from_db()
    buckets = consent.curve(campaign, pledges)
    assert sum(one.gifts for one in buckets) == 10
    assert sum(one.cents for one in buckets) == 10_000
    assert {one.gifts for one in buckets if one.first <= clock.local(start + timedelta(days=4)).date() <= one.last} == {3}
    campaign.backers_count = 9
    assert all((one.last - one.first).days >= 3 for one in consent.curve(campaign, pledges))


GIVEN = st.lists(st.tuples(st.integers(1, 12), st.booleans(), st.integers(0, 20), st.booleans()), min_size=1, max_size=16)
"""Whose gift, whether she hides its amount, on which day, whether she is anonymous."""


@pytest.mark.one_engine
@profile(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(GIVEN)
@pytest.mark.usefixtures("app")
async def test_whatever_the_lead_subtracts_three_persons_are_left_or_none(made: list[tuple[int, bool, int, bool]]) -> None:
    """Beside the curve stands the list: what it tells, taken off a stretch, leaves nothing or gifts of three persons."""
    persons, start = {who for who, *_rest in made}, clock.now() - timedelta(days=20)
    campaign = Campaign(starts_at=start, backers_count=len(persons), status=CampaignStatus.LIVE)
    gifts = [
        Pledge(
            id=number, person_id=who, amount_cents=1_000 + number, amount_hidden=hidden, anonymous=anonymous,
            public_name="Zoé Q.", confirmed_at=start + timedelta(days=on), status=PledgeStatus.CONFIRMED,
        )
        for number, (who, hidden, on, anonymous) in enumerate(sorted(made, key=lambda one: one[2]), 1)
    ]  # fmt: skip
    rows = consent.backers(campaign, gifts)
    told = {one.pledge_id: one.cents for one in rows if one.pledge_id}
    assert all((one.name == "Anonyme") is gifts[one.pledge_id - 1].anonymous for one in rows if one.pledge_id)
    assert len(rows) == len(gifts)
    assert not [one for one in rows if not one.pledge_id and (one.cents is not None or one.day or one.reward or "Zoé" in one.name)]
    buckets = consent.curve(campaign, gifts)
    assert sum(one.cents for one in buckets) == sum(one.amount_cents for one in gifts)
    for bucket in buckets:
        within = [one for one in gifts if one.confirmed_at and bucket.first <= clock.local(one.confirmed_at).date() <= bucket.last]
        unseen = {one.person_id for one in within if told.get(one.id) is None}
        assert len(unseen) >= min(3, len(persons)) or not unseen
        assert len(persons) >= 10 or bucket == buckets[-1] or (bucket.last - bucket.first).days >= 6


@pytest.mark.one_engine
async def test_no_output_names_an_anonymous_backer_or_tells_a_hidden_amount(
    app: ASGIApp, client: Client, sign_in: SignIn
) -> None:
    campaign = await a_live_campaign()
    secret = await a_person("Zacharie Quint", "zacharie@exemple.fr")
    pledge = await a_confirmed_pledge(campaign, secret, 4321, anonymous=True)
    await Pledge.filter(id=pledge.id).update(amount_hidden=True)
    for letter in "BCD":
        await a_confirmed_pledge(campaign, await a_person(f"Zoé {letter}al"), 2000)
    lead = await sign_in(campaign.lead)
    names = ("campaigns.show", "sharing.kit", "sharing.block", "sharing.bulletin", "news.index", "questions.index")
    own = ("board.show", "board.backers_sheet", "board.deliveries", "board.deliveries_sheet", "wall.index", "news.new")
    texts = [(await client.get(urls.path(name, slug=campaign.slug))).text for name in names]
    texts += [(await lead.get(urls.path(name, slug=campaign.slug))).text for name in own]
    texts.append((await client.get("/campagnes")).text)
    poster = (await client.get(urls.path("sharing.poster", slug=campaign.slug))).content
    texts.append(PdfDocument(poster)[0].get_textpage().get_text_range())
    await jobs.run_due()
    texts += [mail.text for mail in await OutboxMessage.all().exclude(to=secret.email)]
    for text in texts:
        assert "Zacharie" not in text
        assert "Quint" not in text
        assert "zacharie@" not in text
        assert "43,21" not in text


@pytest.mark.one_engine
async def test_the_board_shows_everything_and_its_export_is_written_down(app: ASGIApp, sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    bad = await a_confirmed_pledge(campaign, await a_person("Odile Blanc"))
    await Pledge.filter(id=bad.id).update(public_name="=HYPERLINK(1)")
    lead = await sign_in(campaign.lead)
    page = (await lead.get(urls.path("board.show", slug=campaign.slug))).text
    assert "par semaine" in page
    assert "=HYPERLINK(1)" in page
    answer = await lead.get(urls.path("board.backers_sheet", slug=campaign.slug))
    assert "'=HYPERLINK(1)" in answer.text
    assert "30,00" in answer.text
    assert "@exemple.fr" not in answer.text
    assert await AuditEntry.filter(act="backers_exported", actor_id=campaign.lead_id).count() == 1


async def test_a_lead_marks_many_deliveries_and_takes_it_back(app: ASGIApp, sign_in: SignIn) -> None:
    campaign, _pledges = await a_funded_campaign()
    lead = await sign_in(campaign.lead)
    await service.after_funding(campaign.id)
    await service.prepare_due()
    path = urls.path("board.deliveries", slug=campaign.slug)
    page = (await lead.get(path)).text
    assert await Delivery.all().count() == 3
    assert "Odile C." in page
    assert "Odile B." not in page
    assert (await lead.submit(path, {"state": "sent"})).status_code == 422
    ids = [str(row.id) for row in await Delivery.all().order_by("id")]
    done = await lead.submit(path, {"ids": ids[:2], "state": "sent"})
    assert await Delivery.filter(state=DeliveryState.SENT).count() == 2
    assert "Annuler le dernier changement" in (await lead.get(done.headers["location"])).text
    lot = done.headers["location"].partition("lot=")[2]
    await lead.submit(f"{path}/annuler", {"lot": lot})
    await lead.submit(f"{path}/annuler", {"lot": lot})
    assert await Delivery.filter(state=DeliveryState.TO_DO).count() == 3


async def test_only_backers_whose_reward_goes_by_post_are_asked_for_an_address_once(
    app: ASGIApp, client: Client, sign_in: SignIn
) -> None:
    campaign, pledges = await a_funded_campaign(2)
    await a_person("Jean Sans-Merci")
    lead = await sign_in(campaign.lead)
    ask = urls.path("board.ask_addresses", slug=campaign.slug, reward=pledges[0].reward_id)
    await lead.submit(ask)
    await lead.submit(ask)
    await jobs.run_due()
    sent = await OutboxMessage.filter(subject__startswith="Où envoyer")
    assert sorted(message.to for message in sent) == sorted(str(pledge.person.email) for pledge in pledges)
    row = await Delivery.get(pledge_id=pledges[0].id)
    path = urls.path("board.address", token=links.make(queries.ADDRESS, row.id))
    assert (await client.submit(path, {"recipient": "Odile", "address": "ici"})).status_code == 422
    await client.submit(path, {"recipient": "Odile Blanc", "address": "3 rue du Four\n01600 Trévoux"})
    assert "3 rue du Four" in (await lead.get(urls.path("board.deliveries", slug=campaign.slug))).text
    assert "3 rue du Four, 01600" in (await lead.get(urls.path("board.deliveries_sheet", slug=campaign.slug))).text
    await Delivery.filter(id=row.id).update(state=DeliveryState.RECEIVED, changed_at=clock.now() - timedelta(days=61))
    assert (await client.get(path)).status_code == 410
    await service.forget_addresses()
    assert (await Delivery.get(id=row.id)).address == ""


@pytest.mark.one_engine
async def test_addresses_are_not_asked_before_the_money_is_there(app: ASGIApp, sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    reward = await a_reward(campaign)
    await a_confirmed_pledge(campaign, reward_id=reward.id)
    lead = await sign_in(campaign.lead)
    await lead.submit(urls.path("board.ask_addresses", slug=campaign.slug, reward=reward.id))
    await jobs.run_due()
    assert await OutboxMessage.filter(subject__startswith="Où envoyer").count() == 0
