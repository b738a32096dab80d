"""Ask and answer questions, propose amendments and settle them, while a proposal is in its first stage (S4)."""

from tortoise.queryset import QuerySet

from civic import jobs
from civic.database import retrying, transaction
from civic.decisions import stages
from civic.decisions.models import Decision
from civic.errors import Forbidden
from civic.i18n import _
from civic.people import service as people
from civic.people.actor import Actor
from civic.proposals import revisions
from civic.proposals.models import Amendment, AmendmentStatus, ProposalQuestion


@retrying
async def ask(actor: Actor, decision: Decision, text: str, form_key: str) -> ProposalQuestion:
    """Somebody of the electorate asks what she wants to know; the same form sent again is the same question.

    Who wrote the proposal is told. Raises DomainError outside the first stage.
    """
    async with transaction():
        moment = await stages.hold_to_improve(decision.id)
        made, is_new = await ProposalQuestion.get_or_create(
            form_key=form_key,
            defaults={"decision_id": decision.id, "person_id": actor.person.id, "text": text, "asked_at": moment},
        )
        if is_new:
            await jobs.enqueue("proposal_asked", key=f"question-{made.id}", question_id=made.id)
    return made


@retrying
async def unask(actor: Actor, question: ProposalQuestion) -> bool:
    """Who asked takes her question back; False once it has its answer. Raises Forbidden for anybody else."""
    if question.person_id != actor.person.id:
        raise Forbidden(_("Seule la personne qui a posé une question peut la retirer."))
    return bool(await ProposalQuestion.filter(id=question.id, answered_at__isnull=True).delete())


@retrying
async def reply(actor: Actor, question: ProposalQuestion, answer: str) -> bool:
    """Answer a question for everybody to read, until the closing; False when it has its answer. Its author is told.

    Raises DomainError once the decision is closed.
    """
    async with transaction():
        moment = await stages.hold(question.decision_id)
        waiting = ProposalQuestion.filter(id=question.id, answered_at__isnull=True)
        if not await waiting.update(answer=answer.strip(), answered_at=moment, answered_by_id=actor.person.id):
            return False
        await jobs.enqueue("proposal_answered", key=f"question-{question.id}", question_id=question.id)
    return True


@retrying
async def amend(actor: Actor, decision: Decision, change: str, why: str, form_key: str) -> Amendment:
    """Somebody of the electorate proposes to change the text; the same form sent again is the same amendment.

    Who wrote the proposal is told. Raises DomainError outside the first stage.
    """
    async with transaction():
        moment = await stages.hold_to_improve(decision.id)
        made, is_new = await Amendment.get_or_create(
            form_key=form_key,
            defaults={
                "decision_id": decision.id, "person_id": actor.person.id, "change": change, "why": why,
                "proposed_at": moment,
            },
        )  # fmt: skip
        if is_new:
            await jobs.enqueue("amendment_proposed", key=f"amendment-{made.id}", amendment_id=made.id)
    return made


@retrying
async def accept(actor: Actor, amendment: Amendment, text: str, version: int) -> bool:
    """Take an amendment into the text, which makes a revision; False when it was settled before. Its author is told.

    Raises Invalid for a text that did not change or was changed meanwhile, DomainError outside the first stage.
    """
    async with transaction():
        moment = await stages.hold_to_improve(amendment.decision_id)
        if not await _waiting(amendment).update(
            status=AmendmentStatus.ACCEPTED, settled_at=moment, settled_by_id=actor.person.id
        ):
            return False
        await revisions.revise(
            actor, amendment.decision_id, text, version, "", moment, amendment=amendment
        )
        await _settled(actor, amendment, "amendment_accepted")
    return True


@retrying
async def decline(actor: Actor, amendment: Amendment, reason: str) -> bool:
    """Leave an amendment out, with a reason its author gets; False when it was settled before.

    It may still be said in the second stage. Raises DomainError once the decision is closed.
    """
    async with transaction():
        moment = await stages.hold(amendment.decision_id)
        if not await _waiting(amendment).update(
            status=AmendmentStatus.DECLINED, settled_at=moment, settled_by_id=actor.person.id, reason=reason.strip()
        ):
            return False
        await _settled(actor, amendment, "amendment_declined")
    return True


@retrying
async def take_back(actor: Actor, amendment: Amendment) -> bool:
    """Its author takes an amendment back; False when it was settled before.

    Raises Forbidden for anybody else, DomainError once the decision is closed.
    """
    if amendment.person_id != actor.person.id:
        raise Forbidden(_("Seule la personne qui propose un changement peut le retirer."))
    async with transaction():
        moment = await stages.hold(amendment.decision_id)
        waiting = _waiting(amendment)
        return bool(await waiting.update(status=AmendmentStatus.WITHDRAWN, settled_at=moment))


def _waiting(amendment: Amendment) -> QuerySet[Amendment]:
    return Amendment.filter(id=amendment.id, status=AmendmentStatus.PROPOSED)


async def _settled(actor: Actor, amendment: Amendment, what: str) -> None:
    await people.audit(actor, what, f"amendment:{amendment.id}")
    await jobs.enqueue("amendment_settled", key=f"amendment-{amendment.id}", amendment_id=amendment.id)
