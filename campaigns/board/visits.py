"""Count the pages seen of a campaign: in memory, written every few minutes. No cookie, no address, no person.

It stands outside the memory of pages, which answers most visitors. Writing makes kept pages be made again, so it is
done rarely; what was not yet written when a process dies is lost, and nobody minds.
"""

import re
from collections import Counter
from datetime import date
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from campaigns.lifecycle.models import Campaign
from campaigns.pledges.draft import source_meant
from civic import clock, database
from civic.database import transaction

PATHS = re.compile(r"/campagnes/([a-z0-9-]{1,120})(/soutenir)?")
ROBOTS = re.compile(r"bot|crawl|spider|slurp|preview|facebookexternalhit|curl|wget|python", re.I)
MOST_KEYS, MOST_SOURCES, OTHER = 2_000, 20, "autre"
INSIDER = "looks_after_campaign"
"""Set in `request.state` by a page that its own lead or the team reads: such a view is not counted."""
Key = tuple[str, date, str, str]
_ADD = """INSERT INTO visit_count (campaign_id, day, step, source, n) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (campaign_id, day, step, source) DO UPDATE SET n = visit_count.n + excluded.n"""
_seen: Counter[Key] = Counter()


class Visits:
    """Notes each successful GET of a campaign's page and of the first step of a gift, by whoever does not run it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = _key(scope)
        if key is None:
            return await self.app(scope, receive, send)

        async def noted(message: Message) -> None:
            seen = message["type"] == "http.response.start" and message["status"] in (200, 304)
            if seen and len(_seen) < MOST_KEYS and not scope.get("state", {}).get(INSIDER):
                _seen[key] += 1
            await send(message)

        await self.app(scope, receive, noted)


def _key(scope: Scope) -> Key | None:
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    found = PATHS.fullmatch(scope["path"])
    if found is None:
        return None
    request = Request(scope)
    ahead = request.headers.get("sec-purpose", "") or request.headers.get("purpose", "")
    if "prefetch" in ahead or ROBOTS.search(request.headers.get("user-agent", "")):
        return None
    asked = parse_qs(scope["query_string"].decode("latin-1")[:400]).get("src", [""])[0]
    return found[1], clock.today(), "opened" if found[2] else "seen", source_meant(asked)


async def flush(**_payload: object) -> None:
    """Write what was counted; unknown addresses are forgotten, a flood of source words becomes « autre »."""
    counted = dict(_seen)
    _seen.clear()
    if not counted:
        return
    slugs = {slug for slug, *_rest in counted}
    ids = {row.slug: row.id for row in await Campaign.filter(slug__in=list(slugs)).only("id", "slug")}
    known = await _known_sources(list(ids.values()))
    async with transaction():
        for (slug, day, step, source), n in sorted(counted.items()):
            if slug not in ids:
                continue
            names = known.setdefault(ids[slug], set())
            if source and source not in names and len(names) >= MOST_SOURCES:
                source = OTHER
            names.add(source)
            await database.execute(_ADD, [ids[slug], day, step, source, n])


async def _known_sources(ids: list[int]) -> dict[int, set[str]]:
    marks = ", ".join("?" * len(ids)) or "0"
    rows = await database.fetch_all(
        f"SELECT DISTINCT campaign_id, source FROM visit_count WHERE campaign_id IN ({marks})", ids  # noqa: S608
    )
    known: dict[int, set[str]] = {}
    for row in rows:
        known.setdefault(row["campaign_id"], set()).add(row["source"])
    return known
