"""One list of every gift for the treasury: by name, reference, amount, cheque and slip number, page by page."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from campaigns.offline import papers
from campaigns.offline.models import Mode, OfflineGift, OfflineSlip
from campaigns.pledges.models import Pledge
from campaigns.treasury import search
from civic import clock
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign
from tests.factories.offline import a_gift, a_verified_gift

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.usefixtures("app")


async def found(words: str) -> list[str]:
    return [row.name for row in (await search.find(words, None)).items]


async def test_a_gift_is_found_by_whatever_one_knows_of_it() -> None:
    campaign = await a_live_campaign()
    pledge = await a_confirmed_pledge(campaign, await a_person("Hélène Martin"), 3_300)
    await papers.make_slips(campaign, 1, Actor(await Person.get(id=campaign.lead_id)))
    slip = (await OfflineSlip.all().order_by("id"))[-1]
    cheque = await a_gift(campaign, 4_250, donor_name="Roger Berthet", reference="Crédit Agricole 4410021", number=slip.code)
    cash = await a_verified_gift(campaign, 3_300, Mode.CASH, donor_name="Lucette Guichard")
    assert await found("helene") == ["Hélène Martin"]
    assert await found(f"P-{pledge.id:06d}") == ["Hélène Martin"]
    assert await found("berthet") == await found("4410021") == await found(slip.code) == ["Roger Berthet"]
    assert await found(f"H-{cash.id:06d}") == ["Lucette Guichard"]
    assert "Roger Berthet" in await found(str(cheque.slip_id))
    assert await found("42,50") == await found("42,50 €") == ["Roger Berthet"]
    assert set(await found("33 €")) >= {"Hélène Martin", "Lucette Guichard"}
    assert await found("personne de tel") == []
    assert await found("") == ["Lucette Guichard", "Roger Berthet", "Hélène Martin"]


async def test_no_gift_is_lost_or_shown_twice_between_pages(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    moment = clock.now()
    for number in range(9):
        await a_confirmed_pledge(campaign, await a_person(f"Promesse {number}"))
        await a_gift(campaign, donor_name=f"Chèque {number}")
    for model in (Pledge, OfflineGift):
        for number, row in enumerate(await model.all().order_by("id")):
            await model.filter(id=row.id).update(created_at=moment - timedelta(minutes=number // 4))
    seen, cursor = [], None
    for _page in range(20):
        page = await search.find("", cursor, per_page=4)
        seen += [(row.road, row.id) for row in page.items]
        cursor = page.after
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 18
    desk = await sign_in(await a_person("Tristan Trésor", "", RoleName.TREASURER))
    assert (await desk.get("/tresorerie/dons?apres=nimporte")).status_code == 200


async def test_each_row_opens_its_detail_with_its_history_and_acts(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    await a_confirmed_pledge(campaign, await a_person("Hélène Martin"))
    await a_gift(campaign, donor_name="Roger Berthet")
    desk = await sign_in(await a_person("Tristan Trésor", "", RoleName.TREASURER))
    page = (await desk.get("/tresorerie/dons")).text
    links = re.findall(r'href="(/tresorerie/(?:dons|hors-ligne)/\d+)"', page)
    assert len(links) == 2
    pages = [(await desk.get(link)).text for link in links]
    assert any("Saisie par erreur" in text for text in pages)
    assert any("Hélène Martin" in text for text in pages)
    animator = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    assert "Hélène Martin" not in (await animator.get("/tresorerie/dons")).text
    assert "Hélène Martin" in (await animator.get("/tresorerie/dons?q=martin")).text
    for reader in (await sign_in(campaign.lead), await sign_in(await a_person("Paul Muet"))):
        assert (await reader.get("/tresorerie/dons")).status_code == 403


async def test_a_gift_is_listed_as_its_donor_sees_it_and_the_tip_apart(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    await a_confirmed_pledge(campaign, await a_person("Hélène Martin"), 1_800, tip_cents=100)
    await a_confirmed_pledge(campaign, await a_person("Paul Content"), 2_000)
    desk = await sign_in(await a_person("Tristan Trésor", "", RoleName.TREASURER))
    page = (await desk.get("/tresorerie/dons")).text.replace("\u202f", " ")
    assert "18 € + 1 € à Civic, Hélène Martin" in page
    assert "20 €, Paul Content" in page
    assert "19 €" not in page


async def test_the_words_are_kept_from_page_to_page(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    for number in range(search.PER_PAGE + 2):
        await a_gift(campaign, donor_name=f"Berthet {number:02d}")
    await a_gift(campaign, donor_name="Une Autre")
    desk = await sign_in(await a_person("Tristan Trésor", "", RoleName.TREASURER))
    first = (await desk.get("/tresorerie/dons?q=berthet")).text
    more = re.search(r'rel="next" href="([^"]+)"', first)
    assert more
    second = (await desk.get(more[1].replace("&amp;", "&"))).text
    assert "Berthet 00" in second
    assert "Une Autre" not in first + second
    assert "Revenir au début" in second
