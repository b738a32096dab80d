"""What the gateway tells: stored once per event, answered 2xx, handled by a job that fetches the object anew.

Duplicated, late and reordered events end in the same state, because nothing is taken from the message but the name
of its object and the account it happened on. Of accounts that are not ours nothing is kept.
"""

from contextlib import suppress

import structlog
from starlette.requests import Request
from starlette.responses import Response

from campaigns.payees import queries as payees
from campaigns.payments import checkout, gateway
from campaigns.payments.answers import Event
from campaigns.payments.keys import webhook_secrets
from campaigns.payments.models import InboxEvent
from campaigns.payments.till import Till
from civic import clock, database, jobs
from civic.database import transaction
from civic.settings import settings

log = structlog.get_logger("campaigns.payments")
_BATCH = 100
MOST_BYTES = 512 * 1024
_INSERT = """INSERT INTO inbox_event (source, event_ref, kind, object_ref, account_ref, body, received_at)
VALUES ('stripe', ?, ?, ?, ?, ?, ?) ON CONFLICT (source, event_ref) DO NOTHING"""


async def receive(request: Request) -> Response:
    """POST /webhooks/stripe: 404 when closed, 400 when forged or of the other mode, 200 when kept, or not ours."""
    secrets = webhook_secrets()
    if not secrets:
        return Response(status_code=404)
    raw = await request.body()
    if len(raw) > MOST_BYTES:
        return Response(status_code=413)
    try:
        event = _signed(raw, request.headers.get("stripe-signature", ""), secrets)
    except gateway.Forged:
        return Response(status_code=400)
    if event.live != settings().stripe_secret_key.startswith(("sk_live_", "rk_live_")):
        return Response(status_code=400)
    await keep(event)
    return Response(status_code=200)


def _signed(raw: bytes, signature: str, secrets: list[str]) -> Event:
    """The message, by whichever endpoint's secret signed it: Stripe gives connected accounts an endpoint of their own.

    Raises Forged.
    """
    for secret in secrets[:-1]:
        with suppress(gateway.Forged):
            return gateway.read_event(raw, signature, secret)
    return gateway.read_event(raw, signature, secrets[-1])


async def keep_missing(events: list[Event]) -> int:
    """Store those that no message has brought yet; answers how many."""
    kept: set[object] = set()
    for start in range(0, len(events), _BATCH):
        refs = [event.ref for event in events[start : start + _BATCH]]
        kept.update(await InboxEvent.filter(source="stripe", event_ref__in=refs).values_list("event_ref", flat=True))
    return sum([await keep(event) for event in events if event.ref not in kept])


async def keep(event: Event) -> bool:
    """Store an event once, and its job with it; one of an account that is nobody's here is left aside.

    Answers whether it was new.
    """
    if event.account and not await payees.knows(event.account):
        log.warning("event of an unknown account", gateway_event=event.ref, account=event.account)
        return False
    async with transaction():
        values = [event.ref, event.kind, event.object_ref, event.account, event.raw, clock.now()]
        new = bool(await database.execute(_INSERT, values))
        if new:
            await jobs.enqueue("gateway_told", key=event.ref, event_ref=event.ref)
    return new


@jobs.outside
async def handle(event_ref: str) -> None:
    """Apply an event: hosted pages here, everything else by facts that the slices above listen to.

    Raises NotKnownYet or GatewayTrouble: the job comes back later.
    """
    event = await InboxEvent.get(source="stripe", event_ref=event_ref)
    if event.handled_at:
        return
    if event.kind.startswith("checkout.session."):
        await checkout.settle(Till(event.account_ref), event.object_ref)
    fact = next((fact for prefix, fact in FACTS.items() if event.kind.startswith(prefix)), None)
    async with transaction():
        if fact:
            await jobs.enqueue(
                fact, key=event.event_ref, object_ref=event.object_ref, kind=event.kind, account=event.account_ref
            )
        await InboxEvent.filter(id=event.id, handled_at__isnull=True).update(handled_at=clock.now())


FACTS = {
    "payment_intent.": "payment_intent_changed",
    "charge.dispute.": "dispute_changed",
    "charge.refund": "refund_changed",
    "refund.": "refund_changed",
    "charge.failed": "charge_failed",
    "account.": "account_changed",
}
"""Kinds of event → the fact they become, with `object_ref`, `kind` and `account`; its handlers fetch the object."""
