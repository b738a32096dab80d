"""The accountant's file: balanced, on dated account numbers, without a name and without a formula."""

import ast
import csv
import io
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from campaigns.accounting.lines import lines_of, number_of
from campaigns.ledger import wording
from campaigns.ledger.models import AccountKind
from campaigns.lifecycle.models import Campaign
from civic import clock
from civic.people.models import Person, RoleName
from civic.settings import CHART, ROOT, BadSettings, Settings, configure, load
from tests.client import Client
from tests.factories import a_person
from tests.factories.proof import Given, a_funded_campaign

SignIn = Callable[[Person], Awaitable[Client]]
ROSE, PAUL = Given("Rose Martin", 3_000, tip=100), Given("Paul Roux", 5_100)


def days() -> str:
    return f"?du={clock.today() - timedelta(days=1)}&au={clock.today()}"


async def test_the_treasurer_sees_equal_totals_and_downloads_the_file(sign_in: SignIn) -> None:
    campaign = await a_funded_campaign(ROSE, PAUL)
    await Campaign.filter(id=campaign.id).update(title="=Un minibus")
    treasurer = await sign_in(await a_person("Dominique Blanc", "", RoleName.TREASURER))
    page = (await treasurer.get("/tresorerie/comptabilite" + days())).text
    assert "Débit et crédit sont égaux" in page
    assert "7541" in page
    assert "82\u202f€" in page
    assert "Pour la comptabilité" in (await treasurer.get("/tresorerie")).text
    answer = await treasurer.get("/tresorerie/comptabilite.csv" + days())
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    cents = [(int(row["Débit"].replace(",", "")), int(row["Crédit"].replace(",", ""))) for row in rows]
    assert sum(debit for debit, _credit in cents) == sum(credit for _debit, credit in cents) == 8_200
    assert {row["Compte"] for row in rows} == {"5115", "6278", "7541", "758"}
    assert {row["Journal"] for row in rows} == {"ST"}
    assert {row["Date"] for row in rows} == {f"{clock.today():%Y%m%d}"}
    assert {row["Collecte"] for row in rows} == {campaign.slug}
    assert not any(cell.startswith("=") for row in rows for cell in row.values())
    assert "Rose" not in answer.text


async def test_days_that_make_no_period_are_said(sign_in: SignIn) -> None:
    treasurer = await sign_in(await a_person("Dominique Blanc", "", RoleName.TREASURER))
    for asked in ("?du=2027-02-01&au=2027-01-01", "?du=2020-01-01&au=2027-01-01", "?du=hier&au=2027-01-01"):
        assert (await treasurer.get("/tresorerie/comptabilite" + asked)).status_code == 422
        assert (await treasurer.get("/tresorerie/comptabilite.csv" + asked)).status_code == 422
    empty = await treasurer.get("/tresorerie/comptabilite?du=2020-01-01&au=2020-12-31")
    assert (empty.status_code, "Aucune écriture" in empty.text) == (200, True)


async def test_others_do_not_read_the_books(client: Client, sign_in: SignIn) -> None:
    resident = await sign_in(await a_person("Léa Blanc"))
    for address in ("/tresorerie/comptabilite", "/tresorerie/comptabilite.csv"):
        assert (await resident.get(address)).status_code == 403
        assert (await client.get(address)).status_code == 303


async def test_an_entry_known_after_the_end_of_its_period_is_told(sign_in: SignIn) -> None:
    await a_funded_campaign(ROSE)
    first = (await lines_of(clock.today(), clock.today()))[0]
    assert not first.late
    assert (await lines_of(clock.today() - timedelta(days=9), clock.today() - timedelta(days=1))) == []


def test_an_account_changes_its_number_on_a_day(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIVIC_ENV", "test")
    monkeypatch.setenv("CIVIC_ACCOUNTS", "2028-01-01 bank=5121; 2027-06-01 platform_tips=7588 bank=5122")
    configure(load())
    assert number_of("bank", date(2027, 5, 31)) == "512"
    assert number_of("bank", date(2027, 6, 1)) == "5122"
    assert number_of("bank", date(2028, 1, 1)) == "5121"
    assert number_of("platform_tips", date(2030, 1, 1)) == "7588"
    for wrong in ("2027-01-01 banque=512", "bientôt bank=512", "2027-01-01 bank", "2027-01-01 bank==1"):
        monkeypatch.setenv("CIVIC_ACCOUNTS", wrong)
        with pytest.raises(BadSettings, match="CIVIC_ACCOUNTS"):
            load()


def test_a_moment_is_read_from_text_too() -> None:
    from campaigns.accounting import lines

    assert lines._moment("2027-06-14T10:00:00+00:00") == datetime(2027, 6, 14, 10, tzinfo=UTC)


def test_whatever_is_booked_has_words_and_whatever_has_words_is_booked(app: object) -> None:
    written = {
        node.value
        for file in (ROOT / "campaigns").rglob("*.py") if file.name != "wording.py" and "sandbox" not in file.parts
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }  # fmt: skip
    assert wording.entries().keys() <= written
    booked = {
        call.args[0].value
        for file in (ROOT / "campaigns").rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("book", "ledger.book", "Fact") and call.args
        and isinstance(call.args[0], ast.Constant)
    }  # fmt: skip
    variable = {
        "dispute", "dispute_won", "dispute_fee", "dispute_lost", "dispute_regained", "returned", "expense",
        "match_received", "match_given_back", "payout", "account_fee",
    }  # fmt: skip
    assert booked | variable == wording.entries().keys()
    assert {kind.value for kind in AccountKind} == CHART.keys()
    assert all(wording.account(f"{kind.value}:12") == wording.account(kind.value) != "" for kind in AccountKind)
