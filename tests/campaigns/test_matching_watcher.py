"""Somebody notes every figure about a match before and after a gift: nobody's gift can be worked out (decisions/0014)."""

import re
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from campaigns.lifecycle.models import Campaign
from campaigns.matching import panels, queries, service
from campaigns.matching.models import MatchAgreement
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge
from campaigns.proof.accounts import books_of
from civic import jobs
from civic.people import links
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_person
from tests.factories.matching import a_gift, a_proposal, an_agreement
from tests.factories.settlement import a_live_campaign

SignIn = Callable[[Person], Awaitable[Client]]


async def told(campaign: Campaign) -> list[object]:
    """Every figure of the public panel and of the sentences beside a gift."""
    fresh = await Campaign.get(id=campaign.id)
    rows = [row for panel in await panels.campaign_panels(fresh) for row in panel.context["rows"]]
    figures: list[object] = [
        (row["added_cents"], row["left_cents"], row["total_cents"], row["told"]) for row in rows
    ]  # fmt: skip
    return [*figures, *[await panels.gift_notes(fresh, cents) for cents in (100, 2_000, 45_000)]]


@pytest.mark.usefixtures("books")
class TestTheWatcher:
    """She reloads everything she may see after each single gift."""

    async def test_one_more_gift_changes_no_figure_until_three_persons_have_given(self) -> None:
        campaign = await a_live_campaign(1_000_000)
        await an_agreement(campaign, cap_cents=50_000)
        seen = await told(campaign)
        for n, cents in enumerate((1_000, 2_300, 4_100, 1_700, 3_900, 600), 1):
            await a_gift(campaign, cents)
            await service.refresh(campaign.id)
            now = await told(campaign)
            if n % 3:
                assert now[-3:] == seen[-3:]
                assert [row[:3] for row in now[:-3]] == [row[:3] for row in seen[:-3]]  # type: ignore[index]
            seen = now
        assert (await MatchAgreement.get()).told_cents == 13_600

    async def test_a_pot_of_two_campaigns_tells_of_neither_what_one_gave_to_the_other(self) -> None:
        one, two = await a_live_campaign(1_000_000), await a_live_campaign(1_000_000)
        fund = (await an_agreement(one, budget_cents=20_000, cap_cents=20_000)).fund_id
        await an_agreement(two, fund_id=fund, cap_cents=20_000)
        for _ in range(3):
            await a_gift(one, 2_000)
        await service.refresh(one.id)
        seen = await told(one)
        await a_gift(two, 3_700)
        await service.refresh(two.id)
        assert await told(one) == seen
        for _ in range(3):
            await a_gift(one, 9_000)
        await service.refresh(one.id)
        sums = [row.told_cents for row in await MatchAgreement.filter(campaign_id=one.id)]
        assert sums == [6_000]
        assert (await Campaign.get(id=one.id)).matched_cents == 16_300

    async def test_a_share_of_too_little_does_not_tell_who_made_it_short(self) -> None:
        campaign = await a_live_campaign(1_000_000)
        await an_agreement(campaign, cap_cents=4_000, budget_cents=4_000)
        for cents in (1_000, 1_200, 1_300):
            await a_gift(campaign, cents)
        await service.refresh(campaign.id)
        hidden = await a_gift(campaign, 3_000)
        await service.refresh(campaign.id)
        assert (await MatchAgreement.get()).told_cents == 3_500
        await Pledge.filter(id=hidden.id).update(amount_cents=400)
        await service.refresh(campaign.id)
        found = await MatchAgreement.get()
        assert (found.reserved_cents, found.told_cents) == (3_900, 3_500)
        await pledges.cancel(hidden)
        await service.refresh(campaign.id)
        assert (await MatchAgreement.get()).told_cents == 3_500

    async def test_a_fixed_sum_per_person_is_told_at_once(self) -> None:
        campaign = await a_live_campaign(1_000_000)
        await an_agreement(campaign, per_person_cents=1_000)
        await a_gift(campaign, 4_200)
        await service.refresh(campaign.id)
        assert (await MatchAgreement.get()).told_cents == 1_000

    async def test_the_proofs_merge_a_match_that_was_told_otherwise_before(self) -> None:
        campaign = await a_live_campaign(1_000_000)
        await an_agreement(campaign)
        for cents in (1_000, 1_200, 1_300):
            await a_gift(campaign, cents)
        await service.refresh(campaign.id)
        assert not await queries.tells_of_few(campaign.id)
        await a_gift(campaign, 3_300)
        await service.refresh(campaign.id)
        assert await queries.tells_of_few(campaign.id)
        assert await books_of(campaign)


