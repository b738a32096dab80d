"""Invariant 18: whatever comes and goes back, no more may be spent than is there, less what is contested or may return."""

import asyncio
import os
from collections.abc import Coroutine
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from campaigns.ledger.models import AccountKind, Entry
from campaigns.ledger.verify import CHECKS as BOOKS
from campaigns.lifecycle.models import Campaign
from campaigns.matching import agreeing
from campaigns.matching.models import MatchAgreement
from campaigns.payouts import service
from campaigns.payouts.forms import ExpenseForm, TrancheForm
from campaigns.payouts.models import Answer, Expense, Tranche
from campaigns.payouts.verify import CHECKS as SPENT
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.refunds.models import Dispute
from campaigns.settlement import deciding
from civic import clock, database, jobs
from civic.database.config import Engine
from civic.errors import DomainError
from civic.jobs.models import Job
from civic.people.models import AuditEntry
from civic.settings import settings
from tests.campaigns.model import checks
from tests.campaigns.model.acts_back import GoingBack
from tests.campaigns.model.acts_gifts import WHICH
from tests.campaigns.model.acts_match import Matched
from tests.campaigns.model.acts_offline import ByHand
from tests.campaigns.model.paper import left_of
from tests.campaigns.model.seen import fund_of
from tests.campaigns.model.worlds import ENGINES, LONG
from tests.engines import Templates
from tests.factories.matching import terms
from tests.factories.payouts import an_evidence, first_line
from tests.factories.settlement import GOOD, a_pledge

pytestmark = ENGINES
DEBIT = "pm_success_fr"
EIGHT_WEEKS = timedelta(weeks=8)
SHARES = st.sampled_from((20, 50, 100, 101))
"""How much of what there is somebody asks for, in percent."""
_FEES = """SELECT COALESCE(SUM(p.amount_cents), 0) AS cents FROM posting p JOIN account a ON a.id = p.account_id
JOIN entry e ON e.id = p.entry_id WHERE a.kind = ? AND e.campaign_id = ?"""


