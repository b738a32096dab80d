"""A transfer that bears the number of a blank slip: its campaign is said, its gift is made from the line by two people."""

from collections.abc import Awaitable, Callable

import pypdfium2
import pytest

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.offline import papers, slip_lines, statements
from campaigns.offline.models import BankLine, LineStatus, Mode, OfflineGift, OfflineSlip
from campaigns.offline.verify import CHECKS
from civic.errors import DomainError, Forbidden
from civic.people.actor import Actor
from civic.people.models import Person
from civic.settings import Settings
from tests.campaigns.test_statements import file, sent
from tests.client import Client
from tests.factories.campaigns import a_live_campaign
from tests.factories.offline import a_treasurer

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.usefixtures("app")


async def a_line(campaign: Campaign, team: Actor, who: str = "VIR INST MME ODILE BLANC", cents: str = "30,00") -> BankLine:
    """A credit whose label bears the number of a slip nobody entered."""
    await papers.make_slips(campaign, 1, Actor(await Person.get(id=campaign.lead_id)))
    code = (await OfflineSlip.all().order_by("-id"))[0].code
    await sent(file(f"18/11/2026;{who} {code};{cents}"), team)
    return await BankLine.all().order_by("-id").get()


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("VIR INST MME ODILE BLANC B-000005", "Odile Blanc"), ("VIREMENT EN VOTRE FAVEUR\nHUGO PETIT B 5", "Hugo Petit"),
        ("B-000005", ""),
    ],
)  # fmt: skip
def test_the_name_is_read_from_what_the_bank_writes(label: str, name: str) -> None:
    assert slip_lines.name_in(label) == name


async def test_a_transfer_with_a_blank_slips_number_becomes_a_gift_that_two_people_saw() -> None:
    campaign, one, other = await a_live_campaign(), await a_treasurer("Rose Une"), await a_treasurer("Paul Deux")
    line = await a_line(campaign, one)
    blank = await slip_lines.blank_of(line)
    assert blank
    assert (line.status, blank.campaign.id, blank.open) == (LineStatus.OPEN, campaign.id, True)
    await slip_lines.make_gift(line, "Odile Blanc", one)
    gift = await OfflineGift.get()
    assert (gift.code, gift.amount_cents, gift.mode, gift.received_on) == (blank.code, 3_000, Mode.TRANSFER, line.on)
    assert (gift.status, (await Campaign.get(id=campaign.id)).offline_cents) == ("received", 0)
    with pytest.raises(Forbidden):
        await statements.confirm(line.id, one)
    with pytest.raises(DomainError):
        await slip_lines.make_gift(line, "Odile Blanc", one)
    await statements.confirm(line.id, other)
    assert (await Campaign.get(id=campaign.id)).offline_cents == 3_000
    assert (await ledger.balances())["bank"] == 3_000
    await statements.undo(line.id, other, "mauvaise personne")
    assert ((await Campaign.get(id=campaign.id)).offline_cents, (await ledger.balances())["bank"]) == (0, 0)
    await statements.confirm(line.id, other)
    assert (await OfflineGift.get()).status == "verified"
    assert [sentence for check in CHECKS for sentence in await check()] == []


async def test_setting_the_line_aside_takes_its_gift_out_and_frees_the_slip() -> None:
    campaign, one = await a_live_campaign(), await a_treasurer("Rose Une")
    line = await a_line(campaign, one)
    await slip_lines.make_gift(line, "Odile Blanc", one)
    await statements.set_aside(line, one)
    assert ((await OfflineGift.get()).status, (await BankLine.get()).status) == ("withdrawn", LineStatus.ASIDE)
    assert await slip_lines.blank_of(await BankLine.get())
    await slip_lines.make_gift(await BankLine.get(), "Odile Petit", one)
    kept = await OfflineGift.exclude(status="withdrawn").get()
    assert (kept.donor_name, (await BankLine.get()).gift_id) == ("Odile Petit", kept.id)


async def test_a_slip_of_a_campaign_that_is_over_makes_no_gift() -> None:
    campaign, one = await a_live_campaign(), await a_treasurer("Rose Une")
    line = await a_line(campaign, one)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FAILED)
    blank = await slip_lines.blank_of(line)
    assert blank
    assert not blank.open
    with pytest.raises(DomainError):
        await slip_lines.make_gift(line, "Odile Blanc", one)
    assert (await OfflineGift.all().count(), (await BankLine.get()).status) == (0, LineStatus.OPEN)


@pytest.mark.one_engine
async def test_the_treasurer_reads_which_campaign_it_is_and_makes_the_gift_at_one_press(sign_in: SignIn) -> None:
    campaign, one = await a_live_campaign(), await a_treasurer("Rose Une")
    line = await a_line(campaign, one)
    desk = await sign_in(one.person)
    page = f"/tresorerie/releves/{line.statement_id}"
    text = (await desk.get(page)).text
    for said in ("est un bulletin de la collecte", campaign.title, 'value="Odile Blanc"', "Enregistrer ce don", "1 crédit"):
        assert said in text, said
    empty = await desk.submit(f"/tresorerie/lignes/{line.id}/don", {"name": ""})
    assert "Écrivez un nom" in (await desk.get(empty.headers["location"])).text
    await desk.submit(f"/tresorerie/lignes/{line.id}/don", {"name": "Odile Blanc"})
    assert (await OfflineGift.get()).donor_name == "Odile Blanc"
    text = (await desk.get(page)).text
    assert ("Enregistrer ce don" in text, "une autre personne le confirme" in text) == (False, True)
    assert "1 ligne à confirmer" in (await desk.get("/tresorerie/releves")).text


@pytest.mark.one_engine
async def test_a_paper_slip_says_where_a_transfer_goes(settings: Settings) -> None:
    campaign = await a_live_campaign()
    await papers.make_slips(campaign, 1, Actor(await Person.get(id=campaign.lead_id)))
    slips = await OfflineSlip.all()

    async def said() -> str:
        found = pypdfium2.PdfDocument(await papers.slips_paper(campaign, slips))[0].get_textpage().get_text_range()
        return " ".join(found.split())

    assert settings.contact_email in await said()
    settings.iban = "FR76 3000 6000 0112 3456 7890 189"
    text = await said()
    assert text.count(f"Chèque à l’ordre de, ou virement au nom de : {campaign.beneficiary}") == 4
    assert (text.count(settings.iban), settings.contact_email in text) == (4, False)
