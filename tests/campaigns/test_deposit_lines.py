"""A line of the bank that is the total of a deposit slip: proposed, confirmed by another, undone, its difference explained."""

from collections.abc import Awaitable, Callable

import pytest

from campaigns.ledger import queries as ledger
from campaigns.ledger.verify import CHECKS as LEDGER_CHECKS
from campaigns.lifecycle.models import Campaign
from campaigns.offline import deposits, statements, verifying
from campaigns.offline.models import BankLine, BankStatement, Deposit, LineStatus, Mode, OfflineGift, OfflineStatus
from campaigns.offline.verify import CHECKS
from campaigns.settlement.verify import CHECKS as SETTLEMENT_CHECKS
from civic import clock
from civic.errors import DomainError, Forbidden, Invalid
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign
from tests.factories.offline import a_treasurer, a_verified_gift

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.usefixtures("app")


async def a_slip(*cents: int) -> tuple[Campaign, Deposit, Actor]:
    """Verified cheques on one slip, and who prepared it."""
    campaign, team = await a_live_campaign(), await a_treasurer("Rose Une")
    gifts = [await a_verified_gift(campaign, each, donor_name=f"Donateur {each}") for each in cents]
    return campaign, await deposits.prepare(Mode.CHEQUE, [gift.id for gift in gifts], team), team


async def a_line(label: str, cents: int, team: Actor) -> BankLine:
    """One credit of a statement, looked at."""
    file = await BankStatement.create(
        name="x", content="", signature="s", sent_by=team.person, sent_at=clock.now(), read_at=clock.now()
    )
    line = await BankLine.create(
        hash=f"{label}{cents}", statement_id=file.id, number=1, on=clock.today(), label=label, amount_cents=cents
    )
    await statements.propose_open(team)
    return await BankLine.get(id=line.id)


async def states() -> set[str]:
    return {gift.status.value for gift in await OfflineGift.all()}


async def balance(key: str) -> int:
    return (await ledger.balances()).get(key, 0)


async def problems() -> list[str]:
    checks = (*CHECKS, *LEDGER_CHECKS, *SETTLEMENT_CHECKS)
    return [sentence for check in checks for sentence in await check()]


@pytest.mark.parametrize("label", ["REMISE DE CHEQUES", "VIR R-0001 LES VOISINS", "Rem Chq 3", "VERSEMENT R 1"])
async def test_a_line_of_the_slips_total_banks_all_its_cheques_once_another_person_agrees(label: str) -> None:
    _campaign, slip, team = await a_slip(2_000, 3_000, 4_500)
    line = await a_line(label, 9_500, team)
    assert (line.status, line.deposit_id) == (LineStatus.PROPOSED, slip.id)
    with pytest.raises(Forbidden):
        await statements.confirm(line.id, team)
    other = await a_treasurer("Paul Autre")
    await statements.confirm(line.id, other)
    with pytest.raises(DomainError):
        await statements.confirm(line.id, other)
    assert await states() == {"banked"}
    assert (await balance("bank"), await balance("cheques_in_hand")) == (9_500, 0)
    assert (await Deposit.get(id=slip.id)).banked_on == line.on
    assert await problems() == []


async def test_a_wrong_line_is_undone_and_the_right_one_banks_the_slip_again() -> None:
    campaign, slip, team = await a_slip(2_000, 3_000)
    other = await a_treasurer("Paul Autre")
    for turn in range(1, 4):
        line = await a_line(f"REMISE {turn}", 5_000, team) if turn == 1 else await BankLine.get()
        await statements.confirm(line.id, other)
        assert await balance("bank") == 5_000
        await statements.undo(line.id, other, "une autre remise")
        assert await states() == {"verified"}
        assert (await balance("bank"), await balance("cheques_in_hand")) == (0, 5_000)
        assert (await Campaign.get(id=campaign.id)).offline_cents == 5_000
        assert await problems() == []
    await statements.set_aside(await BankLine.get(), team)
    assert (await BankLine.get()).deposit_id is None
    await deposits.take_apart(await Deposit.get(id=slip.id), team)
    again = await deposits.prepare(Mode.CHEQUE, [gift.id for gift in await OfflineGift.all()], team)
    await deposits.bank(again, clock.today(), team)
    await verifying.bounce((await OfflineGift.all().order_by("id"))[0].id, other, "sans provision")
    assert (await balance("bank"), await balance("cheques_in_hand")) == (3_000, 0)
    assert (await Campaign.get(id=campaign.id)).offline_cents == 3_000
    assert await problems() == []


