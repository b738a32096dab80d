"""At the stall and at the treasury: what a reference says, how a gift is found, what stands on the form and on paper."""

import re
from collections.abc import Awaitable, Callable

import pypdfium2
import pytest

from campaigns.lifecycle.models import Campaign
from campaigns.offline import papers, promising, slip_lines, statements, verifying
from campaigns.offline.howto import how_to
from campaigns.offline.models import BankLine, LineStatus, OfflineGift, OfflineSlip, OfflineStatus
from civic.errors import Invalid
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.settings import Settings, configure
from tests.campaigns.test_offline_pages import form_of, stall, words
from tests.campaigns.test_statements import file, sent
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign
from tests.factories.offline import a_gift, a_switched_pledge, a_treasurer, an_announced_gift

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.usefixtures("app")
IBAN = "FR14 2004 1010 0505 0001 3M02 606"


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


async def filled(lead: Client, campaign: Campaign, typed: str) -> str:
    """The stall's form after somebody typed this in « Une référence à reprendre »."""
    return plain((await lead.get(form_of(campaign), params={"numero": typed})).text)


async def refused(lead: Client, campaign: Campaign, code: str) -> str:
    """What a line under this reference is answered."""
    line = {"name": "Odile", "amount": "50", "mode": "cheque", "number": code}
    answer = await lead.submit(form_of(campaign), stall(line, key=code))
    assert answer.status_code == 422
    return plain(answer.text)


async def searched(lead: Client, campaign: Campaign, typed: str) -> str:
    """The part about announced gifts after a search, without the box that was typed in."""
    page = plain((await lead.get(form_of(campaign, ""), params={"reference": typed})).text)
    return page.partition('id="arrivent"')[2].partition("</form>")[2].partition("</section>")[0]


async def test_a_reference_that_is_not_awaited_says_what_became_of_it(sign_in: SignIn) -> None:
    campaign, other = await a_live_campaign(), await a_live_campaign(title="Un verger partagé")
    lead = await sign_in(campaign.lead)
    gift = await an_announced_gift(campaign, 7_250, public_name="Odile B.")
    line = {"amount": "72,50", "mode": "cheque", "number": gift.code}
    assert (await lead.submit(form_of(campaign), stall(line))).status_code == 303
    for page in (await filled(lead, campaign, gift.code), await refused(lead, campaign, gift.code)):
        assert f"{gift.code} est déjà saisi : 72,50 €, reçu le" in page
        assert "Une deuxième personne le vérifie" in page
    assert f"{gift.code} est déjà saisi" in await searched(lead, campaign, str(gift.id))
    for page in (await filled(lead, campaign, "odile"), await searched(lead, campaign, "blanc")):
        assert f"{gift.code} est déjà saisi" in page, "by name too: nobody enters it twice"
    await verifying.verify(gift.id, await a_treasurer())
    for page in (await filled(lead, campaign, gift.code), await refused(lead, campaign, gift.code)):
        assert f"{gift.code} est déjà vérifié : 72,50 €, reçu le" in page
    gone = await an_announced_gift(campaign, name="Rose Fleur")
    await promising.cancel(gone)
    for page in (await filled(lead, campaign, gone.code), await refused(lead, campaign, gone.code)):
        assert f"{gone.code} est annulé par la personne qui l’avait annoncé" in page
        assert "Rose" not in page
    away = await an_announced_gift(other, name="Hugo Petit")
    for page in (await filled(lead, campaign, away.code), await refused(lead, campaign, away.code)):
        assert f"{away.code} est pour une autre collecte. Remettez cet argent à la trésorerie" in page
        assert other.title not in page
    unsure = await an_announced_gift(campaign, name="Personne Encore", known=False)
    for code in ("H-009999", unsure.code):
        for page in (await filled(lead, campaign, code), await refused(lead, campaign, code)):
            assert f"Personne n’a annoncé de don sous {code}" in page
    for page in (await filled(lead, campaign, "Zoé"), await refused(lead, campaign, "Zoé")):
        assert "Rien n’est annoncé sous « Zoé ». Une référence ressemble à H-000123" in page
    assert "est le numéro d’une remise en banque" in await filled(lead, campaign, "R-0012")


@pytest.mark.one_engine
async def test_which_other_campaign_is_said_to_who_looks_after_it(sign_in: SignIn) -> None:
    anne = await a_person("Anne-Marie Lopez")
    campaign, other = await a_live_campaign(anne), await a_live_campaign(anne, title="Un verger partagé")
    away = await an_announced_gift(other)
    page = await filled(await sign_in(anne), campaign, away.code)
    assert f"{away.code} est pour une autre collecte, « Un verger partagé »" in page


