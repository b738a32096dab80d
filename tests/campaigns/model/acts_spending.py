"""Money that is spent: asked for in tranches, permitted by another person, declared with its evidence, verified, undone."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from campaigns.ledger.models import AccountKind, Entry
from campaigns.lifecycle.models import Campaign, GoalKind
from campaigns.matching.models import MatchAgreement
from campaigns.payouts import service
from campaigns.payouts.forms import ExpenseForm, TrancheForm
from campaigns.payouts.models import Answer, Expense, Tranche
from campaigns.payouts.queries import purse_of
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.refunds.models import Dispute
from civic import clock, database
from civic.committees.models import Committee
from civic.counting.rules import Method, Verdict
from civic.decisions.models import Decision, DecisionStatus
from civic.errors import DomainError
from civic.jobs.models import Job
from civic.people.models import AuditEntry
from civic.settings import settings
from tests.campaigns.model.acts_gifts import WHICH
from tests.campaigns.model.life import Life
from tests.campaigns.model.paper import left_of
from tests.campaigns.model.seen import fund_of
from tests.factories.payouts import an_evidence, first_line
from tests.factories.steering import a_committee, an_open_decision

SHARES = st.sampled_from((20, 50, 100, 101))
"""How much of what there is somebody asks for, in percent."""
EIGHT_WEEKS = timedelta(weeks=8)
"""How long a bank gives a direct debit back, whatever we think of it."""
OPEN = ("campaign funded", "campaign reporting")
_FEES = """SELECT COALESCE(SUM(p.amount_cents), 0) AS cents FROM posting p JOIN account a ON a.id = p.account_id
JOIN entry e ON e.id = p.entry_id WHERE a.kind = ? AND e.campaign_id = ?"""


class Spent(Life):
    """Whatever is permitted or spent is within what is there; a refusal leaves nothing behind (invariant 18)."""

    spends_in = OPEN

    async def there(self) -> int:
        """What may be permitted in all, in cents, added up from the rows: fund, fees, matches, disputes, debits."""
        fees = int((await database.fetch_all(_FEES, [AccountKind.PSP_FEES.value, self.campaign]))[0]["cents"])
        awaited = await MatchAgreement.filter(campaign_id=self.campaign, due_at__isnull=False, received_at__isnull=True)
        contested = sum(row.held_cents for row in await Dispute.filter(closed_at__isnull=True))
        fund = await fund_of(self.campaign) - await self.may_go_back()
        return fund - fees - sum(row.reserved_cents for row in awaited) - contested

    async def may_go_back(self) -> int:
        """What backers may have back whole by asking nobody, or is on its way to them, and a share of other debits."""
        whole = debits = 0
        asking_nobody = timedelta(days=settings().change_of_mind_days)
        states = [PledgeStatus.COLLECTED, PledgeStatus.REFUND_PENDING]
        for pledge in await Pledge.filter(campaign_id=self.campaign, status__in=states):
            assert pledge.collected_at is not None
            age, left = clock.now() - pledge.collected_at, await left_of(pledge)
            asks = pledge.status == PledgeStatus.REFUND_PENDING or age < asking_nobody
            if self.goal == GoalKind.FLEXIBLE and asks and pledge.method_label:
                whole += left
            elif pledge.method_label.startswith("SEPA") and age < EIGHT_WEEKS:
                debits += left
        return whole - (-debits * settings().sepa_reserve_on(clock.today()) // 100)

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
        await self.assert_purse()
        there = await self.there()
        now = await self.permitted(), await self.spent()
        assert now[0] <= max(there, permitted), (now, there)
        assert now[1] <= max(there, spent), (now, there)

    async def assert_purse(self) -> None:
        """What the page says may still be permitted and spent is no more than the rows give."""
        there, purse = await self.there(), await purse_of(await Campaign.get(id=self.campaign))
        assert purse.free <= there - await self.permitted(), (purse, there)
        assert purse.spendable <= there - await self.spent(), (purse, there)

    async def rows(self) -> object:
        """Everything a permission or an expense may leave behind."""
        counts = [await model.all().count() for model in (Entry, Job, AuditEntry)]
        answers = [await model.all().order_by("id").values_list("status", "reason") for model in (Tranche, Expense)]
        return counts, answers

    async def campaign_now(self) -> Campaign:
        return await Campaign.get(id=self.campaign).select_related("lead", "initiative")

    @precondition(lambda self: self.sees(*self.spends_in))
    @rule(share=SHARES, bound=st.sampled_from((False, False, True)))
    def somebody_asks(self, share: int, bound: bool) -> None:
        """Freely, or bound to what a committee decides."""

        async def act() -> None:
            cents = max(0, await self.there() - await self.permitted()) * share // 100 + (share > 100)
            campaign = await self.campaign_now()
            form = TrancheForm(
                cost_line=(await first_line(campaign)).id, amount=max(100, cents), purpose="Un acompte",
                decision=await self.a_question(campaign) if bound else 0,
            )  # fmt: skip
            await self.within(service.ask(campaign, self.lead, form))

        self.run(act())

    async def a_question(self, campaign: Campaign) -> int:
        """What the initiative's committee is asked."""
        found = await Committee.filter(initiative_id=campaign.initiative_id).select_related("initiative").first()
        committee = found or await a_committee(campaign.lead, initiative=campaign.initiative)
        return int((await an_open_decision(committee, campaign.lead, method=Method.CONSENT)).id)

    @precondition(lambda self: self.sees("tranche asked"))
    @rule(yes=st.booleans())
    def the_committee_decides(self, yes: bool) -> None:
        """Its count is as good as written: only the spending that waits for it is looked at here."""

        async def act() -> None:
            verdict = Verdict.ADOPTED if yes else Verdict.OBJECTED
            waiting = Decision.filter(status=DecisionStatus.OPEN)
            await waiting.update(status=DecisionStatus.CLOSED, verdict=verdict, closed_at=clock.now())

        self.run(act())

    @precondition(lambda self: self.sees("tranche asked"))
    @rule(which=WHICH, all_at_once=st.booleans(), yes=st.sampled_from((True, True, False)))
    def it_is_answered(self, which: int, all_at_once: bool, yes: bool) -> None:
        """By a treasurer; whose committee has not said yes is not permitted."""

        async def act() -> None:
            asked = await Tranche.filter(status=Answer.ASKED).order_by("id")
            if not asked:
                return
            chosen = asked if all_at_once else [asked[which % len(asked)]]
            campaign, said = await self.campaign_now(), Answer.ACCEPTED if yes else Answer.REFUSED
            treasurer, why = self.treasurers[which % 2], "" if yes else "Pas encore."
            await self.within(*(service.answer(campaign, one, treasurer, said, why) for one in chosen))
            held = await Tranche.filter(status=Answer.ACCEPTED, decision_id__isnull=False).select_related("decision")
            assert all(one.decision and one.decision.is_adopted for one in held)

        self.run(act())

    @precondition(lambda self: self.sees("tranche accepted"))
    @rule(share=SHARES)
    def an_expense_is_declared(self, share: int) -> None:
        async def act() -> None:
            campaign = await self.campaign_now()
            cents = max(100, (await self.permitted() - await self.spent()) * share // 100)
            form = ExpenseForm(
                cost_line=(await first_line(campaign)).id, amount=cents, paid_on=clock.today(), what="Acompte au garage",
                key=f"spent-{next(self.form_keys)}", hidden=share == 20,
            )  # fmt: skip
            await self.within(service.declare(campaign, self.lead, form, await an_evidence()))

        self.run(act())

    @precondition(lambda self: self.sees("expense asked"))
    @rule(which=WHICH, all_at_once=st.booleans(), yes=st.sampled_from((True, True, False)))
    def an_expense_is_verified(self, which: int, all_at_once: bool, yes: bool) -> None:
        async def act() -> None:
            asked = await Expense.filter(status=Answer.ASKED).order_by("id")
            if not asked:
                return
            chosen = asked if all_at_once else [asked[which % len(asked)]]
            campaign, said = await self.campaign_now(), Answer.ACCEPTED if yes else Answer.REFUSED
            treasurer, why = self.treasurers[which % 2], "" if yes else "Illisible."
            await self.within(*(service.check(campaign, one, treasurer, said, why) for one in chosen))

        self.run(act())

    @precondition(lambda self: self.sees("expense accepted"))
    @rule(which=WHICH, twice=st.booleans())
    def an_expense_is_undone(self, which: int, twice: bool) -> None:
        async def act() -> None:
            done = await Expense.filter(status=Answer.ACCEPTED).order_by("id")
            if not done:
                return
            one, campaign = done[which % len(done)], await self.campaign_now()
            undo = [service.undo(campaign, one, self.treasurers[0], "Payé deux fois.") for _ in range(1 + twice)]
            await self.within(*undo)

        self.run(act())

    def __init__(self) -> None:
        self.form_keys = count(1)
        super().__init__()
