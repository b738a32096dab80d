"""What the treasurer does with gifts that came by hand: looks each over, and changes her mind."""

from campaigns.offline import verifying
from campaigns.offline.models import OfflineGift, OfflineStatus
from civic.people.actor import Actor
from tests.campaigns.model.worlds import tried


class ByHand:
    """Four acts of a treasurer on the gifts of one campaign; which of them is a number."""

    treasurer: Actor

    async def gift(self, which: int, status: OfflineStatus) -> OfflineGift | None:
        rows = await OfflineGift.filter(status=status).order_by("id")
        return rows[which % len(rows)] if rows else None

    async def verify(self, which: int) -> None:
        if found := await self.gift(which, OfflineStatus.RECEIVED):
            await tried(verifying.verify(found.id, self.treasurer))

    async def undo(self, which: int) -> None:
        if found := await self.gift(which, OfflineStatus.VERIFIED):
            await tried(verifying.undo(found.id, self.treasurer))

    async def bounce(self, which: int) -> None:
        if found := await self.gift(which, OfflineStatus.VERIFIED):
            await tried(verifying.bounce(found.id, self.treasurer))
