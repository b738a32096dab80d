"""Reads about the work on a proposal, and the guards of its pages."""

from dataclasses import dataclass, field

from tortoise.expressions import Q

from civic import clock
from civic.committees import queries as committees
from civic.counting.rules import Code
from civic.decisions import queries as decisions
from civic.decisions.models import Decision, DecisionStatus, Elector, Stance
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.models import Person
from civic.proposals.models import Amendment, AmendmentStatus, ProposalQuestion, Revision

MOST = 100


@dataclass(slots=True, frozen=True)
class Objection:
    """An objection and where it stands: « open », « integrated » or « withdrawn »."""

    stance: Stance
    state: str


@dataclass(slots=True)
class Work:
    """What was asked, proposed and changed about a proposal, as one reader may see it.

    `nameless` are the ids of those whose seat is discreet, for readers outside the electorate; `earlier` counts the
    positions taken before the last version of the text.
    """

    decision: Decision
    takes_part: bool = False
    questions: list[ProposalQuestion] = field(default_factory=list)
    amendments: list[Amendment] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)
    nameless: set[int] = field(default_factory=set)
    earlier: int = 0

    def who(self, person: Person) -> str:
        """Who wrote it, for this reader."""
        return _("Une personne") if person.id in self.nameless else person.short_name

    @property
    def open_objections(self) -> list[Objection]:
        """Those that stand in the way of an adoption."""
        return [one for one in self.objections if one.state == "open"]


async def work_on(decision: Decision, person: Person | None) -> Work:
    """All about the work on one proposal, for this reader; as many queries for one amendment as for a hundred."""
    work = Work(decision)
    electors = Elector.filter(decision_id=decision.id)
    mine = electors.filter(Q(person_id=person.id) | Q(substitute_id=person.id)) if person else None
    work.takes_part = mine is not None and await mine.exists()
    if not work.takes_part:
        work.nameless = {one.person_id for one in await electors.filter(is_discreet=True)}
    if decision.positions_at:
        questions = ProposalQuestion.filter(decision_id=decision.id).order_by("id").limit(MOST)
        work.questions = await questions.select_related("person", "answered_by")
        amendments = Amendment.filter(decision_id=decision.id).order_by("id").limit(MOST)
        work.amendments = await amendments.select_related("person", "settled_by")
    if decision.revised_at:
        work.revisions = await revisions_of(decision)
        before = Stance.filter(decision_id=decision.id, superseded_at__isnull=True, at__lt=decision.revised_at)
        work.earlier = await before.count()
    work.objections = await objections_to(decision)
    return work


async def revisions_of(decision: Decision) -> list[Revision]:
    """The versions of the text, the first before the rest."""
    rows = Revision.filter(decision_id=decision.id).order_by("number").limit(MOST)
    return await rows.select_related("made_by", "amendment", "amendment__person", "stance", "stance__person")


async def objections_to(decision: Decision) -> list[Objection]:
    """Every objection once, with its state; one put in other words counts as the same."""
    rows = Stance.filter(decision_id=decision.id, option__code=Code.OBJECT).order_by("id")
    found = await rows.limit(MOST).select_related("person")
    said_again = {stance.person_id: stance.id for stance in found}
    kept = []
    for stance in found:
        if stance.integrated_at:
            kept.append(Objection(stance, "integrated"))
        elif stance.superseded_at is None:
            kept.append(Objection(stance, "open"))
        elif said_again[stance.person_id] == stance.id:
            kept.append(Objection(stance, "withdrawn"))
    return kept


async def proposal_to_improve(decision_id: int, actor: Actor) -> Decision:
    """A proposal by consent that this person may ask about and amend: its electorate, substitutes, who runs it.

    Raises NotFound or Forbidden.
    """
    decision = await decisions.decision_to_show(decision_id, actor)
    own = Q(person_id=actor.person.id) | Q(substitute_id=actor.person.id)
    belongs = await Elector.filter(own, decision_id=decision.id).exists()
    if not belongs and not await committees.may_run(actor, decision.committee):
        raise Forbidden(_("Prennent part les personnes qui siégeaient au comité à l’ouverture de la décision."))
    if decision.positions_at is None:
        raise NotFound(_("Cette décision ne prend pas d’améliorations : on y donne tout de suite son avis."))
    return decision


