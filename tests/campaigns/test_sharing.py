"""A campaign leaves the site: block, poster, picture, texts (PRODUCT C11)."""

from __future__ import annotations

import gzip
import io
import re
from pathlib import Path

import pytest
from PIL import Image
from pypdfium2 import PdfDocument
from starlette.types import ASGIApp

from campaigns.lifecycle.models import Campaign
from civic.web import urls
from civic.web.assets import STATIC
from tests.client import Client
from tests.factories.campaigns import a_confirmed_pledge, a_draft, a_live_campaign

pytestmark = pytest.mark.one_engine
ALL = ("sharing.kit", "sharing.block", "sharing.picture", "sharing.poster", "sharing.bulletin")


async def test_any_site_frames_the_block_which_is_light_and_sets_nothing(app: ASGIApp, client: Client) -> None:
    campaign = await a_live_campaign()
    await a_confirmed_pledge(campaign, cents=120_000)
    answer = await client.get(urls.path("sharing.block", slug=campaign.slug))
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "script-src" not in policy
    assert "x-frame-options" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert "<script" not in answer.text
    page = answer.text.replace("\u202f", " ").replace("\u00a0", " ")
    assert "1 200 €" in page
    assert "20 %" in page
    assert "?src=bloc" in page
    sheet = re.findall(r'href="(/static/[^"]+)"', answer.text)
    assert len(sheet) == 1
    css = (await client.get(sheet[0])).content
    assert len(answer.content) + len(css) <= 10_240
    assert len(re.findall(r" (?:src|href)=", answer.text)) == 2, "one style sheet, one link, nothing else"
    shown = await client.get(urls.path("campaigns.show", slug=campaign.slug))
    assert "frame-ancestors 'none'" in shown.headers["content-security-policy"]


async def test_the_town_hall_copies_a_code_that_shows_the_block(app: ASGIApp, client: Client) -> None:
    campaign = await a_live_campaign()
    page = (await client.get(urls.path("sharing.kit", slug=campaign.slug))).text
    assert f"src=&#34;http://testserver/campagnes/{campaign.slug}/bloc&#34;" in page
    assert "texte=court" in page


async def test_the_poster_is_one_page_with_title_goal_date_and_slips(app: ASGIApp, client: Client) -> None:
    campaign = await a_live_campaign()
    answer = await client.get(urls.path("sharing.poster", slug=campaign.slug))
    assert answer.headers["content-type"] == "application/pdf"
    document = PdfDocument(answer.content)
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range().replace("\u00a0", " ")
    assert "Un minibus pour sept hameaux" in text.replace("\r\n", " ")
    assert "6 000 €" in text
    assert text.count("Un minibus") >= 8
    where = urls.absolute("campaigns.show", slug=campaign.slug).partition("://")[2]
    assert where in text, "the address is not cut"


async def test_the_social_picture_is_drawn_once_for_what_it_says(app: ASGIApp, client: Client) -> None:
    campaign = await a_live_campaign()
    path = urls.path("sharing.picture", slug=campaign.slug)
    first = await client.get(path)
    assert Image.open(io.BytesIO(first.content)).size == (1200, 630)
    assert len(first.content) < 100_000
    again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    await Campaign.filter(id=campaign.id).update(confirmed_cents=300_000)
    assert (await client.get(path)).headers["etag"] != first.headers["etag"]
    page = (await client.get(urls.path("campaigns.show", slug=campaign.slug))).text
    assert f'property="og:image" content="http://testserver{path}"' in page


async def test_the_bulletin_text_comes_short_or_long_as_plain_text(app: ASGIApp, client: Client) -> None:
    campaign = await a_live_campaign()
    long = await client.get(urls.path("sharing.bulletin", slug=campaign.slug))
    short = await client.get(urls.path("sharing.bulletin", slug=campaign.slug, texte="court"))
    assert long.headers["content-type"].startswith("text/plain")
    assert "attachment" in long.headers["content-disposition"]
    assert len(short.text) < 400 < len(long.text)
    assert "src=bulletin" in short.text
    assert "<" not in long.text


async def test_a_campaign_that_is_not_public_is_not_shared(app: ASGIApp, client: Client) -> None:
    draft = await a_draft()
    for name in ALL:
        assert (await client.get(urls.path(name, slug=draft.slug))).status_code == 404, name


def test_the_blocks_style_stays_small() -> None:
    assert len(gzip.compress(Path(STATIC / "embed" / "block.css").read_bytes())) < 1_000
