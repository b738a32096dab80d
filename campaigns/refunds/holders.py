"""Contested gifts on an organisation's own account: those who hold it answer their bank, nobody here does it for them.

They read where each one stands and until when, on the account's page and in « Mon espace »; whose gift it is and how
much stands in their account, never on this site (invariant 15).
"""

from campaigns.lifecycle.models import Campaign
from campaigns.payees.models import Payee
from campaigns.payments.answers import DisputeState
from campaigns.refunds import wording
from campaigns.refunds.models import Dispute
from civic.i18n import _
from civic.initiatives.queries import leads_of, led_by
from civic.organisations.queries import hats_of, representatives_of
from civic.people.models import Person
from civic.slots import Panel, Todo
from civic.web import urls

ANSWERABLE = (DisputeState.OPEN, DisputeState.INQUIRY)


async def holders_of(campaign: Campaign) -> list[Person]:
    """Who leads the campaign, and who speaks today for the organisation that receives its money."""
    people = {person.id: person for person in await leads_of(campaign.initiative_id)}
    payee = await Payee.get_or_none(id=campaign.payee_id or 0).select_related("organisation")
    if payee is not None:
        people |= {row.person.id: row.person for row in await representatives_of(payee.organisation)}
    return list(people.values())


async def person_todos(person: Person) -> list[Todo]:
    """Contested gifts that her organisation may still answer, the most urgent first."""
    initiatives = [initiative.id for initiative in await led_by(person)] or [0]
    payees = await Payee.filter(organisation_id__in=[one.id for one in await hats_of(person)] or [0])
    rows = Dispute.filter(status__in=list(ANSWERABLE), pledge__campaign__payee_id__isnull=False)
    held = [payee.id for payee in payees]
    return [
        Todo(
            _("Répondre à la banque : un don à « %(title)s » est contesté", title=dispute.pledge.campaign.title),
            urls.path("onboarding.show", slug=dispute.pledge.campaign.slug) + "#contestations", "argent",
            dispute.due_at, _("Sans réponse, la banque reprend l’argent sur votre compte."),
        )
        for dispute in await rows.order_by("due_at", "id").select_related("pledge", "pledge__campaign")
        if not wording.too_late(dispute)
        and (dispute.pledge.campaign.initiative_id in initiatives or dispute.pledge.campaign.payee_id in held)
    ]  # fmt: skip


async def account_panels(campaign: Campaign) -> list[Panel]:
    """On the account's page: each contested gift, until when, and how one answers; nothing while there is none."""
    rows = Dispute.filter(status__in=list(ANSWERABLE), pledge__campaign_id=campaign.id)
    found = await rows.order_by("due_at", "id")
    context = {"disputes": found, "campaign": campaign, "wording": wording}
    return [Panel("campaigns/refunds/_own_disputes.html", context, order=10)] if found else []
