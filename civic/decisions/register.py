"""The register of decisions (PRODUCT S5): a committee's or the whole network's, narrowed, paged, as a sheet.

Always the same number of questions to the database, however many decisions there are; one more when words are looked
for, in the latest `MOST_READ` that the rest of the address leaves.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from civic import clock, slots
from civic.committees.models import Committee
from civic.counting.rules import CODES, Method, Verdict
from civic.decisions import choices, queries, words
from civic.decisions.models import Decision, DecisionStatus
from civic.i18n import _
from civic.places.folding import fold
from civic.places.models import Commune
from civic.web import paging
from civic.web.paging import Page

PER_PAGE = 30
MOST_IN_A_SHEET = 2000
MOST_READ = 5000
MOST_WORDS, LONGEST = 6, 80
MOST_COMMUNES = 300
FIRST_YEAR, LAST_YEAR = 1900, 2200
YES = (Verdict.ADOPTED, Verdict.CHOSEN)
_WITH = ("committee", "committee__initiative")


class State(StrEnum):
    """Where a decision stands, as one looks for it."""

    ALL = ""
    OPEN = "en-cours"
    YES = "adoptees"
    NO = "non-adoptees"
    REVIEW = "a-revoir"
    WITHDRAWN = "retirees"

    @property
    def words(self) -> str:
        """On its chip."""
        return {
            State.ALL: _("Toutes"), State.OPEN: _("En cours"), State.YES: _("Adoptées"),
            State.NO: _("Pas adoptées"), State.REVIEW: _("À revoir"), State.WITHDRAWN: _("Retirées"),
        }[self]  # fmt: skip


@dataclass(slots=True, frozen=True)
class Asked:
    """What the address asks for; whatever it says wrongly is not asked. `commune` is an INSEE code."""

    state: State = State.ALL
    method: Method | None = None
    year: int | None = None
    text: str = ""
    commune: str = ""

    @classmethod
    def of(cls, said: Mapping[str, str]) -> "Asked":
        """The query of an address."""
        state, method, year = said.get("etat", ""), said.get("methode", ""), said.get("annee", "")
        return cls(
            State(state) if state in set(State) else State.ALL, Method(method) if method in set(Method) else None,
            int(year) if year.isascii() and year.isdigit() and FIRST_YEAR <= int(year[:5]) <= LAST_YEAR else None,
            " ".join(said.get("q", "").replace("\x00", "").split())[:LONGEST], said.get("commune", "")[:5],
        )  # fmt: skip

    @property
    def query(self) -> dict[str, str]:
        """The same as the query of an address."""
        said = {
            "etat": self.state.value, "methode": self.method.value if self.method else "",
            "annee": str(self.year or ""), "q": self.text, "commune": self.commune,
        }  # fmt: skip
        return {name: value for name, value in said.items() if value}


def of_committee(committee: Committee) -> QuerySet[Decision]:
    """The decisions of one committee that were opened."""
    return Decision.filter(committee_id=committee.id, status__in=queries.SHOWN)


def everywhere() -> QuerySet[Decision]:
    """Those of the bodies of the network and of every published initiative."""
    public = Q(committee__initiative_id__isnull=True) | Q(committee__initiative__published_at__isnull=False)
    return Decision.filter(public, status__in=queries.SHOWN)


async def narrowed(rows: QuerySet[Decision], asked: Asked) -> QuerySet[Decision]:
    """Only what is asked for. Words stand in the question, the explanation or what follows."""
    rows = _in_state(rows, asked.state)
    if asked.method:
        rows = rows.filter(method=asked.method)
    if asked.year:
        first, after = clock.at(date(asked.year, 1, 1), 0), clock.at(date(asked.year + 1, 1, 1), 0)
        rows = rows.filter(closes_at__gte=first, closes_at__lt=after)
    if asked.commune:
        rows = rows.filter(committee__initiative__commune_id=asked.commune)
    wanted = fold(asked.text).split()[:MOST_WORDS]
    if not wanted:
        return rows
    texts = await rows.order_by("-id").limit(MOST_READ).values_list("id", "question", "explanation", "outcome")
    return rows.filter(id__in=await asyncio.to_thread(_saying, texts, wanted) or [0])


def _saying(texts: Iterable[Sequence[object]], wanted: Sequence[str]) -> list[int]:
    """Which of these (id, then texts) say all these words, folded: no engine folds accents like we do."""
    folded = ((id, fold(" ".join(str(text or "") for text in said))) for id, *said in texts)
    return [int(str(id)) for id, text in folded if all(word in text for word in wanted)]


def _in_state(rows: QuerySet[Decision], state: State) -> QuerySet[Decision]:
    if state == State.OPEN:
        return rows.filter(status__in=queries.UNDECIDED)
    if state == State.YES:
        return rows.filter(verdict__in=YES)
    if state == State.NO:
        return rows.filter(verdict__isnull=False).exclude(verdict__in=YES)
    if state == State.REVIEW:
        return rows.filter(review_on__lte=clock.today())
    if state == State.WITHDRAWN:
        return rows.filter(status=DecisionStatus.WITHDRAWN)
    return rows


async def page_of(rows: QuerySet[Decision], asked: Asked, cursor: str | None) -> Page[Decision]:
    """A page of it, the newest first."""
    rows = await narrowed(rows, asked)
    after = paging.decode(cursor, "id")
    if after:
        rows = rows.filter(id__lt=after[0])
    found = await rows.order_by("-id").limit(PER_PAGE + 1).select_related(*_WITH)
    return paging.cut(found, lambda decision: [decision.id], cursor=cursor, per_page=PER_PAGE)


async def for_sheet(rows: QuerySet[Decision], asked: Asked) -> list[Decision]:
    """All that is asked for, the newest first."""
    rows = await narrowed(rows, asked)
    return await rows.order_by("-id").limit(MOST_IN_A_SHEET).select_related(*_WITH)


async def years_of(rows: QuerySet[Decision]) -> list[int]:
    """From the year of the last closing back to the first one's; empty without decisions."""
    first, last = await rows.order_by("closes_at").first(), await rows.order_by("-closes_at").first()
    if first is None or last is None:
        return []
    return list(range(clock.local(last.closes_at).year, clock.local(first.closes_at).year - 1, -1))


