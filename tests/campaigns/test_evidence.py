"""The evidence of an expense: a photo or a PDF, of which nothing that runs or hides is ever served."""

import io
from collections.abc import Awaitable, Callable

import pytest
from fpdf import FPDF
from PIL import Image
from pypdfium2 import PdfDocument
from starlette.datastructures import UploadFile

from campaigns.lifecycle.models import Campaign
from campaigns.payouts import panels, service
from campaigns.payouts.models import Answer, Expense, Tranche
from civic import clock, jobs
from civic.counting.rules import Verdict
from civic.decisions.models import Decision, DecisionStatus
from civic.errors import Invalid
from civic.mail.models import OutboxMessage
from civic.media import documents, rendering
from civic.media.service import MOST_BYTES, folder
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, RoleName
from civic.settings import Settings
from tests.client import Client
from tests.engines import Database
from tests.factories import a_person
from tests.factories.payouts import a_permitted_line, an_evidence, an_expense, first_line
from tests.factories.proof import Given, a_funded_campaign
from tests.factories.steering import a_committee, an_open_decision

SignIn = Callable[[Person], Awaitable[Client]]
GIFTS = (Given("Rose Martin", 30_000), Given("Paul Roux", 50_000), Given("Odile Blanc", 20_000))
HOSTILE = b"""%PDF-1.7
1 0 obj <</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>/Names<</EmbeddedFiles<</Names[(a.exe) 5 0 R]>>>>>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 300 400]/A<</S/URI/URI(https://mal.example)>>>>]>> endobj
5 0 obj <</Type/Filespec/F(a.exe)/EF<</F 6 0 R>>>> endobj
6 0 obj <</Type/EmbeddedFile/Length 4>> stream
MZ!!
endstream endobj
trailer <</Root 1 0 R>>
"""


def a_pdf(pages: int = 1, password: str = "", words: str = "Facture 2041, 380,50 euros") -> bytes:
    made = FPDF()
    if password:
        made.set_encryption(owner_password="o", user_password=password)
    made.set_font("helvetica", size=20)
    for number in range(pages):
        made.add_page()
        made.cell(text=f"{words}, {number + 1}")
    return bytes(made.output())


def upload(content: bytes) -> UploadFile:
    return UploadFile(io.BytesIO(content), filename="facture.pdf", size=len(content))


async def a_treasurer() -> Person:
    return await a_person("Dominique Blanc", "dominique@example.org", RoleName.TREASURER)


async def fields(campaign: Campaign, **more: str) -> dict[str, str]:
    line = await first_line(campaign)
    return {
        "cost_line": str(line.id), "amount": "80", "paid_on": clock.today().isoformat(), "what": "Garage Morel", **more
    }  # fmt: skip


def path(campaign: Campaign, more: str = "") -> str:
    return f"/campagnes/{campaign.slug}/depenses{more}"


async def test_an_invoice_as_pdf_is_published_beside_its_cost_line(client: Client, sign_in: SignIn) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    await a_permitted_line(campaign, 10_000)
    lead, treasurer = await sign_in(campaign.lead), await sign_in(await a_treasurer())
    files = {"evidence": ("facture.pdf", a_pdf(3), "application/pdf")}
    sent = await fields(campaign, alt="Facture 2041 de Garage Morel, 380,50 €")
    assert (await lead.submit(path(campaign, "/declarer"), sent, files=files)).status_code == 303
    expense = await Expense.get().select_related("evidence")
    assert expense.evidence.pages == 3
    file = path(campaign, f"/{expense.id}/preuve.pdf")
    assert (await client.get(file)).status_code == 404
    assert (await treasurer.get(file)).status_code == 200
    assert "Voir la première page" in (await treasurer.get(path(campaign))).text
    await treasurer.submit(path(campaign, f"/{expense.id}"), {"answer": "accepted"})
    page = (await client.get(f"/campagnes/{campaign.slug}/preuves")).text
    for words in (file, "PDF de 3 pages", "Facture 2041 de Garage Morel"):
        assert words in page, words
    answer = await client.get(file)
    assert answer.headers["content-disposition"] == f'attachment; filename="preuve-{expense.id}.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    made = PdfDocument(answer.content)
    assert (len(made), made[0].get_textpage().get_text_range()) == (3, "")
    assert made[0].render(scale=1).to_pil().convert("L").getextrema()[0] < 128  # its words are drawn
    picture = await client.get(f"/media/{expense.evidence.name}-960.jpg")
    assert picture.status_code == 200
    assert (await client.get(f"/media/{expense.evidence.name}.pdf")).status_code == 404


