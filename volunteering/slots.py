"""Where the slices of time meet, on a mission's page and on one's own. Filled only in `app.py`, like `civic.slots`."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from civic.slots import Panel, Slot

if TYPE_CHECKING:
    from civic.people.models import Person
    from volunteering.missions.models import Mission
    from volunteering.signups.models import Signup

mission_panels: Slot[Callable[["Mission", "Person | None"], Awaitable[list[Panel]]]] = Slot("mission_panels")
"""Parts of a mission's page, below its shifts; what they show anybody may read."""

signup_panels: Slot[Callable[["Signup", str], Awaitable[list[Panel]]]] = Slot("signup_panels")
"""Parts of « Ma place », for whoever holds its link (the token): the sign-up with person, shift and mission."""

known_skills: Slot[Callable[["Person"], Awaitable[list[str]]]] = Slot("known_skills")
"""The codes of what a person has said that she can do."""

ALL: tuple[Slot[Any], ...] = (mission_panels, signup_panels, known_skills)


def clear() -> None:
    """Empty every slot, so that a second application in one process (tests) starts afresh."""
    for slot in ALL:
        slot.clear()
