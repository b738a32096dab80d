"""What the work on proposals keeps about a person, and what goes when she has her data erased (PRODUCT A5).

An official answer, a reason for declining and a version of the text are the committee's words: they stay, without her
name. Her own questions and amendments lose their words; that there was one, and what became of it, stays readable.
"""

from typing import Any

from civic.people.models import Person
from civic.proposals.models import Amendment, AmendmentStatus, ProposalQuestion, Revision


async def personal_data(person: Person) -> dict[str, list[dict[str, Any]]]:
    """What she asked, proposed, answered, settled and wrote anew; moments are UTC."""
    asked = ProposalQuestion.filter(person_id=person.id).order_by("id").select_related("decision")
    answered = ProposalQuestion.filter(answered_by_id=person.id).order_by("id").select_related("decision")
    proposed = Amendment.filter(person_id=person.id).order_by("id").select_related("decision")
    settled = Amendment.filter(settled_by_id=person.id).order_by("id").select_related("decision")
    return {
        "proposal_questions": [
            {"decision": one.decision.question, "text": one.text, "asked_at": one.asked_at, "answer": one.answer}
            for one in await asked
        ],
        "proposal_answers": [
            {"decision": one.decision.question, "answer": one.answer, "answered_at": one.answered_at}
            for one in await answered
        ],
        "amendments": [
            {
                "decision": one.decision.question, "change": one.change, "why": one.why, "status": one.status.value,
                "proposed_at": one.proposed_at, "settled_at": one.settled_at, "reason": one.reason,
            }
            for one in await proposed
        ],
        "amendments_settled": [
            {
                "decision": one.decision.question, "status": one.status.value, "reason": one.reason,
                "settled_at": one.settled_at,
            }
            for one in await settled
        ],
        "proposal_revisions": [
            {"decision": one.decision.question, "text": one.after, "note": one.note, "made_at": one.made_at}
            for one in await Revision.filter(made_by_id=person.id).order_by("id").select_related("decision")
        ],
    }  # fmt: skip


async def erasures(person: Person) -> None:
    """Her words go, what nobody answered goes whole, her name leaves what she settled. May be repeated."""
    await ProposalQuestion.filter(person_id=person.id, answered_at__isnull=True).delete()
    await ProposalQuestion.filter(person_id=person.id).update(text="")
    await Amendment.filter(person_id=person.id, status=AmendmentStatus.PROPOSED).delete()
    await Amendment.filter(person_id=person.id).update(change="", why="")
    await ProposalQuestion.filter(answered_by_id=person.id).update(answered_by_id=None)
    await Amendment.filter(settled_by_id=person.id).update(settled_by_id=None)
    await Revision.filter(made_by_id=person.id).update(made_by_id=None)
