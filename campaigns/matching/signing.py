"""Who may sign an agreement, and who confirms it: never the hand that proposed it, nor who runs the campaign (C6).

What is added may make a campaign succeed, and every card is charged. So the signatory's address is neither the
proposer's, nor one of the team or of the campaign's leads; a colleague who is registered as a representative of that
organisation may sign what another one proposed. Whoever is signed in when she accepts is held to the same.
An address proves nobody: what is signed counts once a second person of the team, on neither side, confirms it.
"""

from campaigns import two_persons
from campaigns.lifecycle.models import Campaign
from campaigns.matching.models import AgreementStatus, MatchAgreement
from civic.errors import Forbidden, Invalid
from civic.i18n import _
from civic.initiatives.queries import is_lead
from civic.organisations.queries import hats_of
from civic.people.actor import Actor, must_be_another
from civic.people.models import Person, RoleName
from civic.people.queries import persons_of_address, roles_of, team


async def check_address(campaign: Campaign, team: Actor, organisation_id: int, email: str) -> None:
    """Raises Invalid for an address of whoever proposes, of the team, or of who runs the campaign."""
    if email.lower() in {team.person.email, team.hand.email}:
        said = _("Cette adresse est la vôtre : qui propose un abondement ne le signe pas.")
        raise Invalid(said, field="signatory_email")
    for owner in await persons_of_address(email):
        if not await _may_sign(owner, campaign, organisation_id):
            raise Invalid(_(
                "Cette adresse est celle d’une personne de l’équipe ou qui porte la collecte. Écrivez celle de la "
                "personne qui signe, ou inscrivez-la d’abord comme représentante dans l’annuaire."
            ), field="signatory_email")  # fmt: skip


async def must_sign_for(campaign: Campaign, proposed_by: int, organisation_id: int, signer: Actor) -> None:
    """Raises Forbidden for whoever proposed it, and for the team or a lead without a hat of this organisation."""
    must_be_another(signer, proposed_by, _("Vous avez proposé cet accord : une autre personne le signe."))
    for one in (signer.person, signer.hand):
        if not await _may_sign(one, campaign, organisation_id):
            said = _("Vous êtes de l’équipe ou vous portez cette collecte : une autre personne signe l’accord.")
            raise Forbidden(said)


async def _may_sign(person: Person, campaign: Campaign, organisation_id: int) -> bool:
    leads = campaign.lead_id == person.id or await is_lead(person, campaign.initiative_id)
    if not leads and not await roles_of(person):
        return True
    return any(hat.id == organisation_id for hat in await hats_of(person))


async def must_confirm(agreement: MatchAgreement, actor: Actor) -> None:
    """Raises Forbidden for whoever proposed it, is not of the team, runs the campaign, or signs for the matcher."""
    must_be_another(
        actor, agreement.proposed_by_id,
        _("Vous avez proposé cet accord : une autre personne de l’équipe le confirme."),
    )  # fmt: skip
    if not (actor.is_animator or actor.is_treasurer):
        raise Forbidden(_("Un accord est confirmé par l’équipe ou la trésorerie."))
    if await _has_a_side(actor.person, agreement):
        raise Forbidden(_(
            "Vous portez cette collecte, ou vous représentez ce financeur : une autre personne de l’équipe confirme "
            "l’accord."
        ))  # fmt: skip


async def may_confirm(agreement: MatchAgreement, actor: Actor) -> bool:
    """Whether it is signed and waits for somebody like her."""
    if agreement.status != AgreementStatus.SIGNED or not (actor.is_animator or actor.is_treasurer):
        return False
    return two_persons.may_answer(agreement, actor) and not await _has_a_side(actor.person, agreement)


async def confirmers(agreement: MatchAgreement) -> list[Person]:
    """Who of the team may confirm it (with its campaign and fund), by name; nobody where the proposer is alone."""
    found = {one.id: one for role in RoleName for one in await team(role)}
    found.pop(agreement.proposed_by_id, None)
    able = [one for one in found.values() if not await _has_a_side(one, agreement)]
    return sorted(able, key=lambda one: (one.name, one.id))


async def _has_a_side(person: Person, agreement: MatchAgreement) -> bool:
    """Whether she runs the campaign, or speaks or signs for the matcher."""
    campaign, organisation = agreement.campaign, agreement.fund.organisation_id
    if campaign.lead_id == person.id or await is_lead(person, campaign.initiative_id):
        return True
    signs = (person.email or "").lower() == agreement.signatory_email
    return signs or any(hat.id == organisation for hat in await hats_of(person))
