"""What backers do: promise, save a card, come back, change their mind, put a charge right."""

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from campaigns.lifecycle.models import Campaign, GoalKind
from campaigns.payments import checkout, gateway
from campaigns.payments.gateway import GatewayTrouble
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import Gift
from campaigns.settlement import direct, recovery
from civic.errors import DomainError
from tests.campaigns.model.life import Life
from tests.factories.campaigns import give_otherwise

MEANS = (
    "4242424242424242", "4242424242424242", "4000002500003155", "4000002760003184", "4000000000000341",
    "FR1420041010050500013M02606", "FR8420041010050500013M02607",
)  # fmt: skip
WHICH = st.integers(0, 7)


class Gifts(Life):
    """Gifts by card and by direct debit, promised or paid at once as the campaign is."""

    async def give(self, who: int, cents: int, tip: int, reward: bool, means: str) -> None:
        """A gift, its page opened, and a card saved (or charged) there if any."""
        cents, anonymous, hidden = self.wish_of(who, cents)
        backer = self.people[who % len(self.people)]
        gift = Gift(cents, tip, self.reward if reward else 0, anonymous, hidden, backer.short_name)
        with suppress(DomainError):
            made = await pledges.pledge(
                backer, await Campaign.get(id=self.campaign), gift, f"key-{next(self.keys)}", []
            )
            address = await self.page_of(made.id)
            self.pages.append((made.id, address or ""))
            if address and means:
                await self.fill_in(address, means)

    async def page_of(self, pledge_id: int) -> str | None:
        """Where its backer is sent."""
        pledge = await Pledge.get(id=pledge_id).select_related("campaign", "person")
        return await (direct.pay_now(pledge) if self.goal == GoalKind.FLEXIBLE else checkout.open_page(pledge))

    @rule(
        who=WHICH, cents=st.sampled_from((500, 3000, 6000)), reward=st.booleans(), means=st.sampled_from(("", *MEANS))
    )
    def somebody_gives(self, who: int, cents: int, reward: bool, means: str) -> None:
        self.run(self.give(who, cents, 100 * (who % 3), reward, means))

    @precondition(lambda self: self.pages)
    @rule(which=WHICH, means=st.sampled_from(MEANS))
    def a_page_is_filled_in(self, which: int, means: str) -> None:
        self.run(self.fill_in(self.pages[which % len(self.pages)][1], means))

    @precondition(lambda self: self.pages)
    @rule(which=WHICH)
    def she_comes_back(self, which: int) -> None:
        async def act() -> None:
            pledge = await Pledge.get(id=self.pages[which % len(self.pages)][0])
            if pledge.session_ref:
                with suppress(GatewayTrouble, DomainError):
                    await checkout.settle(gateway.OURS, pledge.session_ref)

        self.run(act())

    @precondition(lambda self: self.sees("campaign live", "campaign suspended"))
    @rule(which=WHICH, cents=st.sampled_from((0, 1000, 7000)))
    def she_changes_her_mind(self, which: int, cents: int) -> None:
        async def act() -> None:
            pledge = await self.one(which, *PledgeStatus)
            if pledge:
                await self.tried(give_otherwise(pledge, cents) if cents else pledges.cancel(pledge))

        self.run(act())

    @precondition(lambda self: self.sees("needs_backer", "charging", "unknown"))
    @rule(which=WHICH, means=st.sampled_from(("", *MEANS)))
    def she_pays_again(self, which: int, means: str) -> None:
        async def act() -> None:
            pledge = await self.one(which, "needs_backer", "charging", "unknown")
            with suppress(DomainError):
                address = await recovery.pay_again(pledge) if pledge else None
                if address and means:
                    await self.fill_in(address, means)

        self.run(act())

    @precondition(lambda self: self.sees("needs_backer", "charging", "unknown"))
    @rule(which=WHICH)
    def she_sends_a_cheque_instead(self, which: int) -> None:
        async def act() -> None:
            pledge = await self.one(which, "needs_backer", "charging")
            if pledge:
                await self.tried(recovery.switch_offline(pledge))

        self.run(act())
