"""Answering: take a position, change it until closing, withdraw or integrate an objection."""

from datetime import datetime

from tortoise.expressions import F

from civic import clock, mail
from civic.database import retrying, transaction
from civic.decisions.counting import Code
from civic.decisions.models import Decision, DecisionStatus, Elector, Option, Stance
from civic.decisions.service import keep_need
from civic.errors import DomainError, Forbidden, Invalid, NotFound
from civic.i18n import _
from civic.people import service as people
from civic.people.actor import Actor


@retrying
async def answer(actor: Actor, decision: Decision, code: Code, reason: str) -> Stance:
    """Take a position, or another one; the former is kept in the history (S4).

    The same position sent twice is one. Raises Invalid for an objection without a reason, Forbidden outside the
    electorate, DomainError (409) from the closing moment on, even when the closing job is late.
    """
    reason = reason.strip()
    if code == Code.OBJECT and not reason:
        raise Invalid(
            _("Une objection a besoin d’une raison, pour que la proposition soit retravaillée."),
            field="reason",
        )
    async with transaction():
        moment = await _hold(decision)
        option = await Option.get_or_none(decision_id=decision.id, code=code)
        if option is None:
            raise Invalid(_("Choisissez une des réponses proposées."), field="option")
        elector = await Elector.get_or_none(decision_id=decision.id, person_id=actor.person.id)
        if elector is None:
            raise Forbidden(_("Répondent les personnes qui siégeaient au comité à l’ouverture de la décision."))
        stance = await _take_position(actor, decision, option, reason, moment)
        if await Elector.filter(id=elector.id, answered_at__isnull=True).update(answered_at=stance.at):
            await Decision.filter(id=decision.id).update(answers_count=F("answers_count") + 1)
        await keep_need(await Decision.get(id=decision.id).select_related("committee"))
    return stance


@retrying
async def integrate(actor: Actor, decision: Decision, stance_id: int, integration: str) -> None:
    """Record how an objection changed the proposal: it blocks no more, unless its author objects again.

    Its author is told by mail. Raises NotFound for anything but an open objection of this decision, DomainError once
    the decision is closed.
    """
    async with transaction():
        await _hold(decision)
        stance = await Stance.get_or_none(
            id=stance_id, decision_id=decision.id, superseded_at__isnull=True, option__code=Code.OBJECT
        ).select_related("person")
        if stance is None:
            raise NotFound(_("Cette objection n’existe pas, ou a été retirée."))
        fresh = Stance.filter(id=stance.id, integrated_at__isnull=True)
        if not await fresh.update(integration=integration.strip(), integrated_at=clock.now()):
            return
        await people.audit(actor, "objection_integrated", f"stance:{stance.id}")
        if stance.person.email:
            await mail.send(
                "civic/objection_integrated", to=stance.person.email, key=f"objection-{stance.id}",
                locale=stance.person.locale, question=decision.question, decision_id=decision.id,
                integration=integration.strip(),
            )  # fmt: skip


async def _hold(decision: Decision) -> datetime:
    """The write first: answers and the closing wait for each other here. Answers the moment that counts.

    Raises DomainError when time is up.
    """
    moment = clock.now()
    running = Decision.filter(id=decision.id, status=DecisionStatus.OPEN, closes_at__gt=moment)
    if not await running.update(version=F("version") + 1):
        raise DomainError(_("Le moment de répondre est passé : cette décision est close."))
    return moment


async def _take_position(actor: Actor, decision: Decision, option: Option, reason: str, moment: datetime) -> Stance:
    current = await Stance.get_or_none(decision_id=decision.id, person_id=actor.person.id, superseded_at__isnull=True)
    if current:
        again = current.option_id == option.id and current.reason == reason
        if again and current.integrated_at is None:
            return current
        await Stance.filter(id=current.id).update(superseded_at=moment)
    return await Stance.create(
        decision=decision, person=actor.person, option=option, reason=reason, at=moment,
        recorded_by=actor.recorded_by,
    )  # fmt: skip
