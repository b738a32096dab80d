"""The tests' browser without a screen: every answer it gets is checked for what must hold on every page."""

import re
from typing import Any

import html5lib
import httpx2
from html5lib.constants import E as PARSE_ERRORS
from starlette.types import ASGIApp

from civic.people import service as people
from civic.people.middleware import cookie_name
from civic.people.models import Person
from civic.settings import ROOT
from tests.skeleton import skeleton

NS = "{http://www.w3.org/1999/xhtml}"
FORBIDDEN = (re.compile(r"<tortoise|&lt;tortoise|Traceback \(most recent|&lt;bound method|QuerySet object"),)
HTMX_READS = "hx-get"
SOUND: set[int] = set()
"""Skeletons of the pages this process has parsed and found nothing to say about."""
ICONS = set(re.findall(r'id="(i-\w+)"', (ROOT / "static" / "img" / "icons.svg").read_text()))


class Client(httpx2.AsyncClient):
    """An HTTP client on the application, signed in as a person or not; answers are checked as they come."""

    def __init__(self, app: ASGIApp, **options: Any) -> None:
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=True)
        super().__init__(transport=transport, base_url="http://testserver", **options)

    async def sign_in(self, person: Person) -> "Client":
        """Carry this person's session from now on."""
        self.cookies.set(cookie_name(), await people.open_session(person, "tests"))
        return self

    async def submit(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> httpx2.Response:
        """POST a form as a browser of this site does."""
        headers = {"sec-fetch-site": "same-origin", **options.pop("headers", {})}
        return await self.post(path, data=fields or {}, headers=headers, **options)

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:  # type: ignore[override]
        response = await super().send(request, **options)
        check(request, response)
        return response


def check(request: httpx2.Request, response: httpx2.Response) -> None:
    """What must hold on every answer."""
    assert "content-security-policy" in response.headers, f"no policy on {request.url}"
    assert response.headers["x-content-type-options"] == "nosniff"
    kind = response.headers.get("content-type", "")
    if request.method == "POST" and response.is_success:
        raise AssertionError(f"POST {request.url.path} answered {response.status_code}: it must redirect (303)")
    if response.is_redirect or not kind.startswith("text/html"):
        return
    for pattern in FORBIDDEN:
        assert not pattern.search(response.text), f"{request.url} leaks {pattern.search(response.text)}"
    if request.headers.get("hx-request") != "true" and "/_mail/" not in request.url.path:
        check_page(str(request.url), response.text)


def check_page(address: str, text: str) -> None:
    """A whole page: well-formed, one h1, a title, a language, links and forms that work without JavaScript.

    Once for all pages of one skeleton: what differs between them cannot be a fault.
    """
    bones = hash(skeleton(text))
    if bones not in SOUND:
        parse(address, text)
        SOUND.add(bones)


def parse(address: str, text: str) -> None:
    parser = html5lib.HTMLParser(namespaceHTMLElements=True)
    tree = parser.parse(text)
    problems = [(place, PARSE_ERRORS[code] % data) for place, code, data in parser.errors]
    assert not problems, f"{address}: {problems[:3]}"
    html = tree if tree.tag == f"{NS}html" else tree.find(f"{NS}html")
    assert html.get("lang"), f"{address}: no lang"
    assert (html.findtext(f".//{NS}title") or "").strip(), f"{address}: no title"
    assert len(html.findall(f".//{NS}h1")) == 1, f"{address}: {len(html.findall(f'.//{NS}h1'))} h1"
    ids = [element.get("id") for element in html.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), f"{address}: double id {sorted(i for i in ids if ids.count(i) > 1)[:3]}"
    for element in html.iter():
        _check_element(address, element)


def _check_element(address: str, element: Any) -> None:
    if not isinstance(element.tag, str):
        return
    for name in element.attrib:
        assert name != "style", f"{address}: style= on {element.tag}"
        assert not str(name).startswith("on"), f"{address}: {name}= on {element.tag}"
    if element.get(HTMX_READS) and element.tag == f"{NS}a":
        assert element.get("href") == element.get(HTMX_READS), f"{address}: hx-get without the same href"
    if "icons.svg#" in (element.get("href") or ""):
        name = element.get("href").rpartition("#")[2]
        assert name in ICONS, f"{address}: no icon {name} in static/img/icons.svg"
    if element.get("hx-post"):
        assert element.tag == f"{NS}form", f"{address}: hx-post outside a form"
        assert element.get("action") == element.get("hx-post"), f"{address}: hx-post without the same action"
