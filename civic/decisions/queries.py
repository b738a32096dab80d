"""Reads about decisions, the guards of their pages, and what one person may see of a ballot.

The only place that loads positions for a page: while results are hidden it loads nobody's but the reader's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tortoise.expressions import Q

from civic import clock, database
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.counting.count import Count, Vote, of_json
from civic.counting.rules import CODES, Code, Method, Tally
from civic.decisions import electors, sealing
from civic.decisions.electors import Voice
from civic.decisions.models import BallotKind, Decision, DecisionStatus, Elector, Option, Stance
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.models import Person

MOST_STANCES = 100
UNDECIDED = (DecisionStatus.OPEN, DecisionStatus.COUNTING)
SHOWN = (*UNDECIDED, DecisionStatus.CLOSED, DecisionStatus.WITHDRAWN)

_COUNTS = """SELECT s.decision_id, o.code, count(*) AS n,
sum(CASE WHEN o.code = 'object' AND s.integrated_at IS NULL THEN 1 ELSE 0 END) AS objections
FROM stance s JOIN option o ON o.id = s.option_id
WHERE s.superseded_at IS NULL AND s.decision_id IN ({marks}) GROUP BY s.decision_id, o.code"""


@dataclass(slots=True)
class Ballot:
    """What one person may see of a decision now; `tally` and `stances` are empty while results are hidden.

    `nameless`: ids of those whose name she does not learn, because their seat is discreet and she has none.
    `seats`: by person, those of organisations and the discreet ones.
    """

    decision: Decision
    options: list[Option] = field(default_factory=list)
    voices: list[Voice] = field(default_factory=list)
    tally: Tally | None = None
    stances: list[Stance] = field(default_factory=list)
    nameless: set[int] = field(default_factory=set)
    seats: dict[int, Elector] = field(default_factory=dict)

    @property
    def own(self) -> Voice | None:
        """The reader's own voice, if she sits."""
        return next((voice for voice in self.voices if voice.is_own), None)

    @property
    def elector(self) -> Elector | None:
        """The reader's own seat."""
        return self.own.elector if self.own else None

    @property
    def mine(self) -> Stance | None:
        """What the reader's own voice says."""
        return self.own.stance if self.own else None

    @property
    def awaits(self) -> bool:
        """A voice this person may use has said nothing yet."""
        return self.takes_my_answer and any(voice.awaits for voice in self.voices)

    def who(self, stance: Stance) -> str:
        """Whose position this is, for this reader, and who said it for her; the persons are loaded."""
        return _named(stance, self.nameless, self.seats.get(stance.person_id)) or _("Une personne")

    def names(self, stances: Sequence[Stance]) -> list[str]:
        """Whose positions these are."""
        return [self.who(stance) for stance in stances]

    @property
    def count(self) -> Count | None:
        """The published count of a closed decision that chose among options or weighed its colleges."""
        decision = self.decision
        if decision.counted is None or decision.verdict is None:
            return None
        ids = [option.id for option in self.options]
        return of_json(decision.rule, ids, decision.verdict, decision.result, decision.counted)

    @property
    def takes_my_answer(self) -> bool:
        """This person may answer now."""
        return bool(self.voices) and self.decision.takes_answers(clock.now())

    @property
    def improves(self) -> bool:
        """Its first stage runs: questions and amendments, no positions yet."""
        begins, ends = self.decision.positions_at, self.decision.closes_at
        running = self.decision.status == DecisionStatus.OPEN and begins is not None
        return running and not clock.is_over(ends) and begins is not None and not clock.is_over(begins)

    def silent(self, option: Option) -> list[Stance]:
        """Who took this position without giving a reason."""
        return [stance for stance in self.stances if stance.option_id == option.id and not stance.reason]

    @property
    def objections(self) -> list[Stance]:
        """Objections that stand in the way."""
        return [stance for stance in self.stances if is_open_objection(stance)]


