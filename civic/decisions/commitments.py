"""What follows from a decision: who does what until when (PRODUCT S5)."""

from civic import clock, mail
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.database import retrying, transaction
from civic.decisions.forms import CommitmentForm
from civic.decisions.models import Commitment, Decision
from civic.errors import DomainError, Forbidden, Invalid, NotFound
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.models import Person

KEPT_SHOWN = 3


@retrying
async def commit(actor: Actor, decision: Decision, wish: CommitmentForm) -> Commitment:
    """Promise to do something after a closed decision: anybody of the committee for herself, who runs it for a member.

    The same promise sent twice is one. Raises DomainError before the closing, Forbidden for strangers and for a member
    who commits somebody else, Invalid when the person does not sit in the committee.
    """
    if not decision.is_closed:
        raise DomainError(_("Les engagements se prennent quand la décision est close."))
    seats = {seat.person_id: seat.person for seat in await committees.seats_of(decision.committee_id)}
    who = wish.person_id or actor.person.id
    if who != actor.person.id or who not in seats:
        await committees.committee_to_run(decision.committee.slug, actor)
    if who not in seats:
        raise Invalid(_("Choisissez une personne qui siège au comité."), field="person_id")
    async with transaction():
        made, is_new = await Commitment.get_or_create(
            decision_id=decision.id, person_id=who, what=wish.what,
            defaults={"due_on": wish.due_on, "made_at": clock.now()},
        )  # fmt: skip
        if is_new and who != actor.person.id:
            await _tell(made, seats[who], decision)
    return made


@retrying
async def keep(commitment: Commitment) -> bool:
    """It is done; False when it was said already."""
    waiting = Commitment.filter(id=commitment.id, kept_at__isnull=True)
    return bool(await waiting.update(kept_at=clock.now()))


async def commitment_to_keep(commitment_id: int, actor: Actor) -> Commitment:
    """One's own commitment, or one of a committee this person runs. Raises NotFound or Forbidden."""
    found = await Commitment.get_or_none(id=commitment_id).select_related("decision", "decision__committee")
    if found is None:
        raise NotFound(_("Cet engagement n’existe pas."))
    if found.person_id != actor.person.id and not await committees.may_run(actor, found.decision.committee):
        raise Forbidden(_("Seule la personne qui s’est engagée, ou qui anime le comité, peut dire que c’est fait."))
    return found


async def of_decision(decision: Decision) -> list[Commitment]:
    """The commitments of a decision, what comes first before the rest."""
    rows = Commitment.filter(decision_id=decision.id).order_by("due_on", "id")
    return await rows.limit(50).select_related("person")


async def of_committee(committee: Committee) -> list[Commitment]:
    """What a committee has before it, the overdue first, then what was done last."""
    rows = Commitment.filter(decision__committee_id=committee.id).select_related("person")
    waiting = await rows.filter(kept_at__isnull=True).order_by("due_on", "id").limit(20)
    kept = await rows.filter(kept_at__isnull=False).order_by("-kept_at", "-id").limit(KEPT_SHOWN)
    return [*waiting, *kept]


async def of_person(person: Person) -> list[Commitment]:
    """What a person has promised and not done yet."""
    rows = Commitment.filter(person_id=person.id, kept_at__isnull=True).order_by("due_on", "id")
    return await rows.limit(20).select_related("decision")


async def _tell(made: Commitment, person: Person, decision: Decision) -> None:
    if person.email:
        await mail.send(
            "civic/commitment_made", to=person.email, key=f"commitment-{made.id}", locale=person.locale,
            what=made.what, question=decision.question, decision_id=decision.id,
        )  # fmt: skip
