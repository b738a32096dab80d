"""What decisions add to other pages: the committee's, the initiative's, « Mon espace », the home page, the timeline."""

from datetime import timedelta

from civic import clock
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.decisions import choices, electors, proxies, queries, reviews, words
from civic.decisions.electors import Voice
from civic.decisions.models import Decision, DecisionStatus
from civic.i18n import _, _n
from civic.initiatives.models import Initiative
from civic.initiatives.queries import is_lead
from civic.initiatives.timeline import Sort
from civic.people.models import Person
from civic.slots import Given, Moment, Panel, Todo, Way
from civic.web import urls
from civic.web.formats import moment

SHOWN_STANCES = 40
LATE = timedelta(minutes=10)


async def committee_panels(committee: Committee, person: Person | None) -> list[Panel]:
    """What is being decided now with its form, what is prepared, and the end of the register."""
    runs = await committees.runs(person, committee.id)
    ballots = await queries.ballots_for(await queries.open_decisions(committee), person, most=SHOWN_STANCES)
    context = {
        "committee": committee, "ballots": ballots, "words": words, "choices": choices, "runs": runs,
        "prepared": await queries.prepared_decisions(committee) if runs else [],
        "latest": await queries.latest_results(committee), "form": None,
    }  # fmt: skip
    return [Panel("civic/decisions/_committee.html", context, order=10)]


async def initiative_panels(initiative: Initiative, person: Person | None) -> list[Panel]:
    """« Donner sa voix »: what is open, the seats, the next step with one button."""
    committee = await committees.committee_of(initiative.id)
    if committee is None:
        leads = not initiative.is_over and await is_lead(person, initiative.id)
        return [Panel("civic/committees/_none.html", {"initiative": initiative}, order=20)] if leads else []
    open_now = await queries.open_decisions(committee)
    ballots = await queries.ballots_for(open_now[:1], person, most=1)
    context = {
        "committee": committee, "ballot": ballots[0] if ballots else None, "others": max(0, len(open_now) - 1),
        "seat": await committees.seat_of(person, committee.id), "words": words,
    }  # fmt: skip
    return [Panel("civic/decisions/_initiative.html", context, order=20)]


async def initiative_timeline(initiative: Initiative) -> list[Moment]:
    """The decisions of an initiative: closing to come, results with what follows, questions taken back."""
    rows = Decision.filter(committee__initiative_id=initiative.id, status__in=queries.SHOWN)
    return [
        Moment(
            decision.closed_at or decision.closes_at, _in_the_timeline(decision),
            urls.path("decisions.show", id=decision.id), about=Sort.DECISION, detail=decision.outcome,
        )
        for decision in await rows.order_by("id")
    ]  # fmt: skip


def _in_the_timeline(decision: Decision) -> str:
    if decision.status == DecisionStatus.OPEN:
        return _("Clôture : %(question)s", question=decision.question)
    return _("%(result)s : %(question)s", result=words.verdict_words(decision)[0], question=decision.question)


async def person_todos(person: Person) -> list[Todo]:
    """Questions to answer, outcomes to write, decisions to look at again."""
    answers = [
        Todo(
            _asked(voice), urls.path("decisions.show", id=voice.elector.decision_id), "voix",
            voice.elector.decision.closes_at, voice.elector.decision.committee.name,
        )
        for voice in await queries.awaiting(person)
    ]  # fmt: skip
    outcomes = [
        Todo(
            _("Écrire la suite : %(question)s", question=decision.question),
            urls.path("decisions.show", id=decision.id), "voix", detail=words.verdict_words(decision)[0],
        )
        for decision in await queries.to_conclude(person)
    ]  # fmt: skip
    again = [
        Todo(
            _("Revoir : %(question)s", question=decision.question), urls.path("decisions.show", id=decision.id), "voix",
            clock.at(decision.review_on, 23, 59) if decision.review_on else None, decision.committee.name,
        )
        for decision in await reviews.to_review(person)
    ]  # fmt: skip
    return [*answers, *outcomes, *again]


def _asked(voice: Voice) -> str:
    question = voice.elector.decision.question
    if voice.whose:
        return _("Répondre pour %(whose)s : %(question)s", whose=voice.whose, question=question)
    return _("Donner ma voix : %(question)s", question=question)


async def decision_panels(decision: Decision, person: Person | None) -> list[Panel]:
    """« Procurations »: give one's voice, take it back, decline to carry one, while the question is open."""
    if person is None or not decision.proxies_most or not decision.is_running(clock.now()):
        return []
    own = next((voice for voice in await electors.voices([decision.id], person) if voice.is_own), None)
    if own is None:
        return []
    context = {"decision": decision, "voice": own, "carried": await proxies.carried_by(own.elector), "words": words}
    return [Panel("civic/decisions/_proxies.html", context, order=5)]


async def person_given(person: Person) -> list[Given]:
    """Positions taken; of secret votes that she voted, without the moment."""
    secret_ones = [
        Given(
            _("J’ai voté : %(question)s", question=decision.question), urls.path("decisions.show", id=decision.id),
            "voix", decision.opened_at, words.method_words(decision),
        )
        for decision in await queries.voted_in_secret(person) if decision.opened_at
    ]  # fmt: skip
    return secret_ones + [
        Given(
            _("Ma voix : %(question)s", question=stance.decision.question),
            urls.path("decisions.show", id=stance.decision_id), "voix", stance.at,
            words.code_words(stance.code) if stance.code else words.method_words(stance.decision),
        )
        for stance in await queries.voices_of(person)
    ]  # fmt: skip


async def body_questions() -> list[Moment]:
    """What the bodies of the network are deciding now: they have no initiative whose gauge would say it."""
    return [
        Moment(
            decision.closes_at, decision.question, urls.path("decisions.show", id=decision.id),
            place=decision.committee.name,
        )
        for decision in await queries.open_in_bodies()
    ]  # fmt: skip


async def home_ways() -> list[Way]:
    """What is being decided this week."""
    found = await queries.open_now(99)
    items = [
        (decision.question, _title_and_end(decision), urls.path("decisions.show", id=decision.id))
        for decision in found[:3]
    ]
    summary = _n("%(n)s décision est ouverte.", "%(n)s décisions sont ouvertes.", len(found))
    return [Way("voix", summary if items else _("Aucune décision n’est ouverte."), items, order=10)]


def _title_and_end(decision: Decision) -> str:
    committee = decision.committee
    title = committee.initiative.title if committee.initiative else committee.name
    return _("%(initiative)s, jusqu’au %(when)s", initiative=title, when=moment(decision.closes_at))


async def verify() -> list[str]:
    """Decisions that should have closed more than ten minutes ago: the worker does not run."""
    late = Decision.filter(status=DecisionStatus.OPEN, closes_at__lt=clock.now() - LATE)
    return [f"decision {decision.id} is past its closing and still open" for decision in await late.limit(20)]
