"""Visitors' pages kept in memory: exactly what would be made again, or not used.

A page is answered from memory when nothing it was made of can have changed: the address, the language, the look, the
block asked for and the compression are its key; `database.version()` was the same when it began to be made, so that no
transaction was committed since, by any process; and the clock has not come to the moment at which the page would
change. Who carries a session, a message or any other cookie is not a visitor. See
docs/decisions/0008-pages-from-memory.md.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from civic import clock, database

HARMLESS_COOKIES = {"langue", "theme"}
MOST_BYTES = 32 * 1024 * 1024
LONGEST_QUERY = 400
LONGEST = timedelta(hours=1)

Key = tuple[object, ...]


@dataclass(slots=True, frozen=True)
class Kept:
    """A page as it was answered, what it was made of, and from when to when it is true."""

    version: str
    since: datetime
    until: datetime
    headers: list[tuple[bytes, bytes]]
    body: bytes
    etag: str
    route: Route


class PageMemory:
    """Answers visitors' GETs of the routes named `names` from memory; everything else passes through."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute], names: Iterable[str], most: int = MOST_BYTES) -> None:
        wanted = set(names)
        self.app = app
        self.most = most
        self.routes = [route for route in routes if isinstance(route, Route) and route.name in wanted]
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._bytes = 0
        self._making: dict[Key, asyncio.Event] = {}
        self._asking: asyncio.Task[str] | None = None
        self._next: asyncio.Task[str] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = self._key(scope)
        if key is None:
            return await self.app(scope, receive, send)
        version = await self._version()
        page = self._find(key, version)
        if page is None and (first := self._making.get(key)):
            await first.wait()
            page = self._find(key, version)
        if page is None:
            return await self._make(key, version, scope, receive, send)
        scope["route"] = page.route
        await _answer(page, Request(scope), send)

    async def _version(self) -> str:
        """The database's version at a moment after this call began; who asks meanwhile shares one question."""
        if database.dialect() == "sqlite":
            return await database.version()
        if self._next is None:
            self._next = asyncio.create_task(self._ask(self._asking))
        return await asyncio.shield(self._next)

    async def _ask(self, earlier: asyncio.Task[str] | None) -> str:
        """Wait for the question under way, which began before these callers came, then ask for all of them."""
        if earlier:
            await asyncio.wait([earlier])
        self._asking, self._next = self._next, None
        return await database.version()

    def _key(self, scope: Scope) -> Key | None:
        """What tells one page from another; None when the answer is not for every visitor."""
        if scope["type"] != "http" or scope["method"] != "GET" or len(scope["query_string"]) > LONGEST_QUERY:
            return None
        if not any(route.path_regex.match(scope["path"]) for route in self.routes):
            return None
        request = Request(scope)
        if not HARMLESS_COOKIES.issuperset(request.cookies):
            return None
        asked = tuple(request.headers.get(name) for name in ("host", "accept-encoding", "hx-request", "hx-target"))
        return scope["path"], scope["query_string"], request.state.locale, request.state.theme, asked

    def _find(self, key: Key, version: str) -> Kept | None:
        page = self._kept.get(key)
        if page is None or page.version != version or not page.since <= clock.glance() < page.until:
            return None
        self._kept.move_to_end(key)
        return page

    async def _make(self, key: Key, version: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the page be made, and keep it; who asks for the same meanwhile waits for this one."""
        mine = self._making.setdefault(key, asyncio.Event())
        answer = _Answer()
        try:
            with clock.watched(LONGEST) as watch:
                await self.app(scope, receive, answer.take)
            page = answer.page(version, watch.since, watch.until, scope.get("route"), self.routes)
            if page:
                self._keep(key, page)
        finally:
            mine.set()
            if self._making.get(key) is mine:
                del self._making[key]
        if page:
            await _answer(page, Request(scope), send)
        else:
            await answer.pass_on(send)

    def _keep(self, key: Key, page: Kept) -> None:
        old = self._kept.pop(key, None)
        self._bytes += len(page.body) - (len(old.body) if old else 0)
        self._kept[key] = page
        while self._bytes > self.most:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.body)


class _Answer:
    """What the application sends, held back until it is whole."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def take(self, message: Message) -> None:
        self.messages.append(message)

    async def pass_on(self, send: Send) -> None:
        for message in self.messages:
            await send(message)

    def page(
        self, version: str, since: datetime, until: datetime, route: object, routes: Sequence[Route]
    ) -> Kept | None:
        """The answer as a page to keep; None for an error, a redirect or an answer that sets a cookie."""
        if not self.messages or self.messages[0].get("status") != 200 or not isinstance(route, Route):
            return None
        headers = MutableHeaders(raw=list(self.messages[0]["headers"]))
        if route not in routes or "set-cookie" in headers:
            return None
        body = b"".join(message.get("body", b"") for message in self.messages[1:])
        etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        headers["ETag"] = etag
        headers["Content-Length"] = str(len(body))
        headers["Cache-Control"] = "private, no-cache"
        return Kept(version, since, until, headers.raw, body, etag, route)


async def _answer(page: Kept, request: Request, send: Send) -> None:
    """Send the page, or 304 to a browser that has this very one."""
    known = request.headers.get("if-none-match", "")
    if page.etag in (mark.strip().removeprefix("W/") for mark in known.split(",")):
        headers = [pair for pair in page.headers if pair[0] not in (b"content-length", b"content-type")]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": list(page.headers)})
    await send({"type": "http.response.body", "body": page.body})
