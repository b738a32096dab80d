"""Money by hand: entered by one, verified by another, undone, bounced, taken to the bank."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from campaigns.lifecycle.models import Campaign
from campaigns.offline import deposits, service, verifying
from campaigns.offline.models import Deposit, Mode, OfflineGift
from campaigns.offline.service import Entry
from campaigns.pledges.service import reference
from civic import clock
from civic.errors import Forbidden
from tests.campaigns.model.acts_gifts import WHICH
from tests.campaigns.model.life import Life


class ByHand(Life):
    """Cheques, cash and transfers."""

    async def gift(self, which: int) -> OfflineGift | None:
        """One of the gifts by hand, whatever its state."""
        found = await OfflineGift.all().order_by("id")
        return found[which % len(found)] if found else None

    @rule(which=WHICH, cents=st.sampled_from((500, 2000)), mode=st.sampled_from(Mode), known=st.booleans())
    def money_is_entered(self, which: int, cents: int, mode: Mode, known: bool) -> None:
        """By the lead; what pays a promise names it."""

        async def act() -> None:
            promise = await self.one(which, "switched_offline")
            number, amount = (reference(promise), promise.amount_cents) if promise else ("", cents)
            email = str(self.people[which % 3].email) if known and not promise else ""
            entry = Entry("Odile Blanc", amount, mode, clock.today(), number=number, email=email)
            campaign = await Campaign.get(id=self.campaign)
            await self.tried(service.enter(campaign, self.lead, [entry], f"hand-{next(self.keys)}"))

        self.run(act())

    @precondition(lambda self: self.sees("hand received"))
    @rule(which=WHICH, alone=st.booleans())
    def money_is_verified(self, which: int, alone: bool) -> None:
        """By somebody else; the lead may not verify what she entered, whatever role she had (invariant 16)."""

        async def act() -> None:
            gift = await self.gift(which)
            if gift is None:
                return
            if alone:
                try:
                    await verifying.verify(gift.id, type(self.lead)(self.lead.person, self.treasurers[0].roles))
                except Forbidden:
                    return
                raise AssertionError("one person alone verified money")
            await self.tried(verifying.verify(gift.id, self.treasurers[which % 2]))

        self.run(act())

    @precondition(lambda self: self.sees("hand received", "hand verified", "hand banked"))
    @rule(which=WHICH, verb=st.sampled_from((verifying.undo, verifying.bounce, verifying.give_back)))
    def it_was_a_mistake_or_bounced(self, which: int, verb: object) -> None:
        async def act() -> None:
            gift = await self.gift(which)
            if gift:
                await self.tried(verb(gift.id, self.treasurers[0]))

        self.run(act())

    @precondition(lambda self: self.sees("hand verified"))
    @rule(which=WHICH, mode=st.sampled_from((Mode.CHEQUE, Mode.CASH)))
    def a_slip_is_made(self, which: int, mode: Mode) -> None:
        async def act() -> None:
            ids = await OfflineGift.filter(mode=mode, status="verified", deposit_id=None).values_list("id", flat=True)
            await self.tried(deposits.prepare(mode, list(ids), self.treasurers[which % 2]))

        self.run(act())

    @precondition(lambda self: self.sees("slip"))
    @rule(which=WHICH, banked=st.booleans())
    def the_slip_goes_to_the_bank(self, which: int, banked: bool) -> None:
        async def act() -> None:
            slip = await Deposit.filter(banked_on=None, undone_at=None).order_by("id").first()
            if slip:
                on = max(clock.today(), slip.made_at.date())
                verb = (
                    deposits.bank(slip, on, self.treasurers[0])
                    if banked
                    else deposits.take_apart(slip, self.treasurers[0])
                )
                await self.tried(verb)

        self.run(act())
