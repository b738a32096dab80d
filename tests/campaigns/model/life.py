"""One campaign from its opening to its end: its world, its clock, what must hold at every step, and a good end."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from app import create_app
from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind, Reward
from campaigns.payments import checkout, gateway, inbox
from campaigns.payments.models import Attempt, InboxEvent
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.receipts import service as receipts
from campaigns.receipts.forms import DonorForm
from campaigns.refunds import looking as refunds
from campaigns.settlement import balance, closing, deciding, hearing, looking
from civic import clock, database, jobs
from civic.database.config import Engine
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import RoleName
from civic.settings import Settings, configure
from tests.campaigns.model import checks
from tests.campaigns.model.agreeing import assert_two_books_agree
from tests.campaigns.model.ended import Ended
from tests.campaigns.model.paper import assert_receipts_right
from tests.campaigns.model.seen import HIDDEN_CENTS, VEILED, Visitor, fund_of
from tests.campaigns.sandbox_server import SECRET, Harness, running_sandbox
from tests.campaigns.till import assert_books_agree, open_till
from tests.engines import Templates, connected
from tests.factories import a_person
from tests.factories.settlement import a_live_campaign

T = TypeVar("T")
CATCH_UP_EVERY = 10
"""After so many steps everything is heard and done, and both sides' totals are compared."""
OVER = {CampaignStatus.FAILED, CampaignStatus.FUNDED, CampaignStatus.SHORTFALL, CampaignStatus.REFUNDED,
        CampaignStatus.CANCELLED}  # fmt: skip
ISSUER = {
    "receipt_issuer": "Les Voisins du Mardi", "receipt_address": "4 rue du Four|01600 Trévoux",
    "receipt_number": "W012345678", "receipt_purpose": "Relier les hameaux", "receipt_category": "interet_general",
    "receipt_ground": "Rescrit de la DDFiP de l’Ain", "receipt_ground_on": date(2020, 1, 1),
    "receipt_signatory": "Rose Petit, trésorière",
}  # fmt: skip
ADDRESS = {
    "kind": "person",
    "name": "Odile Blanc",
    "street": "3 chemin des Étangs",
    "postcode": "01330",
    "city": "Villars",
}


Day = tuple[str, dict[str, Any]]


def day(name: str, **given: Any) -> Day:
    """One act of a plain life."""
    return name, given


