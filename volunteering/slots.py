"""Where the slices of time meet: parts of a mission's page. Filled only in `app.py`, like `civic.slots`."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from civic.slots import Panel, Slot

if TYPE_CHECKING:
    from civic.people.models import Person
    from volunteering.missions.models import Mission

mission_panels: Slot[Callable[["Mission", "Person | None"], Awaitable[list[Panel]]]] = Slot("mission_panels")
"""Parts of a mission's page, below its shifts; what they show anybody may read."""

ALL: tuple[Slot[Any], ...] = (mission_panels,)


def clear() -> None:
    """Empty every slot, so that a second application in one process (tests) starts afresh."""
    for slot in ALL:
        slot.clear()
