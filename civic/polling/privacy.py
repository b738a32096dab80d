"""What the polling station keeps about a person, for her to take away, and what goes with her (PRODUCT A5).

Of a secret vote nothing here is hers: its papers bear no name. Whoever types is named by the audit log, as everywhere.
"""

from typing import Any

from tortoise.expressions import Q

from civic.people.models import Person
from civic.polling.models import Batch, Emptied, Reading


async def personal_data(person: Person) -> dict[str, list[dict[str, Any]]]:
    """What was typed of her own papers and does not count yet, and which papers she typed herself; moments UTC."""
    hers = Reading.filter(elector__person_id=person.id).order_by("id").select_related("elector__decision")
    typed = Reading.filter(typed_by_id=person.id).order_by("id").select_related("elector__decision")
    boxes = Batch.filter(typed_by_id=person.id).order_by("id").select_related("decision")
    two = Q(first_typist_id=person.id) | Q(second_typist_id=person.id)
    emptied = Emptied.filter(two).order_by("id").select_related("decision")
    return {
        "papers": [
            {
                "question": one.elector.decision.question, "said": one.said, "reason": one.reason,
                "typed_at": one.typed_at,
            }
            for one in await hers
        ],
        "papers_typed": [
            {"question": one.elector.decision.question, "typed_at": one.typed_at} for one in await typed
        ],
        "boxes_typed": [
            {"question": one.decision.question} for one in await boxes
        ],
        "boxes_emptied": [{"question": one.decision.question, "papers": one.papers} for one in await emptied],
    }  # fmt: skip


async def erasures(person: Person) -> None:
    """What was typed of her papers, or by her, and does not count yet: another person may type it. May be repeated."""
    hers = await Reading.filter(elector__person_id=person.id)
    await Reading.filter(id__in=[one.id for one in hers] or [0]).delete()
    await Reading.filter(typed_by_id=person.id).delete()
    await Batch.filter(typed_by_id=person.id).delete()
