"""A few rewards that several want: who holds, changes, pays late or lets go, each act alone or with others at once."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

from hypothesis import strategies as st

from campaigns.lifecycle.models import Campaign, Reward
from campaigns.offline.models import OfflineGift
from campaigns.offline.verify import CHECKS as BY_HAND
from campaigns.payments import checkout
from campaigns.pledges import editing
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import Gift, Saved
from campaigns.settlement.verify import rewards_match, totals_are_true
from civic import clock
from civic.jobs.models import Job
from civic.people.models import Person
from tests.campaigns.model.worlds import tried
from tests.factories import a_person
from tests.factories.campaigns import whole
from tests.factories.settlement import a_live_campaign

STOCKS = (1, 2, 1)
CENTS = 2_000
GONE = ("abandoned", "cancelled", "released", "dropped", "refunded", "charged_back")
GONE_BY_HAND = ("expired", "withdrawn", "bounced", "returned")


@dataclass(frozen=True)
class Act:
    """One thing somebody does, about one of the promises or rewards there are."""

    verb: str
    which: int
    reward: int


def groups_of(verbs: tuple[str, ...]) -> "st.SearchStrategy[list[list[Act]]]":
    """Groups of acts; those of a group are done at once."""
    acts = st.builds(Act, st.sampled_from(verbs), st.integers(0, 5), st.integers(0, len(STOCKS)))
    return st.lists(st.lists(acts, min_size=1, max_size=4), min_size=3, max_size=14)


@dataclass
class Shop:
    """A live campaign, its few rewards, its backers, and what each change was before."""

    campaign: Campaign
    rewards: list[Reward]
    people: list[Person]
    keys: "count[int]" = field(default_factory=lambda: count(1))
    before: dict[int, editing.Wish] = field(default_factory=dict)
    saved: set[str] = field(default_factory=set)
    """Every card that somebody saved."""
    offset: timedelta = timedelta()

    async def do(self, act: Act) -> None:
        """Carry out an act, which may be refused."""
        verbs = {
            "hold": self.hold, "hold twice": self.hold_twice, "hold anew": self.hold_anew, "pay": self.pay, "edit": self.edit,
            "edit at once": self.edit_at_once, "pay late": self.pay_late,
            "pay after all": self.pay_after_all, "undo": self.undo, "cancel": self.cancel, "abandon": self.abandon, "expire": self.expire,
        }  # fmt: skip
        await verbs[act.verb](act)

    def reward_of(self, act: Act) -> int:
        return self.rewards[act.reward].id if act.reward < len(self.rewards) else 0

    async def wants(self, who: int, reward: int, key: str, former: list[str]) -> bool:
        backer = self.people[who % len(self.people)]
        gift = Gift(CENTS, 100 * (who % 3), reward, False, False, "Rose")
        return await tried(pledges.pledge(backer, self.campaign, gift, key, former))

    async def hold(self, act: Act) -> None:
        await self.wants(act.which, self.reward_of(act), f"key-{next(self.keys)}", [])

    async def hold_twice(self, act: Act) -> None:
        """A double click."""
        key = f"key-{next(self.keys)}"
        await asyncio.gather(*(self.wants(act.which, self.reward_of(act), key, []) for _ in range(2)))

    async def hold_anew(self, act: Act) -> None:
        """The form again, for another reward: it replaces the promise that was not paid."""
        found = await self.one(act, PledgeStatus.CREATED)
        if found:
            await self.wants(act.which, self.reward_of(act), f"key-{next(self.keys)}", [found.form_key])

    async def one(self, act: Act, status: PledgeStatus) -> Pledge | None:
        rows = await Pledge.filter(status=status).order_by("id")
        return await whole(rows[act.which % len(rows)].id) if rows else None

    async def pay(self, act: Act, late: timedelta = timedelta()) -> None:
        found = await self.one(act, PledgeStatus.CREATED)
        if found:
            await self.save(found, late)

    async def save(self, found: Pledge, late: timedelta = timedelta()) -> None:
        """A card of hers is kept for this promise, as we hear."""
        card = f"pm_{next(self.keys)}"
        if await tried(pledges.confirm(found.id, Saved(f"cus_{found.id}", card, "Visa •••• 4242", clock.now() + late))):
            self.saved.add(card)

    async def pay_late(self, act: Act) -> None:
        """What the gateway saved after the deadline, heard of before the decision."""
        await self.pay(act, timedelta(days=40))

    async def pay_after_all(self, act: Act) -> None:
        """Her page was open in another window when she gave this promise up, or paid it."""
        status = (PledgeStatus.ABANDONED, PledgeStatus.CANCELLED, PledgeStatus.CONFIRMED)[act.which % 3]
        found = await self.one(act, status)
        if found:
            await self.save(found)

    async def edit(self, act: Act) -> None:
        found = await self.one(act, PledgeStatus.CONFIRMED)
        if found:
            before = editing.wish_of(found)
            cents = CENTS + 500 * (act.which % 3)
            wish = replace(before, reward_id=self.reward_of(act), amount_cents=cents, tip_cents=70 * act.which)
            if await tried(editing.change(found, wish)):
                self.before[found.id] = before

    async def edit_at_once(self, act: Act) -> None:
        """Everybody whose promise stands wants the same reward now."""
        standing = await Pledge.filter(status=PledgeStatus.CONFIRMED).count()
        await asyncio.gather(*(self.edit(replace(act, which=number)) for number in range(standing)))

    async def undo(self, act: Act) -> None:
        """The button that brings back what stood before a change."""
        found = await self.one(act, PledgeStatus.CONFIRMED)
        if found and found.id in self.before:
            await tried(editing.change(found, self.before[found.id]))

    async def cancel(self, act: Act) -> None:
        found = await self.one(act, PledgeStatus.CONFIRMED)
        if found:
            await tried(pledges.cancel(found))

    async def abandon(self, act: Act) -> None:
        """Her page has ended."""
        found = await self.one(act, PledgeStatus.CREATED)
        if found:
            await tried(pledges.abandon(found, "page_expired"))

    async def expire(self, _act: Act) -> None:
        """Whoever never came to the page of payment is forgotten after an hour."""
        self.offset += timedelta(minutes=61)
        clock.travel(self.offset)
        await checkout.sweep()

    async def assert_within_stock(self) -> None:
        for reward, stock in zip(self.rewards, STOCKS, strict=True):
            held = await Pledge.filter(reward_id=reward.id).exclude(status__in=GONE).count()
            held += await OfflineGift.filter(reward_id=reward.id).exclude(status__in=GONE_BY_HAND).count()
            taken = (await Reward.get(id=reward.id)).taken
            assert held == taken <= stock, (reward.title, held, taken, stock)
        by_hand = [said for check in BY_HAND for said in await check()]
        assert [*await rewards_match(), *await totals_are_true(), *by_hand] == []

    async def assert_no_card_is_kept_in_vain(self) -> None:
        """A saved card is of a promise that stands, or it is let go (invariant 7)."""
        standing = set(await Pledge.filter(status=PledgeStatus.CONFIRMED).values_list("method_ref", flat=True))
        let_go = set(await Job.filter(name="method_unneeded").values_list("key", flat=True))
        assert self.saved - standing == let_go, (self.saved, standing, let_go)

    async def assert_the_rest_can_be_taken(self) -> None:
        """As many as are free, by a crowd that wants them all at once, and not one more."""
        for reward, stock in zip(self.rewards, STOCKS, strict=True):
            free = stock - (await Reward.get(id=reward.id)).taken
            crowd = [self.wants(n, reward.id, f"key-{next(self.keys)}", []) for n in range(stock + 1)]
            assert sum(await asyncio.gather(*crowd)) == free
        await self.assert_within_stock()


async def a_shop(days: int = 30) -> Shop:
    """Two have promised already, and chosen nothing."""
    campaign = await a_live_campaign(10_000, deadline=clock.now() + timedelta(days=days))
    rewards = [
        await Reward.create(campaign_id=campaign.id, title=f"Carte {n}", from_cents=CENTS, stock=stock)
        for n, stock in enumerate(STOCKS)
    ]
    people = [await a_person(name) for name in ("Odile Blanc", "Karim Haddad", "Léa Juste")]
    shop = Shop(campaign, rewards, people)
    for who in range(2):
        await shop.hold(Act("hold", who, len(STOCKS)))
        await shop.pay(Act("pay", 0, 0))
    return shop
