"""A gift to a campaign that keeps what it raises is charged at once, on a hosted page (docs/money.md).

The pledge stays *created* while its page is open; one attempt owns that page: two payable objects never coexist.
Webhook, return page, reconcile and the deadline all end in `outcomes.settle`.
"""

from contextlib import suppress

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.lifecycle.transitions import NotNow
from campaigns.payments import accounts, attempts, checkout, gateway
from campaigns.payments.models import Attempt
from campaigns.payments.till import till_of, till_of_pledge
from campaigns.pledges import queries
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.settlement import charging, letters, looking, outcomes, pages, rules
from civic import clock, jobs
from civic.database import retrying, transaction
from civic.errors import DomainError, Gone
from civic.i18n import _


async def pay_now(pledge: Pledge) -> str | None:
    """The address of the page where this gift is paid, the same one until it ends; None when nothing is to be paid.

    Raises Gone when the campaign is over, DomainError (503) when the payment page does not answer.
    """
    try:
        await look_at_page(pledge, end=not pledge.campaign.is_open())
        if (await Pledge.get(id=pledge.id)).status != PledgeStatus.CREATED:
            return None
        if not pledge.campaign.is_open():
            raise Gone(queries.refusal(pledge.campaign))
        await _ensure_customer(pledge)
        attempt = await _begin(pledge.id)
        return await _open(attempt) if attempt else None
    except gateway.GatewayTrouble as trouble:
        raise DomainError(
            _("La page de paiement ne répond pas. Rien n’est perdu : réessayez dans un instant."), status=503
        ) from trouble


async def look_at_page(pledge: Pledge, *, end: bool = False) -> None:
    """Settle what was done on the page of this gift, if one is open; `end` closes it. Raises GatewayTrouble."""
    left = await charging.live_attempt(pledge.id)
    if left is not None and left.session_ref:
        await looking.look_at_page(left, end=end)


@jobs.outside
async def give_way(pledge_id: int) -> None:
    """Another gift replaces this one, or its campaign ended: its page is ended; what was paid meanwhile is settled."""
    pledge = await Pledge.get(id=pledge_id)
    if pledge.status != PledgeStatus.CREATED:
        return
    await look_at_page(pledge, end=True)
    fresh = await Pledge.get(id=pledge_id)
    if fresh.status == PledgeStatus.CREATED and not await attempts.is_under_way(pledge_id):
        with suppress(NotNow):
            await pledges.abandon(fresh, "replaced")
    if await Campaign.filter(id=pledge.campaign_id, status=CampaignStatus.UNWINDING).exists():
        await jobs.enqueue("unwinding_looked", key=f"pledge-{pledge_id}", campaign_id=pledge.campaign_id)


async def end_pages(campaign: Campaign) -> None:
    """Before the decision: every page still open is ended and looked at. Raises GatewayTrouble: the decision waits.

    For pages at an account that its owner disconnected it waits as long as charges do (`rules.GRACE`); then they are
    given up unseen. Nothing is booked for them; should the account come back, what was paid there is found.
    """
    if campaign.goal != GoalKind.FLEXIBLE:
        return
    rows = Pledge.filter(campaign_id=campaign.id, status=PledgeStatus.CREATED).order_by("id")
    for pledge in await rows.select_related("campaign", "person"):
        try:
            await look_at_page(pledge, end=True)
        except gateway.Refused:
            if not await _is_lost(campaign):
                raise
            await _give_up(pledge)


async def _is_lost(campaign: Campaign) -> bool:
    """Whether its account was disconnected and did not come back in time, asked anew. Raises GatewayTrouble."""
    late = campaign.deadline is not None and campaign.deadline + rules.GRACE <= clock.now()
    return late and await accounts.gone_now(till_of(campaign))


async def _give_up(pledge: Pledge) -> None:
    """Nobody can look at its page any more: backer and team hear that we do not know whether she has paid."""
    attempt = await charging.live_attempt(pledge.id)
    if attempt is None:
        return
    await outcomes.page_left(attempt, unseen=True)
    beneficiary = pledge.campaign.beneficiary
    await letters.to_backer("account_closed", pledge, "account_closed", beneficiary=beneficiary, unseen=True)
    await letters.to_team("charge_unseen", pledge.campaign, beneficiary=beneficiary)


async def _ensure_customer(pledge: Pledge) -> None:
    """The page's body must not change between two calls, so its customer is kept before the attempt is written."""
    if pledge.customer_ref:
        return
    found = await checkout.customer_of(pledge)
    await Pledge.filter(id=pledge.id, customer_ref="").update(customer_ref=found)


@retrying
async def _begin(pledge_id: int) -> Attempt | None:
    """The attempt that owns the gift's page: the one under way, or a new one; None once the gift has moved on."""
    async with transaction():
        pledge = await outcomes.hold(pledge_id)
        if pledge.status != PledgeStatus.CREATED:
            return None
        known = await charging.live_attempt(pledge_id)
        if known is not None:
            return known
        attempt = await attempts.prepare(pledge)
        await Attempt.filter(id=attempt.id).update(session_ref=pages.WANTED)
        attempt.session_ref = pages.WANTED
        return attempt


async def _open(attempt: Attempt) -> str:
    if attempt.session_ref == pages.WANTED:
        page = await pages.open_page(attempt)
    else:
        till = await till_of_pledge(attempt.pledge_id)
        page = await gateway.read_checkout(till, attempt.session_ref)
    await Pledge.filter(id=attempt.pledge_id, status=PledgeStatus.CREATED).update(session_ref=page.ref)
    return page.url
