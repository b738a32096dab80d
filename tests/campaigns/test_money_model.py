"""Backers, banks, matchers, networks and clocks do what they like with one campaign; every invariant holds at every step.

Random acts in a random order (Hypothesis makes the shortest one that goes wrong), on the real services, the real SDK,
the sandbox, and the pages as a visitor reads them (`tests/campaigns/model`). CIVIC_TEST_MODEL=100 lives that many other
lives of each kind, on both engines.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from campaigns.lifecycle.models import GoalKind
from campaigns.offline.models import Mode
from campaigns.refunds.models import RefundMeans
from civic import jobs
from civic.database.config import Engine
from tests.campaigns.model.acts_back import GoingBack
from tests.campaigns.model.acts_end import Cancelling
from tests.campaigns.model.acts_gifts import MEANS, Gifts
from tests.campaigns.model.acts_match import Matched
from tests.campaigns.model.acts_monthly import Monthly
from tests.campaigns.model.acts_offline import ByHand
from tests.campaigns.model.acts_spending import Spent
from tests.campaigns.model.acts_world import Accidents, Deadlines
from tests.campaigns.model.life import Life, day
from tests.engines import Templates

LONG = "CIVIC_TEST_MODEL" in os.environ
STEPS = int(os.environ.get("CIVIC_TEST_STEPS", "25"))
pytestmark = [] if LONG else [pytest.mark.one_engine("sqlite")]


ALL, SOME = day("messages_arrive", times=1, seed=0, percent=100), day("messages_arrive", times=2, seed=7, percent=30)
DEBIT, POOR = "FR1420041010050500013M02606", "4000000000000341"
SPENDS = (
    day("somebody_asks", share=50, bound=False), day("it_is_answered", which=0, all_at_once=False, yes=True),
    day("an_expense_is_declared", share=100), day("an_expense_is_verified", which=0, all_at_once=False, yes=True),
)  # fmt: skip
CONTESTED = (
    day("a_charge_is_contested", which=0), ALL, day("the_bank_decides", won=False), SOME,
    day("a_debit_is_returned", which=0), ALL,
)  # fmt: skip
GIVEN_BACK = (
    day("a_refund_is_asked_for", which=0, cents=500, means=RefundMeans.GATEWAY),
    day("a_refund_is_approved", which=0, alone=False, runs=False), day("the_worker_dies", point="after_refund_call"),
    day("a_refund_comes_back", which=0), ALL,
    day("somebody_refunds_at_the_gateway", which=1, cents=3000), ALL,
)  # fmt: skip
ACCOUNT = (day("the_account_moves", what="fee"), day("the_account_moves", what="refused payout"), day("night_falls"))


class OneCampaign(Spent, Cancelling, Gifts, Deadlines, GoingBack, ByHand, Matched):
    """A campaign with a deadline. Some lives begin with a commune that adds, a cheque, and everybody charged."""

    @initialize(
        means=st.lists(st.sampled_from(MEANS), min_size=2, max_size=3), matched=st.booleans(), cheque=st.booleans(),
        paid=st.booleans(),
    )  # fmt: skip
    def first_backers(self, means: list[str], matched: bool, cheque: bool, paid: bool) -> None:
        for number, one in enumerate(means):
            self.run(self.give(number, 3000, 300 * number, True, one))
        self.run(self.hear(1))
        if matched:
            self.a_commune_adds(values={"percent": 50}, accepted=True, confirmed=True)
        if cheque:
            self.money_is_entered(which=0, cents=2000, mode=Mode.CHEQUE, known=True)
            self.money_is_verified(which=0, alone=False)
        if paid:
            self.the_deadline_is_looked_at(workers=1, past=True)
            self.run(jobs.run_due(schedules=False))
        self.run(self.check())


class AllOrNothing(OneCampaign):
    """Nobody is charged before success."""

    story = (
        day("somebody_gives", who=2, cents=3000, reward=False, means=DEBIT),
        day("somebody_gives", who=1, cents=500, reward=False, means=POOR), ALL,
        day("the_deadline_is_looked_at", workers=1, past=True), day("the_worker_dies", point="after_charge_call"),
        day("banks_answer", yes=True), ALL, day("she_pays_again", which=0, means=MEANS[0]), ALL,
        *ACCOUNT, *SPENDS, *GIVEN_BACK, day("an_expense_is_undone", which=0, twice=True),
    )  # fmt: skip


class KeepWhatYouRaise(OneCampaign):
    """Each gift is charged at once."""

    goal = GoalKind.FLEXIBLE
    story = (
        day("somebody_gives", who=2, cents=6000, reward=False, means=DEBIT), day("banks_answer", yes=True), ALL,
        *CONTESTED, day("somebody_gives", who=1, cents=3000, reward=False, means=MEANS[0]), ALL, *ACCOUNT,
        day("an_end_is_asked_for", side="lead"), day("it_is_agreed_or_not", who="the other side", agreed=True),
        day("jobs_run", workers=1), SOME, ALL,
    )  # fmt: skip


class EachMonth(Monthly, Spent, Accidents, GoingBack):
    """A standing campaign and its supporters."""

    story = (
        day("days_pass", days=31, twice=True), *SPENDS, day("a_charge_is_contested", which=0), ALL,
        day("the_bank_decides", won=True), ALL, *GIVEN_BACK, *ACCOUNT,
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "lives"), [(AllOrNothing, 2), (KeepWhatYouRaise, 2), (EachMonth, 2)])
def test_whatever_happens_to_a_campaign_its_money_is_right(
    engine: Engine, templates: Templates, tmp_path: Path, kind: type[Life], lives: int
) -> None:
    kind.templates, kind.engine, kind.folder = templates, engine, tmp_path
    run_state_machine_as_test(kind, settings=profile(
        max_examples=int(os.environ.get("CIVIC_TEST_MODEL", lives)), stateful_step_count=STEPS, deadline=None,
        derandomize=not LONG, phases=list(Phase) if LONG else [Phase.generate], suppress_health_check=list(HealthCheck), database=None, print_blob=False,
    ))  # fmt: skip
