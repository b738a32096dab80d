"""Reads about offers, and the guards of their pages."""

from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.queries import campaign_to_run
from campaigns.offers.models import Offer, OfferChange, OfferStatus
from civic.errors import NotFound
from civic.i18n import _
from civic.people import links
from civic.people.actor import Actor

MANAGE = "offer"
"""Purpose of the signed link that confirms, shows and withdraws an offer."""
_WITH = ("campaign", "campaign__initiative", "line", "person")


async def accepted_on(line_id: int) -> int:
    """What accepted offers are worth on a line, in cents."""
    rows = Offer.filter(line_id=line_id, status=OfferStatus.ACCEPTED)
    return sum(row.value_cents for row in await rows)


async def accepted_by(offer_id: int) -> int | None:
    """Whose hand accepted an offer, last."""
    rows = OfferChange.filter(offer_id=offer_id, what=OfferStatus.ACCEPTED.value).order_by("-id")
    found = await rows.first().values_list("actor_id", flat=True)
    return int(str(found)) if found else None


async def offer_of(token: str) -> Offer:
    """The offer behind a secret link. Raises NotFound."""
    found = await Offer.get_or_none(id=links.read(MANAGE, token)).select_related(*_WITH)
    if found is None:
        raise NotFound(_("Cette proposition n’existe plus."))
    return found


async def offer_to_answer(slug: str, offer_id: int, actor: Actor) -> Offer:
    """An offer on a campaign this person runs. Raises NotFound or Forbidden."""
    campaign = await campaign_to_run(slug, actor)
    found = await Offer.get_or_none(id=offer_id, campaign_id=campaign.id).select_related(*_WITH)
    if found is None or found.status == OfferStatus.UNCONFIRMED:
        raise NotFound(_("Cette proposition n’existe plus."))
    return found


async def of(campaign: Campaign) -> list[Offer]:
    """The confirmed offers on a campaign, those that wait first."""
    rows = Offer.filter(campaign_id=campaign.id).exclude(status=OfferStatus.UNCONFIRMED)
    found = await rows.order_by("id").select_related(*_WITH)
    return sorted(found, key=lambda offer: offer.status != OfferStatus.WAITING)


async def accepted(campaign_id: int) -> list[Offer]:
    """The offers that were taken."""
    rows = Offer.filter(campaign_id=campaign_id, status=OfferStatus.ACCEPTED)
    return await rows.order_by("id").select_related("person")


async def waiting_count(campaign_id: int) -> int:
    """How many wait for the lead."""
    return await Offer.filter(campaign_id=campaign_id, status=OfferStatus.WAITING).count()
