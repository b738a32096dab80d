"""Invariants 10 and 11 from the decision on: whatever becomes of a promise, its money and its reward are counted once.

A card that fails is paid again, by cheque, or never; money goes back and comes back; of a failure nothing is held.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import example as known
from hypothesis import given
from hypothesis import strategies as st

from campaigns.ledger.verify import CHECKS as LEDGER
from campaigns.lifecycle.models import Campaign, CampaignStatus, Reward
from campaigns.money import CURRENCY
from campaigns.offline import promising, service
from campaigns.offline.models import Mode
from campaigns.offline.service import Entry
from campaigns.payments import attempts
from campaigns.payments.answers import Contest, DisputeState, Intent, IntentStatus, Movement
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges import transitions
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import reference
from campaigns.refunds import disputes, requesting
from campaigns.refunds.models import Dispute, RefundMeans
from campaigns.settlement import closing, deciding, outcomes, recovery
from campaigns.states import By
from civic import clock
from civic.jobs.models import Job
from civic.people.actor import Actor
from civic.people.models import Person
from tests.campaigns.model.shop import CENTS, Act, Shop, a_shop
from tests.campaigns.model.treasurer import ByHand
from tests.campaigns.model.worlds import ENGINES, Worlds, lives, tried
from tests.factories.offline import an_announced_gift
from tests.factories.refunds import WHY, a_treasurer, an_animator
from tests.factories.settlement import deadline_passes

pytestmark = ENGINES
WORDS = {"paid": IntentStatus.SUCCEEDED, "declined": IntentStatus.FAILED, "debit": IntentStatus.PROCESSING}
OPEN = (AttemptStatus.PREPARED, AttemptStatus.SENT, AttemptStatus.PROCESSING)
ACTS = (*WORDS, "paid", "declined", "cheque instead", "cheque instead", "cheque", "cheque", "verify", "verify", "undo",
        "bounce", "days", "back", "contested", "regained")  # fmt: skip
Told = tuple[str, int]
acts = st.tuples(st.sampled_from(ACTS), st.integers(0, 3))
groups = st.lists(st.lists(acts, min_size=1, max_size=3), min_size=5, max_size=14)
BY_CHEQUE: list[list[Told]] = [
    [("declined", 0), ("paid", 1), ("declined", 2)], [("cheque instead", 0), ("cheque instead", 1)], [("cheque", 0)], [("cheque", 1)],
    [("verify", 0)], [("undo", 0)], [("verify", 0), ("verify", 1)], [("bounce", 0)], [("days", 3)], [("days", 3)], [("days", 3)], [("bounce", 0)],
]  # fmt: skip
"""One cheque counts, does not, counts again and bounces while the campaign collects; the other one bounces later."""
TOO_LATE: list[list[Told]] = [
    [("declined", 0), ("debit", 1), ("paid", 2)], [("cheque instead", 0), ("declined", 1)], [("days", 3)], [("days", 3)], [("cheque", 0)],
    [("days", 3)], [("verify", 0)],
]  # fmt: skip
"""Two promises are let go; the cheque for one of them comes after all."""
BACK: list[list[Told]] = [
    [("paid", 0), ("paid", 1), ("paid", 2)], [("back", 0)], [("contested", 1)], [("back", 1), ("regained", 1)], [("contested", 2), ("back", 2)],
]  # fmt: skip


@dataclass
class Till(ByHand):
    """A shop whose deadline has passed, and the two persons who count its money."""

    shop: Shop
    lead: Actor
    team: Actor
    treasurer: Actor
    lost: dict[int, Contest] = field(default_factory=dict)

    async def do(self, act: str, which: int) -> None:
        """Carry out an act, which may be refused."""
        verbs: dict[str, Callable[[int], Awaitable[object]]] = {
            **{word: lambda n, word=word: self.charge(n, WORDS[word]) for word in WORDS}, "cheque instead": self.switch,
            "cheque": self.cheque, "verify": self.verify, "undo": self.undo, "bounce": self.bounce, "days": self.days, "back": self.back,
            "contested": self.contested, "regained": self.regained,
        }  # fmt: skip
        await verbs[act](which)

    async def promise(self, which: int, *status: PledgeStatus) -> Pledge | None:
        rows = await Pledge.filter(status__in=list(status)).order_by("id").select_related("campaign", "person")
        return rows[which % len(rows)] if rows else None

    async def charge(self, which: int, word: IntentStatus) -> None:
        """What becomes of a card, or of a debit under way."""
        found = await self.promise(which, PledgeStatus.CONFIRMED, PledgeStatus.PROCESSING)
        if found and found.status == PledgeStatus.CONFIRMED:
            if not await tried(transitions.move(found, PledgeStatus.CHARGING, by=By.SCHEDULER, cause="deadline")):
                return
            await attempts.prepare_all([found], leaving=True)
        attempt = await Attempt.filter(pledge_id=found.id, status__in=OPEN).first() if found else None
        if attempt:
            declined = "card_declined" if word == IntentStatus.FAILED else ""
            await outcomes.settle(attempt, Intent(
                f"pi_{attempt.id}", word, attempt.amount_cents, CURRENCY, "cus_1", "pm_1", f"ch_{attempt.id}", declined, "", "",
                clock.now(), 50, {"attempt": attempt.key}, "{}",
            ))  # fmt: skip

    async def switch(self, which: int) -> None:
        if found := await self.promise(which, PledgeStatus.NEEDS_BACKER):
            await tried(recovery.switch_offline(found))

    async def cheque(self, which: int) -> None:
        """The cheque of a promise has come, or money of somebody who promised nothing."""
        found = await self.promise(which, PledgeStatus.SWITCHED_OFFLINE)
        number, cents = (reference(found), found.amount_cents) if found else ("", 700)
        entry = Entry("Un passant", cents, Mode.CHEQUE, clock.today(), number=number)
        await tried(service.enter(self.shop.campaign, self.lead, [entry], f"cheque-{next(self.shop.keys)}"))

    async def days(self, which: int) -> None:
        """The hourly jobs: what never came is let go, and the campaign closes."""
        self.shop.offset += timedelta(days=2 * which)
        clock.travel(self.shop.offset)
        await closing.close_due()
        await promising.sweep()

    async def back(self, which: int) -> None:
        """Two persons give all that is left of a gift back."""
        if found := await self.promise(which, PledgeStatus.COLLECTED):
            lost = sum(one.held_cents for one in await Dispute.filter(pledge_id=found.id))
            cents = found.amount_cents - lost
            asked = requesting.request(found.id, self.team, cents, WHY, RefundMeans.TRANSFER)
            if await tried(asked):
                for waiting in await requesting.Refund.filter(pledge_id=found.id, status="requested"):
                    await tried(requesting.approve(waiting.id, self.treasurer))

    async def contested(self, which: int) -> None:
        """Her bank has taken all of it back."""
        found = await self.promise(which, PledgeStatus.COLLECTED)
        attempt = await Attempt.filter(pledge_id=found.id, status=AttemptStatus.SUCCEEDED).first() if found else None
        if attempt and attempt.id not in self.lost:
            taken = Movement("1", -attempt.amount_cents, 1_500, clock.now())
            self.lost[attempt.id] = Contest(
                f"du_{attempt.id}", DisputeState.LOST, attempt.amount_cents, f"ch_{attempt.id}", f"pi_{attempt.id}", "fraudulent", "card",
                None, (taken,), clock.now(), "{}",
            )  # fmt: skip
            await disputes.settle(attempt.id, self.lost[attempt.id])

    async def regained(self, which: int) -> None:
        """A part of it comes back after all: the gift counts again, by so much."""
        if self.lost:
            id = sorted(self.lost)[which % len(self.lost)]
            told = self.lost[id]
            again = Movement("2", told.amount_cents // 2, 0, clock.now())
            both = (told.movements[0], again)
            await disputes.settle(id, Contest(**{name: getattr(told, name) for name in Contest.__slots__} | {"movements": both}))

    async def assert_right(self) -> None:
        """Also: a promise that was let go leaves no card with us, one that may be charged keeps hers (invariant 7)."""
        await self.shop.assert_within_stock()
        dropped = set(await Pledge.filter(status=PledgeStatus.DROPPED).values_list("method_ref", flat=True))
        let_go = set(await Job.filter(name="method_unneeded").values_list("key", flat=True))
        assert let_go == dropped
        assert [said for check in LEDGER for said in await check()] == []


async def a_till(*, reached: bool, late: bool) -> Till:
    """Three promised with a reward, one of them too late perhaps; a cheque with a reward is announced."""
    shop = await a_shop(days=30)
    for act in (Act("edit", 0, 0), Act("edit", 1, 1), Act("hold", 2, 2), Act("pay", 0, 0)):
        await shop.do(act)
    await an_announced_gift(shop.campaign, CENTS, reward_id=shop.rewards[1].id)
    goal = 100 if reached else 9_000_000
    await Campaign.filter(id=shop.campaign.id).update(minimum_cents=goal, optimum_cents=goal)
    await shop.assert_within_stock()
    await deadline_passes(shop.campaign)
    if late:
        last = await Pledge.all().order_by("-id").first()
        assert last
        await Pledge.filter(id=last.id).update(confirmed_at=clock.now() + timedelta(seconds=30))
    outcome = await deciding.decide(shop.campaign.id)
    assert outcome == (CampaignStatus.COLLECTING if reached else CampaignStatus.FAILED)
    lead = Actor(await Person.get(id=shop.campaign.lead_id))
    return Till(shop, lead, await an_animator(), await a_treasurer())


def test_whatever_becomes_of_a_promise_its_money_and_reward_are_counted_once(worlds: Worlds) -> None:
    async def story(groups: list[list[Told]], reached: bool, late: bool) -> None:
        till = await a_till(reached=reached, late=late)
        await till.assert_right()
        if not reached:
            await till.days(0)
            assert await Reward.filter(taken__gt=0).count() == 0
        for group in groups:
            await asyncio.gather(*(till.do(*act) for act in group))
            await till.assert_right()

    @lives(2)
    @given(groups, st.just(True), st.booleans())
    @known(BY_CHEQUE, True, False)
    @known(TOO_LATE, True, False)
    @known(BACK, True, False)
    @known([], False, True)
    def example(groups: list[list[Told]], reached: bool, late: bool) -> None:
        worlds.live_without_gateway(lambda: story(groups, reached, late))

    example()
