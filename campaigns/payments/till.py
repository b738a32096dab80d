"""Whose Stripe account a call is about. Every call of `gateway` names its till, so that none is made at another's.

`OURS` is the host's account. A campaign of another legal entity has its own (docs/decisions/0016): customers, methods,
charges, refunds and disputes live there, and what is read there may only touch rows of that account's campaigns.
"""

from dataclasses import dataclass

from campaigns.lifecycle.models import Campaign
from campaigns.payees import queries as payees
from campaigns.payments.trouble import Closed
from campaigns.pledges.models import Pledge

ALL_METHODS = ["card", "sepa_debit"]
CARDS = ["card"]


@dataclass(slots=True, frozen=True)
class Till:
    """A Stripe account: "" is the host's, else a connected one (`acct_…`)."""

    account: str = ""

    @property
    def methods(self) -> list[str]:
        """How one may pay there. Direct debits are a capability of their own, that not every account has."""
        return CARDS if self.account else ALL_METHODS

    @property
    def options(self) -> dict[str, str]:
        """What the SDK is told along with a request."""
        return {"stripe_account": self.account} if self.account else {}


OURS = Till()


def till_of(campaign: Campaign) -> Till:
    """Where a campaign's money is. Raises Closed while another entity's campaign has no account yet."""
    if campaign.payee_id and not campaign.account_ref:
        raise Closed(f"campaign {campaign.id} has no account yet")
    return Till(campaign.account_ref)


async def till_of_campaign(campaign_id: int) -> Till:
    """The same, from a campaign's id."""
    return till_of(await Campaign.get(id=campaign_id))


async def till_of_pledge(pledge_id: int) -> Till:
    """Where a pledge's money is."""
    pledge = await Pledge.get(id=pledge_id).select_related("campaign")
    return till_of(pledge.campaign)


async def tills() -> list[Till]:
    """Ours first, then every account we know."""
    return [OURS, *(Till(account) for account in await payees.accounts())]
