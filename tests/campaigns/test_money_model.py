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
from civic import jobs
from civic.database.config import Engine
from tests.campaigns.model.acts_back import GoingBack
from tests.campaigns.model.acts_gifts import MEANS, Gifts
from tests.campaigns.model.acts_match import Matched
from tests.campaigns.model.acts_monthly import Monthly
from tests.campaigns.model.acts_offline import ByHand
from tests.campaigns.model.acts_world import Accidents, Deadlines
from tests.campaigns.model.life import Life
from tests.engines import Templates

LONG = "CIVIC_TEST_MODEL" in os.environ
STEPS = int(os.environ.get("CIVIC_TEST_STEPS", "25"))
pytestmark = [] if LONG else [pytest.mark.one_engine("sqlite")]


class OneCampaign(Gifts, Deadlines, GoingBack, ByHand, Matched):
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
            self.a_commune_adds(values={"percent": 50}, accepted=True)
        if cheque:
            self.money_is_entered(which=0, cents=2000, mode=Mode.CHEQUE, known=True)
            self.money_is_verified(which=0, alone=False)
        if paid:
            self.the_deadline_is_looked_at(workers=1, past=True)
            self.run(jobs.run_due(schedules=False))
        self.run(self.check())


class AllOrNothing(OneCampaign):
    """Nobody is charged before success."""


class KeepWhatYouRaise(OneCampaign):
    """Each gift is charged at once."""

    goal = GoalKind.FLEXIBLE


class EachMonth(Monthly, Accidents, GoingBack):
    """A standing campaign and its supporters."""


@pytest.mark.parametrize(("kind", "lives"), [(AllOrNothing, 2), (KeepWhatYouRaise, 2), (EachMonth, 2)])
def test_whatever_happens_to_a_campaign_its_money_is_right(
    engine: Engine, templates: Templates, tmp_path: Path, kind: type[Life], lives: int
) -> None:
    kind.templates, kind.engine, kind.folder = templates, engine, tmp_path
    run_state_machine_as_test(kind, settings=profile(
        max_examples=int(os.environ.get("CIVIC_TEST_MODEL", lives)), stateful_step_count=STEPS, deadline=None,
        derandomize=not LONG, phases=list(Phase) if LONG else [Phase.generate], suppress_health_check=list(HealthCheck), database=None, print_blob=False,
    ))  # fmt: skip
