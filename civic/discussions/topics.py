"""What is talked about, through the slot `discussed`."""

from civic import slots
from civic.errors import NotFound
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.models import Person
from civic.people.queries import roles_of
from civic.slots import Discussed, Topic


def kind_of(kind: str) -> Discussed:
    """What is known of this kind. Raises NotFound."""
    found = next((one for fill in slots.discussed if (one := fill()).kind == kind), None)
    if found is None:
        raise NotFound(_("Cette discussion n’existe pas."))
    return found


async def topic_to_read(kind: str, id: int, actor: Actor | None) -> Topic:
    """What is talked about, for who may see it. Raises NotFound."""
    return await kind_of(kind).topic(id, actor)


async def actor_for(person: Person | None) -> Actor | None:
    """Who looks at a panel, with her roles."""
    return Actor(person, frozenset(await roles_of(person))) if person else None
