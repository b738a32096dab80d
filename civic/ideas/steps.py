"""The steps of an idea in incubation: the usual ones of an incubator, which its référent changes as the idea asks."""

from civic import clock
from civic.database import retrying, transaction
from civic.errors import DomainError
from civic.i18n import _
from civic.ideas import service
from civic.ideas.forms import StepForm
from civic.ideas.models import Idea, IdeaStep, Status, StepState
from civic.ideas.words import USUAL_STEPS, step_title

MOST = 20


async def lay_out(idea: Idea) -> None:
    """The usual steps, in the caller's transaction; an idea that has steps keeps them."""
    if not await IdeaStep.filter(idea_id=idea.id).exists():
        for position, key in enumerate(USUAL_STEPS):
            await IdeaStep.create(idea=idea, position=position, key=key)


@retrying
async def set_down(idea: Idea, step: IdeaStep, wish: StepForm) -> None:
    """How far a step is, with a note; its day is noted when its state changes, and the history tells a step done."""
    async with transaction():
        await _hold(idea)
        fresh = await IdeaStep.get_or_none(id=step.id)
        if fresh is None:
            raise DomainError(_("Cette étape vient d’être retirée."))
        moved = fresh.state != wish.state
        await IdeaStep.filter(id=step.id).update(
            state=wish.state, note=wish.note, done_on=clock.today() if moved else fresh.done_on
        )
        if moved and wish.state == StepState.DONE:
            await service.note(idea, "step", step_title(fresh))


@retrying
async def add(idea: Idea, title: str) -> None:
    """A step of the idea's own, at the end."""
    async with transaction():
        await _hold(idea)
        known = await IdeaStep.filter(idea_id=idea.id).order_by("-position")
        if len(known) >= MOST:
            raise DomainError(_("Vingt étapes suffisent : retirez-en une d’abord."))
        await IdeaStep.create(idea=idea, position=known[0].position + 1 if known else 0, title=title)


@retrying
async def remove(idea: Idea, step: IdeaStep) -> bool:
    """A step this idea does not need; False when it was gone."""
    async with transaction():
        await _hold(idea)
        return bool(await IdeaStep.filter(id=step.id).delete())


async def _hold(idea: Idea) -> None:
    """Raises DomainError when it is not in incubation any more."""
    await service.sign_of_life(idea.id)
    if not await Idea.filter(id=idea.id, status=Status.ACCEPTED, hidden_at__isnull=True).exists():
        raise DomainError(_("Cette idée n’est pas en incubation : ses étapes ne changent plus."))
