"""The hosted page of a promise: open it, and confirm what came of it.

The return page, the webhook and the sweep all end in `settle`; whoever is first wins, the others find it done.
"""

from datetime import datetime, timedelta

import structlog

from campaigns.payments import accounts, attempts, gateway
from campaigns.payments.answers import Checkout, CheckoutStatus
from campaigns.payments.gateway import Page
from campaigns.payments.till import OURS, Till, till_of
from campaigns.pledges import queries
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import Saved
from civic import clock, i18n, jobs
from civic.errors import DomainError, Gone
from civic.i18n import _
from civic.web import urls

log = structlog.get_logger("campaigns.payments")
PAGE_LIFE = timedelta(minutes=45)
FORGOTTEN = timedelta(minutes=60)
MOST_DIGITS = 18


class NotKnownYet(Exception):
    """The gateway speaks of a promise this database does not show yet: to be asked again later."""


async def open_page(pledge: Pledge) -> str | None:
    """The address of the hosted page where this promise's card or mandate is saved; None when it is done already.

    Raises Gone when the promise or its campaign is over, DomainError when the gateway does not answer.
    """
    if pledge.status != PledgeStatus.CREATED:
        return None
    if pledge.campaign.till_closed_at:
        raise Gone(queries.refusal(pledge.campaign))
    try:
        if pledge.campaign.is_open():
            return await _open(pledge)
        over = await _end(pledge, "campaign_closed") in (PledgeStatus.CREATED, PledgeStatus.ABANDONED)
    except gateway.GatewayTrouble as trouble:
        log.warning("hosted page not opened", pledge=pledge.id, code=trouble.code, kind=type(trouble).__name__)
        raise DomainError(
            _("La page de paiement ne répond pas. Rien n’est perdu : réessayez dans un instant."), status=503
        ) from trouble
    if over:
            raise Gone(queries.refusal(pledge.campaign))
    return None


async def _open(pledge: Pledge) -> str | None:
    if pledge.session_ref:
        known = await _known(pledge)
        if known and known.status == CheckoutStatus.OPEN:
            return known.url
        if known and known.status == CheckoutStatus.COMPLETE:
            await settle(till_of(pledge.campaign), pledge.session_ref)
            return None
    customer_ref, till = pledge.customer_ref or await customer_of(pledge), till_of(pledge.campaign)
    page = await gateway.open_setup_checkout(till, _page(pledge, customer_ref))
    rows = Pledge.filter(id=pledge.id, session_ref=pledge.session_ref, status=PledgeStatus.CREATED)
    if not await rows.update(session_ref=page.ref, customer_ref=customer_ref):
        fresh = await Pledge.get(id=pledge.id)
        if fresh.session_ref != page.ref:
            await gateway.expire_checkout(till, page.ref, key=f"{page.ref}-expire")
            return (await gateway.read_checkout(till, fresh.session_ref)).url if fresh.session_ref else None
    return page.url


async def customer_of(pledge: Pledge) -> str:
    """A customer for this promise and its backer. Raises GatewayTrouble.

    On another's account only the name she shows everybody is written: its owner reads it there (invariant 15).
    """
    till, person = till_of(pledge.campaign), pledge.person
    name, email = (person.name, person.email or "") if till == OURS else (pledge.public_name, "")
    return await gateway.ensure_customer(
        till, key=f"pledge-{pledge.id}-customer-{int(_rounded(clock.now()).timestamp())}", name=name, email=email,
        metadata={"pledge": str(pledge.id)},
    )  # fmt: skip


async def _known(pledge: Pledge) -> Checkout | None:
    """Her page as the gateway has it; None when it is gone there, and another is opened."""
    try:
        return await gateway.read_checkout(till_of(pledge.campaign), pledge.session_ref)
    except gateway.Missing:
        await _report_gone(pledge)
        return None


async def _report_gone(pledge: Pledge) -> None:
    """A hosted page the gateway no longer knows: nothing can come of it, the team should hear (fact `page_gone`)."""
    log.error("hosted page is gone", pledge=pledge.id, session=pledge.session_ref)
    await jobs.enqueue("page_gone", key=pledge.session_ref, pledge_id=pledge.id, session_ref=pledge.session_ref)


def _page(pledge: Pledge, customer_ref: str) -> Page:
    """The same body for the same key: the expiry is rounded, so that a repeated call asks for the same page."""
    ends = _rounded(clock.now() + PAGE_LIFE)
    slug, locale = pledge.campaign.slug, i18n.locale()
    back = urls.absolute("payments.thanks", slug=slug)
    return Page(
        key=f"pledge-{pledge.id}-setup-{locale}-{int(ends.timestamp())}", customer_ref=customer_ref,
        success_url=f"{back}?s={{CHECKOUT_SESSION_ID}}", expires_at=ends, locale=locale,
        cancel_url=urls.absolute("pledges.verify", slug=slug), metadata=_metadata(pledge),
    )  # fmt: skip


def _rounded(moment: datetime) -> datetime:
    return moment - timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)


def _metadata(pledge: Pledge) -> dict[str, str]:
    return {
        "pledge": str(pledge.id), "campaign": str(pledge.campaign_id), "amount_cents": str(pledge.charge_cents),
        "currency": "EUR",
    }  # fmt: skip


