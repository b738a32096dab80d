"""Invariant 17, by cheque: whatever runs again, each letter about what was announced comes once, and in time."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import example as known
from hypothesis import given
from hypothesis import strategies as st

from campaigns.lifecycle.models import Campaign
from campaigns.offline import pressing, promising, service, telling, verifying
from campaigns.offline.models import Mode, OfflineChange, OfflineGift, OfflineStatus
from campaigns.offline.service import Entry
from campaigns.pledges.service import Gift
from campaigns.settlement import deciding
from civic import clock, jobs
from civic.jobs.models import Job
from civic.mail.compose import message_id
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person
from tests.campaigns.model.worlds import ENGINES, Worlds, lives, tried
from tests.factories import a_person
from tests.factories.campaigns import a_reward
from tests.factories.offline import a_treasurer
from tests.factories.settlement import a_live_campaign

pytestmark = ENGINES
HOURS = {"an hour": 1, "half a day": 12, "a day": 24, "three days": 72, "a week": 168}
ACTS = (*HOURS, "announce", "announce", "announce", "confirm", "change", "take back", "arrive", "verify")
BLINK = timedelta(milliseconds=1)
"""Jobs are dated to the millisecond, changes to the microsecond."""
stories = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 5)), min_size=4, max_size=16)


@dataclass(frozen=True)
class Word:
    """A letter: to whom, of which gift (0: of a campaign), when, its text."""

    kind: str
    to: str
    gift_id: int
    text: str
    at: datetime


async def words() -> list[Word]:
    """Every letter by the beginning of its key, in the order in which they were written."""
    sent, found = {mail.message_id: mail for mail in await OutboxMessage.all()}, []
    for job in await Job.filter(name="send_mail", key__startswith="offline").order_by("id"):
        said = re.match(r"(offline\w*?)-gift-(\d+)", job.key) or re.match(r"(offline-[a-z]+)()", job.key)
        assert said, job.key
        assert message_id(job.key) in sent, job.key
        mail, at = sent[message_id(job.key)], datetime.fromtimestamp(job.created_at / 1000, UTC)
        found.append(Word(said[1], mail.to, int(said[2] or 0), mail.text, at))
    return found


@dataclass
class Post:
    """A live campaign whose backers announce cheques; the clock's jobs run whenever time passes, twice at once."""

    campaign: Campaign
    reward_id: int
    lead: Actor
    treasurer: Actor
    keys: "count[int]"
    offset: timedelta

    async def do(self, act: str, which: int) -> None:
        verbs = {
            "announce": self.announce, "confirm": self.confirm, "change": self.change, "take back": self.take_back,
            "arrive": self.arrive, "verify": self.verify,
        }  # fmt: skip
        if act in HOURS:
            await self.later(HOURS[act])
        else:
            await verbs[act](which)

    async def later(self, hours: int) -> None:
        """Each job of the clock, and once more as if no worker had told that it was done."""
        self.offset += timedelta(hours=hours)
        clock.travel(self.offset)
        await deciding.decide_due()
        for job in (telling.tell, pressing.tell, promising.sweep):
            await asyncio.gather(job(), job())
            await job()

    async def one(self, which: int, *status: OfflineStatus) -> OfflineGift | None:
        rows = OfflineGift.filter(status__in=status).order_by("id").select_related("campaign", "person", "reward")
        found = await rows
        return copy(found[which % len(found)]) if found else None

    async def announce(self, which: int) -> None:
        """Somebody new; her address is hers, or still to be confirmed."""
        number = next(self.keys)
        backer = await a_person(f"Odile Blanc{number}")
        gift = Gift(3_000, 0, self.reward_id * (which % 2), False, False, backer.short_name)
        keys = [f"announced-{number}"]
        await tried(promising.promise(backer, self.campaign, gift, keys, known=which % 3 > 0))

    async def tried_twice(self, found: OfflineGift | None, verb: Callable[[OfflineGift], Awaitable[object]]) -> None:
        """A double click."""
        if found:
            await asyncio.gather(*(tried(verb(copy(found))) for _ in range(2)))

    async def confirm(self, which: int) -> None:
        await self.tried_twice(await self.one(which, OfflineStatus.CREATED), promising.confirm)

    async def take_back(self, which: int) -> None:
        await self.tried_twice(await self.one(which, OfflineStatus.CREATED, OfflineStatus.PROMISED), promising.cancel)

    async def change(self, which: int) -> None:
        """Another sum, with or without the reward."""
        found = await self.one(which, OfflineStatus.PROMISED)
        if found:
            wish = replace(promising.wish_of(found), amount_cents=3_000 + 100 * which, reward_id=self.reward_id * (which % 2))
            await tried(promising.change(found, wish))

    async def arrive(self, which: int) -> None:
        found = await self.one(which, OfflineStatus.PROMISED, OfflineStatus.EXPIRED)
        if found:
            line = Entry("", found.amount_cents, Mode.CHEQUE, clock.today(), "CA 441")
            await tried(service.change(found, self.lead, line))

    async def verify(self, which: int) -> None:
        found = await self.one(which, OfflineStatus.RECEIVED)
        if found:
            await tried(verifying.verify(found.id, self.treasurer))

    async def assert_told_once_and_in_time(self) -> None:
        found = await words()
        rows = await OfflineChange.all().order_by("id")
        history = {gift.id: [row for row in rows if row.gift_id == gift.id] for gift in await OfflineGift.all()}
        for gift_id, changes in history.items():
            self.assert_backer_is_told(changes, [word for word in found if word.gift_id == gift_id])
        deadline = (await Campaign.get(id=self.campaign.id)).deadline
        assert deadline is not None
        self.assert_pressed([word for word in found if word.kind == "offline-pressing"], deadline, history)
        lead = [word for word in found if word.kind == "offline-announced" and word.to == self.lead.person.email]
        await self.assert_lead_is_told(lead, history)

    def assert_backer_is_told(self, changes: list[OfflineChange], mine: list[Word]) -> None:
        """How to send it at once and after each change; a reminder of each day once, while it is awaited; its end."""
        kinds = Counter(word.kind for word in mine)
        became = Counter(change.after for change in changes if change.before != change.after)
        assert kinds["offline"] == became["promised"] + sum(change.cause.startswith("changed, ") for change in changes)
        assert kinds["offline_lapsed"] == became["expired"], (kinds, became)
        assert kinds["offline_cancelled"] <= became["withdrawn"]
        reminders = [word for word in mine if word.kind == "offline_reminder"]
        assert len({word.text for word in reminders}) == len(reminders), reminders
        for word in reminders:
            assert state_at(changes, word.at) == "promised", word

    def assert_pressed(self, pressed: list[Word], end: datetime, history: dict[int, list[OfflineChange]]) -> None:
        """Twice at most for each reader, in the last two days and on the last, while money waits to be verified."""
        steps = Counter((word.to, end - word.at <= timedelta(hours=24)) for word in pressed)
        assert set(steps.values()) <= {1}, steps
        for word in pressed:
            assert word.at < end <= word.at + timedelta(hours=48)
            assert "received" in {state_at(changes, word.at) for changes in history.values()}

    async def assert_lead_is_told(self, told: list[Word], history: dict[int, list[OfflineChange]]) -> None:
        """Each one in one letter while it is awaited; the first at once, the others by day, one letter a day."""
        days = [clock.local(word.at) for word in told]
        assert len({day.date() for day in days}) == len(days), days
        assert all(day.hour >= telling.FROM_HOUR for day in days[1:]), days
        gifts = await OfflineGift.all()
        named = {code for word in told for code in re.findall(r"H-\d+", word.text)}
        assert named <= {gift.code for gift in gifts}, "it was forgotten, so nobody had confirmed it"
        for gift in gifts:
            letters = [word for word in told if gift.code in word.text]
            assert len(letters) <= 1, letters
            assert all(state_at(history[gift.id], word.at) == "promised" for word in letters)
            assert letters or gift.status != OfflineStatus.PROMISED, "nobody heard of it"


