"""What api.stripe.com accepts, read from the SDK itself: routes from its services, parameters from its types.

The sandbox owns no list of parameters, so it can neither fall behind the SDK nor be kinder than Stripe:
an unknown, missing, badly typed or badly spelled parameter is a 400 here as it is there.
"""

from __future__ import annotations

import ast
import decimal
import re
import types
import typing
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, NamedTuple, NotRequired, Required, Union

import stripe
import typing_extensions
from stripe._request_options import RequestOptions

from campaigns.sandbox.errors import StripeFault, invalid

Params = dict[str, Any]
_WRAPPERS = (NotRequired, Required, typing_extensions.NotRequired, typing_extensions.Required)
_LITERALS = (Literal, typing_extensions.Literal)
_UNIONS = (Union, types.UnionType)
# Names the SDK imports for type checkers only, all of them in its RequestOptions.
_UNRESOLVED = {"StripeContext": Any, "Mapping": Mapping}


class Operation(NamedTuple):
    """One thing the SDK can ask: its verb, its path with {holes}, and where its parameters are described."""

    verb: str
    path: str
    module: str | None
    name: str | None

    def describe(self) -> dict[str, Any]:
        """The parameters' types by name; empty when the operation takes none."""
        return _hints(self.module, self.name) if self.module and self.name else {}


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation of the installed SDK, several hundred of them (a quarter of a second, once)."""
    folder = Path(stripe.__file__).parent
    found: set[Operation] = set()
    for file in sorted(folder.rglob("_*_service.py")):
        found.update(_operations_of(ast.parse(file.read_text(encoding="utf-8"))))
    return tuple(sorted(found, key=lambda operation: (operation.path.count("{"), operation[:2])))


def _operations_of(tree: ast.Module) -> list[Operation]:
    imported = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    found = []
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        asked = _request_of(function)
        if asked:
            name = _params_name(function)
            found.append(Operation(*asked, imported.get(name) if name else None, name))
    return found


def _request_of(function: ast.FunctionDef) -> tuple[str, str] | None:
    for node in ast.walk(function):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr == "_request" and isinstance(node.args[0], ast.Constant):
            path = _path_of(node.args[1])
            return (str(node.args[0].value), path) if path else None
    return None


def _path_of(node: ast.expr) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _params_name(function: ast.FunctionDef) -> str | None:
    for argument in [*function.args.posonlyargs, *function.args.args]:
        if argument.arg == "params" and argument.annotation:
            match = re.search(r"\w+Params", ast.unparse(argument.annotation))
            return match.group() if match else None
    return None


@cache
def _hints(module: str, name: str) -> dict[str, Any]:
    found = typing.get_type_hints(
        getattr(import_module(module), name), localns=_UNRESOLVED, include_extras=True
    )
    return {key: kind for key, kind in found.items() if key not in RequestOptions.__annotations__}


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(path)))


def operation_for(verb: str, path: str) -> tuple[Operation, tuple[str, ...]] | None:
    """The SDK's operation behind a verb (lower case) and a path, with what fills the path's holes."""
    for operation in operations():  # fixed paths come before those with holes
        if operation.verb == verb and (match := _pattern(operation.path).fullmatch(path)):
            return operation, match.groups()
    return None


def decode(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Nested parameters from `a[b][0]=x` pairs; list indices stay keys until the type says it is a list."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        head, *rest = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
        branch = tree
        for key in [head, *rest][:-1]:
            branch = branch.setdefault(key, {})
            if not isinstance(branch, dict):
                raise invalid("Invalid object", head)
        last = [head, *rest][-1]
        branch[last or str(len(branch))] = value
    return tree


def conform(operation: Operation, raw: Mapping[str, Any]) -> Params:
    """The typed parameters of a request, or a 400 that names the wrong one."""
    return _mapping(operation.describe(), raw, "")


def _mapping(hints: dict[str, Any], raw: Any, where: str) -> Params:
    if not isinstance(raw, Mapping):
        raise invalid("Invalid object", where)
    typed: Params = {}
    for key, value in raw.items():
        name = f"{where}[{key}]" if where else key
        if key not in hints:
            raise invalid(f"Received unknown parameter: {name}", name, "parameter_unknown")
        typed[key] = _value(hints[key], value, name)
    for key, kind in hints.items():
        if key not in raw and typing.get_origin(kind) not in (NotRequired, typing_extensions.NotRequired):
            name = f"{where}[{key}]" if where else key
            raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
    return typed


def _value(kind: Any, raw: Any, name: str) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in _WRAPPERS:
        return _value(arguments[0], raw, name)
    if origin in _UNIONS:
        return _one_of(arguments, raw, name)
    if origin in _LITERALS:
        if raw not in arguments:
            allowed = ", ".join(str(argument) for argument in arguments)
            raise invalid(f"Invalid {name}: must be one of {allowed}", name)
        return raw
    if origin in (list, dict):
        return _collection(origin, arguments, raw, name)
    if typing_extensions.is_typeddict(kind):
        return _mapping(typing.get_type_hints(kind, include_extras=True), raw, name)
    return _scalar(kind, raw, name)


def _one_of(choices: tuple[Any, ...], raw: Any, name: str) -> Any:
    enums = [c for c in choices if typing.get_origin(c) in _LITERALS and typing.get_args(c) != ("",)]
    refusal: StripeFault | None = None
    for choice in choices:
        if enums and choice is str:
            continue  # the SDK leaves every enum open; Stripe does not
        try:
            return _value(choice, raw, name)
        except StripeFault as fault:
            deeper = refusal is None or len(str(fault.error.get("param"))) > len(
                str(refusal.error.get("param"))
            )
            refusal = fault if deeper or typing.get_args(choice) != ("",) else refusal
    raise refusal or invalid(f"Invalid {name}", name)


def _collection(origin: type, arguments: tuple[Any, ...], raw: Any, name: str) -> Any:
    if not isinstance(raw, Mapping):
        raise invalid(f"Invalid {'array' if origin is list else 'object'}", name)
    if origin is list:
        return [_value(arguments[0], value, f"{name}[{index}]") for index, value in enumerate(raw.values())]
    return {
        key: value if value == "" else _value(arguments[1], value, f"{name}[{key}]")
        for key, value in raw.items()
    }


def _scalar(kind: Any, raw: Any, name: str) -> Any:
    if kind in (Any, object):
        return raw
    if kind not in (str, int, float, bool, decimal.Decimal) or not isinstance(raw, str):
        raise invalid(f"Invalid {'string' if kind is str else 'object'}", name)
    if kind is str:
        if raw == "":
            raise invalid(f"You passed an empty string for '{name}'.", name, "parameter_invalid_empty")
        return raw
    if kind is bool:
        if raw not in ("true", "false"):
            raise invalid(f"Invalid boolean: {raw}", name)
        return raw == "true"
    try:
        return kind(raw)
    except (ValueError, decimal.InvalidOperation):
        label = "integer" if kind is int else "decimal"
        raise invalid(f"Invalid {label}: {raw}", name, f"parameter_invalid_{label}") from None
