"""Signing in, as somebody else tries to."""

import re
from collections.abc import Awaitable, Callable

import pytest

from civic import jobs
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people import service as people
from civic.people.models import Person, Session
from civic.settings import BadSettings, Settings, configure, load
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign
from tests.factories.volunteering import a_mission, a_signup, the_shift

SignIn = Callable[[Person], Awaitable[Client]]


async def _code(email: str) -> str:
    await jobs.run_due()
    mail = await OutboxMessage.filter(to=email).order_by("-id").first()
    assert mail
    return re.findall(r"\d{3} \d{3}", mail.text)[0]


async def test_guessing_the_code_ends_for_the_day_whatever_the_case_of_the_address(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """40 tries a day at a code of a million: one chance in 25 000, and the mailed link still works."""
    from datetime import timedelta

    from civic import clock

    await a_person("Camille Rey", "camille@exemple.fr")
    statuses: list[int] = []
    to_noon = timedelta(hours=12 - clock.now().hour)
    for turn in range(9):
        clock.travel(to_noon + timedelta(minutes=11 * turn))
        await people.send_way_in("camille@exemple.fr")
        for email in ("camille@exemple.fr", "CAMILLE@exemple.fr", "Camille@exemple.fr", "cAmille@exemple.fr", "caMille@exemple.fr"):
            wrong = f"{(int((await _code('camille@exemple.fr')).replace(' ', '')) + 1) % 10**6:06d}"
            statuses.append((await client.submit("/connexion/code", {"email": email, "code": wrong})).status_code)
    clock.travel(timedelta())
    assert statuses.count(429) >= 4
    assert statuses[:40] == [422] * 40


async def test_the_proof_of_a_shared_address_opens_one_session(client: Client, app: object) -> None:
    await a_person("Jeanne Perrin", "maison@exemple.fr")
    jean = await a_person("Jean Perrin", "maison@exemple.fr")
    await client.submit("/connexion", {"email": "maison@exemple.fr"})
    answer = await client.submit("/connexion/code", {"email": "maison@exemple.fr", "code": await _code("maison@exemple.fr")})
    proof = answer.headers["location"].partition("preuve=")[2]
    assert (await client.submit("/connexion/qui", {"proof": proof, "person": "²"})).status_code == 410
    assert (await client.submit("/connexion/qui", {"proof": proof, "person": "1" * 40})).status_code == 410
    chosen = {"proof": proof, "person": str(jean.id)}
    assert (await client.submit("/connexion/qui", chosen)).status_code == 303
    async with Client(client._transport.app) as thief:  # type: ignore[attr-defined]
        assert (await thief.submit("/connexion/qui", chosen)).status_code == 410
    assert await Session.all().count() == 1


async def test_the_same_page_for_an_address_that_is_known_and_one_that_is_not(client: Client) -> None:
    await a_person("Camille Rey", "camille@exemple.fr")
    for path in ("/connexion", "/retrouver-mes-liens"):
        known = await client.submit(path, {"email": "camille@exemple.fr"})
        unknown = await client.submit(path, {"email": "personne@exemple.fr"})
        assert known.status_code == unknown.status_code == 303
        assert known.headers["location"].replace("camille", "personne") == unknown.headers["location"]


async def test_a_session_given_in_advance_is_not_the_one_she_gets(client: Client) -> None:
    await a_person("Camille Rey", "camille@exemple.fr")
    client.cookies.set("session", "choisie-par-un-autre")
    await client.submit("/connexion", {"email": "camille@exemple.fr"})
    answer = await client.submit("/connexion/code", {"email": "camille@exemple.fr", "code": await _code("camille@exemple.fr")})
    cookie = answer.headers["set-cookie"]
    assert "choisie-par-un-autre" not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_a_closed_session_is_over_at_once(sign_in: SignIn) -> None:
    person = await a_person()
    first, second = await sign_in(person), await sign_in(person)
    stranger = await sign_in(await a_person("Rose Petit"))
    mine = await Session.filter(person_id=person.id).order_by("id").first()
    assert mine
    await stranger.submit(f"/mon-espace/compte/sessions/{mine.id}/fermer")
    assert (await first.get("/mon-espace")).status_code == 200
    await second.submit(f"/mon-espace/compte/sessions/{mine.id}/fermer")
    assert (await first.get("/mon-espace")).status_code == 303


async def test_the_pages_of_somebody_signed_in_are_kept_nowhere(sign_in: SignIn, client: Client) -> None:
    browser = await sign_in(await a_person())
    for path in ("/", "/mon-espace", "/mon-espace/compte", "/initiatives"):
        assert (await browser.get(path)).headers["cache-control"] == "no-store", path
    answer = await client.get("/")
    assert "cookie" in answer.headers["vary"].lower()
    assert "accept-language" in answer.headers["vary"].lower()


async def test_a_link_of_one_purpose_opens_nothing_of_another(client: Client) -> None:
    pledge = await a_confirmed_pledge(await a_live_campaign())
    signup = await a_signup(await the_shift(await a_mission()))
    manage, place = links.make("pledge", pledge.id), links.make("signup", signup.id)
    assert (await client.get(f"/promesses/{manage}")).status_code == 200
    assert (await client.get(f"/mes-creneaux/{place}")).status_code == 200
    wrong = [
        f"/promesses/{place}", f"/mes-creneaux/{manage}", f"/promesses/{links.make('pledge-pay', pledge.id)}",
        f"/mes-creneaux/{links.make('guardian', signup.id)}", f"/accord-parental/{place}",
        f"/campagnes/{pledge.campaign.slug}/payer/{manage}", f"/promesses/{manage[:-1]}", f"/promesses/{manage}x",
        f"/campagnes/{pledge.campaign.slug}/reprise/retour/{manage}",
    ]  # fmt: skip
    for path in wrong:
        assert (await client.get(path)).status_code == 404, path
    other = links.make("guardian", signup.id)
    for verb in ("confirmer", "annuler", "revenir"):
        assert (await client.submit(f"/mes-creneaux/{other}/{verb}")).status_code == 404


def test_production_does_not_start_without_its_https_address(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("CIVIC_ENV", "production")
    monkeypatch.setenv("CIVIC_SECRET_KEY", "s" * 40)
    monkeypatch.setenv("DATA", str(tmp_path))
    for address in ("", "http://civic.example"):
        monkeypatch.setenv("CIVIC_BASE_URL", address)
        with pytest.raises(BadSettings, match="CIVIC_BASE_URL"):
            load()
    monkeypatch.setenv("CIVIC_BASE_URL", "https://civic.example")
    assert load().secure


async def test_cookies_of_a_secure_site_are_bound_to_it(app: object, settings: Settings, client: Client) -> None:
    settings.base_url = "https://testserver"
    configure(settings)
    await a_person("Camille Rey", "camille@exemple.fr")
    await client.submit("/connexion", {"email": "camille@exemple.fr"})
    answer = await client.submit("/connexion/code", {"email": "camille@exemple.fr", "code": await _code("camille@exemple.fr")})
    cookies = answer.headers.get_list("set-cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("__Host-session="))
    assert all(flag in session for flag in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"))
    assert "Domain" not in session
    assert all("Secure" in cookie and "HttpOnly" in cookie for cookie in cookies)
    assert "max-age=31536000" in answer.headers["strict-transport-security"]
