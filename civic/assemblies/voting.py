"""Voting the resolutions while the assembly runs: hands are counted, ballots are opened to the room (S6)."""

from datetime import timedelta
from typing import Any

from tortoise.expressions import F

from civic import clock
from civic.assemblies.forms import HandsForm
from civic.assemblies.models import Assembly, Casting, Resolution, ResolutionKind
from civic.counting.rules import Method
from civic.database import retrying, transaction
from civic.decisions import service as decisions
from civic.decisions.forms import DecisionForm, OptionWish
from civic.decisions.models import Decision
from civic.errors import DomainError, Gone, Invalid
from civic.i18n import _, _n
from civic.meetings import holding
from civic.meetings import sheet as sheets
from civic.meetings.models import Item, Meeting, MeetingStatus
from civic.people import service as people
from civic.people.actor import Actor


@retrying
async def count_hands(actor: Actor, assembly: Assembly, resolution: Resolution, wish: HandsForm) -> None:
    """Write down the hands that were counted; counted again, the new count stands and both are in the log (S6).

    Raises Invalid for more hands than voices present or represented, Gone unless the assembly runs, DomainError when it
    has no quorum or the resolution is voted otherwise.
    """
    if not resolution.is_by_hands:
        raise DomainError(_("Cette résolution ne se vote pas à main levée."))
    async with transaction():
        voices = await _voices(assembly)
        raised = wish.yes + wish.no + wish.abstain
        if raised > voices:
            raise Invalid(_n(
                "Il n’y a que %(n)s voix présente ou représentée : recomptez.",
                "Il n’y a que %(n)s voix présentes ou représentées : recomptez.", voices,
            ), field="yes")  # fmt: skip
        await Resolution.filter(id=resolution.id).update(
            yes=wish.yes, no=wish.no, abstain=wish.abstain, voices=voices, counted_at=clock.now(),
            counted_by_id=actor.person.id,
        )  # fmt: skip
        subject = f"resolution:{resolution.id}"
        await people.audit(actor, "hands_counted", subject, **wish.model_dump(), voices=voices)


async def _voices(assembly: Assembly) -> int:
    """Voices present or represented now, in the caller's transaction. Raises Gone, and DomainError without a quorum."""
    running = Meeting.filter(id=assembly.meeting_id, status=MeetingStatus.RUNNING)
    if not await running.update(version=F("version") + 1):
        raise Gone(_("On vote pendant l’assemblée : ouvrez-la, ou rechargez sa page."))
    meeting = await Meeting.get(id=assembly.meeting_id)
    quorum = sheets.quorum_of(meeting, await sheets.sheet_of(meeting))
    if not quorum.reached:
        raise DomainError(_n(
            "Le quorum n’est pas atteint : il manque %(n)s voix. L’assemblée ne peut pas voter.",
            "Le quorum n’est pas atteint : il manque %(n)s voix. L’assemblée ne peut pas voter.", quorum.missing,
        ))  # fmt: skip
    return quorum.counted


@retrying
async def open_vote(actor: Actor, assembly: Assembly, resolution: Resolution, minutes: int) -> Decision:
    """Put a resolution or an election to the vote on the screens, or by secret ballot, for so many minutes.

    Whoever is present or represented votes. Harmless when it is open already. Raises DomainError by show of hands or
    without a quorum, Gone unless the assembly runs, Invalid for another length.
    """
    if resolution.is_by_hands:
        raise DomainError(_("Cette résolution se vote à main levée : comptez les mains."))
    async with transaction():
        await _voices(assembly)
        meeting = assembly.meeting
        here = sheets.voices_in(await sheets.sheet_of(meeting))
        wish = _question(resolution, minutes)
        decision = await decisions.draft(actor, meeting.committee, wish, f"resolution-{resolution.id}")
        await Item.filter(id=resolution.item_id).update(decision_id=decision.id)
        item = await Item.get(id=resolution.item_id)
        return await holding.open_vote(actor, meeting, item, minutes, only=here)


def _question(resolution: Resolution, minutes: int) -> DecisionForm:
    """The resolution as a decision: yes or no to its wording or to one candidate, else crosses beside names."""
    names = resolution.candidates if resolution.kind == ResolutionKind.ELECTION else []
    said: dict[str, Any] = {
        "question": resolution.item.title, "explanation": resolution.wording, "majority": resolution.majority,
        "secret": resolution.casting == Casting.SECRET,
        "results_hidden": True, "closes_at": clock.now() + timedelta(hours=2), "method": Method.MAJORITY,
    }  # fmt: skip
    if len(names) == 1:
        said["question"] = _("Élire %(name)s", name=names[0])[:160]
    elif names:
        said |= {
            "method": Method.DOTS, "dots": resolution.places, "dots_on_one": 1, "chosen_most": resolution.places,
            "options": [OptionWish(title=name) for name in names],
        }  # fmt: skip
    return DecisionForm.model_validate(said)
