"""Voting the resolutions while the assembly runs: hands are counted, ballots are opened to the room (S6)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tortoise.expressions import F

from civic import clock
from civic.assemblies.forms import HandsForm
from civic.assemblies.hands import CollegeHands
from civic.assemblies.models import Assembly, Casting, Resolution, ResolutionKind
from civic.committees import queries as committees
from civic.committees.models import CollegeKind, Committee
from civic.counting.rules import Code, Method, Tally
from civic.database import retrying, transaction
from civic.decisions import choosing
from civic.decisions import service as decisions
from civic.decisions.forms import DecisionForm, OptionWish
from civic.decisions.models import Decision
from civic.errors import DomainError, Gone, Invalid
from civic.i18n import _, _n
from civic.meetings import holding
from civic.meetings import sheet as sheets
from civic.meetings.attendance import Attendance
from civic.meetings.models import Item, Meeting, MeetingStatus
from civic.people import service as people
from civic.people.actor import Actor


@retrying
async def count_hands(actor: Actor, assembly: Assembly, resolution: Resolution, wish: HandsForm) -> None:
    """Write down the hands that were counted, and turn the room to them; counted again, the new count stands and both
    are in the log (S6).

    Raises Invalid for more hands than voices present or represented, Gone unless the assembly runs, DomainError when it
    has no quorum, when its colleges weigh, or when the resolution is voted otherwise.
    """
    async with transaction():
        sheet = await _sheet(assembly, resolution)
        if (await _committee(assembly)).is_weighted:
            raise DomainError(_("Les collèges pèsent ici : comptez les mains de chaque collège."))
        voices = len(sheets.voices_in(sheet))
        _check_raised(wish, voices, "yes")
        await _keep(actor, assembly, resolution, wish, voices)


@retrying
async def count_hands_by_college(
    actor: Actor, assembly: Assembly, resolution: Resolution, wishes: Mapping[CollegeKind, HandsForm]
) -> None:
    """The same where colleges weigh: each has its count, within its own voices, and weighs what it does now (S2, S6).

    Raises as `count_hands`, and DomainError when no college weighs or a college in the room was not counted.
    """
    async with transaction():
        sheet = await _sheet(assembly, resolution)
        committee = await _committee(assembly)
        colleges = await committees.colleges_of(committee.id)
        weights = choosing.weights_at_opening(committee, colleges, Method.MAJORITY)
        if weights is None:
            raise DomainError(_("Les collèges ne pèsent plus : comptez toutes les mains ensemble."))
        voices = sheets.voices_by_college(sheet)
        if set(voices) - set(wishes):
            raise DomainError(_("Un collège de plus est dans la salle : rechargez la page, et comptez ses mains."))
        for kind, wish in wishes.items():
            _check_raised(wish, voices[kind], f"yes_{kind.value}")
        found = [
            CollegeHands(kind, weights.get(kind.value, 0), _tally(wishes.get(kind), voices[kind]))
            for kind in CollegeKind if voices[kind] or weights.get(kind.value)
        ]  # fmt: skip
        whole = HandsForm(**{
            name: sum(getattr(wish, name) for wish in wishes.values()) for name in HandsForm.model_fields
        })  # fmt: skip
        colleges_of_log = {one.college.value: one.as_json() for one in found}
        await _keep(actor, assembly, resolution, whole, voices.total(), colleges_of_log)


def _tally(wish: HandsForm | None, voices: int) -> Tally:
    said = wish.model_dump() if wish else {}
    return Tally(voices, {code: said.get(code.value, 0) for code in (Code.YES, Code.NO, Code.ABSTAIN)})


def _check_raised(wish: HandsForm, voices: int, field: str) -> None:
    if wish.yes + wish.no + wish.abstain > voices:
        raise Invalid(_n(
            "Il n’y a que %(n)s voix présente ou représentée : recomptez.",
            "Il n’y a que %(n)s voix présentes ou représentées : recomptez.", voices,
        ), field=field)  # fmt: skip


async def _keep(
    actor: Actor, assembly: Assembly, resolution: Resolution, wish: HandsForm, voices: int,
    colleges: Mapping[str, dict[str, int]] | None = None,
) -> None:
    if resolution.counted_at is None:
        await holding.go_to(assembly.meeting, resolution.item_id)  # the wall shows it
    await Resolution.filter(id=resolution.id).update(
        **wish.model_dump(), voices=voices, colleges=colleges or {}, counted_at=clock.now(),
        counted_by_id=actor.person.id,
    )
    more = {"colleges": colleges} if colleges else {}
    subject = f"resolution:{resolution.id}"
    await people.audit(actor, "hands_counted", subject, **wish.model_dump(), voices=voices, **more)


async def _committee(assembly: Assembly) -> Committee:
    return await Committee.get(id=assembly.meeting.committee_id)


async def _sheet(assembly: Assembly, resolution: Resolution) -> list[Attendance]:
    """The sheet of the room in which a resolution is voted by hands. Raises as `_voices`."""
    if not resolution.is_by_hands:
        raise DomainError(_("Cette résolution ne se vote pas à main levée."))
    return await _voices(assembly)


async def _voices(assembly: Assembly) -> list[Attendance]:
    """The sheet as it is now, in the caller's transaction. Raises Gone, and DomainError without a quorum."""
    running = Meeting.filter(id=assembly.meeting_id, status=MeetingStatus.RUNNING)
    if not await running.update(version=F("version") + 1):
        raise Gone(_("On vote pendant l’assemblée : ouvrez-la, ou rechargez sa page."))
    meeting = await Meeting.get(id=assembly.meeting_id)
    sheet = await sheets.sheet_of(meeting)
    quorum = sheets.quorum_of(meeting, sheet)
    if not quorum.reached:
        raise DomainError(_n(
            "Le quorum n’est pas atteint : il manque %(n)s voix. L’assemblée ne peut pas voter.",
            "Le quorum n’est pas atteint : il manque %(n)s voix. L’assemblée ne peut pas voter.", quorum.missing,
        ))  # fmt: skip
    return sheet


@retrying
async def open_vote(actor: Actor, assembly: Assembly, resolution: Resolution, minutes: int) -> Decision:
    """Put a resolution or an election to the vote on the screens, or by secret ballot, for so many minutes.

    Whoever is present or represented votes, and the room turns to it. Harmless when it is open already. Raises
    DomainError by show of hands or without a quorum, Gone unless the assembly runs, Invalid for another length.
    """
    if resolution.is_by_hands:
        raise DomainError(_("Cette résolution se vote à main levée : comptez les mains."))
    async with transaction():
        here = sheets.voices_in(await _voices(assembly))
        meeting = assembly.meeting
        await holding.go_to(meeting, resolution.item_id)
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
        places = min(resolution.places, len(names))
        said |= {
            "method": Method.DOTS, "dots": places, "dots_on_one": 1, "chosen_most": places,
            "options": [OptionWish(title=name) for name in names],
        }  # fmt: skip
    return DecisionForm.model_validate(said)