async def test_nothing_that_runs_is_in_what_we_keep(database: Database, settings: Settings) -> None:
    picture = await documents.store_evidence(upload(HOSTILE), alt="Preuve", field="evidence")
    kept = documents.path_of(picture).read_bytes()
    assert picture.pages == 1
    for word in (b"JavaScript", b"app.alert", b"EmbeddedFile", b"a.exe", b"/URI", b"mal.example", b"MZ!!"):
        assert word in HOSTILE
        assert word not in kept, word


REFUSED = {
    "too many pages": (a_pdf(21), "trop de pages"),
    "a password": (a_pdf(1, "secret"), "mot de passe"),
    "no pages": (b"%PDF-1.4\n" + b"x" * 5_000, "ne se lit pas"),
    "cut in the middle": (b"%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj trailer <</Root 1 0 R>>", "ne se lit pas"),
    "a page of hundreds of metres": (
        b"%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n"
        b"3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 1000000 1000]>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF",
        "trop grande",
    ),
    "too heavy": (b"%PDF-1.4\n" + b" " * MOST_BYTES, "10\u00a0Mo"),
    "a web page": (b"<html>%PDX-</html>", "pas une photo"),
}


@pytest.mark.parametrize("name", list(REFUSED))
@pytest.mark.one_engine
async def test_a_file_that_is_no_evidence_is_refused_in_words(database: Database, settings: Settings, name: str) -> None:
    content, words = REFUSED[name]
    with pytest.raises(Invalid, match=words):
        await documents.store_evidence(upload(content), alt="Preuve", field="evidence")
    assert list(folder().iterdir()) == []


@pytest.mark.one_engine
async def test_a_pdf_that_takes_too_long_is_given_up(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "PATIENCE", 0.01)
    with pytest.raises(Invalid, match="trop compliqué"):
        await documents.store_evidence(upload(a_pdf(20)), alt="Preuve", field="evidence")


def test_a_page_as_large_as_a_field_is_drawn_small() -> None:
    made = FPDF(unit="pt", format=(14_000, 14_000))
    made.add_page()
    picture, width, height = rendering._drawn(PdfDocument(bytes(made.output()))[0])
    assert (width, height) == (14_000, 14_000)
    assert Image.open(io.BytesIO(picture)).width <= 2_001


async def test_evidence_with_personal_data_is_kept_from_the_public(client: Client, sign_in: SignIn) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    await a_permitted_line(campaign, 10_000)
    lead, treasurer = await sign_in(campaign.lead), await sign_in(await a_treasurer())
    assert "Ne pas publier la preuve" in (await lead.get(path(campaign))).text
    files = {"evidence": ("facture.pdf", a_pdf(), "application/pdf")}
    await lead.submit(path(campaign, "/declarer"), await fields(campaign, hidden="1"), files=files)
    expense = await Expense.get().select_related("evidence")
    await treasurer.submit(path(campaign, f"/{expense.id}"), {"answer": "accepted"})
    public, file = f"/campagnes/{campaign.slug}/preuves", path(campaign, f"/{expense.id}/preuve.pdf")
    page = (await client.get(public)).text
    assert "Garage Morel" in page
    assert "Gardée par la trésorerie" in page
    assert expense.evidence.name not in page
    assert (await client.get(file)).status_code == 404
    assert (await (await sign_in(await a_person("Léa Blanc"))).get(file)).status_code == 403
    assert (await lead.get(file)).status_code == 200
    hide = path(campaign, f"/{expense.id}/cacher")
    assert (await lead.submit(hide, {"hidden": "0"})).status_code == 303
    assert (await client.get(file)).status_code == 200
    old = f"/media/{expense.evidence.name}-960.jpg"
    assert (await client.get(old)).status_code == 200
    assert (await treasurer.submit(hide, {"hidden": "1"})).status_code == 303
    assert (await client.get(old)).status_code == 404
    fresh = await Expense.get().select_related("evidence")
    assert (await client.get(f"/media/{fresh.evidence.name}-960.jpg")).status_code == 200
    assert (await lead.get(file)).status_code == 200
    assert (await client.get(public)).text == page.replace(expense.evidence.name, fresh.evidence.name)
    assert await AuditEntry.filter(act__in=["evidence_hidden", "evidence_published"]).count() == 2


async def mails(person: Person) -> list[OutboxMessage]:
    await jobs.run_due(schedules=False)
    return await OutboxMessage.filter(to=person.email).order_by("id")


async def todos(person: Person, desk: bool = False) -> list[str]:
    return [one.text for one in await (panels.desk_todos if desk else panels.person_todos)(person)]


