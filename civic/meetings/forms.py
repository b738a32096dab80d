"""What people write about meetings."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, EmailStr, Field, field_validator

from civic import clock
from civic.errors import Invalid
from civic.i18n import _
from civic.meetings.attendance import Coming
from civic.meetings.models import ItemKind
from civic.people.forms import Name
from civic.web.moments import Moment

MOST_DATES = 10
FURTHEST = timedelta(days=730)


def _to_come(moment: datetime) -> datetime:
    if not clock.now() < moment < clock.now() + FURTHEST:
        raise Invalid(_("Choisissez un moment à venir, dans les deux ans."))
    return moment


MomentToCome = Annotated[Moment, AfterValidator(_to_come)]


class MeetingForm(BaseModel):
    """A meeting; without `starts_at` its date is still looked for. `lasts` in minutes, `quorum_percent` of 100."""

    title: str = Field(min_length=5, max_length=120)
    call_text: str = Field("", max_length=10_000)
    starts_at: Moment | None = None
    lasts: int = Field(90, ge=15, le=720)
    place: str = Field("", max_length=200)
    remote_url: str = Field("", max_length=400)
    quorum_percent: int = Field(0, ge=0, le=100)
    proxies_most: int = Field(0, ge=0, le=10)
    notice_days: int = Field(0, ge=0, le=90)
    chair_id: int | None = None
    secretary_id: int | None = None

    @field_validator("remote_url")
    @classmethod
    def _is_a_link(cls, written: str) -> str:
        if written and not written.startswith("https://"):
            raise Invalid(_("Écrivez une adresse complète, qui commence par https://."))
        return written


class CancelForm(BaseModel):
    """Why a meeting does not take place; everybody expected reads it."""

    reason: str = Field(min_length=5, max_length=500)


class DateLine(BaseModel):
    """A date to propose; `lasts` in minutes."""

    starts_at: MomentToCome
    lasts: int = Field(ge=15, le=720)


class PollForm(BaseModel):
    """Until when one says which dates suit; the dates themselves are lines (`poll.read_dates`)."""

    until: MomentToCome | None = None


class ItemForm(BaseModel):
    """A point of the agenda; `minutes` long."""

    title: str = Field(min_length=3, max_length=160)
    kind: ItemKind = ItemKind.DISCUSSION
    minutes: int = Field(10, ge=0, le=480)
    speaker: str = Field("", max_length=120)
    explanation: str = Field("", max_length=5_000)
    decision_id: int | None = None


class ProposalForm(BaseModel):
    """A point that a member proposes."""

    title: str = Field(min_length=3, max_length=160)
    kind: ItemKind = ItemKind.DISCUSSION
    minutes: int = Field(10, ge=5, le=240)
    explanation: str = Field("", max_length=2_000)


class DeclineForm(BaseModel):
    """Why a proposed point is not taken."""

    reason: str = Field(min_length=5, max_length=500)


class AnswerForm(BaseModel):
    """Whether one comes; `holder_id` is the person who carries her proxy. `pour`: for which seat, when it is not the
    only one."""

    coming: Coming
    holder_id: int | None = None


class GuestForm(BaseModel):
    """Somebody who is invited without a seat."""

    name: Name
    email: EmailStr | None = None
