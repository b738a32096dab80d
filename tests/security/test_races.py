"""Two tabs, a double click, ten impatient fingers: each act counts once."""

import asyncio
from collections.abc import Awaitable, Callable

from campaigns.lifecycle.models import Campaign, CampaignChange
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from civic.counting.rules import Method
from civic.decisions.models import Decision, Stance
from civic.people import links
from civic.people.models import Person, RoleName, Session
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_draft, a_live_campaign, a_reward
from tests.factories.steering import a_committee, a_member, an_open_decision
from tests.factories.volunteering import a_mission, the_shift
from volunteering.shifts.models import Shift
from volunteering.signups.models import Signup

SignIn = Callable[[Person], Awaitable[Client]]
TABS = 8


async def together(browser: Client, path: str, fields: dict[str, str] | None = None, tabs: int = TABS) -> list[int]:
    """The same form from many tabs at once."""
    answers = await asyncio.gather(*(browser.submit(path, fields) for _tab in range(tabs)))
    return [answer.status_code for answer in answers]


async def test_a_promise_sent_from_many_tabs_is_one(client: Client) -> None:
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=1)
    start = f"/campagnes/{campaign.slug}/soutenir"
    await client.submit(start, {"amount": "3000", "reward": str(reward.id)})
    await client.submit(f"{start}/moi", {"name": "Odile Blanc", "email": "odile@exemple.fr", "shown": "name"})
    statuses = await together(client, f"{start}/verifier", {"tip": "100", "terms": "1"}, tabs=5)
    assert statuses == [303] * 5
    assert await Pledge.all().count() == 1
    await reward.refresh_from_db()
    assert reward.taken == 1


async def test_of_many_tabs_none_lets_the_promise_of_another_one_go(client: Client) -> None:
    campaign, odile = await a_live_campaign(), await a_person("Odile Blanc")
    gift = pledges.Gift(3_000, 100, None, False, False, "Odile B.")
    for turn in range(12):
        asked = (pledges.pledge(odile, campaign, gift, f"tab-{turn}", []) for _tab in range(TABS))
        assert len({one.id for one in await asyncio.gather(*asked)}) == 1
    assert [row.status for row in await Pledge.filter(person_id=odile.id)] == [PledgeStatus.CREATED] * 12


async def test_a_promise_cancelled_from_many_tabs_is_given_back_once(client: Client) -> None:
    campaign = await a_live_campaign()
    kept = await a_confirmed_pledge(campaign, await a_person("Rose Petit"))
    pledge = await a_confirmed_pledge(campaign)
    assert set(await together(client, f"/promesses/{links.make('pledge', pledge.id)}/annuler")) == {303}
    fresh = await Campaign.get(id=campaign.id)
    assert (fresh.confirmed_cents, fresh.backers_count) == (kept.amount_cents, 1)
    assert await PledgeChange.filter(pledge_id=pledge.id, after=PledgeStatus.CANCELLED.value).count() == 1


async def test_an_amount_changed_from_many_tabs_is_counted_once(client: Client) -> None:
    campaign = await a_live_campaign()
    pledge = await a_confirmed_pledge(campaign)
    path = f"/promesses/{links.make('pledge', pledge.id)}/modifier"
    await together(client, path, {"other": "55", "tip": "0", "reward": "0", "shown": "name"})
    assert (await Pledge.get(id=pledge.id)).amount_cents == 5500
    assert (await Campaign.get(id=campaign.id)).confirmed_cents == 5500


async def test_a_place_taken_from_many_tabs_is_one(sign_in: SignIn) -> None:
    shift = await the_shift(await a_mission(places=5))
    browser = await sign_in(await a_person())
    path = f"/missions/{shift.mission.slug}/creneaux/{shift.id}/inscription"
    await asyncio.gather(*(browser.submit(path, {"cle": f"cle-du-form-{n % 2}"}) for n in range(TABS)))
    assert await Signup.all().count() == 1
    assert (await Shift.get(id=shift.id)).taken == 1


async def test_a_voice_given_from_many_tabs_is_one(sign_in: SignIn) -> None:
    lead = await a_person("Anne-Marie Lopez")
    committee = await a_committee(lead)
    member = await a_member(committee)
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY)
    browser = await sign_in(member)
    path = f"/decisions/{decision.id}/position"
    await asyncio.gather(*(browser.submit(path, {"option": "yes" if n % 2 else "no"}) for n in range(TABS)))
    assert await Stance.filter(decision_id=decision.id, superseded_at__isnull=True).count() == 1
    assert (await Decision.get(id=decision.id)).answers_count == 1


async def test_a_review_sent_from_many_tabs_is_one(sign_in: SignIn) -> None:
    campaign = await a_draft()
    lead = await sign_in(campaign.lead)
    assert set(await together(lead, f"/campagnes/{campaign.slug}/envoyer")) <= {303, 403}
    reviewer = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    path = f"/campagnes/{campaign.slug}/relecture"
    verdicts = ({"answer": "approved"}, {"answer": "rejected", "note": "Il manque le devis du garage."})
    await asyncio.gather(*(reviewer.submit(path, verdicts[n % 2]) for n in range(TABS)))
    assert await CampaignChange.filter(campaign_id=campaign.id, before="submitted").count() == 1


async def test_a_mailed_link_used_from_many_tabs_opens_one_session(client: Client) -> None:
    import re

    from civic import jobs
    from civic.mail.models import OutboxMessage

    await a_person("Camille Rey", "camille@exemple.fr")
    await client.submit("/connexion", {"email": "camille@exemple.fr"})
    await jobs.run_due()
    mail = await OutboxMessage.all().get()
    found = re.search(r"http://testserver(/connexion/lien/\S+)", mail.text)
    assert found
    statuses = await together(client, found[1])
    assert sorted(statuses) == [303] + [410] * (TABS - 1)
    assert await Session.all().count() == 1
