"""Addresses of open data: the lists, one thing, the same lists as CSV, and the document that describes them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from civic.api import asking, atom, openapi, pictures, sitemap
from civic.api.answers import ATOM, BY_LANGUAGE, CSV, JSON, METHODS, answer, check, preflight
from civic.api.asking import Asked
from civic.api.kinds import Kind, Licence, Links, Listing, One
from civic.api.lists import all_kinds, kind_meant, thing_meant
from civic.api.sheets import head_of, lines_of
from civic.initiatives.topics import topic_labels
from civic.places.territory import communes_of_territory
from civic.web import urls
from civic.web.page import page

Endpoint = Callable[[Request], Awaitable[Response]]
OF_A_SHEET = 500
SHEET_COUNTS = 20
"""A whole list is counted as so many questions."""


def open_to_programs(media_type: str, times: int = 1) -> Callable[[Endpoint], Endpoint]:
    """An address that other sites' pages may ask (CORS), as often as is fair, in this format."""

    def around(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def asked(request: Request) -> Response:
            if request.method == "OPTIONS":
                return preflight()
            check(request, media_type, times)
            return await endpoint(request)

        return asked

    return around


@open_to_programs(JSON)
async def index(request: Request) -> Response:
    """What there is to read."""
    asking.nothing_asked(request)
    content = openapi.door(all_kinds()).model_dump_json().encode()
    return answer(request, content, JSON, headers=BY_LANGUAGE)


@open_to_programs(JSON)
async def document(request: Request) -> Response:
    """The OpenAPI document."""
    asking.nothing_asked(request)
    return answer(request, openapi.written(all_kinds()), JSON)


@open_to_programs(JSON)
async def several(request: Request) -> Response:
    """A page of a list."""
    kind = kind_meant(request)
    wanted = asking.asked(request, kind)
    rows = await wanted.narrowed(kind).limit(wanted.limit + 1)
    shown, more = rows[: wanted.limit], len(rows) > wanted.limit
    query = {"kind": kind.name, **request.query_params}
    here = urls.absolute("api.several", **query)
    after = urls.absolute("api.several", **(query | {"after": kind.key_of(shown[-1])})) if more else None
    body = Listing[kind.item](data=await kind.told(shown), links=Links(self=here, next=after))  # type: ignore[name-defined]
    changed = [moment for moment in map(kind.changed_at, shown) if moment]
    headers = {"Link": f'<{after}>; rel="next"'} if after else {}
    content = body.model_dump_json().encode()
    return answer(request, content, JSON, changed_at=max(changed, default=None), headers=headers)


@open_to_programs(JSON)
async def one(request: Request) -> Response:
    """One thing by its key."""
    kind = kind_meant(request)
    asking.nothing_asked(request)
    row = await thing_meant(request, kind)
    body = One[kind.item](data=(await kind.told([row]))[0])  # type: ignore[name-defined]
    return answer(request, body.model_dump_json().encode(), JSON, changed_at=kind.changed_at(row))


@open_to_programs(CSV, SHEET_COUNTS)
async def sheet(request: Request) -> Response:
    """The whole list for a spreadsheet, written as it is read."""
    kind = kind_meant(request)
    wanted = asking.asked(request, kind, paged=False)
    headers = {
        "Content-Disposition": f'attachment; filename="{kind.name}.csv"', "Access-Control-Allow-Origin": "*",
        "Cache-Control": "public, max-age=300",
    }  # fmt: skip
    lines = _lines(kind, wanted) if request.method == "GET" else iter([b""])
    return StreamingResponse(lines, headers=headers, media_type="text/csv; charset=utf-8")


async def _lines(kind: Kind, wanted: Asked) -> AsyncIterator[bytes]:
    """A part of the list after the other, so that memory does not grow with it."""
    yield head_of(kind.item)
    after: int | str | None = None
    while True:
        part = Asked(OF_A_SHEET, after, wanted.commune, wanted.topic, wanted.updated_since)
        rows = await part.narrowed(kind).limit(OF_A_SHEET)
        yield lines_of(kind.item, await kind.told(rows))
        if len(rows) < OF_A_SHEET:
            return
        after = kind.key_of(rows[-1])


@open_to_programs(ATOM)
async def feed(request: Request) -> Response:
    """The latest public facts."""
    wanted = await atom.meant(request)
    address = urls.absolute("api.feed", **dict(request.query_params))
    content = atom.written(wanted, address, await atom.facts(wanted))
    return answer(request, content, ATOM, headers=BY_LANGUAGE)


async def about(request: Request) -> Response:
    """What may be read and used again, on which terms, with examples and the feeds."""
    return page(
        request, "civic/api/about.html", kinds=all_kinds(), licence=Licence(), filters_of=asking.filters_of,
        topics=list(topic_labels().items()), communes=await communes_of_territory(),
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/donnees-ouvertes", about, name="api.about"),
    Route("/flux.atom", feed, methods=METHODS, name="api.feed"),
    Route("/images/{kind}/{id}.png", pictures.picture, name="api.picture"),
    Route("/sitemap.xml", sitemap.index, name="api.sitemap"),
    Route("/sitemap-pages.xml", sitemap.doors, name="api.sitemap_doors"),
    Route("/sitemap-{kind}-{part:int}.xml", sitemap.part, name="api.sitemap_part"),
    Route("/api/v1/", index, methods=METHODS, name="api.index"),
    Route("/api/v1/openapi.json", document, methods=METHODS, name="api.document"),
    Route("/api/v1/{kind}.csv", sheet, methods=METHODS, name="api.sheet"),
    Route("/api/v1/{kind}", several, methods=METHODS, name="api.several"),
    Route("/api/v1/{kind}/{id}", one, methods=METHODS, name="api.one"),
]
