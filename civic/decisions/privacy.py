"""What decisions keep about a person, for her to take away (PRODUCT A5): of a secret vote, that she voted.

When she has her data erased, the voices she carries go back to who gave them.
"""

from contextlib import suppress
from typing import Any

from tortoise.expressions import Q

from civic.decisions import proxies, queries
from civic.decisions.models import Decision, DecisionStatus, Elector, Proxy, Stance
from civic.errors import DomainError
from civic.people.models import Person


async def personal_data(person: Person) -> dict[str, list[dict[str, Any]]]:
    """Her positions with their reasons, the former ones too; those she took for somebody or typed; the electorates she
    belongs to; the secret votes in which she voted, without a moment; the proxies she gave and carried; the decisions
    she prepared and concluded.
    """
    stances = Stance.filter(person_id=person.id).order_by("id").select_related("decision", "option")
    hers = Q(giver__person_id=person.id) | Q(holder__person_id=person.id)
    carried = Proxy.filter(hers).order_by("id").select_related("decision", "giver")
    called = Elector.filter(Q(person_id=person.id) | Q(substitute_id=person.id)).order_by("id")
    wrote = Decision.filter(Q(author_id=person.id) | Q(outcome_by_id=person.id)).order_by("id")
    return {
        "decisions_run": [
            {
                "question": one.question, "created_at": one.created_at,
                "author": one.author_id == person.id, "concluded": one.outcome_by_id == person.id,
            }
            for one in await wrote
        ],
        "electorates": [
            {
                "question": one.decision.question, "college": one.college.value,
                "organisation": one.organisation.name if one.organisation else None,
                "as": "titular" if one.person_id == person.id else "substitute", "is_discreet": one.is_discreet,
                "on_paper": one.on_paper_at is not None,
            }
            for one in await called.select_related("decision", "organisation")
        ],
        "positions_for_others": [
            {
                "question": one.decision.question, "at": one.at,
                "as": "spokesperson" if one.spoken_by_id == person.id else "typist",
            }
            for one in await Stance.filter(
                Q(spoken_by_id=person.id) | Q(recorded_by_id=person.id)
            ).exclude(person_id=person.id).order_by("id").select_related("decision")
        ],
        "positions": [
            {
                "question": one.decision.question, "position": one.code.value if one.code else one.choices,
                "reason": one.reason, "at": one.at, "superseded_at": one.superseded_at,
            }
            for one in await stances
        ],
        "secret_votes": [
            {"question": decision.question, "voted": True}
            for decision in await queries.voted_in_secret(person, limit=1000)
        ],
        "proxies": [
            {
                "question": one.decision.question, "given_at": one.given_at, "revoked_at": one.revoked_at,
                "as": "giver" if one.giver.person_id == person.id else "holder",
            }
            for one in await carried
        ],
    }  # fmt: skip


async def erasures(person: Person) -> None:
    """The voices she carries in open decisions go back, and who gave them is told. May be repeated."""
    carried = Proxy.filter(
        holder__person_id=person.id, revoked_at__isnull=True, decision__status=DecisionStatus.OPEN
    )  # fmt: skip
    for proxy in await carried.select_related("decision"):
        with suppress(DomainError):  # closing, or a secret ballot in the box
            await proxies.decline(proxy.decision, proxy.id, person)