class Life(RuleBasedStateMachine):
    """A database, a sandbox, a live campaign of 30 € with a reward, three backers and a team; no acts yet."""

    templates: Templates
    engine: Engine
    folder: Path
    numbers = count(1)
    goal = GoalKind.ALL_OR_NOTHING
    catches_up = True
    story: tuple[Day, ...] = ()
    """The plain life of this kind, which Hypothesis tries first: acts by their names."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.keys, self.offset, self.pages = count(1), timedelta(), list[tuple[int, str]]()
        self.seen: set[str] = set()
        self.read_at: tuple[str, timedelta] | None = None
        self.lines_read: frozenset[str] = frozenset()
        self.steps = self.days = 0
        self.ended = Ended()
        try:
            self.run(self.open())
        except BaseException:
            self.close()
            raise

    def run(self, verb: Coroutine[Any, Any, T]) -> T:
        """Carry out a verb in this life's own loop."""
        return self.runner.run(verb)

    async def open(self) -> None:
        """The world, empty but for one campaign."""
        fresh = await self.templates.fresh(self.engine)
        self.stack.push_async_callback(self.templates.drop, fresh)
        data = self.folder / str(next(self.numbers))
        data.mkdir()
        (data / "sandbox-webhook-secret").write_text(SECRET)
        configure(Settings(
            environment="test", data=data, secret_key="t" * 40, base_url="http://testserver", argon2_cheap=True,
            database_url=fresh.url, **ISSUER,
        ))  # fmt: skip
        await self.stack.enter_async_context(connected(fresh))
        sandbox = await self.stack.enter_async_context(running_sandbox(data / "sandbox.sqlite3"))
        self.gate: Harness = await self.stack.enter_async_context(open_till(sandbox))
        self.visitor = Visitor(create_app(with_worker=False))
        self.stack.push_async_callback(self.visitor.http.aclose)
        self.people = [await a_person("Odile Blanc"), await a_person(VEILED), await a_person("Karim Haddad")]
        self.team = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR), frozenset({RoleName.ANIMATOR}))
        self.treasurers = [
            Actor(await a_person(name, "", RoleName.TREASURER), frozenset({RoleName.TREASURER}))
            for name in ("Émile Garde", "Dominique Blanc")
        ]
        await self.begin()

    async def begin(self) -> None:
        """The campaign, and who of its backers wants receipts."""
        found = await a_live_campaign(3_000, goal=self.goal, beneficiary=ISSUER["receipt_issuer"])
        self.campaign = found.id
        self.lead = Actor(found.lead)
        self.reward = (await Reward.create(campaign_id=found.id, title="Une carte", from_cents=2000, stock=2)).id
        for backer in self.people[:2]:
            known = Pledge(person_id=backer.id)
            await receipts.tell_identity(known, DonorForm.model_validate(ADDRESS))

    def teardown(self) -> None:
        """The end: everything quiet, then all is told, booked, dropped; then the life is put away."""
        try:
            self.run(self.end())
        finally:
            self.close()

    def close(self) -> None:
        """Put the world away."""
        try:
            self.run(self.stack.aclose())
        finally:
            self.runner.close()
            configure(None)

    async def end(self) -> None:
        """The network is well again, weeks pass, whoever has to act acts, and both sides' books are the same."""
        await self.gate.control.forget_faults()
        campaign = await Campaign.get(id=self.campaign)
        if campaign.status == CampaignStatus.SUSPENDED:
            await lifecycle.resume(campaign, self.team, "Le devis est bon.")
        for days in (0, 2, 1, 8, 8, 1):
            await self.a_while_passes(days)
        await self.hands_finish()
        await self.a_while_passes(1)
        found = await Campaign.get(id=self.campaign)
        assert self.is_over(found), found.status
        assert [(one.name, one.last_error) for one in await jobs.dead_letters()] == []
        left = await checks.undone()
        assert not left, left
        await self.read_balance()
        await assert_books_agree(self.gate)
        await self.check()
        await self.assert_let_go(found)

    def is_over(self, found: Campaign) -> bool:
        """Nothing happens to this campaign any more by itself."""
        return found.status in OVER

    async def hands_finish(self) -> None:
        """What the team does at the very end, if the family of acts has something."""

    async def a_while_passes(self, days: int) -> None:
        """Some days with everything that the clock does."""
        await self.travel(timedelta(days=days, seconds=1))
        await self.debits(yes=days % 2 == 0)
        await self.hear(1)
        await checkout.sweep()
        await deciding.decide_due()
        await jobs.run_due(schedules=False)
        await self.look_again()
        await closing.close_due()
        await jobs.run_due(schedules=False)

    async def look_again(self) -> None:
        """Reconcile: attempts, refunds, disputes, messages that were lost, and what was lost of all; then the jobs."""
        await looking.reconcile(patience=timedelta())
        await hearing.listen(patience=timedelta())
        await refunds.reconcile(patience=timedelta())
        await refunds.recall()
        await jobs.run_due(schedules=False)

    async def look_again_quietly(self) -> None:
        """Reconcile; one that cannot read its lists is tried again by the clock."""
        with suppress(Exception):
            await self.look_again()

    async def assert_let_go(self, found: Campaign) -> None:
        """Whoever was not charged has no card left with us; a failed campaign has charged nobody (invariant 7)."""
        world = await self.gate.control.dump()
        if found.status == CampaignStatus.FAILED and self.goal == GoalKind.ALL_OR_NOTHING:
            assert world["payment_intents"] == []
        if found.status in (CampaignStatus.FAILED, CampaignStatus.REFUNDED, CampaignStatus.CANCELLED):
            assert await fund_of(found.id) == 0
        gone = await Pledge.filter(status__in=["cancelled", "released", "abandoned", "dropped"])
        customers = {pledge.customer_ref for pledge in gone if pledge.customer_ref} - await self.still_wanted()
        assert not [one["id"] for one in world["payment_methods"] if one["customer"] in customers]
        told = [mail for mail in await OutboxMessage.all() if "éteinte" in mail.subject]
        assert len(told) == await self.dropped_with_a_word()

    async def still_wanted(self) -> set[str]:
        """Customers whose method is kept for another time."""
        return set()

    async def dropped_with_a_word(self) -> int:
        """How many read that their promise is dropped; not those whose cheque came back, with words of its own."""
        rows = "SELECT COUNT(DISTINCT pledge_id) AS n FROM pledge_change WHERE after = 'dropped' AND cause = ?"
        by_hand = (await database.fetch_all(rows, ["offline_reversed"]))[0]["n"]
        return int(await Pledge.filter(status=PledgeStatus.DROPPED).count() - by_hand)

    async def travel(self, by: timedelta) -> None:
        """Both clocks go on together."""
        self.offset += by
        clock.travel(self.offset)
        await self.gate.control.clock(by.total_seconds())

    def sees(self, *states: str) -> bool:
        """Whether there is one of these at the end of the last step."""
        return not self.seen.isdisjoint(states)

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

    async def hear(self, times: int, seed: int = 0, percent: int = 100) -> None:
        """The postman brings so much of what was sent, again or in any order if he likes (seed 0: as it was sent)."""
        await self.gate.hear(len((await self.gate.control.dump())["events"]))
        heard = [gateway.read_event(raw, header, SECRET) for raw, header in self.gate.heard] * times
        if seed:
            Random(seed).shuffle(heard)
        for event in heard[: max(1, len(heard) * percent // 100)]:
            await inbox.keep(event)
        await jobs.run_due(schedules=False)

    async def read_balance(self) -> None:
        """The night's work: what the account itself costs and pays out. Raises GatewayTrouble."""
        there = frozenset(line["id"] for line in (await self.gate.control.dump())["balance_transactions"])
        await balance.read_due()
        if await Attempt.all().exists():  # before the first charge nobody reads it
            self.lines_read = there

    async def catch_up(self) -> None:
        """The network is well, everything is heard and looked at: then both sides' whole books are the same."""
        await self.gate.control.forget_faults()
        for _round in range(8):
            await self.travel(timedelta(hours=2))  # what failed is tried again
            await self.hear(1)
            await self.look_again()
            await self.read_balance()
            if not await checks.undone() and await self.has_heard_all():
                break
        assert not await checks.undone(), await checks.undone()
        await assert_books_agree(self.gate)

    async def has_heard_all(self) -> bool:
        """Whether every message of the gateway is kept."""
        sent = {event["id"] for event in (await self.gate.control.dump())["events"]}
        return sent <= set(await InboxEvent.all().values_list("event_ref", flat=True))

    async def debits(self, yes: bool) -> None:
        """The banks answer every debit under way."""
        for intent in (await self.gate.control.dump())["payment_intents"]:
            if intent["status"] == "processing":
                await self.gate.control.settle(intent["id"], succeeds=yes)

    async def tried(self, verb: Coroutine[Any, Any, object]) -> None:
        """An act that may be refused."""
        with suppress(DomainError, gateway.GatewayTrouble):
            await verb

    @rule()
    def a_plain_day(self) -> None:
        """The next act of the plain life. Its name comes first, so the simplest life is this story and nothing else."""
        if self.days < len(self.story):
            name, given = self.story[self.days]
            getattr(self, name)(**given)
        self.days += 1

    @invariant()
    def all_is_well(self) -> None:
        self.run(self.check())
        self.steps += 1
        if self.catches_up and self.steps % CATCH_UP_EVERY == 0:
            self.run(self.catch_up())
            self.run(self.check())

    async def check(self) -> None:
        """`civic verify`, both sides' books line by line, and what the public reads, after every step."""
        quiet = not await checks.undone()
        await checks.assert_verified(quiet)
        await self.ended.assert_unchanged()
        campaign = await Campaign.get(id=self.campaign)
        self.seen = await checks.what_there_is(self.campaign)
        world = await self.gate.control.dump()
        checks.assert_gate(world, early=self.goal == GoalKind.ALL_OR_NOTHING and not campaign.decided_at)
        await assert_two_books_agree(world, campaign, self.lines_read, quiet=quiet)
        version = (await database.version(), self.offset)
        if version != self.read_at:  # nothing was written and no time has passed: the same pages
            await self.look_in_public()
        self.read_at = version
        if quiet:
            await self.assert_receipts()

    async def look_in_public(self) -> None:
        """What a visitor reads."""
        await self.visitor.assert_told_right(self.campaign)

    async def assert_receipts(self) -> None:
        """Who wanted receipts has one for each gift that is here, of what is left of it, and none else (invariant 13)."""
        await assert_receipts_right({backer.id for backer in self.people[:2]})

    def wish_of(self, who: int, cents: int) -> tuple[int, bool, bool]:
        """The second backer is veiled, the third hides her amount: cents, anonymous, hidden."""
        number = who % len(self.people)
        return (HIDDEN_CENTS if number == 2 and cents == 3_000 else cents), number == 1, number == 2
