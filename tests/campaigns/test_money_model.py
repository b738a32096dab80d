"""Backers, banks, networks and clocks do what they like with one campaign; every invariant holds at every step.

Random acts in a random order (Hypothesis makes the shortest one that goes wrong), on the real services, the real SDK
and the sandbox. CIVIC_TEST_MODEL=100 lives that many other lives, on both engines.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CampaignStatus, Reward
from campaigns.payments import checkout, gateway, inbox
from campaigns.payments.gateway import GatewayTrouble
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import Gift
from campaigns.settlement import closing, deciding, looking, recovery
from campaigns.settlement.verify import nothing_is_stuck
from civic import clock, jobs
from civic.database.config import Engine
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import RoleName
from civic.settings import Settings, configure
from tests.campaigns.sandbox_server import SECRET, Harness, running_sandbox
from tests.campaigns.till import assert_books_agree, open_till, problems
from tests.engines import Templates, connected
from tests.factories import a_person
from tests.factories.campaigns import give_otherwise
from tests.factories.settlement import a_live_campaign

T = TypeVar("T")
LIVES, STEPS = int(os.environ.get("CIVIC_TEST_MODEL", "8")), 25
MEANS = (
    "4242424242424242", "4242424242424242", "4000002500003155", "4000002760003184", "4000000000000341",
    "FR1420041010050500013M02606", "FR8420041010050500013M02607",
)  # fmt: skip
FAULTS = ("error_before", "error_after", "drop_after", "rate_limit")
WHICH = st.integers(0, 7)
PAYABLE = ("requires_action", "requires_confirmation", "processing", "succeeded")
pytestmark = [] if "CIVIC_TEST_MODEL" in os.environ else [pytest.mark.one_engine("sqlite")]
OVER = {CampaignStatus.FAILED, CampaignStatus.FUNDED, CampaignStatus.SHORTFALL}


class Life(RuleBasedStateMachine):
    """One campaign from its opening to its end, with its backers."""

    templates: Templates
    engine: Engine
    folder: Path
    numbers = count(1)

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.keys, self.offset, self.pages = count(1), timedelta(), list[tuple[int, str]]()
        self.run(self.open())

    def run(self, verb: Coroutine[Any, Any, T]) -> T:
        """Carry out a verb in this life's own loop."""
        return self.runner.run(verb)

    async def open(self) -> None:
        """A database, a sandbox and a live campaign of 30 €, with two rewards."""
        number = next(self.numbers)
        fresh = await self.templates.fresh(self.engine)
        self.stack.push_async_callback(self.templates.drop, fresh)
        data = self.folder / str(number)
        data.mkdir()
        configure(Settings(environment="test", data=data, secret_key="t" * 40, base_url="http://testserver", argon2_cheap=True))
        await self.stack.enter_async_context(connected(fresh))
        sandbox = await self.stack.enter_async_context(running_sandbox(data / "sandbox.sqlite3"))
        self.gate: Harness = await self.stack.enter_async_context(open_till(sandbox))
        self.campaign = (await a_live_campaign(3_000)).id
        reward = await Reward.create(campaign_id=self.campaign, title="Une carte", from_cents=2000, stock=2)
        self.reward = reward.id
        self.people = [await a_person(f"Personne {n}") for n in range(3)]
        self.team = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR))

    def teardown(self) -> None:
        """The end: everything quiet, then all is told, booked, dropped; then the life is put away."""
        try:
            self.run(self.end())
        finally:
            self.run(self.stack.aclose())
            self.runner.close()
            configure(None)

    async def end(self) -> None:
        """The network is well again, two months pass, and both sides' books are the same."""
        await self.gate.control.forget_faults()
        campaign = await Campaign.get(id=self.campaign)
        if campaign.status == CampaignStatus.SUSPENDED:
            await lifecycle.resume(campaign, self.team, "Le devis est bon.")
        for days in (0, 2, 1, 8, 8, 1):
            await self.travel(timedelta(days=days, seconds=1))
            await self.debits(yes=days % 2 == 0)
            await self.hear(1, False)
            await checkout.sweep()
            await deciding.decide_due()
            await jobs.run_due(schedules=False)
            await looking.reconcile(patience=timedelta())
            await closing.close_due()
            await jobs.run_due(schedules=False)
        found = await Campaign.get(id=self.campaign)
        assert found.status in OVER, found.status
        assert await jobs.dead_letters() == []
        await assert_books_agree(self.gate)
        await self.assert_let_go(found)
        subjects = Counter((mail.to, mail.subject) for mail in await OutboxMessage.all() if "éteinte" in mail.subject)
        assert sum(subjects.values()) == await Pledge.filter(status=PledgeStatus.DROPPED).count()

    async def assert_let_go(self, found: Campaign) -> None:
        """Whoever was not charged has no card left with us; a failed campaign has charged nobody (invariant 7)."""
        world = await self.gate.control.dump()
        if found.status == CampaignStatus.FAILED:
            assert world["payment_intents"] == []
        gone = await Pledge.filter(status__in=["cancelled", "released", "abandoned", "dropped"])
        customers = {pledge.customer_ref for pledge in gone if pledge.customer_ref}
        assert not [one["id"] for one in world["payment_methods"] if one["customer"] in customers]

    async def travel(self, by: timedelta) -> None:
        """Both clocks go on together."""
        self.offset += by
        clock.travel(self.offset)
        await self.gate.control.clock(by.total_seconds())

    async def one(self, which: int, *status: str) -> Pledge | None:
        """One of the promises in such a state."""
        found = await Pledge.filter(status__in=status).order_by("id").select_related("campaign", "person")
        return found[which % len(found)] if found else None

    async def fill_in(self, address: str, means: str) -> None:
        """The hosted page, and her bank's page when it asks."""
        fields = {"name": "Rose Martin"} | (
            {"means": "sepa_debit", "test_iban": means} if means.startswith("FR")
            else {"means": "card", "number": means, "expiry": "12 / 40", "cvc": "123"}
        )  # fmt: skip
        answer = await self.gate.browser.post(address, data=fields)
        if "/3ds/" in answer.headers.get("location", ""):
            await self.gate.browser.post(answer.headers["location"], data={"answer": "accept"})

    async def hear(self, times: int, newest_first: bool) -> None:
        """The postman brings what was sent, again or backwards if he likes."""
        await self.gate.hear(len((await self.gate.control.dump())["events"]))
        heard = [gateway.read_event(raw, header, SECRET) for raw, header in self.gate.heard]
        for event in (heard[::-1] if newest_first else heard) * times:
            await inbox.keep(event)
        await jobs.run_due(schedules=False)

    async def debits(self, yes: bool) -> None:
        """The banks answer every debit under way."""
        for intent in (await self.gate.control.dump())["payment_intents"]:
            if intent["status"] == "processing":
                await self.gate.control.settle(intent["id"], succeeds=yes)

    @initialize(means=st.lists(st.sampled_from(MEANS), min_size=2, max_size=3))
    def first_backers(self, means: list[str]) -> None:
        for number, one in enumerate(means):
            self.run(self.give(number, 3000, 300 * number, True, one))
        self.run(self.hear(1, False))

    @rule(who=WHICH, cents=st.sampled_from((500, 3000, 6000)), reward=st.booleans(), means=st.sampled_from(("", *MEANS)))
    def promise(self, who: int, cents: int, reward: bool, means: str) -> None:
        self.run(self.give(who, cents, 0, reward, means))

    async def give(self, who: int, cents: int, tip: int, reward: bool, means: str) -> None:
        """A promise, its page opened, and a card saved there if any."""
        gift = Gift(cents, tip, self.reward if reward else 0, False, False, "")
        backer = self.people[who % len(self.people)]
        with suppress(DomainError):
            made = await pledges.pledge(backer, await Campaign.get(id=self.campaign), gift, f"key-{next(self.keys)}", [])
            address = await checkout.open_page(await Pledge.get(id=made.id).select_related("campaign", "person"))
            self.pages.append((made.id, address or ""))
            if address and means:
                await self.fill_in(address, means)

    @precondition(lambda self: self.pages)
    @rule(which=WHICH, means=st.sampled_from(MEANS))
    def save_a_card(self, which: int, means: str) -> None:
        self.run(self.fill_in(self.pages[which % len(self.pages)][1], means))

    @precondition(lambda self: self.pages)
    @rule(which=WHICH)
    def come_back(self, which: int) -> None:
        async def act() -> None:
            pledge = await Pledge.get(id=self.pages[which % len(self.pages)][0])
            with suppress(GatewayTrouble, DomainError):
                await checkout.settle(gateway.OURS, pledge.session_ref)

        self.run(act())

    @rule(times=st.integers(1, 3), newest_first=st.booleans())
    def messages_arrive(self, times: int, newest_first: bool) -> None:
        self.run(self.hear(times, newest_first))

    @rule(which=WHICH, cents=st.sampled_from((0, 1000, 7000)))
    def change_her_mind(self, which: int, cents: int) -> None:
        async def act() -> None:
            pledge = await self.one(which, *PledgeStatus)
            if pledge:
                with suppress(DomainError):
                    await (give_otherwise(pledge, cents) if cents else pledges.cancel(pledge))

        self.run(act())

    @rule()
    def suspend_or_resume(self) -> None:
        async def act() -> None:
            campaign = await Campaign.get(id=self.campaign)
            verb = lifecycle.resume if campaign.status == CampaignStatus.SUSPENDED else lifecycle.suspend
            with suppress(DomainError):
                await verb(campaign, self.team, "Nous vérifions un devis.")

        self.run(act())

    @rule(kind=st.sampled_from(FAULTS), path=st.sampled_from(("/v1/payment_intents", "/v1/checkout/*")))
    def the_network_fails(self, kind: str, path: str) -> None:
        self.run(self.gate.control.fault(kind, path, "post", times=3))

    @rule(hours=st.sampled_from((1, 25)))
    def time_passes(self, hours: int) -> None:
        async def act() -> None:
            await self.travel(timedelta(hours=hours))
            await checkout.sweep()

        self.run(act())

    @rule(workers=st.integers(1, 2), past=st.booleans())
    def the_deadline_is_looked_at(self, workers: int, past: bool) -> None:
        async def act() -> None:
            await self.travel(timedelta(hours=25 if past else 0))
            await asyncio.gather(*(deciding.decide_due() for _ in range(workers)))

        self.run(act())

    @rule(workers=st.integers(1, 2))
    def jobs_run(self, workers: int) -> None:
        async def act() -> None:
            await asyncio.gather(*(jobs.run_due(schedules=False) for _ in range(workers)))

        self.run(act())

    @rule()
    def reconcile(self) -> None:
        self.run(self.both_look())

    async def both_look(self) -> None:
        """Reconcile beside the jobs."""
        await asyncio.gather(looking.reconcile(patience=timedelta()), jobs.run_due(schedules=False))

    @rule(which=WHICH, means=st.sampled_from(("", *MEANS)))
    def pay_again(self, which: int, means: str) -> None:
        async def act() -> None:
            pledge = await self.one(which, "needs_backer", "charging", "unknown")
            with suppress(DomainError):
                address = await recovery.pay_again(pledge) if pledge else None
                if address and means:
                    await self.fill_in(address, means)

        self.run(act())

    @rule(which=WHICH)
    def send_a_cheque_instead(self, which: int) -> None:
        async def act() -> None:
            pledge = await self.one(which, "needs_backer", "charging")
            if pledge:
                with suppress(DomainError):
                    await recovery.switch_offline(pledge)

        self.run(act())

    @rule(yes=st.booleans())
    def banks_answer(self, yes: bool) -> None:
        self.run(self.debits(yes))

    @invariant()
    def all_is_well(self) -> None:
        self.run(self.check())

    async def check(self) -> None:
        """`civic verify`, and at the gateway nothing paid or payable twice (invariant 3), nothing early (7)."""
        waits = await nothing_is_stuck()  # a payment may wait for its next look here
        assert [sentence for sentence in await problems() if sentence not in waits] == []
        world = await self.gate.control.dump()
        live = [one for one in world["payment_intents"] if one["status"] in PAYABLE]
        live += [one for one in world["checkout_sessions"] if (one["mode"], one["status"]) == ("payment", "open")]
        per_pledge = Counter(one["metadata"].get("pledge") for one in live if not self.owned(one, world))
        assert all(number == 1 for number in per_pledge.values()), per_pledge
        if (await Campaign.get(id=self.campaign)).decided_at is None:
            assert world["payment_intents"] == []

    @staticmethod
    def owned(one: dict[str, Any], world: dict[str, list[dict[str, Any]]]) -> bool:
        """An intent that an open page owns is payable by that page only."""
        return any(page["payment_intent"] == one["id"] for page in world["checkout_sessions"] if page["status"] == "open")


def test_whatever_happens_to_a_campaign_its_money_is_right(engine: Engine, templates: Templates, tmp_path: Path) -> None:
    Life.templates, Life.engine, Life.folder = templates, engine, tmp_path
    run_state_machine_as_test(Life, settings=profile(
        max_examples=LIVES, stateful_step_count=STEPS, deadline=None, derandomize="CIVIC_TEST_MODEL" not in os.environ,
        suppress_health_check=list(HealthCheck), database=None, print_blob=False,
    ))  # fmt: skip
