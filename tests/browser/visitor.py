"""Somebody in front of a real Chromium, and what must hold on each page she crosses."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pypdfium2
import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request

from civic.people import service as people
from civic.people.models import Person
from tests.machine import NotReady, chromium

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text()
NARROWEST, PHONE = 320, 360
HIDDEN_COLUMNS = (
    "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.ariaLabel)"
)
PATIENCE_MS = 20_000
"""How long a page may take while eight others share the cores; a quiet machine never waits."""
LOOK_SECONDS = 60
READ_TRIES = 40
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
"""What can differ by night; the structure was checked by day."""
REFUSED_FORM = re.compile(r"status of (409|410|422)")
"""Chromium reports every answer 4xx on its console; a refused form or a campaign that is over is one by design."""


def chromium_path() -> str:
    """Chromium, or a failure that says what to install: a journey is never skipped."""
    try:
        return chromium()
    except NotReady as problem:
        pytest.fail(str(problem), pytrace=False)


class Visitor:
    """A browser window with its own cookies; `look` checks the page in front of her."""

    def __init__(
        self, url: str, payments: str, name: str, *, width: int = 360, javascript: bool = True, locale: str = "fr-FR",
        brief: bool = False,
    ) -> None:
        self.url, self.name, self.width, self.javascript, self.locale = url, name, width, javascript, locale
        self.origins = {_origin(url), _origin(payments)}
        self.brief = brief
        self.trouble: list[str] = []
        self.pictures = 0
        self.context: BrowserContext
        self.page: Page
        self.glass: Page | None = None

    async def enter(self, browser: Browser) -> Visitor:
        """Open a window on the home page."""
        self._browser = browser
        self.context = await browser.new_context(
            viewport={"width": self.width, "height": 800}, locale=self.locale, java_script_enabled=self.javascript,
            reduced_motion="reduce",
        )  # fmt: skip
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = await self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        self.page.on("request", self._watch)
        await self.open("/")
        return self

    async def is_now(self, person: Person) -> None:
        """She is signed in as this person."""
        secret = await people.open_session(person, "essai")
        await self.context.add_cookies([{"name": "session", "value": secret, "url": self.url}])

    async def leave(self) -> None:
        """Close the window; the test fails if anything went wrong on the way."""
        await self.context.close()
        if self.glass:
            await self.glass.context.close()
        assert self.trouble == []

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not REFUSED_FORM.search(message.text):
            self.trouble.append(f"console on {self.page.url}: {message.text}")

    def _watch(self, request: Request) -> None:
        if request.url.startswith("http") and _origin(request.url) not in self.origins:
            self.trouble.append(f"third party: {request.url} from {self.page.url}")

    async def open(self, address: str) -> None:
        """Type an address (a path of the site, or a whole one from a mail)."""
        answer = await self.page.goto(address if address.startswith("http") else self.url + address)
        assert answer is not None
        assert answer.ok or answer.status == 410, f"{address}: {answer.status}"

    async def look(self, name: str) -> None:
        """The page she sees is well-formed, accessible by day and by night, and fits the narrowest phone."""
        await self.page.wait_for_load_state("load")
        await self._picture(name)
        if not self.brief:
            await self._examine()
        await self._measure(name)
        found, self.trouble = self.trouble, []
        assert found == [], "\n".join(found)

    async def _picture(self, name: str) -> None:
        """Its picture, into the folder that CIVIC_PICTURES names: made only for who wants to look."""
        folder = os.environ.get("CIVIC_PICTURES")
        if folder:
            self.pictures += 1
            file = f"{self.name}-{self.pictures:02}-{re.sub(r'[^a-z0-9]+', '-', name.lower())}.png"
            await self.page.screenshot(path=Path(folder, file), full_page=True)

    async def _examine(self) -> None:
        """What axe says of the page, by day and by night; a second walk in another window (`brief`) leaves it out."""
        async with asyncio.timeout(LOOK_SECONDS):
            examined = await self._examined()
            await examined.evaluate(AXE)
            for scheme in ("light", "dark"):
                await examined.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                rules = COLOUR_RULES if scheme == "dark" else None
                self.trouble += [f"axe {scheme}: {found}" for found in await self._axe(examined, rules)]

    async def _measure(self, name: str) -> None:
        for width in sorted({NARROWEST, self.width}):
            await self.page.set_viewport_size({"width": width, "height": 800})
            wide = await self.page.evaluate("document.documentElement.scrollWidth")
            hidden = await self.page.evaluate(HIDDEN_COLUMNS) if width == PHONE else []
            self.trouble += [f"{self.page.url} hides columns of the table “{name}”" for name in hidden]
            if wide > width:
                self.trouble.append(f"{self.page.url} scrolls sideways at {width}: {wide} {await self._too_wide()}")

    async def _examined(self) -> Page:
        """The page for axe, which needs timers: where scripts are off, the same HTML in a window that has them."""
        if self.javascript:
            return self.page
        if not self.glass:
            size = {"width": self.width, "height": 800}
            behind = await self._browser.new_context(viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
            self.glass = await behind.new_page()
        content = await self.page.content()
        await self.glass.unroute_all()
        await self.glass.route("**/civic.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
        await self.glass.route(self.page.url, lambda route: route.fulfill(body=content, content_type="text/html"))
        await self.glass.goto(self.page.url)
        return self.glass

    async def _axe(self, examined: Page, rules: list[str] | None) -> list[str]:
        options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
        result = await examined.evaluate("options => axe.run(document, options)", options)
        return [
            f"{self.page.url} {rule['id']}: {node['html'][:160]}"
            for rule in result["violations"] for node in rule["nodes"][:3]
        ]  # fmt: skip

    async def _too_wide(self) -> Any:
        return await self.page.evaluate(
            "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
            ".slice(0, 3).map(e => e.outerHTML.slice(0, 120))"
        )

    def link(self, name: str | re.Pattern[str]) -> Locator:
        """The first link that says this."""
        return self.page.get_by_role("link", name=name).first

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """The first button that says this."""
        return self.page.get_by_role("button", name=name).first

    async def follow(self, name: str | re.Pattern[str]) -> None:
        """Click the link that says this, and wait for its page."""
        await self._going(self.link(name))

    async def press(self, name: str | re.Pattern[str]) -> None:
        """Press the button that says this, and wait for the answer."""
        await self._going(self.button(name))

    async def _going(self, target: Locator) -> None:
        """A form or link that our script carries out ends when the network is quiet, any other with a new page."""
        if self.javascript and await target.evaluate("e => !!e.closest('[hx-get], [hx-post]')"):
            await target.click()
            await self.page.wait_for_load_state("networkidle")
            return
        async with self.page.expect_navigation(wait_until="load"):
            await target.click()

    async def unfold(self, name: str | re.Pattern[str]) -> None:
        """Open the part that says this."""
        await self.page.locator("summary").filter(has_text=name).first.click()

    async def saves(self, name: str) -> str:
        """Click the link that saves a file; what is in it."""
        async with self.page.expect_download() as waiting:
            await self.link(name).click()
        saved = await (await waiting.value).path()
        return await asyncio.to_thread(Path(saved).read_text, encoding="utf-8-sig")

    async def paper(self, name: str | re.Pattern[str]) -> str:
        """Every word of the PDF behind this link, one space between them."""
        address = await self.link(name).get_attribute("href")
        answer = await self.context.request.get(f"{self.url}{address}")
        assert answer.headers["content-type"] == "application/pdf", address
        pages = pypdfium2.PdfDocument(await answer.body())
        return spaced(" ".join(page.get_textpage().get_text_range() for page in pages))

    async def write(self, label: str | re.Pattern[str], text: str) -> None:
        """Fill the field of this label."""
        await self.page.get_by_label(label).first.fill(text)

    async def pick(self, label: str, words: str, nth: int = 0) -> None:
        """Take the line with these words from the list of this label."""
        field = self.page.get_by_label(label).nth(nth)
        shown = await field.locator("option").filter(has_text=words).first.get_attribute("value")
        await field.select_option(shown)

    async def choose(self, label: str | re.Pattern[str]) -> None:
        """Tick the box, or take the choice, of this label."""
        await self.page.get_by_label(label).first.check(force=True)

    async def attach(self, label: str, name: str, kind: str, content: bytes) -> None:
        """Choose a file for the field of this label."""
        await self.page.get_by_label(label).first.set_input_files({"name": name, "mimeType": kind, "buffer": content})

    async def reads(self, *words: str) -> None:
        """The page says these words (whatever its spaces and apostrophes), at the latest once a script has written
        them."""
        for left in reversed(range(READ_TRIES if self.javascript else 1)):
            text = spaced(await self.page.inner_text("body"))
            missing = [word for word in words if spaced(word) not in text]
            if not missing or not left:
                break
            await asyncio.sleep(0.25)
        assert not missing, f"{self.page.url} does not say {missing}:\n{text[:3000]}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def spaced(text: str) -> str:
    """The text with ordinary spaces, apostrophes and one case."""
    return " ".join(re.sub(r"[\u00a0\u202f\s]+", " ", text).replace("’", "'").lower().split())
