"""Addresses written by hand: whatever stands in a path or a query, the answer is a page of ours, never a breakdown."""

import base64
import json
import re
from typing import Any

import pytest

from civic.initiatives.service import index
from tests.client import Client
from tests.factories import a_person, an_initiative, an_organisation
from tests.factories.steering import a_committee
from tests.factories.volunteering import a_mission, the_shift

LISTS = (
    "/initiatives", "/initiatives?tri=bientot", "/initiatives?q=navette", "/agenda", "/comites", "/missions",
    "/missions?tri=besoin", "/annuaire",
)  # fmt: skip
TAMPERED: tuple[Any, ...] = (
    ["abc"], ["abc", 1], [1, 2], [None, None], [{}, []], [10**30], [10**30, 10**30], ["2026-01-01T00:00:00", 1],
    ["2026-01-01T00:00:00+00:00", "x"], ["9999-12-31T23:59:59-12:00", 1], [True, False], ["a\x00b", 1], [1e308, 1],
    [float("nan"), 1], {"a": 1},
)  # fmt: skip
HUGE = "9" * 30


def cursor(values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize("path", LISTS)
async def test_a_cursor_changed_by_hand_shows_the_list(client: Client, path: str) -> None:
    await an_initiative()
    written = [cursor(values) for values in TAMPERED]
    written += [base64.urlsafe_b64encode(b"[" * 20_000).decode(), "é", "%ff", "=" * 5000]
    for one in written:
        answer = await client.get(path, params={"apres": one})
        assert answer.status_code in (200, 422), (path, one[:40])


async def test_the_cursor_of_the_site_leads_to_the_rest(client: Client) -> None:
    for number in range(30):
        await index(await an_initiative(f"Initiative {number}"))
        await an_organisation(f"Organisation {number}")
    for path in ("/initiatives", "/initiatives?tri=bientot", "/initiatives?q=initiative", "/annuaire"):
        first = await client.get(path)
        found = re.search(r'rel="next" href="([^"]+)"', first.text)
        assert found, path
        following = found[1].replace("&amp;", "&")
        second = await client.get(following)
        assert second.status_code == 200
        assert second.text != first.text


@pytest.mark.parametrize("path", [
    f"/decisions/{HUGE}", "/decisions/9223372036854775808", f"/_mail/{HUGE}", f"/missions/x/creneaux/{HUGE}.ics",
    "/initiatives/%00", "/communes/%00", "/annuaire/%00", "/comites/%00", "/campagnes/%00", "/agenda/%00",
    "/missions/%00", "/static/x/%00", "/static/x/" + "a" * 5000, "/static/x/..%2f..%2f..%2fapp.py",
    "/static/x/%2e%2e/%2e%2e/app.py", "/static/x//etc/passwd", "/media/..%2fsecret", "/media/%00",
    "/paysages/panorama/..%2f.svg", "/paysages/panorama/%00.svg", "/mes-creneaux/%00", "/promesses/%00",
])  # fmt: skip
async def test_an_address_that_cannot_exist_is_not_found(client: Client, path: str) -> None:
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize("path", [
    "/initiatives?q=" + "a" * 10_000, "/initiatives?rayon=1e999", "/initiatives?rayon=-1",
    f"/initiatives?rayon={HUGE}", "/initiatives?" + "facon=voix&" * 2000, "/connexion?suite=//ailleurs.example",
    "/annuaire?q=%00", "/initiatives?q=%00", "/communes/suggestions?q=%00", "/?commune=%00", "/missions?commune=%00",
    "/initiatives?q=%2500", "/initiatives?q=%%0000", "/connexion/code?email=%22%3E%3Cscript%3E",
])  # fmt: skip
async def test_a_query_that_makes_no_sense_is_a_page(client: Client, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code in (200, 422)
    assert "><script>" not in answer.text


async def test_a_block_asked_for_under_an_odd_address_names_it_safely(client: Client) -> None:
    asks = {"hx-request": "true", "hx-target": "nulle-part"}
    answer = await client.get("/connexion/lien/%e2%82%ac%0d%0aSet-Cookie:%20a=1", headers=asks)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert answer.headers["hx-push-url"].startswith("/connexion/lien/%E2%82%AC")


async def test_the_way_on_never_leaves_the_site(client: Client) -> None:
    for away in ("//ailleurs.example", "/\\ailleurs.example", "https://ailleurs.example", "javascript:alert(1)", "\t//a.b"):
        answer = await client.submit("/langue", {"suite": away, "valeur": "en"})
        assert answer.headers["location"] == "/", away
    assert (await client.submit("/langue", {"suite": "/\t/a.b"})).headers["location"] == "/%09/a.b"
    assert (await client.submit("/langue", {"suite": "/agenda", "valeur": "en"})).headers["location"] == "/agenda"


async def test_the_gathering_of_an_initiative_in_preparation_stays_unseen(client: Client) -> None:
    from datetime import timedelta

    from civic import clock
    from civic.events import service

    hidden = await an_initiative("Encore secrète", published_at=None)
    start = clock.now() + timedelta(days=2)
    event = await service.announce("Réunion secrète", start, start + timedelta(hours=1), place="Chez Rose", initiative=hidden)
    assert "Réunion secrète" not in (await client.get("/agenda")).text
    for suffix in ("", ".ics"):
        assert (await client.get(f"/agenda/{event.slug}{suffix}")).status_code == 404
    shown = await an_initiative("Bien visible")
    event = await service.announce("Réunion ouverte", start, start + timedelta(hours=1), place="Ici", initiative=shown)
    assert "Réunion ouverte" in (await client.get("/agenda")).text
    assert (await client.get(f"/agenda/{event.slug}")).status_code == 200


async def test_a_committee_list_of_many_pages_takes_its_own_cursor(client: Client) -> None:
    lead = await a_person()
    for number in range(13):
        await a_committee(lead, initiative=await an_initiative(f"Lieu {number}", lead=lead))
    first = await client.get("/comites")
    assert "apres=" in first.text


@pytest.mark.parametrize(
    "path",
    [
        "/initiatives/{}", "/campagnes/{}", "/campagnes/{}/preuves", "/missions/{}", "/missions/{}/agenda.ics",
        "/comites/{}", "/agenda/{}", "/annuaire/{}", "/communes/{}", "/missions?lieu={}", "/initiatives?lieu={}",
    ],
)  # fmt: skip
async def test_a_name_longer_than_any_row_holds_names_nothing(client: Client, path: str) -> None:
    assert (await client.get(path.format("a" * 400))).status_code in (200, 404)
    assert (await client.get(path.format("abcdef"))).status_code in (200, 404)


async def test_writing_to_a_name_longer_than_any_row_holds_is_no_breakdown(client: Client) -> None:
    assert (await client.submit(f"/missions/{'a' * 400}/creneaux/1/inscription", {})).status_code == 404


async def test_a_name_of_a_hundred_ligatures_is_refused_in_words(client: Client) -> None:
    shift = await the_shift(await a_mission())
    sent = {"cle": "cle-du-formulaire", "name": "ﬁ" * 120, "email": "rose@exemple.fr"}
    answer = await client.submit(f"/missions/{shift.mission.slug}/creneaux/{shift.id}/inscription", sent)
    assert answer.status_code == 422
    assert "Écrivez un prénom et un nom" in answer.text
