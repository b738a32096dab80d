"""The explorer's GET form: what the address may say."""

from typing import Literal

from pydantic import BaseModel, Field


class ExplorerForm(BaseModel):
    """A search. Unknown values of a list are ignored by the query, not refused."""

    q: str = Field("", max_length=120)
    commune: str = Field("", max_length=80)
    lieu: list[str] = Field(default_factory=list, max_length=300)
    """Only these communes (INSEE codes), whatever the distance: what a marker of the map stands for."""
    rayon: int = Field(15, ge=1, le=100)
    sujet: list[str] = Field(default_factory=list)
    facon: list[str] = Field(default_factory=list)
    etape: list[str] = Field(default_factory=list)
    sans_voiture: bool = False
    tri: Literal["", "proche", "nouveau", "bientot"] = ""
    vue: Literal["liste", "carte"] = "liste"
    apres: str = ""
