"""Those who run its campaigns hear that an account can no longer charge, and that it can again."""

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.payees.models import Payee
from civic import mail
from civic.initiatives.queries import leads_of
from civic.jobs import Handler
from civic.people.models import RoleName
from civic.people.queries import team

CONCERNED = (CampaignStatus.LIVE, CampaignStatus.SUSPENDED, CampaignStatus.COLLECTING)


async def tell_closed(payee_id: int, at: str) -> None:
    """New gifts are closed, promises wait (fact `till_closed`)."""
    await _tell(payee_id, at, closed=True)


async def tell_opened(payee_id: int, at: str) -> None:
    """Gifts are open again (fact `till_opened`)."""
    await _tell(payee_id, at, closed=False)


async def _tell(payee_id: int, at: str, *, closed: bool) -> None:
    payee = await Payee.get(id=payee_id).select_related("organisation")
    if payee.charges_enabled == closed:
        return  # it has changed again: that message is on its way
    rows = Campaign.filter(account_ref=payee.account_ref or "none", status__in=list(CONCERNED))
    for campaign in await rows.order_by("id"):
        people = {one.id: one for one in [*await leads_of(campaign.initiative_id), *await team(RoleName.TREASURER)]}
        for person in people.values():
            if person.email:
                await mail.send(
                    "campaigns/account_state", to=person.email, key=f"account-{campaign.id}-{person.id}-{at}",
                    locale=person.locale, title=campaign.title, slug=campaign.slug, person=person.name, closed=closed,
                    beneficiary=payee.organisation.name,
                )  # fmt: skip


handlers: dict[str, Handler] = {"till_closed": tell_closed, "till_opened": tell_opened}
