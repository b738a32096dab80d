"""Communes and companies that add their own money: exact, within every cap and budget, whatever people do."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.matching import agreeing, confirming, receiving, service, transfers
from campaigns.matching.models import Match, MatchAgreement, MatchFund, MatchPayment, MatchState
from campaigns.matching.rule import Gift, Rule, matches, share, wishes
from campaigns.payments.models import Attempt
from campaigns.pledges import editing
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.refunds.models import Refund, RefundStatus
from campaigns.settlement import closing, deciding
from civic import clock, jobs
from civic.errors import DomainError, Forbidden, Gone, Invalid
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import RoleName
from tests.campaigns.till import problems
from tests.factories import a_commune, a_person
from tests.factories.matching import a_gift, a_proposal, a_team, an_agreement, another_of_the_team, terms
from tests.factories.settlement import a_live_campaign, deadline_passes

NOON = datetime(2027, 6, 14, 10, tzinfo=UTC)
GIFTS = st.lists(
    st.builds(
        lambda n, person, cents, commune, hours: (n, person, cents, commune, hours),
        st.integers(1, 40), st.integers(1, 6), st.just(0) | st.integers(100, 500_000), st.sampled_from(["01427", "01093", None]),
        st.integers(-30, 30),
    ), max_size=30, unique_by=lambda row: row[0],
)  # fmt: skip
RULES = st.builds(
    lambda factor, euros, cap, communes, ends: Rule(
        factor, 0 if factor else euros, cap, frozenset(communes), NOON - timedelta(hours=10),
        NOON + timedelta(hours=ends) if ends else None,
    ),
    st.sampled_from([0, 33, 50, 100, 200]), st.integers(100, 5_000), st.none() | st.integers(1, 9_999),
    st.sets(st.sampled_from(["01427", "01093"])), st.none() | st.integers(0, 20),
)  # fmt: skip


def gifts_of(rows: list[tuple[int, int, int, str | None, int]]) -> list[Gift]:
    return [Gift(n, person, cents, commune, NOON + timedelta(hours=hours)) for n, person, cents, commune, hours in rows]


@given(RULES, GIFTS, st.integers(0, 900_000), st.randoms(use_true_random=False))
def test_what_is_added_is_exact_and_within_every_limit_in_any_order(
    rule: Rule, rows: list[tuple[int, int, int, str | None, int]], limit: int, shuffle: object
) -> None:
    gifts = gifts_of(rows)
    found, wanted = matches(rule, gifts, limit), wishes(rule, gifts)
    assert sum(found.values()) == min(limit, sum(wanted.values()))
    assert all(0 < cents <= wanted[id] for id, cents in found.items())
    by_id = {gift.id: gift for gift in gifts}
    served = {gift.id for gift in gifts if gift.cents and NOON - timedelta(hours=10) <= gift.at <= (rule.ends_at or gift.at)}
    if rule.communes:
        served = {id for id in served if by_id[id].commune and by_id[id].commune in rule.communes}
    for id, cents in wanted.items():
        gift, most = by_id[id], rule.gift_cap_cents or 10**9
        assert cents == min(most, gift.cents * rule.percent // 100 if rule.percent else rule.per_person_cents)
    persons = [by_id[id].person for id in wanted]
    if rule.percent:
        assert set(wanted) == {id for id in served if by_id[id].cents * rule.percent >= 100}
    else:
        assert set(wanted) <= served
        assert sorted(persons) == sorted({by_id[id].person for id in served})
    shuffle.shuffle(gifts)  # type: ignore[attr-defined]
    assert matches(rule, gifts, limit) == found


@given(st.dictionaries(st.integers(1, 99), st.integers(1, 10_000), max_size=20), st.integers(0, 50_000))
def test_a_short_budget_is_split_in_proportion_to_the_cent(wanted: dict[int, int], limit: int) -> None:
    found = share(wanted, limit)
    total = sum(wanted.values())
    assert sum(found.values()) == min(limit, total)
    if limit < total:
        assert all(abs(found.get(id, 0) * total - cents * limit) < total for id, cents in wanted.items())


@pytest.mark.parametrize(
    ("percent", "euros", "cap", "added"),
    [(100, 0, None, [1_000, 3_000]), (50, 0, None, [500, 1_500]), (100, 0, 2_000, [1_000, 2_000]), (0, 10, None, [1_000])],
)
def test_the_rules_people_sign(percent: int, euros: int, cap: int | None, added: list[int]) -> None:
    rule = Rule(percent, euros * 100, cap, frozenset(), NOON, None)
    gifts = [Gift(1, 7, 1_000, None, NOON), Gift(2, 7, 3_000, None, NOON)]
    assert list(matches(rule, gifts, 10**9).values()) == added


async def matched(campaign: Campaign) -> int:
    return int((await Campaign.get(id=campaign.id)).matched_cents)


async def run() -> None:
    await jobs.run_due(schedules=False)
    assert await jobs.dead_letters() == []
    assert await problems() == []


async def subjects(word: str) -> int:
    return await OutboxMessage.filter(subject__contains=word).count()


@pytest.mark.usefixtures("books")
class TestWhileTheCampaignIsLive:
    async def test_a_gift_brings_as_much_again_and_takes_it_away_when_it_is_cancelled(self) -> None:
        campaign = await a_live_campaign(10_000)
        await an_agreement(campaign)
        gift = await a_gift(campaign, 3_000, tip_cents=500)
        await run()
        assert (await matched(campaign), (await Campaign.get(id=campaign.id)).raised_cents) == (3_000, 6_000)
        await editing.change(gift, replace(editing.wish_of(gift), amount_cents=5_000))
        await run()
        assert await matched(campaign) == 5_000
        await pledges.cancel(gift)
        await run()
        assert (await matched(campaign), (await MatchFund.get()).used_cents) == (0, 0)
        assert (await Match.get()).state == MatchState.RELEASED

    async def test_only_residents_of_the_listed_communes_bring_more(self) -> None:
        campaign = await a_live_campaign(10_000)
        here, there = await a_commune(), await a_commune("01093", "Châtillon-sur-Chalaronne")
        resident = await a_person("Yvette Charvet")
        await type(resident).filter(id=resident.id).update(commune_id=there.insee)
        neighbour = await a_person("Hugo Tissot")
        await type(neighbour).filter(id=neighbour.id).update(commune_id=here.insee)
        await an_agreement(campaign, communes=[there.insee])
        for backer in (resident, neighbour, await a_person("Sans Commune")):
            await a_gift(campaign, 2_000, backer)
        await run()
        assert await matched(campaign) == 2_000

    async def test_two_funds_at_once_match_people_and_never_each_other(self) -> None:
        campaign = await a_live_campaign(10_000)
        await an_agreement(campaign)
        await an_agreement(campaign, per_person_cents=1_000)
        await a_gift(campaign, 3_000)
        await run()
        assert await matched(campaign) == 4_000

    async def test_what_no_longer_suffices_is_shared_and_goes_back_to_the_others(self) -> None:
        campaign = await a_live_campaign(10_000)
        await an_agreement(campaign, cap_cents=4_000, budget_cents=4_000)
        first, second = await a_gift(campaign, 3_000), await a_gift(campaign, 3_000)
        await run()
        assert [row.amount_cents for row in await Match.all()] == [2_000, 2_000]
        await pledges.cancel(first)
        await run()
        assert (await Match.get(pledge_id=second.id)).amount_cents == 3_000

    async def test_a_pot_that_was_used_up_serves_the_next_campaign_when_it_has_room_again(self) -> None:
        one, two = await a_live_campaign(10_000), await a_live_campaign(10_000)
        fund = (await an_agreement(one, budget_cents=5_000, cap_cents=5_000)).fund_id
        await an_agreement(two, fund_id=fund, cap_cents=5_000)
        gift = await a_gift(one, 4_000)
        await run()
        await a_gift(two, 4_000)
        await run()
        assert (await matched(one), await matched(two)) == (4_000, 1_000)
        await pledges.cancel(gift)
        await run()
        assert (await matched(one), await matched(two)) == (0, 4_000)

    async def test_a_shared_pot_is_never_overdrawn_however_many_give_at_once(self) -> None:
        campaigns = [await a_live_campaign(10_000) for _ in range(3)]
        fund = (await an_agreement(campaigns[0], budget_cents=10_000, cap_cents=10_000)).fund_id
        for other in campaigns[1:]:
            await an_agreement(other, fund_id=fund, cap_cents=10_000)
        for campaign in campaigns:
            for _ in range(3):
                await a_gift(campaign, 2_500)
        await asyncio.gather(*(service.refresh(campaign.id) for campaign in campaigns * 3))
        assert (await MatchFund.get()).used_cents == 10_000
        assert sum([await matched(campaign) for campaign in campaigns]) == 10_000
        await run()

    async def test_a_cancelled_campaign_gives_everything_back(self) -> None:
        campaign = await a_live_campaign(10_000)
        await an_agreement(campaign)
        await a_gift(campaign, 3_000)
        await run()
        await Campaign.filter(id=campaign.id).update(status=CampaignStatus.CANCELLED)
        await service.refresh(campaign.id)
        assert (await matched(campaign), (await MatchFund.get()).used_cents) == (0, 0)


@pytest.mark.usefixtures("books")
class TestTheAgreement:
    async def test_nothing_is_added_before_the_mayor_has_accepted(self) -> None:
        campaign = await a_live_campaign(10_000)
        proposal = await a_proposal(campaign)
        await a_gift(campaign, 3_000)
        await run()
        assert await matched(campaign) == 0
        await agreeing.accept(proposal, "Hélène Maire", "Maire")
        await agreeing.accept(proposal, "Quelqu’un d’autre", "Adjoint")
        found = await MatchAgreement.get()
        assert (found.accepted_name, found.status) == ("Hélène Maire", "signed")
        assert await matched(campaign) == 0
        await confirming.confirm(proposal, await another_of_the_team())
        assert (await MatchAgreement.get()).status == "active"
        assert found.answered_at
        assert await matched(campaign) == 3_000
        with pytest.raises(Gone):
            await agreeing.decline(proposal, "")
        with pytest.raises(DomainError):
            await agreeing.withdraw(proposal, await a_team())

    async def test_a_withdrawn_or_declined_proposal_is_not_accepted_any_more(self) -> None:
        campaign = await a_live_campaign(10_000)
        withdrawn = await a_proposal(campaign)
        await agreeing.withdraw(withdrawn, await a_team())
        declined = await a_proposal(campaign)
        await agreeing.decline(declined, "Le conseil a voté autrement.")
        for proposal in (withdrawn, declined):
            with pytest.raises(Gone):
                await agreeing.accept(proposal, "Hélène Maire", "Maire")
        await run()
        assert await subjects("a répondu") == 2

    async def test_a_decided_campaign_takes_no_agreement(self) -> None:
        campaign = await a_live_campaign(10_000)
        proposal = await a_proposal(campaign)
        await deadline_passes(campaign)
        await deciding.decide(campaign.id)
        with pytest.raises(Gone):
            await agreeing.accept(proposal, "Hélène Maire", "Maire")
        with pytest.raises(Gone):
            await a_proposal(campaign)
        assert (await MatchAgreement.get()).status == "proposed"

    async def test_a_pot_makes_one_agreement_per_campaign_within_its_budget(self) -> None:
        campaign = await a_live_campaign(10_000)
        fund = (await a_proposal(campaign)).fund_id
        with pytest.raises(DomainError, match="déjà un accord"):
            await a_proposal(campaign, fund_id=fund)
        other = await a_live_campaign(10_000)
        with pytest.raises(Invalid, match="dépasse"):
            await agreeing.propose(other, await a_team(), await terms(fund_id=fund, cap_cents=600_000))
        assert await a_proposal(other, fund_id=fund, cap_cents=100_000)


async def a_funded_campaign(cents: int = 6_000) -> tuple[Campaign, MatchAgreement, Pledge]:
    """Half given by people, half by their commune; the gift is collected, the rest follows by itself."""
    campaign = await a_live_campaign(cents * 2)
    agreement = await an_agreement(campaign)
    gift = await a_gift(campaign, cents)
    await deadline_passes(campaign)
    assert await deciding.decide(campaign.id) == CampaignStatus.COLLECTING
    await collected(gift)
    assert await closing.close(campaign.id) == CampaignStatus.FUNDED
    await service.make_due(campaign.id)
    return campaign, agreement, gift


async def collected(gift: Pledge) -> None:
    """The gift's money arrived (the gateway's side has its own tests)."""
    from campaigns.ledger import service as booking
    from campaigns.ledger.models import AccountKind
    from campaigns.ledger.service import Amount
    from civic.database import transaction

    async with transaction():
        postings = [Amount(AccountKind.STRIPE_CLEARING, gift.amount_cents), Amount(AccountKind.CAMPAIGN_FUND, -gift.amount_cents)]
        await booking.book("charge", "charge", f"ch_{gift.id}", postings, campaign=gift.campaign_id)
        await Pledge.filter(id=gift.id).update(status=PledgeStatus.COLLECTED, collected_at=clock.now())
        await Campaign.filter(id=gift.campaign_id).update(collected_cents=gift.amount_cents)


async def paid_back(gift: Pledge, cents: int) -> Refund:
    """So much of a gift went back (how, has its own tests)."""
    attempt, _new = await Attempt.get_or_create(
        pledge_id=gift.id, n=1,
        defaults={"key": f"k{gift.id}", "amount_cents": gift.amount_cents, "status": "succeeded", "created_at": clock.now()},
    )
    return await Refund.create(
        pledge_id=gift.id, attempt_id=attempt.id, cause="outside", status=RefundStatus.SUCCEEDED, amount_cents=cents,
        requested_at=clock.now(), booked_at=clock.now(),
    )


@pytest.mark.usefixtures("books")
class TestTheEnd:
    async def test_half_by_people_and_half_by_their_commune_reaches_the_goal(self) -> None:
        campaign, agreement, _gift = await a_funded_campaign()
        found = await Campaign.get(id=campaign.id)
        assert (found.decided_total_cents, found.confirmed_cents, found.raised_cents) == (12_000, 6_000, 12_000)
        balances = await ledger.campaign_balances(campaign.id)
        assert (balances["match_fund"], balances["campaign_fund"]) == (6_000, -12_000)
        assert (await Match.get()).state == MatchState.DUE
        await service.make_due(campaign.id)
        assert (await ledger.campaign_balances(campaign.id))["match_fund"] == 6_000
        assert (await MatchAgreement.get(id=agreement.id)).due_at

    async def test_a_campaign_that_fails_even_with_its_match_releases_it_and_says_so(self) -> None:
        campaign = await a_live_campaign(10_000)
        await an_agreement(campaign)
        await a_gift(campaign, 3_000)
        await deadline_passes(campaign)
        assert await deciding.decide(campaign.id) == CampaignStatus.FAILED
        found = await Campaign.get(id=campaign.id)
        assert (found.matched_cents, found.decided_total_cents) == (0, 6_000)
        await run()
        assert ((await Match.get()).state, (await MatchFund.get()).used_cents) == (MatchState.RELEASED, 0)
        assert await subjects("Rien à verser") == 1

    async def test_a_gift_that_is_dropped_or_paid_back_takes_its_match_along_and_nothing_grows(self) -> None:
        campaign, _agreement, gift = await a_funded_campaign()
        refund = await paid_back(gift, 2_000)
        await service.refresh(campaign.id)
        assert (await matched(campaign), (await MatchFund.get()).used_cents) == (4_000, 4_000)
        assert (await ledger.campaign_balances(campaign.id))["match_fund"] == 4_000
        await Refund.filter(id=refund.id).update(status=RefundStatus.FAILED)
        await service.refresh(campaign.id)
        assert await matched(campaign) == 4_000
        await paid_back(gift, 6_000)
        await service.refresh(campaign.id)
        assert (await matched(campaign), (await Match.get()).state) == (0, MatchState.RELEASED)
        assert (await ledger.campaign_balances(campaign.id))["match_fund"] == 0

    async def test_the_transfer_counts_when_a_second_person_has_seen_it(self) -> None:
        campaign, agreement, _gift = await a_funded_campaign()
        lead = Actor(await a_person("Nadia Porteuse"))
        one = Actor(await a_person("Paul Trésor", "", RoleName.TREASURER), frozenset({RoleName.TREASURER}))
        two = Actor(await a_person("Jeanne Compte", "", RoleName.TREASURER), frozenset({RoleName.TREASURER}))
        with pytest.raises(Invalid, match="attendu"):
            await receiving.enter(agreement, lead, 5_999, clock.today(), "")
        payment = await receiving.enter(agreement, one, 6_000, clock.today(), "VIR 42")
        with pytest.raises(DomainError, match="déjà noté"):
            await receiving.enter(agreement, lead, 6_000, clock.today(), "")
        for actor in (one, lead):
            with pytest.raises(Forbidden):
                await receiving.confirm(payment, actor)
        assert (await ledger.campaign_balances(campaign.id)).get("bank", 0) == 0
        await transfers.refuse(payment, two)
        again = await receiving.enter(agreement, lead, 6_000, clock.today(), "VIR 42")
        await receiving.confirm(again, two)
        await receiving.confirm(again, one)
        balances = await ledger.campaign_balances(campaign.id)
        assert (balances["bank"], balances["match_fund"]) == (6_000, 0)
        assert (await Match.get()).state == MatchState.RECEIVED
        assert await MatchPayment.filter(state="confirmed").count() == 1
