"""The verbs of an agreement: propose, withdraw, accept, decline. Its terms never change: another one is proposed."""

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.lifecycle.queries import runs
from campaigns.matching import letters, service, signing
from campaigns.matching.forms import AgreementTerms
from campaigns.matching.models import AgreementStatus, MatchAgreement, MatchCommune, MatchFund
from campaigns.matching.queries import answer_by
from civic import clock
from civic.activity import service as activity
from civic.database import retrying, transaction
from civic.errors import DomainError, Forbidden, Gone, Invalid
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.service import audit
from civic.web.formats import money

BEFORE_THE_END = frozenset({
    CampaignStatus.DRAFT, CampaignStatus.SUBMITTED, CampaignStatus.CHANGES_REQUESTED, CampaignStatus.APPROVED,
    CampaignStatus.LIVE, CampaignStatus.SUSPENDED,
})  # fmt: skip
"""An agreement is made before the campaign is decided, never after."""


async def propose(campaign: Campaign, team: Actor, terms: AgreementTerms) -> MatchAgreement:
    """The team proposes an agreement to a matcher, who gets a secret link. All amounts in cents.

    Raises Forbidden for who runs the campaign, whose success it may decide; Gone when that is decided, Invalid for a
    fund without room or a signatory of the same side, DomainError for a second agreement of the same fund.
    """
    if await runs(team, campaign):
        raise Forbidden(_("Vous portez cette collecte : une autre personne de l’équipe propose l’abondement."))
    async with transaction():
        await service.hold_campaign(campaign.id)
        await _check_open(campaign.id)
        fund = await _fund(terms)
        await signing.check_address(campaign, team, fund.organisation_id, terms.signatory_email)
        known = MatchAgreement.filter(fund_id=fund.id, campaign_id=campaign.id)
        if await known.filter(status__in=[AgreementStatus.PROPOSED, AgreementStatus.ACTIVE]).exists():
            raise DomainError(_("Cette enveloppe a déjà un accord pour cette collecte. Retirez-le."), field="fund")
        made = await MatchAgreement.create(
            fund_id=fund.id, campaign_id=campaign.id, percent=terms.percent, per_person_cents=terms.per_person_cents,
            gift_cap_cents=terms.gift_cap_cents, cap_cents=terms.cap_cents, starts_at=terms.starts_at,
            ends_at=terms.ends_at, signatory=terms.signatory, signatory_role=terms.signatory_role,
            signatory_email=terms.signatory_email, proposed_by_id=team.person.id, proposed_at=clock.now(),
        )  # fmt: skip
        listed = [MatchCommune(agreement_id=made.id, commune_id=insee) for insee in terms.communes]
        await MatchCommune.bulk_create(listed)
        await audit(team, "match_proposed", f"campaign:{campaign.id}", agreement=made.id, cap_cents=terms.cap_cents)
        await letters.to_matcher("match_proposed", await _whole(made.id))
    return made


async def _fund(terms: AgreementTerms) -> MatchFund:
    """The pot that was chosen, or a new one."""
    if not terms.fund_id:
        return await MatchFund.create(
            organisation_id=terms.organisation_id, budget_cents=terms.budget_cents, created_at=clock.now()
        )
    fund = await MatchFund.get_or_none(id=terms.fund_id)
    if fund is None or fund.left_cents <= 0:
        raise Invalid(_("Cette enveloppe est épuisée. Choisissez-en une autre."), field="fund")
    if terms.cap_cents > fund.budget_cents:
        raise Invalid(
            _("Le plafond dépasse l’enveloppe, qui est de %(budget)s.", budget=money(fund.budget_cents)), field="cap"
        )
    return fund


@retrying
async def withdraw(agreement: MatchAgreement, team: Actor) -> None:
    """The team takes a proposal back before it was answered. Raises DomainError afterwards."""
    async with transaction():
        open_one = MatchAgreement.filter(id=agreement.id, status=AgreementStatus.PROPOSED)
        if not await open_one.update(status=AgreementStatus.WITHDRAWN, answered_at=clock.now()):
            raise DomainError(_("Cet accord a déjà reçu une réponse : il ne se retire plus."))
        await audit(team, "match_withdrawn", f"campaign:{agreement.campaign_id}", agreement=agreement.id)


@retrying
async def accept(agreement: MatchAgreement, name: str, role: str, signer: Actor | None = None) -> None:
    """The matcher accepts, by its link: name, role and moment are kept; gifts count from today, or as it was agreed.

    Harmless when repeated. Raises Gone when it was withdrawn, declined or has lapsed, or the campaign is over;
    Forbidden for somebody signed in (`signer`) who may not sign it.
    """
    async with transaction():
        if signer is not None:
            known = await _whole(agreement.id)
            await signing.must_sign_for(known.campaign, known.proposed_by_id, known.fund.organisation_id, signer)
        await service.hold_campaign(agreement.campaign_id)
        proposed = MatchAgreement.filter(id=agreement.id, status=AgreementStatus.PROPOSED)
        await proposed.filter(starts_at__isnull=True).update(starts_at=clock.at(clock.today(), 0))
        accepted = await proposed.update(
            status=AgreementStatus.ACTIVE, accepted_name=name, accepted_role=role, answered_at=clock.now()
        )
        found = await _whole(agreement.id)
        if not accepted:
            if found.status == AgreementStatus.ACTIVE:
                return
            raise Gone(_("Cette proposition n’est plus ouverte. Écrivez à l’équipe."))
        await _check_open(found.campaign_id)
        if answer_by(found) <= clock.now():
            raise Gone(_("Cette proposition est sans effet : le délai pour répondre est passé. Écrivez à l’équipe."))
        await service.recompute(found.campaign_id)
        await activity.record(
            "match_opened", way="argent", initiative_id=found.campaign.initiative_id, title=found.campaign.title,
            slug=found.campaign.slug, matcher=found.fund.organisation.name, cap_cents=found.cap_cents,
        )  # fmt: skip
        await letters.to_matcher("match_accepted", found)
        await letters.to_team("match_answered", found, accepted=True, note="")


@retrying
async def decline(agreement: MatchAgreement, note: str) -> None:
    """The matcher says no, with a word if it likes. Harmless when repeated; raises Gone once it was accepted."""
    async with transaction():
        proposed = MatchAgreement.filter(id=agreement.id, status=AgreementStatus.PROPOSED)
        declined = await proposed.update(
            status=AgreementStatus.DECLINED, answer_note=note, answered_at=clock.now()
        )
        found = await _whole(agreement.id)
        if not declined:
            if found.status == AgreementStatus.DECLINED:
                return
            raise Gone(_("Cette proposition n’est plus ouverte. Écrivez à l’équipe."))
        await letters.to_team("match_answered", found, accepted=False, note=note)


async def _check_open(campaign_id: int) -> None:
    campaign = await Campaign.get(id=campaign_id)
    if campaign.decided_at or campaign.status not in BEFORE_THE_END:
        raise Gone(_("Cette collecte est terminée : rien ne peut plus s’y ajouter."))


async def _whole(agreement_id: int) -> MatchAgreement:
    return await MatchAgreement.get(id=agreement_id).select_related("campaign", "fund", "fund__organisation")
