"""The style guide in a real browser: every component, by day and by night, on a phone and on a desk."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from app import create_app
from civic.settings import Settings
from tests.browser.visitor import AXE, FLAGS, chromium_path


@pytest.fixture
def site(settings: Settings) -> Iterator[str]:
    """The address of the application, served without its database: the style guide needs none."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(create_app(with_worker=False), port=port, lifespan="off", log_level="error")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield chromium
        chromium.close()


def opened(browser: Browser, address: str, width: int, scheme: str) -> tuple[Page, list[str]]:
    """The page and what its console says; the policy is in force, axe runs through the debugger."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, locale="fr")  # type: ignore[arg-type]
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}/styleguide")
    return page, said


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_resident_with_a_screen_reader_meets_no_obstacle(
    browser: Browser, site: str, width: int, scheme: str
) -> None:
    page, said = opened(browser, site, width, scheme)
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(rule["id"], [node["html"][:90] for node in rule["nodes"]]) for rule in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "one scrolls sideways"
    assert said == []
    page.close()


def test_a_resident_who_walks_by_keyboard_reaches_the_content_first(browser: Browser, site: str) -> None:
    page = browser.new_page(locale="fr")
    page.goto(f"{site}/nulle-part")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#contenu")
    page.close()


def test_a_resident_who_erred_starts_at_the_summary(browser: Browser, site: str) -> None:
    page, _said = opened(browser, site, 320, "light")
    assert page.evaluate("document.activeElement.className") == "errors"
    page.click(".errors a")
    assert page.evaluate("document.activeElement.id") == "email"
    page.close()


def test_a_giver_sees_at_once_what_the_gift_costs_after_tax(browser: Browser, site: str) -> None:
    page, _said = opened(browser, site, 320, "light")
    page.fill("#libre", "12,5")
    assert page.is_checked("#montant-autre")
    assert page.inner_text("[data-net]").replace("\u202f", " ").replace("\xa0", " ") == "4,25 €"
    assert "12,50" in page.inner_text("[data-amount-text]")
    page.close()


def test_a_question_asked_in_place_closes_by_escape(browser: Browser, site: str) -> None:
    page, _said = opened(browser, site, 1280, "light")
    page.click(".confirm > summary")
    assert page.is_visible(".confirm__in")
    page.keyboard.press("Escape")
    assert not page.is_visible(".confirm__in")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.close()
