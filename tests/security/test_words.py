"""What people write stays words: in pages, drawings, calendars and files, whatever it looks like."""

from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from civic.initiatives.models import Initiative
from civic.media.models import Picture
from civic.people.models import Person
from civic.settings import Settings
from civic.web import markdown
from tests.client import Client
from tests.factories import a_person, an_initiative
from tests.factories.campaigns import a_live_campaign
from tests.factories.steering import a_committee
from tests.factories.volunteering import a_mission, the_shift

SignIn = Callable[[Person], Awaitable[Client]]
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"
RAW = ("<script>alert", "<img src=x", "\"'><img", ">49<")


async def test_nothing_that_people_write_becomes_part_of_a_page(sign_in: SignIn, client: Client) -> None:
    lead = await a_person(EVIL)
    initiative = await an_initiative(EVIL[:60], lead=lead, summary=EVIL, story=EVIL, place=EVIL)
    mission = await a_mission(EVIL[:80], lead=lead, initiative=initiative, bring=EVIL[:80])
    committee = await a_committee(lead, initiative=initiative, name=EVIL, purpose=EVIL, decides_what=EVIL)
    campaign = await a_live_campaign(title=EVIL[:60], summary=EVIL, story=EVIL)
    paths = [
        "/", "/initiatives", "/initiatives?vue=carte", f"/initiatives/{initiative.slug}", f"/missions/{mission.slug}",
        "/missions", f"/comites/{committee.slug}", "/comites", f"/campagnes/{campaign.slug}", "/campagnes",
        f"/campagnes/{campaign.slug}/soutenir", "/mon-espace", "/mon-espace/compte",
    ]  # fmt: skip
    for browser in (client, await sign_in(lead)):
        for path in paths:
            text = (await browser.get(path)).text
            assert not [raw for raw in RAW if raw in text], path


async def test_what_is_typed_into_a_search_or_a_form_comes_back_as_words(client: Client) -> None:
    for path in ("/initiatives?q=", "/annuaire?q=", "/communes/suggestions?q=", "/connexion/code?email=", "/?commune=", "/missions?commune="):
        text = (await client.get(path + EVIL.replace("{", "%7B"))).text
        assert not [raw for raw in RAW if raw in text], path
    answer = await client.submit("/inscription", {"name": EVIL, "email": EVIL, "commune": EVIL, "suite": EVIL})
    assert answer.status_code == 422
    assert not [raw for raw in RAW if raw in answer.text]


@pytest.mark.parametrize("source", [
    "[a](javascript:alert(1))", "[a](data:text/html,x)", "[a](//ailleurs.example)", "[a](/\\ailleurs.example)",
    "![a](https://ailleurs.example/suivi.png)", "<svg onload=alert(1)>", "<a href=javascript:alert(1)>a</a>",
    "[a](&#106;avascript:alert(1))", "<style>*{}</style>", "<iframe src=//a.example>", "[a](vbscript:x)",
])  # fmt: skip
def test_markdown_gives_no_script_no_remote_picture_no_hidden_way_out(source: str) -> None:
    html = str(markdown.render(source)).lower()
    for bad in ('href="javascript', 'href="data', 'href="//', 'href="/\\', 'href="vbscript', "<img", "<svg", "<style", "<iframe"):
        assert bad not in html


def test_markdown_keeps_an_ordinary_link() -> None:
    html = str(markdown.render("[la mairie](https://mairie.example/a) et **fort**"))
    assert 'href="https://mairie.example/a"' in html
    assert "<strong>fort</strong>" in html


async def test_a_calendar_file_takes_no_line_of_somebody_else(client: Client) -> None:
    mission = await a_mission("Titre\r\nATTENDEE:mailto:x@y.fr\nBEGIN:VALARM", bring="a\r\nX-EVIL:1")
    shift = await the_shift(mission)
    text = (await client.get(f"/missions/{mission.slug}/creneaux/{shift.id}.ics")).text
    assert not [line for line in text.splitlines() if line.startswith(("ATTENDEE", "X-EVIL", "BEGIN:VALARM"))]


async def test_a_file_that_is_no_photo_is_refused_and_a_photo_loses_its_secrets(
    sign_in: SignIn, settings: Settings
) -> None:
    lead = await a_person()
    initiative = await an_initiative(lead=lead)
    browser = await sign_in(lead)
    path = f"/initiatives/{initiative.slug}/photo"

    async def send(content: bytes, name: str = "photo.jpg") -> int:
        headers = {"sec-fetch-site": "same-origin"}
        return (await browser.post(path, files={"picture": (name, content, "image/jpeg")}, headers=headers)).status_code

    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    gif, bomb = BytesIO(), BytesIO()
    Image.new("P", (8, 8)).save(gif, "GIF")
    Image.new("1", (16_000, 16_000)).save(bomb, "PNG")
    for content in (b"", b"x", svg, gif.getvalue(), bomb.getvalue(), b"PK\x03\x04" + b"a" * 99, b"a" * (10 * 1024 * 1024 + 1)):
        assert await send(content) == 422, content[:20]
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "12 rue du Port, chez Odile"
    photo = BytesIO()
    Image.new("RGB", (3000, 1000), "#336699").save(photo, "JPEG", exif=exif.tobytes())
    polyglot = photo.getvalue() + b"<script>alert(1)</script>"
    assert await send(polyglot, "../../../etc/passwd.php") == 303
    kept = await Picture.all().get()
    assert (kept.width, kept.height) == (640, 1920), "turned upright, as the camera was held"
    for file in (settings.data / "media").iterdir():
        assert b"rue du Port" not in file.read_bytes()
        assert b"<script>" not in file.read_bytes()
        served = await browser.get(f"/media/{file.name}")
        assert served.headers["x-content-type-options"] == "nosniff"
    assert (await Initiative.get(id=initiative.id)).picture_id == kept.id  # type: ignore[attr-defined]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["AVIF", "JPEG", "PNG", "WEBP"])
def test_a_damaged_photo_is_a_refusal_not_a_breakdown(kind: str, settings: Settings, tmp_path: Path) -> None:
    import random

    from civic.media.service import BROKEN, encode

    chance = random.Random(7)
    whole = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.effect_noise((32, 24), 50).convert("RGB").save(whole, kind, exif=exif.tobytes())
    refused = 0
    for _turn in range(120):
        damaged = bytearray(whole.getvalue())
        for _byte in range(chance.randint(1, 6)):
            damaged[chance.randrange(min(len(damaged), 300))] = chance.randrange(256)
        try:
            encode(bytes(damaged), "essai")
        except BROKEN:
            refused += 1
    assert refused, "some of the damage was noticed"
