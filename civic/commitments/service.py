"""The verbs of commitments: take, propose, answer, keep, move, hand over, drop (S5). The only writer of their rows.

Each changes the row by its state, and each writes a line of history in the same transaction: of two who say the
contrary at once, one is told that it is decided already.
"""

import hashlib
from datetime import date

from tortoise.expressions import F

from civic import clock, jobs
from civic.commitments import letters
from civic.commitments.forms import CommitmentForm, KeepForm
from civic.commitments.models import Commitment, CommitmentStatus, Step, StepKind
from civic.committees import queries as committees
from civic.committees.models import Committee, Seat
from civic.database import retrying, transaction
from civic.decisions.models import Decision
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.media.models import Picture
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person


@retrying
async def commit(
    actor: Actor, committee: Committee, wish: CommitmentForm, *, decision: Decision | None = None, source: str = ""
) -> Commitment:
    """Promise to do something: anybody who sits for herself, who runs the committee proposes it to a member (S5).

    After a decision, or from elsewhere (`source`, opaque). The same promise sent twice is one. Raises DomainError
    before the decision's closing or once the committee has ended, Forbidden for strangers and for a member who
    commits somebody else, Invalid when the person does not sit in the committee.
    """
    if decision and not decision.is_closed:
        raise DomainError(_("Les engagements se prennent quand la décision est close."))
    if committee.ended_at:
        raise DomainError(_("Ce comité a pris fin : on n’y prend plus d’engagement."))
    who = wish.person_id or actor.person.id
    seat = await _seat(committee, who)
    if who != actor.person.id or seat is None:
        await committees.committee_to_run(committee.slug, actor)
    if seat is None:
        raise Invalid(_("Choisissez une personne qui siège au comité."), field="person_id")
    own = who == actor.person.id
    async with transaction():
        made, is_new = await Commitment.get_or_create(
            key=_key(committee, decision, source, who, wish),
            defaults={
                "committee_id": committee.id, "decision_id": decision.id if decision else None, "source": source,
                "person_id": who, "organisation_id": seat.organisation_id if seat.person_id == who else None,
                "what": wish.what, "due_on": wish.due_on, "made_at": clock.now(),
                "status": CommitmentStatus.OPEN if own else CommitmentStatus.PROPOSED, **_known(wish.due_on, own),
            },
        )  # fmt: skip
        if is_new:
            await _step(made, StepKind.TAKEN if own else StepKind.PROPOSED, actor, person_id=None if own else who)
            if not own:
                await letters.proposed(made, committee, decision, await Person.get(id=who))
    return made


async def _seat(committee: Committee, person_id: int) -> Seat | None:
    """The seat this person holds or is the substitute of."""
    seats = await committees.seats_of(committee.id)
    return next((one for one in seats if person_id in (one.person_id, one.substitute_id)), None)


def _key(committee: Committee, decision: Decision | None, source: str, who: int, wish: CommitmentForm) -> str:
    said = f"{committee.id} {decision.id if decision else 0} {source} {who} {wish.due_on} {wish.what}"
    return hashlib.sha256(said.encode()).hexdigest()


def _known(due_on: date, told: bool) -> dict[str, date]:
    """Who takes on something for this very week need not be reminded of it a week before."""
    return {"recalled_for": due_on} if told and due_on <= clock.today() + letters.BEFORE else {}


@retrying
async def answer(actor: Actor, commitment: Commitment, *, accept: bool, reason: str) -> bool:
    """Say yes or no to what was proposed, or to taking something over; False when it was answered already."""
    if commitment.offered_to_id == actor.person.id:
        return await (_take_over if accept else _refuse)(actor, commitment, reason)
    async with transaction():
        waiting = Commitment.filter(id=commitment.id, status=CommitmentStatus.PROPOSED, person_id=actor.person.id)
        status = CommitmentStatus.OPEN if accept else CommitmentStatus.DECLINED
        if not await waiting.update(status=status, **(_known(commitment.due_on, True) if accept else {})):
            return False
        step = await _step(commitment, StepKind.ACCEPTED if accept else StepKind.DECLINED, actor, reason)
        await letters.answered(commitment, step, accepted=accept)
    return True


async def _take_over(actor: Actor, commitment: Commitment, reason: str) -> bool:
    """It is hers from now on, in her own name or for the organisation whose seat she holds."""
    seat = await _seat(commitment.committee, actor.person.id)
    async with transaction():
        waiting = Commitment.filter(id=commitment.id, status=CommitmentStatus.OPEN, offered_to_id=actor.person.id)
        if not await waiting.update(
            person_id=actor.person.id, organisation_id=seat.organisation_id if seat else None, offered_to_id=None,
            recalled_for=commitment.due_on if commitment.due_on <= clock.today() + letters.BEFORE else None,
        ):  # fmt: skip
            return False
        step = await _step(commitment, StepKind.HANDED, actor, reason, person_id=commitment.person_id)
        await letters.answered(commitment, step, accepted=True)
    return True


async def _refuse(actor: Actor, commitment: Commitment, reason: str) -> bool:
    """It stays with who has it."""
    async with transaction():
        waiting = Commitment.filter(id=commitment.id, offered_to_id=actor.person.id)
        if not await waiting.update(offered_to_id=None):
            return False
        step = await _step(commitment, StepKind.REFUSED, actor, reason)
        await letters.answered(commitment, step, accepted=False)
    return True


