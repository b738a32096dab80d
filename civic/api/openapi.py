"""The OpenAPI document, made of the types that are answered: no copy that could say something else."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from civic.api.asking import INSEE, MOST, USUAL, filters_of, key_pattern
from civic.api.kinds import Kind, Licence, Listing, One, Said
from civic.i18n import speaking
from civic.initiatives.topics import TOPICS
from civic.settings import settings
from civic.web import urls
from civic.web.problems import MEDIA_TYPE

VERSION = "1.0.0"
ABOUT = (
    "What the public pages say, to read: no key, no cookie, any origin. Lists come in the order of their key: follow "
    "`links.next`. Moments are UTC, amounts are whole cents. Keep the ETag and ask with If-None-Match. Counters "
    "(places, gauges) move without `updated_at`. No personal data."
)
REFUSALS = {
    "400": "The address asks for something that there is not.", "404": "There is nothing here.",
    "406": "Not said in the format that was asked for.", "429": "Too often within a minute: see Retry-After.",
}  # fmt: skip
SCHEMAS = "#/components/schemas/{model}"


class Problem(BaseModel):
    """A refusal (RFC 9457): `detail` is one sentence for a person."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    status: int
    detail: str


class List(Said):
    """A list there is."""

    name: str
    title: str
    what: str
    url: str
    csv_url: str
    filters: list[str]


class Door(Said):
    """What there is to read."""

    openapi_url: str
    about_url: str
    lists: list[List]
    licence: Licence


def door(kinds: Sequence[Kind]) -> Door:
    """The first page, in the reader's language."""
    lists = [
        List(
            name=kind.name, title=kind.title(), what=kind.what(), url=urls.absolute("api.several", kind=kind.name),
            csv_url=urls.absolute("api.sheet", kind=kind.name), filters=filters_of(kind),
        )
        for kind in kinds
    ]  # fmt: skip
    about = urls.absolute("api.about")
    return Door(openapi_url=urls.absolute("api.document"), about_url=about, lists=lists, licence=Licence())


def written(kinds: Sequence[Kind]) -> bytes:
    """The document as JSON, the same for everybody."""
    with speaking("en"):
        return json.dumps(document(kinds), ensure_ascii=False).encode()


def document(kinds: Sequence[Kind]) -> dict[str, Any]:
    """The document (OpenAPI 3.1)."""
    answered: list[type[BaseModel]] = [Door, Problem]
    paths: dict[str, Any] = {
        urls.path("api.index"): {"get": _get("index", "What there is to read", [], _json(Door))},
    }  # fmt: skip
    for kind in kinds:
        several, single = Listing[kind.item], One[kind.item]  # type: ignore[name-defined]
        answered += [several, single]
        filters = [_filter(name) for name in filters_of(kind)]
        asks = [_query("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}), _after(kind)]
        below = urls.path("api.several", kind=kind.name)
        said = {"tags": [kind.name], "description": kind.item.__doc__}
        paths[below] = {"get": _get(f"list_{kind.name}", kind.what(), [*asks, *filters], _json(several)) | said}
        paths[f"{below}/{{id}}"] = {"get": _get(f"get_{kind.name}", kind.title(), [_key(kind)], _json(single)) | said}
        sheet = {"text/csv": {"schema": {"type": "string"}}}
        csv_path = urls.path("api.sheet", kind=kind.name)
        paths[csv_path] = {"get": _get(f"sheet_{kind.name}", kind.what(), filters, sheet) | said}
    mode: JsonSchemaMode = "serialization"
    _names, schemas = models_json_schema([(model, mode) for model in answered], ref_template=SCHEMAS)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": settings().site_name, "version": VERSION, "description": ABOUT,
            "license": {"name": Licence().name, "url": Licence().url},
            "contact": {"url": urls.absolute("api.about")},
        },
        "servers": [{"url": settings().base_url}],
        "paths": paths,
        "components": {"schemas": schemas["$defs"], "headers": HEADERS},
    }  # fmt: skip


HEADERS: dict[str, Any] = {
    "ETag": {"description": "The mark of this very answer.", "schema": {"type": "string"}},
    "Last-Modified": {"description": "When the latest of it changed, if known.", "schema": {"type": "string"}},
    "Link": {"description": "The next page, as `links.next`.", "schema": {"type": "string"}},
    "Retry-After": {"description": "In so many seconds.", "schema": {"type": "integer"}},
}  # fmt: skip


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": SCHEMAS.format(model=_word(model))}}}


def _word(model: type[BaseModel]) -> str:
    """What pydantic calls a type in the schema: `Listing[EventItem]` is `Listing_EventItem_`."""
    return "".join(sign if sign.isalnum() else "_" for sign in model.__name__)


def _get(name: str, summary: str, parameters: list[dict[str, Any]], content: dict[str, Any]) -> dict[str, Any]:
    refusal = {MEDIA_TYPE: {"schema": {"$ref": SCHEMAS.format(model="Problem")}}}
    told = {one: {"$ref": f"#/components/headers/{one}"} for one in ("ETag", "Last-Modified", "Link")}
    answers: dict[str, Any] = {"200": {"description": "It.", "content": content, "headers": told}}
    answers["304"] = {"description": "You have this very one."}
    answers |= {status: {"description": said, "content": refusal} for status, said in REFUSALS.items()}
    answers["429"]["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return {"operationId": name, "summary": summary, "parameters": parameters, "responses": answers}


def _query(name: str, schema: dict[str, Any], said: str = "") -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": said}


def _after(kind: Kind) -> dict[str, Any]:
    return _query("after", {"type": "string", "pattern": key_pattern(kind)}, "The key of the last thing received.")


def _key(kind: Kind) -> dict[str, Any]:
    return {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": key_pattern(kind)}}


def _filter(name: str) -> dict[str, Any]:
    known: dict[str, tuple[dict[str, Any], str]] = {
        "commune": ({"type": "string", "pattern": INSEE}, "An INSEE code."),
        "topic": ({"type": "string", "enum": list(TOPICS)}, "A topic of the initiatives."),
        "updated_since": ({"type": "string", "format": "date-time"}, "Changed at this moment or since."),
    }  # fmt: skip
    schema, said = known[name]
    return _query(name, schema, said)

