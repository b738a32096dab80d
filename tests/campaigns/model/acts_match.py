"""A commune adds to each gift: signed and confirmed before the end, reserved, due, received by two persons, released, reduced."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.matching import agreeing, confirming, receiving, transfers
from campaigns.matching.models import Match, MatchAgreement, MatchFund, MatchPayment, MatchState, PaymentState
from campaigns.offline.models import OfflineGift
from campaigns.pledges.models import Pledge
from civic import clock
from tests.campaigns.model.acts_gifts import WHICH
from tests.campaigns.model.life import Life
from tests.factories.matching import terms

BUDGET, CAP = 4_000, 2_500
RULES: tuple[dict[str, Any], ...] = (
    {"percent": 50}, {"percent": 100, "gift_cap_cents": 700}, {"percent": 0, "per_person_cents": 900},
)  # fmt: skip


class Matched(Life):
    """Two matchers at most, each with a fund of 40 € of which one campaign may take 25 €."""

    @precondition(lambda self: self.sees("campaign live", "campaign suspended"))
    @rule(values=st.sampled_from(RULES), accepted=st.booleans(), confirmed=st.sampled_from((True, True, False)))
    def a_commune_adds(self, values: dict[str, Any], accepted: bool, confirmed: bool) -> None:
        """One of the team proposes, the mayor signs or it is withdrawn, another one confirms or does not."""

        async def act() -> None:
            if await MatchAgreement.all().count() >= 2:
                return
            offered = await terms(
                **values, budget_cents=BUDGET, cap_cents=CAP, starts_at=clock.now() - timedelta(days=1)
            )
            campaign = await Campaign.get(id=self.campaign)
            if campaign.decided_at or campaign.status not in agreeing.BEFORE_THE_END:
                return
            made = await agreeing.propose(campaign, self.team, offered)
            await self.tried(
                agreeing.accept(made, "Hélène Maire", "Maire") if accepted else agreeing.withdraw(made, self.team)
            )
            await self.tried(confirming.confirm(made, self.team))
            second = self.treasurers[0]
            await self.tried(
                confirming.confirm(made, second) if confirmed else confirming.refuse(made, second, "Pas connu.")
            )

        self.run(act())

    @precondition(lambda self: self.sees("match due"))
    @rule(which=WHICH, confirmed=st.booleans())
    def the_commune_pays(self, which: int, confirmed: bool) -> None:
        """One of the team enters what the statement says, a treasurer confirms or refuses it."""

        async def act() -> None:
            for agreement in await MatchAgreement.exclude(due_at=None):
                entered = receiving.enter(agreement, self.team, agreement.reserved_cents, clock.today(), "VIR MAIRIE")
                await self.tried(entered)
            for payment in await MatchPayment.filter(state=PaymentState.ENTERED):
                verb = receiving.confirm if confirmed else transfers.refuse
                await self.tried(verb(payment, self.treasurers[which % 2]))

        self.run(act())

    async def check(self) -> None:
        """Within every cap and its budget; never a match of a match; nothing left on a failure (invariant 12)."""
        await super().check()
        for fund in await MatchFund.all():
            assert 0 <= fund.used_cents <= fund.budget_cents
        campaign = await Campaign.get(id=self.campaign)
        for agreement in await MatchAgreement.all():
            rows = await Match.filter(agreement_id=agreement.id).exclude(state=MatchState.RELEASED)
            assert sum(row.amount_cents for row in rows) == agreement.reserved_cents <= agreement.cap_cents
            own = set(await Pledge.filter(campaign_id=campaign.id).values_list("id", flat=True))
            by_hand = set(await OfflineGift.filter(campaign_id=campaign.id).values_list("id", flat=True))
            assert all(row.pledge_id in own or row.gift_id in by_hand for row in rows)
            if campaign.status == CampaignStatus.FAILED:
                assert agreement.reserved_cents == 0
