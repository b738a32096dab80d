"""Shapes of what donors and treasurers send; who a donor is: campaigns.identity."""

from typing import Annotated

from pydantic import BaseModel, StringConstraints

from campaigns.identity import DonorForm

__all__ = ["DonorForm", "ReasonForm"]


class ReasonForm(BaseModel):
    """Why a receipt is voided."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=300)]
