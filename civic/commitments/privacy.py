"""What commitments keep about a person, for her to take away, and what goes when she has her data erased (PRODUCT A5).

What was kept stays readable without a word of hers; what she had before her is dropped, and says so.
"""

from typing import Any

from tortoise.expressions import Q

from civic import clock
from civic.commitments.models import Commitment, CommitmentStatus, Step, StepKind
from civic.database import transaction
from civic.i18n import _
from civic.people.models import Person


async def personal_data(person: Person) -> dict[str, list[dict[str, Any]]]:
    """Her commitments, those she is asked to take over, those she said to be kept, what she wrote in their history and
    what it says of her; days are local, moments UTC."""
    rows = Commitment.filter(person_id=person.id).order_by("id").select_related("committee")
    steps = Step.filter(Q(by_id=person.id) | Q(person_id=person.id)).order_by("id").select_related("commitment")
    offered = Commitment.filter(offered_to_id=person.id).order_by("id").select_related("committee")
    said = Commitment.filter(kept_by_id=person.id).order_by("id").select_related("committee")
    return {
        "commitments": [
            {
                "committee": made.committee.name, "what": made.what, "due_on": made.due_on, "status": made.status.value,
                "made_at": made.made_at, "kept_at": made.kept_at, "evidence": made.evidence, "link": made.link,
                "dropped_reason": made.dropped_reason,
            }
            for made in await rows
        ],
        "commitment_steps": [
            {
                "what": step.commitment.what, "kind": step.kind.value, "at": step.at,
                "as": "author" if step.by_id == person.id else "concerned",
                "reason": step.reason if step.by_id == person.id else None,
            }
            for step in await steps
        ],
        "commitments_offered": [
            {"committee": made.committee.name, "what": made.what, "due_on": made.due_on} for made in await offered
        ],
        "commitments_said_kept": [
            {
                "committee": made.committee.name, "what": made.what, "kept_at": made.kept_at,
                "evidence": made.evidence, "link": made.link,
            }
            for made in await said
        ],
    }  # fmt: skip


async def erasures(person: Person) -> None:
    """What she had before her is dropped, her words go. May be repeated."""
    reason = _("La personne n’est plus sur le site.")
    running = [CommitmentStatus.OPEN, CommitmentStatus.PROPOSED]
    for made in await Commitment.filter(person_id=person.id, status__in=running):
        async with transaction():
            still = Commitment.filter(id=made.id, status__in=running)
            if await still.update(
                status=CommitmentStatus.DROPPED, dropped_at=clock.now(), dropped_reason=reason, offered_to_id=None
            ):
                await Step.create(commitment_id=made.id, kind=StepKind.DROPPED, at=clock.now(), reason=reason)
    await Commitment.filter(offered_to_id=person.id).update(offered_to_id=None)
    await Commitment.filter(kept_by_id=person.id).update(evidence="", link="", picture_id=None)
    for step in await Step.filter(by_id=person.id, kind=StepKind.DROPPED):
        if not await Step.filter(commitment_id=step.commitment_id, kind=StepKind.DROPPED, id__gt=step.id).exists():
            dropped = Commitment.filter(id=step.commitment_id, status=CommitmentStatus.DROPPED)
            await dropped.update(dropped_reason=reason)
    await Step.filter(by_id=person.id).update(reason="")