MOVES = st.lists(st.tuples(st.integers(0, 5), st.integers(100, 9_999), st.booleans()), min_size=3, max_size=9)


@profile(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVES, st.sampled_from([3_000, 20_000]))
@pytest.mark.usefixtures("books")
@pytest.mark.one_engine
async def test_two_sums_told_in_turn_always_differ_by_three_persons(moves: list[tuple[int, int, bool]], cap: int) -> None:
    campaign = await a_live_campaign(1_000_000)
    made = await an_agreement(campaign, cap_cents=cap, budget_cents=cap)
    gifts: dict[int, Pledge] = {}
    people: dict[int, Person] = {}
    before: dict[int, int] = {}
    at = None
    for who, cents, more in moves:
        if more or who not in gifts:
            await gone(gifts.pop(who, None))
            people[who] = people.get(who) or await a_person(f"Voisine {who}")
            gifts[who] = await a_gift(campaign, cents, people[who])
        else:
            await gone(gifts.pop(who))
        await service.refresh(campaign.id)
        found = await MatchAgreement.get(id=made.id)
        now = {person: gift.amount_cents for person, gift in gifts.items()}
        if found.told_at != at:
            changed = [person for person in {*now, *before} if now.get(person) != before.get(person)]
            assert len(changed) >= 3
            assert not now or len(now) >= 3
            at, before = found.told_at, now


async def gone(gift: Pledge | None) -> None:
    if gift is not None:
        await pledges.cancel(await Pledge.get(id=gift.id).select_related("campaign", "person", "reward"))


@pytest.mark.one_engine
async def test_the_mayor_the_lead_and_the_team_read_the_same_figures_before_and_after_one_gift(
    client: Client, sign_in: SignIn
) -> None:
    campaign, other = await a_live_campaign(1_000_000), await a_live_campaign(1_000_000)
    made = await an_agreement(campaign, cap_cents=50_000, budget_cents=90_000)
    waiting = await a_proposal(other, fund_id=made.fund_id, cap_cents=40_000)
    lead = await sign_in(await Person.get(id=campaign.lead_id))
    team = await sign_in(await a_person("Agathe Roux", "", RoleName.ANIMATOR))
    for cents in (1_000, 2_300, 4_100):
        await a_gift(campaign, cents)
    await jobs.run_due()
    places = [
        (client, f"/abondements/{links.make(queries.LINK, made.id)}"),
        (client, f"/abondements/{links.make(queries.LINK, waiting.id)}"),
        (lead, f"/campagnes/{campaign.slug}/abondements"), (team, f"/campagnes/{other.slug}/abondements"),
        (team, f"/campagnes/{other.slug}/abondements/nouveau"),
    ]  # fmt: skip
    seen = [await euros(*place) for place in places]
    await a_gift(campaign, 3_700)
    await jobs.run_due()
    assert [await euros(*place) for place in places] == seen
    assert any("74" in figure for figure in seen[0])


async def euros(client: Client, address: str) -> list[str]:
    """Every sum a page names, and how many persons."""
    answer = await client.get(address)
    assert answer.status_code == 200
    return re.findall(r"[\d\u202f\u00a0]+(?:,\d\d)?[\u202f\u00a0]€|de \d+ personnes?", answer.text)
