"""Who may sign an agreement: never the hand that proposed it, nor who decides about the campaign (PRODUCT C6).

What is added may make a campaign succeed, and every card is charged. So the signatory's address is neither the
proposer's, nor one of the team or of the campaign's leads; a colleague who is registered as a representative of that
organisation may sign what another one proposed. Whoever is signed in when she accepts is held to the same.
"""

from campaigns.lifecycle.models import Campaign
from civic.errors import Forbidden, Invalid
from civic.i18n import _
from civic.initiatives.queries import is_lead
from civic.organisations.queries import hats_of
from civic.people.actor import Actor, must_be_another
from civic.people.models import Person
from civic.people.queries import persons_of_address, roles_of


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
