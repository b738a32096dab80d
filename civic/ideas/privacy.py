"""What ideas keep about a person, for her to take away, and what goes when she has her data erased (PRODUCT A5)."""

from typing import Any

from civic.database import transaction
from civic.follows.service import forget
from civic.ideas import offers, service, talk
from civic.ideas.models import Idea, IdeaOffer, IdeaSupport, Status
from civic.moderation.service import forget_appeals
from civic.people.models import Person


async def personal_data(person: Person) -> dict[str, list[dict[str, Any]]]:
    """Her ideas, supports and offers; moments in UTC."""
    return {
        "ideas": [
            {"title": idea.title, "what": idea.what, "for_whom": idea.for_whom, "place": idea.place,
             "needed": idea.needed, "commune": idea.commune.name, "status": idea.status.value, "reason": idea.reason,
             "ending": idea.ending, "created_at": idea.created_at, "published_at": idea.published_at}
            for idea in await Idea.filter(author_id=person.id).order_by("id").select_related("commune")
        ],
        "ideas_guided": [
            {"title": idea.title} for idea in await Idea.filter(referent_id=person.id).order_by("id")
        ],
        "idea_supports": [
            {"title": row.idea.title, "at": row.at, "confirmed_at": row.confirmed_at}
            for row in await IdeaSupport.filter(person_id=person.id).order_by("id").select_related("idea")
        ],
        "idea_offers": [
            {"title": row.idea.title, "kind": row.kind.value, "words": row.words, "state": row.state.value,
             "at": row.at}
            for row in await IdeaOffer.filter(person_id=person.id).order_by("id").select_related("idea")
        ],
    }  # fmt: skip


async def erasures(person: Person) -> None:
    """Published ideas stay, by « Une personne »; supports and offers go with their words. May be repeated."""
    await Idea.filter(author_id=person.id, status=Status.UNCONFIRMED).delete()
    hers = await Idea.filter(author_id=person.id).values_list("id", flat=True)
    await forget_appeals(talk.KIND, [int(str(one)) for one in hers])
    for row in await IdeaSupport.filter(person_id=person.id):
        await service.take_back(person, row.idea_id)
    for offer in await IdeaOffer.filter(person_id=person.id):
        await offers.withdraw(offer)
    async with transaction():
        await IdeaOffer.filter(person_id=person.id).delete()
        await Idea.filter(author_id=person.id).update(author_id=None)
        await Idea.filter(referent_id=person.id).update(referent_id=None)
        await Idea.filter(invited_id=person.id).update(invited_id=None)
        await forget(person, service.KIND)