def _named(stance: Stance, nameless: set[int], seat: Elector | None) -> str | None:
    """« Jeanne P. », « Jeanne P., par Paul M. », « La Ferme (Mariam K.) » for an organisation and who spoke for it.

    None where her name is not published; the organisation of `seat` is loaded.
    """
    if stance.person_id in nameless:
        return None
    organisation = seat.organisation if seat else None
    speaker = stance.spoken_by if stance.spoken_by_id not in nameless else None
    if organisation and seat and speaker and speaker.id == seat.substitute_id:
        return f"{organisation.name} ({speaker.short_name})"
    giver = stance.person.short_name
    if organisation:
        giver = f"{organisation.name} ({giver})"
    if speaker is None:
        return giver
    return _("%(giver)s, par %(holder)s", giver=giver, holder=speaker.short_name)


def is_open_objection(stance: Stance) -> bool:
    """Neither withdrawn nor integrated."""
    return stance.code == Code.OBJECT and stance.integrated_at is None and stance.superseded_at is None


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
    """A decision in which this person speaks for somebody, herself or another. Raises NotFound or Forbidden."""
    decision = await decision_to_show(decision_id, actor)
    if not await electors.speaks(decision, actor.person):
        raise Forbidden(_("Répondent les personnes qui siégeaient au comité à l’ouverture de la décision."))
    return decision


async def decision_before(decision: Decision) -> Decision | None:
    """The decision whose question this one takes up; it belongs to the same committee."""
    return await Decision.get_or_none(id=decision.follows_id) if decision.follows_id else None


async def options_of(decision: Decision) -> list[Option]:
    """The positions one can take, in order."""
    return await Option.filter(decision_id=decision.id).order_by("position")


async def costs_of(decision: Decision) -> dict[int, int]:
    """The options to choose from with their cost in cents, 0 without one; none for consent and majority."""
    rows = Option.filter(decision_id=decision.id, code__isnull=True).order_by("position")
    return {option.id: option.cost_cents or 0 for option in await rows}


async def votes_of(decision: Decision) -> list[Vote]:
    """The votes as they are counted: what was said and in which college, without the person."""
    return [vote for _name, vote in await published_votes(decision)]


async def published_votes(decision: Decision) -> list[tuple[str | None, Vote]]:
    """Each vote with the name that may be published, None where the seat is discreet. Guarding is the caller's."""
    if decision.is_secret:
        return await sealing.published(decision)
    rows = Elector.filter(decision_id=decision.id).select_related("organisation")
    seats = {elector.person_id: elector for elector in await rows}
    stances = Stance.filter(decision_id=decision.id, superseded_at__isnull=True)
    nameless = {person_id for person_id, seat in seats.items() if seat.is_discreet}
    found = []
    for stance in await stances.select_related("option", "person", "spoken_by"):
        elector = seats[stance.person_id]
        vote = Vote(stance.code, stance.choices, elector.college.value, is_open_objection(stance))
        found.append((_named(stance, nameless, elector), vote))
    return found


async def is_reason_of_another(elector: Elector, code: Code, reason: str) -> bool:
    """Whether this very reason was given for another position than `code`: it stood in the box and was not reread."""
    mine = await Stance.get_or_none(
        decision_id=elector.decision_id, person_id=elector.person_id, superseded_at__isnull=True
    ).select_related("option")
    return mine is not None and mine.code != code and mine.reason.strip() == reason.strip() != ""


async def ballots_for(
    decisions: Sequence[Decision], person: Person | None, *, most: int = MOST_STANCES
) -> list[Ballot]:
    """What this person may see of these decisions; the same queries for one as for twenty."""
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
    voices = await electors.voices(found, person)
    known = {(voice.elector.decision_id, voice.elector.person_id): voice for voice in voices}
    people = {person_id for _decision, person_id in known}
    rows = Stance.filter(decision_id__in=list(found), person_id__in=list(people), superseded_at__isnull=True)
    for stance in await rows.select_related("option", "spoken_by") if known else []:
        if (stance.decision_id, stance.person_id) in known:
            known[stance.decision_id, stance.person_id].stance = stance
    for voice in voices:
        found[voice.elector.decision_id].voices.append(voice)


