"""What Stripe says of connected accounts, kept on their payee, and what follows for the campaigns that charge there.

An account that can no longer charge closes its campaigns to new gifts at once (`till_closed_at`); promises wait, they
are charged when it can again (docs/decisions/0016).
"""

import structlog

from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.service import keep_need
from campaigns.payees import queries
from campaigns.payees.models import Payee
from campaigns.payments import gateway
from campaigns.payments.answers import Account
from campaigns.payments.till import Till
from civic import clock, jobs
from civic.database import retrying, transaction

log = structlog.get_logger("campaigns.payments")
GONE = (403, 404)
"""Stripe's answers about an account whose owner has disconnected it from ours."""


async def look(account_ref: str) -> Payee | None:
    """Ask Stripe about an account and keep what it says; None when it is nobody's here. Raises GatewayTrouble."""
    try:
        said = await gateway.read_account(account_ref)
    except gateway.Refused as refusal:
        if getattr(refusal.__cause__, "http_status", None) not in GONE:
            raise
        said = Account(account_ref, False, False, True, queries.DISCONNECTED)
    return await _keep(said)


@retrying
async def _keep(said: Account) -> Payee | None:
    present = clock.now()
    async with transaction():
        if not await Payee.filter(account_ref=said.ref).update(checked_at=present):
            return None
        payee = await Payee.get(account_ref=said.ref)
        before, closed_at = payee.charges_enabled, payee.closed_at
        if before != said.charges_enabled:
            closed_at = None if said.charges_enabled else present
            await _follow(payee, said, closed_at is not None)
        values = {
            "charges_enabled": said.charges_enabled, "payouts_enabled": said.payouts_enabled,
            "details_submitted": said.details_submitted, "reason": said.reason[:80], "closed_at": closed_at,
        }  # fmt: skip
        await Payee.filter(id=payee.id).update(**values)
    return await Payee.get(id=payee.id)


async def _follow(payee: Payee, said: Account, closed: bool) -> None:
    """Its campaigns close or open again; those who run them hear it (facts `till_closed`, `till_opened`)."""
    present = clock.now()
    rows = Campaign.filter(account_ref=said.ref)
    await rows.update(till_closed_at=present if closed else None)
    for campaign in await rows.order_by("id"):
        await keep_need(campaign.id)
    if not closed and payee.closed_at is None:
        return  # it opens for the first time: nobody was waiting
    key = f"payee-{payee.id}-{int(present.timestamp())}"
    await jobs.enqueue("till_closed" if closed else "till_opened", key=key, payee_id=payee.id, at=present.isoformat())


@jobs.outside
async def hear(object_ref: str, account: str = "", **_event: object) -> None:
    """A webhook spoke of an account: ask anew, whatever it said (fact `account_changed`)."""
    await look(account or object_ref)


@jobs.outside
async def check_all(**_payload: object) -> None:
    """Four times a day every account, in case a message was lost; one trouble stops no other."""
    for account in await queries.accounts():
        try:
            await look(account)
        except gateway.GatewayTrouble as trouble:
            log.warning("account not checked", account=account, code=trouble.code)


async def closed_now(till: Till) -> bool:
    """Whether a refusal is the account's, which cannot charge any more, and not the card's. Raises GatewayTrouble."""
    if not till.account:
        return False
    payee = await look(till.account)
    return payee is not None and not payee.charges_enabled


async def gone_now(till: Till) -> bool:
    """Whether its owner disconnected it from ours: what happens there cannot be known. Raises GatewayTrouble."""
    if not till.account:
        return False
    payee = await look(till.account)
    return payee is not None and payee.reason == queries.DISCONNECTED
