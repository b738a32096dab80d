"""Addresses by route name, for pages, mails and feeds."""

from collections.abc import Sequence

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.routing import BaseRoute, Router

from civic.settings import settings


class ShortInteger(IntegerConvertor):
    """`{id:int}` takes 18 digits at most: more would not fit a database's integers, and is no address of ours."""

    regex = "[0-9]{1,18}"


register_url_convertor("int", ShortInteger())
_router = Router()


def bind(routes: Sequence[BaseRoute]) -> None:
    """Tell which routes exist; called once by the composition."""
    global _router
    _router = Router(routes=list(routes))


def path(name: str, /, **params: object) -> str:
    """The path of a named route; parameters the route does not have become the query (None is left out)."""
    from urllib.parse import urlencode

    route_params, query = _split(name, params)
    found = str(_router.url_path_for(name, **route_params))
    pairs = [(key, value) for key, value in query.items() if value not in (None, "", [])]
    return f"{found}?{urlencode(pairs, doseq=True)}" if pairs else found


def absolute(name: str, /, **params: object) -> str:
    """The full address of a named route, for mails, feeds and payment pages."""
    return settings().base_url + path(name, **params)


def _split(name: str, params: dict[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    names = _param_names(name)
    return (
        {key: value for key, value in params.items() if key in names},
        {key: value for key, value in params.items() if key not in names},
    )


def _param_names(name: str) -> set[str]:
    for route in _router.routes:
        if getattr(route, "name", None) == name:
            return set(getattr(route, "param_convertors", {}))
    return set()
