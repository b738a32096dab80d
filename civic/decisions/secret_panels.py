"""What a secret decision adds to its page: that its box is lost, and the way to start again."""

from civic.committees import queries as committees
from civic.decisions import secret
from civic.decisions.models import Decision
from civic.people.models import Person
from civic.slots import Panel


async def decision_panels(decision: Decision, person: Person | None) -> list[Panel]:
    """For everybody that nobody can count it; for who runs the committee, the button."""
    if not await secret.is_lost(decision):
        return []
    runs = await committees.runs(person, decision.committee_id)
    return [Panel("civic/decisions/_lost.html", {"decision": decision, "runs": runs}, order=1)]
