"""What nobody asked for: clocks, networks, postmen, banks, workers that die; and the team that suspends or cancels."""

import asyncio
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.payments import checkout
from campaigns.payments.gateway import GatewayTrouble
from campaigns.payments.models import InboxEvent
from campaigns.sandbox.deliveries import signature
from campaigns.settlement import books, closing, crash, deciding, looking
from civic import database, jobs
from tests.campaigns.model.life import Life
from tests.campaigns.sandbox_server import SECRET

FAULTS = ("error_before", "error_after", "drop_after", "rate_limit")
PATHS = ("/v1/payment_intents", "/v1/checkout/*", "/v1/refunds", "/v1/disputes/*", "/v1/balance_transactions")


class Killed(BaseException):
    """The process would be dead now."""


@contextmanager
def dying_at(point: str) -> Iterator[None]:
    """Whoever comes to this crash point dies there; what SIGKILL would leave undone is left undone."""

    def kill(_process: int, _signal: int) -> None:
        os.environ.pop("CIVIC_CRASH_AT", None)
        raise Killed

    pretended = SimpleNamespace(environ=os.environ, getpid=os.getpid, kill=kill)
    with patch.dict(os.environ, {"CIVIC_CRASH_AT": point}), patch.object(crash, "os", pretended), suppress(Killed):
        yield


class Accidents(Life):
    """Time, trouble and restarts."""

    forgeries = 0
    account_moves = 0

    @rule(times=st.integers(1, 3), seed=st.integers(0, 99), percent=st.sampled_from((30, 100)))
    def messages_arrive(self, times: int, seed: int, percent: int) -> None:
        self.run(self.hear(times, seed, percent))

    @precondition(lambda self: self.forgeries < 2)
    @rule(live=st.booleans())
    def a_message_is_forged(self, live: bool) -> None:
        """Not signed by the gateway, or signed but of the other mode: refused, and nothing is kept."""
        self.forgeries += 1

        async def act() -> None:
            before = await InboxEvent.all().count()
            intents = (await self.gate.control.dump())["payment_intents"]
            said = {"id": "evt_forged", "object": "event", "type": "payment_intent.succeeded", "livemode": live,
                    "data": {"object": intents[-1] if intents else {"id": "pi_1"}}}  # fmt: skip
            body = json.dumps(said)
            header = signature(body, SECRET if live else "whsec_of_somebody_else", int(time.time()))
            answer = await self.visitor.http.post(
                "/webhooks/stripe", content=body, headers={"stripe-signature": header}
            )
            assert (answer.status_code, await InboxEvent.all().count()) == (400, before)

        self.run(act())

    @rule(kind=st.sampled_from(FAULTS), path=st.sampled_from(PATHS), verb=st.sampled_from(("post", "get")))
    def the_network_fails(self, kind: str, path: str, verb: str) -> None:
        self.run(self.gate.control.fault(kind, path, verb, times=3))

    @rule(hours=st.sampled_from((1, 25)))
    def time_passes(self, hours: int) -> None:
        async def act() -> None:
            await self.travel(timedelta(hours=hours))
            await checkout.sweep()

        self.run(act())

    @rule(yes=st.booleans())
    def banks_answer(self, yes: bool) -> None:
        self.run(self.debits(yes))

    @rule(workers=st.integers(1, 2))
    def jobs_run(self, workers: int) -> None:
        async def act() -> None:
            await asyncio.gather(*(jobs.run_due(schedules=False) for _ in range(workers)))

        self.run(act())

    @rule()
    def reconcile(self) -> None:
        async def act() -> None:
            await asyncio.gather(looking.reconcile(patience=timedelta()), jobs.run_due(schedules=False))
            await self.look_again_quietly()

        self.run(act())

    @rule()
    def everybody_catches_up(self) -> None:
        self.run(self.catch_up())

    @precondition(lambda self: self.account_moves < 4 and self.sees("collected", "refunded", "disputed", "charged_back"))
    @rule(what=st.sampled_from(("payout", "payout", "refused payout", "fee")))
    def the_account_moves(self, what: str) -> None:
        """The gateway pays the balance out, the bank refuses it, or the account itself costs something."""
        self.account_moves += 1

        async def act() -> None:
            if what == "fee":
                await self.gate.control.account_fee(290)
                return
            paid = await self.gate.control.pay_out()
            if paid and what == "refused payout":
                await self.gate.control.fail_payout(paid["id"])

        self.run(act())

    @rule()
    def night_falls(self) -> None:
        """The balance is read, and the books are compared; the network may be down."""

        async def act() -> None:
            with suppress(GatewayTrouble):
                await self.read_balance()
                await books.compare_due()

        self.run(act())

    @rule(point=st.sampled_from((*crash.POINTS, *crash.REFUND_POINTS)))
    def the_worker_dies(self, point: str) -> None:
        """Killed where it hurts, then started again: its leases end, the jobs go on, reconcile looks."""

        async def act() -> None:
            with dying_at(point):
                await deciding.decide_due()
                await jobs.run_due(schedules=False)
            await database.execute("UPDATE job SET locked_until = 0 WHERE done_at IS NULL")
            await looking.reconcile(patience=timedelta())
            await jobs.run_due(schedules=False)

        self.run(act())


class Deadlines(Accidents):
    """What happens to a campaign that has a deadline and a team."""

    suspensions = 0

    @precondition(lambda self: self.sees("campaign live"))
    @rule(workers=st.integers(1, 2), past=st.booleans())
    def the_deadline_is_looked_at(self, workers: int, past: bool) -> None:
        async def act() -> None:
            await self.travel(timedelta(hours=25 if past else 0))
            await asyncio.gather(*(deciding.decide_due() for _ in range(workers)))

        self.run(act())

    @precondition(lambda self: self.suspensions < 2 and self.sees("campaign live", "campaign suspended"))
    @rule()
    def it_is_suspended_or_resumed(self) -> None:
        self.suspensions += 1

        async def act() -> None:
            campaign = await Campaign.get(id=self.campaign)
            verb = lifecycle.resume if campaign.status == CampaignStatus.SUSPENDED else lifecycle.suspend
            await self.tried(verb(campaign, self.team, "Nous vérifions un devis."))

        self.run(act())

    @precondition(lambda self: self.sees("campaign collecting", "needs_backer", "switched_offline"))
    @rule(days=st.sampled_from((7, 15)))
    def grace_ends(self, days: int) -> None:
        async def act() -> None:
            await self.debits(yes=True)  # no bank keeps a debit for weeks
            await self.travel(timedelta(days=days))
            await self.look_again_quietly()
            await closing.close_due()
            await jobs.run_due(schedules=False)

        self.run(act())
