"""The pages of money by hand: a lead's phone at the market, the treasurer's evening."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pypdfium2
import pytest
from starlette.types import ASGIApp

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.offline.models import Deposit, Mode, OfflineGift, OfflineSlip
from campaigns.pledges.models import Pledge
from civic import clock
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign
from tests.factories.offline import a_gift, a_switched_pledge, a_verified_gift

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.usefixtures("app")


def words(content: bytes) -> str:
    """Every word of a PDF, one space between them."""
    document = pypdfium2.PdfDocument(content)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(text.split())


def stall(*lines: dict[str, str], key: str = "cle-1") -> dict[str, Any]:
    """What the stall's form sends."""
    fields = {"cle": key, "lines": "5", "received_on": clock.today().isoformat()}
    for number, line in enumerate(lines, 1):
        fields |= {f"{name}_{number}": value for name, value in {"mode": "cash", **line}.items()}
    return fields


def form_of(campaign: Campaign, what: str = "saisie") -> str:
    return f"/campagnes/{campaign.slug}/hors-ligne/{what}".rstrip("/")


async def test_a_lead_enters_three_gifts_at_the_market_and_sees_the_total(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    lead = await sign_in(campaign.lead)
    assert "Saisir des dons" in (await lead.get(form_of(campaign))).text
    sent = stall(
        {"name": "Odile Blanc", "amount": "20"}, {}, {"name": "Hugo Petit", "amount": "12,50", "mode": "cheque"},
        {"name": "Léa Roux", "amount": "5 €", "mode": "promised"},
    )  # fmt: skip
    answer = await lead.submit(form_of(campaign), sent)
    assert answer.status_code == 303
    again = await lead.submit(form_of(campaign), sent)
    assert again.status_code == 303
    gifts = await OfflineGift.all().order_by("id")
    assert [(gift.amount_cents, gift.status.value) for gift in gifts] == [
        (2_000, "received"), (1_250, "received"), (500, "promised"),
    ]  # fmt: skip
    text = (await lead.get(form_of(campaign))).text
    assert "32,50" in text
    listed = (await lead.get(form_of(campaign, ""))).text
    assert "Odile Blanc" in listed
    assert (await Campaign.get(id=campaign.id)).offline_cents == 0


async def test_a_wrong_line_comes_back_with_everything_that_was_typed(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    lead = await sign_in(campaign.lead)
    sent = stall({"name": "Odile Blanc", "amount": "vingt"}, {"name": "Hugo Petit", "amount": "30", "email": "hugo@"})
    answer = await lead.submit(form_of(campaign), sent)
    assert answer.status_code == 422
    assert 'value="vingt"' in answer.text
    assert 'value="Hugo Petit"' in answer.text
    assert 'href="#amount_1"' in answer.text
    assert 'href="#email_2"' in answer.text
    empty = await lead.submit(form_of(campaign), stall())
    assert (empty.status_code, "au moins une ligne" in empty.text) == (422, True)
    late = stall({"name": "Odile Blanc", "amount": "20"}) | {"received_on": "2199-01-01"}
    assert (await lead.submit(form_of(campaign), late)).status_code == 422
    assert await OfflineGift.all().count() == 0


async def test_a_line_without_a_name_says_what_to_write(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    lead = await sign_in(campaign.lead)
    answer = await lead.submit(form_of(campaign), stall({"name": "", "amount": "20"}))
    assert answer.status_code == 422
    assert "Écrivez un nom, ou «\u00a0Anonyme\u00a0»." in answer.text
    assert "Remplissez ce champ" not in answer.text
    assert (await lead.submit(form_of(campaign), stall({"name": "Anonyme", "amount": "20"}))).status_code == 303


async def test_more_lines_keep_what_is_typed_and_say_the_sum(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    lead = await sign_in(campaign.lead)
    sent = stall({"name": "Odile Blanc", "amount": "20"}, {"name": "Hugo", "amount": "7,50"}) | {"more": "1"}
    answer = await lead.submit(form_of(campaign), sent)
    assert answer.status_code == 422
    assert "Une réponse est à corriger" not in answer.text
    assert 'name="name_10"' in answer.text
    assert re.search(r"Total <strong data-total>27,50", answer.text)


async def test_a_stranger_and_a_treasurer_enter_nothing(sign_in: SignIn, client: Client) -> None:
    campaign = await a_live_campaign()
    sent = stall({"name": "Odile Blanc", "amount": "20"})
    for person in (await a_person(), await a_person("Tristan", "", RoleName.TREASURER)):
        assert (await (await sign_in(person)).submit(form_of(campaign), sent)).status_code == 403
    assert (await client.submit(form_of(campaign), sent)).headers["location"].startswith("/connexion")
    assert await OfflineGift.all().count() == 0


async def test_a_line_is_put_right_until_somebody_verified_it(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    lead = await sign_in(campaign.lead)
    gift, done = await a_gift(campaign, mode=None), await a_verified_gift(campaign)
    page = form_of(campaign, str(gift.id))
    assert 'value="Odile Blanc"' in (await lead.get(page)).text
    sent = {"name": "Odile Blanc-Roux", "amount": "45", "mode": "cheque", "received_on": clock.today().isoformat()}
    assert (await lead.submit(page, sent | {"received_on": ""})).status_code == 422
    assert (await lead.submit(page, sent)).status_code == 303
    fresh = await OfflineGift.get(id=gift.id)
    assert (fresh.amount_cents, fresh.status, fresh.mode) == (4_500, "received", Mode.CHEQUE)
    assert (await lead.submit(form_of(campaign, str(done.id)), sent)).status_code == 410
    assert (await lead.submit(f"{page}/retirer")).status_code == 303
    assert (await OfflineGift.get(id=gift.id)).status == "withdrawn"
    assert (await lead.submit(f"{form_of(campaign, str(done.id))}/retirer")).status_code == 410


async def test_an_anonymous_donor_is_named_to_who_wrote_her_down_and_to_the_team_only(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    animator = await a_person("Rose Petit", "", RoleName.ANIMATOR)
    await a_gift(campaign, by=animator, donor_name="Ursule Discrète")
    await a_gift(campaign, by=animator, donor_name="Odile Montrée", public_name="Odile M.")
    pledge = await a_switched_pledge(campaign)
    await Pledge.filter(id=pledge.id).update(anonymous=True)
    seen = (await (await sign_in(campaign.lead)).get(form_of(campaign, ""))).text
    assert "Ursule" not in seen
    assert "Odile Montrée" in seen
    assert pledge.person.name not in seen
    assert f"P-{pledge.id:06d}" in seen
    assert "Ursule Discrète" in (await (await sign_in(animator)).get(form_of(campaign, ""))).text


async def test_the_treasurer_ticks_what_she_saw_and_not_her_own(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    treasurer = await a_person("Tristan Trésor", "", RoleName.TREASURER)
    first, second = await a_gift(campaign, 2_000), await a_gift(campaign, 3_000)
    own = await a_gift(campaign, 4_000, by=treasurer)
    desk = await sign_in(treasurer)
    assert "À vérifier" in (await desk.get("/tresorerie")).text
    assert "2 dons à vérifier" in (await desk.get("/tresorerie/hors-ligne")).text
    answer = await desk.submit("/tresorerie/hors-ligne/verifier", {"ids": [f"{first.id}:2000", f"{own.id}:4000"]})
    assert answer.status_code == 303
    told = (await desk.get("/tresorerie/hors-ligne")).text
    assert "Personne ne vérifie le don" in told
    states = [gift.status.value for gift in await OfflineGift.all().order_by("id")]
    assert states == ["verified", "received", "received"]
    assert (await desk.submit("/tresorerie/hors-ligne/verifier", {})).status_code == 303
    lead = await sign_in(campaign.lead)
    refused = await lead.submit("/tresorerie/hors-ligne/verifier", {"ids": f"{second.id}:3000"})
    assert refused.status_code == 403


async def test_the_treasurer_undoes_with_a_reason_kept_in_the_history(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    gift = await a_verified_gift(campaign)
    desk = await sign_in(await a_person("Tristan Trésor", "", RoleName.TREASURER))
    page = f"/tresorerie/hors-ligne/{gift.id}"
    assert (await desk.submit(f"{page}/revenir", {"why": ""})).status_code == 422
    assert (await desk.submit(f"{page}/revenir", {"why": "Le chèque est pour une autre collecte"})).status_code == 303
    shown = (await desk.get(page)).text
    assert "Le chèque est pour une autre collecte" in shown
    assert "entered" not in shown
    assert (await desk.submit(f"{page}/rendre", {"why": "La collecte n’a pas échoué"})).status_code == 422
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FAILED, decided_at=clock.now())
    assert "À rendre" in (await desk.get("/tresorerie/hors-ligne")).text
    assert "À rendre aux donateurs" in (await desk.get("/tresorerie")).text
    assert (await desk.submit(f"{page}/rendre", {"why": "Chèque rendu en main propre"})).status_code == 303
    assert (await OfflineGift.get(id=gift.id)).status == "returned"


async def test_slips_are_numbered_and_their_code_opens_the_form(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    lead = await sign_in(campaign.lead)
    assert (await lead.submit(form_of(campaign, "bulletins"), {"pages": "0"})).status_code == 422
    answer = await lead.submit(form_of(campaign, "bulletins"), {"pages": "2"})
    paper = await lead.get(answer.headers["location"])
    assert paper.headers["content-type"] == "application/pdf"
    slips = await OfflineSlip.all().order_by("id")
    assert len(slips) == 8
    text = words(paper.content)
    assert len(pypdfium2.PdfDocument(paper.content)) == 2
    for slip in slips:
        assert slip.code in text
    assert campaign.title in text
    assert "Association de démonstration" in text
    code = slips[3].code
    opened = await lead.get(f"/bulletins/{code}")
    assert opened.headers["location"].endswith(f"numero={code}")
    assert f'value="{code}"' in (await lead.get(opened.headers["location"])).text
    sent = stall({"name": "Odile Blanc", "amount": "20", "number": code})
    assert (await lead.submit(form_of(campaign), sent)).status_code == 303
    assert (await OfflineGift.get()).code == code
    twice = stall({"name": "Hugo Petit", "amount": "20", "number": code}, key="cle-2")
    refused = await lead.submit(form_of(campaign), twice)
    assert (refused.status_code, "déjà saisi" in refused.text) == (422, True)
    assert "saisie" not in (await lead.get(f"/bulletins/{code}")).headers["location"]
    assert (await lead.get("/bulletins/B-999999")).status_code == 404
    stranger = await sign_in(await a_person())
    assert (await stranger.get(f"/bulletins/{code}")).status_code == 403


async def test_a_deposit_slip_lists_each_cheque_and_the_total(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    await a_verified_gift(campaign, 2_000, reference="Crédit Agricole 0012345")
    await a_verified_gift(campaign, 123_450, donor_name="Commune de Trévoux")
    desk = await sign_in(await a_person("Tristan Trésor", "", RoleName.TREASURER))
    page = await desk.get("/tresorerie/remises")
    bare = await OfflineGift.get(donor_name="Commune de Trévoux")
    assert "1 chèque sans numéro" in page.text
    await desk.submit(f"/tresorerie/hors-ligne/{bare.id}/numero", {"reference": ""})
    await desk.submit(f"/tresorerie/hors-ligne/{bare.id}/numero", {"reference": "La Banque Postale 77"})
    page = await desk.get("/tresorerie/remises")
    assert "sans numéro" not in page.text
    ids = re.findall(r'name="ids" value="(\d+)"', page.text)
    assert len(ids) == 2
    assert (await desk.submit("/tresorerie/remises", {"mode": "cheque", "ids": ids})).status_code == 303
    deposit = await Deposit.get()
    text = words((await desk.get(f"/tresorerie/remises/{deposit.id}.pdf")).content)
    for word in ("Bordereau de remise de chèques", deposit.number, "Crédit Agricole 0012345", "1 254,50 €", "Trévoux", "La Banque Postale 77", "Titulaire du compte", "Association de démonstration"):
        assert word in text, word
    assert (await desk.submit(f"/tresorerie/remises/{deposit.id}/deposer", {"banked_on": ""})).status_code == 422
    sent = {"banked_on": clock.today().isoformat()}
    assert (await desk.submit(f"/tresorerie/remises/{deposit.id}/deposer", sent)).status_code == 303
    assert {gift.status for gift in await OfflineGift.all()} == {"banked"}
    assert "Déposé le" in (await desk.get("/tresorerie/remises")).text


async def test_a_statement_is_sent_its_columns_chosen_and_a_second_person_confirms(sign_in: SignIn, app: ASGIApp) -> None:
    campaign = await a_live_campaign()
    gift = await a_gift(campaign, 3_000, None)
    desk = await sign_in(await a_person("Tristan Trésor", "", RoleName.TREASURER))
    other = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    content = f"Date;Libellé;Montant\n18/11/2026;VIR {gift.code};30,00\n19/11/2026;?;dix\n".encode("latin-1")
    same = {"sec-fetch-site": "same-origin"}
    none = await desk.post("/tresorerie/releves", data={"x": "1"}, headers=same)
    assert none.status_code == 422
    bad = await desk.post("/tresorerie/releves", files={"file": ("a.csv", b"bonjour")}, headers=same)
    assert (bad.status_code, "ligne de titres" in bad.text) == (422, True)
    answer = await desk.post("/tresorerie/releves", files={"file": ("releve.csv", content)}, headers=same)
    assert answer.status_code == 303
    page = answer.headers["location"]
    assert "Choisir les colonnes" in (await desk.get(page)).text
    assert (await desk.submit(f"{page}/colonnes", {"name": "Ma banque"})).status_code == 422
    columns = {"name": "Ma banque", "date": "0", "label": "1", "amount": "2"}
    assert (await desk.submit(f"{page}/colonnes", columns)).status_code == 303
    shown = (await desk.get(page)).text
    assert "une autre personne le confirme" in shown
    assert "« dix »" in shown.replace("\u00a0", " ")
    line = re.search(r'name="ids" value="(\d+)"', (await other.get(page)).text)
    assert line
    assert (await desk.submit(f"{page}/confirmer", {"ids": line[1]})).status_code == 303
    assert (await OfflineGift.get()).status == "promised"
    assert (await other.submit(f"{page}/confirmer", {"ids": line[1]})).status_code == 303
    assert (await OfflineGift.get()).status == "verified"
    assert (await Campaign.get(id=campaign.id)).offline_cents == 3_000
    assert "30" in (await other.get(f"/campagnes/{campaign.slug}")).text


async def test_a_closed_campaign_takes_no_more_money(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    lead = await sign_in(campaign.lead)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.CANCELLED)
    assert (await lead.get(form_of(campaign))).status_code == 410
    assert (await lead.submit(form_of(campaign), stall({"name": "Odile Blanc", "amount": "20"}))).status_code == 410
    assert (await lead.get(form_of(campaign, ""))).status_code == 200


async def test_a_donor_who_left_her_address_finds_her_gift_in_her_space(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    odile = await a_person("Odile Blanc", "odile@exemple.fr")
    await a_gift(campaign, 4_200, email="odile@exemple.fr")
    hers = await sign_in(odile)
    assert not re.search(r"42.€", (await hers.get("/mon-espace")).text)
    await a_verified_gift(campaign, 4_300, email="odile@exemple.fr")
    assert re.search(r"Don de 43.€", (await hers.get("/mon-espace")).text)
