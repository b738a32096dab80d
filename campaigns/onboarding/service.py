"""The verbs of an organisation's payment account: whose it is, leave for Stripe's page, come back from it."""

from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.queries import campaign_to_show
from campaigns.payees import queries as payees
from campaigns.payees.models import Payee
from campaigns.payments import accounts, gateway
from civic.errors import DomainError, Forbidden, NotFound
from civic.i18n import _
from civic.initiatives.queries import is_lead, may_edit
from civic.organisations.queries import hats_of
from civic.people.actor import Actor
from civic.people.service import audit
from civic.web import urls


async def campaign_with_account(slug: str, actor: Actor) -> tuple[Campaign, Payee]:
    """A campaign of another legal entity, for who leads it, speaks for that entity, the team and treasurers.

    Raises NotFound or Forbidden.
    """
    campaign = await campaign_to_show(slug, actor)
    payee = await Payee.get_or_none(id=campaign.payee_id or 0).select_related("organisation")
    speaks = payee is not None and payee.organisation_id in {one.id for one in await hats_of(actor.person)}
    if not (speaks or actor.is_treasurer or await may_edit(actor, campaign.initiative)):
        raise Forbidden(_("Seules les personnes qui portent cette collecte et l’équipe voient cette page."))
    if payee is None:
        raise NotFound(_("Cette collecte n’a pas de compte de paiement à elle."))
    return campaign, payee


async def may_open(actor: Actor, campaign: Campaign, payee: Payee) -> bool:
    """Whether this person leads the campaign and speaks for the organisation today: Stripe will ask who she is.

    She does it herself: nobody gives an organisation's papers for her at the counter.
    """
    if actor.recorded_by is not None or not await is_lead(actor.person, campaign.initiative_id):
        return False
    return payee.organisation_id in {one.id for one in await hats_of(actor.person)}


async def leave(actor: Actor, campaign: Campaign, payee: Payee) -> str:
    """The address of Stripe's page where the account is opened, or completed; made at the first asking.

    Raises Forbidden, DomainError when the host may not collect for others or Stripe does not answer (503).
    """
    if not await may_open(actor, campaign, payee):
        raise Forbidden(_("Qui ouvre ce compte : une personne qui porte la collecte "
                          "et qui représente cette structure : %(who)s.",
                          who=payee.organisation.name))  # fmt: skip
    if not payees.open_to_others():
        raise DomainError(_("Ce site ne collecte pas pour d’autres structures : il n’a pas de numéro ORIAS."))
    try:
        ref = payee.account_ref or await _open(actor, payee)
        page = urls.absolute("onboarding.back", slug=campaign.slug)
        again = urls.absolute("onboarding.again", slug=campaign.slug)
        return await gateway.account_page(ref, return_url=page, refresh_url=again)
    except gateway.GatewayTrouble as trouble:
        said = _("Stripe ne répond pas. Rien n’est perdu : réessayez dans un instant.")
        raise DomainError(said, status=503) from trouble


async def _open(actor: Actor, payee: Payee) -> str:
    """Ask Stripe for the account, once: the same key answers the same account, and the first name kept stays."""
    name = payee.organisation.name
    made = await gateway.open_account(
        key=f"payee-{payee.id}-account-{actor.person.id}", name=name, email=actor.person.email or "",
        metadata={"payee": str(payee.id)},
    )  # fmt: skip
    await Payee.filter(id=payee.id, account_ref__isnull=True).update(account_ref=made.ref)
    await audit(actor, "payment_account_opened", f"organisation:{payee.organisation_id}")
    kept = await Payee.get(id=payee.id)
    return kept.account_ref or made.ref


async def look(payee: Payee) -> Payee:
    """What the account may do now; as it was known when Stripe does not answer."""
    if not payee.account_ref:
        return payee
    try:
        found = await accounts.look(payee.account_ref)
    except gateway.GatewayTrouble:
        return payee
    return found or payee
