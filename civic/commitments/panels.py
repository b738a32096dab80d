"""What commitments add to other pages: the decision's, the committee's, « Mon espace », the desk, the timeline."""

from collections.abc import Sequence

from civic import clock
from civic.commitments import queries, words
from civic.commitments.models import Commitment, CommitmentStatus
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.database import fetch_all
from civic.decisions.models import Decision
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.initiatives.timeline import Sort
from civic.people.models import Person, RoleName
from civic.people.queries import roles_of
from civic.slots import Given, Moment, Panel, Todo
from civic.web import urls

_FOLLOWED = """SELECT decision_id, sum(CASE WHEN status = 'kept' THEN 1 ELSE 0 END) AS kept,
sum(CASE WHEN status = 'open' THEN 1 ELSE 0 END) AS running
FROM commitment WHERE decision_id IN ({marks}) GROUP BY decision_id"""


async def decision_panels(decision: Decision, person: Person | None) -> list[Panel]:
    """What follows from a closed decision, and where its committee promises more; `committee` is loaded."""
    if not decision.is_closed:
        return []
    rows = await queries.after_decision(decision)
    href = urls.path("commitments.new", id=decision.id)
    return await _panel(decision.committee, person, rows, href, order=20)


async def committee_panels(committee: Committee, person: Person | None) -> list[Panel]:
    """What the committee has before it, and what it did last."""
    rows = await queries.before_a_committee(committee)
    return await _panel(committee, person, rows, urls.path("commitments.new_in", slug=committee.slug), order=12)


async def _panel(
    committee: Committee, person: Person | None, rows: Sequence[Commitment], href: str, order: int
) -> list[Panel]:
    may = not committee.ended_at and await _may_promise(person, committee)
    if not rows and not may:
        return []
    context = {
        "commitments": rows, "names": await queries.names_for(rows, person), "me": person.id if person else None,
        "may_promise": may, "href": href, "committee": committee, "words": words, "many": False,
    }  # fmt: skip
    return [Panel("civic/commitments/_panel.html", context, order)]


async def _may_promise(person: Person | None, committee: Committee) -> bool:
    """She sits, is a substitute, or runs the committee."""
    return await committees.sits(person, committee.id) or await committees.runs(person, committee.id)


async def person_todos(person: Person) -> list[Todo]:
    """What she has promised or is asked to promise, and what is late in the committees she runs."""
    own = [_own(made, person) for made in await queries.awaiting(person)]
    ids = await committees.run_by(person)
    late = await queries.overdue_in(ids, but_of=person) if ids else []
    return [*own, *(_late(made) for made in late)]


def _own(made: Commitment, person: Person) -> Todo:
    href = urls.path("commitments.show", id=made.id)
    if made.offered_to_id == person.id:
        text = _("Pouvez-vous vous en charger ? %(what)s", what=made.what)
    elif made.is_proposed:
        text = _("Accepter ou refuser : %(what)s", what=made.what)
    else:
        text = made.what
    after = made.decision.question if made.decision else made.committee.name
    return Todo(text, href, "voix", clock.at(made.due_on, 23, 59), _("Engagement : %(question)s", question=after))


def _late(made: Commitment) -> Todo:
    who = made.organisation.name if made.organisation else made.person.short_name
    text = _("En retard : %(what)s", what=made.what)
    href, detail = urls.path("commitments.show", id=made.id), f"{who}, {made.committee.name}"
    return Todo(text, href, "voix", clock.at(made.due_on, 23, 59), detail)


async def desk_todos(person: Person) -> list[Todo]:
    """What is late anywhere, the oldest first, for the animators."""
    if RoleName.ANIMATOR not in await roles_of(person):
        return []
    return [_late(made) for made in await queries.overdue_in(None, limit=20)]


async def person_panels(person: Person) -> list[Panel]:
    """The way to « Mes engagements », for who has ever made one."""
    rows = queries.of_person(person)
    running = await rows.filter(status=CommitmentStatus.OPEN).count()
    kept = await rows.filter(status=CommitmentStatus.KEPT).count()
    if not running and not kept:
        return []
    return [Panel("civic/commitments/_mine.html", {"running": running, "kept": kept}, order=22)]


async def person_given(person: Person) -> list[Given]:
    """What she did as she had said."""
    rows = queries.of_person(person).filter(status=CommitmentStatus.KEPT).order_by("-kept_at").limit(50)
    return [
        Given(made.what, urls.path("commitments.show", id=made.id), "voix", made.kept_at, _("Engagement tenu"))
        for made in await rows if made.kept_at
    ]  # fmt: skip


async def initiative_timeline(initiative: Initiative) -> list[Moment]:
    """What was done as promised, with what shows it; without a name."""
    rows = queries.of_initiative(initiative.id).filter(status=CommitmentStatus.KEPT).order_by("-kept_at")
    return [
        Moment(
            made.kept_at, _("Fait : %(what)s", what=made.what), urls.path("commitments.show", id=made.id), "voix",
            about=Sort.COMMITMENT, detail=made.evidence,
        )
        for made in await rows if made.kept_at
    ]  # fmt: skip


async def decisions_followed(ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many commitments of each of these decisions are kept and how many are open."""
    rows = await fetch_all(_FOLLOWED.format(marks=", ".join("?" * len(ids))), list(ids)) if ids else []
    return {int(row["decision_id"]): (int(row["kept"]), int(row["running"])) for row in rows}
