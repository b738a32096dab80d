"""Invariant 4, one attempt: whatever is told of it, how often, in any order and at once, it ends once and stays so.

Its promise, the ledger and the total say what it ended as, whoever comes with an older answer.
"""

import asyncio
from copy import copy
from dataclasses import dataclass

from hypothesis import example as known
from hypothesis import given
from hypothesis import strategies as st

from campaigns.ledger.models import Entry
from campaigns.ledger.verify import CHECKS as LEDGER
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.money import CURRENCY
from campaigns.payments import attempts
from campaigns.payments.answers import Intent, IntentStatus
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges import transitions
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.settlement import outcomes
from campaigns.settlement.verify import CHECKS as SETTLEMENT
from campaigns.states import By
from civic import clock
from tests.campaigns.model.ended import Ended
from tests.campaigns.model.worlds import ENGINES, Worlds, lives
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign

pytestmark = ENGINES
TOLD = {
    AttemptStatus.SENT: PledgeStatus.CHARGING, AttemptStatus.UNKNOWN: PledgeStatus.UNKNOWN,
    AttemptStatus.PROCESSING: PledgeStatus.PROCESSING, AttemptStatus.SUCCEEDED: PledgeStatus.COLLECTED,
    AttemptStatus.FAILED: PledgeStatus.NEEDS_BACKER, AttemptStatus.ACTION_REQUIRED: PledgeStatus.NEEDS_BACKER,
    AttemptStatus.CANCELLED: PledgeStatus.NEEDS_BACKER,
}  # fmt: skip
"""What a promise is while, and once, its attempt is so."""
words = st.one_of(st.sampled_from(IntentStatus), st.sampled_from(("no answer", "refused", "page left")))
acts = st.tuples(st.sampled_from(("first", "second", "both")), words)
groups = st.lists(st.lists(acts, min_size=1, max_size=4), min_size=1, max_size=5)
Act = tuple[str, str]
DEBIT_CAME_BACK = [[("first", IntentStatus.PROCESSING)], [("first", IntentStatus.SUCCEEDED)], [("first", IntentStatus.FAILED)]]
PAID_BY_THEN = [[("both", IntentStatus.FAILED)], [("both", IntentStatus.SUCCEEDED), ("first", "page left")], [("second", "refused")]]
NOT_HEARD = [[("both", IntentStatus.SUCCEEDED)], [("first", "no answer"), ("second", "page left")], [("first", "refused")]]


@dataclass
class Bank:
    """Two promises that are being charged, and what is told of their attempts."""

    campaign: Campaign
    ended: Ended
    shown: list[Attempt]

    async def do(self, act: Act) -> None:
        """Somebody comes with an answer, by the rows as she read them a moment ago."""
        whose, word = act
        mine = [copy(one) for one in (self.shown if whose == "both" else self.shown[whose == "second" :][:1])]
        if isinstance(word, IntentStatus):
            await outcomes.settle_all([(one, self.intent(one, word)) for one in mine])
            return
        for one in mine:
            if word == "no answer":
                await outcomes.doubt(one)
            elif word == "refused":
                await outcomes.give_up(one, "payment_method_detached")
            else:
                await outcomes.page_left(one)

    def intent(self, attempt: Attempt, status: IntentStatus) -> Intent:
        declined = "card_declined" if status == IntentStatus.FAILED else ""
        return Intent(
            f"pi_{attempt.id}", status, attempt.amount_cents, CURRENCY, "cus_1", "pm_1", f"ch_{attempt.id}", declined, "",
            "", clock.now(), 50, {"attempt": attempt.key}, "{}",
        )  # fmt: skip

    async def assert_told_once(self) -> None:
        await self.ended.assert_unchanged()
        self.shown = await Attempt.all().order_by("id").select_related("pledge")
        for one in self.shown:
            assert one.pledge.status == TOLD[one.status], (one.status, one.pledge.status)
        paid = [one.pledge.amount_cents for one in self.shown if one.status == AttemptStatus.SUCCEEDED]
        assert (await Campaign.get(id=self.campaign.id)).collected_cents == sum(paid)
        assert await Entry.filter(kind="charge").count() == len(paid) == await Entry.all().count()
        assert [said for check in (*LEDGER, *SETTLEMENT) for said in await check()] == []


async def a_bank() -> Bank:
    campaign = await a_live_campaign()
    for cents, name in ((3_000, "Rose Martin"), (2_000, "Paul Roux")):
        await a_confirmed_pledge(campaign, await a_person(name), cents)
    values = {"status": CampaignStatus.COLLECTING, "decided_at": clock.now(), "decided_total_cents": 5_000}
    await Campaign.filter(id=campaign.id).update(**values)
    charged = await Pledge.all().order_by("id")
    for pledge in charged:
        await transitions.move(pledge, PledgeStatus.CHARGING, by=By.SCHEDULER, cause="deadline")
    return Bank(campaign, Ended(), await attempts.prepare_all(charged, leaving=True))


def test_whatever_is_told_of_a_charge_in_any_order_it_ends_once(worlds: Worlds) -> None:
    async def story(groups: list[list[Act]]) -> None:
        bank = await a_bank()
        for group in groups:
            await asyncio.gather(*(bank.do(act) for act in group))
            await bank.assert_told_once()

    @lives(14)
    @given(groups)
    @known(DEBIT_CAME_BACK)
    @known(PAID_BY_THEN)
    @known(NOT_HEARD)
    def example(groups: list[list[Act]]) -> None:
        worlds.live_without_gateway(lambda: story(groups))

    example()
