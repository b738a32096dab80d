"""Offer, confirm, accept, decline, withdraw, undo; count an accepted offer in the minimum (MONEY, last line)."""

from datetime import timedelta

from tortoise.expressions import F

from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine
from campaigns.lifecycle.queries import runs
from campaigns.lifecycle.service import keep_need
from campaigns.offers import letters
from campaigns.offers.forms import OfferForm
from campaigns.offers.models import Offer, OfferChange, OfferStatus
from campaigns.offers.queries import accepted_by, accepted_on
from civic import clock, database
from civic.contributions import service as contributions
from civic.database import transaction
from civic.errors import DomainError, Forbidden, Invalid
from civic.i18n import _
from civic.needs import service as needs
from civic.needs.models import NeedKind
from civic.people.actor import Actor, must_be_another
from civic.people.models import Person
from civic.people.service import audit, confirm_address
from civic.web import urls
from civic.web.formats import money

BEFORE_DEADLINE = timedelta(hours=48)
"""An offer may lower the deciding minimum until this long before the deadline, so that backers see it in time."""


async def offer(
    campaign: Campaign, person: Person, form: OfferForm, *, known: bool, hand: Person | None = None
) -> Offer:
    """Keep an offer; a `known` (signed in) person's goes to the lead at once, another's waits for her e-mail.

    `hand`: who records it for her at the counter; its history keeps that.
    Raises DomainError when the campaign is not open, Invalid for a line that is not the campaign's.
    """
    if not campaign.is_open():
        raise DomainError(_("Cette collecte n’est pas ouverte : on ne peut rien y proposer."))
    if not await CostLine.filter(id=form.line, campaign_id=campaign.id).exists():
        raise Invalid(_("Choisissez une des dépenses."), field="line")
    async with transaction():
        made = await Offer.create(
            campaign_id=campaign.id, line_id=form.line, person=person, kind=form.kind, title=form.title,
            detail=form.detail, name_shown=form.name_shown, created_at=clock.now(),
        )  # fmt: skip
        await OfferChange.create(offer=made, what="offered", actor=hand or person, at=clock.now())
        if known:
            await _forward(made)
        else:
            await letters.ask_to_confirm(made, campaign, person)
    return made


async def confirm(found: Offer) -> None:
    """The link of the mail was used: the address is hers, the lead hears of it. Harmless when repeated."""
    async with transaction():
        if await _forward(found):
            await confirm_address(found.person)


async def _forward(found: Offer) -> bool:
    rows = Offer.filter(id=found.id, status=OfferStatus.UNCONFIRMED)
    if not await rows.update(status=OfferStatus.WAITING):
        return False
    await letters.tell_leads(await Offer.get(id=found.id).select_related("campaign", "line", "person"))
    return True


@database.retrying
async def accept(found: Offer, actor: Actor, value_cents: int, note: str = "") -> None:
    """Take it at an estimated value in cents; the cash needed on its line, the need and the giver's list follow.

    Raises Invalid when the line has not so much left, DomainError when the offer no longer waits or it is over.
    """
    async with transaction():
        campaign = await _locked(found.campaign_id)
        line = await CostLine.get(id=found.line_id)
        left = line.amount_cents - await accepted_on(line.id)
        if value_cents > left:
            said = _("Il ne reste que %(left)s à trouver pour cette dépense.", left=money(max(0, left)))
            raise Invalid(said, field="value")
        await _change(found, OfferStatus.WAITING, OfferStatus.ACCEPTED, actor.hand, note, value_cents)
        await contributions.contribute(found.person_id, campaign.initiative_id, found.kind.need, source_of(found))
        await keep_needs(campaign)
        await letters.answered(found, "offer_accepted", note, value_cents)


async def decline(found: Offer, actor: Actor, note: str) -> None:
    """Say no, with a kind word that the giver reads. Raises Invalid without one, DomainError when it is answered."""
    if len(note) < 10:
        raise Invalid(_("Écrivez un mot aimable : la personne le lira."), field="note")
    async with transaction():
        await _change(found, OfferStatus.WAITING, OfferStatus.DECLINED, actor.hand, note)
        await letters.answered(found, "offer_declined", note, 0)


@database.retrying
async def withdraw(found: Offer) -> None:
    """Whoever offered changes her mind: everything it had lowered comes back, and the lead hears of it.

    Raises DomainError when it counts in the minimum and the deadline is less than 48 hours away.
    """
    async with transaction():
        campaign = await _locked(found.campaign_id)
        before = (await Offer.get(id=found.id)).status
        if before == OfferStatus.WITHDRAWN:
            return
        await _take_out(found, campaign, OfferStatus.WITHDRAWN, before, found.person)
        if before in (OfferStatus.WAITING, OfferStatus.ACCEPTED):
            await letters.tell_leads_it_is_gone(found)


