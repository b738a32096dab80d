"""The hosted page where a supporter's card or mandate is saved, once; nothing is charged there."""

from datetime import timedelta

import structlog

from campaigns.payments import gateway
from campaigns.payments.answers import CheckoutStatus
from campaigns.payments.gateway import Page
from campaigns.payments.till import OURS
from campaigns.pledges.service import Saved
from campaigns.recurring import letters, service
from campaigns.recurring.models import Support, SupportStatus
from civic import clock, i18n, jobs
from civic.errors import DomainError
from civic.i18n import _
from civic.people import links
from civic.web import urls

log = structlog.get_logger("campaigns.recurring")
PAGE_LIFE = timedelta(minutes=45)


async def open_page(support: Support) -> str:
    """The address of the page for a new support, or for another card. Raises DomainError (503) without an answer."""
    try:
        if support.session_ref:
            known = await gateway.read_checkout(OURS, support.session_ref)
            if known.status == CheckoutStatus.OPEN:
                return known.url
        customer = support.customer_ref or await gateway.ensure_customer(
            OURS, key=f"support-{support.id}-customer", name=support.person.name, email=support.person.email or "",
            metadata={"support": str(support.id)},
        )
        page = await gateway.open_setup_checkout(OURS, _page(support, customer))
    except gateway.GatewayTrouble as trouble:
        raise DomainError(
            _("La page de paiement ne répond pas. Rien n’est perdu : réessayez dans un instant."), status=503
        ) from trouble
    await Support.filter(id=support.id).update(session_ref=page.ref, customer_ref=customer)
    return page.url


def _page(support: Support, customer: str) -> Page:
    ends = clock.now() + PAGE_LIFE
    ends -= timedelta(minutes=ends.minute % 5, seconds=ends.second, microseconds=ends.microsecond)
    token, locale = links.make(letters.MANAGE, support.id), i18n.locale()
    back = urls.absolute("recurring.back", token=token)
    return Page(
        key=f"support-{support.id}-setup-{token}", customer_ref=customer, metadata={"support": str(support.id)},
        success_url=back, cancel_url=back, expires_at=ends, locale=locale,
    )  # fmt: skip


async def settle(session_ref: str) -> None:
    """Fetch the page anew and apply what it says. Raises GatewayTrouble."""
    page = await gateway.read_checkout(OURS, session_ref)
    support = await Support.get_or_none(id=int(page.metadata.get("support", "0")))
    if support is None or page.customer_ref not in (support.customer_ref, ""):
        return
    if page.status == CheckoutStatus.COMPLETE and page.setup_succeeded:
        saved = Saved(page.customer_ref, page.method_ref, page.method_label, clock.now())
        await service.card_saved(support.id, saved, page.ref)
    elif page.status == CheckoutStatus.EXPIRED and support.session_ref == page.ref:
        await service.abandon(support)


@jobs.outside
async def hear_page(session_ref: str) -> None:
    """A webhook spoke of the page of a support (fact `support_page_changed`)."""
    await settle(session_ref)


async def sweep() -> None:
    """Pages that were left: made up for when the webhook was lost, given up once they have ended."""
    before = clock.now() - timedelta(minutes=10)
    waiting = Support.filter(status=SupportStatus.CREATED, created_at__lt=before).order_by("id").limit(200)
    for support in await waiting:
        try:
            if support.session_ref:
                await settle(support.session_ref)
            elif support.created_at < clock.now() - timedelta(hours=1):
                await service.abandon(support)
        except gateway.GatewayTrouble as trouble:
            log.warning("support not swept", support=support.id, code=trouble.code)
