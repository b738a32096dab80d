"""Letters about the work on a proposal: to who wrote it, to who asked or proposed, to who took a position before."""

from typing import Any

from civic import jobs, mail
from civic.decisions.models import Decision, Stance
from civic.people.models import Person
from civic.proposals.models import Amendment, AmendmentStatus, ProposalQuestion, Revision


async def tell_asked(*, question_id: int) -> None:
    """Who wrote the proposal learns that somebody has a question, unless it was taken back at once."""
    asked = await ProposalQuestion.get_or_none(id=question_id).select_related("decision", "decision__author")
    if asked is None:
        return
    await _tell_author(asked.decision, asked.person_id, f"question-{asked.id}", asked.text, "question")


async def tell_proposed(*, amendment_id: int) -> None:
    """Who wrote the proposal learns that somebody would change it."""
    made = await Amendment.get(id=amendment_id).select_related("decision", "decision__author")
    await _tell_author(made.decision, made.person_id, f"amendment-{made.id}", made.change, "amendment")


async def tell_answered(*, question_id: int) -> None:
    """Who asked gets the answer."""
    asked = await ProposalQuestion.get(id=question_id).select_related("decision", "person")
    if asked.answered_by_id != asked.person_id:
        words = {"text": asked.text, "answer": asked.answer}
        await _write(asked.person, asked.decision, "civic/question_answered", f"answer-{asked.id}", **words)


async def tell_settled(*, amendment_id: int) -> None:
    """Who proposed a change learns what became of it, with the reason when it was declined."""
    made = await Amendment.get(id=amendment_id).select_related("decision", "person")
    if made.settled_by_id != made.person_id:
        accepted = made.status == AmendmentStatus.ACCEPTED
        words = {"change": made.change, "accepted": accepted, "reason": made.reason}
        await _write(made.person, made.decision, "civic/amendment_settled", f"settled-{made.id}", **words)


async def tell_revised(*, revision_id: int) -> None:
    """Whoever took a position on the former text is told once, and may look again; the objector knows already."""
    made = await Revision.get(id=revision_id).select_related("decision", "stance")
    knows = {made.made_by_id, made.stance.person_id if made.stance else None}
    rows = Stance.filter(decision_id=made.decision_id, superseded_at__isnull=True, at__lt=made.made_at).order_by("id")
    for stance in await rows.select_related("person"):
        if stance.person_id not in knows:
            key = f"revision-{made.id}-{stance.person_id}"
            words = {"note": made.note, "version": made.number}
            await _write(stance.person, made.decision, "civic/proposal_revised", key, **words)


async def _tell_author(decision: Decision, writer: int, key: str, text: str, kind: str) -> None:
    if decision.author and decision.author_id != writer and text:
        await _write(decision.author, decision, "civic/proposal_work", key, text=text, kind=kind)


async def _write(person: Person, decision: Decision, name: str, key: str, **words: Any) -> None:
    if person.email and not person.erased_at:
        await mail.send(
            name, to=person.email, key=f"proposal-{key}", locale=person.locale, question=decision.question,
            decision_id=decision.id, **words,
        )  # fmt: skip


handlers: dict[str, jobs.Handler] = {
    "proposal_asked": tell_asked, "proposal_answered": tell_answered, "amendment_proposed": tell_proposed,
    "amendment_settled": tell_settled, "proposal_revised": tell_revised,
}  # fmt: skip
