"""To the bank: cheques or cash grouped on a deposit slip, then banked on the day the bank took them, as somebody says
or as a line of the bank's statement says; the latter is undone with its line."""

from datetime import date

from tortoise.expressions import F

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.transitions import By, NotNow
from campaigns.offline import queries, verifying
from campaigns.offline.models import COUNTING, Deposit, Mode, OfflineGift, OfflineStatus
from campaigns.offline.transitions import move
from campaigns.offline.verifying import IN_HAND, SOURCE
from civic import clock
from civic.database import retrying, transaction
from civic.errors import Invalid
from civic.i18n import _, _n
from civic.people.actor import Actor
from civic.people.service import audit
from civic.web.formats import money


@retrying
async def prepare(mode: Mode, gift_ids: list[int], team: Actor) -> Deposit:
    """Group verified cheques, or cash, on a new slip. Raises Invalid when there is none, NotNow when one is taken."""
    queries.must_supervise(team)
    if not gift_ids or mode == Mode.TRANSFER:
        raise Invalid(_("Cochez au moins un don à remettre."), field="gifts")
    async with transaction():
        made = await Deposit.create(mode=mode, made_by=team.hand, made_at=clock.now())
        if await OfflineGift.filter(id__in=gift_ids, campaign__status__in=list(queries.GIVING_BACK)).exists():
            raise NotNow(_("Un de ces dons est à rendre : sa collecte n’a pas abouti. Rechargez la page."))
        free = OfflineGift.filter(
            id__in=gift_ids, status=OfflineStatus.VERIFIED, mode=mode, deposit_id__isnull=True
        )
        if await free.update(deposit_id=made.id, updated_at=clock.now()) != len(set(gift_ids)):
            raise NotNow(_("Un de ces dons est déjà sur une autre remise. Rechargez la page."))
        await audit(team, "deposit_prepared", f"deposit:{made.id}", gifts=len(set(gift_ids)))
    return made


@retrying
async def bank(deposit: Deposit, on: date, team: Actor, *, by_line: bool = False) -> None:
    """The bank took them on this day: each gift moves from the hand to the bank in the ledger, all or none.

    Raises NotNow when it is banked already, Invalid for a day on which it cannot have been.
    """
    queries.must_supervise(team)
    if not clock.local(deposit.made_at).date() <= on <= clock.today():
        raise Invalid(_("Le dépôt a lieu entre le jour du bordereau et aujourd’hui."), field="banked_on")
    async with transaction():
        waiting = Deposit.filter(id=deposit.id, banked_on__isnull=True, undone_at__isnull=True)
        if not await waiting.update(banked_on=on, banked_by_line=by_line, turn=F("turn") + 1):
            raise NotNow(_("Cette remise est déjà déposée."))
        await deposit.refresh_from_db()
        for gift in await _locked(deposit):
            if gift.status == OfflineStatus.VERIFIED:
                await _bank_one(gift, deposit, team)
        await audit(team, "deposit_banked", f"deposit:{deposit.id}", on=on.isoformat())


async def _locked(deposit: Deposit) -> list[OfflineGift]:
    """Its gifts, read again under the locks of their campaigns: a cheque may have bounced meanwhile."""
    gifts = await queries.of_deposit(deposit.id)
    for campaign_id in sorted({gift.campaign_id for gift in gifts}):
        await Campaign.filter(id=campaign_id).update(updated_at=clock.now())
    return await queries.of_deposit(deposit.id)


async def _bank_one(gift: OfflineGift, deposit: Deposit, team: Actor) -> None:
    assert gift.mode is not None
    assert deposit.banked_on is not None
    await move(gift, OfflineStatus.BANKED, by=By.TEAM, cause=f"deposit {deposit.id}", actor_id=team.hand.id)
    await ledger.book(
        "offline_banked", SOURCE, f"{gift.source}:{deposit.id}.{deposit.turn}",
        [Amount(AccountKind.BANK, gift.amount_cents), Amount(IN_HAND[gift.mode], -gift.amount_cents)],
        campaign=gift.campaign_id, occurred_at=clock.at(deposit.banked_on, 12), actor=team.hand.id,
        memo=f"offline {gift.id}",
    )  # fmt: skip


@retrying
async def unbank(deposit: Deposit, team: Actor) -> None:
    """The line of the bank that said so was another one: its gifts are in hand again, on the same slip.

    Raises NotNow unless a line banked it.
    """
    queries.must_supervise(team)
    async with transaction():
        banked = Deposit.filter(id=deposit.id, banked_on__isnull=False, banked_by_line=True)
        if not await banked.update(banked_on=None, banked_by_line=False):
            raise NotNow(_("Cette remise n’est pas déposée par un relevé."))
        for gift in await _locked(deposit):
            if gift.status == OfflineStatus.BANKED:
                await verifying.unbank(gift, team)
        await audit(team, "deposit_unbanked", f"deposit:{deposit.id}")


async def total_of(deposit: Deposit) -> tuple[int, list[OfflineGift]]:
    """What the bank should credit for a slip, in cents, and the gifts that make it: those that did not bounce."""
    gifts = [gift for gift in await queries.of_deposit(deposit.id) if gift.status in COUNTING]
    return sum(gift.amount_cents for gift in gifts), gifts


async def mismatch(deposit: Deposit, cents: int) -> str:
    """Why a sum the bank credited is not this slip's, in words a treasurer can act upon; empty when it is."""
    total, gifts = await total_of(deposit)
    if total == cents:
        return ""
    said = _n(
        "Le bordereau %(number)s est de %(total)s (%(n)s don), la banque a crédité %(credited)s.",
        "Le bordereau %(number)s est de %(total)s (%(n)s dons), la banque a crédité %(credited)s.",
        len(gifts), number=deposit.number, total=money(total), credited=money(cents),
    )  # fmt: skip
    if cents > total:
        more = money(cents - total)
        return f"{said} " + _("Il y a %(more)s de trop : cherchez un chèque qui n’est pas sur le bordereau.", more=more)
    suspects = [gift for gift in gifts if gift.amount_cents == total - cents]
    if not suspects:
        return f"{said} " + _("Il manque %(less)s : comparez chèque par chèque.", less=money(total - cents))
    names = ", ".join(f"{gift.code} ({gift.donor_name})" for gift in suspects)
    return f"{said} " + _(
        "Il manque %(less)s, le montant de %(names)s. Si la banque l’a refusé, enregistrez l’impayé puis rapprochez.",
        less=money(total - cents), names=names,
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
