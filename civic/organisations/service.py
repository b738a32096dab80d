"""Verbs of organisations."""

from datetime import date
from typing import Any

from civic import clock
from civic.database import transaction
from civic.organisations.models import Organisation, OrganisationKind, Representative
from civic.people.models import Person
from civic.places.folding import fold, slug


async def register(name: str, kind: OrganisationKind, **values: Any) -> Organisation:
    """An organisation joins the directory."""
    present = clock.now()
    async with transaction():
        return await Organisation.create(
            name=name, name_folded=fold(name), slug=await free_slug(name), kind=kind, created_at=present,
            updated_at=present, **values,
        )  # fmt: skip


async def name_representative(
    organisation: Organisation, person: Person, *, titular: bool = True, from_on: date | None = None
) -> Representative:
    """A person speaks for an organisation from a day on: a hat she may wear (PRODUCT A4)."""
    return await Representative.create(
        organisation=organisation, person=person, is_titular=titular, from_on=from_on or clock.today()
    )


async def free_slug(name: str) -> str:
    """An address for this name that nobody has yet."""
    base = slug(name)[:100] or "organisation"
    taken = {row.slug for row in await Organisation.filter(slug__startswith=base).only("id", "slug")}
    return next(one for one in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)
