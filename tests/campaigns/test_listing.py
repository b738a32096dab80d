"""`/campagnes`: facets, distance, pages, constant queries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from starlette.types import ASGIApp
from tortoise import connections
from tortoise.backends.base.client import BaseDBAsyncClient

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from civic import clock
from civic.initiatives.models import Initiative, InitiativeTopic
from tests.client import Client
from tests.factories import a_commune, a_person, an_initiative
from tests.factories.campaigns import a_live_campaign


async def rows(n: int, initiative: Initiative, **values: Any) -> None:
    """So many campaigns that are open, each a minute longer than the one before."""
    lead, present = await a_person("Rose Petit"), clock.now()
    start = await Campaign.all().count()
    defaults: dict[str, Any] = {
        "status": CampaignStatus.LIVE, "minimum_cents": 100_000, "optimum_cents": 100_000, "starts_at": present,
        "created_at": present, "updated_at": present,
    }  # fmt: skip
    await Campaign.bulk_create([
        Campaign(
            initiative_id=initiative.id, lead_id=lead.id, slug=f"c-{start + k}", title=f"Collecte {start + k}",
            deadline=present + timedelta(days=9, minutes=start + k), **{**defaults, **values},
        )
        for k in range(n)
    ], batch_size=500)  # fmt: skip


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The queries of the block."""
    seen: list[str] = []
    kind = type(connections.get(next(iter(connections.db_config))))
    with monkeypatch.context() as patched:
        for name in ("execute_query", "execute_query_dict"):
            real = getattr(kind, name)

            async def noted(self: BaseDBAsyncClient, query: str, *args: Any, _real: Any = real, **more: Any) -> Any:
                seen.append(query)
                return await _real(self, query, *args, **more)

            patched.setattr(kind, name, noted)
        yield seen


async def test_two_thousand_campaigns_cost_as_many_queries_as_twenty(
    app: ASGIApp, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    initiative = await an_initiative()
    await rows(20, initiative)
    with counted(monkeypatch) as few:
        await client.get("/campagnes?rayon=14")
    await rows(1980, initiative)
    with counted(monkeypatch) as many:
        page = (await client.get("/campagnes?rayon=13")).text
    assert "2000 collectes ouvertes" in re.sub(r"[\u202f\u00a0]", "", page)
    assert 4 < len(many) == len(few) < 30


async def test_pages_follow_each_other_by_real_links_without_gap_or_double(app: ASGIApp, client: Client) -> None:
    await rows(30, await an_initiative())
    path, seen, pages = "/campagnes?tri=&etat=", [], 0
    while path and pages < 5:
        page = (await client.get(path)).text
        seen += re.findall(r'href="/campagnes/(c-\d+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path, pages = following[1].replace("&amp;", "&") if following else "", pages + 1
    found = list(dict.fromkeys(seen))
    assert found == [f"c-{k}" for k in range(30)]
    assert pages == 3


async def test_each_facet_narrows_the_list(app: ASGIApp, client: Client) -> None:
    near = await an_initiative("Le Four")
    far = await an_initiative("La Scène", topics=("culture",))
    bourg = await a_commune("01053", "Bourg-en-Bresse", latitude=46.2057, longitude=5.2255)
    await Initiative.filter(id=far.id).update(commune_id=bourg.insee, latitude=46.2057, longitude=5.2255)
    topic = (await InitiativeTopic.get(initiative_id=far.id)).topic
    await rows(2, near)
    await rows(1, far, goal=GoalKind.FLEXIBLE)
    await rows(1, near, status=CampaignStatus.FUNDED)
    await rows(1, near, status=CampaignStatus.FAILED)
    await rows(1, near, status=CampaignStatus.DRAFT)
    await Campaign.filter(slug="c-0").update(deadline=clock.now() + timedelta(days=2))
    wanted = {
        "": {"c-0", "c-1", "c-2"}, "etat=reussies": {"c-3"}, "etat=terminees": {"c-3", "c-4"},
        "etat=toutes": {"c-0", "c-1", "c-2", "c-3", "c-4"}, f"sujet={topic}": {"c-2"}, "genre=flexible": {"c-2"},
        "bientot=1": {"c-0"}, "commune=Tr%C3%A9voux&rayon=5": {"c-0", "c-1"},
        "commune=Bourg-en-Bresse&tri=proche": {"c-2"}, "genre=flexible&commune=Tr%C3%A9voux&rayon=5": set(),
    }  # fmt: skip
    for query, slugs in wanted.items():
        page = (await client.get(f"/campagnes?{query or 'rayon=14'}")).text
        assert set(re.findall(r'href="/campagnes/(c-\d+)"', page)) == slugs, query
        if not slugs:
            assert "Aucune collecte ne correspond" in page
            assert "Chercher plus loin" in page


@pytest.mark.one_engine
async def test_a_wrong_wish_is_said_and_a_broken_cursor_is_the_first_page(app: ASGIApp, client: Client) -> None:
    await a_live_campaign()
    assert (await client.get("/campagnes?commune=Zzzzz")).status_code == 422
    assert "1 collecte ouverte" in (await client.get("/campagnes?apres=abc")).text
    assert (await client.get("/campagnes?etat=autre")).status_code == 422
    assert (await client.get("/campagnes?sujet=rien")).status_code == 200


@pytest.mark.one_engine
async def test_htmx_gets_the_results_alone_with_the_count_to_announce(app: ASGIApp, client: Client) -> None:
    await a_live_campaign()
    part = (await client.get("/campagnes", headers={"hx-request": "true", "hx-target": "div#resultats"})).text
    assert part.lstrip().startswith("<div")
    assert "data-announce" in part
