"""Shapes of the board's forms."""

from pydantic import BaseModel, Field

from campaigns.board.models import DeliveryState
from civic.people.forms import Name


class MarkForm(BaseModel):
    """Many deliveries at once."""

    ids: list[int] = Field(default_factory=list, max_length=2000)
    state: DeliveryState


class AddressForm(BaseModel):
    """Where a reward goes."""

    recipient: Name
    address: str = Field(min_length=8, max_length=400)
