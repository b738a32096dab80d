"""Invariants 13 and 14: whatever comes, bounces, goes back or is asked for, a receipt is for a gift that is here."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from hypothesis import example as known
from hypothesis import given
from hypothesis import strategies as st

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.offline import deposits, verifying
from campaigns.offline.models import Mode, OfflineGift
from campaigns.payments.answers import DisputeState
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.receipts import queries, service
from campaigns.receipts.forms import DonorForm
from campaigns.receipts.models import Receipt
from campaigns.receipts.verify import CHECKS
from campaigns.refunds import requesting
from campaigns.refunds.models import Dispute, RefundMeans
from civic import clock, jobs
from civic.people.actor import Actor
from civic.settings import configure, settings
from tests.campaigns.model.worlds import ENGINES, Worlds, lives, tried
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign
from tests.factories.offline import a_gift
from tests.factories.receipts import ADDRESS, ISSUER, odile
from tests.factories.refunds import WHY, a_treasurer, an_animator

pytestmark = ENGINES
ACTS = ("ask", "ask", "verify", "verify", "bank", "undo", "bounce", "give back", "part", "part", "void", "jobs", "jobs",
        "bank keeps", "succeeds", "ends")  # fmt: skip
HERE, KEPT = ("verified", "banked"), ("funded", "reporting", "closed")
stories = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 4)), min_size=6, max_size=16)
Name = tuple[str, int]
"""Which gift: the column of a receipt that names it, and its number there."""


@dataclass
class Office:
    """Three gifts by hand, the last to a campaign that keeps whatever comes, and two paid by card with a tip for one."""

    team: Actor
    treasurer: Actor
    campaign: Campaign
    gifts: list[Name]
    back: dict[int, int] = field(default_factory=dict)
    taken: dict[Name, int] = field(default_factory=dict)
    """Receipts that a person took back → how many their gift had had by then: no other follows by itself."""

    async def do(self, act: str, which: int) -> None:
        gift = self.gifts[which]
        verbs: dict[str, Callable[[], Awaitable[object]]] = {
            "ask": lambda: self.ask(gift, gift, self.gifts[which - 1]), "part": lambda: self.part(gift),
            "bank keeps": lambda: self.bank_keeps(gift),
            "void": lambda: self.void(gift), "jobs": self.jobs_run, "ends": self.ends, "succeeds": self.succeeds,
        }  # fmt: skip
        by_hand: dict[str, Callable[[], Awaitable[object]]] = {
            "verify": lambda: self.verify(gift), "undo": lambda: verifying.undo(gift[1], self.treasurer),
            "bounce": lambda: verifying.bounce(gift[1], self.treasurer), "bank": lambda: self.bank(gift[1]),
            "give back": lambda: verifying.give_back(gift[1], self.treasurer),
        }  # fmt: skip
        if act in verbs:
            await verbs[act]()
        elif gift[0] == "gift_id":
            await tried(by_hand[act]())

    async def verify(self, gift: Name) -> None:
        await verifying.verify(gift[1], self.treasurer)
        self.taken.pop(gift, None)

    async def bank(self, gift_id: int) -> None:
        """The cheque goes to the bank on a slip of its own."""
        slip = await deposits.prepare(Mode.CHEQUE, [gift_id], self.treasurer)
        await deposits.bank(slip, clock.today(), self.treasurer)

    async def ask(self, *gifts: Name) -> None:
        """Donors ask for their receipts, at once; whatever is issued is for what is here at that moment."""
        before = set(await Receipt.all().values_list("id", flat=True))
        await asyncio.gather(*(tried(self.issue(gift)) for gift in gifts))
        for made in await Receipt.exclude(id__in=before or [0]):
            assert made.amount_cents == await self.here(_name(made)), made.content["reference"]
            self.taken.pop(_name(made), None)

    async def issue(self, gift: Name) -> None:
        await (service.issue_by_hand(gift[1]) if gift[0] == "gift_id" else service.issue(gift[1]))

    async def part(self, gift: Name) -> None:
        """Two persons give a part of it back from the bank, of the gift first; the last part is the tip."""
        if gift[0] == "pledge_id":
            cents = 2_000 - self.back.get(gift[1], 0) % 1_700
            asked = requesting.request(gift[1], self.team, cents, WHY, RefundMeans.TRANSFER)
            if await tried(self.give(asked)):
                self.back[gift[1]] = self.back.get(gift[1], 0) + cents

    async def give(self, asked: Awaitable[object]) -> None:
        refund = await asked
        await requesting.approve(refund.id, self.treasurer)  # type: ignore[attr-defined]

    async def bank_keeps(self, gift: Name) -> None:
        """A dispute that was won, but for 10 € which never came back."""
        if gift[0] == "gift_id" or self.back.get(gift[1]) or await Dispute.filter(pledge_id=gift[1]).exists():
            return
        present, paid = clock.now(), await Pledge.get(id=gift[1])
        await Dispute.create(
            pledge_id=paid.id, attempt=await Attempt.get(pledge_id=paid.id), dispute_ref=f"dp_{paid.id}", opened_at=present,
            status=DisputeState.WON, amount_cents=1_000, held_cents=1_000, gift_cents=1_000, closed_at=present,
        )  # fmt: skip
        self.back[paid.id] = 1_000
        told = {"pledge_id": paid.id, "campaign_id": paid.campaign_id, "amount_cents": 1_000}
        await jobs.enqueue("refund_settled", key=f"dispute-{paid.id}", **told)

    async def void(self, gift: Name) -> None:
        """The treasurer takes a receipt back, twice at once: one void."""
        found = await queries.standing(**{gift[0]: gift[1]})
        if found:
            await asyncio.gather(*(service.void(found, "Le nom était faux.", self.treasurer) for _twice in range(2)))
            self.taken[gift] = len(await _issued(gift))

    async def succeeds(self) -> None:
        await self.becomes(CampaignStatus.FUNDED, "campaign_funded", CampaignStatus.LIVE)

    async def ends(self) -> None:
        """Without success at its deadline, or with everything given back after it."""
        await self.becomes(CampaignStatus.FAILED, "campaign_decided", CampaignStatus.LIVE)
        await self.becomes(CampaignStatus.UNWINDING, "campaign_unwinding", CampaignStatus.FUNDED)

    async def becomes(self, status: CampaignStatus, fact: str, before: CampaignStatus) -> None:
        if await Campaign.filter(id=self.campaign.id, status=before).update(status=status):
            await jobs.enqueue(fact, key=f"campaign-{self.campaign.id}", campaign_id=self.campaign.id)

    async def jobs_run(self) -> None:
        await jobs.run_due(schedules=False)
        await self.assert_right()

    async def here(self, gift: Name) -> int:
        """What a receipt may say of it now, by the rows, in cents: nothing of what is not here, not kept, or a tip."""
        if gift[0] == "gift_id":
            found = await OfflineGift.get(id=gift[1]).select_related("campaign")
            kept = found.campaign.goal == GoalKind.FLEXIBLE or found.campaign.status.value in KEPT
            return found.amount_cents if found.status.value in HERE and kept else 0
        paid = await Pledge.get(id=gift[1])
        return max(0, paid.amount_cents - self.back.get(paid.id, 0))

    async def assert_right(self) -> None:
        """Nothing is under way: what stands says what is here; what a person took back is not followed by itself."""
        assert [said for check in CHECKS for said in await check()] == []
        for gift in self.gifts:
            found = await queries.standing(**{gift[0]: gift[1]})
            assert found is None or found.amount_cents == await self.here(gift), found.label
            assert len(await _issued(gift)) == self.taken.get(gift, len(await _issued(gift)))
            others = [row.id for row in await _issued(gift) if found is None or row.id != found.id]
            assert await Receipt.filter(voids_id__in=others or [0]).count() == len(others), "two stand for one gift"
        numbers = await Receipt.all().order_by("number").values_list("number", flat=True)
        assert numbers == list(range(1, len(numbers) + 1))

    async def closes(self) -> None:
        """Everybody has heard of everything, and asks: who gave what is here has her receipt, nobody else."""
        await self.jobs_run()
        await self.ask(*self.gifts)
        await self.jobs_run()
        for gift in self.gifts:
            found = await queries.standing(**{gift[0]: gift[1]})
            assert (found.amount_cents if found else 0) == await self.here(gift)


def _name(receipt: Receipt) -> Name:
    return ("gift_id", receipt.gift_id) if receipt.gift_id else ("pledge_id", receipt.pledge_id or 0)


async def _issued(gift: Name) -> list[Receipt]:
    return await Receipt.filter(**{gift[0]: gift[1]}, voids_id=None)


async def _paid(campaign: Campaign, name: str, tip_cents: int) -> Name:
    """A gift of 50 € that came by card (no gateway is asked), from somebody who said who she is."""
    pledge = await a_confirmed_pledge(campaign, await a_person(name), 5_000, tip_cents=tip_cents)
    present = clock.now()
    await Pledge.filter(id=pledge.id).update(status=PledgeStatus.COLLECTED, collected_at=present)
    await Campaign.filter(id=campaign.id).update(collected_cents=10_000)
    await Attempt.create(
        pledge_id=pledge.id, n=1, key=f"pledge-{pledge.id}-a1", amount_cents=5_000 + tip_cents, settled_at=present,
        status=AttemptStatus.SUCCEEDED, created_at=present, looked_at=present,
    )  # fmt: skip
    await service.tell_identity(pledge, DonorForm.model_validate({**ADDRESS, "name": name}))
    return "pledge_id", pledge.id


async def an_office() -> Office:
    configure(settings().model_copy(update=ISSUER))
    campaign, keeper = await a_live_campaign(), await a_live_campaign(goal=GoalKind.FLEXIBLE)
    gifts = [await a_gift(one, 3_000, identity=odile()) for one in (campaign, campaign, keeper)]
    paid = [await _paid(keeper, "Lucien Faure", 300), await _paid(keeper, "Rose Martin", 0)]
    return Office(await an_animator(), await a_treasurer(), campaign, [*[("gift_id", one.id) for one in gifts], *paid])


def test_whatever_comes_and_goes_back_a_receipt_is_for_what_is_here(worlds: Worlds) -> None:
    async def story(acts: list[tuple[str, int]]) -> None:
        office = await an_office()
        for act, which in acts:
            await office.do(act, which)
        await office.closes()

    @lives(5)
    @given(stories)
    @known([("ask", 0), ("verify", 0), ("ask", 0), ("succeeds", 0), ("jobs", 0), ("void", 0), ("jobs", 0), ("ends", 0), ("ask", 0), ("jobs", 0), ("give back", 0), ("ask", 0)])
    @known([("ask", 2), ("verify", 2), ("jobs", 0), ("bank", 2), ("bounce", 2), ("ask", 2), ("ask", 3), ("bank keeps", 3), ("jobs", 0), ("part", 3), ("ask", 3), ("jobs", 0), ("part", 3), ("jobs", 0), ("part", 3), ("jobs", 0), ("ask", 3)])
    def example(acts: list[tuple[str, int]]) -> None:
        worlds.live_without_gateway(lambda: story(acts))

    example()
