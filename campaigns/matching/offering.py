"""A matcher offers by herself: whoever speaks for a commune or a company says how much; the team writes the agreement.

An offer binds nobody and adds nothing: it is kept in the audit log, told to the team, and fills the team's form in; the
agreement that follows is proposed and accepted like every other one. An offer is answered once one was proposed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.lifecycle.queries import campaign_to_show
from campaigns.matching.forms import OfferForm
from campaigns.matching.models import MatchAgreement
from campaigns.matching.queries import MATCHERS
from civic import clock, mail
from civic.database import transaction
from civic.errors import Forbidden, Gone
from civic.i18n import _
from civic.organisations.models import Organisation
from civic.organisations.queries import hats_of
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, RoleName
from civic.people.queries import team
from civic.people.service import audit
from civic.web import limits

ACT = "match_offered"
LASTS = timedelta(days=60)
"""An offer nobody answered is forgotten after so long."""


@dataclass(slots=True, frozen=True)
class Offer:
    """One offer: of which organisation, by whom, for which campaign, when, and what was written (`values`)."""

    id: int
    organisation: Organisation
    person: Person
    campaign: Campaign
    at: datetime
    values: dict[str, Any]


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
    """Keep an offer and tell the team, once per day and organisation at most a few times. Raises TooMany."""
    await limits.hit("match offer", f"{campaign.id}-{organisation.id}", most=3, per=86_400)
    values = form.model_dump()
    async with transaction():
        await audit(actor, ACT, f"campaign:{campaign.id}", organisation=organisation.id, values=values)
        for reader in {one.id: one for one in await team(RoleName.ANIMATOR)}.values():
            if reader.email:
                await mail.send(
                    "campaigns/match_offered", to=reader.email,
                    key=f"match-offered-{campaign.id}-{organisation.id}-{reader.id}-{int(clock.now().timestamp())}",
                    locale=reader.locale, person=reader.name, who=actor.person.name, matcher=organisation.name,
                    title=campaign.title, slug=campaign.slug, cap_cents=form.cap, note=form.note,
                )  # fmt: skip


async def offers(campaign_id: int | None = None) -> list[Offer]:
    """Offers that no agreement followed yet, of one campaign or of all that are open, the oldest first."""
    rows = AuditEntry.filter(act=ACT, at__gte=clock.now() - LASTS).order_by("id")
    rows = rows.filter(subject=f"campaign:{campaign_id}") if campaign_id else rows
    found = {(row.subject, row.details["organisation"]): row for row in await rows.limit(200)}
    made = [await _offer(row) for row in found.values()]
    return [one for one in made if one is not None]


async def _offer(row: AuditEntry) -> Offer | None:
    campaign = await Campaign.get_or_none(id=int(row.subject.rpartition(":")[2]), status=CampaignStatus.LIVE)
    organisation = await Organisation.get_or_none(id=row.details["organisation"])
    person = await Person.get_or_none(id=row.actor_id)
    if campaign is None or organisation is None or person is None:
        return None
    answered = MatchAgreement.filter(campaign_id=campaign.id, fund__organisation_id=organisation.id)
    if await answered.filter(proposed_at__gte=row.at).exists():
        return None
    return Offer(row.id, organisation, person, campaign, row.at, dict(row.details["values"]))  # type: ignore[call-overload]


async def filled_in(campaign: Campaign, offer_id: str) -> dict[str, str]:
    """What the team's form of an agreement says before anybody wrote in it, from this offer; nothing for another id."""
    for one in await offers(campaign.id):
        if str(one.id) == offer_id:
            said = one.values
            cents = {name: _euros(said[name]) for name in ("cap", "gift_cap", "per_person")}
            return cents | {
                "fund": "0", "organisation": str(one.organisation.id), "rule": said["rule"],
                "communes": said["communes"], "signatory": one.person.name, "signatory_role": said["role"],
                "signatory_email": one.person.email or "",
            }  # fmt: skip
    return {}


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}".removesuffix(",00") if cents else ""