@pytest.mark.one_engine
async def test_one_that_did_not_come_in_time_is_found_and_received_all_the_same(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    gift = await an_announced_gift(campaign, public_name="Odile B.")
    await OfflineGift.filter(id=gift.id).update(status=OfflineStatus.EXPIRED)
    lead = await sign_in(campaign.lead)
    page = await filled(lead, campaign, gift.code)
    assert 'value="Odile Blanc"' in page
    assert "Ce don était attendu jusqu’au" in page
    assert "pas arrivé à temps" in await searched(lead, campaign, gift.code)
    line = {"amount": "50", "mode": "cheque", "number": gift.code}
    assert (await lead.submit(form_of(campaign), stall(line))).status_code == 303
    assert (await OfflineGift.get(id=gift.id)).status == OfflineStatus.RECEIVED


@pytest.mark.one_engine
async def test_slips_and_promises_under_a_wrong_number_say_why(sign_in: SignIn) -> None:
    campaign, other = await a_live_campaign(), await a_live_campaign(title="Un verger partagé")
    pledge = await a_switched_pledge(campaign)
    lead = await sign_in(campaign.lead)
    for one in (campaign, other):
        await papers.make_slips(one, 1, Actor(await Person.get(id=one.lead_id)))
    slip = await OfflineSlip.filter(campaign_id=campaign.id).order_by("id").first()
    theirs = await OfflineSlip.filter(campaign_id=other.id).order_by("id").first()
    assert slip
    assert theirs
    assert "error" not in (await filled(lead, campaign, slip.code)).partition("Numéro du bulletin")[2][:600]
    await a_gift(campaign, 4_500, number=slip.code)
    await a_gift(campaign, 3_000, number=f"P-{pledge.id:06d}")
    for code, said in (
        (slip.code, f"{slip.code} est déjà saisi : 45 €"), (theirs.code, "est pour une autre collecte."),
        ("B-999999", "Le bulletin B-999999 n’existe pas."), (f"P-{pledge.id:06d}", "est déjà saisi : 30 €"),
        ("P-999999", "P-999999 n’attend ni chèque ni virement"),
    ):  # fmt: skip
        assert said in await filled(lead, campaign, code), code
        assert said in await refused(lead, campaign, code), code


async def test_an_announced_gift_is_found_by_its_number_and_by_a_part_of_a_name_that_is_shown(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    gift = await an_announced_gift(campaign, name="Josette Périgourdin", public_name="Josette P.")
    shy = await an_announced_gift(campaign, name="Ursule Périgourdin")
    lead = await sign_in(campaign.lead)
    for typed in (str(gift.id), f"{gift.id:06d}", f"h {gift.id}", gift.code, "josette", "PERIG jos"):
        found = await searched(lead, campaign, typed)
        assert gift.code in found, typed
        assert shy.code not in found, typed
    assert shy.code in await searched(lead, campaign, str(shy.id))
    for typed in ("Ursule", "ursule perigourdin", "Zoé"):
        found = await searched(lead, campaign, typed)
        assert shy.code not in found, "who stays anonymous is found by her reference only"
        assert "Une personne anonyme se trouve par sa référence seulement" in found
    assert gift.code in await filled(lead, campaign, "josette")
    await an_announced_gift(campaign, name="Josette Morel", public_name="Josette M.")
    assert "Plusieurs dons sont annoncés ainsi" in await filled(lead, campaign, "josette")


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"public_name": "Josette M."}, "a choisi de paraître sous le nom « Josette M. »."),
        ({"public_name": "Josette M.", "amount_hidden": True}, "sous le nom « Josette M. », après la collecte"),
        ({}, "a choisi de rester anonyme"),
    ],
)
async def test_her_choice_stands_on_the_form_and_is_no_empty_box(
    sign_in: SignIn, values: dict[str, str], said: str
) -> None:
    campaign = await a_live_campaign()
    gift = await an_announced_gift(campaign, 7_250, **values)  # type: ignore[arg-type]
    lead = await sign_in(campaign.lead)
    wrong = await lead.submit(form_of(campaign), stall({"amount": "x", "mode": "cheque", "number": gift.code}))
    for page in (await filled(lead, campaign, gift.code), plain(wrong.text)):
        first, second = page.partition("Ligne 1")[2].partition("Ligne 2")[::2]
        assert said in first
        assert "D’accord pour être remercié" not in first
        assert "D’accord pour être remercié" in second
    assert said in plain((await lead.get(form_of(campaign, str(gift.id)))).text)
    hidden = "amount_hidden" in values
    assert ('value="72,50"' in await filled(lead, campaign, gift.code)) is not hidden, "its € stands beside the field"


