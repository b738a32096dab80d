"""A matcher offers by herself: whoever speaks for a commune or a company says how much; the team writes the agreement.

An offer binds nobody and adds nothing: it is told to the team and fills the team's form in; the agreement that follows
is proposed and accepted like every other one. An offer is answered once one was proposed. Where the known
representative who offered is the one who signs, she and the proposer are two persons: nobody else needs to confirm.
"""

from datetime import timedelta

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.lifecycle.queries import campaign_to_show
from campaigns.matching.forms import OfferForm
from campaigns.matching.models import MatchAgreement, MatchOffer
from campaigns.matching.queries import MATCHERS
from campaigns.money import as_typed
from civic import clock, mail
from civic.database import transaction
from civic.errors import Forbidden, Gone
from civic.i18n import _
from civic.organisations.models import Organisation
from civic.organisations.queries import hats_of
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.people.queries import team
from civic.people.service import audit
from civic.web import limits

LASTS = timedelta(days=60)
"""An offer nobody answered is forgotten after so long."""


async def may_offer(person: Person) -> list[Organisation]:
    """The organisations in whose name she may add money."""
    return [one for one in await hats_of(person) if one.kind in MATCHERS]


async def campaign_to_offer(slug: str, actor: Actor) -> tuple[Campaign, list[Organisation]]:
    """An open campaign and in whose name she may offer. Raises NotFound, Forbidden for who represents nobody, Gone."""
    campaign = await campaign_to_show(slug, actor)
    hats = await may_offer(actor.person)
    if not hats:
        raise Forbidden(_("On propose d’ajouter aux dons au nom d’une commune ou d’une structure qu’on représente."))
    if not campaign.is_open() or campaign.is_standing:
        raise Gone(_("Cette collecte n’est pas ouverte : rien ne peut s’y ajouter."))
    return campaign, hats


async def offer(campaign: Campaign, organisation: Organisation, form: OfferForm, actor: Actor) -> None:
    """Keep an offer and tell the team, three times a day and organisation at most. Raises TooMany."""
    await limits.hit("match offer", f"{campaign.id}-{organisation.id}", most=3, per=86_400)
    async with transaction():
        made = await MatchOffer.create(
            campaign=campaign, organisation=organisation, person=actor.person, at=clock.now(), wish=form.model_dump()
        )
        await audit(actor, "match_offered", f"campaign:{campaign.id}", organisation=organisation.id, offer=made.id)
        for reader in await team(RoleName.ANIMATOR):
            if reader.email:
                await mail.send(
                    "campaigns/match_offered", to=reader.email, key=f"match-offered-{made.id}-{reader.id}",
                    locale=reader.locale, person=reader.name, who=actor.person.name, matcher=organisation.name,
                    title=campaign.title, slug=campaign.slug, cap_cents=form.cap, note=form.note,
                )  # fmt: skip


async def asked_by_whoever_signs(agreement: MatchAgreement) -> bool:
    """Whether the agreement (with its fund) went to a representative who had offered it herself, at her own address."""
    asked = MatchOffer.filter(
        campaign_id=agreement.campaign_id, organisation_id=agreement.fund.organisation_id,
        at__lte=agreement.proposed_at, at__gte=agreement.proposed_at - LASTS,
    ).exclude(person_id=agreement.proposed_by_id)  # fmt: skip
    for one in await asked.select_related("person"):
        owns = one.person.email_verified_at and (one.person.email or "").lower() == agreement.signatory_email
        if owns and any(hat.id == agreement.fund.organisation_id for hat in await hats_of(one.person)):
            return True
    return False


async def offers(campaign_id: int | None = None) -> list[MatchOffer]:
    """Offers that no agreement followed yet, each matcher's last one, of one open campaign or of all. Two queries."""
    rows = MatchOffer.filter(at__gte=clock.now() - LASTS, campaign__status=CampaignStatus.LIVE).order_by("id")
    rows = rows.filter(campaign_id=campaign_id) if campaign_id else rows
    found = await rows.limit(200).select_related("campaign", "organisation", "person")
    last = {(one.campaign_id, one.organisation_id): one for one in found}
    answers = await MatchAgreement.filter(campaign_id__in=[key[0] for key in last] or [0]).select_related("fund")
    for answer in answers:
        key = answer.campaign_id, answer.fund.organisation_id
        if key in last and answer.proposed_at >= last[key].at:
            del last[key]
    return list(last.values())


async def filled_in(campaign: Campaign, offer_id: str) -> dict[str, str]:
    """What the team's form of an agreement says before anybody wrote in it, from this offer; nothing for another id."""
    for one in await offers(campaign.id):
        if str(one.id) == offer_id:
            said = one.wish
            cents = {name: _euros(said[name]) for name in ("cap", "gift_cap", "per_person")}
            return cents | {
                "fund": "0", "organisation": str(one.organisation.id), "rule": said["rule"],
                "communes": said["communes"], "signatory": one.person.name, "signatory_role": said["role"],
                "signatory_email": one.person.email or "",
            }  # fmt: skip
    return {}


def _euros(cents: int) -> str:
    return as_typed(cents) if cents else ""
