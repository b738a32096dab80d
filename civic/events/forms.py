"""The form of a gathering."""

from datetime import date, time

from pydantic import BaseModel, Field


class CancelForm(BaseModel):
    """Why a gathering does not take place, for who meant to come."""

    reason: str = Field(min_length=3, max_length=300)


class EventForm(BaseModel):
    """What a lead announces."""

    title: str = Field(min_length=3, max_length=80)
    summary: str = Field("", max_length=400)
    day: date
    start: time
    end: time
    place: str = Field(min_length=2, max_length=200)
    capacity: int | None = Field(None, ge=1, le=100_000)