class Spending(GoingBack, ByHand, Matched):
    """A funded campaign; its money is asked for, permitted and spent while gifts are contested and given back."""

    @initialize(cards=st.lists(st.sampled_from((GOOD, DEBIT)), min_size=2, max_size=3), matched=st.booleans())
    def it_is_funded(self, cards: list[str], matched: bool) -> None:
        self.form_keys = count(1)
        self.run(self.fund(cards, matched))

    async def fund(self, cards: list[str], matched: bool) -> None:
        campaign = await Campaign.get(id=self.campaign)
        for number, card in enumerate(cards):
            await a_pledge(campaign, self.gate, cents=3_000, tip=300 * number, card=card, name=f"Personne {number}")
        if matched:
            await self.matched_by_half()
        await self.travel(timedelta(days=1, seconds=1))
        await deciding.decide_due()
        await jobs.run_due(schedules=False)
        await self.debits(yes=True)
        await self.look_again()
        await self.check()
        assert (await Campaign.get(id=self.campaign)).status == "funded"

    async def matched_by_half(self) -> None:
        """A commune adds a half, and has not paid yet."""
        offered = await terms(percent=50, budget_cents=4_000, cap_cents=2_500)
        made = await agreeing.propose(await Campaign.get(id=self.campaign), self.team, offered)
        await agreeing.accept(made, "Hélène Maire", "Maire")

    async def there(self) -> int:
        """What may be permitted in all, in cents, added up from the rows: fund, fees, matches, disputes, debits."""
        fees = int((await database.fetch_all(_FEES, [AccountKind.PSP_FEES.value, self.campaign]))[0]["cents"])
        awaited = await MatchAgreement.filter(campaign_id=self.campaign, due_at__isnull=False, received_at__isnull=True)
        contested = sum(row.held_cents for row in await Dispute.filter(closed_at__isnull=True))
        young = await Pledge.filter(
            campaign_id=self.campaign, status__in=[PledgeStatus.COLLECTED, PledgeStatus.REFUND_PENDING],
            method_label__startswith="SEPA", collected_at__gt=clock.now() - EIGHT_WEEKS,
        )  # fmt: skip
        debits = sum([await left_of(pledge) for pledge in young])
        kept = -(-debits * settings().sepa_reserve_on(clock.today()) // 100)
        return await fund_of(self.campaign) - fees - sum(row.reserved_cents for row in awaited) - contested - kept

    async def permitted(self) -> int:
        return sum(row.amount_cents for row in await Tranche.filter(status=Answer.ACCEPTED))

    async def spent(self) -> int:
        return sum(row.amount_cents for row in await Expense.filter(status=Answer.ACCEPTED))

    async def within(self, *verbs: Coroutine[Any, Any, object]) -> None:
        """Acts, at once when there are several: what they add is within what is there; a refusal changes nothing."""
        permitted, spent, before = await self.permitted(), await self.spent(), await self.rows()
        done = await asyncio.gather(*verbs, return_exceptions=True)
        for answer in done:
            if isinstance(answer, BaseException) and not isinstance(answer, DomainError):
                raise answer
        if all(isinstance(answer, DomainError) for answer in done):
            assert await self.rows() == before
        there = await self.there()
        now = await self.permitted(), await self.spent()
        assert now[0] <= max(there, permitted), (now, there)
        assert now[1] <= max(there, spent), (now, there)

    async def rows(self) -> object:
        """Everything a permission or an expense may leave behind."""
        counts = [await model.all().count() for model in (Entry, Job, AuditEntry)]
        answers = [await model.all().order_by("id").values_list("status", "reason") for model in (Tranche, Expense)]
        return counts, answers

    async def campaign_now(self) -> Campaign:
        return await Campaign.get(id=self.campaign).select_related("lead", "initiative")

    @rule(share=SHARES)
    def somebody_asks(self, share: int) -> None:
        async def act() -> None:
            cents = max(0, await self.there() - await self.permitted()) * share // 100 + (share > 100)
            campaign = await self.campaign_now()
            form = TrancheForm(cost_line=(await first_line(campaign)).id, amount=max(100, cents), purpose="Un acompte")
            await self.within(service.ask(campaign, self.lead, form))

        self.run(act())

    @precondition(lambda self: self.sees("tranche asked"))
    @rule(which=WHICH, all_at_once=st.booleans(), yes=st.sampled_from((True, True, False)))
    def it_is_answered(self, which: int, all_at_once: bool, yes: bool) -> None:
        async def act() -> None:
            asked = await Tranche.filter(status=Answer.ASKED).order_by("id")
            chosen = asked if all_at_once else [asked[which % len(asked)]]
            campaign, said = await self.campaign_now(), Answer.ACCEPTED if yes else Answer.REFUSED
            treasurer = self.treasurers[which % 2]
            await self.within(*(service.answer(campaign, one, treasurer, said, "" if yes else "Pas encore.") for one in chosen))

        self.run(act())

    @precondition(lambda self: self.sees("tranche accepted"))
    @rule(share=SHARES)
    def an_expense_is_declared(self, share: int) -> None:
        async def act() -> None:
            campaign = await self.campaign_now()
            cents = max(100, (await self.permitted() - await self.spent()) * share // 100)
            form = ExpenseForm(
                cost_line=(await first_line(campaign)).id, amount=cents, paid_on=clock.today(), what="Acompte au garage",
                key=f"spent-{next(self.form_keys)}",
            )  # fmt: skip
            await self.within(service.declare(campaign, self.lead, form, await an_evidence()))

        self.run(act())

    @precondition(lambda self: self.sees("expense asked"))
    @rule(which=WHICH, all_at_once=st.booleans(), yes=st.sampled_from((True, True, False)))
    def an_expense_is_verified(self, which: int, all_at_once: bool, yes: bool) -> None:
        async def act() -> None:
            asked = await Expense.filter(status=Answer.ASKED).order_by("id")
            chosen = asked if all_at_once else [asked[which % len(asked)]]
            campaign, said = await self.campaign_now(), Answer.ACCEPTED if yes else Answer.REFUSED
            treasurer = self.treasurers[which % 2]
            await self.within(*(service.check(campaign, one, treasurer, said, "" if yes else "Illisible.") for one in chosen))

        self.run(act())

    @precondition(lambda self: self.sees("expense accepted"))
    @rule(which=WHICH, twice=st.booleans())
    def an_expense_is_undone(self, which: int, twice: bool) -> None:
        async def act() -> None:
            done = await Expense.filter(status=Answer.ACCEPTED).order_by("id")
            one, campaign = done[which % len(done)], await self.campaign_now()
            undo = [service.undo(campaign, one, self.treasurers[0], "Payé deux fois.") for _ in range(1 + twice)]
            await self.within(*undo)

        self.run(act())

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
        self.seen |= {f"tranche {row.status.value}" for row in await Tranche.all()}
        self.seen |= {f"expense {row.status.value}" for row in await Expense.all()}
        assert [said for check in (*BOOKS, *SPENT) for said in await check()] == []

    async def end(self) -> None:
        """All is heard and looked at; nothing more is checked than at each step."""
        await self.hear(1)
        await self.look_again()
        await self.check()


def test_whatever_comes_and_goes_back_no_more_is_permitted_or_spent_than_is_there(
    engine: Engine, templates: Templates, tmp_path: Path
) -> None:
    Spending.templates, Spending.engine, Spending.folder = templates, engine, tmp_path
    run_state_machine_as_test(Spending, settings=profile(
        max_examples=int(os.environ.get("CIVIC_TEST_MODEL", "3")), deadline=None, derandomize=not LONG,
        stateful_step_count=int(os.environ.get("CIVIC_TEST_STEPS", "18")), database=None, print_blob=False,
        phases=list(Phase) if LONG else [Phase.generate], suppress_health_check=list(HealthCheck),
    ))  # fmt: skip
