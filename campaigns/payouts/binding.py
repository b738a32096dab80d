"""A sum that was asked already is made to wait for a commitment, or waits no more (docs/decisions/0032).

Who runs the committee where the promise was made may, until the sum is answered. To bind makes it stricter, so who
asked may too; to unbind is for another, gives its reason, and ends with the promise: of what was dropped the treasury
decides.
"""

from tortoise.expressions import Subquery

from campaigns.lifecycle.queries import campaign_to_show
from campaigns.payouts import holding, letters
from campaigns.payouts.models import Answer, Tranche
from civic import clock
from civic.commitments.models import Commitment, CommitmentStatus
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.database import retrying, transaction
from civic.errors import DomainError, Forbidden, NotFound
from civic.i18n import _
from civic.initiatives.queries import is_lead
from civic.people.actor import Actor, must_be_another
from civic.people.service import audit


async def tranche_to_bind(slug: str, tranche_id: int, actor: Actor) -> Tranche:
    """A sum of an initiative one of whose committees this person runs; its `commitment` is loaded.

    Raises NotFound or Forbidden.
    """
    campaign = await campaign_to_show(slug, actor)
    if not actor.is_animator and not await is_lead(actor.person, campaign.initiative_id):
        ids = await committees.run_by(actor.person)
        if not await Committee.exists(id__in=list(ids) or [0], initiative_id=campaign.initiative_id):
            raise Forbidden(_may_not())
    rows = Tranche.get_or_none(id=tranche_id, campaign_id=campaign.id)
    found = await rows.select_related("campaign", "commitment")
    if found is None:
        raise NotFound(_("Cette demande n’existe pas."))
    return found


@retrying
async def bind(tranche: Tranche, actor: Actor, commitment_id: int) -> Commitment:
    """A sum that was asked waits for this commitment from now on.

    Raises Invalid for one that does not run in this initiative, Forbidden for who does not run its committee,
    DomainError when the sum is answered, or waits for something already.
    """
    made = await holding.commitment_to_wait_for(tranche.campaign, commitment_id)
    if made is None:
        raise NotFound(_("Cet engagement n’existe pas."))
    await _may(actor, made)
    async with transaction():
        runs = Commitment.filter(id=made.id, status=CommitmentStatus.OPEN)
        rows = Tranche.filter(id=tranche.id, status=Answer.ASKED, commitment_id__isnull=True)
        if not await runs.exists() or not await rows.update(commitment_id=made.id):
            raise DomainError(_("Cette somme a reçu sa réponse, ou attend déjà un engagement. Rechargez la page."))
        await _tell(tranche, actor, "bound", made.what, made)
    return made


@retrying
async def unbind(tranche: Tranche, actor: Actor, reason: str) -> Commitment:
    """A sum waits no more for a commitment that runs; the reason goes by letter to leads and treasurers.

    Raises Forbidden for who asked for the sum, DomainError once it is answered or the commitment has ended.
    """
    made = tranche.commitment
    if made is None:
        raise DomainError(_gone())
    await _may(actor, made)
    must_be_another(actor, tranche.asked_by_id, _("Personne ne lève la condition d’une somme qu’il a demandée."))
    async with transaction():
        running = Commitment.filter(id=made.id, status=CommitmentStatus.OPEN).values("id")
        rows = Tranche.filter(id=tranche.id, status=Answer.ASKED, lifted_at__isnull=True)
        if not await rows.filter(commitment_id__in=Subquery(running)).update(commitment_id=None):
            raise DomainError(_gone())
        await _tell(tranche, actor, "unbound", reason, made)
    return made


def _gone() -> str:
    return _("Cette somme a reçu sa réponse, ou l’engagement est terminé. Rechargez la page.")


async def _may(actor: Actor, made: Commitment) -> None:
    await made.fetch_related("committee")
    if not await committees.may_run(actor, made.committee):
        raise Forbidden(_may_not())


def _may_not() -> str:
    return _("Seules les personnes qui portent l’initiative ou animent le comité peuvent faire cela.")


async def _tell(tranche: Tranche, actor: Actor, act: str, why: str, made: Commitment) -> None:
    await audit(
        actor, f"tranche_{act}", f"campaign:{tranche.campaign_id}", tranche=tranche.id, commitment=made.id, reason=why
    )
    occasion = f"{act}-{made.id}-{clock.now():%Y%m%d%H%M%S%f}"
    await letters.held(tranche.campaign, tranche, act, occasion, why, but=actor.hand)


async def bindable(made: Commitment) -> list[Tranche]:
    """The sums asked in public campaigns of its initiative that wait for no commitment yet, the oldest first;
    `committee` is loaded."""
    if not made.is_open:
        return []
    rows = Tranche.filter(
        campaign__initiative_id=made.committee.initiative_id or 0, status=Answer.ASKED, commitment_id__isnull=True
    )
    found = await rows.order_by("id").limit(20).select_related("campaign", "cost_line")
    return [one for one in found if one.campaign.is_public]
