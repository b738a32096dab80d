"""What the gateway is asked after the fact: let a method go, end a page, look after pages that were left."""

from campaigns.payments import accounts, checkout, gateway, inbox
from campaigns.payments.till import Till, till_of_pledge
from civic import jobs


@jobs.outside
async def detach(method_ref: str, account: str = "") -> None:
    """A promise ended without a charge: its card can never be charged by us again (invariant 7).

    Nor can one at an account that was disconnected from ours.
    """
    try:
        await gateway.detach_method(Till(account), method_ref, key=f"{method_ref}-detach")
    except gateway.Refused:
        if not await accounts.gone_now(Till(account)):
            raise


@jobs.outside
async def close_page(pledge_id: int, session_ref: str) -> None:
    """An abandoned promise's page is ended; if it was finished a moment before, its method is let go."""
    till = await till_of_pledge(pledge_id)
    try:
        page = await gateway.expire_checkout(till, session_ref, key=f"{session_ref}-expire")
    except gateway.Missing:
        return
    if page.method_ref:
        await gateway.detach_method(till, page.method_ref, key=f"{page.method_ref}-detach")


handlers = {
    "method_unneeded": detach,
    "pledge_abandoned": close_page,
    "checkouts_swept": checkout.sweep,
    "gateway_told": inbox.handle,
    "account_changed": accounts.hear,
    "accounts_checked": accounts.check_all,
}
minutes = {"checkouts_swept": 10, "accounts_checked": 360}
