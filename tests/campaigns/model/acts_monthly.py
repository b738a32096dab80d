"""A little each month: begun on a hosted page, charged on its day, changed, paused, stopped."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.pledges.models import Pledge
from campaigns.receipts import service as receipts
from campaigns.receipts.forms import DonorForm
from campaigns.recurring import cards, months, service, stopping
from campaigns.recurring.models import Support, SupportMonth, SupportStatus
from civic import clock, jobs
from civic.people.actor import Actor
from tests.campaigns.model.acts_gifts import MEANS, WHICH
from tests.campaigns.model.life import ADDRESS, Life
from tests.factories.recurring import a_standing


class Monthly(Life):
    """A standing campaign, without goal or end."""

    goal = GoalKind.MONTHLY
    spends_in = ("campaign live", "campaign cancelled")

    async def begin(self) -> None:
        """A standing campaign, and who of its supporters wants receipts."""
        found = await a_standing()
        self.campaign, self.reward = found.id, 0
        self.lead = Actor(await found.lead)
        self.slug = (await found.initiative).slug
        for backer in self.people[:2]:
            await receipts.tell_identity(Pledge(person_id=backer.id), DonorForm.model_validate(ADDRESS))

    @initialize(means=st.lists(st.sampled_from(MEANS), min_size=2, max_size=4))
    def first_supporters(self, means: list[str]) -> None:
        for number, one in enumerate(means):
            self.run(self.support(number, 1_000 + 100 * number, 1 + 9 * number, one))
        self.run(self.hear(1))

    async def support(self, who: int, cents: int, day: int, means: str) -> None:
        """Somebody begins, and saves a card there if any."""
        made = await service.begin(
            await Campaign.get(id=self.campaign), self.people[who % 3], cents, day, f"key-{next(self.keys)}"
        )
        address = await cards.open_page(await service.whole(made.id))
        self.pages.append((made.id, address))
        if means and address.startswith("http"):  # else her card was saved a moment ago: she is on her own page
            await self.fill_in(address, means)

    @rule(
        who=WHICH,
        cents=st.sampled_from((500, 1500)),
        day=st.sampled_from((1, 15, 31)),
        means=st.sampled_from(("", *MEANS)),
    )
    def somebody_begins(self, who: int, cents: int, day: int, means: str) -> None:
        self.run(self.tried(self.support(who, cents, day, means)))

    @rule(which=WHICH, verb=st.sampled_from((service.pause, service.resume, stopping.stop)))
    def she_pauses_resumes_or_stops(self, which: int, verb: object) -> None:
        async def act() -> None:
            await self.tried(verb(await self.chosen(which)))

        self.run(act())

    @rule(which=WHICH, cents=st.sampled_from((700, 2000)), day=st.sampled_from((2, 28)))
    def she_changes_it(self, which: int, cents: int, day: int) -> None:
        async def act() -> None:
            await self.tried(service.change(await self.chosen(which), cents, day))

        self.run(act())

    async def chosen(self, which: int) -> Support:
        """One of the supports."""
        found = await Support.all().order_by("id")
        return await service.whole(found[which % len(found)].id)

    @rule(days=st.sampled_from((1, 9, 31)), twice=st.booleans())
    def days_pass(self, days: int, twice: bool) -> None:
        """Day by day as the clock asks, the month's charge too; asked twice it charges once."""

        async def act() -> None:
            for _day in range(min(days, 3)):
                if days > 3:  # no bank keeps a debit for weeks
                    await self.debits(yes=True)
                await self.travel(clock.SECOND * 86_400 * (days // min(days, 3)))
                for _ in range(1 + twice):
                    await months.charge_due()
                    await jobs.run_due(schedules=False)
                await self.look_again_quietly()

        self.run(act())

    async def look_in_public(self) -> None:
        """How many support; nobody's name, and no sum."""
        running = Support.filter(campaign_id=self.campaign, status=SupportStatus.ACTIVE)
        persons = set(await running.values_list("person_id", flat=True))  # one may give by two cards: she is one
        await self.visitor.assert_support_told_right(self.slug, len(persons))
        await self.visitor.assert_months_told_right(self.campaign)

    async def check(self) -> None:
        """A month is charged once, by one pledge of the support's own person, and adds to no goal."""
        await super().check()
        rows = await SupportMonth.all().select_related("support", "pledge")
        assert len({(row.support_id, row.month) for row in rows}) == len(rows)
        assert all(row.pledge.person_id == row.support.person_id and row.pledge.tip_cents == 0 for row in rows)
        assert await Pledge.all().count() == len(rows)

    async def still_wanted(self) -> set[str]:
        """A month that was dropped leaves the card to the next one."""
        kept = Support.filter(status__in=[SupportStatus.ACTIVE, SupportStatus.PAUSED])
        return set(await kept.values_list("customer_ref", flat=True))

    async def dropped_with_a_word(self) -> int:
        """A month that stays unpaid pauses its support, whose letter says so; nobody's promise is gone."""
        return 0

    def is_over(self, found: Campaign) -> bool:
        """It stays open."""
        return found.status in (CampaignStatus.LIVE, CampaignStatus.CANCELLED)
