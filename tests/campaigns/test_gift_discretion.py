"""Who gave anonymously finds « sans mon nom » ticked when she takes her place at the committee (PRODUCT S2)."""

from collections.abc import Awaitable, Callable

import pytest

from campaigns.panels import gift_discretion
from campaigns.pledges.models import Pledge, PledgeStatus
from civic.contributions.service import contribute
from civic.needs.models import NeedKind
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign
from tests.factories.steering import a_committee

SignIn = Callable[[Person], Awaitable[Client]]
TICKED = 'name="discreet" value="1" checked'


@pytest.mark.one_engine
async def test_the_tick_follows_how_she_gave(sign_in: SignIn) -> None:
    lead, giver = await a_person("Sélim Laurent"), await a_person("Fatou Diop")
    campaign = await a_live_campaign(lead)
    committee = await a_committee(lead, initiative=campaign.initiative)
    first, second = await a_confirmed_pledge(campaign, giver), await a_confirmed_pledge(campaign, giver)
    hers, path = await sign_in(giver), f"/comites/{committee.slug}"
    assert await gift_discretion(giver, campaign.initiative_id) is None  # promised only
    await Pledge.filter(id=first.id).update(status=PledgeStatus.COLLECTED, anonymous=True)
    await contribute(giver.id, campaign.initiative_id, NeedKind.MONEY, f"pledge:{first.id}")
    assert TICKED in (await hers.get(path)).text
    assert TICKED in (await hers.get("/mon-espace")).text
    await Pledge.filter(id=second.id).update(status=PledgeStatus.COLLECTED, anonymous=False)
    assert TICKED not in (await hers.get(path)).text