@database.retrying
async def undo(found: Offer, actor: Actor) -> None:
    """The lead takes her answer back: the offer waits again.

    Raises DomainError when there is none, or when it counts in the minimum and the deadline is less than 48 hours away.
    """
    async with transaction():
        campaign = await _locked(found.campaign_id)
        before = (await Offer.get(id=found.id)).status
        if before not in (OfferStatus.ACCEPTED, OfferStatus.DECLINED):
            raise DomainError(_("Cette proposition n’a pas encore de réponse."))
        await _take_out(found, campaign, OfferStatus.WAITING, before, actor.hand)


async def _take_out(found: Offer, campaign: Campaign, to: OfferStatus, before: OfferStatus, actor: Person) -> None:
    relief = (await Offer.get(id=found.id)).relief_cents
    if relief and campaign.deadline is not None and campaign.deadline < clock.now() + BEFORE_DEADLINE:
        raise DomainError(_(
            "Trop tard : cette aide compte dans le minimum, qui ne change plus dans les 48 dernières heures."
        ))  # fmt: skip
    await _change(found, before, to, actor)
    if relief and campaign.decided_at is None:
        await Campaign.filter(id=campaign.id).update(relief_cents=F("relief_cents") - relief)
    if before == OfferStatus.ACCEPTED:
        await contributions.revoke(source_of(found))
        await keep_needs(campaign)


@database.retrying
async def relieve(found: Offer, reviewer: Actor) -> None:
    """Let an accepted offer on a required line lower the deciding minimum, by somebody else than lead and giver.

    Raises Forbidden for those and for the hand that accepted it, DomainError within 48 hours of the deadline or when it
    does not stand.
    """
    said = _("Une autre personne de l’équipe doit le confirmer.")
    for other in (found.person_id, await accepted_by(found.id)):
        must_be_another(reviewer, other, said)
    if not reviewer.is_animator or await runs(reviewer, await found.campaign):
        raise Forbidden(said)
    if not (await CostLine.get(id=found.line_id)).required:
        raise DomainError(_("Cette dépense est souhaitée : elle ne compte pas dans le minimum."))
    async with transaction():
        campaign = await _locked(found.campaign_id)
        if campaign.deadline is None or campaign.deadline < clock.now() + BEFORE_DEADLINE:
            raise DomainError(_("Trop tard : le minimum ne change plus dans les 48 dernières heures."))
        rows = Offer.filter(id=found.id, status=OfferStatus.ACCEPTED, relief_cents=0)
        if not await rows.update(relief_cents=F("value_cents")):
            raise DomainError(_("Cette proposition ne peut pas compter dans le minimum."))
        counted = (await Offer.get(id=found.id)).relief_cents
        await Campaign.filter(id=campaign.id).update(relief_cents=F("relief_cents") + counted)
        await OfferChange.create(
            offer=found, what="relieved", value_cents=counted, actor=reviewer.hand, at=clock.now()
        )
        await audit(reviewer, "offer_counts_in_the_minimum", f"offer:{found.id}", cents=counted)
        await keep_needs(campaign)


def source_of(found: Offer) -> str:
    """The opaque name of an offer among contributions."""
    return f"offer:{found.id}"


async def _locked(campaign_id: int) -> Campaign:
    """The campaign, its row locked by a write (docs/locking.md). Raises DomainError once it is decided or over."""
    rows = Campaign.filter(id=campaign_id, status__in=[CampaignStatus.LIVE, CampaignStatus.SUSPENDED])
    if not await rows.filter(decided_at__isnull=True).update(version=F("version") + 1):
        raise DomainError(_("Cette collecte est terminée : ses propositions ne changent plus."))
    return await Campaign.get(id=campaign_id)


async def _change(
    found: Offer, before: OfferStatus, to: OfferStatus, actor: Person, note: str = "", value_cents: int = 0
) -> None:
    changed = await Offer.filter(id=found.id, status=before).update(status=to, value_cents=value_cents, relief_cents=0)
    if not changed:
        raise DomainError(_("Cette proposition a déjà une réponse. Rechargez la page."))
    await OfferChange.create(
        offer=found, what=to.value, value_cents=value_cents, actor=actor, note=note, at=clock.now()
    )


async def keep_needs(campaign: Campaign) -> None:
    """The gauge of money, and the one of expenses that time and things may pay: lines with an accepted offer."""
    await keep_need(campaign.id)
    lines = await CostLine.filter(campaign_id=campaign.id).count()
    taken = await Offer.filter(campaign_id=campaign.id, status=OfferStatus.ACCEPTED).values_list("line_id", flat=True)
    await needs.keep(
        campaign.initiative_id, NeedKind.THING, f"campaign-offers:{campaign.id}",
        title=_("Du temps ou une chose pour une dépense"), path=urls.path("offers.new", slug=campaign.slug),
        target=lines, reached=len(set(taken)), ends_at=campaign.deadline,
        open=campaign.status == CampaignStatus.LIVE and len(set(taken)) < lines,
    )  # fmt: skip
