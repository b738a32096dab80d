"""Invariant 6: however many workers meet a deadline, suspended, resumed, heard of late, it is decided once, charged once.

Nobody is charged before success, and of a failure no card is left with us (7); what has ended stays as it ended (4).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random

from hypothesis import example as known
from hypothesis import given
from hypothesis import strategies as st

from campaigns.lifecycle import cancelling
from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.cancelling import LEAD, TEAM
from campaigns.lifecycle.models import Campaign, CampaignChange, CampaignStatus
from campaigns.payments import gateway, inbox
from campaigns.payments.models import Attempt
from campaigns.pledges.models import Pledge
from campaigns.settlement import charging, deciding, looking
from civic import jobs
from civic.people.actor import Actor
from civic.people.models import Person
from tests.campaigns.model.ended import Ended
from tests.campaigns.model.worlds import ENGINES, Clocks, Worlds, letters, lives, open_promise, restarted, tried
from tests.campaigns.sandbox_server import SECRET, Harness
from tests.campaigns.till import assert_books_agree
from tests.factories.matching import a_team
from tests.factories.settlement import ASKS_BANK, GOOD, a_live_campaign, a_pledge

pytestmark = ENGINES
POOR, DEBIT = "pm_card_chargeCustomerFail", "pm_success_fr"
DECISIONS = (CampaignStatus.COLLECTING, CampaignStatus.FAILED)
CENTS = 3_000
NEWS = {"released", "collected", "trouble-0-1"}
"""One of these is what a backer reads after the decision; a debit under way says nothing yet."""
ENDED = {"campaign_cancelled", "pledge_too_late", "released"}
ACTS = ("decide", "decide", "decide", "deadline job", "jobs", "suspend", "resume", "webhooks", "look", "restart", "hour",
        "charge", "charge")  # fmt: skip
groups = st.lists(st.lists(st.sampled_from(ACTS), min_size=1, max_size=5), min_size=2, max_size=7)
cards = st.lists(st.sampled_from((GOOD, GOOD, POOR, ASKS_BANK, DEBIT)), min_size=1, max_size=3)


@dataclass
class Deadline:
    """A campaign whose deadline has passed, and those who come to it."""

    gate: Harness
    clocks: Clocks
    campaign: Campaign
    team: Actor
    decided: tuple[object, object] | None = None
    seeds: "count[int]" = field(default_factory=lambda: count(1))
    ended: Ended = field(default_factory=Ended)

    async def do(self, act: str) -> None:
        verbs: dict[str, Callable[[], Awaitable[object]]] = {
            "decide": deciding.decide_due, "deadline job": lambda: deciding.at_deadline(self.campaign.id),
            "jobs": lambda: jobs.run_due(schedules=False), "suspend": lambda: self.turn(lifecycle.suspend),
            "resume": lambda: self.turn(lifecycle.resume), "webhooks": self.hear, "look": self.look,
            "restart": restarted, "hour": lambda: self.clocks.travel(timedelta(hours=1)),
            "agree": self.agree, "charge": lambda: charging.charge_slice(self.campaign.id, 0, 10**6),
        }  # fmt: skip
        await verbs[act]()

    async def turn(self, verb: Callable[[Campaign, Actor, str], Awaitable[None]]) -> None:
        found = await Campaign.get(id=self.campaign.id)
        if verb is lifecycle.suspend or found.status == CampaignStatus.SUSPENDED:
            await tried(verb(found, self.team, "Nous vérifions un devis."))

    async def agree(self) -> None:
        """The team agrees to the end that the lead asked for, if it is not too late."""
        if demand := await cancelling.waiting(self.campaign.id):
            found = await Campaign.get(id=self.campaign.id)
            await tried(cancelling.answer(found, self.team, TEAM, demand.id, agreed=True))

    async def hear(self) -> None:
        """The postman brings everything once more, in another order."""
        heard = [gateway.read_event(raw, header, SECRET) for raw, header in self.gate.heard]
        Random(next(self.seeds)).shuffle(heard)
        for event in heard:
            await inbox.keep(event)
        await jobs.run_due(schedules=False)

    async def look(self) -> None:
        await looking.reconcile(patience=timedelta())

    async def assert_decided_once(self) -> None:
        found = await Campaign.get(id=self.campaign.id)
        changes = await CampaignChange.filter(campaign_id=found.id, after__in=[one.value for one in DECISIONS]).count()
        assert changes == (1 if found.decided_at else 0)
        if self.decided:
            assert (found.decided_at, found.decided_total_cents) == self.decided
        elif found.decided_at:
            self.decided = found.decided_at, found.decided_total_cents
        if not found.decided_at:
            assert (await self.gate.control.dump())["payment_intents"] == [], "nobody is charged before success"
        await self.ended.assert_unchanged()

    async def ends(self) -> None:
        """Whoever suspended it resumes it; all is heard and done, and once more by a crowd."""
        await self.do("resume")
        await self.clocks.travel(timedelta(hours=1))
        for group in (["decide"], ["jobs"], ["hour"], ["webhooks"], ["look"], ["jobs"], ["decide", "jobs"] * 2):
            await asyncio.gather(*(self.do(act) for act in group))
            await self.assert_decided_once()

    async def assert_nothing_is_kept(self) -> None:
        """Of what was cancelled: nobody was charged, no card is with us, each backer heard it once."""
        world = await self.gate.control.dump()
        assert world["payment_intents"] == []
        assert [one["id"] for one in world["payment_methods"] if one["customer"]] == [], "a card is kept"
        for pledge in await Pledge.filter(campaign_id=self.campaign.id).select_related("person"):
            assert pledge.status in ("released", "abandoned")
            assert len([one for one in await letters() if one.to == pledge.person.email and one.kind in ENDED]) == 1
        await assert_books_agree(self.gate)

    async def assert_charged_once(self, total: int, reached: bool) -> None:
        found = await Campaign.get(id=self.campaign.id)
        assert found.decided_total_cents == total
        assert (found.status == CampaignStatus.FAILED) is not reached
        everybody = await Pledge.filter(campaign_id=found.id).select_related("person")
        world = await self.gate.control.dump()
        made = world["payment_intents"]
        assert reached or [one["id"] for one in world["payment_methods"] if one["customer"]] == [], "a card is kept"
        assert [one["id"] for one in made if one["status"].startswith("requires_")] == [], "payable still (invariant 3)"
        intents = Counter(one["metadata"]["pledge"] for one in made)
        assert intents == ({str(pledge.id): 1 for pledge in everybody} if reached else {})
        assert await Attempt.all().count() == (len(everybody) if reached else 0)
        sent = await letters()
        assert {letter: n for letter, n in Counter((one.to, one.subject) for one in sent).items() if n > 1} == {}
        for pledge in everybody:
            news = [one.kind for one in sent if one.to == pledge.person.email and one.kind in NEWS]
            assert len(news) == (0 if pledge.status == "processing" else 1), (pledge.status, news)
        await assert_books_agree(self.gate)


async def a_deadline(gate: Harness, given: list[str], on_page: bool, reached: bool) -> tuple[Deadline, int]:
    """Promises, one of them on a page whose backer is done while nobody has told us; what they are in all, in cents."""
    total = CENTS * (len(given) + on_page)
    campaign = await a_live_campaign(total if reached else total + 1)
    for number, card in enumerate(given):
        await a_pledge(campaign, gate, cents=CENTS, tip=100 * number, card=card, name=f"Personne {number}")
    if on_page:
        await (await open_promise(gate, campaign, CENTS)).save()
    clocks = Clocks(gate)
    await clocks.travel(timedelta(days=1, seconds=1))
    return Deadline(gate, clocks, campaign, await a_team()), total


def test_however_many_workers_meet_a_deadline_it_is_decided_and_charged_once(worlds: Worlds) -> None:
    async def story(gate: Harness, given: list[str], on_page: bool, reached: bool, groups: list[list[str]]) -> None:
        deadline, total = await a_deadline(gate, given, on_page, reached)
        for group in groups:
            await asyncio.gather(*(deadline.do(act) for act in group))
            await deadline.assert_decided_once()
        await deadline.ends()
        await deadline.assert_charged_once(total, reached)

    @lives(8)
    @given(cards, st.booleans(), st.sampled_from((True, True, False)), groups)
    @known([ASKS_BANK, POOR], True, True, [["decide", "decide"], ["charge", "charge", "jobs"], ["deadline job", "charge"]])
    def example(given: list[str], on_page: bool, reached: bool, groups: list[list[str]]) -> None:
        worlds.live(lambda gate: story(gate, given, on_page, reached, groups))

    example()


def test_a_campaign_that_is_cancelled_at_its_deadline_charges_everybody_or_nobody(worlds: Worlds) -> None:
    async def story(gate: Harness, given: list[str], on_page: bool, groups: list[list[str]]) -> None:
        deadline, total = await a_deadline(gate, given, on_page, True)
        lead = Actor(await Person.get(id=deadline.campaign.lead_id))
        await cancelling.ask(await Campaign.get(id=deadline.campaign.id), lead, LEAD, "Le four est vendu.")
        for group in groups:
            await asyncio.gather(*(deadline.do(act) for act in group))
        await deadline.ends()
        if (await Campaign.get(id=deadline.campaign.id)).status == CampaignStatus.CANCELLED:
            await deadline.assert_nothing_is_kept()
        else:
            await deadline.assert_charged_once(total, True)

    @lives(3)
    @given(cards, st.booleans(), st.lists(st.lists(st.sampled_from((*ACTS, "agree", "agree")), min_size=1, max_size=4), max_size=5))
    @known([GOOD, DEBIT], True, [["agree"], ["jobs"]])
    @known([GOOD, GOOD], False, [["decide", "agree", "jobs"]])
    def example(given: list[str], on_page: bool, groups: list[list[str]]) -> None:
        worlds.live(lambda gate: story(gate, given, on_page, groups))

    example()
