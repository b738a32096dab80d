"""Finding a kind, and a thing of it, by their words in an address."""

from typing import Any

from starlette.requests import Request

from civic import slots
from civic.api.asking import key_meant
from civic.api.kinds import Kind
from civic.errors import NotFound
from civic.i18n import _


def all_kinds() -> list[Kind]:
    """Every kind there is, in the order in which they were handed in."""
    return [kind for fill in slots.open_data for kind in fill()]


def kind_meant(request: Request) -> Kind:
    """The kind of an address. Raises NotFound."""
    name = request.path_params["kind"]
    found = next((kind for kind in all_kinds() if kind.name == name), None)
    if found is None:
        raise NotFound(_("Il n’y a pas de liste de ce nom. Celles qu’il y a sont à /api/v1/."))
    return found


async def thing_meant(request: Request, kind: Kind) -> Any:
    """The thing of an address. Raises NotFound."""
    key = key_meant(kind, request.path_params["id"])
    row = await kind.rows().get_or_none(**{kind.key: key}) if key is not None else None
    if row is None:
        raise NotFound(_("Il n’y a rien sous ce numéro, ou ce n’est plus public."))
    return row
