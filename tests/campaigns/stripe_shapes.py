"""The shape of Stripe’s objects, read from the SDK, and a check of an answer against it."""

import ast
import inspect
import sys
import types
import typing
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any, Union

import stripe
from stripe._list_object import ListObject
from stripe._object_classes import get_object_class
from stripe._stripe_object import StripeObject, UntypedStripeObject


class _Names(dict[str, Any]):
    """What an annotation may name: the module's own names, and those it imports for type checkers only."""

    def __init__(self, module: types.ModuleType) -> None:
        super().__init__()
        self.module = module
        self.imported = _imports(module.__name__)

    def __missing__(self, name: str) -> Any:
        if hasattr(self.module, name):
            return getattr(self.module, name)
        if name in self.imported:
            origin, original = self.imported[name]
            return getattr(import_module(origin), original)
        raise KeyError(name)


@cache
def _imports(module: str) -> dict[str, tuple[str, str]]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


@cache
def _fields(cls: type) -> dict[str, Any]:
    module = sys.modules[cls.__module__]
    alone = types.SimpleNamespace(__annotations__=cls.__annotations__)  # without those of its bases
    hints = typing.get_type_hints(alone, globalns={}, localns=_Names(module))
    own = [name for name in cls.__annotations__ if not name.startswith("_") and name.isidentifier()]
    return {name: hints[name] for name in own if typing.get_origin(hints[name]) is not typing.ClassVar}


def problems(value: Any, kind: Any, where: str) -> Iterator[str]:
    """Everything in which a value differs from its declared type."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return
    if origin in (Union, types.UnionType):
        yield from _union_problems(value, arguments, where)
    elif origin is typing.Literal:
        if value not in arguments:
            yield f"{where}: {value!r} is none of {arguments}"
    elif origin is list:
        yield from _list_problems(value, arguments[0], where)
    elif origin is ListObject:
        yield from _list_problems(
            value.get("data") if isinstance(value, dict) else value, arguments[0], where
        )
    elif origin is UntypedStripeObject or kind is UntypedStripeObject:
        if not isinstance(value, dict):
            yield f"{where}: {value!r} is no object"
    elif isinstance(kind, type) and issubclass(kind, StripeObject):
        yield from _object_problems(value, kind, where)
    elif not isinstance(value, (int, float) if kind is float else kind) or (kind is int and value is True):
        yield f"{where}: {value!r} is no {kind}"


def _union_problems(value: Any, choices: tuple[Any, ...], where: str) -> Iterator[str]:
    if value is None and type(None) in choices:
        return
    closed = any(typing.get_origin(choice) is typing.Literal for choice in choices)
    found = []
    for choice in choices:
        if choice is type(None) or (closed and choice is str):
            continue
        found = list(problems(value, choice, where))
        if not found:
            return
    yield from found or [f"{where}: {value!r} is not allowed"]


def _list_problems(value: Any, kind: Any, where: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{where}: {value!r} is no list"
        return
    for index, item in enumerate(value):
        yield from problems(item, kind, f"{where}[{index}]")


def _object_problems(value: Any, cls: type, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: {value!r} is no object"
        return
    fields = _fields(cls)
    yield from (f"{where}.{name}: Stripe knows no such field" for name in value if name not in fields)
    for name, kind in fields.items():
        if name in value:
            yield from problems(value[name], kind, f"{where}.{name}")
        elif type(None) not in typing.get_args(kind):
            yield f"{where}.{name}: missing"


def check_answer(body: dict[str, Any]) -> None:
    """Fail with every difference between an answer and the SDK's idea of it."""
    if body.get("deleted"):
        return
    items = body["data"] if body["object"] == "list" else [body]
    for item in items:
        shaped = stripe.LineItem if item["object"] == "item" else get_object_class("V1", item["object"])
        assert shaped is not StripeObject, f"The SDK knows no {item['object']}"
        found = list(problems(item, shaped, item["object"]))
        assert not found, "\n".join(found)
        if item["object"] == "event":
            check_answer(item["data"]["object"])
