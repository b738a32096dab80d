"""Papers with a name: typed by one person, typed again by another, counted when both agree (PRODUCT S4)."""

from collections.abc import Sequence
from typing import Any

from civic import clock, mail
from civic.counting.rules import Code
from civic.database import retrying, transaction
from civic.decisions import answers, paper, positions, queries, stages
from civic.decisions.models import Decision, Elector, Stance
from civic.decisions.positions import Position
from civic.errors import DomainError, Forbidden, Invalid, NotFound
from civic.i18n import _, speaking
from civic.people import service as people
from civic.people.actor import Actor, must_be_another
from civic.people.models import Person
from civic.polling import said as papers
from civic.polling.models import Reading
from civic.web.formats import moment


@retrying
async def type_in(actor: Actor, decision: Decision, elector_id: int, said: Position, reason: str) -> bool:
    """Type an elector's paper, or correct one's own typing; True when two persons agree and it counts.

    Raises Forbidden for one's own paper and for a third person, Invalid for what the method does not take and for an
    objection without a reason, DomainError when she has no paper to be typed or time is up.
    """
    reason = " ".join(reason.split())
    if said.code == Code.OBJECT and not reason:
        raise Invalid(_("Une objection a besoin d’une raison : recopiez celle du bulletin."), field="reason")
    async with transaction():
        await stages.hold_for_positions(decision.id)
        elector = await _with_paper(actor, decision, elector_id)
        if said != papers.blank(decision):
            said = positions.checked(decision, await queries.options_of(decision), said)
        typed = await Reading.filter(elector_id=elector.id).order_by("turn")
        await _keep(actor, elector, typed, said, reason)
        return await _agree(actor, decision, elector)


@retrying
async def adopt(actor: Actor, decision: Decision, elector_id: int) -> bool:
    """« L’autre saisie est la bonne » : take over what the other typed, having read the paper again."""
    async with transaction():
        await stages.hold_for_positions(decision.id)
        elector = await _with_paper(actor, decision, elector_id)
        typed = await Reading.filter(elector_id=elector.id).order_by("turn")
        mine, other = _sides(actor, typed)
        if mine is None or other is None:
            raise Forbidden(_("Seules les deux personnes qui ont saisi ce bulletin le corrigent."))
        await Reading.filter(id=mine.id).update(said=other.said, reason=other.reason, typed_at=clock.now())
        return await _agree(actor, decision, elector)


@retrying
async def forget(actor: Actor, decision: Decision, elector_id: int) -> None:
    """Take one's own typing away, of the wrong paper for instance. Raises NotFound without one."""
    async with transaction():
        await stages.hold_for_positions(decision.id)
        await _with_paper(actor, decision, elector_id)
        if not await Reading.filter(elector_id=elector_id, typed_by_id=actor.hand.id).delete():
            raise NotFound(_("Vous n’avez pas saisi ce bulletin."))
        await people.audit(actor, "paper_reading_taken_away", f"elector:{elector_id}", decision=decision.id)


@retrying
async def take_back(actor: Actor, decision: Decision, elector_id: int) -> None:
    """Take a paper back of which nothing is typed yet. Raises DomainError else, or once it counts."""
    async with transaction():
        await stages.hold_for_positions(decision.id)
        if await Reading.filter(elector_id=elector_id, elector__decision_id=decision.id).exists():
            raise DomainError(_("Ce bulletin est déjà saisi : qui l’a saisi peut d’abord effacer sa saisie."))
        await paper.take_back(actor, decision, elector_id)


async def elector_to_type(decision: Decision, elector_id: int, actor: Actor) -> Elector:
    """An elector whose paper this person may type. Raises NotFound, Forbidden for her own, DomainError without one."""
    return await _with_paper(actor, decision, elector_id)


async def own(actor: Actor, elector: Elector) -> Reading | None:
    """What this person typed of her paper."""
    return await Reading.get_or_none(elector_id=elector.id, typed_by_id=actor.hand.id)


async def of_elector(elector: Elector) -> list[Reading]:
    """What was typed of her paper so far, with who typed it. Guarding is the caller's."""
    return await Reading.filter(elector_id=elector.id).order_by("turn").select_related("typed_by")


async def typed(decision: Decision) -> dict[int, list[Reading]]:
    """What was typed so far, by elector. Guarding is the caller's."""
    found: dict[int, list[Reading]] = {}
    for reading in await Reading.filter(elector__decision_id=decision.id).order_by("turn"):
        found.setdefault(reading.elector_id, []).append(reading)
    return found


async def _with_paper(actor: Actor, decision: Decision, elector_id: int) -> Elector:
    if decision.is_secret:
        raise DomainError(_("Les bulletins d’un vote secret ne portent pas de nom : ils se saisissent tous ensemble."))
    elector = await paper.elector_of(decision, elector_id)
    must_be_another(actor, elector.person_id, _("C’est votre bulletin : deux autres personnes le saisissent."))
    if elector.on_paper_at is None:
        raise DomainError(_("Cette personne n’a pas reçu de bulletin papier."))
    if elector.answered_at is not None:
        raise DomainError(_("Ce bulletin est compté : deux personnes l’ont saisi de la même façon."))
    return elector


def _sides(actor: Actor, typed: Sequence[Reading]) -> tuple[Reading | None, Reading | None]:
    """One's own reading and the other's."""
    mine = next((one for one in typed if one.typed_by_id == actor.hand.id), None)
    return mine, next((one for one in typed if one.typed_by_id != actor.hand.id), None)


async def _keep(actor: Actor, elector: Elector, typed: Sequence[Reading], said: Position, reason: str) -> None:
    mine, other = _sides(actor, typed)
    written: dict[str, Any] = {"said": papers.kept(said), "reason": reason, "typed_at": clock.now()}
    if mine:
        await Reading.filter(id=mine.id).update(**written)
    elif len(typed) > 1:
        raise Forbidden(_("Deux personnes ont déjà saisi ce bulletin : à elles de se mettre d’accord."))
    else:
        turn = 2 if other and other.turn == 1 else 1
        await Reading.create(elector_id=elector.id, turn=turn, typed_by=actor.hand, **written)


async def _agree(actor: Actor, decision: Decision, elector: Elector) -> bool:
    """Two readings that say the same become a stance, and are deleted; the audit log keeps who typed them."""
    both = await Reading.filter(elector_id=elector.id).order_by("turn")
    if len(both) < 2 or (both[0].said, both[0].reason) != (both[1].said, both[1].reason):
        return False
    said = papers.position(both[0].said)
    await Reading.filter(elector_id=elector.id).delete()
    her = Actor(elector.person, recorded_by=actor.hand)
    stance = await answers.answer(her, decision, said, both[0].reason, elector, on_paper=True)
    await people.audit(
        actor, "paper_typed_twice", f"elector:{elector.id}", decision=decision.id, first=both[0].typed_by_id,
        second=both[1].typed_by_id,
    )  # fmt: skip
    await tell(decision, elector.person, stance, said, actor.hand)
    return True


async def tell(decision: Decision, person: Person, stance: Stance, said: Position, hand: Person) -> None:
    """Tell an elector who has an address what was noted for her, so that she may object to it in time."""
    if not person.email or person.erased_at:
        return
    with speaking(person.locale):
        noted = papers.in_words(decision, await queries.options_of(decision), said)
        closes = moment(decision.closes_at)
    await mail.send(
        "civic/answer_noted", to=person.email, locale=person.locale, question=decision.question,
        key=f"answer-noted-{stance.id}", decision_id=decision.id, said=noted, reason=stance.reason,
        who=hand.short_name, closes=closes,
    )  # fmt: skip
