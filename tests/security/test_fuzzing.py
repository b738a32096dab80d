"""Every form of the site filled with what nobody types: never a breakdown, never a trace of one, and the books agree.

Bounded: so many tries for each role on one engine, drawn with a seed that a failure names. Longer: CIVIC_TEST_FUZZ=20
(twenty times as many, on both engines), another draw: CIVIC_TEST_FUZZ_SEED=7.
"""

from __future__ import annotations

import logging
import os
import random
import traceback
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlsplit

import httpx2
import pytest
from starlette.routing import Route
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from civic import database as db
from civic import jobs, slots
from civic.committees.models import Seat
from civic.i18n import speaking
from civic.people import service as people
from civic.people.middleware import cookie_name
from civic.people.models import Person
from civic.settings import Settings
from tests.client import check_page
from tests.factories import a_person
from tests.test_permissions import all_routes, gate, somebody, world

ROUNDS = int(os.environ.get("CIVIC_TEST_FUZZ", "1"))
SEED = int(os.environ.get("CIVIC_TEST_FUZZ_SEED", "20261124"))
Test = TypeVar("Test", bound=Callable[..., object])
TRIES = 260
PAGES = 25
"""Every so many pages one is read as strictly as everywhere else: that takes longer than making it."""
ANSWERS = {303, 400, 403, 404, 409, 410, 413, 422, 429}
MACHINES = {"payments.webhook"}
"""Who is refused there reads no page."""
BEYOND = {"recurring.card"}
"""This world’s support is unknown to the gateway, which is then said to be out of reach (503)."""
BEYOND_JOBS = {"method_unneeded", "pledge_abandoned"}
"""What is asked of the gateway afterwards about cards and pages that it never saw."""
ENDS = ("people.sign_out", "people.erase")
"""What would leave the rest to a visitor."""
HOSTILE = (
    "", " ", "x" * 10_000, "é" * 200_000, "a\0b", "😀" * 40, "\u202eeuros 001\u202c", "\u0301" * 60, "-1", "0", "1" + "0" * 30, "-" + "9" * 40,
    "NaN", "Infinity", "1e309", "1,5,0", "٣", "²", "true", "[]", '{"a": [1]}', "[[1], [2]]", "null", "2026-02-30",
    "9999-12-31", "0000-00-00", "0001-01-01T00:00", "25:61", "999999999999999999", "1", "2", "3", "<script>1</script>",
    "' OR 1=1 --", "../../etc/passwd", "%00", "http://[::1", "a@b", "\r\nBcc: x@y.fr", "\ufeff", "\ud7ff\ue000\uffff",
)  # fmt: skip
RAW = (b"%ED%A0%80", b"%FF%FE", b"%C0%80", b"%", b"%u0041")
"""Half of a pair, bytes that are no UTF-8, an overlong NUL, escapes that are none."""
__all__ = ["gate"]


@dataclass
class Target:
    """A form: where it is sent, and what it holds as the page shows it."""

    path: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)


