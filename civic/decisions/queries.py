"""Reads about decisions, the guards of their pages, and what one person may see of a ballot.

The only place that loads positions for a page: while results are hidden it loads nobody's but the reader's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from civic import clock, database
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.decisions.counting import CODES, Code, Method, Tally
from civic.decisions.models import Decision, DecisionStatus, Elector, Option, Stance
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.models import Person
from civic.web import paging
from civic.web.paging import Page

MOST_STANCES = 100
SHOWN = (DecisionStatus.OPEN, DecisionStatus.CLOSED, DecisionStatus.WITHDRAWN)

_COUNTS = """SELECT s.decision_id, o.code, count(*) AS n,
sum(CASE WHEN o.code = 'object' AND s.integrated_at IS NULL THEN 1 ELSE 0 END) AS objections
FROM stance s JOIN option o ON o.id = s.option_id
WHERE s.superseded_at IS NULL AND s.decision_id IN ({marks}) GROUP BY s.decision_id, o.code"""


@dataclass(slots=True)
class Ballot:
    """What one person may see of a decision now; `tally` and `stances` are empty while results are hidden."""

    decision: Decision
    options: list[Option] = field(default_factory=list)
    elector: Elector | None = None
    mine: Stance | None = None
    tally: Tally | None = None
    stances: list[Stance] = field(default_factory=list)

    @property
    def takes_my_answer(self) -> bool:
        """This person may answer now."""
        return self.elector is not None and self.decision.takes_answers(clock.now())

    def silent(self, option: Option) -> list[Stance]:
        """Who took this position without giving a reason."""
        return [stance for stance in self.stances if stance.option_id == option.id and not stance.reason]

    @property
    def objections(self) -> list[Stance]:
        """Objections that stand in the way."""
        return [stance for stance in self.stances if is_open_objection(stance)]


def is_open_objection(stance: Stance) -> bool:
    """Neither withdrawn nor integrated."""
    return stance.option.code == Code.OBJECT and stance.integrated_at is None and stance.superseded_at is None


async def decision_to_show(decision_id: int, actor: Actor | None) -> Decision:
    """A decision that was opened; one in preparation only for those who run the committee. Raises NotFound."""
    decision = await Decision.get_or_none(id=decision_id).select_related(
        "committee", "committee__initiative", "outcome_by"
    )
    if decision is None:
        raise NotFound(_("Cette décision n’existe pas."))
    await committees.committee_to_show(decision.committee.slug, actor)
    if decision.is_prepared and not await committees.may_run(actor, decision.committee):
        raise NotFound(_("Cette décision n’existe pas, ou n’est pas encore ouverte."))
    return decision


async def decision_to_run(decision_id: int, actor: Actor) -> Decision:
    """A decision this person may open, follow and conclude. Raises NotFound or Forbidden."""
    decision = await decision_to_show(decision_id, actor)
    await committees.committee_to_run(decision.committee.slug, actor)
    return decision


async def decision_to_answer(decision_id: int, actor: Actor) -> Decision:
    """A decision to whose electorate this person belongs. Raises NotFound or Forbidden."""
    decision = await decision_to_show(decision_id, actor)
    if not await Elector.filter(decision_id=decision.id, person_id=actor.person.id).exists():
        raise Forbidden(_("Répondent les personnes qui siégeaient au comité à l’ouverture de la décision."))
    return decision


async def options_of(decision: Decision) -> list[Option]:
    """The positions one can take, in order."""
    return await Option.filter(decision_id=decision.id).order_by("position")


async def ballots_for(
    decisions: Sequence[Decision], person: Person | None, *, most: int = MOST_STANCES
) -> list[Ballot]:
    """What this person may see of these decisions; the same five queries for one as for twenty."""
    found = {decision.id: Ballot(decision) for decision in decisions}
    if not found:
        return []
    for option in await Option.filter(decision_id__in=list(found)).order_by("decision_id", "position"):
        found[option.decision_id].options.append(option)
    if person:
        await _add_mine(found, person)
    open_to_see = [decision.id for decision in decisions if decision.shows_results]
    if open_to_see:
        await _add_results(found, open_to_see, most)
    return list(found.values())


async def _add_mine(found: dict[int, Ballot], person: Person) -> None:
    for elector in await Elector.filter(decision_id__in=list(found), person_id=person.id):
        found[elector.decision_id].elector = elector
    rows = Stance.filter(decision_id__in=list(found), person_id=person.id, superseded_at__isnull=True)
    for stance in await rows.select_related("option"):
        found[stance.decision_id].mine = stance


async def _add_results(found: dict[int, Ballot], ids: list[int], most: int) -> None:
    for decision_id, tally in (await tallies([found[one].decision for one in ids])).items():
        found[decision_id].tally = tally
    rows = Stance.filter(decision_id__in=ids, superseded_at__isnull=True)
    for stance in await rows.order_by("-at", "-id").limit(most).select_related("option", "person"):
        found[stance.decision_id].stances.append(stance)


async def tallies(decisions: Sequence[Decision]) -> dict[int, Tally]:
    """The count of each decision: the stored one once closed, else as the positions stand. Guarding is the caller's."""
    found = {decision.id: decision.result for decision in decisions}
    missing = [decision for decision in decisions if found[decision.id] is None]
    if missing:
        ids = [decision.id for decision in missing]
        rows = await database.fetch_all(_COUNTS.format(marks=", ".join("?" * len(ids))), ids)
        for decision in missing:
            own = [row for row in rows if row["decision_id"] == decision.id]
            found[decision.id] = Tally(
                decision.electorate, {Code(row["code"]): int(row["n"]) for row in own},
                sum(int(row["objections"]) for row in own),
            )  # fmt: skip
    return {decision_id: tally for decision_id, tally in found.items() if tally is not None}


