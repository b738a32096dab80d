"""What the polling station adds to other pages: its entry beside a decision, and papers to type on « Mon espace »."""

from civic import clock
from civic.committees import queries as committees
from civic.decisions.models import Decision
from civic.i18n import _, _n
from civic.people.models import Person
from civic.polling import queries
from civic.slots import Panel, Todo
from civic.web import urls


async def decision_panels(decision: Decision, person: Person | None) -> list[Panel]:
    """« Bureau de vote », for who runs the committee, while the vote runs."""
    if not decision.takes_answers(clock.now()) or not await committees.runs(person, decision.committee_id):
        return []
    context = {"decision": decision, "papers": await queries.missing(decision)}
    return [Panel("civic/polling/_panel.html", context, order=110)]


async def person_todos(person: Person) -> list[Todo]:
    """Papers to type before the closing: afterwards nobody can (S4)."""
    return [
        Todo(
            _("Saisir les bulletins papier : %(question)s", question=decision.question),
            urls.path("polling.show", id=decision.id), "voix", decision.closes_at,
            _n(
                "Il reste %(n)s bulletin à compter, saisi par deux personnes avant la clôture.",
                "Il reste %(n)s bulletins à compter, saisis par deux personnes avant la clôture.", missing,
            ),
        )
        for decision, missing in await queries.to_type(person)
    ]  # fmt: skip