class Forms(HTMLParser):
    """The forms of a page that are sent by POST."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Target] = []
        self._now: Target | None = None
        self._select = ""

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attrs = {name: value or "" for name, value in given}
        if tag == "form":
            self._now = Target(attrs.get("action", "")) if attrs.get("method", "").lower() == "post" else None
            if self._now:
                self.found.append(self._now)
        elif self._now is None:
            return
        elif tag == "select":
            self._select = attrs.get("name", "")
            self._now.fields.setdefault(self._select, [])
        elif tag == "option" and self._select:
            self._now.fields[self._select].append(attrs.get("value", ""))
        elif tag in ("input", "textarea", "button") and attrs.get("name"):
            if attrs.get("type") == "file":
                self._now.files.add(attrs["name"])
            else:
                self._now.fields.setdefault(attrs["name"], []).append(attrs.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        self._now = None if tag == "form" else self._now
        self._select = "" if tag == "select" else self._select


class Site:
    """The site as one role sees it, with all its forms."""

    def __init__(self, app: ASGIApp, settings: Settings, places: dict[str, Any]) -> None:
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=True)
        self.browser = httpx2.AsyncClient(transport=transport, base_url="http://testserver")
        self.routes, self.places = all_routes(settings), places
        self.targets: dict[str, list[Target]] = defaultdict(list)

    async def enter(self, person: Person) -> None:
        self.browser.cookies.set(cookie_name(), await people.open_session(person, "tests"))

    async def look(self) -> None:
        """Every page there is, for its forms; what writes and is on no page is sent to all the same."""
        for name, route in self.routes.items():
            path = self.path(name, route)
            if path and "GET" in (route.methods or ()):
                self._read(await self.browser.get(path))
        for name, route in self.routes.items():
            path = self.path(name, route)
            if path and "POST" in (route.methods or ()) and name not in self.targets:
                self.targets[name].append(Target(path, {"id": ["1"], "name": ["x"], "reason": ["x"]}))

    def path(self, name: str, route: Route) -> str:
        """Its address around the initiative of this world."""
        values = self.places.get(name) or self.places.get(name.partition(".")[0]) or {}
        wanted = route.param_convertors
        return str(route.url_path_for(name, **{key: values[key] for key in wanted})) if set(wanted) <= set(values) else ""

    def _read(self, answer: httpx2.Response) -> None:
        if answer.status_code != 200 or not answer.headers.get("content-type", "").startswith("text/html"):
            return
        forms = Forms()
        forms.feed(answer.text)
        for target in forms.found:
            name = self._route_of(urlsplit(target.path).path)
            known = {one.path for one in self.targets[name]} if name else set()
            if name and target.path not in known and len(known) < 4:
                self.targets[name].append(target)

    def _route_of(self, path: str) -> str:
        for name, route in self.routes.items():
            if "POST" in (route.methods or ()) and route.path_regex.match(path):
                return name
        return ""


def body_of(target: Target, chance: random.Random) -> tuple[str, bytes, str]:
    """What is sent instead of what the page would send: its description, its bytes, its kind."""
    pairs = [(name, chance.choice(values or [""])) for name, values in target.fields.items()]
    way = chance.choice(("one", "one", "one", "all", "twice", "missing", "none", "raw", "array", "strange", "file"))
    victim = chance.choice(pairs)[0] if pairs else "x"
    evil = chance.choice(HOSTILE)
    if way == "one":
        pairs = [(name, evil if name == victim else value) for name, value in pairs]
    elif way == "all":
        pairs = [(name, chance.choice(HOSTILE)) for name, _value in pairs]
    elif way == "twice":
        pairs += [(victim, evil), (victim, chance.choice(HOSTILE))]
    elif way == "missing":
        pairs = [pair for pair in pairs if pair[0] != victim]
    elif way == "array":
        pairs = [(f"{name}[]" if name == victim else name, value) for name, value in pairs] + [(f"{victim}[0][a]", evil)]
    elif way == "strange":
        pairs += [("is_admin", "1"), ("id", evil), ("__proto__", "1"), ("_", evil)]
    elif way == "none":
        pairs = []
    said = f"{way}: {victim}={evil[:30]!r}"
    if target.files or way == "file":
        return said, *_parts(pairs, target.files or {victim}, chance)
    sent = "&".join(f"{quote_plus(name)}={quote_plus(value, errors='surrogatepass')}" for name, value in pairs).encode()
    if way == "raw":
        sent += b"&" + quote_plus(victim).encode() + b"=" + chance.choice(RAW)
    return said, sent, "application/x-www-form-urlencoded"


def _parts(pairs: list[tuple[str, str]], files: set[str], chance: random.Random) -> tuple[bytes, str]:
    """The same as parts, with files that are none, or without them."""
    lines = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in pairs]
    for name in sorted(files):
        content = chance.choice((b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"%PDF-1.7\n", b"\0" * 400, None))
        if content is not None:
            head = f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="../\u202ex.png"\r\nContent-Type: image/png\r\n\r\n'
            lines.append(head.encode() + content + b"\r\n")
    return b"".join(lines) + b"--b--\r\n", "multipart/form-data; boundary=b"


async def answered(site: Site, name: str, target: Target, sent: bytes, kind: str) -> tuple[str, httpx2.Response]:
    """What is wrong with the answer, if anything."""
    headers = {"sec-fetch-site": "same-origin", "content-type": kind}
    try:
        answer = await site.browser.post(target.path, content=sent, headers=headers)
    except Exception as error:  # a breakdown: in a real installation the page that tells nothing
        return "".join(traceback.format_exception(error)[-4:]), httpx2.Response(500)
    if answer.status_code not in ANSWERS | ({503} if name in BEYOND else set()):
        return f"{answer.status_code}", answer
    if answer.status_code == 303 or name in MACHINES:
        return "", answer
    return ("" if "<h1" in answer.text else f"{answer.status_code} without a page"), answer


@pytest.fixture
async def errors() -> AsyncIterator[list[str]]:
    """What was logged as an error, by whatever logger."""
    found: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    with capture_logs() as logged:
        yield found
        wrong = [one for one in logged if one["log_level"] in ("error", "critical")]
        found += [str(one) for one in wrong if one.get("job") not in BEYOND_JOBS]
    logging.getLogger().removeHandler(handler)
    assert not found, found[:3]


def _on(engine: str) -> Callable[[Test], Test]:
    """One engine each in the daily run, both in the long one."""
    return pytest.mark.one_engine(engine) if ROUNDS == 1 else lambda test: test


@_on("postgres")
async def test_a_lead_breaks_no_form(app: ASGIApp, gate: object, settings: Settings, errors: list[str]) -> None:
    await every_form("lead", app, settings)


@_on("sqlite")
async def test_an_animator_breaks_no_form(app: ASGIApp, gate: object, settings: Settings, errors: list[str]) -> None:
    await every_form("animator", app, settings)


@_on("sqlite")
async def test_a_member_breaks_no_form(app: ASGIApp, gate: object, settings: Settings, errors: list[str]) -> None:
    await every_form("member", app, settings)


async def every_form(role: str, app: ASGIApp, settings: Settings) -> None:
    """Whatever somebody of this role types."""
    lead = await a_person("Anne-Marie Lopez")
    site = Site(app, settings, await world(lead))
    person = await somebody(role, lead) if role != "member" else (await _member(lead))
    assert person
    await site.enter(person)
    await site.look()
    before = await problems()
    chance = random.Random(f"{SEED} {role} {db.dialect()}")
    names, wrong, pages = sorted(set(site.targets) - set(ENDS)), [], 0
    for number in range(TRIES * ROUNDS):
        if number % len(names) == 0:
            chance.shuffle(names)
        name = names[number % len(names)]
        target = chance.choice(site.targets[name])
        said, sent, kind = body_of(target, chance)
        trouble, answer = await answered(site, name, target, sent, kind)
        if trouble:
            wrong.append(f"{name} {target.path} {said}: {trouble}")
        pages += answer.status_code == 422
        if answer.status_code == 422 and pages % PAGES == 1:
            check_page(f"{name} {said}", answer.text)
        await db.execute("DELETE FROM rate_count")
    assert not wrong, f"seed {SEED}, {role}, {db.dialect()}: {len(wrong)}\n" + "\n".join(wrong[:40])
    assert pages > TRIES // 20, "what was sent reached the forms"
    await jobs.run_due(schedules=False)
    assert await jobs.dead_letters() == []
    assert set(await problems()) <= set(before), "what must always hold still holds"


async def problems() -> list[str]:
    """What `civic verify` says of all but money, for the money of this world was never moved, only written down."""
    ours = [check for check in slots.verifications if check.__module__.startswith("civic.")]
    assert ours
    with speaking("fr"):  # whatever the last form made of the language
        return [problem for check in ours for problem in await check()]


async def _member(lead: Person) -> Person:
    """Somebody who sits in the lead's committee and runs nothing."""
    seat = await Seat.exclude(person_id=lead.id).filter(is_facilitator=False).order_by("id").select_related("person").first()
    assert seat
    return seat.person
