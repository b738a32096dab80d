"""Shapes of the forms about lifts."""

from typing import Literal

from pydantic import BaseModel, Field

from civic.errors import Invalid
from civic.i18n import _
from civic.places import queries as communes
from civic.places.models import Commune
from volunteering.lifts.models import Lift
from volunteering.lifts.service import MOST_SEATS


class LiftForm(BaseModel):
    """« J’ai 2 places depuis Villars », « Je cherche une place depuis Trévoux »."""

    what: Literal["offers", "seeks"]
    seats: int | None = Field(None, ge=1, le=MOST_SEATS)
    commune: str = Field(min_length=2, max_length=80)
    note: str = Field("", max_length=160)

    def places(self) -> int:
        """How many seats are offered, 0 when one is sought. Raises Invalid."""
        if self.what == "seeks":
            return 0
        if not self.seats:
            raise Invalid(_("Écrivez combien de places vous avez."), field="seats")
        return self.seats

    async def meant(self) -> Commune:
        """Where she leaves from. Raises Invalid when it is not understood."""
        return await communes.commune_meant(self.commune)


class WordForm(BaseModel):
    """A word to whoever offers or seeks a seat; `address`: she may know the writer's."""

    cle: str = Field(min_length=8, max_length=64)
    message: str = Field(min_length=2, max_length=600)
    address: bool = False


def filled(lift: Lift | None, *, wants: bool, home: Commune | None) -> dict[str, object]:
    """The form as it stands: what she said already, else what we know of her."""
    if lift is None:
        return {"what": "seeks" if wants else "", "commune": communes.full_label(home) if home else ""}
    return {
        "what": "offers" if lift.seats else "seeks", "seats": lift.seats or "", "note": lift.note,
        "commune": communes.full_label(lift.commune),
    }  # fmt: skip
