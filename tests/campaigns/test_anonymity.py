"""A backer who wants to be nobody, with an amount of her own: no page, feed, picture, mail or row tells (invariant 15)."""

import json
import re
from collections import deque

import pytest
from starlette.routing import Route

from app import routes
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.pledges.queries import supporters
from civic import jobs
from civic.activity.models import Activity
from civic.mail.models import OutboxMessage
from civic.people.models import RoleName
from civic.settings import settings
from tests.campaigns.conftest import Payments
from tests.campaigns.test_pledges import walk, within
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign

HER, CENTS = {"name": "Xyphoria Quetzalin", "email": "xyphoria@quetzalin.fr", "shown": "anonymous", "amount_hidden": "1"}, 4711
TELLING = re.compile(r"xyphoria|quetzal|\bX\. ?Q\b|47,11|4711|47\.11", re.IGNORECASE)
MOST = 150


async def _crawl(reader: Client, starts: list[str]) -> set[str]:
    """Every address reached from these, a few steps of links away; each answer is read whole."""
    waiting, seen = deque(starts), set(starts)
    while waiting and len(seen) < MOST:
        address = waiting.popleft()
        answer = await reader.get(address)
        body = answer.content.decode("utf-8", "ignore")
        assert not TELLING.search(re.sub(r"/(?:static|media)/[^\"' ]+|[0-9a-f]{16,}", "", body)), address
        for link in re.findall(r'(?:href|src|action)="(/[^"#?]*)', body):
            if link not in seen and not link.startswith(("/static", "/_", "/deconnexion", "/promesses")):
                seen.add(link)
                waiting.append(link)
    return seen


def _fixed() -> list[str]:
    """Every page, feed and export whose address needs nothing."""
    return [
        route.path for route in routes(settings())
        if isinstance(route, Route) and "{" not in route.path and "GET" in (route.methods or ()) and "_" not in route.path[:3]
    ]  # fmt: skip


def _about(campaign: Campaign) -> list[str]:
    """Every address about this campaign and its initiative."""
    found = []
    for route in routes(settings()):
        if not isinstance(route, Route) or "GET" not in (route.methods or ()) or "token" in route.path:
            continue
        slug = campaign.slug if "/campagnes/" in route.path else campaign.initiative.slug
        path = re.sub(r"\{slug(?::\w+)?\}", slug, route.path)
        if "{" not in path and path != route.path:
            found.append(path)
    return found


@pytest.mark.one_engine
async def test_an_anonymous_backer_and_her_amount_are_told_nowhere(client: Client, payments: Payments, sign_in):
    campaign = await a_live_campaign()
    for number, name in enumerate(("Lucien Faure", "Rose Petitjean")):
        await a_confirmed_pledge(campaign, await a_person(name), 5000 + number)
    hosted = await walk(client, campaign, {"amount": "autre", "other": "47,11"}, HER)
    await client.get(within(await payments.fill_in(hosted)))
    client.cookies.clear()
    await jobs.run_due()
    readers = [
        client, await sign_in(await a_person("Paul Roux")), await sign_in(campaign.lead),
        await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR)),
    ]  # fmt: skip
    for status in (CampaignStatus.LIVE, CampaignStatus.FUNDED):
        await Campaign.filter(id=campaign.id).update(status=status, collected_cents=14_712)
        for reader in readers:
            seen = await _crawl(reader, [*_fixed(), *_about(campaign)])
            assert f"/campagnes/{campaign.slug}" in seen
            assert len(seen) > 30
    for row in await Activity.all():
        assert not TELLING.search(json.dumps(row.parameters))
    for mail in await OutboxMessage.exclude(to=HER["email"]):
        assert not TELLING.search(f"{mail.subject} {mail.text}")
    assert await OutboxMessage.filter(to=HER["email"]).exists()


async def test_a_name_with_a_hidden_amount_waits_for_settlement_and_for_two_others(client: Client, app):
    campaign = await a_live_campaign()
    await a_confirmed_pledge(campaign, await a_person("Lucien Faure"))
    for name in ("Zoé Quercy", "Adèle Brun"):
        await a_confirmed_pledge(campaign, await a_person(name), amount_hidden=True)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED)
    assert await supporters(campaign.id) == ["Lucien F."]
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.LIVE)
    await a_confirmed_pledge(campaign, await a_person("Martin Sand"), amount_hidden=True)
    assert await supporters(campaign.id) == ["Lucien F."]
    page = (await client.get(f"/campagnes/{campaign.slug}")).text
    assert "Quercy" not in page
    assert "et 3 autres personnes" in page.replace("\u00a0", " ")
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED)
    assert await supporters(campaign.id) == ["Lucien F.", "Adèle B.", "Martin S.", "Zoé Q."]


async def test_one_person_with_three_hidden_gifts_does_not_make_a_crowd(app):
    campaign = await a_live_campaign()
    alone = await a_person("Zoé Quercy")
    for cents in (1000, 2000, 3000):
        await a_confirmed_pledge(campaign, alone, cents, amount_hidden=True)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED)
    assert await supporters(campaign.id) == []
