"""What people write in the room."""

from pydantic import BaseModel, Field

from civic.people.forms import Name


class CameForm(BaseModel):
    """Who sits at the place: empty means who is expected."""

    came: int | None = None


class DeskForm(BaseModel):
    """Who presides, who writes."""

    chair: int | None = None
    secretary: int | None = None


class GuestForm(BaseModel):
    """Somebody who listens; `cle` makes a resent form harmless."""

    name: Name
    cle: str = Field(min_length=8, max_length=64)


class SeatForm(BaseModel):
    """A seat taken since the convocation."""

    seat: int


class GoingForm(BaseModel):
    """Who goes home, from the list, and to whom she leaves her voice; empty for nobody."""

    line: int | None = None
    holder: int | None = None


class DoorForm(BaseModel):
    """Which line of the sheet somebody without an account says she is."""

    line: int | None = None


class CodeForm(BaseModel):
    """The six figures read out in the room."""

    code: str = Field(min_length=4, max_length=12)


class PointForm(BaseModel):
    """The point to turn to."""

    item: int


class VoteForm(BaseModel):
    """For how many minutes a vote is open in the room."""

    minutes: int = 5


class NotesForm(BaseModel):
    """The minutes of a point, over the version that was read; `auto`: written by itself while somebody types."""

    text: str = Field("", max_length=20_000)
    version: int = Field(0, ge=0)
    auto: bool = False


class ShareForm(BaseModel):
    """For how many days the draft waits for corrections."""

    days: int = Field(10, ge=1, le=60)


class RemarkForm(BaseModel):
    """What to correct; empty takes it back."""

    text: str = Field("", max_length=1000)


class ApproveForm(BaseModel):
    """The meeting that approves."""

    at: int
