"""Invariant 16: whoever enters, corrects, proposes and verifies, for herself or at the counter, two hands made it count."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from hypothesis import example as known
from hypothesis import given
from hypothesis import strategies as st

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.matching import service as matching
from campaigns.offline import queries, service, statements, verifying
from campaigns.offline.models import BankLine, BankStatement, LineStatus, Mode, OfflineGift
from campaigns.offline.service import Entry
from campaigns.offline.verify import CHECKS
from campaigns.settlement import deciding
from civic import clock, jobs
from civic.errors import DomainError, Forbidden, NotFound
from civic.people.actor import Actor
from civic.people.models import RoleName
from tests.campaigns.model.worlds import ENGINES, Worlds, lives, tried
from tests.factories import a_person
from tests.factories.matching import an_agreement
from tests.factories.offline import an_announced_gift
from tests.factories.settlement import a_live_campaign, deadline_passes

pytestmark = ENGINES
ACTS = ("correct", "correct", "receive", "send back", "verify", "verify", "verify", "undo", "bounce", "line", "line again",
        "withdraw")  # fmt: skip
HANDS = st.tuples(st.integers(0, 3), st.sampled_from((None, None, 1, 2, 3)))
"""Who acts, and whose hand it is at the counter: the lead, and three of the team."""
stories = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 3), HANDS), min_size=6, max_size=18)
GIFTS = ((1_000, Mode.CHEQUE, None, 2), (2_000, Mode.CHEQUE, 3, None), (4_000, None, None, None))
"""Cents, how it came (None: it was only promised), which of the four gave it, whose hand wrote it down for the lead."""
ANNOUNCED, GOAL = 8_000, 7_000


@dataclass
class Stall:
    """What really counts, told by whoever was allowed to make it count: gift → cents."""

    campaign: Campaign
    actors: list[Actor]
    gifts: list[int]
    recorder: dict[int, int | None]
    donor: dict[int, int | None]
    proposer: dict[int, int] = field(default_factory=dict)
    """Line of the bank → who proposed what it pays."""
    counting: dict[int, int] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def actor(self, who: int, hand: int | None) -> Actor:
        """One of the four, or an animator's hand that helps her at the counter."""
        found = self.actors[who]
        return Actor(found.person, found.roles, recorded_by=self.actors[hand].person if hand is not None else None)

    async def do(self, act: str, which: int, who: int, hand: int | None) -> None:
        id, actor = self.gifts[which], self.actor(who, hand)
        verbs: dict[str, Callable[[int, Actor], Awaitable[object]]] = {
            "correct": self.correct, "receive": self.receive, "verify": self.verify, "undo": self.undo, "line": self.line,
            "line again": self.line_again, "bounce": self.bounce, "send back": self.send_back, "withdraw": self.withdraw,
        }  # fmt: skip
        await verbs[act](id, actor)
        await self.assert_counted()

    async def correct(self, id: int, actor: Actor, mode: Mode | None = None) -> None:
        """She puts it right, a euro more; from then on she is the one who recorded it."""
        gift = await OfflineGift.get(id=id)
        email = "" if gift.due_on else gift.email
        entry = Entry(gift.donor_name, gift.amount_cents + 100, mode or gift.mode, clock.today(), email=email)
        if id not in self.counting and await tried(service.change(gift, actor, entry)):
            self.recorder[id] = actor.hand.id

    async def receive(self, id: int, actor: Actor) -> None:
        """What was promised or announced has come."""
        if (await OfflineGift.get(id=id)).mode is None:
            await self.correct(id, actor, Mode.TRANSFER)

    async def send_back(self, id: int, actor: Actor) -> None:
        await tried(service.send_back(await OfflineGift.get(id=id).select_related("campaign"), actor, "Illisible."))

    async def withdraw(self, id: int, actor: Actor) -> None:
        await tried(service.withdraw(await OfflineGift.get(id=id), actor))

    async def verify(self, id: int, actor: Actor) -> None:
        """The page opens, and the verb counts, for nobody who recorded or gave it, nor by a hand that did."""
        hers = self.is_hers(actor, self.recorder[id], self.donor[id])
        assert await _opens(id, actor) is (actor.is_treasurer and not hers)
        if id not in self.counting:
            seen = (await OfflineGift.get(id=id)).amount_cents - 100
            assert not await tried(verifying.verify(id, actor, seen)), "it is not what she saw"
        await self.made_to_count(id, verifying.verify(id, actor), actor, hers=hers)

    def is_hers(self, actor: Actor, *firsts: int | None) -> bool:
        return bool({actor.person.id, actor.hand.id} & set(firsts))

    async def made_to_count(self, id: int, verb: Awaitable[object], actor: Actor, *, hers: bool) -> None:
        try:
            await verb
        except DomainError:
            return
        gift = await OfflineGift.get(id=id)
        assert actor.is_treasurer
        assert not hers, f"{gift.code}: one person alone made it count"
        assert gift.verified_by_id in (actor.hand.id, self.actors[0].person.id) or id in self.counting
        if id not in self.counting:
            assert gift.verified_by_id == actor.hand.id
            assert gift.recorded_by_id == self.recorder[id]
        self.counting[id] = gift.amount_cents

    async def line(self, id: int, actor: Actor) -> None:
        """A line of the bank that pays it, proposed by her; another one confirms it, or she herself tries."""
        gift = await OfflineGift.get(id=id)
        file = await BankStatement.create(name="x", signature="s", sent_by=actor.hand, sent_at=clock.now())
        line = await BankLine.create(
            hash=f"line-{next(self.numbers)}", statement=file, number=1, on=clock.today(), label=gift.code,
            amount_cents=gift.amount_cents,
        )  # fmt: skip
        if await tried(statements.propose(line, gift.code, actor)):
            self.proposer[line.id] = actor.hand.id
            await self.confirm(line.id, id, actor)

    async def line_again(self, _id: int, actor: Actor) -> None:
        """Whatever lines are proposed, she confirms them."""
        for line in await BankLine.filter(status=LineStatus.PROPOSED, id__in=list(self.proposer) or [0]):
            await self.confirm(line.id, line.gift_id or 0, actor)

    async def confirm(self, line_id: int, id: int, actor: Actor) -> None:
        """Promised until now, it is received by whoever proposed the line."""
        before, proposer = self.recorder[id], self.proposer[line_id]
        if (await OfflineGift.get(id=id)).mode is None:
            self.recorder[id] = proposer
        hers = self.is_hers(actor, proposer, self.recorder[id], self.donor[id])
        await self.made_to_count(id, statements.confirm(line_id, actor), actor, hers=hers)
        if (await OfflineGift.get(id=id)).mode is None:
            self.recorder[id] = before

    async def undo(self, id: int, actor: Actor) -> None:
        if await tried(verifying.undo(id, actor)):
            self.counting.pop(id, None)

    async def bounce(self, id: int, actor: Actor) -> None:
        if await tried(verifying.bounce(id, actor)):
            self.counting.pop(id, None)

    async def assert_counted(self) -> None:
        """Public total, ledger and match: what two hands made count, and nothing else."""
        await matching.refresh(self.campaign.id)
        found, total = await Campaign.get(id=self.campaign.id), sum(self.counting.values())
        assert (found.offline_cents, found.matched_cents, found.raised_cents) == (total, total, 2 * total)
        assert -(await ledger.campaign_balances(found.id)).get("campaign_fund", 0) == total
        assert [said for check in CHECKS for said in await check()] == []

    async def ends(self) -> None:
        """The deadline: only what counts decides."""
        total = 2 * sum(self.counting.values())
        await jobs.run_due(schedules=False)
        await deadline_passes(self.campaign)
        outcome = CampaignStatus.COLLECTING if total >= GOAL else CampaignStatus.FAILED
        assert await deciding.decide(self.campaign.id) == outcome
        assert (await Campaign.get(id=self.campaign.id)).decided_total_cents == total
        if outcome == CampaignStatus.FAILED:  # whoever comes now has it given back
            for id in set(self.gifts) - set(self.counting):
                assert not await tried(verifying.verify(id, self.actors[2]))


