"""Reads about initiatives, and the guards of their pages."""

from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.initiatives.models import Initiative, Lead
from civic.people.actor import Actor
from civic.people.models import Person


async def initiative_to_show(slug: str, actor: Actor | None) -> Initiative:
    """An initiative anybody may see, or a draft for its leads and the team. Raises NotFound."""
    initiative = await Initiative.get_or_none(slug=slug).select_related("commune", "organisation", "picture")
    if initiative is None or not (initiative.is_public or await may_edit(actor, initiative)):
        raise NotFound(_("Cette initiative n’existe pas, ou n’est pas encore publiée."))
    return initiative


async def initiative_to_edit(slug: str, actor: Actor) -> Initiative:
    """An initiative this person runs, or any for the team. Raises NotFound or Forbidden."""
    initiative = await initiative_to_show(slug, actor)
    if not await may_edit(actor, initiative):
        raise Forbidden(_("Seules les personnes qui portent cette initiative peuvent la modifier."))
    return initiative


async def may_edit(actor: Actor | None, initiative: Initiative) -> bool:
    """Leads and the team may."""
    return actor is not None and (actor.is_animator or await is_lead(actor.person, initiative.id))


async def is_lead(person: Person | None, initiative_id: int) -> bool:
    """Whether this person runs this initiative today."""
    if person is None:
        return False
    return await Lead.filter(initiative_id=initiative_id, person_id=person.id, until__isnull=True).exists()


async def leads_of(initiative_id: int) -> list[Person]:
    """Who runs it today."""
    rows = await Lead.filter(initiative_id=initiative_id, until__isnull=True).order_by("id").select_related("person")
    return [row.person for row in rows]


async def led_by(person: Person) -> list[Initiative]:
    """What a person runs today."""
    rows = await Lead.filter(person_id=person.id, until__isnull=True).select_related("initiative")
    return [row.initiative for row in rows]
