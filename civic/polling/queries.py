"""Reads of the polling station: who has voted and how, never what; what is still to be typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tortoise.expressions import Q

from civic import clock
from civic.committees import queries as committees
from civic.decisions import queries as decisions
from civic.decisions.models import BallotKind, Decision, DecisionStatus, Elector
from civic.decisions.queries import UNDECIDED
from civic.errors import NotFound
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.models import Person
from civic.places.folding import fold
from civic.polling import batches, readings
from civic.polling.models import Reading
from civic.web import paging
from civic.web.paging import Page

PER_PAGE = 50


class Wanted(StrEnum):
    """Which electors are listed."""

    ALL = ""
    SILENT = "sans-reponse"
    PAPER = "papier"
    VOTED = "vote"

    @property
    def words(self) -> str:
        """For the page."""
        return {
            Wanted.ALL: _("Tout le monde"), Wanted.SILENT: _("Pas encore voté"),
            Wanted.PAPER: _("Bulletins remis"), Wanted.VOTED: _("A voté"),
        }[self]  # fmt: skip


@dataclass(slots=True, frozen=True)
class Line:
    """An elector on the list: her person and organisation are loaded; what was typed of her paper so far."""

    elector: Elector
    readings: Sequence[Reading] = ()

    @property
    def has_voted(self) -> bool:
        """Her voice is counted, or her paper is in the box."""
        return self.elector.answered_at is not None

    @property
    def on_paper(self) -> bool:
        """She was handed a paper."""
        return self.elector.on_paper_at is not None

    @property
    def is_out(self) -> bool:
        """Her paper is out, and does not count yet."""
        return self.on_paper and not self.has_voted

    @property
    def name(self) -> str:
        """Her name in full, and for whom she sits."""
        organisation = self.elector.organisation
        if organisation is None:
            return self.elector.person.name
        return _("%(name)s, pour %(organisation)s", name=self.elector.person.name, organisation=organisation.name)

    @property
    def state(self) -> tuple[str, str]:
        """How far she is, in words, and the state of its tag; never what she said."""
        if self.has_voted:
            return (_("a voté, sur papier") if self.on_paper else _("a voté"), "ok")
        if not self.on_paper:
            return (_("pas encore voté"), "")
        if len(self.readings) > 1:
            return (_("les deux saisies diffèrent"), "err")
        return (_("bulletin saisi une fois"), "info") if self.readings else (_("bulletin papier remis"), "warn")


@dataclass(slots=True, frozen=True)
class Missing:
    """How many papers are out, and how many do not count yet: of a secret vote those in the box, else all."""

    handed: int
    missing: int


async def decision_to_poll(decision_id: int, actor: Actor) -> Decision:
    """A decision that takes or took answers, for who runs its committee. Raises NotFound or Forbidden."""
    decision = await decisions.decision_to_run(decision_id, actor)
    if decision.is_prepared or decision.improves(clock.now()):
        raise NotFound(_("Le bureau de vote s’ouvre quand on peut répondre."))
    return decision


async def electors(decision: Decision) -> list[Line]:
    """All electors by name."""
    rows = await Elector.filter(decision_id=decision.id).select_related("person", "organisation")
    typed = await readings.typed(decision)
    return [Line(one, typed.get(one.id, ())) for one in sorted(rows, key=lambda one: (fold(one.person.name), one.id))]


async def listed(decision: Decision, wanted: Wanted, words: str, cursor: str | None) -> Page[Line]:
    """The electors wanted, fifty on a page."""
    after, asked = paging.decode(cursor, "text", "id"), fold(words)
    found = [
        line for line in await electors(decision)
        if _is(line, wanted) and asked in fold(line.name)
        and (after is None or (fold(line.elector.person.name), line.elector.id) > tuple(after))
    ]  # fmt: skip
    return paging.cut(
        found[: PER_PAGE + 1], lambda line: [fold(line.elector.person.name), line.elector.id], cursor=cursor,
        per_page=PER_PAGE,
    )  # fmt: skip


def _is(line: Line, wanted: Wanted) -> bool:
    return {
        Wanted.ALL: True, Wanted.SILENT: not line.has_voted and not line.on_paper, Wanted.PAPER: line.on_paper,
        Wanted.VOTED: line.has_voted,
    }[wanted]  # fmt: skip


async def missing(decision: Decision) -> Missing:
    """Papers handed out, and those that do not count yet."""
    if decision.is_secret:
        found = await batches.boxes(decision)
        return Missing(sum(box.handed for box in found), sum(box.to_count for box in found))
    out = Elector.filter(decision_id=decision.id, on_paper_at__isnull=False)
    return Missing(await out.count(), await out.filter(answered_at__isnull=True).count())


async def to_type(person: Person) -> list[tuple[Decision, int]]:
    """Decisions of the committees this person runs with papers to type now, and how many.

    Open ones before they close, secret ones when they have closed.
    """
    ids = await committees.run_by(person)
    if not ids:
        return []
    open_ = Q(status=DecisionStatus.OPEN, closes_at__gt=clock.now(), ballot=BallotKind.OPEN)
    running = Decision.filter(
        open_ | Q(status=DecisionStatus.COUNTING), committee_id__in=list(ids)
    ).order_by("closes_at")  # fmt: skip
    with_paper = await Elector.filter(
        decision__committee_id__in=list(ids), decision__status__in=UNDECIDED, on_paper_at__isnull=False
    ).values_list("decision_id", flat=True)  # fmt: skip
    if not with_paper:
        return []
    found = [(decision, (await missing(decision)).missing) for decision in await running.limit(20)
             if decision.id in with_paper]  # fmt: skip
    return [(decision, n) for decision, n in found if n]
