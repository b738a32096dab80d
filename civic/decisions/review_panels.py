"""What follows a decision on its page: the question asked again, the day of review."""

from civic.committees import queries as committees
from civic.decisions import queries, reviews
from civic.decisions.models import Decision
from civic.people.models import Person
from civic.slots import Panel


async def decision_panels(decision: Decision, person: Person | None) -> list[Panel]:
    """What a question takes up and what took it up; asking it again, looking at it again."""
    runs = decision.is_closed and await committees.runs(person, decision.committee_id)
    former = await queries.decision_before(decision)
    later = await reviews.followed_by(decision, runs=runs) if decision.is_closed else []
    context = {
        "decision": decision, "committee": decision.committee, "runs": runs, "former": former, "later": later,
        "unanswered": decision.is_closed and decision.verdict in reviews.UNANSWERED,
        "to_review": decision.is_closed and decision.review_on and not decision.reviewed_at and not later,
    }  # fmt: skip
    shown = former or later or context["unanswered"] or (runs and context["to_review"])
    return [Panel("civic/decisions/_again.html", context, order=5)] if shown else []
