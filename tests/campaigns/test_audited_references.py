"""What a lead is answered at the stall never tells an amount that its backer hides (invariant 15)."""

import pytest

from campaigns.lifecycle.models import Campaign
from campaigns.offline import awaited, service
from campaigns.offline.models import Mode
from campaigns.pledges.models import Pledge
from campaigns.pledges.service import reference
from civic import clock
from civic.errors import Invalid
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories.campaigns import a_live_campaign
from tests.factories.offline import a_gift, a_switched_pledge, a_treasurer

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize("hidden", [True, False])
async def test_a_wrong_amount_under_a_promise_tells_a_hidden_one_to_nobody_who_runs_the_campaign(hidden: bool) -> None:
    campaign = await a_live_campaign()
    pledge = await a_switched_pledge(campaign, 7_300)
    await Pledge.filter(id=pledge.id).update(amount_hidden=hidden)
    lead, fresh = Actor(await Person.get(id=campaign.lead_id)), await Campaign.get(id=campaign.id)
    assert [one.cents for one in await awaited.everything(fresh, lead)] == [None if hidden else 7_300]
    with pytest.raises(Invalid) as refused:
        await a_gift(fresh, 1_000, number=reference(pledge))
    assert ("73" in refused.value.message) is not hidden
    entry = service.Entry("Odile Blanc", 1_000, Mode.CHEQUE, clock.today(), number=reference(pledge))
    with pytest.raises(Invalid, match="73"):
        await service.enter(fresh, await a_treasurer(), [entry], "treasurer")
