"""The verbs of an agreement: propose, withdraw, accept, decline. Its terms never change: another one is proposed.

What is accepted counts once a second person of the team has confirmed it (`confirming`).
"""

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.lifecycle.queries import runs
from campaigns.matching import letters, offering, service, signing
from campaigns.matching.forms import AgreementTerms
from campaigns.matching.models import WAITING, AgreementStatus, MatchAgreement, MatchCommune, MatchFund
from campaigns.matching.queries import answer_by, whole
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
        await must_be_open(campaign.id)
        fund = await _fund(terms)
        await signing.check_address(campaign, team, fund.organisation_id, terms.signatory_email)
        known = MatchAgreement.filter(fund_id=fund.id, campaign_id=campaign.id)
        if await known.filter(status__in=[*WAITING, AgreementStatus.ACTIVE]).exists():
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
        await letters.to_matcher("match_proposed", await whole(made.id))
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
    """The team takes a proposal back before it counts; whoever has signed it is told. Raises DomainError afterwards."""
    async with transaction():
        await service.hold_campaign(agreement.campaign_id)
        found = await whole(agreement.id)
        open_one = MatchAgreement.filter(id=agreement.id, status__in=WAITING)
        if not await open_one.update(
            status=AgreementStatus.WITHDRAWN, answered_at=found.answered_at or clock.now()
        ):
            raise DomainError(_("Cet accord a déjà reçu une réponse : il ne se retire plus."))
        await audit(team, "match_withdrawn", f"campaign:{agreement.campaign_id}", agreement=agreement.id)
        if found.status == AgreementStatus.SIGNED:
            await letters.to_matcher("match_not_confirmed", found, why="withdrawn", note="")


@retrying
async def accept(agreement: MatchAgreement, name: str, role: str, signer: Actor | None = None) -> bool:
    """The matcher signs, by its link: name, role and moment are kept; gifts count from today, or as it was agreed.

    Answers whether it is in force at once: where the known representative who asked for it signs. Else a second person
    of the team confirms it first. Harmless when repeated. Raises Gone when it was withdrawn, declined, refused or has
    lapsed, or the campaign is over; Forbidden for somebody signed in (`signer`) who may not sign it.
    """
    async with transaction():
        await service.hold_campaign(agreement.campaign_id)
        found = await whole(agreement.id)
        if signer is not None:
            await signing.must_sign_for(found.campaign, found.proposed_by_id, found.fund.organisation_id, signer)
        if found.status in (AgreementStatus.SIGNED, AgreementStatus.ACTIVE):
            return found.status == AgreementStatus.ACTIVE
        if found.status != AgreementStatus.PROPOSED:
            raise Gone(_("Cette proposition n’est plus ouverte. Écrivez à l’équipe."))
        await must_be_open(found.campaign_id)
        if answer_by(found) <= clock.now():
            raise Gone(_("Cette proposition est sans effet : le délai pour répondre est passé. Écrivez à l’équipe."))
        proposed = MatchAgreement.filter(id=found.id, status=AgreementStatus.PROPOSED)
        if not await proposed.update(
            status=AgreementStatus.SIGNED, accepted_name=name, accepted_role=role, answered_at=clock.now(),
            starts_at=found.starts_at or clock.at(clock.today(), 0),
        ):  # fmt: skip
            raise Gone(_("Cette proposition n’est plus ouverte. Écrivez à l’équipe."))
        return await _is_signed(await whole(found.id))


async def _is_signed(agreement: MatchAgreement) -> bool:
    """In force at once, or asked of the others of the team; in the caller's transaction. Answers which."""
    if await offering.asked_by_whoever_signs(agreement):
        await MatchAgreement.filter(id=agreement.id).update(status=AgreementStatus.ACTIVE)
        await letters.to_team("match_answered", agreement, accepted=True, waits=False, alone=False, note="")
        await begin(agreement)
        return True
    others = await signing.confirmers(agreement)
    await letters.to_matcher("match_signed", agreement)
    await letters.to_team("match_answered", agreement, accepted=True, waits=True, alone=not others, note="")
    await letters.to_confirmers(agreement, others)
    return False


async def begin(agreement: MatchAgreement) -> None:
    """It is in force now: counted, told in the news, and to the matcher; in the caller's transaction."""
    await service.recompute(agreement.campaign_id)
    await activity.record(
        "match_opened", way="argent", initiative_id=agreement.campaign.initiative_id, title=agreement.campaign.title,
        slug=agreement.campaign.slug, matcher=agreement.fund.organisation.name, cap_cents=agreement.cap_cents,
    )  # fmt: skip
    await letters.to_matcher("match_accepted", agreement)


@retrying
async def decline(agreement: MatchAgreement, note: str) -> None:
    """The matcher says no, with a word if it likes. Harmless when repeated; raises Gone once it was accepted."""
    async with transaction():
        proposed = MatchAgreement.filter(id=agreement.id, status=AgreementStatus.PROPOSED)
        declined = await proposed.update(
            status=AgreementStatus.DECLINED, answer_note=note, answered_at=clock.now()
        )
        found = await whole(agreement.id)
        if not declined:
            if found.status == AgreementStatus.DECLINED:
                return
            raise Gone(_("Cette proposition n’est plus ouverte. Écrivez à l’équipe."))
        await letters.to_team("match_answered", found, accepted=False, waits=False, alone=False, note=note)


async def must_be_open(campaign_id: int) -> None:
    """Raises Gone for a campaign that is decided or over: an agreement is made, signed and confirmed before."""
    if not is_open(await Campaign.get(id=campaign_id)):
        raise Gone(_("Cette collecte est terminée : rien ne peut plus s’y ajouter."))


def is_open(campaign: Campaign) -> bool:
    """Whether an agreement may still be made for it."""
    return not campaign.decided_at and campaign.status in BEFORE_THE_END
