"""Voting in secret: once, changed with a code only; and starting again when the box can be opened by nobody (S4).

Who voted is written without the moment; what she voted is sealed by `ballots` in the same transaction.
"""

from contextlib import suppress
from datetime import timedelta

from tortoise.expressions import F

from civic import clock, jobs
from civic.ballots import codes
from civic.ballots import service as ballots
from civic.database import retrying, transaction
from civic.decisions import closing, electors, positions, sealing, stages
from civic.decisions.forms import SHORTEST
from civic.decisions.models import Decision, DecisionStatus, Elector, Option
from civic.decisions.positions import Position
from civic.decisions.service import keep_need
from civic.errors import DomainError, Forbidden, Invalid
from civic.i18n import _
from civic.people import service as people
from civic.people.actor import Actor
from civic.web import urls

LATE = timedelta(minutes=10)
_NOT_COUNTED = (DecisionStatus.OPEN, DecisionStatus.COUNTING)


@retrying
async def vote(actor: Actor, decision: Decision, elector: Elector, said: Position, code: str) -> None:
    """Put an elector's one ballot in the box; `code` will change it. The same form sent again is one vote (S4).

    Raises Invalid for what the method does not take, DomainError (409) when she has voted already and this is not the
    code of that vote, from the closing moment on, or when nobody could count it any more; Forbidden at the counter, and
    once the proxy was taken back. Voting herself ends no proxy: that would say when she did, and there is one ballot.
    """
    _must_be_alone(actor)
    async with transaction():
        said = await _checked(decision, said)
        elector = await electors.to_speak_for(decision, actor.person, elector.id)
        if elector.on_paper_at:
            raise DomainError(_("Un bulletin papier a été remis : ce vote ne se fait plus à l’écran."))
        free = Elector.filter(id=elector.id, answered_at__isnull=True)
        if not await free.update(answered_at=decision.opened_at):
            if not await _replace(decision, elector, said, code):
                raise DomainError(_has_voted(), way_out=_to_the_booth(decision))
            return
        await ballots.put_in(
            decision.id, elector.college.value, sealing.said_of(said), code_hash=_hash(decision, elector, code)
        )
        await Decision.filter(id=decision.id).update(answers_count=F("answers_count") + 1)
        await keep_need(await Decision.get(id=decision.id).select_related("committee"))


@retrying
async def change(actor: Actor, decision: Decision, elector: Elector, said: Position, code: str) -> None:
    """Put another ballot in the place of the one with this code. Raises Invalid when the box has none."""
    _must_be_alone(actor)
    async with transaction():
        said = await _checked(decision, said)
        elector = await electors.to_speak_for(decision, actor.person, elector.id)
        if not await _replace(decision, elector, said, code):
            raise no_such_code()


async def is_known(decision: Decision, elector: Elector, code: str) -> bool:
    """Whether the box has a ballot with this code: what is wrong with a form is said in one go."""
    return await ballots.holds(decision.id, _hash(decision, elector, code))


def no_such_code() -> Invalid:
    """The code is another box’s, or nobody’s."""
    return Invalid(_("Ce code n’est pas celui d’un bulletin de cette urne. Relisez-le."), field="code")


async def _replace(decision: Decision, elector: Elector, said: Position, code: str) -> bool:
    wanted = _hash(decision, elector, code)
    return await ballots.change(decision.id, wanted, elector.college.value, sealing.said_of(said))


def _hash(decision: Decision, elector: Elector, code: str) -> str:
    return codes.hash_of(decision.id, code, elector.college.value if decision.weights is not None else "")


def _must_be_alone(actor: Actor) -> None:
    if actor.recorded_by:
        raise Forbidden(_("Au comptoir, on ne vote pas à l’écran à bulletin secret : remettez un bulletin papier."))


async def _checked(decision: Decision, said: Position) -> Position:
    """The write first, so that votes and the closing wait for each other; then what was said, if it may be said."""
    await stages.hold(decision.id)
    options = await Option.filter(decision_id=decision.id).order_by("position")
    return positions.checked(decision, options, said)


def _has_voted() -> str:
    return _("Un bulletin est déjà dans l’urne pour cette personne. Pour le changer, il faut son code.")


def _to_the_booth(decision: Decision) -> tuple[str, str]:
    return _("Changer avec mon code"), urls.path("decisions.booth", id=decision.id)


async def is_lost(decision: Decision) -> bool:
    """An open box that nobody can open: its key is gone, as after a backup; or it should have been opened long ago."""
    if not decision.is_secret or decision.status not in _NOT_COUNTED:
        return False
    late = decision.status == DecisionStatus.OPEN and decision.closes_at < clock.now() - LATE
    return late or not await ballots.can_be_opened(decision.id)


@retrying
async def start_again(actor: Actor, decision: Decision) -> bool:
    """Empty a lost box and ask everybody again, for as long as the first time; False when the box is not lost (S4).

    A box that is only late is counted instead. All electors are told by mail. The former ballots are destroyed unread.
    """
    with suppress(*ballots.UNREADABLE):
        await closing.close(decision.id)
    async with transaction():
        present = clock.now()
        open_ = Decision.filter(id=decision.id, status__in=_NOT_COUNTED)
        if not await open_.update(version=F("version") + 1):
            return False
        fresh = await Decision.get(id=decision.id).select_related("committee")
        if not await is_lost(fresh) or fresh.opened_at is None:
            return False
        await ballots.give_up(fresh.id)
        await Elector.filter(decision_id=fresh.id).update(answered_at=None, nudged_at=None, on_paper_at=None)
        fresh.closes_at = present + max(fresh.closes_at - fresh.opened_at, SHORTEST)
        fresh.status, fresh.opened_at, fresh.answers_count = DecisionStatus.OPEN, present, 0
        await fresh.save(update_fields=["status", "closes_at", "opened_at", "answers_count"])
        await sealing.make_box(fresh)
        await _plan_again(fresh)
        await keep_need(fresh)
        await people.audit(actor, "decision_started_again", f"decision:{fresh.id}")
    return True


async def _plan_again(decision: Decision) -> None:
    key = f"decision-{decision.id}-{decision.closes_at.isoformat()}"
    await jobs.enqueue("decision_started_again", key=key, decision_id=decision.id)
    await jobs.enqueue("decision_due", key=key, run_at=decision.closes_at, decision_id=decision.id)


async def verify() -> list[str]:
    """Secret decisions whose box nobody can open any more."""
    rows = await Decision.filter(status__in=_NOT_COUNTED, ballot="secret").limit(100)
    return [f"decision {one.id}: the key of its ballot box is gone" for one in rows
            if not await ballots.can_be_opened(one.id)]  # fmt: skip
