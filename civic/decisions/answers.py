"""Answering: take a position, change it until closing, withdraw or integrate an objection (S4)."""

from collections.abc import Sequence
from datetime import datetime

from tortoise.expressions import F

from civic import clock, mail
from civic.counting.rules import Code
from civic.database import retrying, transaction
from civic.decisions import electors, positions, proxies, stages
from civic.decisions.models import Decision, Elector, Option, Stance
from civic.decisions.positions import Position
from civic.decisions.service import keep_need
from civic.errors import DomainError, Invalid, NotFound
from civic.i18n import _
from civic.people import service as people
from civic.people.actor import Actor


@retrying
async def answer(
    actor: Actor, decision: Decision, said: Position, reason: str, elector: Elector | None = None, *,
    on_paper: bool = False,
) -> Stance:  # fmt: skip
    """Take a position, or another one, in one's own name or in `elector`'s; the former is kept in the history (S4).

    An elector has one voice: whoever speaks for her last (herself, her substitute, the holder of her proxy) is heard.
    The same position sent twice by the same person is one. Raises Invalid for what the method does not take and for
    an objection without a reason, Forbidden for whom this person does not speak for, DomainError (409) from the
    closing moment on, even when the closing job is late. Whoever was handed a paper ballot answers `on_paper` only,
    where she may choose nothing.
    """
    reason = reason.strip()
    if said.code == Code.OBJECT and not reason:
        raise Invalid(
            _("Une objection a besoin d’une raison, pour que la proposition soit retravaillée."),
            field="reason",
        )
    if decision.is_secret:
        raise DomainError(_("Cette décision se vote à bulletin secret : passez par l’isoloir."))
    async with transaction():
        moment = await stages.hold_for_positions(decision.id)
        options = await Option.filter(decision_id=decision.id).order_by("position")
        if not (on_paper and decision.chooses and not said.ids):
            said = positions.checked(decision, options, said)
        elector = await electors.to_speak_for(decision, actor.person, elector.id if elector else None)
        electors.check_paper(elector, on_paper=on_paper)
        await proxies.end_by_answer(decision, elector, actor.person)
        stance = await _take_position(actor, elector, options, said, reason, moment)
        if await Elector.filter(id=elector.id, answered_at__isnull=True).update(answered_at=stance.at):
            await Decision.filter(id=decision.id).update(answers_count=F("answers_count") + 1)
        await keep_need(await Decision.get(id=decision.id).select_related("committee"))
    return stance


@retrying
async def integrate(actor: Actor, decision: Decision, stance_id: int, integration: str) -> Stance | None:
    """Record how an objection changed the proposal: it blocks no more, unless its author objects again.

    None when it was recorded already. Its author is told by mail. Raises NotFound for anything but an open objection of
    this decision, DomainError once the decision is closed.
    """
    async with transaction():
        await stages.hold_for_positions(decision.id)
        stance = await Stance.get_or_none(
            id=stance_id, decision_id=decision.id, superseded_at__isnull=True, option__code=Code.OBJECT
        ).select_related("person", "spoken_by")
        if stance is None:
            raise NotFound(_("Cette objection n’existe pas, ou a été retirée."))
        fresh = Stance.filter(id=stance.id, integrated_at__isnull=True)
        if not await fresh.update(integration=integration.strip(), integrated_at=clock.now()):
            return None
        await people.audit(actor, "objection_integrated", f"stance:{stance.id}")
        await _tell_integrated(decision, stance, integration.strip())
    return stance


async def _tell_integrated(decision: Decision, stance: Stance, integration: str) -> None:
    """Whose objection it was, and who said it for her."""
    for person in (stance.person, stance.spoken_by):
        if person and person.email:
            await mail.send(
                "civic/objection_integrated", to=person.email, key=f"objection-{stance.id}-{person.id}",
                locale=person.locale, question=decision.question, decision_id=decision.id, integration=integration,
            )  # fmt: skip


async def _take_position(
    actor: Actor, elector: Elector, options: Sequence[Option], said: Position, reason: str, moment: datetime
) -> Stance:
    spoken_by = None if actor.person.id == elector.person_id else actor.person
    option = next((one for one in options if one.code == said.code), None) if said.code else None
    current = await Stance.get_or_none(
        decision_id=elector.decision_id, person_id=elector.person_id, superseded_at__isnull=True
    )
    if current:
        again = (current.option_id, current.choices, current.spoken_by_id) == (
            option.id if option else None, said.choices, spoken_by.id if spoken_by else None,
        )  # fmt: skip
        if again and current.reason == reason and current.integrated_at is None:
            return current
        await Stance.filter(id=current.id).update(superseded_at=moment)
    return await Stance.create(
        decision_id=elector.decision_id, person_id=elector.person_id, option=option, choices=said.choices,
        reason=reason, at=moment, recorded_by=actor.recorded_by, spoken_by=spoken_by,
    )  # fmt: skip