async def _opens(id: int, actor: Actor) -> bool:
    try:
        await queries.gift_to_verify(id, actor)
    except (Forbidden, NotFound):
        return False
    return True


async def a_stall() -> Stall:
    """A live campaign whose commune gives as much again; three gifts were entered for the lead, one was announced."""
    campaign = await a_live_campaign(GOAL, deadline=clock.now() + timedelta(days=20))
    await an_agreement(campaign, budget_cents=100_000, cap_cents=100_000)
    team = [await a_person(name, "", RoleName.TREASURER) for name in ("Rose Petit", "Émile Garde", "Karim Haddad")]
    people = [await campaign.lead, *team]
    roles = frozenset({RoleName.TREASURER})
    actors = [Actor(people[0]), *(Actor(one, roles) for one in team)]
    ids, donors, recorder = list[int](), list[int | None](), dict[int, int | None]()
    for number, (cents, mode, who, hand) in enumerate(GIFTS):
        writer = Actor(people[0], recorded_by=people[hand] if hand else None)
        name, email = (people[who].name, str(people[who].email)) if who else ("Odile Blanc", "")
        entry = Entry(name, cents, mode, clock.today(), email=email)
        ids += [gift.id for gift in await service.enter(campaign, writer, [entry], f"stall-{number}")]
        recorder[ids[-1]] = writer.hand.id
        donors.append(people[who].id if who else None)
    announced = await an_announced_gift(campaign, ANNOUNCED)
    recorder[announced.id] = announced.person_id
    donor = dict(zip(ids, donors, strict=True)) | {announced.id: announced.person_id}
    return Stall(campaign, actors, [*ids, announced.id], recorder, donor)


