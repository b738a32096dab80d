"""A sum that is held until somebody has done what she promised (PRODUCT S5, docs/decisions/0032-held-tranches.md).

Words: a tranche is *held* while its commitment is not kept and nobody has *lifted* this; it is asked for and waits.
The commitment knows nothing of it: who may say that it is done, and who reads the evidence, stays as it is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.expressions import Q, Subquery

from campaigns.lifecycle.models import Campaign
from campaigns.payouts import letters
from campaigns.payouts.models import Answer, Tranche
from civic import clock
from civic.commitments import queries as commitments
from civic.commitments.models import Commitment, CommitmentStatus, Step
from civic.database import retrying, transaction
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.people.actor import Actor, must_be_another
from civic.people.models import Person
from civic.people.service import audit
from civic.web import urls
from civic.web.formats import day

_WITH = ("commitment", "commitment__person", "commitment__organisation", "cost_line", "campaign")


def free(said: Answer) -> Q | None:
    """What a permission asks of its row, in the statement that gives it: nothing holds it. A refusal asks nothing."""
    if said != Answer.ACCEPTED:
        return None
    kept = Commitment.filter(status=CommitmentStatus.KEPT)
    lifted = Q(commitment_id__isnull=True) | Q(lifted_at__isnull=False)
    return lifted | Q(commitment_id__in=Subquery(kept.values("id")))


def held() -> str:
    """Why a sum cannot be permitted yet."""
    return _("Cette somme attend un engagement qui n’est pas tenu. Attendez qu’il le soit, ou levez cette condition.")


async def promises_of(campaign: Campaign, person: Person | None) -> list[tuple[int, str]]:
    """What a sum may wait for: what runs in the committees of the initiative, what comes first before the rest."""
    rows = commitments.of_initiative(campaign.initiative_id).filter(status=CommitmentStatus.OPEN)
    found = await rows.order_by("due_on", "id").limit(50).select_related("person", "organisation")
    names = await commitments.names_for(found, person)
    return [
        (one.id, _("%(what)s (%(who)s, avant le %(day)s)", what=one.what, who=names.who(one), day=day(one.due_on)))
        for one in found
    ]  # fmt: skip


async def commitment_to_wait_for(campaign: Campaign, commitment_id: int) -> Commitment | None:
    """What a sum is to wait for, None for nothing. Raises Invalid for another initiative's, or one that ended."""
    if not commitment_id:
        return None
    rows = commitments.of_initiative(campaign.initiative_id).filter(status=CommitmentStatus.OPEN)
    found = await rows.get_or_none(id=commitment_id)
    if found is None:
        raise Invalid(_("Choisissez un engagement en cours de cette initiative."), field="commitment")
    return found


@retrying
async def lift(tranche: Tranche, actor: Actor, reason: str) -> None:
    """The treasurer lets a held sum go without its commitment, and says why, for everybody to read.

    Raises Forbidden for who asked for it, DomainError once it is answered or lifted.
    """
    must_be_another(actor, tranche.asked_by_id, _("Personne ne lève la condition d’une somme qu’il a demandée."))
    async with transaction():
        rows = Tranche.filter(id=tranche.id, status=Answer.ASKED, lifted_at__isnull=True, commitment_id__isnull=False)
        if not await rows.update(lifted_at=clock.now(), lifted_by_id=actor.hand.id, lifted_reason=reason):
            raise DomainError(_("Cette somme n’est plus retenue. Rechargez la page."))
        campaign = await Campaign.get(id=tranche.campaign_id)
        await audit(actor, "tranche_lifted", f"campaign:{campaign.id}", tranche=tranche.id, reason=reason)
        await letters.held(campaign, tranche, "lifted", "lifted", reason, but=actor.hand)


async def tell(commitment_id: int, step_id: int) -> None:
    """What a commitment that ended means for the sums that waited for it; nothing when it runs again."""
    made = await Commitment.get_or_none(id=commitment_id)
    step = await Step.get_or_none(id=step_id)
    if made is None or step is None or step.kind.value != made.status.value:
        return
    for tranche in await waiting_for(made):
        await letters.held(
            tranche.campaign, tranche, made.status.value, str(step_id), made.evidence or made.dropped_reason
        )


async def waiting_for(made: Commitment) -> list[Tranche]:
    """The sums that wait for this commitment, the oldest first."""
    rows = Tranche.filter(commitment_id=made.id, status=Answer.ASKED, lifted_at__isnull=True)
    return await rows.order_by("id").select_related("campaign", "commitment", "cost_line")


@dataclass(slots=True, frozen=True)
class Condition:
    """What holds a sum, or held it, in a sentence and where to read more."""

    tranche: Tranche
    text: str
    href: str
    holds: bool


def holds(tranche: Tranche) -> bool:
    """Whether it waits for what somebody promised; `commitment` is loaded."""
    return bool(tranche.commitment and not tranche.lifted_at and not tranche.commitment.is_kept)


def waits_for_promise(tranche: Tranche) -> bool:
    """Whether nobody can do anything about it yet: its commitment runs; `commitment` is loaded."""
    return holds(tranche) and bool(tranche.commitment and tranche.commitment.is_open)


async def conditions_of(campaign: Campaign, person: Person | None) -> dict[int, Condition]:
    """By tranche: what each that names a commitment waits for or waited for, with the names this reader may know.

    What was refused says no more.
    """
    rows = Tranche.filter(campaign_id=campaign.id, commitment_id__isnull=False, status__not=Answer.REFUSED)
    found = await rows.order_by("id").select_related(*_WITH)
    names = await commitments.names_for([one.commitment for one in found if one.commitment], person)
    return {one.id: _condition(one, one.commitment, names) for one in found if one.commitment}


async def public_of(campaign: Campaign, person: Person | None) -> list[Condition]:
    """What everybody may read: sums that are held, whose condition was lifted, or that were permitted before a
    commitment was opened again."""
    found = (await conditions_of(campaign, person)).values()
    return [one for one in found if one.holds or one.tranche.lifted_at or _again(one.tranche)]


def _again(tranche: Tranche) -> bool:
    """Permitted when the commitment was kept, which is not so any more."""
    return tranche.status == Answer.ACCEPTED and holds(tranche)


def _condition(tranche: Tranche, made: Commitment, names: commitments.Names) -> Condition:
    said = {"what": made.what, "who": names.who(made), "day": day(made.kept_at or made.due_on)}
    if tranche.lifted_at:
        text = _(
            "Attendait : %(what)s (%(who)s). La trésorerie a levé cette condition le %(day)s : %(reason)s",
            **said | {"day": day(tranche.lifted_at), "reason": tranche.lifted_reason},
        )  # fmt: skip
    elif made.kept_at:
        text = _("C’est fait depuis le %(day)s : %(what)s (%(who)s).", **said)
    elif tranche.status == Answer.ACCEPTED:
        text = _("Permise quand c’était noté comme fait, et rouvert depuis : %(what)s (%(who)s).", **said)
    elif made.status == CommitmentStatus.DROPPED:
        text = _("Retenue : « %(what)s » (%(who)s) est abandonné. La trésorerie en décide.", **said)
    else:
        text = _("Retenue jusqu’à ce que ce soit fait : %(what)s (%(who)s, avant le %(day)s).", **said)
    href = urls.path("commitments.show", id=made.id)
    return Condition(tranche, text, href, holds(tranche) and tranche.status == Answer.ASKED)


def total(rows: Sequence[Tranche]) -> int:
    """Their sum, in cents."""
    return sum(row.amount_cents for row in rows)