def state_at(changes: list[OfflineChange], moment: datetime) -> str:
    """What it was then."""
    return ([""] + [change.after for change in changes if change.at <= moment + BLINK])[-1]


async def a_post(days: int) -> Post:
    """It is ten in the morning."""
    offset = clock.at(clock.today() + timedelta(days=1), 10) - clock.now()
    clock.travel(offset)
    campaign = await a_live_campaign(10_000, deadline=clock.now() + timedelta(days=days))
    lead = Actor(await Person.get(id=campaign.lead_id))
    return Post(campaign, (await a_reward(campaign, stock=2)).id, lead, await a_treasurer(), count(1), offset)


def test_whatever_runs_again_each_letter_about_an_announced_cheque_comes_once(worlds: Worlds) -> None:
    async def story(days: int, acts: list[tuple[str, int]]) -> None:
        post = await a_post(days)
        for act, which in acts:
            await post.do(act, which)
        for hours in (12, 12, 1):
            await post.later(hours)
        await jobs.run_due(schedules=False)
        await post.assert_told_once_and_in_time()

    @lives(2)
    @given(st.sampled_from((9, 40)), stories)
    @known(9, [("announce", 1), ("announce", 2), ("an hour", 0), ("announce", 4), ("a day", 0), ("arrive", 0), ("three days", 0), ("an hour", 0), ("half a day", 0), ("three days", 0), ("an hour", 0), ("half a day", 0), ("half a day", 0), ("an hour", 0), ("a day", 0)])
    @known(40, [("announce", 1), ("announce", 2), ("change", 3), ("change", 0), ("announce", 0), ("three days", 0), ("a week", 0), ("an hour", 0), ("three days", 0), ("three days", 0), ("a week", 0), ("three days", 0), ("an hour", 0), ("a week", 0)])
    @known(9, [("announce", 0), ("announce", 1), ("an hour", 0), ("announce", 2), ("an hour", 0), ("half a day", 0), ("half a day", 0), ("a week", 0)])
    def example(days: int, acts: list[tuple[str, int]]) -> None:
        worlds.live_without_gateway(lambda: story(days, acts))

    example()
