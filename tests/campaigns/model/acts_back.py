"""Money that goes back: refunds by two persons, failed ones, some made at the gateway's site, disputes, returned debits."""

from contextlib import suppress
from datetime import timedelta

import stripe
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.offline import verifying
from campaigns.offline.models import OfflineGift, OfflineStatus
from campaigns.pledges import service as pledges
from campaigns.refunds import requesting
from campaigns.refunds.models import Refund, RefundMeans, RefundStatus
from campaigns.sandbox.errors import StripeFault
from campaigns.settlement import shortfall
from civic import jobs
from civic.errors import Forbidden
from tests.campaigns.model.acts_gifts import WHICH
from tests.campaigns.model.life import Life

WHY = "Elle l’a demandé par écrit."
PAID = ("collected", "refund_pending", "refunded", "disputed", "charged_back")
some_is_paid = precondition(lambda self: self.sees(*PAID))


class GoingBack(Life):
    """Refunds, disputes, and a campaign that is unwound."""

    contested = False

    @some_is_paid
    @rule(which=WHICH, cents=st.sampled_from((500, 3000, 9000)), means=st.sampled_from(RefundMeans))
    def a_refund_is_asked_for(self, which: int, cents: int, means: RefundMeans) -> None:
        async def act() -> None:
            pledge = await self.one(which, *PAID)
            if pledge:
                cents_or_all = min(cents, pledge.amount_cents + pledge.tip_cents)
                await self.tried(requesting.request(pledge.id, self.team, cents_or_all, WHY, means))

        self.run(act())

    @precondition(lambda self: self.sees("refund requested"))
    @rule(which=WHICH, alone=st.booleans(), runs=st.booleans())
    def a_refund_is_approved(self, which: int, alone: bool, runs: bool) -> None:
        """By a second person; whoever asked for it may not (not even as a treasurer)."""

        async def act() -> None:
            waiting = await Refund.filter(status=RefundStatus.REQUESTED).order_by("id")
            if not waiting:
                return
            refund = waiting[which % len(waiting)]
            if alone:
                with suppress(Forbidden):
                    await requesting.approve(refund.id, self.team)
                    raise AssertionError("one person alone gave money back")
            await self.tried(requesting.approve(refund.id, self.treasurers[which % 2]))
            if runs:
                await jobs.run_due(schedules=False)

        self.run(act())

    @precondition(lambda self: self.sees("refund requested"))
    @rule(which=WHICH)
    def a_refund_is_refused(self, which: int) -> None:
        async def act() -> None:
            waiting = await Refund.filter(status=RefundStatus.REQUESTED).order_by("id")
            if waiting:
                await self.tried(requesting.refuse(waiting[which % len(waiting)].id, self.treasurers[0], "Pas encore."))

        self.run(act())

    @precondition(lambda self: self.sees("refund succeeded", "refund sending", "refund unknown", "refund pending"))
    @rule(which=WHICH)
    def a_refund_comes_back(self, which: int) -> None:
        """Weeks later the backer's bank does not take it."""

        async def act() -> None:
            sent = [one for one in (await self.gate.control.dump())["refunds"] if one["status"] == "succeeded"]
            if sent:
                with suppress(StripeFault):
                    await self.gate.control.fail_refund(sent[which % len(sent)]["id"])

        self.run(act())

    @some_is_paid
    @rule(which=WHICH, cents=st.sampled_from((300, 3000)))
    def somebody_refunds_at_the_gateway(self, which: int, cents: int) -> None:
        async def act() -> None:
            charges = (await self.gate.control.dump())["charges"]
            with suppress(stripe.StripeError):
                await self.gate.v1.refunds.create_async(
                    {"charge": charges[which % len(charges)]["id"], "amount": cents}
                )

        self.run(act())

    @some_is_paid
    @rule(which=WHICH)
    def a_charge_is_contested(self, which: int) -> None:
        async def act() -> None:
            charges = (await self.gate.control.dump())["charges"]
            if charges:
                with suppress(StripeFault):
                    await self.gate.control.dispute(charges[which % len(charges)]["id"])
                    self.contested = True

        self.run(act())

    @precondition(lambda self: self.contested)
    @rule(won=st.booleans())
    def the_bank_decides(self, won: bool) -> None:
        self.run(self.close_disputes(won))

    async def close_disputes(self, won: bool) -> None:
        """Every dispute that is open."""
        self.contested = False
        for one in (await self.gate.control.dump())["disputes"]:
            if one["status"] not in ("won", "lost"):
                await self.gate.control.close_dispute(one["charge"], won)

    @precondition(lambda self: self.sees("debit") and self.sees(*PAID))
    @rule(which=WHICH)
    def a_debit_is_returned(self, which: int) -> None:
        async def act() -> None:
            charges = [
                one for one in (await self.gate.control.dump())["charges"]
                if one["payment_method_details"]["type"] == "sepa_debit" and one["status"] == "succeeded"
            ]  # fmt: skip
            if charges:
                with suppress(StripeFault):
                    await self.gate.control.return_debit(charges[which % len(charges)]["id"])

        self.run(act())

    @precondition(lambda self: self.goal == "flexible" and self.sees(*PAID))
    @rule(which=WHICH)
    def she_wants_it_back(self, which: int) -> None:
        """Within the stated delay, asking nobody."""

        async def act() -> None:
            pledge = await self.one(which, *PAID)
            if pledge:
                await self.tried(pledges.ask_back(pledge))

        self.run(act())

    @precondition(lambda self: self.sees("campaign shortfall"))
    @rule()
    def the_team_gives_everything_back(self) -> None:
        """Only what received too little."""

        async def act() -> None:
            campaign = await Campaign.get(id=self.campaign)
            if campaign.status == CampaignStatus.SHORTFALL:
                await self.tried(shortfall.unwind(campaign, self.team, WHY))

        self.run(act())

    async def hands_finish(self) -> None:
        """Banks decide; of a campaign that is unwound every gift goes back, whatever failed before."""
        await super().hands_finish()
        await self.close_disputes(won=True)
        await self.a_while_passes(1)
        for _round in range(3):
            found = await Campaign.get(id=self.campaign)
            if found.status not in (
                CampaignStatus.UNWINDING,
                CampaignStatus.REFUNDED,
                CampaignStatus.FAILED,
                CampaignStatus.CANCELLED,
            ):
                return
            for refund in await Refund.filter(status=RefundStatus.REQUESTED):
                await self.tried(requesting.approve(refund.id, self.treasurers[0]))
            await self.give_all_back()
            await self.travel(timedelta(hours=1))
            await self.hear(1)
            await self.look_again()

    async def give_all_back(self) -> None:
        """What is still here after a campaign that did not happen: refunds asked for anew, cheques handed back."""
        for number in range(8):
            pledge = await self.one(number, "collected")
            if pledge:
                for cents in (pledge.amount_cents + pledge.tip_cents, *await self.left(pledge.id)):
                    asked = requesting.request(pledge.id, self.team, cents, WHY, RefundMeans.GATEWAY)
                    await self.tried(asked)
        for refund in await Refund.filter(status=RefundStatus.REQUESTED):
            await self.tried(requesting.approve(refund.id, self.treasurers[0]))
        await jobs.run_due(schedules=False)
        for gift in await OfflineGift.filter(status__in=[OfflineStatus.VERIFIED, OfflineStatus.BANKED]):
            await self.tried(verifying.give_back(gift.id, self.treasurers[0]))
        await jobs.run_due(schedules=False)

    async def left(self, pledge_id: int) -> list[int]:
        """What may still be asked for of a gift, in cents."""
        from campaigns.pledges.models import Pledge
        from campaigns.refunds.position import position_of

        found = await position_of(await Pledge.get(id=pledge_id))
        return [found.refundable_cents] if found and found.refundable_cents else []
