"""Addresses by route name, for pages, mails and feeds."""

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.routing import BaseRoute, NoMatchFound, Route

from civic.settings import settings


class ShortInteger(IntegerConvertor):
    """`{id:int}` takes 18 digits at most: more would not fit a database's integers, and is no address of ours."""

    regex = "[0-9]{1,18}"


register_url_convertor("int", ShortInteger())
_named: dict[str, Route] = {}


def bind(routes: Sequence[BaseRoute]) -> None:
    """Tell which routes exist; called once by the composition. Of two routes of one name the first counts."""
    _named.clear()
    for route in routes:
        if isinstance(route, Route):
            _named.setdefault(route.name, route)


def path(name: str, /, **params: object) -> str:
    """The path of a named route; parameters the route does not have become the query (None is left out)."""
    route = _named.get(name)
    if route is None:
        raise NoMatchFound(name, params)
    if not params:
        return str(route.url_path_for(name))
    names = route.param_convertors
    found = str(route.url_path_for(name, **{key: value for key, value in params.items() if key in names}))
    pairs = [(key, value) for key, value in params.items() if key not in names and value not in (None, "", [])]
    return f"{found}?{urlencode(pairs, doseq=True)}" if pairs else found


def page_above(path: str) -> str | None:
    """The nearest page above the address of a form: /missions/x for /missions/x/creneaux/3/inscription."""
    while path := path.rpartition("/")[0]:
        for route in _named.values():
            if "GET" in (route.methods or ()) and route.path_regex.match(path):
                return path
    return None


def absolute(name: str, /, **params: object) -> str:
    """The full address of a named route, for mails, feeds and payment pages."""
    return settings().base_url + path(name, **params)