async def settle(till: Till, session_ref: str) -> Pledge | None:
    """Fetch the hosted page anew and apply what it says to its promise; None when it is not one of that till.

    Raises NotKnownYet when the promise is not visible yet, GatewayTrouble when the gateway does not answer.
    """
    page = await gateway.read_checkout(till, session_ref)
    if "support" in page.metadata and till == OURS:
        await jobs.enqueue("support_page_changed", key=f"{page.ref}-{page.status}", session_ref=page.ref)
    named = page.metadata.get("pledge", "")
    if not (named.isascii() and named.isdigit() and len(named) <= MOST_DIGITS):  # another account's shop has its own
        return None
    pledge = await queries.pledge_of_session(session_ref, int(named))
    if pledge is None:
        raise NotKnownYet(session_ref)
    if till_of(pledge.campaign) != till:
        log.error("hosted page of another account", pledge=pledge.id, session=page.ref, account=till.account)
        return None
    if page.mode == "payment":
        await jobs.enqueue(
            "payment_page_changed", key=f"{page.ref}-{page.status}", session_ref=page.ref, account=till.account
        )
        return pledge
    if page.status == CheckoutStatus.COMPLETE and page.setup_succeeded:
        await _confirm(pledge, page)
    elif (page.status, page.ref, pledge.status) == (CheckoutStatus.EXPIRED, pledge.session_ref, PledgeStatus.CREATED):
        await pledges.abandon(pledge, "page_expired")
    return pledge


async def _confirm(pledge: Pledge, page: Checkout) -> None:
    """Compare before believing: the page must be about this promise, this amount, this customer.

    Only while the promise is created: later its backer may have changed the amount, and old news come again.
    """
    same_customer = pledge.customer_ref in ("", page.customer_ref)
    fits = same_customer and page.metadata == _metadata(pledge)
    if pledge.status == PledgeStatus.CREATED and not fits:
        log.error("hosted page does not fit its promise", pledge=pledge.id, session=page.ref)
        await pledges.let_method_go(pledge.campaign, page.method_ref)
        return
    at = await _moment(pledge, page)
    saved = Saved(page.customer_ref, page.method_ref, page.method_label, at, page.method_ends_on)
    pledge.status = await pledges.confirm(pledge.id, saved)


async def _moment(pledge: Pledge, page: Checkout) -> datetime:
    """When the card was saved: now is late enough before the deadline; after it, the gateway's own event decides."""
    present = clock.now()
    if pledge.campaign.deadline is None or present <= pledge.campaign.deadline:
        return present
    return await gateway.completed_at(till_of(pledge.campaign), page) or present


@jobs.outside
async def sweep(**_payload: object) -> None:
    """Promises whose page was left: confirmed if the webhook was lost, abandoned once the page has ended."""
    before = clock.now() - timedelta(minutes=10)
    waiting = Pledge.filter(status=PledgeStatus.CREATED, created_at__lt=before).order_by("id").limit(200)
    for pledge in await waiting.select_related("campaign"):
        try:
            if pledge.session_ref:
                await _settle_or_forget(pledge)
            elif pledge.created_at < clock.now() - FORGOTTEN and not await attempts.is_under_way(pledge.id):
                await pledges.abandon(pledge, "never_left")
        except (gateway.GatewayTrouble, DomainError, NotKnownYet) as trouble:
            log.warning("promise not swept", pledge=pledge.id, kind=type(trouble).__name__)


async def _settle_or_forget(pledge: Pledge) -> None:
    try:
        await settle(till_of(pledge.campaign), pledge.session_ref)
    except gateway.Missing:
        await _report_gone(pledge)
        await pledges.abandon(pledge, "page_gone")


async def close_open_pages(campaign_id: int) -> int:
    """End and settle every hosted page of a campaign that is still open: the first act of the deadline's decision.

    Answers how many promises were looked at. Raises GatewayTrouble: the decision waits until all are known.
    """
    rows = Pledge.filter(campaign_id=campaign_id, status=PledgeStatus.CREATED).order_by("id")
    waiting = await rows.select_related("campaign")
    for pledge in waiting:
        await _end(pledge, "deadline")
    return len(waiting)


async def _end(pledge: Pledge, cause: str) -> PledgeStatus:
    """End a promise's page: a card saved there in time counts, everything else is given up. Answers its new state.

    A page opened anew this very moment is left to the next look; one that is gone blocks nothing, and the team is told.
    Raises GatewayTrouble, NotNow.
    """
    if pledge.session_ref:
        try:
            till = till_of(pledge.campaign)
            await gateway.expire_checkout(till, pledge.session_ref, key=f"{pledge.session_ref}-expire")
            await settle(till, pledge.session_ref)
        except gateway.Refused as refusal:
            if not isinstance(refusal, gateway.Missing) and not await accounts.gone_now(till_of(pledge.campaign)):
                raise
            await _report_gone(pledge)
            cause = "page_gone"
    fresh = await Pledge.get(id=pledge.id)
    if await attempts.is_under_way(pledge.id):
        return fresh.status  # a page that charges at once is settlement's to end
    if fresh.status == PledgeStatus.CREATED and fresh.session_ref == pledge.session_ref:
        await pledges.abandon(fresh, cause)
    return fresh.status