async def question_to_answer(decision_id: int, question_id: int, actor: Actor) -> ProposalQuestion:
    """A question that this person may answer: she runs the committee or wrote the proposal.

    Raises NotFound or Forbidden.
    """
    decision = await decisions.decision_to_show(decision_id, actor)
    if decision.author_id != actor.person.id and not await committees.may_run(actor, decision.committee):
        raise Forbidden(_("Répondent aux questions la personne qui propose et celles qui animent le comité."))
    found = await ProposalQuestion.get_or_none(id=question_id, decision_id=decision.id).select_related("person")
    if found is None:
        raise NotFound(_("Cette question n’existe pas."))
    found.decision = decision
    return found


async def own_question(decision_id: int, question_id: int, actor: Actor) -> ProposalQuestion:
    """A question that this person asked. Raises NotFound; `unask` says no to anybody else."""
    decision = await decisions.decision_to_show(decision_id, actor)
    found = await ProposalQuestion.get_or_none(id=question_id, decision_id=decision.id)
    if found is None:
        raise NotFound(_("Cette question n’existe pas."))
    found.decision = decision
    return found


async def amendment_to_settle(decision_id: int, amendment_id: int, actor: Actor) -> Amendment:
    """An amendment that this person may take or decline: she runs the committee. Raises NotFound or Forbidden."""
    decision = await decisions.decision_to_run(decision_id, actor)
    return await _amendment(decision, amendment_id)


async def own_amendment(decision_id: int, amendment_id: int, actor: Actor) -> Amendment:
    """An amendment that this person proposed. Raises NotFound or Forbidden."""
    decision = await decisions.decision_to_show(decision_id, actor)
    found = await _amendment(decision, amendment_id)
    if found.person_id != actor.person.id:
        raise Forbidden(_("Seule la personne qui propose un changement peut le retirer."))
    return found


async def _amendment(decision: Decision, amendment_id: int) -> Amendment:
    found = await Amendment.get_or_none(id=amendment_id, decision_id=decision.id).select_related("person")
    if found is None:
        raise NotFound(_("Cette proposition de changement n’existe pas."))
    found.decision = decision
    return found


async def objection_to_integrate(decision_id: int, stance_id: int, actor: Actor) -> tuple[Decision, Stance]:
    """A current objection, for who runs the committee. Raises NotFound or Forbidden."""
    decision = await decisions.decision_to_run(decision_id, actor)
    rows = Stance.filter(id=stance_id, decision_id=decision.id, superseded_at__isnull=True, option__code=Code.OBJECT)
    stance = await rows.first().select_related("person")
    if stance is None:
        raise NotFound(_("Cette objection n’existe pas, ou a été retirée."))
    return decision, stance


async def revision_to_show(decision_id: int, number: int, actor: Actor | None) -> Revision:
    """One version of the text, for whoever may see the decision. Raises NotFound."""
    decision = await decisions.decision_to_show(decision_id, actor)
    found = await Revision.get_or_none(decision_id=decision.id, number=number)
    if found is None:
        raise NotFound(_("Cette version n’existe pas."))
    found.decision = decision
    return found


async def to_settle(person: Person) -> list[tuple[Decision, int, int]]:
    """Running decisions of the committees this person runs, with the questions and amendments that wait for her."""
    ids = await committees.run_by(person)
    if not ids:
        return []
    rows = Decision.filter(
        committee_id__in=list(ids), status=DecisionStatus.OPEN, positions_at__isnull=False, closes_at__gt=clock.now()
    )
    running = {decision.id: decision for decision in await rows.order_by("positions_at").limit(20)}
    asked = await ProposalQuestion.filter(decision_id__in=list(running) or [0], answered_at__isnull=True)
    waiting = await Amendment.filter(decision_id__in=list(running) or [0], status=AmendmentStatus.PROPOSED)
    found = []
    for decision in running.values():
        questions = sum(one.decision_id == decision.id for one in asked)
        amendments = sum(one.is_waiting(decision, clock.now()) for one in waiting if one.decision_id == decision.id)
        if questions or amendments:
            found.append((decision, questions, amendments))
    return found