@retrying
async def keep(actor: Actor, commitment: Commitment, wish: KeepForm, picture: Picture | None = None) -> bool:
    """It is done, and this shows it; False when it was said already.

    Raises Invalid without any evidence, DomainError when it was dropped or is not accepted yet.
    """
    if not (wish.evidence or wish.link or picture):
        raise Invalid(_("Montrez-le : une phrase, un lien, une photo ou un PDF."), field="evidence")
    kept = {
        "status": CommitmentStatus.KEPT, "kept_at": clock.now(), "kept_by_id": actor.person.id,
        "evidence": wish.evidence, "link": wish.link, "picture_id": picture.id if picture else None,
        "offered_to_id": None,
    }  # fmt: skip
    return await _end(actor, commitment, kept, StepKind.KEPT, wish.evidence)


@retrying
async def drop(actor: Actor, commitment: Commitment, reason: str) -> bool:
    """Nobody will do it, and why; False when it was dropped already. Raises DomainError when it was kept."""
    dropped = {
        "status": CommitmentStatus.DROPPED, "dropped_at": clock.now(), "dropped_reason": reason, "offered_to_id": None,
    }  # fmt: skip
    return await _end(actor, commitment, dropped, StepKind.DROPPED, reason)


async def _end(actor: Actor, commitment: Commitment, change: dict[str, object], kind: StepKind, reason: str) -> bool:
    async with transaction():
        running = [CommitmentStatus.OPEN]
        if kind == StepKind.DROPPED:
            running.append(CommitmentStatus.PROPOSED)
        if not await Commitment.filter(id=commitment.id, status__in=running).update(**change):
            now = (await Commitment.get(id=commitment.id)).status
            if now == change["status"]:
                return False
            raise DomainError(_no_more(now))
        step = await _step(commitment, kind, actor, reason)
        await people.audit(actor, f"commitment_{kind.value}", f"commitment:{commitment.id}")
        await jobs.enqueue("commitment_ended", key=f"step-{step.id}", commitment_id=commitment.id, step_id=step.id)
    return True


@retrying
async def reopen(actor: Actor, commitment: Commitment, reason: str) -> bool:
    """Who runs the committee says that it is not done, or is wanted again, and why; False when it is open."""
    blank = {"kept_at": None, "kept_by_id": None, "evidence": "", "link": "", "picture_id": None}
    blank |= {"dropped_at": None, "dropped_reason": "", "status": CommitmentStatus.OPEN}
    async with transaction():
        over = Commitment.filter(id=commitment.id, status__in=[CommitmentStatus.KEPT, CommitmentStatus.DROPPED])
        if not await over.update(**blank):
            return False
        await _step(commitment, StepKind.REOPENED, actor, reason)
        await people.audit(actor, "commitment_reopened", f"commitment:{commitment.id}")
    return True


@retrying
async def move(actor: Actor, commitment: Commitment, due_on: date, reason: str) -> bool:
    """Another day, and why; the history keeps the former one. False when that is its day already.

    Raises DomainError when it is not open.
    """
    async with transaction():
        running = Commitment.filter(id=commitment.id, status=CommitmentStatus.OPEN).exclude(due_on=due_on)
        change = _known(due_on, True)
        if not await running.update(due_on=due_on, moved_times=F("moved_times") + 1, **change):
            fresh = await Commitment.get(id=commitment.id)
            if fresh.is_open:
                return False
            raise DomainError(_no_more(fresh.status))
        await _step(commitment, StepKind.MOVED, actor, reason, due_on=commitment.due_on, toward=due_on)
    return True


@retrying
async def hand_over(actor: Actor, commitment: Commitment, person_id: int, reason: str) -> bool:
    """Ask another member to take it over; until she accepts it stays where it is. False when she is asked already.

    Raises Invalid when she does not sit or has it already, DomainError when it is not open.
    """
    if person_id == commitment.person_id or await _seat(commitment.committee, person_id) is None:
        raise Invalid(_("Choisissez une autre personne qui siège au comité."), field="person_id")
    async with transaction():
        running = Commitment.filter(id=commitment.id, status=CommitmentStatus.OPEN)
        if not await running.update(offered_to_id=person_id):
            raise DomainError(_no_more((await Commitment.get(id=commitment.id)).status))
        if commitment.offered_to_id == person_id:
            return False
        step = await _step(commitment, StepKind.OFFERED, actor, reason, person_id=person_id)
        await letters.offered(commitment, step, await Person.get(id=person_id))
    return True


def _no_more(status: CommitmentStatus) -> str:
    return {
        CommitmentStatus.KEPT: _("C’est noté comme fait. Rechargez la page."),
        CommitmentStatus.DROPPED: _("Cet engagement est abandonné. Rechargez la page."),
        CommitmentStatus.DECLINED: _("La personne n’a pas pris cet engagement."),
    }.get(status, _("Cet engagement attend encore la réponse de la personne."))


async def _step(
    commitment: Commitment, kind: StepKind, actor: Actor, reason: str = "", *, person_id: int | None = None,
    due_on: date | None = None, toward: date | None = None,
) -> Step:  # fmt: skip
    return await Step.create(
        commitment_id=commitment.id, kind=kind, at=clock.now(), by_id=actor.person.id, reason=reason,
        person_id=person_id, due_on=due_on, toward=toward,
    )  # fmt: skip