async def communes() -> list[tuple[str, str]]:
    """INSEE code and name of the communes whose initiatives have decided something, by name."""
    ids = everywhere().filter(committee__initiative__commune_id__isnull=False).distinct()
    codes = await ids.limit(MOST_COMMUNES).values_list("committee__initiative__commune_id", flat=True)
    found = await Commune.filter(insee__in=[str(code) for code in codes] or ["-"])
    return sorted(((one.insee, one.name) for one in found), key=lambda pair: pair[1])


async def results_of(decisions: Sequence[Decision]) -> dict[int, str]:
    """What came out of the closed ones, in a sentence: the options retained, or the positions counted."""
    closed = [decision for decision in decisions if decision.is_closed]
    chosen = await queries.ballots_for([decision for decision in closed if decision.chooses], None, most=1)
    found = {one.decision.id: choices.outcome(one.count, one.options) for one in chosen if one.count}
    rules = {decision.id: CODES[decision.method] for decision in closed if not decision.chooses}
    for decision_id, tally in (await queries.tallies(closed)).items():
        counts = [
            _("%(position)s\u00a0: %(n)s", position=words.code_words(code), n=tally.of(code))
            for code in rules[decision_id]
        ]
        found[decision_id] = ", ".join(counts) + "."
    return found


async def followed(decisions: Sequence[Decision]) -> dict[int, tuple[int, int]]:
    """How many commitments of each are kept, and how many are open."""
    ids = [decision.id for decision in decisions if decision.is_closed]
    found: dict[int, tuple[int, int]] = {}
    for fill in slots.decisions_followed:
        found |= await fill(ids)
    return found
