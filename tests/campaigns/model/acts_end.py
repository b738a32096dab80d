"""Ending a campaign before its time: one side asks, the other agrees, by another hand (docs/decisions/0013)."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from campaigns.lifecycle import cancelling
from campaigns.lifecycle.cancelling import LEAD, TEAM
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.offline.models import COUNTING, OfflineGift
from civic.errors import DomainError
from tests.campaigns.model.life import Life
from tests.campaigns.model.seen import fund_of

OPEN = (CampaignStatus.LIVE, CampaignStatus.SUSPENDED)
NOTE = "Le garage a vendu le minibus à quelqu’un d’autre."


class Cancelling(Life):
    """Before anything was charged, promises are let go; with money in it, everything goes back; later nobody can."""

    ends_asked = 0

    @precondition(lambda self: self.ends_asked < 3 and not self.sees("end asked"))
    @rule(side=st.sampled_from((LEAD, TEAM)))
    def an_end_is_asked_for(self, side: str) -> None:
        """Possible while the campaign is open or suspended, refused once it is decided."""
        self.ends_asked += 1

        async def act() -> None:
            campaign = await Campaign.get(id=self.campaign)
            try:
                await cancelling.ask(campaign, self.lead if side == LEAD else self.team, side, NOTE)
            except DomainError:
                assert campaign.status not in OPEN, campaign.status
                return
            assert campaign.status in OPEN, campaign.status

        self.run(act())

    @precondition(lambda self: self.sees("end asked"))
    @rule(who=st.sampled_from(("herself", "her own side", "the other side", "the other side")), agreed=st.booleans())
    def it_is_agreed_or_not(self, who: str, agreed: bool) -> None:
        """Never by the same hand; by her own side only for the team, after a week of silence."""

        async def act() -> None:
            demand = await cancelling.waiting(self.campaign)
            if demand is None:
                return
            campaign = await Campaign.get(id=self.campaign)
            before, money = campaign.status, await self.has_money()
            side = (TEAM if demand.side == LEAD else LEAD) if who == "the other side" else demand.side
            actor = self.lead if side == LEAD else self.treasurers[0] if who == "her own side" else self.team
            try:
                await cancelling.answer(campaign, actor, side, demand.id, agreed=agreed)
            except DomainError:
                assert who != "the other side" or before not in OPEN
                return
            assert who != "herself"
            found = await Campaign.get(id=self.campaign)
            ended = CampaignStatus.UNWINDING if money else CampaignStatus.CANCELLED
            assert found.status == (ended if agreed else before)

        self.run(act())

    async def has_money(self) -> bool:
        """Whether something was charged or handed over that is still here; a match is a promise of somebody else."""
        by_hand = await OfflineGift.filter(campaign_id=self.campaign, status__in=list(COUNTING)).exists()
        return by_hand or await fund_of(self.campaign) > 0

    @precondition(lambda self: self.sees("end asked"))
    @rule()
    def a_week_is_silent(self) -> None:
        """The other side does not answer."""
        self.run(self.travel(timedelta(days=7, hours=1)))
