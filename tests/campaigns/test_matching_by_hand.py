"""Cheques, cash and transfers are matched like any gift: once two persons have seen them, within every limit."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.matching import service
from campaigns.matching.gifts import gifts_of
from campaigns.matching.models import Match, MatchFund, MatchState
from campaigns.matching.rule import Rule, matches, wishes
from campaigns.offline import verifying
from campaigns.offline.models import OfflineGift, OfflineStatus
from campaigns.offline.verify import CHECKS as OFFLINE_CHECKS
from campaigns.settlement import deciding
from civic import clock, jobs
from civic.people.models import Person
from civic.places.models import Commune
from civic.web import urls
from tests.campaigns.till import problems
from tests.client import Client
from tests.factories import a_commune, a_person
from tests.factories.matching import a_gift, an_agreement
from tests.factories.offline import a_gift as a_cheque
from tests.factories.offline import a_treasurer, a_verified_gift
from tests.factories.settlement import a_live_campaign, deadline_passes

SignIn = Callable[[Person], Awaitable[Client]]


async def run() -> None:
    await jobs.run_due(schedules=False)
    assert await jobs.dead_letters() == []
    assert await problems() == []
    assert [line for check in OFFLINE_CHECKS for line in await check()] == []


async def matched(campaign: Campaign) -> int:
    return int((await Campaign.get(id=campaign.id)).matched_cents)


async def there() -> Commune:
    return await a_commune("01093", "Châtillon-sur-Chalaronne")


@pytest.mark.usefixtures("books")
class TestGiftsByHand:
    async def test_a_cheque_brings_as_much_again_once_it_is_verified_and_takes_it_away_when_it_bounces(self) -> None:
        campaign = await a_live_campaign(100_000)
        await an_agreement(campaign)
        gift = await a_cheque(campaign, 4_000)
        await run()
        assert await matched(campaign) == 0
        treasurer = await a_treasurer()
        await verifying.verify(gift.id, treasurer)
        await run()
        assert (await matched(campaign), (await Campaign.get(id=campaign.id)).raised_cents) == (4_000, 8_000)
        await verifying.undo(gift.id, treasurer, "mauvaise personne")
        await run()
        assert (await matched(campaign), (await MatchFund.get()).used_cents) == (0, 0)
        await verifying.verify(gift.id, treasurer)
        await run()
        assert await matched(campaign) == 4_000
        await verifying.bounce(gift.id, treasurer, "sans provision")
        await run()
        assert (await matched(campaign), (await Match.get()).state) == (0, MatchState.RELEASED)

    async def test_only_a_cheque_whose_commune_is_listed_counts(self) -> None:
        campaign, here = await a_live_campaign(100_000), await there()
        elsewhere = await a_commune()
        await an_agreement(campaign, communes=[here.insee])
        await a_verified_gift(campaign, 2_000, donor_name="Yvette Charvet", commune=here.insee)
        await a_verified_gift(campaign, 3_000, donor_name="Hugo Tissot", commune=elsewhere.insee)
        await a_verified_gift(campaign, 5_000, donor_name="Sans Commune")
        await run()
        assert await matched(campaign) == 2_000

    async def test_a_sum_per_person_is_added_once_whatever_the_road_of_her_gifts(self) -> None:
        campaign = await a_live_campaign(100_000)
        await an_agreement(campaign, per_person_cents=1_000)
        yvette = await a_person("Yvette Charvet")
        await a_gift(campaign, 3_000, yvette)
        await a_verified_gift(campaign, 2_000, donor_name="yvette CHARVET")
        await a_verified_gift(campaign, 2_000, donor_name="Hugo Tissot")
        await a_verified_gift(campaign, 2_000, donor_name="Hugo  Tissot")
        await run()
        assert await matched(campaign) == 2_000

    async def test_cards_and_cheques_share_what_no_longer_suffices_to_the_cent(self) -> None:
        campaign = await a_live_campaign(100_000)
        await an_agreement(campaign, cap_cents=1_000, budget_cents=1_000)
        await a_gift(campaign, 1_000)
        for name in ("Odile Blanc", "Hugo Tissot"):
            await a_verified_gift(campaign, 1_000, donor_name=name)
        await run()
        assert sorted(row.amount_cents for row in await Match.all()) == [333, 333, 334]

    async def test_a_match_or_a_gift_out_of_its_days_is_never_matched(self) -> None:
        campaign = await a_live_campaign(100_000)
        await an_agreement(campaign)
        await an_agreement(campaign, percent=200)
        await a_verified_gift(campaign, 1_000)
        await a_verified_gift(campaign, 1_000, received_on=clock.today() - timedelta(days=9), donor_name="Trop Tôt")
        await run()
        assert await matched(campaign) == 3_000

    async def test_what_is_verified_after_the_decision_adds_nothing(self) -> None:
        campaign = await a_live_campaign(2_000)
        await an_agreement(campaign)
        await a_gift(campaign, 1_000)
        late = await a_cheque(campaign, 5_000)
        await run()
        await deadline_passes(campaign)
        assert await deciding.decide(campaign.id) == CampaignStatus.COLLECTING
        await verifying.verify(late.id, await a_treasurer())
        await service.refresh(campaign.id)
        assert await matched(campaign) == 1_000
        assert (await Match.get()).gift_id is None

    async def test_a_shared_pot_is_never_overdrawn_when_cheques_are_verified_at_once(self) -> None:
        campaigns = [await a_live_campaign(100_000) for _ in range(3)]
        fund = (await an_agreement(campaigns[0], budget_cents=10_000, cap_cents=10_000)).fund_id
        for other in campaigns[1:]:
            await an_agreement(other, fund_id=fund, cap_cents=10_000)
        gifts = [await a_cheque(campaign, 2_500, donor_name=f"Voisin {n}") for campaign in campaigns for n in range(2)]
        treasurer = await a_treasurer()
        for gift in gifts:
            await verifying.verify(gift.id, treasurer)
        await asyncio.gather(*(service.refresh(campaign.id) for campaign in campaigns * 2))
        assert (await MatchFund.get()).used_cents == 10_000
        assert sum([await matched(campaign) for campaign in campaigns]) == 10_000
        await run()


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["card", "cheque", "cash", "undo", "bounce"]), st.integers(100, 9_000), st.integers(0, 3),
        st.booleans(),
    ), min_size=1, max_size=6,
)  # fmt: skip


@pytest.mark.usefixtures("books")
@profile(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS, st.integers(100, 9_000), st.sampled_from([None, 1_500]), st.booleans())
async def test_whatever_comes_by_card_or_by_hand_the_match_is_what_the_rule_says(
    acts: list[tuple[str, int, int, bool]], cap: int, gift_cap: int | None, listed: bool
) -> None:
    campaign, here = await a_live_campaign(100_000), await there()
    agreement = await an_agreement(
        campaign, cap_cents=cap, budget_cents=cap, gift_cap_cents=gift_cap, communes=[here.insee] if listed else []
    )
    treasurer, known, promised = await a_treasurer(), list[OfflineGift](), list[int]()
    for act, cents, who, resident in acts:
        commune = here.insee if resident else None
        if act == "card":
            backer = await a_person(f"Voisine {who}")
            await type(backer).filter(id=backer.id).update(commune_id=commune)
            promised.append((await a_gift(campaign, cents, backer, tip_cents=77)).amount_cents)
        elif act in ("cheque", "cash"):
            known.append(await a_verified_gift(campaign, cents, donor_name=f"Voisin {who}", commune=commune))
        elif known:
            gift = known.pop()
            await (verifying.undo if act == "undo" else verifying.bounce)(gift.id, treasurer, "une erreur")
    await service.refresh(campaign.id)
    rule = Rule(100, 0, gift_cap, frozenset([here.insee] if listed else []), agreement.starts_at, None)
    found = await gifts_of(await Campaign.get(id=campaign.id))
    assert {gift.id for gift in found if gift.id < 0} == {-gift.id for gift in known}
    assert sorted(gift.cents for gift in found if gift.id > 0) == sorted(promised), "a tip is matched by nobody"
    wanted = matches(rule, found, cap)
    rows = await Match.filter(agreement_id=agreement.id).exclude(state=MatchState.RELEASED)
    assert {row.key: row.amount_cents for row in rows} == wanted
    assert await matched(campaign) == min(cap, sum(wishes(rule, found).values()))
    await run()


@pytest.mark.one_engine
async def test_the_lead_writes_down_the_commune_at_the_stall(sign_in: SignIn) -> None:
    campaign, here = await a_live_campaign(100_000), await there()
    lead = await sign_in(await Person.get(id=campaign.lead_id))
    address = urls.path("offline.enter", slug=campaign.slug)
    line = {"received_on": clock.today().isoformat(), "name_1": "Odile Blanc", "amount_1": "30", "mode_1": "cash"}
    refused = await lead.submit(address, {**line, "city_1": "Nullepart"})
    assert refused.status_code == 422
    assert "ne trouvons pas cette commune" in refused.text
    assert (await lead.submit(address, {**line, "city_1": "Châtillon-sur-Chalaronne"})).status_code == 303
    gift = await OfflineGift.get()
    assert (gift.commune_id, gift.status) == (here.insee, OfflineStatus.RECEIVED)
    change = urls.path("offline.change", slug=campaign.slug, id=gift.id)
    assert "Châtillon-sur-Chalaronne" in (await lead.get(urls.path("offline.edit", slug=campaign.slug, id=gift.id))).text
    fixed = {"name": "Odile Blanc", "amount": "30", "mode": "cash", "received_on": line["received_on"], "city": ""}
    assert (await lead.submit(change, fixed)).status_code == 303
    assert (await OfflineGift.get()).commune_id is None