def codes_of(method: Method) -> tuple[Code, ...]:
    """The positions of a method."""
    return CODES[method]


async def open_decisions(committee: Committee) -> list[Decision]:
    """What a committee is deciding now, what ends first before the rest."""
    return await Decision.filter(committee_id=committee.id, status=DecisionStatus.OPEN).order_by("closes_at", "id")


async def prepared_decisions(committee: Committee) -> list[Decision]:
    """What is being prepared."""
    statuses = [DecisionStatus.DRAFT, DecisionStatus.SCHEDULED]
    return await Decision.filter(committee_id=committee.id, status__in=statuses).order_by("-id").limit(20)


async def latest_results(committee: Committee, limit: int = 5) -> list[Decision]:
    """The end of the register."""
    closed = Decision.filter(committee_id=committee.id, status__in=[DecisionStatus.CLOSED, DecisionStatus.WITHDRAWN])
    return await closed.order_by("-closed_at", "-id").limit(limit)


async def register(committee: Committee, cursor: str | None, *, per_page: int = 50) -> Page[Decision]:
    """The register of a committee, the newest first, fifty on a page."""
    rows = Decision.filter(committee_id=committee.id, status__in=SHOWN)
    after = paging.decode(cursor, "id")
    if after:
        rows = rows.filter(id__lt=after[0])
    found = await rows.order_by("-id").limit(per_page + 1)
    return paging.cut(found, lambda decision: [decision.id], cursor=cursor, per_page=per_page)


async def open_now(limit: int) -> list[Decision]:
    """Decisions open in published initiatives, those that end first."""
    rows = Decision.filter(
        status=DecisionStatus.OPEN,
        closes_at__gt=clock.glance(),
        committee__initiative__published_at__isnull=False,
    )
    rows = rows.order_by("closes_at", "id").limit(limit).select_related("committee", "committee__initiative")
    found = await rows
    clock.changes_at(*(decision.closes_at for decision in found))
    return found


async def awaiting(person: Person) -> list[Decision]:
    """Open decisions this person has not answered."""
    rows = Elector.filter(
        person_id=person.id, answered_at__isnull=True, decision__status=DecisionStatus.OPEN,
        decision__closes_at__gt=clock.now(),
    )  # fmt: skip
    electors = await rows.order_by("decision__closes_at").limit(20).select_related("decision", "decision__committee")
    return [elector.decision for elector in electors]


async def to_conclude(person: Person) -> list[Decision]:
    """Closed decisions without an outcome, of the committees this person runs."""
    ids = await committees.run_by(person)
    if not ids:
        return []
    rows = Decision.filter(committee_id__in=list(ids), status=DecisionStatus.CLOSED, outcome_at__isnull=True)
    return await rows.order_by("closed_at").limit(20)


async def voices_of(person: Person, limit: int = 50) -> list[Stance]:
    """The positions a person holds or held to the end, the latest first."""
    rows = Stance.filter(person_id=person.id, superseded_at__isnull=True)
    return await rows.order_by("-at").limit(limit).select_related("decision", "decision__committee", "option")
