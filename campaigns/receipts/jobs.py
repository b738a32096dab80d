"""What happens to receipts after the fact: issued when money arrives, voided when it goes back."""

from contextlib import suppress

from campaigns.pledges.queries import MANAGE
from campaigns.receipts import queries, service
from campaigns.receipts.eligibility import refusal
from campaigns.settlement.crash import crash_point
from civic import mail
from civic.i18n import _, speaking
from civic.jobs import Handler
from civic.people import links
from civic.web.formats import money


async def money_arrived(pledge_id: int) -> None:
    """A gift was collected: its receipt, when its donor is known; else a word on how to get one."""
    pledge = await queries.gift(pledge_id)
    donor = await queries.donor_of(pledge.person_id)
    if refusal(await queries.facts_of(pledge, donor)):
        return
    if donor is not None:
        with suppress(service.NoReceipt):
            await service.issue(pledge_id)
        crash_point("receipt_issued")
        return
    if pledge.person.email:
        await mail.send(
            "campaigns/receipt_offered", to=pledge.person.email, key=f"receipt-offered-{pledge_id}",
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
    if facts.received_on and not facts.returned and facts.amount_cents > 0:  # a tip may be all that is left
        with suppress(service.NoReceipt):
            await service.issue(pledge_id)


async def cheque_arrived(pledge_id: int | None = None, **_facts: object) -> None:
    """Offline money was verified; only what paid a promise has a donor to write to."""
    if pledge_id:
        await money_arrived(pledge_id)


async def cheque_bounced(pledge_id: int | None = None, **_facts: object) -> None:
    """Offline money went back."""
    if pledge_id:
        await money_returned(pledge_id)


async def refund_came_back(pledge_id: int, **_facts: object) -> None:
    """A refund failed weeks later: the gift is a gift again."""
    await money_returned(pledge_id)
    await money_arrived(pledge_id)


handlers: dict[str, Handler] = {
    "payment_collected": money_arrived,
    "offline_verified": cheque_arrived,
    "offline_reversed": cheque_bounced,
    "refund_settled": money_returned,
    "refund_undone": refund_came_back,
}
