"""What a person was last told of her shift, and whether what is true now is worth another message (PRODUCT V4).

Worth one are hours that differ by more than five minutes, another place, and another note (its words: a comma or an
accent is not). A role's new title is not: calendars and pages show it, and coordinators can write to a shift. Several
changes are compared with what she knows, so that small steps add up and a change taken back is no change.
"""

from dataclasses import dataclass
from datetime import datetime

from civic.i18n import _
from civic.places.folding import fold
from civic.places.models import Commune
from volunteering.missions.words import when
from volunteering.shifts import moments
from volunteering.shifts.models import Shift
from volunteering.signups.models import Signup


@dataclass(slots=True, frozen=True)
class News:
    """What differs: the old hours and place in words, empty where nothing changed; whether the note did."""

    hours: str = ""
    place: str = ""
    note: bool = False

    def __bool__(self) -> bool:
        return bool(self.hours or self.place or self.note)


def said_of(shift: Shift) -> dict[str, str]:
    """What a message that is written now says. Needs the shift's mission."""
    mission = shift.mission
    return {
        "start": shift.starts_at.isoformat(), "end": shift.ends_at.isoformat(), "note": shift.note,
        "place": mission.place, "commune": mission.commune_id or "", "remote": "1" if mission.remote else "",
    }  # fmt: skip


async def remember(signup: Signup) -> None:
    """She has just been told what is true now. Needs shift and mission."""
    said = said_of(signup.shift)
    if signup.told != said:
        signup.told = said
        await Signup.filter(id=signup.id).update(told=said)


async def news_for(signup: Signup, fallback: dict[str, str]) -> News:
    """What she does not know yet, in the language that is being spoken; `fallback` stands for what nobody noted.

    Needs shift and mission.
    """
    known, true = {**said_of(signup.shift), **fallback, **signup.told}, said_of(signup.shift)
    start, end = datetime.fromisoformat(known["start"]), datetime.fromisoformat(known["end"])
    moved = moments.is_noteworthy((start, end), (signup.shift.starts_at, signup.shift.ends_at))
    elsewhere = any(_words(known[name]) != _words(true[name]) for name in ("place", "commune", "remote"))
    return News(
        when(start, end) if moved else "", await _place(known) if elsewhere else "",
        _words(known["note"]) != _words(true["note"]),
    )  # fmt: skip


async def _place(known: dict[str, str]) -> str:
    """The place as it was said."""
    if known["remote"]:
        return _("À distance")
    commune = await Commune.get_or_none(insee=known["commune"])
    said = ", ".join(part for part in (known["place"], commune.label if commune else "") if part)
    return said or _("lieu non précisé")


def _words(text: str) -> list[str]:
    """The words alone, without accents, capitals and signs."""
    return "".join(sign if sign.isalnum() else " " for sign in fold(text)).split()
