"""To the bank: cheques or cash grouped on a deposit slip, then banked on the day the bank took them."""

from datetime import date

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.transitions import By, NotNow
from campaigns.offline import queries
from campaigns.offline.models import Deposit, Mode, OfflineGift, OfflineStatus
from campaigns.offline.service import hand
from campaigns.offline.transitions import move
from campaigns.offline.verifying import IN_HAND, SOURCE
from civic import clock
from civic.database import retrying, transaction
from civic.errors import Invalid
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.service import audit


@retrying
async def prepare(mode: Mode, gift_ids: list[int], team: Actor) -> Deposit:
    """Group verified cheques, or cash, on a new slip. Raises Invalid when there is none, NotNow when one is taken."""
    queries.must_supervise(team)
    if not gift_ids or mode == Mode.TRANSFER:
        raise Invalid(_("Cochez au moins un don à remettre."), field="gifts")
    async with transaction():
        made = await Deposit.create(mode=mode, made_by=hand(team), made_at=clock.now())
        free = OfflineGift.filter(
            id__in=gift_ids, status=OfflineStatus.VERIFIED, mode=mode, deposit_id__isnull=True
        )
        if await free.update(deposit_id=made.id, updated_at=clock.now()) != len(set(gift_ids)):
            raise NotNow(_("Un de ces dons est déjà sur une autre remise. Rechargez la page."))
        await audit(team, "deposit_prepared", f"deposit:{made.id}", gifts=len(set(gift_ids)))
    return made


@retrying
async def bank(deposit: Deposit, on: date, team: Actor) -> None:
    """The bank took them on this day: each gift moves from the hand to the bank in the ledger. Raises NotNow."""
    queries.must_supervise(team)
    if not deposit.made_at.date() <= on <= clock.today():
        raise Invalid(_("Le dépôt a lieu entre le jour du bordereau et aujourd’hui."), field="banked_on")
    async with transaction():
        if not await Deposit.filter(id=deposit.id, banked_on__isnull=True, undone_at__isnull=True).update(banked_on=on):
            raise NotNow(_("Cette remise est déjà déposée."))
        gifts = await queries.of_deposit(deposit.id)
        for campaign_id in sorted({gift.campaign_id for gift in gifts}):
            await Campaign.filter(id=campaign_id).update(updated_at=clock.now())
        for gift in await queries.of_deposit(deposit.id):  # read again: a cheque may have bounced before the lock
            if gift.status == OfflineStatus.VERIFIED:
                await _bank_one(gift, on, team)
        await audit(team, "deposit_banked", f"deposit:{deposit.id}", on=on.isoformat())


async def _bank_one(gift: OfflineGift, on: date, team: Actor) -> None:
    assert gift.mode is not None
    await move(gift, OfflineStatus.BANKED, by=By.TEAM, cause=f"deposit {gift.deposit_id}", actor_id=hand(team).id)
    await ledger.book(
        "offline_banked", SOURCE, gift.source,
        [Amount(AccountKind.BANK, gift.amount_cents), Amount(IN_HAND[gift.mode], -gift.amount_cents)],
        campaign=gift.campaign_id, occurred_at=clock.at(on, 12), actor=hand(team).id, memo=f"offline {gift.id}",
    )  # fmt: skip


@retrying
async def take_apart(deposit: Deposit, team: Actor) -> None:
    """Undo a slip that has not been to the bank: its gifts wait for another one. Raises NotNow."""
    queries.must_supervise(team)
    async with transaction():
        open_now = Deposit.filter(id=deposit.id, banked_on__isnull=True, undone_at__isnull=True)
        if not await open_now.update(undone_at=clock.now()):
            raise NotNow(_("Cette remise est déjà déposée."))
        await OfflineGift.filter(deposit_id=deposit.id).update(deposit_id=None)
        await audit(team, "deposit_undone", f"deposit:{deposit.id}")
