"""Moving the closing of a decision: later, or to this moment once everybody has answered (S4, decision 0033).

By consent it moves later once, so that a text changed near the end can be read (0025). Other votes move later only
while nobody sees what came out so far. Each rule is stated before the opening (`words.closing_words`).
"""

from datetime import datetime, timedelta

from tortoise.expressions import F

from civic import clock, jobs
from civic.counting.rules import Code, Method
from civic.database import retrying, transaction
from civic.decisions import closing, stages
from civic.decisions.models import BallotKind, Decision, Stance
from civic.decisions.service import keep_need
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.people import service as people
from civic.people.actor import Actor

LONGEST = timedelta(days=14)


def may_extend(decision: Decision, moment: datetime) -> bool:
    """Its text was changed while positions were taken, and its closing was not moved yet."""
    since = decision.positions_at or decision.opened_at
    changed = since is not None and decision.revised_at is not None and decision.revised_at >= since
    fits = decision.method == Method.CONSENT and decision.first_closes_at is None
    return fits and changed and decision.takes_answers(moment)


@retrying
async def extend(actor: Actor, decision: Decision, closes_at: datetime, reason: str) -> None:
    """Move the closing later, once, by 14 days at most, with a reason that every elector is told.

    Of this and the closing at the same moment exactly one wins. Raises Invalid for another day, DomainError when no
    objection changed the text, when the closing was moved before, or when it has come.
    """
    if closes_at <= decision.closes_at:
        raise Invalid(_("Choisissez un moment après la clôture prévue."), field="closes_at")
    if closes_at > decision.closes_at + LONGEST:
        raise Invalid(_("La clôture se repousse de quatorze jours au plus."), field="closes_at")
    async with transaction():
        moment = clock.now()
        still = stages.running(decision.id, moment).filter(first_closes_at__isnull=True, closes_at=decision.closes_at)
        if not may_extend(decision, moment) or not await still.update(
            closes_at=closes_at, first_closes_at=decision.closes_at, extension=reason.strip(), version=F("version") + 1
        ):
            raise DomainError(
                _("La clôture se repousse une seule fois, et seulement quand une objection vient de changer le texte.")
            )
        await _moved(actor, decision.id, moment)


def may_postpone(decision: Decision, moment: datetime) -> bool:
    """It takes answers that nobody sees yet, and days are left to give."""
    return decision.takes_answers(moment) and not decision.shows_results and decision.closes_at < latest(decision)


def latest(decision: Decision) -> datetime:
    """The last moment to which the closing may be moved, however often."""
    return (decision.first_closes_at or decision.closes_at) + LONGEST


@retrying
async def postpone(actor: Actor, decision: Decision, closes_at: datetime, reason: str) -> None:
    """Move the closing of a hidden or secret vote later, once or more, with a reason that every elector is told.

    Raises Invalid for another day, DomainError when positions can be seen, when another moved it meanwhile or when it
    has come.
    """
    if closes_at <= decision.closes_at:
        raise Invalid(_("Choisissez un moment après la clôture prévue."), field="closes_at")
    if closes_at > latest(decision):
        raise Invalid(
            _("La clôture se reporte de quatorze jours au plus après la première date."), field="closes_at"
        )
    said = " ".join(reason.split())
    async with transaction():
        moment = clock.now()
        still = stages.running(decision.id, moment).filter(closes_at=decision.closes_at)
        if not may_postpone(decision, moment) or not await still.update(
            closes_at=closes_at, first_closes_at=decision.first_closes_at or decision.closes_at,
            extension=f"{decision.extension}\n{said}".strip(), version=F("version") + 1,
        ):  # fmt: skip
            raise DomainError(_(
                "La clôture ne peut pas être reportée : elle est passée, quelqu’un vient de la changer, ou les "
                "positions se voient déjà."
            ))  # fmt: skip
        await _moved(actor, decision.id, moment)


async def _moved(actor: Actor, decision_id: int, moment: datetime) -> None:
    """What follows, in the same transaction: the job of the new moment, the gauge, a letter to every elector."""
    await people.audit(actor, "decision_extended", f"decision:{decision_id}")
    moved = await Decision.get(id=decision_id).select_related("committee")
    await stages.plan_end(moved, moment)
    await keep_need(moved)
    key = f"decision-{decision_id}-{moved.closes_at.isoformat()}"
    await jobs.enqueue("decision_extended", key=key, decision_id=decision_id)


def may_close_now(decision: Decision, moment: datetime) -> bool:
    """Everybody has answered, and who closes cannot pick the moment by what came out; objections are not read here."""
    blind = decision.results_hidden or decision.method == Method.CONSENT
    everybody = 0 < decision.electorate == decision.answers_count
    return decision.takes_answers(moment) and everybody and blind and not decision.is_secret


@retrying
async def close_now(actor: Actor, decision: Decision) -> None:
    """Close before the hour, once everybody has answered (S4).

    Raises DomainError when somebody has not, when positions can be seen, when an objection is open, and for a secret
    ballot: who was forced must have until the hour to change it.
    """
    async with transaction():
        moment = clock.now()
        full = stages.running(decision.id, moment).filter(answers_count=F("electorate"), ballot=BallotKind.OPEN)
        if not may_close_now(decision, moment) or not await full.update(
            closes_at=moment, first_closes_at=decision.first_closes_at or decision.closes_at, version=F("version") + 1
        ):
            raise DomainError(_("On ne clôt avant l’heure que si toutes les personnes appelées ont répondu."))
        objections = Stance.filter(decision_id=decision.id, superseded_at__isnull=True, integrated_at__isnull=True)
        if await objections.filter(option__code=Code.OBJECT).exists():
            raise DomainError(_("Une objection est ouverte : elle a jusqu’à l’heure prévue pour être levée."))
        await people.audit(actor, "decision_closed_early", f"decision:{decision.id}")
        await jobs.enqueue("decision_due", key=f"decision-{decision.id}-early", decision_id=decision.id)
    await closing.close(decision.id)
