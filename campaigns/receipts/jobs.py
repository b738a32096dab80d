"""What happens to receipts after the fact: issued when money arrives to stay, voided when it goes back."""

from contextlib import suppress

from campaigns.identity import FIELDS, DonorForm
from campaigns.lifecycle.models import Campaign
from campaigns.offline import donors
from campaigns.offline import queries as offline
from campaigns.offline.models import COUNTING, OfflineGift, OfflineStatus
from campaigns.pledges.queries import MANAGE
from campaigns.receipts import queries, service, subjects
from campaigns.receipts.eligibility import refusal
from campaigns.recurring.models import SupportMonth
from campaigns.settlement.crash import crash_point
from civic import jobs, mail
from civic.i18n import _, speaking
from civic.jobs import Handler
from civic.people import links
from civic.web.formats import money


async def money_arrived(pledge_id: int) -> None:
    """A gift was collected: its receipt, when its donor is known; else a word on how to get one.

    Of a monthly support each month has its receipt (art. 200 CGI: each payment), made without a letter, and the word on
    how to get them comes once a year; the year's statement holds them all on one paper.
    """
    pledge = await queries.gift(pledge_id)
    donor = await queries.donor_of(pledge.person_id)
    if refusal(await queries.facts_of(pledge, donor)):
        return
    month = await SupportMonth.get_or_none(pledge_id=pledge_id)
    if donor is not None:
        with suppress(service.NoReceipt):
            await service.issue(pledge_id, quietly=month is not None)
        crash_point("receipt_issued")
        return
    once = f"support-{month.support_id}-{month.month[:4]}" if month else str(pledge_id)
    if pledge.person.email:
        await mail.send(
            "campaigns/receipt_offered", to=pledge.person.email, key=f"receipt-offered-{once}",
            locale=pledge.person.locale, person=pledge.person.name, title=pledge.campaign.title,
            amount_cents=pledge.amount_cents, token=links.make(MANAGE, pledge_id),
        )  # fmt: skip


async def money_returned(pledge_id: int, **_facts: object) -> None:
    """A gift was refunded, in part or whole: its receipt is void; what is left of it may have another.

    Also when an earlier refund took the receipt while this one was under way.
    """
    receipt = await queries.receipt_of(pledge_id)
    if receipt is None and not await queries.taken_by_a_refund(pledge_id):
        return
    pledge = await queries.gift(pledge_id)
    facts = await queries.facts_of(pledge, await queries.donor_of(pledge.person_id))
    if receipt is not None:
        if facts.amount_cents == receipt.amount_cents and facts.received_on and not facts.returned:
            return
        with speaking("fr"):
            reason = _("Don de %(amount)s remboursé.", amount=money(receipt.amount_cents))
        await service.void(receipt, reason)
    if facts.received_on and not facts.returned:
        with suppress(service.NoReceipt):
            await service.issue(pledge_id)


async def cheque_arrived(gift_id: int, pledge_id: int | None = None, **_facts: object) -> None:
    """Offline money was verified: the receipt of the promise it pays, or of the gift itself."""
    gift = await OfflineGift.get_or_none(id=gift_id)
    if pledge_id:
        await _take_over_identity(pledge_id, gift)
        await money_arrived(pledge_id)
    elif gift and gift.status in COUNTING and not gift.pledge_id:
        await _given_by_hand(await subjects.of_gift(gift_id))


async def _take_over_identity(pledge_id: int, gift: OfflineGift | None) -> None:
    """What was written at the stall beside a promise's number says who its backer is, unless she said so herself."""
    told = await donors.identity_of(gift.id) if gift else None
    pledge = await queries.gift(pledge_id)
    if told and await queries.donor_of(pledge.person_id) is None:
        form = DonorForm.model_validate({name: getattr(told, name) for name in FIELDS})
        await service.tell_identity(pledge, form)


async def _given_by_hand(subject: subjects.Subject) -> None:
    if refusal(subject.facts) or subject.gift_id is None:
        return
    if subject.identity is not None:
        with suppress(service.NoReceipt):
            await service.issue_by_hand(subject.gift_id)
    elif subject.person and subject.person.email:
        await mail.send(
            "campaigns/receipt_offered", to=subject.person.email, key=f"receipt-offered-gift-{subject.gift_id}",
            locale=subject.person.locale, person=subject.person.name, title=subject.campaign.title,
            amount_cents=subject.facts.amount_cents, token=subject.token, by_hand=True,
        )  # fmt: skip


async def cheque_bounced(gift_id: int, pledge_id: int | None = None, **_facts: object) -> None:
    """Offline money went back, or was not what it seemed: its receipt is void."""
    if pledge_id:
        return await money_returned(pledge_id)
    receipt = await queries.standing(gift_id=gift_id)
    if receipt is None:
        return
    gift = await OfflineGift.get(id=gift_id)
    counts = gift.status in COUNTING
    if counts and (gift.amount_cents, gift.received_on) == (receipt.amount_cents, receipt.given_on):
        return
    with speaking("fr"):
        reason = {
            OfflineStatus.BOUNCED: _("Chèque impayé."), OfflineStatus.RETURNED: _("Don rendu."),
        }.get(gift.status, _("Vérification annulée."))  # fmt: skip
    await service.void(receipt, reason)
    if counts:
        await cheque_arrived(gift_id)


async def campaign_succeeded(campaign_id: int) -> None:
    """An all-or-nothing campaign has its money: its gifts by hand stay, so their receipts come, each by its own job."""
    for gift in await _by_hand(campaign_id):
        if not await queries.voided_by_hand(gift_id=gift.id):
            await jobs.enqueue("gift_is_kept", key=f"gift-{gift.id}-{gift.turn}", gift_id=gift.id)


async def campaign_ended(campaign_id: int) -> None:
    """A campaign that did not happen gives its gifts by hand back: receipts issued before are void, one by one."""
    if not offline.is_lost(await Campaign.get(id=campaign_id)):
        return
    for gift in await _by_hand(campaign_id):
        await jobs.enqueue("gift_is_lost", key=f"gift-{gift.id}-{gift.turn}", gift_id=gift.id)


async def _by_hand(campaign_id: int) -> list[OfflineGift]:
    rows = OfflineGift.filter(campaign_id=campaign_id, status__in=list(COUNTING), pledge_id__isnull=True)
    return await rows.order_by("id")


async def gift_is_lost(gift_id: int) -> None:
    """Its campaign failed: a receipt that stands is void, with a number of its own."""
    receipt = await queries.standing(gift_id=gift_id)
    if receipt is not None:
        with speaking("fr"):
            reason = _("La collecte n’a pas abouti, ce don est rendu.")
        await service.void(receipt, reason)


async def refund_came_back(pledge_id: int, **_facts: object) -> None:
    """A refund failed, or a bank gave way: the gift is a gift again. Whatever was voided by a person stays void."""
    await money_returned(pledge_id)
    if not await queries.voided_by_hand(pledge_id=pledge_id):
        await money_arrived(pledge_id)


handlers: dict[str, Handler] = {
    "payment_collected": money_arrived,
    "offline_verified": cheque_arrived,
    "offline_reversed": cheque_bounced,
    "campaign_funded": campaign_succeeded,
    "campaign_decided": campaign_ended,
    "campaign_unwinding": campaign_ended,
    "gift_is_kept": cheque_arrived,
    "gift_is_lost": gift_is_lost,
    "refund_settled": money_returned,
    "refund_undone": refund_came_back,
}
