"""A campaign about to end below its minimum with cheques in a drawer: those who can have them verified are told."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from campaigns.lifecycle.models import Campaign
from campaigns.offline import pressing, verifying
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign
from tests.factories.offline import a_gift, a_treasurer, a_verified_gift

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.usefixtures("app")
SUBJECT = "De l’argent à vérifier"


async def ends_in(campaign: Campaign, left: timedelta) -> None:
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() + left)


async def letters() -> int:
    await pressing.tell()
    await jobs.run_due(schedules=False)
    to = ["anne@exemple.fr", "tristan@exemple.fr"]
    return await OutboxMessage.filter(to__in=to, subject__startswith=SUBJECT).count()


async def test_a_drawer_that_would_make_the_campaign_succeed_is_told_twice_and_no_more() -> None:
    campaign = await a_live_campaign(await a_person("Anne-Marie Lopez", "anne@exemple.fr"))
    treasurer = await a_person("Tristan Trésor", "tristan@exemple.fr", RoleName.TREASURER)
    await a_verified_gift(campaign, 596_350)
    gift = await a_gift(campaign, 4_500)
    await ends_in(campaign, timedelta(days=3))
    assert await letters() == 0
    await ends_in(campaign, timedelta(hours=47))
    assert await letters() == 2
    assert await letters() == 2
    hers = await OutboxMessage.get(to="anne@exemple.fr", subject__startswith=SUBJECT)
    his = await OutboxMessage.get(to=treasurer.email, subject__startswith=SUBJECT)
    assert "feraient réussir la collecte" in hers.text
    assert f"/campagnes/{campaign.slug}/hors-ligne" in hers.text
    assert "/tresorerie/hors-ligne" in his.text
    await ends_in(campaign, timedelta(hours=20))
    assert await letters() == 4
    assert await letters() == 4
    await verifying.verify(gift.id, await a_treasurer("Rose Deux"))
    await ends_in(campaign, timedelta(hours=19))
    assert await letters() == 4


async def test_money_that_is_not_enough_is_said_with_its_day_and_a_reached_goal_asks_nothing() -> None:
    campaign = await a_live_campaign()
    await a_gift(campaign, 4_500)
    await ends_in(campaign, timedelta(days=2))
    (one,) = await pressing.pressing()
    assert not one.decides
    assert "ne compteront plus" in one.sentence
    assert await pressing.pressing(timedelta(days=1)) == []
    await Campaign.filter(id=campaign.id).update(matched_cents=600_000)
    assert await pressing.pressing() == []


async def test_the_desk_the_treasury_and_the_lead_see_the_alert_with_its_day(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    await a_verified_gift(campaign, 596_350)
    gift = await a_gift(campaign, 4_500)
    await ends_in(campaign, timedelta(days=5))
    lead = await sign_in(campaign.lead)
    desk = await sign_in(await a_person("Dominique", "", RoleName.TREASURER))
    pages = ((desk, "/pupitre"), (desk, "/tresorerie"), (lead, "/mon-espace"), (lead, f"/campagnes/{campaign.slug}/hors-ligne"))
    for reader, page in pages:
        text = (await reader.get(page)).text
        assert "feraient réussir la collecte" in text, page
        assert "45\u202f€" in text, page
    await verifying.verify(gift.id, await a_treasurer("Rose Deux"))
    for reader, page in pages:
        assert "feraient réussir la collecte" not in (await reader.get(page)).text, page
