"""Invariants 2, 4 and 9: whatever the gateway tells of refunds and disputes, late, twice or wrongly, is booked once.

Each of its objects has a history; whoever comes with an older look at it changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import example as known
from hypothesis import given
from hypothesis import strategies as st

from campaigns.ledger.models import Entry
from campaigns.ledger.verify import CHECKS as LEDGER
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.money import CURRENCY
from campaigns.payments import attempts
from campaigns.payments.answers import Contest, DisputeState, Intent, IntentStatus, MoneyBack, Movement, RefundState
from campaigns.payments.models import Attempt
from campaigns.payments.till import OURS
from campaigns.pledges import transitions
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.refunds import disputes, looking, requesting, sending
from campaigns.refunds.models import Refund, RefundMeans, RefundStatus
from campaigns.refunds.verify import disputes_are_held, refunds_are_told, refunds_within_gifts
from campaigns.settlement import outcomes
from campaigns.settlement.verify import CHECKS as SETTLEMENT
from campaigns.states import By
from civic import clock, database
from civic.people.actor import Actor
from tests.campaigns.model.ended import Ended
from tests.campaigns.model.worlds import ENGINES, Worlds, lives, tried
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign
from tests.factories.refunds import WHY, a_treasurer, an_animator

pytestmark = ENGINES
GIFTS = ((3_000, 400), (2_000, 0))
"""Cents of each gift and of the tip beside it."""
SHARES, FEE = (30, 70, 100), 50
CLEARING = """SELECT COALESCE(SUM(p.amount_cents), 0) AS cents FROM posting p JOIN account a ON a.id = p.account_id
WHERE a.kind = 'stripe_clearing'"""
ACTS = ("by card", "by transfer", "leaves", "elsewhere", "contested", "goes on", "goes on", "told", "told", "told late",
        "told wrongly")  # fmt: skip
Act = tuple[str, int, int]
acts = st.tuples(st.sampled_from(ACTS), st.integers(0, 3), st.integers(0, 2))
groups = st.lists(st.lists(acts, min_size=1, max_size=3), min_size=5, max_size=12)
ALL: list[list[Act]] = [[("goes on", n, 0)] for n in range(4)] + [[("told", n, 0), ("told", n, 0)] for n in range(4)]
STEP: list[list[Act]] = [[("goes on", 0, 0)], [("told", 0, 0), ("told", 0, 0)]]
OTHER: list[list[Act]] = [[("goes on", 1, 0)], [("told", 1, 0)], [("told late", 1, 1)]]
TAKEN_BY_ITS_BANK: list[list[Act]] = [
    [("by card", 0, 0)], [("leaves", 0, 0)], [("told", 0, 0)], [("told wrongly", 0, 0)], *STEP, *STEP, *STEP, [("told late", 0, 2), ("told late", 0, 1)],
    [("elsewhere", 0, 1)], [("told", 1, 0)], [("told wrongly", 1, 0)], *OTHER, *OTHER, *OTHER, [("told wrongly", 1, 0)],
]  # fmt: skip
"""A refund of ours that its backer's bank does not take; then another one, made at the gateway's own site."""
CONTESTED: list[list[Act]] = [
    [("contested", 0, 0), ("contested", 1, 1)], [("told", 0, 0), ("told", 1, 0)], *ALL, [("told late", 0, 1), ("told late", 1, 1)], [("goes on", 0, 0)], [("told", 0, 0)], [("goes on", 1, 0)],
    [("goes on", 0, 0)], [("told", 0, 0), ("told", 1, 0)], [("told late", 0, 2), ("told late", 1, 1)], *ALL, [("by transfer", 0, 0)],
]  # fmt: skip
"""One is won, one lost and regained in part; somebody comes with what she read before the end."""


@dataclass
class Gateway:
    """Two gifts that were charged, and all that was made of their charges there since."""

    campaign: Campaign
    charges: list[Attempt]
    team: Actor
    treasurer: Actor
    told: dict[str, list[MoneyBack] | list[Contest]] = field(default_factory=dict)
    """Each refund and dispute by its name: what it is, one after the other."""
    now: dict[str, int] = field(default_factory=dict)
    """How far each of them is."""
    ended: Ended = field(default_factory=Ended)

    async def do(self, act: str, which: int, n: int) -> None:
        """Carry out an act, which may be refused."""
        charge = self.charges[which % len(self.charges)]
        verbs: dict[str, Callable[[], Awaitable[object]]] = {
            "by card": lambda: self.ask(charge, n, RefundMeans.GATEWAY), "leaves": lambda: self.leaves(n),
            "by transfer": lambda: self.ask(charge, n, RefundMeans.TRANSFER), "contested": lambda: self.contested(charge, n),
            "elsewhere": lambda: self.elsewhere(charge, n), "goes on": lambda: self.goes_on(which),
            "told": lambda: self.tell(which, 0), "told late": lambda: self.tell(which, n),
            "told wrongly": lambda: self.tell_wrongly(which),
        }  # fmt: skip
        await verbs[act]()

    async def ask(self, charge: Attempt, share: int, means: RefundMeans) -> None:
        """Two persons agree to give a part, or all of it, back."""
        cents = charge.amount_cents * SHARES[share] // 100
        await tried(requesting.request(charge.pledge_id, self.team, cents, WHY, means))
        for asked in await Refund.filter(status=RefundStatus.REQUESTED):
            await tried(requesting.approve(asked.id, self.treasurer))

    async def leaves(self, n: int) -> None:
        """The call of one of them, as the job makes it; the gateway refuses what is more than it has."""
        refund = await Refund.filter(status=RefundStatus.APPROVED).order_by("id").first()
        if refund is None or not await Refund.filter(id=refund.id, status=RefundStatus.APPROVED).update(status="sending"):
            return
        charge = next(one for one in self.charges if one.id == refund.attempt_id)
        if refund.amount_cents > self.left(charge):
            await sending.give_up(refund.id, "charge_already_refunded")
        else:
            self.made(charge, refund.amount_cents, {"refund": refund.key}, fails=n != 1)

    async def elsewhere(self, charge: Attempt, share: int) -> None:
        """Somebody gives it back at the gateway's own site."""
        if cents := min(self.left(charge), charge.amount_cents * SHARES[share] // 100):
            self.made(charge, cents, {}, fails=share == 1)

    def made(self, charge: Attempt, cents: int, metadata: dict[str, str], *, fails: bool) -> None:
        ref = f"re_{len(self.told)}"
        asked = MoneyBack(ref, RefundState.PENDING, cents, CURRENCY, str(charge.intent_ref), "", None, clock.now(), metadata, "{}")
        taken = replace(asked, state=RefundState.SUCCEEDED, fee_cents=0)
        ends = [replace(taken, state=RefundState.FAILED, failure="expired_or_canceled_card")] if fails else []
        self.told[ref], self.now[ref] = [asked, replace(asked, fee_cents=0), taken, *ends], 0

    def left(self, charge: Attempt) -> int:
        """What the gateway still has of a charge, in cents."""
        found = [one for one in self.present() if one.intent_ref == charge.intent_ref]
        back = sum(one.amount_cents for one in found if isinstance(one, MoneyBack) and one.state != RefundState.FAILED)
        return int(charge.amount_cents) - back - sum(one.amount_cents for one in found if isinstance(one, Contest))

    def present(self) -> list[MoneyBack | Contest]:
        return [history[self.now[ref]] for ref, history in self.told.items()]

    async def contested(self, charge: Attempt, n: int) -> None:
        """Her bank takes back what the gateway has of it; decided for us, against us, or first one and then in part."""
        ref, cents = f"du_{charge.id}", self.left(charge)
        if ref in self.told or not cents:
            return
        taken, again = Movement("1", -cents, 1_500, clock.now()), Movement("2", cents if n == 0 else cents // 3, 0, clock.now())
        asks = Contest(
            ref, DisputeState.INQUIRY, cents, f"ch_{charge.id}", str(charge.intent_ref), "fraudulent", "card", None, (), clock.now(), "{}"
        )
        opened, end = replace(asks, state=DisputeState.OPEN, movements=(taken,)), DisputeState.WON if n == 0 else DisputeState.LOST
        over = replace(opened, state=end)
        self.told[ref], self.now[ref] = [asks, opened, over, *([] if n == 2 else [replace(over, movements=(taken, again))])], 0

    async def goes_on(self, which: int) -> None:
        if ref := self.name(which):
            self.now[ref] = min(self.now[ref] + 1, len(self.told[ref]) - 1)

    def name(self, which: int) -> str:
        names = sorted(self.told)
        return names[which % len(names)] if names else ""

    async def tell(self, which: int, late: int) -> None:
        """Somebody comes with what she read there now, or a while ago."""
        if ref := self.name(which):
            await self.settle(self.told[ref][max(0, self.now[ref] - late)])

    async def settle(self, told: MoneyBack | Contest) -> None:
        if isinstance(told, MoneyBack):
            await looking.look_at(OURS, told)
        else:
            await disputes.settle(next(one.id for one in self.charges if one.intent_ref == told.intent_ref), told)

    async def tell_wrongly(self, which: int) -> None:
        """Another amount, or another currency, than the refund that we know: nothing is booked."""
        told = self.told.get(ref := self.name(which), [None])[self.now.get(ref, 0)]
        if isinstance(told, MoneyBack) and await Refund.filter(refund_ref=ref).exists():
            for wrong in (replace(told, amount_cents=told.amount_cents + 1), replace(told, currency="chf")):
                with pytest.raises(outcomes.AmountDiffers):
                    await looking.look_at(OURS, wrong)

    async def ends(self) -> None:
        """All is heard as it is now, once more: the books are the gateway's, line by line."""
        for _round in range(2):
            for told in self.present():
                await self.settle(told)
        out = [one for one in self.present() if isinstance(one, MoneyBack) and one.fee_cents is not None and one.state != RefundState.FAILED]
        lines = [line for one in self.present() if isinstance(one, Contest) for line in one.movements]
        charged = sum(charge.amount_cents - FEE for charge in self.charges)
        there = charged - sum(one.amount_cents for one in out) + sum(line.cents - line.fee_cents for line in lines)
        assert int((await database.fetch_all(CLEARING))[0]["cents"]) == there
        rows = await Entry.filter(source_type="dispute", source_id__contains="#", kind__in=["dispute", "dispute_won"]).count()
        assert rows == len(lines)
        left = 0
        for charge in self.charges:
            gone = sum(one.amount_cents for one in out if one.intent_ref == charge.intent_ref)
            sent = await Refund.filter(attempt_id=charge.id, means=RefundMeans.TRANSFER, status=RefundStatus.SUCCEEDED)
            gone += sum(one.amount_cents for one in sent)
            gone += sum(one.held_cents for one in self.lost() if one.intent_ref == charge.intent_ref)
            left += max(0, charge.pledge.amount_cents - gone)
        assert (await Campaign.get(id=self.campaign.id)).collected_cents == left
        await self.assert_true((refunds_are_told,))

    def lost(self) -> list[Contest]:
        """Disputes that are over: what they hold is lost."""
        ended = (DisputeState.WON, DisputeState.LOST)
        return [one for one in self.present() if isinstance(one, Contest) and one.state in ended and (one.state == "lost" or one.given_cents)]

    async def assert_true(self, more: tuple[Callable[[], Awaitable[list[str]]], ...] = ()) -> None:
        await self.ended.assert_unchanged()
        checks = (*LEDGER, *SETTLEMENT, refunds_within_gifts, disputes_are_held, *more)
        assert [said for check in checks for said in await check()] == []


async def a_gateway() -> Gateway:
    campaign = await a_live_campaign()
    for number, (cents, tip) in enumerate(GIFTS):
        await a_confirmed_pledge(campaign, await a_person(f"Personne {number}"), cents, tip_cents=tip)
    total = sum(cents for cents, _tip in GIFTS)
    values = {"status": CampaignStatus.COLLECTING, "decided_at": clock.now(), "decided_total_cents": total}
    await Campaign.filter(id=campaign.id).update(**values)
    promised = await Pledge.all().order_by("id")
    for pledge in promised:
        await transitions.move(pledge, PledgeStatus.CHARGING, by=By.SCHEDULER, cause="deadline")
    made = await attempts.prepare_all(promised, leaving=True)
    await outcomes.settle_all([(one, _paid(one)) for one in made])
    charges = await Attempt.all().order_by("id").select_related("pledge")
    return Gateway(campaign, charges, await an_animator(), await a_treasurer())


def _paid(attempt: Attempt) -> Intent:
    return Intent(
        f"pi_{attempt.id}", IntentStatus.SUCCEEDED, attempt.amount_cents, CURRENCY, "cus_1", "pm_1", f"ch_{attempt.id}", "", "", "",
        clock.now(), FEE, {"attempt": attempt.key}, "{}",
    )  # fmt: skip


def test_whatever_is_told_of_money_that_goes_back_is_booked_once(worlds: Worlds) -> None:
    async def story(groups: list[list[Act]]) -> None:
        gate = await a_gateway()
        for group in groups:
            await asyncio.gather(*(gate.do(*act) for act in group))
            await gate.assert_true()
        await gate.ends()

    @lives(3)
    @given(groups)
    @known(TAKEN_BY_ITS_BANK)
    @known(CONTESTED)
    def example(groups: list[list[Act]]) -> None:
        worlds.live_without_gateway(lambda: story(groups))

    example()
