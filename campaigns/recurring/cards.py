"""The hosted page where a supporter's card or mandate is saved, once; nothing is charged there.

Each page has its turn, written before it is opened: whoever clicks twice, or in two windows, gets the same page, and
another one only once the former is over (docs/money.md, invariant 3).
"""

from datetime import timedelta

import structlog
from itsdangerous import BadSignature, URLSafeSerializer

from campaigns.payments import gateway
from campaigns.payments.answers import Checkout, CheckoutStatus
from campaigns.payments.gateway import Page
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.payments.till import OURS
from campaigns.pledges.models import Pledge
from campaigns.pledges.service import Saved
from campaigns.recurring import service
from campaigns.recurring.models import Support, SupportMonth, SupportStatus
from civic import clock, jobs
from civic.database import retrying, transaction
from civic.errors import DomainError
from civic.i18n import _
from civic.settings import settings
from civic.web import urls

log = structlog.get_logger("campaigns.recurring")
PAGE_LIFE, NEARLY_OVER = timedelta(minutes=45), timedelta(minutes=1)
TRIES = 3


async def open_page(support: Support) -> str:
    """The address of the page for a new support, or for another card. Raises DomainError (503) without an answer."""
    try:
        for _turn in range(TRIES):
            wanted = await _claim(support.id)
            page = await _page_of(wanted)
            if page is not None and page.status == CheckoutStatus.OPEN:
                return page.url
            if page is not None and page.status == CheckoutStatus.COMPLETE:
                await settle(page.ref)
                if wanted.status == SupportStatus.CREATED:
                    return urls.path("recurring.back", token=_signer().dumps(support.id))
            await _end_turn(wanted)
    except gateway.GatewayTrouble as trouble:
        raise _no_answer() from trouble
    raise _no_answer()


def _no_answer() -> DomainError:
    said = _("La page de paiement ne répond pas. Rien n’est perdu : réessayez dans un instant.")
    return DomainError(said, status=503)


@retrying
async def _claim(support_id: int) -> Support:
    """The turn whose page may still be used, or the next one; decided under the support's lock."""
    present = clock.now()
    async with transaction():
        await Support.filter(id=support_id).update(updated_at=present)
        found = await service.whole(support_id)
        opened_before_turns = found.session_ref and not found.page_turn
        if opened_before_turns or (found.page_ends_at and found.page_ends_at > present + NEARLY_OVER):
            return found
        ends = (present + PAGE_LIFE).replace(microsecond=0)
        rows = Support.filter(id=support_id)
        await rows.update(page_turn=found.page_turn + 1, page_ends_at=ends, session_ref="")
        return await service.whole(support_id)


async def _end_turn(wanted: Support) -> None:
    """Its page is over: the next click opens another one. Nothing when somebody was faster."""
    rows = Support.filter(id=wanted.id, page_turn=wanted.page_turn)
    await rows.update(page_turn=wanted.page_turn + (not wanted.page_turn), page_ends_at=None)


async def _page_of(wanted: Support) -> Checkout | None:
    """The page of a turn, opened now if nobody did; None when it can never be opened any more."""
    if wanted.session_ref:
        return await gateway.read_checkout(OURS, wanted.session_ref)
    customer = wanted.customer_ref or await gateway.ensure_customer(
        OURS, key=f"support-{wanted.id}-customer", name=wanted.person.name, email=wanted.person.email or "",
        metadata={"support": str(wanted.id)},
    )
    try:
        page = await gateway.open_setup_checkout(OURS, _page(wanted, customer))
    except gateway.Stored:  # it answers so for a day: is the page there all the same?
        found = await _listed(wanted, customer)
        if found is None:
            return None
        page = found
    except gateway.Refused:  # claimed by a process that died long ago
        return None
    rows = Support.filter(id=wanted.id, page_turn=wanted.page_turn)
    await rows.update(session_ref=page.ref, customer_ref=customer)
    return page


async def _listed(wanted: Support, customer: str) -> Checkout | None:
    for page in await gateway.list_checkouts(OURS, customer):
        if page.metadata.get("turn") == str(wanted.page_turn) and page.metadata.get("support") == str(wanted.id):
            return page
    return None


def _page(wanted: Support, customer: str) -> Page:
    """The same body for the same turn: nothing in it depends on who asks."""
    assert wanted.page_ends_at
    back = urls.absolute("recurring.back", token=_signer().dumps(wanted.id))
    return Page(
        key=f"support-{wanted.id}-setup-{wanted.page_turn}", customer_ref=customer, locale="auto",
        metadata={"support": str(wanted.id), "turn": str(wanted.page_turn)},
        success_url=back, cancel_url=back, expires_at=wanted.page_ends_at,
    )  # fmt: skip


async def of_ticket(ticket: str) -> Support | None:
    """The support behind the way back from its page; None for any other text."""
    try:
        return await Support.get_or_none(id=int(_signer().loads(ticket)))
    except (BadSignature, ValueError, TypeError):
        return None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt="support:back")


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


@jobs.outside
async def keep_recovered(pledge_ids: list[int]) -> None:
    """Months were paid with another card: that one serves from now on (fact `payments_collected`)."""
    for month in await SupportMonth.filter(pledge_id__in=pledge_ids).order_by("pledge_id"):
        await _keep_card_of(month)


async def _keep_card_of(month: SupportMonth) -> None:
    paid = Attempt.filter(pledge_id=month.pledge_id, status=AttemptStatus.SUCCEEDED).exclude(session_ref="")
    attempt = await paid.order_by("-id").first()
    if attempt is None or not attempt.intent_ref:
        return
    intent = await gateway.read_intent(OURS, attempt.intent_ref)
    pledge = await Pledge.get(id=attempt.pledge_id)
    if intent.method_ref:
        saved = Saved(intent.customer_ref, intent.method_ref, pledge.method_label, clock.now())
        await service.card_saved(month.support_id, saved)


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
