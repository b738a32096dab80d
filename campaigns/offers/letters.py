"""What offers make the site write; texts in templates/mail/campaigns."""

from campaigns.lifecycle.models import Campaign
from campaigns.offers.models import Offer, OfferChange
from campaigns.offers.queries import MANAGE
from civic import mail
from civic.initiatives.queries import leads_of
from civic.people import links
from civic.people.models import Person


async def ask_to_confirm(offer: Offer, campaign: Campaign, person: Person) -> None:
    """The link that makes a visitor's offer reach the lead."""
    await mail.send(
        "campaigns/offer_confirm", to=person.email or "", key=f"offer-confirm-{offer.id}", locale=person.locale,
        title=campaign.title, what=offer.title, person=person.name, token=links.make(MANAGE, offer.id),
    )  # fmt: skip


async def tell_leads(offer: Offer) -> None:
    """A new offer waits for the leads."""
    await _to_leads("offer_new", offer, line=offer.line.title, who=offer.person.name)


async def tell_leads_it_is_gone(offer: Offer) -> None:
    """Somebody took her offer back."""
    await _to_leads("offer_gone", offer, who=offer.person.name)


async def _to_leads(name: str, offer: Offer, **context: str) -> None:
    for lead in await leads_of(offer.campaign.initiative_id):
        if lead.email:
            await mail.send(
                f"campaigns/{name}", to=lead.email, key=f"{name}-{offer.id}-{lead.id}", locale=lead.locale,
                title=offer.campaign.title, slug=offer.campaign.slug, what=offer.title, person=lead.name, **context,
            )  # fmt: skip


async def answered(offer: Offer, name: str, note: str, value_cents: int) -> None:
    """The lead's answer, with her word; once per answer."""
    if not offer.person.email:
        return
    turn = await OfferChange.filter(offer_id=offer.id).count()
    await mail.send(
        f"campaigns/{name}", to=offer.person.email, key=f"{name}-{offer.id}-{turn}", locale=offer.person.locale,
        title=offer.campaign.title, slug=offer.campaign.slug, what=offer.title, person=offer.person.name, note=note,
        amount_cents=value_cents, token=links.make(MANAGE, offer.id),
    )  # fmt: skip
