"""A visitor who follows every link of every page never meets an error, nor a page that is not well-formed."""

from __future__ import annotations

import re
from collections import deque
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from starlette.types import ASGIApp

from tests.client import Client
from tests.factories import a_person
from tests.test_permissions import gate, world

SITE = "http://testserver"
LINKED = re.compile(r'<(?:a|link|img|script|image|use|source)\b[^>]*?\s(?:href|src)="([^"]+)"')
FORMS = re.compile(r'<form\b(?![^>]*method="post")[^>]*action="([^"]+)"')
MOST_OF_A_PATH = 8
"""One page in so many states (filters, sorts) is enough."""
LEAST = 50
__all__ = ["gate"]


async def _every_page(client: Client) -> list[str]:
    """The addresses visited; what went wrong is in the assertion."""
    waiting, seen, by_path, wrong = deque([f"{SITE}/"]), {f"{SITE}/": "nowhere"}, dict[str, int](), []
    while waiting:
        here = waiting.popleft()
        answer = await client.get(here, follow_redirects=True)
        if answer.status_code >= 400:
            wrong.append(f"{here}: {answer.status_code}, linked from {seen[here]}")
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        for found in LINKED.findall(answer.text) + FORMS.findall(answer.text):
            there = urldefrag(urljoin(here, unescape(found))).url
            path = urlsplit(there).path
            if not there.startswith(SITE) or there in seen or by_path.get(path, 0) >= MOST_OF_A_PATH:
                continue
            by_path[path] = by_path.get(path, 0) + 1
            seen[there] = here
            waiting.append(there)
    assert not wrong, "\n".join(wrong)
    return list(seen)


@pytest.mark.one_engine
async def test_a_visitor_follows_every_link(app: ASGIApp, gate: object, client: Client) -> None:
    await world(await a_person("Anne-Marie Lopez"))
    assert len(await _every_page(client)) > LEAST


@pytest.mark.one_engine
async def test_a_lead_follows_every_link(app: ASGIApp, gate: object) -> None:
    lead = await a_person("Anne-Marie Lopez")
    await world(lead)
    mine = await Client(app).sign_in(lead)
    assert len(await _every_page(mine)) > LEAST
