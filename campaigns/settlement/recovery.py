"""A backer puts right a charge that did not work: another card, her bank's confirmation, or a cheque or transfer.

Before anything payable is opened, the open page is ended and looked at; the former intent was cancelled when it failed
(`charging.conclude`). Two payable objects never coexist (invariant 3).
"""

from campaigns.lifecycle.models import CampaignStatus
from campaigns.lifecycle.transitions import By
from campaigns.payments import attempts, gateway
from campaigns.payments.gateway import GatewayTrouble
from campaigns.payments.models import Attempt
from campaigns.pledges import transitions
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.queries import PAYS_AGAIN
from campaigns.settlement import charging, letters, looking, outcomes, pages, rules
from civic.database import retrying, transaction
from civic.errors import DomainError, NotFound
from civic.i18n import _
from civic.people import links

RECEIVING = (
    CampaignStatus.LIVE, CampaignStatus.SUSPENDED, CampaignStatus.COLLECTING, CampaignStatus.FUNDED,
    CampaignStatus.REPORTING,
)  # fmt: skip
"""While a campaign that charges at once is like this, a debit that came back may be paid otherwise."""


async def pledge_to_recover(slug: str, token: str) -> Pledge:
    """The pledge behind the signed link of a letter, no account needed. Raises NotFound."""
    pledge_id = links.read(letters.RECOVER, token)
    pledge = await Pledge.get_or_none(id=pledge_id).select_related("campaign", "person", "campaign__initiative")
    if pledge is None or pledge.campaign.slug != slug:
        raise NotFound(_("Ce lien n’est pas complet. Copiez-le en entier depuis votre message."))
    return pledge


def waits(pledge: Pledge) -> bool:
    """Whether the backer may still act: her charge did not work, and the collection is not over."""
    campaign = pledge.campaign
    waiting_in = RECEIVING if campaign.charges_at_once else (CampaignStatus.COLLECTING,)
    open_still = campaign.status in waiting_in
    return pledge.status == PledgeStatus.NEEDS_BACKER and open_still


def same_card_may_try(pledge: Pledge) -> bool:
    """Whether the same card may be used again (`rules.NOT_AGAIN`)."""
    return pledge.decline_code not in rules.NOT_AGAIN


async def pay_again(pledge: Pledge) -> str | None:
    """Open a hosted page and answer its address; None when it turned out that the gift is paid, or under way.

    Raises DomainError when the collection is over, or when the payment page does not answer (503).
    """
    try:
        await end_open_page(pledge)
        attempt = await _begin(pledge.id)
        if attempt is None:
            return None
        return await _address(attempt)
    except GatewayTrouble as trouble:
        raise DomainError(
            _("La page de paiement ne répond pas. Rien n’est perdu : réessayez dans un instant."), status=503
        ) from trouble


async def _address(attempt: Attempt) -> str | None:
    """Where to pay. When the gateway keeps a failure under the key, the next attempt asks with the next one.

    Only once its own list shows no page of the failed attempt: that one can then never be paid.
    """
    try:
        return (await pages.open_page(attempt)).url
    except gateway.Stored:
        found = await pages.find(attempt)
        if found is not None:
            return found.url
        await outcomes.page_left(attempt)
    following = await _begin(attempt.pledge_id)
    return (await pages.open_page(following)).url if following else None


async def end_open_page(pledge: Pledge) -> None:
    """End the page that is open for this pledge, if any, and settle what was done on it. Raises GatewayTrouble."""
    left = await charging.live_attempt(pledge.id)
    if left is not None and left.session_ref:
        await looking.look_at_page(left, end=True)


@retrying
async def _begin(pledge_id: int) -> Attempt | None:
    async with transaction():
        pledge = await Pledge.get(id=pledge_id).select_related("campaign")
        if pledge.status in (PledgeStatus.COLLECTED, PledgeStatus.PROCESSING, PledgeStatus.UNKNOWN):
            return None
        _must_wait(pledge)
        await transitions.move(pledge, PledgeStatus.CHARGING, by=By.BACKER, cause=PAYS_AGAIN)
        attempt = await attempts.prepare(pledge)
        await Attempt.filter(id=attempt.id).update(session_ref=pages.WANTED)
        attempt.session_ref = pages.WANTED
        return attempt


def _must_wait(pledge: Pledge) -> None:
    if not waits(pledge):
        raise DomainError(_("Ce don n’attend plus de paiement. Rechargez la page pour voir où il en est."))


async def switch_offline(pledge: Pledge) -> None:
    """The backer will send a cheque or a transfer instead; she gets the instructions by mail.

    It counts once a second person has verified it (invariant 16). Raises DomainError.
    """
    try:
        await end_open_page(pledge)
    except GatewayTrouble as trouble:
        raise DomainError(
            _("La page de paiement ne répond pas. Rien n’est perdu : réessayez dans un instant."), status=503
        ) from trouble
    async with transaction():
        fresh = await Pledge.get(id=pledge.id).select_related("campaign", "person")
        if fresh.status == PledgeStatus.SWITCHED_OFFLINE:
            return
        _must_wait(fresh)
        if fresh.campaign.payee_id:
            raise DomainError(_("Cette collecte se paie par carte seulement."))
        await transitions.move(fresh, PledgeStatus.SWITCHED_OFFLINE, by=By.BACKER, cause="cheque_or_transfer")
        await letters.how_to_send(fresh)


async def come_back(pledge: Pledge) -> None:
    """She returns from the hosted page: look at it now, the webhook may be late. No answer is no error here."""
    left = await charging.live_attempt(pledge.id)
    if left is None or not left.session_ref:
        return
    try:
        await looking.look_at_page(left)
    except gateway.GatewayTrouble:
        return
