"""What Stripe tells is heard even when its message was lost: every ten minutes its own list of events is read again.

A debit that a bank takes back after its success, a card owner who contests, a refund that fails late: none of them has
anything open here that could be asked about. One list for each account says it, whatever the number of gifts; an event
is kept once, so a message that arrives late after all changes nothing (docs.stripe.com/api/events/list).
"""

from datetime import datetime, timedelta

import structlog

from campaigns.payments import gateway, inbox
from campaigns.payments.models import Attempt
from campaigns.payments.till import tills
from campaigns.settlement.looking import PATIENCE, Reconciled
from campaigns.settlement.models import Reconciliation
from civic import clock, jobs

log = structlog.get_logger("campaigns.settlement")
HEARD = "heard"
KINDS = (
    "charge.failed", "charge.refunded", "charge.refund.updated", "refund.created", "refund.updated", "refund.failed",
    "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)  # fmt: skip
"""What happens to money that had arrived; payments under way are asked about by themselves (`looking`)."""
OVERLAP, FIRST, LONGEST = timedelta(hours=1), timedelta(days=1), timedelta(days=25)
"""How far before the last look a look begins; the first one; after a long silence (Stripe keeps events for 30 days)."""


async def listen(*, patience: timedelta = PATIENCE) -> Reconciled:
    """Keep what was said since the last look and has not arrived within `patience`; jobs apply it like every message.

    `looked`: events read; `settled`: those of which no message had come; `troubles`: accounts without an answer.
    """
    done, present = Reconciled(), clock.now()
    since = await _since(present)
    for till in await tills():
        try:
            told = await gateway.list_events(till, KINDS, since, present - patience)
        except gateway.Refused as refusal:  # its owner disconnected it; the others are heard all the same
            log.error("account not heard", account=till.account, code=refusal.code)
            continue
        except gateway.GatewayTrouble as trouble:
            done.troubles += 1
            log.error("account not heard", account=till.account, detail=str(trouble)[:200])
            continue
        done.looked += len(told)
        done.settled += await inbox.keep_missing(told)
    await Reconciliation.create(
        at=present, kind=HEARD, looked=done.looked, settled=done.settled, troubles=done.troubles
    )
    return done


async def _since(present: datetime) -> datetime:
    """An hour before the last look to which every account has answered."""
    last = await Reconciliation.filter(kind=HEARD, troubles=0).order_by("-at", "-id").first()
    return max(last.at - OVERLAP, present - LONGEST) if last else present - FIRST


@jobs.outside
async def listen_due(**_payload: object) -> None:
    """Every ten minutes, once money has moved."""
    if await Attempt.all().exists():
        done = await listen()
        log.info("heard", looked=done.looked, missed=done.settled, troubles=done.troubles)
