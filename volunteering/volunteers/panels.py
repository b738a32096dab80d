"""« Pour moi » in one's space: a few suggestions, or the invitation to say what one likes; her skills."""

from civic.people.models import Person
from civic.slots import Panel
from volunteering.volunteers import queries
from volunteering.volunteers.routes import card

SHOWN = 3


async def person_panels(person: Person) -> list[Panel]:
    """Three missions that suit her, each with its reasons."""
    said = await queries.wishes_of(person)
    knows = queries.says_something(said)
    found = await queries.suggestions(person, said, SHOWN) if said and knows else []
    return [Panel("volunteering/volunteers/_for_me.html", {"said": knows, "cards": [card(one) for one in found]}, 24)]


async def known_skills(person: Person) -> list[str]:
    """What she can do, so that the form where she signs up needs not ask. One query."""
    said = await queries.wishes_of(person)
    return list(said.skills) if said else []