async def _add_results(found: dict[int, Ballot], ids: list[int], most: int) -> None:
    for decision_id, tally in (await tallies([found[one].decision for one in ids])).items():
        found[decision_id].tally = tally
    rows = Stance.filter(decision_id__in=ids, superseded_at__isnull=True)
    rows = rows.select_related("option", "person", "spoken_by", "recorded_by")
    for stance in await rows.order_by("-at", "-id").limit(most):
        found[stance.decision_id].stances.append(stance)
    told = Elector.filter(Q(is_discreet=True) | Q(organisation_id__isnull=False), decision_id__in=ids)
    for elector in await told.select_related("organisation"):
        ballot = found[elector.decision_id]
        ballot.seats[elector.person_id] = elector
        if elector.is_discreet and not ballot.voices:
            ballot.nameless.add(elector.person_id)


async def tallies(decisions: Sequence[Decision]) -> dict[int, Tally]:
    """The count by heads of decisions on a proposal: the stored one once closed, else as the positions stand.

    Guarding is the caller's.
    """
    found = {decision.id: decision.result for decision in decisions if not decision.chooses}
    hidden = {decision.id for decision in decisions if decision.is_secret}
    missing = [one for one in decisions if one.id in found and found[one.id] is None and one.id not in hidden]
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
    return CODES.get(method, ())


async def open_decisions(committee: Committee) -> list[Decision]:
    """What a committee is deciding now, what ends first before the rest."""
    return await Decision.filter(committee_id=committee.id, status__in=UNDECIDED).order_by("closes_at", "id")


async def prepared_decisions(committee: Committee) -> list[Decision]:
    """What is being prepared."""
    statuses = [DecisionStatus.DRAFT, DecisionStatus.SCHEDULED]
    return await Decision.filter(committee_id=committee.id, status__in=statuses).order_by("-id").limit(20)


async def latest_results(committee: Committee, limit: int = 5) -> list[Decision]:
    """The end of the register."""
    closed = Decision.filter(committee_id=committee.id, status__in=[DecisionStatus.CLOSED, DecisionStatus.WITHDRAWN])
    return await closed.order_by("-closed_at", "-id").limit(limit)


async def open_now(limit: int) -> list[Decision]:
    """Decisions open in published initiatives and in the bodies of the network, those that end first."""
    seen = Q(committee__initiative_id__isnull=True) | Q(committee__initiative__published_at__isnull=False)
    rows = Decision.filter(seen, status=DecisionStatus.OPEN, closes_at__gt=clock.glance())
    rows = rows.order_by("closes_at", "id").limit(limit).select_related("committee", "committee__initiative")
    found = await rows
    clock.changes_at(*(decision.closes_at for decision in found))
    return found


async def open_in_bodies(limit: int = 20) -> list[Decision]:
    """Decisions open in the bodies of the network and their groups, those that end first."""
    rows = Decision.filter(
        status=DecisionStatus.OPEN, closes_at__gt=clock.now(), committee__initiative_id__isnull=True
    )
    return await rows.order_by("closes_at", "id").limit(limit).select_related("committee")


async def awaiting(person: Person) -> list[Voice]:
    """The voices that this person may still use in open decisions, not those she handed to another.

    Each with its decision and committee; what ends first comes first.
    """
    mine = Q(person_id=person.id) | Q(substitute_id=person.id) | Q(id__in=await electors.givers_of(person))
    takes = Q(decision__positions_at__isnull=True) | Q(decision__positions_at__lte=clock.now())
    rows = Elector.filter(
        mine, takes, answered_at__isnull=True, on_paper_at__isnull=True, decision__status=DecisionStatus.OPEN,
        decision__closes_at__gt=clock.now(),
    ).order_by("decision__closes_at", "id")
    found = await rows.limit(20).select_related("decision", "decision__committee", "person", "organisation")
    found = await electors.still_speaking(found, person)
    voices = await electors.with_proxies([Voice(elector, person.id) for elector in found])
    return [voice for voice in voices if not voice.is_handed_over]


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


async def voted_in_secret(person: Person, limit: int = 50) -> list[Decision]:
    """The secret decisions in which this person's voice was used, the latest opened first."""
    rows = Elector.filter(person_id=person.id, answered_at__isnull=False, decision__ballot=BallotKind.SECRET)
    found = await rows.order_by("-decision__opened_at").limit(limit).select_related("decision")
    return [elector.decision for elector in found]
