"""Invariant 18: whatever comes and goes back, no more may be spent than is there, less what is contested or may return."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from campaigns.ledger.verify import CHECKS as BOOKS
from campaigns.lifecycle.models import Campaign, GoalKind
from campaigns.matching import agreeing
from campaigns.payouts.verify import CHECKS as SPENT
from campaigns.pledges import service as pledges
from campaigns.pledges.service import Gift
from campaigns.refunds.models import RefundMeans
from campaigns.settlement import deciding, direct
from civic import jobs
from civic.database.config import Engine
from tests.campaigns.model import checks
from tests.campaigns.model.acts_back import GoingBack
from tests.campaigns.model.acts_match import Matched
from tests.campaigns.model.acts_offline import ByHand
from tests.campaigns.model.acts_spending import Spent
from tests.campaigns.model.life import Day, day
from tests.campaigns.model.worlds import CARD, ENGINES, LONG
from tests.engines import Templates
from tests.factories import a_person
from tests.factories.campaigns import whole
from tests.factories.matching import in_force, terms
from tests.factories.settlement import GOOD, a_pledge

pytestmark = ENGINES
DEBIT, IBAN = "pm_success_fr", "FR1420041010050500013M02606"


class Spending(Spent, GoingBack, ByHand, Matched):
    """A funded campaign; its money is asked for, permitted and spent while gifts are contested and given back."""

    catches_up = False
    story: tuple[Day, ...] = (
        day("a_refund_is_asked_for", which=1, cents=500, means=RefundMeans.GATEWAY),
        day("a_refund_is_approved", which=0, alone=False, runs=False), day("somebody_asks", share=101, bound=False), day("somebody_asks", share=100, bound=False),
        day("somebody_asks", share=100, bound=False), day("it_is_answered", which=0, all_at_once=True, yes=True),
        day("an_expense_is_declared", share=100), day("a_charge_is_contested", which=0), day("we_hear"),
        day("an_expense_is_verified", which=0, all_at_once=False, yes=True), day("somebody_asks", share=101, bound=False),
        day("the_bank_decides", won=True), day("we_hear"), day("time_passes", days=20, heard=True),
        day("an_expense_is_verified", which=0, all_at_once=False, yes=True),
        day("an_expense_is_undone", which=0, twice=True),
    )  # fmt: skip
    """A part of a debit goes back. All that is there is permitted, and twice asked for; then a bank takes half of it
    before it is spent."""

    @initialize(
        cards=st.lists(st.sampled_from((DEBIT, GOOD)), max_size=1), matched=st.sampled_from((True, False))
    )
    def it_is_funded(self, cards: list[str], matched: bool) -> None:
        self.run(self.fund([GOOD, DEBIT, *cards], matched))

    async def fund(self, cards: list[str], matched: bool) -> None:
        campaign = await Campaign.get(id=self.campaign)
        await self.give_all(campaign, cards)
        if matched:
            await self.matched_by_half()
        await self.travel(timedelta(days=1, seconds=1))
        await deciding.decide_due()
        await jobs.run_due(schedules=False)
        await self.debits(yes=True)
        await self.look_again()
        await self.check()
        assert (await Campaign.get(id=self.campaign)).status == "funded"

    async def give_all(self, campaign: Campaign, cards: list[str]) -> None:
        """One gift by each of these cards or debits."""
        for number, card in enumerate(cards):
            await a_pledge(campaign, self.gate, cents=3_000, tip=300 * number, card=card, name=f"Personne {number}")

    async def matched_by_half(self) -> None:
        """A commune adds a half, and has not paid yet."""
        offered = await terms(percent=50, budget_cents=4_000, cap_cents=2_500)
        made = await agreeing.propose(await Campaign.get(id=self.campaign), self.team, offered)
        await in_force(made)

    @rule(days=st.sampled_from((1, 20, 40)), heard=st.booleans())
    def time_passes(self, days: int, heard: bool) -> None:
        """Direct debits grow old; we hear what happened meanwhile, or not yet."""

        async def act() -> None:
            await self.travel(timedelta(days=days))
            if heard:
                await self.hear(1)
                await self.look_again()

        self.run(act())

    @rule()
    def we_hear(self) -> None:
        self.run(self.hear(1))

    async def check(self) -> None:
        """What is permitted per line is never overspent, what is verified is booked (`civic verify`)."""
        self.seen = await checks.what_there_is(self.campaign)
        await self.assert_purse()
        assert [said for check in (*BOOKS, *SPENT) for said in await check()] == []

    async def end(self) -> None:
        """All is heard and looked at; nothing more is checked than at each step."""
        await self.hear(1)
        await self.look_again()
        await self.check()


class KeptSpending(Spending):
    """Of a campaign that keeps what it raises: a backer may have her gift back for a while, by asking nobody."""

    goal = GoalKind.FLEXIBLE
    story = (
        day("somebody_asks", share=101, bound=False), day("she_wants_it_back", which=0),
        day("somebody_asks", share=101, bound=False), day("time_passes", days=10, heard=False),
        day("time_passes", days=10, heard=False), day("we_hear"), day("somebody_asks", share=20, bound=True),
        day("somebody_asks", share=50, bound=False), day("it_is_answered", which=0, all_at_once=True, yes=True),
        day("an_expense_is_declared", share=101), day("an_expense_is_declared", share=100),
        day("an_expense_is_verified", which=0, all_at_once=True, yes=True),
    )  # fmt: skip
    """The first asks for hers back, the others' time passes before it leaves; then half is permitted (not what waits for
    a committee), and not a cent more is spent."""

    async def give_all(self, campaign: Campaign, cards: list[str]) -> None:
        for number, card in enumerate(cards):
            gift = Gift(3_000, 300 * number, 0, False, False, "Rose M.")
            made = await pledges.pledge(await a_person(f"Personne {number}"), campaign, gift, f"key-{number}", [])
            address = await direct.pay_now(await whole(made.id))
            await self.fill_in(address or "", IBAN if card == DEBIT else CARD["number"])


@pytest.mark.parametrize("kind", [Spending, KeptSpending])
def test_whatever_comes_and_goes_back_no_more_is_permitted_or_spent_than_is_there(
    kind: type[Spending], engine: Engine, templates: Templates, tmp_path: Path
) -> None:
    kind.templates, kind.engine, kind.folder = templates, engine, tmp_path
    run_state_machine_as_test(kind, settings=profile(
        max_examples=int(os.environ.get("CIVIC_TEST_MODEL", "3")), deadline=None, derandomize=not LONG,
        stateful_step_count=int(os.environ.get("CIVIC_TEST_STEPS", "18")), database=None, print_blob=False,
        phases=list(Phase) if LONG else [Phase.generate], suppress_health_check=list(HealthCheck),
    ))  # fmt: skip