async def test_who_must_act_hears_of_it_and_finds_it_in_her_list(app: object) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    lead, person = campaign.lead, await a_treasurer()
    treasurer = Actor(person, frozenset({RoleName.TREASURER}))
    first = await first_line(campaign)
    ask = service.TrancheForm(cost_line=first.id, amount=10_000, purpose="Un acompte au garage")
    for answer, reason in ((Answer.REFUSED, "Le devis manque."), (Answer.ACCEPTED, "")):
        tranche = await service.ask(campaign, Actor(lead), ask)
        assert [one.partition("\u00a0: ")[0] for one in await todos(person, desk=True)] == ["Permettre de dépenser 100\u202f€"]
        await service.answer(campaign, tranche, treasurer, answer, reason)
        assert await todos(person, desk=True) == []
        if answer == Answer.REFUSED:
            assert await todos(lead) == ["Demander autrement 100\u202f€\u00a0: c’est refusé"]
    assert await todos(lead) == ["Déclarer la dépense de 100\u202f€ qui est permise"]
    spent = service.ExpenseForm(cost_line=first.id, amount=8_000, paid_on=clock.today(), what="Garage Morel", key="a")
    expense = await service.declare(campaign, Actor(lead), spent, await an_evidence())
    assert await todos(lead) == []
    assert [one.partition("\u00a0: ")[0] for one in await todos(person, desk=True)] == ["Vérifier une dépense de 80\u202f€"]
    await service.check(campaign, expense, treasurer, Answer.REFUSED, "La facture est illisible.")
    assert await todos(lead) == ["Déclarer à nouveau la dépense de 80\u202f€\u00a0: elle est refusée"]
    again = await service.declare(campaign, Actor(lead), spent.model_copy(update={"key": "b"}), await an_evidence())
    await service.check(campaign, again, treasurer, Answer.ACCEPTED, "")
    await service.undo(campaign, again, treasurer, "Payée deux fois")
    subjects = [mail.subject.partition("\u00a0:")[0] for mail in await mails(person)]
    assert subjects == ["Une somme à permettre"] * 2 + ["Une dépense à vérifier"] * 2
    found = [mail for mail in await mails(lead) if "collecte" not in mail.subject]
    assert [mail.subject.partition("\u00a0:")[0] for mail in found] == [
        "Demande refusée", "Vous pouvez dépenser 100\u202f€", "Dépense refusée", "Dépense vérifiée",
        "Dépense annulée dans les comptes",
    ]  # fmt: skip
    assert "Le devis manque." in found[0].text
    assert "illisible" in found[2].text


async def test_a_sum_that_waits_for_the_committee_says_where_it_stands(sign_in: SignIn) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    person, line = await a_treasurer(), await first_line(campaign)
    decision = await an_open_decision(await a_committee(campaign.lead, initiative=campaign.initiative), campaign.lead)
    form = service.TrancheForm(cost_line=line.id, amount=1_000, purpose="Un acompte", decision=decision.id)
    await service.ask(campaign, Actor(campaign.lead), form)
    treasurer, lead = await sign_in(person), await sign_in(campaign.lead)
    page = (await treasurer.get(path(campaign))).text
    assert "Le comité répond jusqu" in page
    assert "Permettre</button>" not in page
    assert "Le comité répond jusqu" in (await lead.get(path(campaign))).text
    assert await todos(person, desk=True) == []
    assert "une fois la décision adoptée" in (await mails(person))[0].text
    closed = {"status": DecisionStatus.CLOSED, "closed_at": clock.now()}
    await Decision.filter(id=decision.id).update(**closed, verdict=Verdict.ADOPTED)
    page = (await treasurer.get(path(campaign))).text
    assert "la somme peut être permise" in page
    assert [one.partition("\u00a0: ")[0] for one in await todos(person, desk=True)] == ["Permettre de dépenser 10\u202f€"]
    committee = await a_committee(campaign.lead, initiative=campaign.initiative)
    other = await an_open_decision(committee, campaign.lead)
    await Tranche.filter(status=Answer.ASKED).update(decision_id=other.id)
    await Decision.filter(id=other.id).update(**closed, verdict=Verdict.REJECTED)
    page = (await treasurer.get(path(campaign))).text
    assert "ne peut pas être permise" in page
    assert "Permettre</button>" not in page


async def test_nobody_finds_her_own_expense_in_her_list(app: object) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    both = await a_treasurer()
    await an_expense(campaign, both)
    assert await todos(both, desk=True) == []
