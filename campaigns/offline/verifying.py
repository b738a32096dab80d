"""The second pair of eyes: verify, undo, bounce, give back. One transaction each: state, ledger, totals (invariant 16).

Locks in the order of docs/locking.md: campaign, reward, pledge, offline gift, ledger account.
"""

from typing import Any

from tortoise.expressions import F, Q

from campaigns import slots, tax
from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind, Entry
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign, CampaignStatus, Reward
from campaigns.lifecycle.service import keep_need
from campaigns.lifecycle.transitions import By, NotNow
from campaigns.offline import queries
from campaigns.offline.donors import LINK, gives_otherwise, identity_of
from campaigns.offline.models import COUNTING, Mode, OfflineGift, OfflineStatus
from campaigns.offline.transitions import move
from campaigns.pledges import transitions as pledge_transitions
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.queries import MANAGE
from campaigns.pledges.service import let_method_go
from civic import clock, jobs, mail
from civic.contributions import service as contributions
from civic.database import retrying, transaction
from civic.errors import Gone
from civic.i18n import _
from civic.needs.models import NeedKind
from civic.people import links
from civic.people.actor import Actor, must_be_another
from civic.people.service import audit
from civic.settings import settings
from civic.web import urls
from civic.web.formats import money

IN_HAND = {
    Mode.CHEQUE: AccountKind.CHEQUES_IN_HAND, Mode.CASH: AccountKind.CASH_BOX, Mode.TRANSFER: AccountKind.BANK,
}  # fmt: skip
SOURCE = "offline_gift"


@retrying
async def verify(gift_id: int, team: Actor, seen_cents: int | None = None) -> OfflineGift:
    """A second person has seen the money: it counts and is booked, once. Harmless when she says it twice.

    Raises Forbidden for who recorded it and for its donor, Gone when the campaign takes no money any more, NotNow, also
    when its amount is not the one she saw.
    """
    queries.must_supervise(team)
    async with transaction():
        gift = await hold(gift_id)
        _must_be_another(gift, team)
        if gift.status in COUNTING and gift.verified_by_id == team.hand.id:
            return gift
        _must_be_as_seen(gift, seen_cents)
        if gift.campaign.status not in queries.ENTERING:
            raise Gone(_("La collecte est terminée : ce don ne compte plus, il est à rendre."))
        await move(
            gift, OfflineStatus.VERIFIED, by=By.TEAM, cause="verified", actor_id=team.hand.id,
            verified_by_id=team.hand.id, verified_at=clock.now(), turn=gift.turn + 1,
        )  # fmt: skip
        entry = await _book(gift, team)
        await _count_in(gift, team)
        await audit(team, "offline_verified", f"offline_gift:{gift.id}", cents=gift.amount_cents)
        await _tell(gift, "offline_verified", head=entry.hash, **await _hers(gift))
        await jobs.enqueue(
            "offline_verified", key=f"offline-{gift.id}-{gift.turn}", gift_id=gift.id, campaign_id=gift.campaign_id,
            pledge_id=gift.pledge_id,
        )  # fmt: skip
    return gift


@retrying
async def undo(gift_id: int, team: Actor, why: str = "") -> None:
    """A verification was a mistake: the entry is reversed and the gift waits again.

    Raises NotNow, and Gone when it is banked, when a line of the bank pays it (that one is undone first), or when the
    campaign takes no money any more: it could never count again.
    """
    queries.must_supervise(team)
    async with transaction():
        gift = await hold(gift_id)
        if gift.campaign.status not in (*queries.ENTERING, *queries.GIVING_BACK):
            raise Gone(_("Les comptes de cette collecte sont arrêtés : ce don ne pourrait plus jamais compter."))
        if line := await queries.line_paying(gift.id):
            way_out = (_("Voir le relevé"), urls.path("offline.statement", id=line.statement_id))
            raise Gone(_("Une ligne du relevé paie ce don : annulez d’abord cette ligne."), way_out=way_out)
        if gift.deposit_id:
            raise Gone(_("Ce don est sur une remise en banque : défaites la remise d’abord."))
        await _take_out(gift, team, OfflineStatus.RECEIVED, why or "undone")


@retrying
async def bounce(gift_id: int, team: Actor, why: str = "") -> None:
    """The cheque came back unpaid: whatever was booked is reversed, it counts no more.

    Raises NotNow, also for what is no cheque, and Gone when the campaign's accounts are published.
    """
    queries.must_supervise(team)
    async with transaction():
        gift = await hold(gift_id)
        if gift.mode != Mode.CHEQUE:
            raise NotNow(_("Seul un chèque revient impayé."))
        if gift.campaign.status not in queries.BOUNCING:
            raise Gone(_("Les comptes de cette collecte sont publiés : plus rien n’en sort ici."))
        await _take_out(gift, team, OfflineStatus.BOUNCED, why or "bounced")


