"""Invariant 17: whatever runs again, late or twice, no reminder comes twice, and none to whoever has paid or given up."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random

from hypothesis import example as known
from hypothesis import given
from hypothesis import strategies as st

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.offline import service as offline
from campaigns.offline import verifying
from campaigns.offline.models import Mode, OfflineGift, OfflineStatus
from campaigns.offline.service import Entry
from campaigns.payments import gateway, inbox
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from campaigns.pledges.service import reference
from campaigns.settlement import closing, deciding, looking, recovery
from civic import clock, jobs
from civic.jobs.models import Job
from civic.people.actor import Actor
from tests.campaigns.model.worlds import CARD, ENGINES, Clocks, Posted, Worlds, letters, lives, restarted, tried
from tests.campaigns.sandbox_server import SECRET, Harness
from tests.factories.campaigns import whole
from tests.factories.refunds import a_treasurer
from tests.factories.settlement import ASKS_BANK, GOOD, a_live_campaign, a_pledge

pytestmark = ENGINES
POOR, BAD_DEBIT = "pm_card_chargeCustomerFail", "pm_failed_fr"
POOR_NUMBER, DEBIT = "4000000000000341", "FR1420041010050500013M02606"
HOURS = {"an hour": 1, "half a day": 12, "a day": 24, "two days": 49, "a long night": 80}
ACTS = (*HOURS, "jobs", "jobs", "again", "again", "restart", "webhooks", "look", "pay", "pay badly", "pay and leave", "pay by debit",
        "switch", "cheque", "debit fails", "grace")  # fmt: skip
DUNNING = "trouble-"
BLINK = timedelta(milliseconds=1)
"""Jobs are dated to the millisecond, changes to the microsecond."""
cards = st.lists(st.sampled_from((POOR, POOR, ASKS_BANK, BAD_DEBIT, GOOD)), min_size=1, max_size=3)
stories = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 5)), min_size=4, max_size=14)


@dataclass
class Week:
    """A campaign that was decided today, and everything that may be done about its unpaid promises."""

    gate: Harness
    clocks: Clocks
    campaign: Campaign
    treasurer: Actor
    keys: "count[int]"

    async def do(self, act: str, which: int) -> None:
        verbs: dict[str, Callable[[int], Awaitable[object]]] = {
            "jobs": lambda _which: jobs.run_due(schedules=False), "again": lambda _which: self.again(),
            "restart": lambda _which: restarted(), "webhooks": self.hear, "pay": self.pay, "pay badly": self.pay_badly, "pay by debit": self.pay_by_debit,
            "look": lambda _which: looking.reconcile(patience=timedelta()), "pay and leave": self.leave,
            "switch": self.switch, "cheque": self.cheque, "debit fails": self.debit_fails,
            "grace": lambda _which: closing.close_due(),
        }  # fmt: skip
        if act in HOURS:
            await self.clocks.travel(timedelta(hours=HOURS[act]))
        else:
            await verbs[act](which)

    async def again(self) -> None:
        """All that writes letters and was due by now, twice at once, as if no worker had told that it was done."""
        present = clock.now()
        due = await Job.filter(run_at__lte=int(present.timestamp() * 1000)).order_by("id")
        verbs: list[Callable[[], Awaitable[object]]] = [deciding.decide_due, closing.close_due]
        verbs += [lambda: deciding.spread(self.campaign.id)]
        for job in due:
            numbers = [int(part) for part in job.key.split("-")[1:] if part.isdigit()]
            if job.name == "card_reminder_due":
                pledge_id, days, turn = numbers
                verbs.append(lambda p=pledge_id, d=days, t=turn: closing.remind(p, d, present.isoformat(), t))  # type: ignore[misc]
            if job.name == "pledge_grace_over":
                pledge_id, turn = numbers
                verbs.append(lambda p=pledge_id, t=turn: closing.grace_over(p, t))  # type: ignore[misc]
            if job.name == "campaign_funded":
                verbs.append(lambda: closing.thank(self.campaign.id))
        for verb in verbs:
            await asyncio.gather(verb(), verb())

    async def hear(self, which: int) -> None:
        """The postman brings everything, shuffled."""
        await self.gate.hear(len((await self.gate.control.dump())["events"]))
        heard = [gateway.read_event(raw, header, SECRET) for raw, header in self.gate.heard]
        Random(which).shuffle(heard)
        for event in heard:
            await inbox.keep(event)
        await jobs.run_due(schedules=False)

    async def one(self, which: int, *status: PledgeStatus) -> Pledge | None:
        rows = await Pledge.filter(status__in=status).order_by("id")
        return await whole(rows[which % len(rows)].id) if rows else None

    async def pay(self, which: int, number: str = CARD["number"]) -> None:
        found = await self.one(which, PledgeStatus.NEEDS_BACKER, PledgeStatus.CHARGING)
        if found is None:
            return
        pages: list[str | None] = []

        async def leave() -> None:
            pages.append(await recovery.pay_again(found))

        if await tried(leave()) and pages[0] and number:
            means = {"means": "sepa_debit", "test_iban": number} if number == DEBIT else {"number": number}
            await self.gate.browser.post(pages[0], data={**CARD, **means})
            if which % 2:  # else we shall hear of it later
                await recovery.come_back(await whole(found.id))

    async def pay_badly(self, which: int) -> None:
        await self.pay(which, POOR_NUMBER)

    async def pay_by_debit(self, which: int) -> None:
        """Days later its bank answers; when it says no, she hears of it anew, and nothing more of her first payment."""
        await self.pay(which, DEBIT)

    async def leave(self, which: int) -> None:
        """She opens the page and closes it."""
        await self.pay(which, "")

    async def switch(self, which: int) -> None:
        found = await self.one(which, PledgeStatus.NEEDS_BACKER)
        if found:
            await tried(recovery.switch_offline(found))

    async def cheque(self, which: int) -> None:
        """The cheque that was announced comes, and another person has seen it."""
        found = await self.one(which, PledgeStatus.SWITCHED_OFFLINE)
        if found is None:
            return
        entry = Entry("Rose Martin", found.amount_cents, Mode.CHEQUE, clock.today(), number=reference(found), email="")
        lead = Actor(await found.campaign.lead)
        await tried(offline.enter(found.campaign, lead, [entry], f"hand-{next(self.keys)}"))
        for gift in await OfflineGift.filter(status=OfflineStatus.RECEIVED):
            await tried(verifying.verify(gift.id, self.treasurer))

    async def debit_fails(self, _which: int) -> None:
        for intent in (await self.gate.control.dump())["payment_intents"]:
            if intent["status"] == "processing":
                await self.gate.control.settle(intent["id"], succeeds=False)
        await looking.reconcile(patience=timedelta())

    async def ends(self) -> None:
        """Every worker catches up, the week passes, everything runs once more."""
        for act, which in (("restart", 0), ("jobs", 0), ("webhooks", 1), ("a long night", 0), ("jobs", 0),
                           ("a long night", 0), ("again", 0), ("jobs", 0), ("a day", 0), ("again", 0), ("jobs", 0)):  # fmt: skip
            await self.do(act, which)
        assert [(one.name, one.last_error) for one in await jobs.dead_letters()] == []

    async def assert_told_once_and_in_time(self) -> None:
        sent = await letters()
        history = {row.id: await PledgeChange.filter(pledge_id=row.id).order_by("id") for row in await Pledge.all()}
        dunning = [one for one in sent if one.kind.startswith(DUNNING)]
        for letter in dunning:
            at = [change for change in history[letter.pledge_id] if change.at <= letter.at + BLINK]
            assert at[-1].after == PledgeStatus.NEEDS_BACKER, (letter, at[-1].after)
        for pledge_id, changes in history.items():
            declines = [change.at for change in changes if change.cause.startswith("declined:")]
            self.assert_steps([one for one in dunning if one.pledge_id == pledge_id], declines)
            assert changes[-1].after not in ("confirmed", "charging", "unknown"), "nobody heard what became of it"
            self.assert_has_time(changes)
            rest = Counter((one.to, one.subject) for one in sent if one.pledge_id == pledge_id and one not in dunning)
            assert max(rest.values(), default=1) == 1, rest
            gone = [change.at for change in changes if change.after == PledgeStatus.CANCELLED]
            after = [one.kind for one in sent if gone and one.pledge_id == pledge_id and one.at > gone[0] + BLINK * 500]
            assert set(after) <= {"pledge_cancelled"}, after
            self.assert_has_its_words(changes, Counter(one.kind for one in sent if one.pledge_id == pledge_id))

    def assert_has_its_words(self, changes: list[PledgeChange], kinds: Counter[str]) -> None:
        """Whoever was let go, or announced a cheque, reads so, once each; nobody else does."""
        became = {change.after for change in changes}
        words = {"released": PledgeStatus.RELEASED, "dropped": PledgeStatus.DROPPED, "offline": PledgeStatus.SWITCHED_OFFLINE}
        for kind, status in words.items():
            assert kinds[kind] == (status.value in became), (kind, kinds)

    def assert_has_time(self, changes: list[PledgeChange]) -> None:
        """Nobody is let go sooner than two days after her debit came back, whatever was said of her card before."""
        back = [one.at for one in changes if one.before == PledgeStatus.PROCESSING and one.cause.startswith("declined:")]
        gone = [one.at for one in changes if one.after == PledgeStatus.DROPPED]
        assert not back or not gone or gone[0] + BLINK >= back[-1] + timedelta(days=2)

    def assert_steps(self, dunning: list[Posted], declines: list[datetime]) -> None:
        """A word at each decline; reminders of it on the second, fourth and sixth day at the earliest, once each."""
        steps = Counter(tuple(int(part) for part in letter.kind.split("-")[1:]) for letter in dunning)
        assert set(steps.values()) <= {1}, steps
        assert [turn for days, turn in sorted(steps) if days == 0] == list(range(1, len(declines) + 1))
        for letter in dunning:
            days, turn = (int(part) for part in letter.kind.split("-")[1:])
            assert days in (0, 2, 4, 6)
            assert letter.at + BLINK >= declines[turn - 1] + timedelta(days=days)
            assert days == 0 or sum(at <= letter.at for at in declines) == turn, f"{letter}: of an earlier payment"


async def a_week(gate: Harness, given: list[str], cancels: bool, late: bool) -> Week:
    campaign = await a_live_campaign(3_000)
    for number, card in enumerate(given):
        await a_pledge(campaign, gate, cents=3_000, card=card, name=f"Personne {number}")
    if cancels:
        await pledges.cancel(await whole((await a_pledge(campaign, gate, card=POOR, name="Léa Partie")).id))
    if late:
        saved = await a_pledge(campaign, gate, name="Paul Tardif")
        await Pledge.filter(id=saved.id).update(confirmed_at=clock.now() + timedelta(days=2))
    clocks = Clocks(gate)
    await clocks.travel(timedelta(days=1, seconds=1))
    assert await deciding.decide(campaign.id) == CampaignStatus.COLLECTING
    return Week(gate, clocks, campaign, await a_treasurer(), count(1))


def test_no_reminder_comes_twice_nor_to_whoever_has_paid_whatever_runs_again(worlds: Worlds) -> None:
    async def story(gate: Harness, given: list[str], cancels: bool, late: bool, acts: list[tuple[str, int]]) -> None:
        week = await a_week(gate, given, cancels, late)
        for act, which in acts:
            await week.do(act, which)
        await week.ends()
        await week.assert_told_once_and_in_time()

    @lives(3)
    @given(cards, st.booleans(), st.booleans(), stories)
    @known([POOR, GOOD], False, False, [("jobs", 0), ("a day", 0), ("pay by debit", 1), ("jobs", 0), ("debit fails", 0), ("jobs", 0), ("a day", 0), ("jobs", 0), ("two days", 0), ("jobs", 0)])
    @known([POOR], False, False, [("jobs", 0), ("a long night", 0), ("two days", 0), ("pay by debit", 1), ("a day", 0), ("debit fails", 0), ("jobs", 0), ("a day", 0), ("jobs", 0)])
    @known([POOR], False, False, [("jobs", 0), ("a day", 0), ("pay badly", 1), ("a day", 0), ("jobs", 0), ("again", 0), ("two days", 0), ("jobs", 0)])
    @known([POOR], False, True, [("jobs", 0), ("again", 0), ("a day", 0), ("switch", 0), ("two days", 0), ("jobs", 0), ("two days", 0), ("jobs", 0), ("again", 0)])
    def example(given: list[str], cancels: bool, late: bool, acts: list[tuple[str, int]]) -> None:
        worlds.live(lambda gate: story(gate, given, cancels, late, acts))

    example()
