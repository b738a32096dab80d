"""Bank statements: four banks' layouts, each line once, matched by reference and amount, confirmed by somebody else."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import create_app
from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign
from campaigns.offline import layouts, queries, statements
from campaigns.offline.models import BankLayout, BankLine, BankStatement, LineStatus, Mode, OfflineGift
from campaigns.offline.verify import CHECKS
from campaigns.pledges.models import Pledge
from civic import database as db
from civic.errors import DomainError, Forbidden, Invalid
from civic.people.actor import Actor
from civic.settings import Settings
from tests.engines import Database
from tests.factories.campaigns import a_live_campaign
from tests.factories.offline import a_gift, a_switched_pledge, a_treasurer

AGRICOLE = (
    "Téléchargement du 20/11/2026;\r\n\r\nCompte courant n° 1234;\r\nSolde au 20/11/2026 : 1 234,56 €;\r\n\r\n"
    "Date;Libellé;Débit euros;Crédit euros;\r\n"
    '18/11/2026;"VIREMENT EN VOTRE FAVEUR\n  MME BLANC\n  H-000001  ";;30,00;\r\n'
    '19/11/2026;"FRAIS DE TENUE";2,50;;\r\n"19/11/2026";"VIREMENT";;"1 250,00";\r\n'
).encode("cp1252")
POSTALE = (
    "Numéro Compte;123456\nType;CCP\nCompte tenu en;euros\n\n"
    "Date;Libellé;Montant(EUROS)\n18/11/2026;VIREMENT DE MME BLANC H-000001;+30,00\n19/11/2026;FRAIS;-2,50\n"
).encode("latin-1")
MUTUEL = (
    "Date;Date de valeur;Débit;Crédit;Libellé;Solde\n18/11/2026;18/11/2026;;30,00;VIR MME BLANC H-000001;530,00\n"
    "19/11/2026;19/11/2026;-2,50;;FRAIS;527,50\n"
).encode("cp1252")
EPARGNE = (
    "\ufeffDate de comptabilisation;Libelle simplifie;Libelle operation;Reference;Informations complementaires;"
    "Type operation;Debit;Credit;Date operation\n"
    "18/11/2026;VIR BLANC;VIR SEPA MME BLANC;AB12;H-000001;Virement recu;;+30,00;18/11/2026\n"
    "19/11/2026;FRAIS;FRAIS;AB13;;Frais;-2,50;;19/11/2026\n"
).encode()
COMMAS = b"Date,Libelle,Montant\n2026-11-18,VIR MME BLANC H-000001,30.00\n2026-11-19,FRAIS,-2.50\n"
BANKS = {"Agricole": AGRICOLE, "Postale": POSTALE, "Mutuel": MUTUEL, "Épargne": EPARGNE, "virgules": COMMAS}


@pytest.mark.parametrize("bank", list(BANKS))
def test_each_banks_file_is_read_as_it_is(bank: str) -> None:
    sheet = layouts.opened(layouts.decoded(BANKS[bank]))
    columns = layouts.guessed(sheet.head)
    layouts.check_columns(sheet.head, columns)
    result = layouts.read(sheet, columns)
    assert result.troubles == []
    first, second = result.lines[:2]
    assert (first.on.isoformat(), first.cents, second.cents) == ("2026-11-18", 3_000, -250)
    assert queries.references_in(first.label) == [("H", 1)]
    assert "BLANC" in first.label
    assert "\n" not in first.label


def test_a_line_that_cannot_be_read_is_said_with_its_number_and_the_reason() -> None:
    text = "Date;Libellé;Montant\n18/11/2026;A;10,00\nhier;B;10,00\n19/11/2026;C;dix\n\n;;\n20/11/2026;D;1,00\n"
    sheet = layouts.opened(text)
    result = layouts.read(sheet, layouts.guessed(sheet.head))
    assert [line.label for line in result.lines] == ["A", "D"]
    assert [number for number, _reason in result.troubles] == [3, 4]
    assert "hier" in result.troubles[0][1]
    assert "dix" in result.troubles[1][1]


def test_a_file_without_columns_is_refused() -> None:
    for text in ("", "bonjour", "a;b;c\n1;2;3", "\x00\x01;;"):
        with pytest.raises(Invalid):
            layouts.opened(text)


@given(cents=st.integers(-10_000_000, 10_000_000), spaced=st.booleans(), point=st.booleans())
def test_every_amount_a_bank_writes_is_read_to_the_cent(cents: int, spaced: bool, point: bool) -> None:
    whole, rest = divmod(abs(cents), 100)
    digits = f"{whole:,}".replace(",", "\u202f" if spaced else "")
    text = f"{'-' if cents < 0 else '+'}{digits}{'.' if point else ','}{rest:02d}\u00a0€"
    assert layouts.cents_of(text) == cents


@given(st.lists(st.tuples(st.integers(1, 28), st.integers(1, 3), st.sampled_from("AB")), max_size=30), st.integers(0, 30))
def test_an_overlapping_file_has_the_same_names_for_the_same_lines(rows: list[tuple[int, int, str]], cut: int) -> None:
    days = sorted(rows)
    text = "Date;Libellé;Montant\n" + "".join(f"{day:02d}/11/2026;{name};{euros},00\n" for day, euros, name in days)
    head = "Date;Libellé;Montant\n" + "".join(text.splitlines(keepends=True)[1 : cut + 1])

    def names(content: str) -> list[str]:
        sheet = layouts.opened(content)
        return [line.hash for line in layouts.read(sheet, layouts.guessed(sheet.head)).lines]

    whole, part = names(text), names(head)
    assert len(set(whole)) == len(whole)
    assert whole[: len(part)] == part


@pytest.mark.parametrize("text", ["P-000012", "VIR P 12", "p12 merci", "DON P-0012/ODILE"])
def test_references_are_found_however_they_are_written(text: str) -> None:
    assert queries.references_in(text) == [("P", 12)]


@pytest.mark.parametrize("text", ["CHAMP12", "12", "P-", "TOP 12"])
def test_what_is_no_reference_is_left_alone(text: str) -> None:
    assert queries.references_in(text) == []


@pytest.fixture
async def bench(database: Database, settings: Settings) -> tuple[Campaign, Actor, Actor]:
    """A campaign, a treasurer who imports, another one who confirms."""
    create_app(with_worker=False)
    return await a_live_campaign(), await a_treasurer("Tristan Importe"), await a_treasurer("Rose Confirme")


def file(*rows: str) -> bytes:
    return ("Date;Libellé;Montant\n" + "".join(f"{row}\n" for row in rows)).encode("cp1252")


async def sent(content: bytes, team: Actor) -> BankStatement:
    """A statement read with the columns we guess, as a treasurer who agrees with them."""
    statement = await statements.receive("releve.csv", content, team)
    if not statement.read_at:
        columns = layouts.guessed((await statements.sheet_of(statement)).head)
        await statements.choose_columns(statement, "Ma banque", columns, team)
    return await BankStatement.get(id=statement.id)


async def problems() -> list[str]:
    return [sentence for check in CHECKS for sentence in await check()]


async def test_columns_are_chosen_once_and_a_second_import_changes_nothing(bench: tuple[Campaign, Actor, Actor]) -> None:
    _campaign, importer, _other = bench
    content = file("18/11/2026;VIR A;30,00", "18/11/2026;VIR A;30,00", "19/11/2026;FRAIS;-2,50")
    first = await sent(content, importer)
    assert (first.added, first.known, first.content) == (3, 0, "")
    second = await statements.receive("encore.csv", content, importer)
    assert (second.added, second.known, second.read_at is not None) == (0, 3, True)
    longer = await statements.receive("suite.csv", content + b"20/11/2026;VIR B;5,00\n", importer)
    assert (longer.added, longer.known) == (1, 3)
    assert await BankLine.all().count() == 4
    assert await BankLayout.all().count() == 1
    with pytest.raises(DomainError):
        await statements.choose_columns(first, "Autre", {"date": "0", "label": "1", "amount": "2"}, importer)


async def test_a_transfer_with_its_reference_counts_when_a_second_person_confirms(
    bench: tuple[Campaign, Actor, Actor]
) -> None:
    campaign, importer, other = bench
    promised = await a_gift(campaign, 3_000, None)
    wrong = await a_gift(campaign, 5_000, None)
    await sent(file(f"18/11/2026;VIR BLANC {promised.code};30,00", f"18/11/2026;VIR {wrong.code};49,00"), importer)
    good, bad = await BankLine.all().order_by("number")
    assert (good.status, good.gift_id, bad.status) == (LineStatus.PROPOSED, promised.id, LineStatus.OPEN)
    assert (await Campaign.get(id=campaign.id)).offline_cents == 0
    with pytest.raises(Forbidden):
        await statements.confirm(good.id, importer)
    await statements.confirm(good.id, other)
    gift = await OfflineGift.get(id=promised.id)
    assert (gift.status, gift.mode, gift.received_on) == ("verified", Mode.TRANSFER, good.on)
    assert (gift.recorded_by_id, gift.verified_by_id) == (importer.person.id, other.person.id)
    assert (await Campaign.get(id=campaign.id)).offline_cents == 3_000
    assert (await ledger.balances())["bank"] == 3_000
    with pytest.raises(DomainError):
        await statements.confirm(good.id, other)
    with pytest.raises(Invalid):
        await statements.propose(bad, wrong.code, importer)
    assert await problems() == []


async def test_a_confirmation_undone_is_reversed_and_confirmed_again(bench: tuple[Campaign, Actor, Actor]) -> None:
    campaign, importer, other = bench
    gift = await a_gift(campaign, 3_000, None)
    await sent(file(f"18/11/2026;VIR {gift.code};30,00"), importer)
    line = await BankLine.get()
    await statements.confirm(line.id, other)
    await statements.undo(line.id, other, "mauvaise personne")
    assert (await Campaign.get(id=campaign.id)).offline_cents == 0
    assert (await ledger.balances())["bank"] == 0
    assert (await BankLine.get()).status == LineStatus.PROPOSED
    with pytest.raises(DomainError):
        await statements.undo(line.id, other, "deux fois")
    await statements.confirm(line.id, other)
    assert (await ledger.balances())["bank"] == 3_000
    assert await problems() == []


async def test_two_people_confirm_one_line_once(bench: tuple[Campaign, Actor, Actor]) -> None:
    campaign, importer, other = bench
    gift = await a_gift(campaign, 3_000, None)
    await sent(file(f"18/11/2026;VIR {gift.code};30,00"), importer)
    line = await BankLine.get()
    both = [other, await a_treasurer("Une Troisième")]
    answers = await asyncio.gather(*(statements.confirm(line.id, one) for one in both), return_exceptions=True)
    assert sum(answer is None for answer in answers) == 1
    assert sum(isinstance(answer, DomainError) for answer in answers) == 1
    assert (await Campaign.get(id=campaign.id)).offline_cents == 3_000
    assert await problems() == []


async def test_two_lines_never_pay_the_same_gift(bench: tuple[Campaign, Actor, Actor]) -> None:
    campaign, importer, other = bench
    gift = await a_gift(campaign, 3_000, None)
    await sent(file(f"18/11/2026;VIR {gift.code};30,00", f"19/11/2026;VIR {gift.code};30,00"), importer)
    first, second = await BankLine.all().order_by("number")
    assert (first.status, second.status) == (LineStatus.PROPOSED, LineStatus.OPEN)
    await statements.confirm(first.id, other)
    with pytest.raises(Invalid):
        await statements.propose(second, gift.code, importer)
    await statements.set_aside(second, importer)
    with pytest.raises(DomainError):
        await statements.set_aside(await BankLine.get(id=first.id), importer)


async def test_a_promise_switched_offline_is_paid_by_its_transfer(bench: tuple[Campaign, Actor, Actor]) -> None:
    campaign, importer, other = bench
    pledge = await a_switched_pledge(campaign)
    await sent(file(f"18/11/2026;VIR P-{pledge.id:06d};30,00"), importer)
    line = await BankLine.get()
    assert line.pledge_id == pledge.id
    await statements.confirm(line.id, other)
    assert (await Pledge.get(id=pledge.id)).status == "collected"
    assert (await Campaign.get(id=campaign.id)).collected_cents == 3_000
    await statements.undo(line.id, other, "erreur")
    assert (await Pledge.get(id=pledge.id)).status == "switched_offline"
    await statements.confirm(line.id, other)
    assert (await Campaign.get(id=campaign.id)).collected_cents == 3_000
    assert await problems() == []


async def test_who_recorded_a_transfer_does_not_confirm_it_either(bench: tuple[Campaign, Actor, Actor]) -> None:
    campaign, importer, other = bench
    gift = await a_gift(campaign, 3_000, Mode.TRANSFER, by=other.person)
    await sent(file(f"18/11/2026;VIR {gift.code};30,00"), importer)
    line = await BankLine.get()
    with pytest.raises(Forbidden):
        await statements.confirm(line.id, other)
    assert (await BankLine.get()).status == LineStatus.PROPOSED
    await statements.confirm(line.id, await a_treasurer("Une Troisième"))
    assert (await OfflineGift.get(id=gift.id)).status == "verified"


async def test_a_line_that_came_before_its_gift_is_found_afterwards(bench: tuple[Campaign, Actor, Actor]) -> None:
    campaign, importer, _other = bench
    await sent(file("18/11/2026;VIR ODILE;30,00"), importer)
    gift = await a_gift(campaign, 3_000, None)
    assert await statements.propose_open(importer) == 0
    await statements.propose(await BankLine.get(), gift.code, importer)
    assert (await BankLine.get()).gift_id == gift.id


async def test_a_line_that_pays_another_amount_is_said(bench: tuple[Campaign, Actor, Actor]) -> None:
    campaign, importer, other = bench
    gift = await a_gift(campaign, 3_000, None)
    await sent(file(f"18/11/2026;VIR {gift.code};30,00"), importer)
    await statements.confirm((await BankLine.get()).id, other)
    await db.execute("UPDATE bank_line SET amount_cents = 1")
    assert any("ligne de banque" in sentence for sentence in await problems())
