"""Invariant 9: whatever is asked for, approved, contested or given back elsewhere, no gift goes back more than once."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import stripe
from hypothesis import example as known
from hypothesis import given
from hypothesis import strategies as st

from campaigns.payments.answers import DisputeState
from campaigns.pledges.models import Pledge
from campaigns.refunds import requesting
from campaigns.refunds.models import Dispute, Refund, RefundMeans, RefundStatus
from campaigns.sandbox.errors import StripeFault
from civic import jobs
from civic.people.actor import Actor
from tests.campaigns.model.ended import Ended
from tests.campaigns.model.worlds import ENGINES, Worlds, lives, tried
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import assert_books_agree
from tests.factories.refunds import (
    WHY,
    a_funded_campaign,
    a_treasurer,
    an_animator,
    charge_of,
    hear,
    heard_by_now,
    restart,
)

pytestmark = ENGINES
GIFTS = ((5_000, 400), (3_000, 0))
CALLED_OFF = (RefundStatus.REFUSED, RefundStatus.FAILED)
ACTS = ("by card", "by card", "by transfer", "approve", "approve", "jobs", "elsewhere", "dispute", "bank decides",
        "comes back", "hear", "hear")  # fmt: skip
SHARES = (30, 70, 100, 101)
"""How much of all that was paid somebody asks for, in percent."""
acts = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 1), st.sampled_from(SHARES)), min_size=6, max_size=16)


@dataclass
class Counter:
    """Two gifts that were collected, and the two persons who may give them back."""

    gate: Harness
    team: Actor
    treasurer: Actor
    since: int

    async def do(self, act: str, which: int, share: int) -> None:
        pledge = (await Pledge.all().order_by("id"))[which]
        cents = -(-pledge.charge_cents * share // 100)
        verbs: dict[str, Callable[[], Awaitable[object]]] = {
            "by card": lambda: self.ask(pledge, cents, RefundMeans.GATEWAY), "approve": lambda: self.approve(pledge),
            "by transfer": lambda: self.ask(pledge, cents, RefundMeans.TRANSFER), "hear": self.hear,
            "jobs": lambda: jobs.run_due(schedules=False), "elsewhere": lambda: self.elsewhere(pledge, cents),
            "dispute": lambda: self.dispute(pledge), "comes back": self.comes_back,
            "bank decides": lambda: self.bank_decides(pledge, won=share < 100),
        }  # fmt: skip
        await verbs[act]()

    async def ask(self, pledge: Pledge, cents: int, means: RefundMeans) -> None:
        if await tried(requesting.request(pledge.id, self.team, cents, WHY, means)):
            await self.assert_within(pledge)

    async def approve(self, pledge: Pledge) -> None:
        for waiting in await Refund.filter(pledge_id=pledge.id, status=RefundStatus.REQUESTED):
            if await tried(requesting.approve(waiting.id, self.treasurer)):
                await self.assert_within(pledge)

    async def assert_within(self, pledge: Pledge) -> None:
        """What was just agreed to is still there, and no bank contests it, as far as we have heard."""
        disputes = await Dispute.filter(pledge_id=pledge.id)
        assert [one.status for one in disputes if one.status == DisputeState.OPEN] == []
        back = sum(one.amount_cents for one in await Refund.filter(pledge_id=pledge.id).exclude(status__in=CALLED_OFF))
        gone = back + sum(one.borne_cents for one in disputes)
        assert gone <= pledge.charge_cents, f"{gone} cents go back of {pledge.charge_cents}"

    async def elsewhere(self, pledge: Pledge, cents: int) -> None:
        """Somebody gives it back at the gateway's own site."""
        with suppress(stripe.StripeError):
            await self.gate.v1.refunds.create_async({"charge": await charge_of(pledge), "amount": cents})

    async def dispute(self, pledge: Pledge) -> None:
        with suppress(StripeFault):
            await self.gate.control.dispute(await charge_of(pledge))

    async def bank_decides(self, pledge: Pledge, won: bool) -> None:
        with suppress(StripeFault):
            await self.gate.control.close_dispute(await charge_of(pledge), won)

    async def comes_back(self) -> None:
        """A refund that was made is not taken by the backer's bank."""
        for one in (await self.gate.control.dump())["refunds"]:
            if one["status"] == "succeeded":
                with suppress(StripeFault):
                    await self.gate.control.fail_refund(one["id"])
                return

    async def hear(self) -> None:
        await hear(self.gate, since=self.since)

    async def ends(self) -> None:
        """All is heard and done: the books are the gateway's."""
        await restart()
        await self.hear()
        await restart()
        for charge in (await self.gate.control.dump())["charges"]:
            assert charge["amount_refunded"] <= charge["amount"]
        await assert_books_agree(self.gate)


TOO_MUCH = [("by card", 0, 101), ("by transfer", 1, 101), ("approve", 0, 100), ("approve", 1, 100)]
MEANWHILE = [("by transfer", 0, 70), ("elsewhere", 0, 70), ("hear", 0, 30), ("approve", 0, 30), ("by card", 0, 70)]
CONTESTED = [("by card", 0, 30), ("dispute", 0, 30), ("hear", 0, 30), ("approve", 0, 30), ("by transfer", 0, 30),
             ("approve", 0, 30), ("bank decides", 0, 100), ("hear", 0, 30), ("by transfer", 0, 100), ("approve", 0, 30)]  # fmt: skip


def test_whatever_is_asked_for_no_gift_goes_back_twice_nor_while_it_is_contested(worlds: Worlds) -> None:
    async def story(gate: Harness, done: list[tuple[str, int, int]]) -> None:
        await a_funded_campaign(gate, *GIFTS)
        counter = Counter(gate, await an_animator(), await a_treasurer(), await heard_by_now(gate))
        ended = Ended()
        for act, which, share in done:
            await counter.do(act, which, share)
            await ended.assert_unchanged()
        await counter.ends()
        await ended.assert_unchanged()

    @lives(3)
    @given(acts)
    @known(TOO_MUCH)
    @known(MEANWHILE)
    @known(CONTESTED)
    def example(done: list[tuple[str, int, int]]) -> None:
        worlds.live(lambda gate: story(gate, done))

    example()
