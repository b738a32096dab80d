"""Lists, newest first, a page at a time, and ids replaced by what they stand for (`expand`)."""

from __future__ import annotations

from typing import Any

from campaigns.sandbox.charges import age
from campaigns.sandbox.errors import invalid
from campaigns.sandbox.store import Stored
from campaigns.sandbox.world import Params, World

PAGING = ("limit", "starting_after", "ending_before", "created", "expand")
COMPARE = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}


def page(world: World, kind: str, url: str, params: Params, **fixed: Any) -> Stored:
    """One page of a kind: `limit` (10, at most 100), `starting_after`, `created`, and equal fields."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("Invalid limit: must be between 1 and 100.", "limit")
    wanted = {name: value for name, value in params.items() if name not in PAGING and name != "types"}
    for name, value in wanted.items():
        if isinstance(value, (dict, list)):
            raise invalid(f"The sandbox does not simulate lists by {name}.", name)
    found = [
        item
        for item in world.rows.select(kind, world.account, **wanted, **fixed)
        if _when(item["created"], params.get("created"))
        and not item.get("deleted")
        and item.get("type") in (params.get("types") or [item.get("type")])
    ]
    found, more = _cut(found, limit, params)
    if kind == "balance_transaction":
        found = [age(world, line) for line in found]
    return {"object": "list", "url": url, "has_more": more, "data": found}


def _when(created: int, wanted: Any) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, int):
        return created == wanted
    return all(COMPARE[name](created, value) for name, value in wanted.items())


def _cut(found: list[Stored], limit: int, params: Params) -> tuple[list[Stored], bool]:
    if "ending_before" in params:
        newer = found[: _position(found, params["ending_before"], "ending_before")]
        return newer[-limit:], len(newer) > limit
    if "starting_after" in params:
        found = found[_position(found, params["starting_after"], "starting_after") + 1 :]
    return found[:limit], len(found) > limit


def _position(found: list[Stored], identifier: str, param: str) -> int:
    for position, item in enumerate(found):
        if item["id"] == identifier:
            return position
    raise invalid(f"No such object: '{identifier}'", param, "resource_missing")


def expand(world: World, answer: Stored, paths: list[str]) -> Stored:
    """The answer with the named ids replaced; 400 for a path that leads nowhere."""
    for path in paths:
        if path.count(".") > 3:
            raise invalid("You cannot expand more than 4 levels of a property.", "expand")
        _expand(world, answer, path.split("."), path)
    return answer


def _unfold(world: World, body: Stored, name: str) -> None:
    """The two lists that an object holds only when asked for them."""
    found, url = None, f"/v1/{name}"
    if (body.get("object"), name) == ("checkout.session", "line_items"):
        found, url = body["_lines"], f"/v1/checkout/sessions/{body['id']}/line_items"
    elif (body.get("object"), name) == ("charge", "refunds"):
        found, url = world.rows.select("refund", charge=body["id"]), f"/v1/charges/{body['id']}/refunds"
    if found is not None:
        body[name] = {"object": "list", "url": url, "has_more": False, "data": found}


def _expand(world: World, body: Any, steps: list[str], path: str) -> None:
    if isinstance(body, list):
        for item in body:
            _expand(world, item, steps, path)
        return
    if body is None:
        return
    name, *rest = steps
    _unfold(world, body, name)
    if name not in body:
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    if isinstance(body[name], str):
        found = world.rows.get(body[name])
        if found is None:
            raise invalid(f"This property cannot be expanded ({path}).", "expand")
        body[name] = found[0]
    if rest:
        _expand(world, body[name], rest, path)
