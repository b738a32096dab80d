"""What the polling station adds to other pages: its entry beside a decision, and papers to type on « Mon espace »."""

from civic import clock
from civic.committees import queries as committees
from civic.decisions.models import Decision
from civic.i18n import _, _n
from civic.people.models import Person
from civic.polling import batches, queries
from civic.slots import Panel, Todo
from civic.web import urls


async def decision_panels(decision: Decision, person: Person | None) -> list[Panel]:
    """« Bureau de vote », for who runs the committee, until the papers are counted; then what lacked, for everybody."""
    if decision.is_closed and decision.is_secret:
        lacking = sum(box.lacking for box in await batches.boxes(decision))
        return [Panel("civic/polling/_lacking.html", {"lacking": lacking}, order=1)] if lacking else []
    takes_papers = decision.takes_answers(clock.now()) or decision.counts_papers
    if not takes_papers or not await committees.runs(person, decision.committee_id):
        return []
    context = {"decision": decision, "papers": await queries.missing(decision)}
    return [Panel("civic/polling/_panel.html", context, order=110)]


async def person_todos(person: Person) -> list[Todo]:
    """Papers to type before an open vote closes, for afterwards nobody can, and once a secret one has closed (S4)."""
    waiting = await queries.to_type(person)
    boxes = [
        Todo(
            _("Dépouiller à deux : %(question)s", question=decision.question),
            urls.path("polling.show", id=decision.id), "voix", None,
            _n(
                "%(n)s bulletin papier attend : le résultat paraît ensuite.",
                "%(n)s bulletins papier attendent : le résultat paraît ensuite.", missing,
            ),
        )
        for decision, missing in waiting if decision.is_secret
    ]  # fmt: skip
    return boxes + [
        Todo(
            _("Saisir les bulletins papier : %(question)s", question=decision.question),
            urls.path("polling.show", id=decision.id), "voix", decision.closes_at,
            _n(
                "Il reste %(n)s bulletin à compter, saisi par deux personnes avant la clôture.",
                "Il reste %(n)s bulletins à compter, saisis par deux personnes avant la clôture.", missing,
            ),
        )
        for decision, missing in waiting if not decision.is_secret
    ]  # fmt: skip