async def test_a_slip_already_noted_as_banked_is_only_confirmed_and_stays_so() -> None:
    _campaign, slip, team = await a_slip(2_000, 3_000)
    await deposits.bank(slip, clock.today(), team)
    line = await a_line("REMISE CHEQUES", 5_000, team)
    other = await a_treasurer("Paul Autre")
    await statements.confirm(line.id, other)
    assert await balance("bank") == 5_000
    await statements.undo(line.id, other, "une autre remise")
    assert await states() == {"banked"}
    assert await balance("bank") == 5_000
    assert await problems() == []


async def test_one_slip_is_paid_by_one_line_and_two_of_one_total_by_none_alone() -> None:
    _campaign, slip, team = await a_slip(2_000)
    first = await a_line("REMISE UNE", 2_000, team)
    second = await a_line("REMISE DEUX", 2_000, team)
    assert (first.deposit_id, second.status) == (slip.id, LineStatus.OPEN)
    with pytest.raises(Invalid):
        await statements.propose(second, slip.number, team)
    await statements.set_aside(first, team)
    campaign = await a_live_campaign(await a_person("Une Autre"))
    twin = await deposits.prepare(Mode.CHEQUE, [(await a_verified_gift(campaign, 2_000)).id], team)
    await statements.propose_open(team)
    assert (await BankLine.get(id=second.id)).status == LineStatus.OPEN
    await statements.propose(second, twin.number, team)
    assert (await BankLine.get(id=second.id)).deposit_id == twin.id


async def test_a_difference_names_the_cheque_that_lacks(sign_in: SignIn) -> None:
    _campaign, slip, team = await a_slip(2_000, 3_000, 4_500)
    line = await a_line(f"REMISE {slip.number}", 6_500, team)
    assert line.status == LineStatus.OPEN
    missing = await OfflineGift.get(amount_cents=3_000)
    said = await deposits.mismatch(slip, 6_500)
    assert missing.code in said
    assert "Donateur 3000" in said
    desk = await sign_in(await a_person("Tristan Trésor", "", RoleName.TREASURER))
    page = (await desk.get(f"/tresorerie/releves/{line.statement_id}")).text
    assert missing.code in page
    assert "impayé" in page
    with pytest.raises(Invalid, match="a crédité"):
        await statements.propose(line, slip.number, team)
    assert "comparez chèque par chèque" in await deposits.mismatch(slip, 9_000)
    assert "de trop" in await deposits.mismatch(slip, 9_900)
    await verifying.bounce(missing.id, team, "sans provision")
    await statements.propose_open(team)
    await statements.confirm(line.id, await a_treasurer("Paul Autre"))
    assert {gift.status for gift in await OfflineGift.all()} == {OfflineStatus.BANKED, OfflineStatus.BOUNCED}
    assert await problems() == []


async def test_a_slip_that_changed_after_the_proposal_is_not_banked_by_it() -> None:
    _campaign, slip, team = await a_slip(2_000, 3_000)
    line = await a_line("REMISE CHEQUES", 5_000, team)
    await verifying.bounce((await OfflineGift.get(amount_cents=3_000)).id, team, "sans provision")
    other = await a_treasurer("Paul Autre")
    with pytest.raises(DomainError, match="a crédité"):
        await statements.confirm(line.id, other)
    assert await balance("bank") == 0
    await deposits.take_apart(slip, team)
    with pytest.raises(DomainError, match="défaite"):
        await statements.confirm(line.id, other)
    assert await problems() == []


async def test_a_line_that_no_longer_is_its_slips_total_is_found_by_verify() -> None:
    _campaign, _slip, team = await a_slip(2_000, 3_000)
    line = await a_line("REMISE CHEQUES", 5_000, team)
    await statements.confirm(line.id, await a_treasurer("Paul Autre"))
    gift = await OfflineGift.get(amount_cents=3_000)
    await verifying.bounce(gift.id, team, "sans provision, huit jours après")
    assert await problems() == []
    await BankLine.filter(id=line.id).update(amount_cents=4_999)
    assert any("total de son bordereau" in sentence for sentence in await problems())