LEAD, ROSE, EMILE, KARIM = (0, None), (1, None), (2, None), (3, None)
AT_THE_COUNTER = (1, 2)
"""Émile acts for Rose."""


def test_whatever_hands_do_no_money_counts_without_a_second_person(worlds: Worlds) -> None:
    async def story(acts: list[tuple[str, int, tuple[int, int | None]]]) -> None:
        stall = await a_stall()
        for act, which, (who, hand) in acts:
            await stall.do(act, which, who, hand)
        await stall.ends()

    @lives(5)
    @given(stories)
    @known([("verify", 0, ROSE)])
    @known([
        ("verify", 0, EMILE), ("correct", 0, AT_THE_COUNTER), ("verify", 0, EMILE), ("verify", 0, (3, 2)), ("verify", 0, (2, 3)),
        ("verify", 0, ROSE), ("verify", 1, KARIM), ("verify", 1, (1, 3)), ("verify", 1, (3, 1)), ("correct", 1, ROSE),
        ("verify", 1, ROSE), ("verify", 1, (2, 1)), ("verify", 1, EMILE), ("undo", 1, EMILE), ("verify", 1, KARIM),
    ])  # fmt: skip
    @known([
        ("receive", 2, LEAD), ("line", 2, ROSE), ("line again", 2, (3, 1)), ("line again", 2, (1, 3)),
        ("line again", 2, EMILE), ("undo", 2, EMILE), ("verify", 2, KARIM), ("verify", 3, EMILE), ("receive", 3, AT_THE_COUNTER), ("verify", 3, EMILE),
        ("verify", 3, (3, 2)), ("verify", 3, LEAD), ("send back", 3, ROSE), ("verify", 3, KARIM), ("correct", 3, ROSE),
        ("verify", 3, ROSE), ("verify", 3, KARIM),
    ])  # fmt: skip
    def example(acts: list[tuple[str, int, tuple[int, int | None]]]) -> None:
        worlds.live_without_gateway(lambda: story(acts))

    example()
