"""Invariant 11, by cheque: announced, confirmed, changed, corrected, received or never, verified, bounced, at once too.

Whoever holds a reward by a promise to send a cheque holds it as by card, until its day; what is freed returns.
"""

import asyncio
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hypothesis import example as known
from hypothesis import given

from campaigns.offline import promising, service, verifying
from campaigns.offline.models import Mode, OfflineGift, OfflineStatus
from campaigns.offline.service import Entry
from campaigns.pledges.service import Gift
from civic import clock
from civic.people.actor import Actor
from civic.people.models import Person
from tests.campaigns.model.shop import CENTS, Act, Shop, a_shop, groups_of
from tests.campaigns.model.worlds import ENGINES, Worlds, lives, tried
from tests.factories.offline import a_treasurer

pytestmark = ENGINES
CHEQUES = (
    "hold", "announce", "announce", "confirm", "choose", "choose", "take back", "correct", "arrive", "verify", "bounce",
    "days",
)  # fmt: skip
A_WHILE = [[Act("days", 1, 0)]] * 3
"""Three weeks: a reward is no longer held; after three more nothing is awaited."""


@dataclass
class Stall(Shop):
    """Besides: cheques that backers announce, the lead who receives them, and a treasurer."""

    lead: Actor = field(kw_only=True)
    treasurer: Actor = field(kw_only=True)
    shown: list[OfflineGift] = field(default_factory=list)
    """The gifts as everybody's page showed them when this moment began."""

    async def do(self, act: Act) -> None:
        """Carry out an act, which may be refused."""
        verbs = {
            "hold": self.hold, "announce": self.announce, "confirm": self.confirm, "choose": self.choose,
            "take back": self.take_back, "correct": self.correct, "arrive": self.arrive, "verify": self.verify,
            "bounce": self.bounce, "days": self.days,
        }  # fmt: skip
        await verbs[act.verb](act)

    async def look(self) -> None:
        """Everybody loads her page."""
        self.shown = await OfflineGift.all().order_by("id").select_related("campaign", "person", "reward")

    def gift(self, act: Act, *status: OfflineStatus) -> OfflineGift | None:
        rows = [row for row in self.shown if row.status in status]
        return copy(rows[act.which % len(rows)]) if rows else None

    async def announce(self, act: Act) -> None:
        """She sends a cheque; some have an address that they have not confirmed yet."""
        backer = self.people[act.which % len(self.people)]
        gift, keys = Gift(CENTS, 0, self.reward_of(act), False, False, "Rose"), [f"cheque-{next(self.keys)}"]
        await tried(promising.promise(backer, self.campaign, gift, keys, known=act.which % 3 > 0))

    async def confirm(self, act: Act) -> None:
        found = self.gift(act, OfflineStatus.CREATED)
        if found:
            await tried(promising.confirm(found))

    async def choose(self, act: Act) -> None:
        """She wants another reward, or none."""
        found = self.gift(act, OfflineStatus.PROMISED)
        if found:
            wish = replace(promising.wish_of(found), reward_id=self.reward_of(act))
            await tried(promising.change(found, wish))

    async def take_back(self, act: Act) -> None:
        found = self.gift(act, OfflineStatus.CREATED, OfflineStatus.PROMISED)
        if found:
            await tried(promising.cancel(found))

    def line(self, act: Act, mode: Mode | None) -> Entry:
        """What the lead writes; some cheques are of less than the reward asks for."""
        return Entry("", CENTS - 500 * (act.which % 2), mode, clock.today() if mode else None, "CA 441")

    async def correct(self, act: Act) -> None:
        """The lead puts right what was announced, and what she has received."""
        found = self.gift(act, OfflineStatus.PROMISED, OfflineStatus.RECEIVED)
        if found:
            mode = Mode.CHEQUE if found.status == OfflineStatus.RECEIVED else None
            await tried(service.change(found, self.lead, self.line(act, mode)))

    async def arrive(self, act: Act) -> None:
        """It came, perhaps when nobody expected it any more; or it was a mistake."""
        found = self.gift(act, OfflineStatus.PROMISED, OfflineStatus.RECEIVED, OfflineStatus.EXPIRED)
        if found:
            mistake = found.status == OfflineStatus.RECEIVED
            await tried(
                service.strike(found, self.treasurer, "Saisi par erreur.") if mistake
                else service.change(found, self.lead, self.line(act, Mode.CHEQUE))
            )  # fmt: skip

    async def verify(self, act: Act) -> None:
        found = self.gift(act, OfflineStatus.RECEIVED)
        if found:
            await tried(verifying.verify(found.id, self.treasurer))

    async def bounce(self, act: Act) -> None:
        found = self.gift(act, OfflineStatus.VERIFIED)
        if found:
            await tried((verifying.bounce if act.which % 2 else verifying.undo)(found.id, self.treasurer))

    async def days(self, act: Act) -> None:
        """A week, or a day: rewards are free again, what never came lapses."""
        self.offset += timedelta(days=(1, 7)[act.which % 2])
        clock.travel(self.offset)
        await promising.sweep()


def test_whatever_backers_do_by_cheque_no_more_of_a_reward_is_held_than_there_is(worlds: Worlds) -> None:
    async def story(groups: list[list[Act]]) -> None:
        shop = await a_shop(days=900)
        lead = Actor(await Person.get(id=shop.campaign.lead_id))
        stall = Stall(**vars(shop), lead=lead, treasurer=await a_treasurer())
        for group in groups:
            await stall.look()
            await asyncio.gather(*(stall.do(act) for act in group))
            await stall.assert_within_stock()
        await stall.assert_the_rest_can_be_taken()

    @lives(8)
    @given(groups_of(CHEQUES))
    @known([[Act("announce", 1, 0)], [Act("choose", 0, 1), Act("choose", 0, 2)], [Act("choose", 0, 1), Act("correct", 1, 0)]])
    @known([[Act("announce", 1, 0)], *A_WHILE, [Act("choose", 0, 1)], *A_WHILE, [Act("arrive", 0, 0)]])
    def example(groups: list[list[Act]]) -> None:
        worlds.live_without_gateway(lambda: story(groups))

    example()
