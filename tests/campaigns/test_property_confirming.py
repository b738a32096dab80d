"""Invariant 8: whoever saved her card by the deadline counts, by Stripe's time and not by when we hear of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.payments import checkout, gateway, inbox
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.settlement import deciding
from civic import clock, jobs
from tests.campaigns.model.worlds import ENGINES, Clocks, Promise, Worlds, letters, lives, open_promise
from tests.campaigns.sandbox_server import SECRET, Harness
from tests.campaigns.till import assert_books_agree
from tests.factories.settlement import a_live_campaign

pytestmark = ENGINES
DAYS = {
    "in winter": (date(2027, 1, 16), 0), "after the day of 23 hours": (date(2027, 3, 29), 0),
    "in the hour that is skipped": (date(2027, 3, 28), 2), "after the day of 25 hours": (date(2027, 11, 1), 0),
    "in the hour that comes twice": (date(2027, 10, 31), 2), "on a leap day": (date(2028, 2, 29), 0),
}  # fmt: skip
"""Deadlines on the territory's clocks: midnight after the last day, as every campaign has it, and worse."""
SECONDS = (-1200, -61, -5, -1, 0, 1, 2, 10, 90)
HEARD = (0, 1, 3, 30, 1300, 90_000)
NEVER = -1
LATE = "La collecte était terminée"


@dataclass(frozen=True)
class Saving:
    """Seconds from the deadline to the card's being saved, and until we hear of it; by the postman or her return."""

    at: int
    heard: int
    returns: bool


savings = st.builds(Saving, st.sampled_from(SECONDS), st.sampled_from((*HEARD, NEVER)), st.booleans())


@dataclass
class Evening:
    """The last minutes of a campaign: pages are open, the messages and the decision are to come."""

    gate: Harness
    clocks: Clocks
    campaign: Campaign
    promises: list[Promise]

    async def pass_by(self, savings: list[Saving], decided_after: int) -> None:
        """Everything in the order in which it happens."""
        deadline = self.campaign.deadline
        assert deadline
        moments = [(saving.at, 0, n) for n, saving in enumerate(savings)]
        moments += [(saving.at + saving.heard, 1, n) for n, saving in enumerate(savings) if saving.heard != NEVER]
        for seconds, kind, n in sorted([*moments, (decided_after, 2, 0)]):
            await self.clocks.travel_to(deadline + timedelta(seconds=seconds))
            if kind == 0:
                await self.promises[n].save()
            elif kind == 1:
                await self.hear(self.promises[n], savings[n].returns)
            else:
                await deciding.decide_due()
        await self.clocks.travel(timedelta(hours=1))
        for _round in range(2):
            await deciding.decide_due()
            await self.tell_everything()

    async def hear(self, promise: Promise, returns: bool) -> None:
        if returns:
            await checkout.settle(gateway.OURS, promise.session_ref)
        else:
            await self.tell_everything(promise.session_ref)

    async def tell_everything(self, session_ref: str = "") -> None:
        """The webhooks about one page, or all there are."""
        await self.gate.hear(len((await self.gate.control.dump())["events"]))
        for raw, header in list(self.gate.heard):
            if session_ref.encode() in raw:
                await inbox.keep(gateway.read_event(raw, header, SECRET))
        await jobs.run_due(schedules=False)

    async def in_time(self) -> set[int]:
        """Whose page was completed by the deadline, and who was late, by the gateway's own words: counts and late."""
        deadline = self.campaign.deadline
        assert deadline
        completed = {
            event["data"]["object"]["id"]: event["created"] for event in (await self.gate.control.dump())["events"]
            if event["type"] == "checkout.session.completed"
        }  # fmt: skip
        moments = {one.pledge_id: completed[one.session_ref] for one in self.promises if one.session_ref in completed}
        self.late = {id for id, at in moments.items() if at > deadline.timestamp()}
        return {id for id, at in moments.items() if at <= deadline.timestamp()}

    async def assert_only_those_in_time_count(self) -> None:
        counted = await self.in_time()
        rows = {row.id: row for row in await Pledge.all().select_related("person")}
        found = await Campaign.get(id=self.campaign.id)
        assert found.decided_total_cents == sum(rows[id].amount_cents for id in counted)
        assert found.status == (CampaignStatus.FUNDED if counted else CampaignStatus.FAILED)
        sent = await letters()
        kept = {one["customer"] for one in (await self.gate.control.dump())["payment_methods"]}
        for id, row in rows.items():
            assert (row.status == PledgeStatus.COLLECTED) is (id in counted), (id, row.status)
            told = [one for one in sent if one.to == row.person.email and one.subject.startswith(LATE)]
            assert len(told) == (1 if id in self.late else 0), (id, row.status, told)
            assert (row.customer_ref in kept) is (id in counted) or not row.customer_ref
        await assert_books_agree(self.gate)


async def an_evening(gate: Harness, day: str, people: int) -> Evening:
    """Half an hour before the deadline; each gift is twice the former, so that every sum tells whose it is."""
    deadline: datetime = clock.at(*DAYS[day])
    clocks = Clocks(gate)
    await clocks.travel_to(deadline - timedelta(minutes=30))
    campaign = await a_live_campaign(1_000, deadline=deadline)
    promises = [await open_promise(gate, campaign, 1_000 * 2**n) for n in range(people)]
    return Evening(gate, clocks, campaign, promises)


def test_whoever_saved_her_card_by_the_deadline_counts_whenever_we_hear_of_it(worlds: Worlds) -> None:
    async def story(gate: Harness, day: str, savings: list[Saving], decided_after: int) -> None:
        evening = await an_evening(gate, day, len(savings))
        await evening.pass_by(savings, decided_after)
        await evening.assert_only_those_in_time_count()

    @lives(8)
    @given(st.sampled_from(sorted(DAYS)), st.lists(savings, min_size=1, max_size=4), st.sampled_from((0, 1, 4, 60, 600)))
    def example(day: str, savings: list[Saving], decided_after: int) -> None:
        worlds.live(lambda gate: story(gate, day, savings, decided_after))

    example()
