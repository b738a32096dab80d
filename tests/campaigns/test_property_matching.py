"""Invariants 12 and 14: before and after the decision, what is added follows the gifts that are left, and never grows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from hypothesis import example as known
from hypothesis import given
from hypothesis import strategies as st

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.matching.models import Match, MatchAgreement, MatchFund, MatchState
from campaigns.matching.verify import CHECKS
from campaigns.offline import verifying
from campaigns.payments.answers import DisputeState
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.refunds import requesting
from campaigns.refunds.models import Dispute, Refund, RefundMeans, RefundStatus
from campaigns.refunds.position import position_of
from campaigns.settlement import closing, deciding
from civic import clock, jobs
from civic.people.actor import Actor
from civic.people.models import Person
from tests.campaigns.model.worlds import ENGINES, Worlds, lives, tried
from tests.factories import a_commune, a_person
from tests.factories.matching import a_gift, an_agreement
from tests.factories.offline import a_gift as a_cheque
from tests.factories.refunds import WHY, a_treasurer, an_animator
from tests.factories.settlement import a_live_campaign, deadline_passes

pytestmark = ENGINES
TIP, HALF, CAP, BUDGET, EACH, ALL = 500, 50, 4_000, 5_000, 900, 2_500
"""In cents: half of a gift of the listed commune, 25 € at most of each and 40 € in all; 9 € a person,
40 € in all of a fund that has 25 €."""
BEFORE = ("card", "card", "card", "cheque", "cheque", "unverified", "cancel", "undo")
AFTER = ("part", "part", "fails", "bank keeps", "bounce", "late cheque", "again")
gifts = st.tuples(st.integers(0, 3), st.sampled_from((300, 1_999, 2_500, 6_000)), st.booleans())
before = st.lists(st.tuples(st.sampled_from(BEFORE), gifts), min_size=1, max_size=6)
after = st.lists(st.tuples(st.sampled_from(AFTER), gifts), max_size=7)


@dataclass
class Given:
    """A gift that stands: who gave it, how much is left of it, whether its commune is listed."""

    who: int
    cents: int
    listed: bool


@dataclass
class Fair:
    """A campaign, half of whose gifts a commune adds to, and a company a fixed sum for each person."""

    campaign: Campaign
    agreements: list[MatchAgreement]
    people: list[Person]
    commune: str
    team: Actor
    treasurer: Actor
    cards: dict[int, Given] = field(default_factory=dict)
    cheques: dict[int, Given] = field(default_factory=dict)
    most: list[int] = field(default_factory=lambda: [CAP, ALL])
    """What each agreement may come to: from the decision on what it came to."""

    async def do(self, act: str, who: int, cents: int, yes: bool) -> None:
        verbs: dict[str, Callable[[int, int, bool], Awaitable[object]]] = {
            "card": self.card, "cheque": self.cheque, "unverified": self.unverified, "cancel": self.cancel,
            "undo": self.leaves, "bounce": self.leaves, "part": self.part, "fails": self.fails,
            "bank keeps": self.bank_keeps, "late cheque": self.late_cheque, "again": self.again,
        }  # fmt: skip
        await verbs[act](who, cents, yes)
        await jobs.run_due(schedules=False)
        await self.assert_exact()

    async def card(self, who: int, cents: int, _yes: bool) -> None:
        made = await a_gift(self.campaign, cents, self.people[who], tip_cents=TIP)
        await Pledge.filter(id=made.id).update(method_ref="", customer_ref="")  # no gateway is asked to forget a card
        self.cards[made.id] = Given(who, cents, who % 2 == 0)

    async def unverified(self, who: int, cents: int, yes: bool) -> int:
        commune = self.commune if yes else None
        made = await a_cheque(self.campaign, cents, donor_name=self.people[who].name, commune=commune)
        return made.id

    async def cheque(self, who: int, cents: int, yes: bool) -> None:
        id = await self.unverified(who, cents, yes)
        await verifying.verify(id, self.treasurer)
        self.cheques[id] = Given(who, cents, yes)

    async def late_cheque(self, who: int, cents: int, yes: bool) -> None:
        """Verified after the decision: it adds nothing."""
        await tried(verifying.verify(await self.unverified(who, cents, yes), self.treasurer))

    async def leaves(self, who: int, _cents: int, yes: bool) -> None:
        """A verification was a mistake, or the cheque comes back."""
        if self.cheques:
            id = sorted(self.cheques)[who % len(self.cheques)]
            if await tried((verifying.undo if yes else verifying.bounce)(id, self.treasurer)):
                del self.cheques[id]

    async def cancel(self, who: int, _cents: int, _yes: bool) -> None:
        if self.cards:
            id = sorted(self.cards)[who % len(self.cards)]
            await pledges.cancel(await Pledge.get(id=id).select_related("campaign", "person"))
            await jobs.enqueue("pledge_changed", key=f"cancelled-{id}", pledge_id=id)
            del self.cards[id]

    async def part(self, who: int, cents: int, _yes: bool) -> None:
        """Two persons give so much back, or all there is; of the gift first, then of the tip."""
        if self.cards:
            id = sorted(self.cards)[who % len(self.cards)]
            found = await position_of(await Pledge.get(id=id))
            cents = min(cents, found.refundable_cents if found else 0)
            if await tried(self.give_back(id, cents)):
                self.cards[id].cents = max(0, self.cards[id].cents - cents)

    async def give_back(self, id: int, cents: int) -> None:
        asked = await requesting.request(id, self.team, cents, WHY, RefundMeans.TRANSFER)
        await requesting.approve(asked.id, self.treasurer)

    async def fails(self, who: int, _cents: int, _yes: bool) -> None:
        """The backer's bank did not take it: the gift is here again, what was added to it is not."""
        made = Refund.filter(status=RefundStatus.SUCCEEDED, tip_cents=0)
        if (refund := await made.order_by("-id").first()) and not await Dispute.exists():
            await Refund.filter(id=refund.id).update(status=RefundStatus.FAILED)
            await Pledge.filter(id=refund.pledge_id).update(status=PledgeStatus.COLLECTED)
            self.cards[refund.pledge_id].cents += refund.amount_cents
            await jobs.enqueue("refund_undone", key=f"refund-{refund.id}", pledge_id=refund.pledge_id, amount_cents=0)

    async def bank_keeps(self, who: int, _cents: int, _yes: bool) -> None:
        """A dispute that was won, but for 2 € of the gift and 1 € of the tip."""
        whole = [id for id, gift in sorted(self.cards.items()) if gift.cents > 200]
        if whole and not await Dispute.exists() and not await Refund.exists():
            id, present = whole[who % len(whole)], clock.now()
            await Dispute.create(
                pledge_id=id, attempt=await Attempt.get(pledge_id=id), dispute_ref="dp_1", status=DisputeState.WON,
                amount_cents=300, held_cents=300, gift_cents=200, tip_cents=100, opened_at=present, closed_at=present,
            )  # fmt: skip
            self.cards[id].cents -= 200
            told = {"pledge_id": id, "campaign_id": self.campaign.id, "amount_cents": 200}
            await jobs.enqueue("refund_settled", key="dispute-1", **told)

    async def again(self, who: int, _cents: int, _yes: bool) -> None:
        """Every fact is told once more."""
        key = f"again-{who}"
        await jobs.enqueue("campaign_funded", key=key, campaign_id=self.campaign.id)
        await jobs.enqueue("offline_verified", key=key, gift_id=0, campaign_id=self.campaign.id, pledge_id=None)

    async def ends(self, *, drops: bool) -> CampaignStatus | None:
        """The deadline, which counts what nobody has added to yet; then every card is charged, or all but one."""
        await self.card(1, 1_999, True)
        await deadline_passes(self.campaign)
        outcome = await deciding.decide(self.campaign.id)
        decided = await Campaign.get(id=self.campaign.id)
        if outcome == CampaignStatus.FAILED:
            self.cards, self.cheques = {}, {}
            await self.assert_exact()
            await jobs.run_due(schedules=False)
            await self.assert_exact()
            return outcome
        await self.assert_exact()
        assert decided.decided_total_cents == decided.confirmed_cents + decided.offline_cents + decided.matched_cents
        self.most = [row.reserved_cents for row in await self.now()]
        for number, id in enumerate(sorted(self.cards)):
            await self.charged(id, dropped=drops and number == 0)
        outcome = await closing.close(self.campaign.id)
        await jobs.run_due(schedules=False)
        await self.assert_exact()
        return outcome

    async def charged(self, id: int, *, dropped: bool) -> None:
        status = PledgeStatus.DROPPED if dropped else PledgeStatus.COLLECTED
        await Pledge.filter(id=id).update(status=status, collected_at=None if dropped else clock.now())
        if dropped:
            del self.cards[id]
            return
        cents, present = (await Pledge.get(id=id)).charge_cents, clock.now()
        await Attempt.create(
            pledge_id=id, n=1, key=f"pledge-{id}-a1", amount_cents=cents, status=AttemptStatus.SUCCEEDED, created_at=present,
            settled_at=present, looked_at=present,
        )  # fmt: skip
        collected = (await Campaign.get(id=self.campaign.id)).collected_cents + cents - TIP
        await Campaign.filter(id=self.campaign.id).update(collected_cents=collected)

    async def now(self) -> list[MatchAgreement]:
        return await MatchAgreement.filter(campaign_id=self.campaign.id).order_by("id").select_related("fund")

    async def assert_exact(self) -> None:
        """Both sums are what the two agreements say of the gifts that are left, and the ledger's; `civic verify`."""
        left = [gift for gift in (*self.cards.values(), *self.cheques.values()) if gift.cents > 0]
        half = sum(min(gift.cents * HALF // 100, 2_500) for gift in left if gift.listed)
        wished = [half, EACH * len({gift.who for gift in left})]
        found = await self.now()
        sums = [row.reserved_cents for row in found]
        assert sums == [min(pair) for pair in zip(self.most, wished, strict=True)], (sums, wished)
        campaign = await Campaign.get(id=self.campaign.id)
        if campaign.decided_at:
            self.most = sums
        assert campaign.matched_cents == sum(sums)
        assert [fund.used_cents for fund in await MatchFund.all().order_by("id")] == sums
        rows = await Match.filter(agreement_id=found[0].id).exclude(state=MatchState.RELEASED)
        for row in rows:
            of = self.cards.get(row.pledge_id or 0) or self.cheques[row.gift_id or 0]
            assert row.amount_cents * 100 <= of.cents * HALF
        due = sum(sums) if campaign.status == CampaignStatus.FUNDED else 0
        assert (await ledger.campaign_balances(campaign.id)).get("match_fund", 0) == due
        assert [said for check in CHECKS for said in await check()] == []


async def a_fair(goal: int) -> Fair:
    campaign, here = await a_live_campaign(goal), await a_commune("01093", "Châtillon-sur-Chalaronne")
    people = [await a_person(f"Voisine {number}") for number in range(4)]
    for one in people[::2]:
        await Person.filter(id=one.id).update(commune_id=here.insee)
    halves = {"percent": HALF, "gift_cap_cents": 2_500, "communes": [here.insee]}
    agreements = [
        await an_agreement(campaign, **halves, cap_cents=CAP, budget_cents=BUDGET),
        await an_agreement(campaign, per_person_cents=EACH, cap_cents=CAP, budget_cents=ALL),
    ]
    return Fair(campaign, agreements, people, here.insee, await an_animator(), await a_treasurer())


Acts = list[tuple[str, tuple[int, int, bool]]]
WHOLE: Acts = [("part", (0, 2_500, True)), ("part", (0, 500, True)), ("fails", (0, 300, True)), ("again", (0, 300, True)),
               ("part", (1, 300, True)), ("part", (1, 6_000, True)), ("bounce", (0, 300, False)), ("late cheque", (3, 6_000, True))]  # fmt: skip
"""One gift goes back, then its tip; the next in part, its refund fails; a cheque bounces and another comes too late."""


def test_whatever_goes_back_a_match_follows_what_is_left_and_never_grows(worlds: Worlds) -> None:
    async def story(first: Acts, then: Acts, fails: bool, drops: bool) -> None:
        fair = await a_fair(9_000_000 if fails else 100)
        for act, (who, cents, yes) in first:
            await fair.do(act, who, cents, yes)
        if await fair.ends(drops=drops) == CampaignStatus.FUNDED:
            for act, (who, cents, yes) in then:
                await fair.do(act, who, cents, yes)

    @lives(6)
    @given(before, after, st.sampled_from((False, False, True)), st.booleans())
    @known([("card", (0, 2_500, True)), ("card", (1, 1_999, True)), ("cheque", (2, 1_999, True)), ("unverified", (3, 300, True))],
           WHOLE, False, False)
    @known([("card", (0, 6_000, True)), ("card", (2, 6_000, True)), ("card", (1, 300, True))],
           [("bank keeps", (1, 300, True)), *WHOLE], False, True)
    @known([("card", (0, 6_000, True)), ("cheque", (1, 300, True))], [], True, False)
    def example(first: Acts, then: Acts, fails: bool, drops: bool) -> None:
        worlds.live_without_gateway(lambda: story(first, then, fails, drops))

    example()