async def unbank(gift: OfflineGift, team: Actor) -> None:
    """The bank did not take it after all: in hand again, in the caller's transaction. Raises NotNow."""
    await move(gift, OfflineStatus.VERIFIED, by=By.TEAM, cause="not banked", actor_id=team.hand.id)
    banked = Entry.filter(source_type=SOURCE, kind="offline_banked", source_id__startswith=f"{gift.source}:")
    entry = await banked.order_by("-id").first()
    assert entry is not None, "a banked gift is booked"
    await ledger.reverse(entry, actor=team.hand.id, memo=f"offline {gift.id} not banked")


@retrying
async def give_back(gift_id: int, team: Actor, why: str = "") -> None:
    """The campaign did not happen: the money went back to its donor. Raises Gone while the campaign goes on."""
    queries.must_supervise(team)
    async with transaction():
        gift = await hold(gift_id)
        if gift.campaign.status not in queries.GIVING_BACK:
            raise Gone(_("Cette collecte n’a pas échoué : ce don reste acquis."))
        await _take_out(gift, team, OfflineStatus.RETURNED, why or "given back")
        await _tell(gift, "offline_returned")


async def hold(gift_id: int) -> OfflineGift:
    """Lock the campaign, the promise and the gift in this order, and read them."""
    known = await OfflineGift.get(id=gift_id)
    present = clock.now()
    await Campaign.filter(id=known.campaign_id).update(updated_at=present)
    if known.pledge_id:
        await Pledge.filter(id=known.pledge_id).update(updated_at=present)
    await OfflineGift.filter(id=gift_id).update(updated_at=present)
    return await OfflineGift.get(id=gift_id).select_related("campaign", "pledge", "person")


def _must_be_another(gift: OfflineGift, team: Actor) -> None:
    must_be_another(team, gift.recorded_by_id, queries.not_hers())
    must_be_another(team, gift.person_id, queries.not_by_its_donor())


def _must_be_as_seen(gift: OfflineGift, cents: int | None) -> None:
    if cents is not None and cents != gift.amount_cents:
        raise NotNow(_(
            "Le don %(code)s est maintenant de %(amount)s. Il n’est pas vérifié : regardez-le de nouveau.",
            code=gift.code, amount=money(gift.amount_cents),
        ))  # fmt: skip


async def _book(gift: OfflineGift, team: Actor) -> Entry:
    """Dr cheques in hand, cash box or bank; Cr the campaign's fund; on the day the money was handed over."""
    assert gift.mode is not None and gift.received_on is not None, "received before it is verified"  # noqa: PT018
    return await ledger.book(
        "offline_verified", SOURCE, gift.source,
        [Amount(IN_HAND[gift.mode], gift.amount_cents), Amount(AccountKind.CAMPAIGN_FUND, -gift.amount_cents)],
        campaign=gift.campaign_id, occurred_at=clock.at(gift.received_on, 12), actor=team.hand.id,
        memo=f"offline {gift.id}",
    )  # fmt: skip


async def _count_in(gift: OfflineGift, team: Actor) -> None:
    campaign = Campaign.filter(id=gift.campaign_id)
    if gift.pledge is not None and gift.pledge.status == PledgeStatus.SWITCHED_OFFLINE:
        await pledge_transitions.move(
            gift.pledge, PledgeStatus.COLLECTED, by=By.TEAM, cause="offline_verified", actor_id=team.hand.id,
            collected_at=clock.now(), decline_code="",
        )  # fmt: skip
        await campaign.update(collected_cents=F("collected_cents") + gift.amount_cents)
        source = f"pledge:{gift.pledge_id}"
    else:
        await _forget_promise(gift)
        new = not await _gives_otherwise(gift)
        await campaign.update(
            offline_cents=F("offline_cents") + gift.amount_cents, backers_count=F("backers_count") + int(new)
        )
        source = f"offline:{gift.id}"
    if gift.person_id:
        await contributions.contribute(gift.person_id, gift.campaign.initiative_id, NeedKind.MONEY, source)
    await keep_need(gift.campaign_id)


async def _forget_promise(gift: OfflineGift) -> None:
    """The promise was let go meanwhile: the money is a gift like any other."""
    if gift.pledge_id:
        await OfflineGift.filter(id=gift.id).update(pledge_id=None)
        gift.pledge, gift.pledge_id = None, None


