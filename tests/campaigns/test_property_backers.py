"""Invariant 10, persons: by card, by hand or both, under her own name or another one, everybody is counted once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count

from hypothesis import example as known
from hypothesis import given
from hypothesis import strategies as st

from campaigns.lifecycle.models import Campaign
from campaigns.offline import donors
from campaigns.offline.models import COUNTING, OfflineGift
from campaigns.offline.verify import CHECKS as BY_HAND
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.settlement import deciding
from campaigns.settlement.verify import totals_are_true
from civic import clock
from civic.contributions.models import Contribution
from civic.people.actor import Actor
from civic.people.models import Person
from tests.campaigns.model.treasurer import ByHand
from tests.campaigns.model.worlds import ENGINES, Worlds, lives, tried
from tests.factories import a_person
from tests.factories.matching import a_gift as by_card
from tests.factories.offline import a_gift, a_treasurer
from tests.factories.settlement import a_live_campaign, deadline_passes

pytestmark = ENGINES
ACTS = ("card", "cancel", "cheque", "cheque under another name", "cash of nobody", "verify", "verify", "undo", "bounce",
        "claim", "claim", "refuse")  # fmt: skip
Act = tuple[str, int]
acts = st.tuples(st.sampled_from(ACTS), st.integers(0, 3))
groups = st.lists(st.lists(acts, min_size=1, max_size=3), min_size=4, max_size=10)
TWO_ROADS: list[list[Act]] = [
    [("card", 0)], [("cheque", 0)], [("verify", 0)], [("cancel", 0)], [("cheque", 0)], [("verify", 1)], [("undo", 0)], [("undo", 0)],
]  # fmt: skip
"""One person: her card, her cheque, the card taken back, another cheque, then neither."""
HERS_AFTER_ALL: list[list[Act]] = [
    [("cheque under another name", 0)], [("cheque under another name", 0)], [("verify", 0)], [("verify", 0)], [("claim", 0)], [("card", 0)],
    [("claim", 0)], [("bounce", 0)], [("cancel", 0)], [("bounce", 0)],
]  # fmt: skip
"""Two cheques under a name that no account bears: both are hers, one after the other, and she gives by card besides."""
AT_ONCE: list[list[Act]] = [
    [("cheque under another name", 0), ("cash of nobody", 0), ("cheque under another name", 1)], [("verify", 0), ("verify", 1), ("verify", 2)],
    [("claim", 0), ("bounce", 0), ("card", 0)], [("claim", 0), ("claim", 1), ("undo", 1)],
]  # fmt: skip


@dataclass
class Square(ByHand):
    """A campaign and its neighbours, each with an account; what each page showed when a moment began."""

    campaign: Campaign
    people: list[Person]
    treasurer: Actor
    cents: "count[int]" = field(default_factory=lambda: count(1_000, 100))

    async def do(self, act: str, which: int) -> None:
        """Carry out an act, which may be refused."""
        verbs: dict[str, Callable[[int], Awaitable[object]]] = {
            "card": self.card, "cancel": self.cancel, "cheque": lambda n: self.cheque(self.one(n).name, n),
            "cheque under another name": lambda n: self.cheque(f"La voisine du {n % 2}", n),
            "cash of nobody": lambda _n: a_gift(self.campaign, next(self.cents), donor_name="Un passant"),
            "verify": self.verify, "undo": self.undo, "bounce": self.bounce, "claim": self.claim, "refuse": self.refuse,
        }  # fmt: skip
        await verbs[act](which)

    def one(self, which: int) -> Person:
        return self.people[which % len(self.people)]

    async def card(self, which: int) -> None:
        await by_card(self.campaign, next(self.cents), self.one(which))

    async def cancel(self, which: int) -> None:
        rows = await Pledge.filter(status=PledgeStatus.CONFIRMED).order_by("id").select_related("campaign", "person")
        if rows:
            await tried(pledges.cancel(rows[which % len(rows)]))

    async def cheque(self, name: str, which: int) -> None:
        await a_gift(self.campaign, next(self.cents), donor_name=name, email=str(self.one(which).email))

    async def claim(self, which: int) -> None:
        """« C’est bien moi », of the first gift she is asked about."""
        person = self.one(which)
        if (asked := await donors.to_claim(person)) and await tried(donors.claim(asked[0], person)):
            assert (await OfflineGift.get(id=asked[0].id)).person_id == person.id

    async def refuse(self, which: int) -> None:
        person = self.one(which)
        if asked := await donors.to_claim(person):
            await donors.refuse(asked[0], person)

    async def assert_counted_once(self) -> None:
        """Whose promise stands or whose gift was verified; whoever left no address is her own gift."""
        standing = await Pledge.filter(status__in=[PledgeStatus.CONFIRMED, PledgeStatus.COLLECTED]).values_list("person_id", flat=True)
        gifts = await OfflineGift.filter(status__in=list(COUNTING))
        backers = set(standing) | {gift.person_id or -gift.id for gift in gifts}
        found = await Campaign.get(id=self.campaign.id)
        assert found.backers_count == len(backers)
        assert found.offline_cents == sum(gift.amount_cents for gift in gifts)
        thanked = await Contribution.filter(source__startswith="offline:", revoked_at=None).values_list("source", "person_id")
        assert sorted(thanked) == sorted((f"offline:{gift.id}", gift.person_id) for gift in gifts if gift.person_id)
        assert [said for check in (totals_are_true, *BY_HAND) for said in await check()] == []

    async def ends(self) -> None:
        """The decision counts everybody anew and finds the same; a cheque that bounces afterwards is one backer less."""
        before = (await Campaign.get(id=self.campaign.id)).backers_count
        await deadline_passes(self.campaign)
        await deciding.decide(self.campaign.id)
        assert (await Campaign.get(id=self.campaign.id)).backers_count == before
        for number in range(3):
            await self.bounce(number)
            await self.assert_counted_once()


async def a_square() -> Square:
    campaign = await a_live_campaign(1)
    people = [await a_person(name) for name in ("Odile Blanc", "Karim Haddad")]
    ids = [one.id for one in people]
    await Person.filter(id__in=ids).update(email_verified_at=clock.now())
    return Square(campaign, await Person.filter(id__in=ids).order_by("id"), await a_treasurer())


def test_whatever_ways_she_gives_a_backer_is_counted_once(worlds: Worlds) -> None:
    async def story(groups: list[list[Act]]) -> None:
        square = await a_square()
        for group in groups:
            await asyncio.gather(*(square.do(*act) for act in group))
            await square.assert_counted_once()
        await square.ends()

    @lives(3)
    @given(groups)
    @known(TWO_ROADS)
    @known(HERS_AFTER_ALL)
    @known(AT_ONCE)
    def example(groups: list[list[Act]]) -> None:
        worlds.live_without_gateway(lambda: story(groups))

    example()
