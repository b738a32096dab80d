"""What the work on proposals adds to other pages: the decision's, « Mon espace »."""

from civic import clock
from civic.committees import queries as committees
from civic.counting.rules import Method
from civic.decisions import extending
from civic.decisions.models import Decision, DecisionStatus
from civic.i18n import _, _n
from civic.people.models import Person
from civic.proposals import queries, words
from civic.slots import Panel, Todo
from civic.web import urls


async def decision_panels(decision: Decision, person: Person | None) -> list[Panel]:
    """The path of a proposal by consent, its questions, amendments, objections and versions."""
    if decision.method != Method.CONSENT or decision.status == DecisionStatus.WITHDRAWN:
        return []
    moment = clock.now()
    work = await queries.work_on(decision, person)
    runs = await committees.runs(person, decision.committee_id)
    context = {
        "decision": decision, "work": work, "words": words, "moment": moment, "steps": words.path(decision, moment),
        "improving": decision.improves(moment), "running": decision.is_running(moment), "runs": runs,
        "takes_part": work.takes_part or runs, "answers": runs or decision.author_id == (person.id if person else 0),
        "me": person.id if person else None, "may_extend": runs and extending.may_extend(decision, moment),
    }  # fmt: skip
    return [Panel("civic/proposals/_work.html", context, order=10)]


async def person_todos(person: Person) -> list[Todo]:
    """Questions to answer and amendments to settle, for who runs the committee."""
    todos = []
    for decision, questions, amendments in await queries.to_settle(person):
        parts = []
        if questions:
            parts.append(_n("%(n)s question à laquelle répondre", "%(n)s questions auxquelles répondre", questions))
        if amendments:
            parts.append(_n("%(n)s amélioration à étudier", "%(n)s améliorations à étudier", amendments))
        todos.append(
            Todo(
                _("%(what)s : %(question)s", what=", ".join(parts), question=decision.question),
                urls.path("decisions.show", id=decision.id), "voix",
                decision.positions_at if amendments else decision.closes_at,
            )
        )  # fmt: skip
    return todos