async def _take_out(gift: OfflineGift, team: Actor, to: OfflineStatus, why: str) -> None:
    """Leave the totals and reverse what is booked, whatever the state was; the history says why."""
    counted = gift.status in COUNTING
    cleared: dict[str, None] = {"deposit_id": None} if gift.status == OfflineStatus.VERIFIED else {}
    cleared |= {"verified_by_id": None, "verified_at": None} if to == OfflineStatus.RECEIVED else {}
    await move(gift, to, by=By.TEAM, cause=why, actor_id=team.hand.id, **cleared)
    await audit(team, f"offline_{to.value}", f"offline_gift:{gift.id}", why=why[:200], cents=gift.amount_cents)
    if not counted:
        return
    mine = Q(source_id=gift.source) | Q(source_id__startswith=f"{gift.source}:")
    for entry in await Entry.filter(mine, source_type=SOURCE).order_by("-id"):
        await ledger.reverse(entry, actor=team.hand.id, memo=f"offline {gift.id} {to.value}")
    await (_promise_waits_again(gift, team) if gift.pledge else _count_out(gift))
    for keep_up in slots.gift_moved:
        await keep_up(gift.campaign_id)
    await keep_need(gift.campaign_id)
    await jobs.enqueue(
        "offline_reversed", key=f"offline-{gift.id}-{gift.turn}", gift_id=gift.id, campaign_id=gift.campaign_id,
        pledge_id=gift.pledge_id,
    )  # fmt: skip


async def _count_out(gift: OfflineGift) -> None:
    gone = not await _gives_otherwise(gift)
    campaign = Campaign.filter(id=gift.campaign_id)
    await campaign.update(offline_cents=F("offline_cents") - gift.amount_cents)
    if gone:
        await campaign.filter(backers_count__gt=0).update(backers_count=F("backers_count") - 1)
    await contributions.revoke(f"offline:{gift.id}")


async def _promise_waits_again(gift: OfflineGift, team: Actor) -> None:
    """A promise that was collected by hand: while the campaign collects it waits again, afterwards it is let go."""
    assert gift.pledge is not None
    waits = gift.campaign.status == CampaignStatus.COLLECTING
    after = PledgeStatus.SWITCHED_OFFLINE if waits else PledgeStatus.DROPPED
    if not waits and gift.pledge.reward_id:
        await Reward.filter(id=gift.pledge.reward_id, taken__gt=0).update(taken=F("taken") - 1)
    await pledge_transitions.move(
        gift.pledge, after, by=By.TEAM, cause="offline_reversed", actor_id=team.hand.id, collected_at=None
    )
    if not waits:
        await let_method_go(gift.campaign, gift.pledge.method_ref)
    await Campaign.filter(id=gift.campaign_id).update(collected_cents=F("collected_cents") - gift.amount_cents)
    await contributions.revoke(f"pledge:{gift.pledge_id}")


async def _gives_otherwise(gift: OfflineGift) -> bool:
    """Whether the donor counts among the backers without this gift: a known person is counted once."""
    return gift.person_id is not None and await gives_otherwise(gift.campaign_id, gift.person_id, gift.id)


async def _hers(gift: OfflineGift) -> dict[str, Any]:
    """Her own pages, by her secret link: the gift, and where she says who she is when a receipt may only come later.

    What needs no waiting is offered or issued by `receipts`, in a letter of its own.
    """
    waits = _receipt_waits(gift.campaign)
    asks = waits and await identity_of(gift.id) is None
    if gift.pledge_id:
        token = links.make(MANAGE, gift.pledge_id)
        own, receipt = "pledges.manage", "receipts.show"
    else:
        token = links.make(LINK, gift.id)
        own, receipt = "offline.own", "receipts.gift"
    told = urls.absolute(receipt, token=token) if asks else ""
    return {"own": urls.absolute(own, token=token), "receipt": told, "waits": waits}


async def _tell(gift: OfflineGift, name: str, **context: Any) -> None:
    """Write to a donor who left an address, once per verification."""
    person = gift.person
    if person is None or not person.email:
        return
    await mail.send(
        f"campaigns/{name}", to=person.email, key=f"{name}-{gift.id}-{gift.turn}", locale=person.locale,
        title=gift.campaign.title, slug=gift.campaign.slug, person=person.name, amount_cents=gift.amount_cents,
        reference=gift.code, **context,
    )  # fmt: skip


def _receipt_waits(campaign: Campaign) -> bool:
    """Whether a receipt may come, but only once this all-or-nothing campaign has succeeded."""
    ours = campaign.payee_id is None and campaign.beneficiary == settings().receipt_issuer
    return tax.issues_receipts() and ours and not queries.is_kept(campaign) and not queries.is_lost(campaign)