@pytest.mark.one_engine
async def test_what_was_kept_is_said_by_its_references(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    gift = await an_announced_gift(campaign, 7_250)
    lead, treasurer = await sign_in(campaign.lead), await a_treasurer()
    await lead.submit(form_of(campaign), stall({"amount": "72,50", "mode": "cheque", "number": gift.code}))
    said = plain((await lead.get(form_of(campaign))).text)
    assert f"Don {gift.code} de 72,50 € noté. Une autre personne vérifie, puis l’argent compte." in said
    lines = [{"name": name, "amount": "20", "mode": "cash"} for name in ("Rose", "Hugo")]
    await lead.submit(form_of(campaign), stall(*lines, key="two"))
    codes = [one.code for one in await OfflineGift.filter(mode="cash").order_by("id")]
    assert f"2 dons notés, 40 € : {', '.join(codes)}." in plain((await lead.get(form_of(campaign))).text)
    await lead.submit(form_of(campaign), stall({"name": "Paul", "amount": "20", "mode": "promised"}, key="three"))
    assert "de 20 € notée. Rien ne compte encore" in plain((await lead.get(form_of(campaign))).text)
    assert treasurer.is_treasurer


async def test_a_second_tab_that_verifies_again_is_told_that_it_was(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    gift, desk = await a_gift(campaign), "/tresorerie/hors-ligne"
    tristan = await sign_in(await a_person("Tristan Trésor", "", RoleName.TREASURER))
    ticked = {"ids": f"{gift.id}:3000"}
    await tristan.submit(f"{desk}/verifier", ticked)
    assert "1 don vérifié" in (await tristan.get(desk)).text
    await tristan.submit(f"{desk}/verifier", ticked)
    page = plain((await tristan.get(desk)).text)
    assert f"Le don {gift.code} est déjà vérifié : il compte, rien n’a changé." in page
    assert "1 don vérifié" not in page
    assert (await Campaign.get(id=campaign.id)).offline_cents == 3_000


async def test_a_blank_slips_number_written_for_a_line_makes_its_gift() -> None:
    campaign, one, other = await a_live_campaign(), await a_treasurer("Rose Une"), await a_treasurer("Paul Deux")
    await papers.make_slips(campaign, 1, Actor(await Person.get(id=campaign.lead_id)))
    slip = await OfflineSlip.all().order_by("id").first()
    assert slip
    await sent(file("18/11/2026;VIR INST MME ODILE BLANC;30,00"), one)
    line = await BankLine.get()
    assert (await slip_lines.blank_of(line), line.status) == (None, LineStatus.OPEN)
    with pytest.raises(Invalid):
        await statements.propose(line, "B-999999", one)
    await statements.propose(line, slip.code, one)
    gift = await OfflineGift.get()
    assert (gift.code, gift.donor_name, gift.amount_cents, gift.anonymous) == (slip.code, "Odile Blanc", 3_000, True)
    await statements.confirm(line.id, other)
    assert (await Campaign.get(id=campaign.id)).offline_cents == 3_000


async def paper_lines(content: bytes) -> list[str]:
    text: str = pypdfium2.PdfDocument(content)[0].get_textpage().get_text_range()
    return [plain(line).strip() for line in text.splitlines()]


@pytest.mark.one_engine
@pytest.mark.parametrize("iban", [IBAN, ""])
async def test_a_slip_says_each_thing_once_and_the_iban_on_one_line(settings: Settings, iban: str) -> None:
    campaign = await a_live_campaign()
    campaign.beneficiary = "Les Jardins du Carron et de la Dombes solidaire"
    configure(settings.model_copy(update={"iban": iban, "cheque_address": "BP 12, Villars"}))
    try:
        how = how_to(campaign, "H-000009", 7_250, campaign.last_day)
        paper = await papers.promise_paper(campaign, how, "Josette Morel")
        await papers.make_slips(campaign, 1, Actor(await Person.get(id=campaign.lead_id)))
        slips = await papers.slips_paper(campaign, await OfflineSlip.all().order_by("id"))
    finally:
        configure(settings)
    lines, text = await paper_lines(paper), words(paper)
    for once in ("H-000009", campaign.beneficiary, "BP 12, Villars", *([iban] if iban else [])):
        assert plain(text).count(once) == 1, once
    assert any(line.endswith(IBAN) for line in lines) is bool(iban)
    assert ("demandez-nous l’IBAN" in plain(text)) is not bool(iban)
    printed = await paper_lines(slips)
    whole = "\n".join(printed)
    assert whole.count(campaign.beneficiary) == 4
    assert [line for line in printed if line.endswith(f"IBAN {IBAN}")] == [
        f"Virement, avec le numéro de ce bulletin : IBAN {IBAN}"
    ] * (4 if iban else 0)
    assert len(re.findall(r"B-\d{6}", whole)) == 4
