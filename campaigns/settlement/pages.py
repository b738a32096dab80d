"""The hosted page on which a backer pays again: one at a time, owned by one attempt."""

from itsdangerous import BadSignature, URLSafeSerializer

from campaigns.payments import gateway
from campaigns.payments.answers import Checkout
from campaigns.payments.gateway import Page
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.payments.till import till_of
from campaigns.pledges.models import Pledge
from campaigns.settlement import charging, rules
from civic.errors import NotFound
from civic.i18n import _
from civic.settings import settings
from civic.web import urls

WANTED = "wanted"
"""What stands in `session_ref` of an attempt that is to be paid on a page, until the page has a name."""


async def open_page(attempt: Attempt) -> Checkout:
    """Open the hosted page of an attempt; again with the same key and body, the same page.

    Raises GatewayTrouble.
    """
    pledge = await Pledge.get(id=attempt.pledge_id).select_related("campaign", "person")
    page = await gateway.open_payment_checkout(
        till_of(pledge.campaign), _page(attempt, pledge), amount_cents=attempt.amount_cents,
        title=pledge.campaign.title,
    )  # fmt: skip
    await _name(attempt, page)
    return page


async def find(attempt: Attempt) -> Checkout | None:
    """The page of an attempt whose opening ended in a 5xx, as the gateway lists it; None when there is none.

    Raises GatewayTrouble.
    """
    pledge = await Pledge.get(id=attempt.pledge_id).select_related("campaign")
    for page in await gateway.list_checkouts(till_of(pledge.campaign), pledge.customer_ref):
        if page.metadata.get("attempt") == attempt.key:
            await _name(attempt, page)
            return page
    return None


async def _name(attempt: Attempt, page: Checkout) -> None:
    await Attempt.filter(id=attempt.id, session_ref=WANTED).update(session_ref=page.ref, status=AttemptStatus.SENT)
    attempt.session_ref = page.ref


async def ref_of(attempt: Attempt) -> str:
    """The name of an attempt's page; one that a crash left without a name is found by its key; "" when there is none.

    A page without a name was never shown to anybody. Raises GatewayTrouble.
    """
    if attempt.session_ref != WANTED:
        return str(attempt.session_ref)
    try:
        return (await open_page(attempt)).ref
    except gateway.Stored:
        found = await find(attempt)
        return found.ref if found else ""
    except gateway.Refused as refusal:
        if getattr(refusal.__cause__, "http_status", None) in charging.OURS:
            raise
        return ""


def _page(attempt: Attempt, pledge: Pledge) -> Page:
    """The same body for the same key: nothing in it depends on now."""
    back = urls.absolute("settlement.back", slug=pledge.campaign.slug, ticket=ticket(attempt))
    metadata = {"pledge": str(pledge.id), "campaign": str(pledge.campaign_id), "attempt": attempt.key}
    return Page(
        key=attempt.key, customer_ref=pledge.customer_ref, metadata=metadata, locale="auto",
        success_url=back, cancel_url=back, expires_at=attempt.created_at + rules.PAGE_LIFE,
        keeps_method=pledge.campaign.is_standing,
    )  # fmt: skip


def ticket(attempt: Attempt) -> str:
    """A signed name of an attempt for the way back, always the same (other links carry their moment)."""
    return str(_signer().dumps(attempt.id))


async def attempt_of(name: str) -> Attempt:
    """The attempt behind a ticket. Raises NotFound."""
    try:
        found = await Attempt.get_or_none(id=int(_signer().loads(name))).select_related("pledge")
    except (BadSignature, ValueError):
        found = None
    if found is None:
        raise NotFound(_("Ce lien n’est pas complet. Copiez-le en entier depuis votre message."))
    return found


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt="settlement:back")
