"""Invariant 2, the bank's side: whatever files overlap and whoever confirms at once, a line is one, and pays once.

What stands on the bank's account is what confirmed lines and a slip brought, to the cent, at every moment.
"""

import asyncio
from collections import Counter
from copy import copy
from dataclasses import dataclass, field

from hypothesis import example as known
from hypothesis import given
from hypothesis import strategies as st

from campaigns.ledger import queries as ledger
from campaigns.ledger.verify import CHECKS as LEDGER
from campaigns.lifecycle.models import Campaign
from campaigns.offline import deposits, layouts, statements
from campaigns.offline.models import BankLine, Deposit, LineStatus, Mode
from campaigns.offline.verify import CHECKS as BY_HAND
from campaigns.settlement.verify import totals_are_true
from civic import clock
from civic.people.actor import Actor
from tests.campaigns.model.worlds import ENGINES, Worlds, lives, tried
from tests.factories.offline import a_gift, a_treasurer, a_verified_gift
from tests.factories.settlement import a_live_campaign

pytestmark = ENGINES
ACTS = ("send", "send", "confirm", "confirm", "confirm by two", "undo", "aside", "propose", "propose", "by hand")
PAID, SLIP = "confirmed", 2_000
files = st.lists(st.integers(0, 5), min_size=1, max_size=5)
acts = st.tuples(st.sampled_from(ACTS), st.integers(0, 5), files)
groups = st.lists(st.lists(acts, min_size=1, max_size=3), min_size=3, max_size=8)
Act = tuple[str, int, list[int]]


@dataclass
class Till:
    """Two transfers that are awaited, a slip of cheques, the rows that a bank may write about them, and treasurers."""

    campaign: Campaign
    slip: Deposit
    names: list[str]
    rows: list[str]
    team: list[Actor]
    sent: "Counter[str]" = field(default_factory=Counter)
    """How often each row stood in the file that has it most often: so many lines there are."""
    shown: list[BankLine] = field(default_factory=list)
    """The lines as everybody's page showed them when this moment began."""

    async def do(self, act: Act) -> None:
        verb, which, file = act
        verbs = {
            "send": lambda: self.send(file), "confirm": lambda: self.confirm(which, 1), "undo": lambda: self.undo(which),
            "confirm by two": lambda: self.confirm(which, 2), "aside": lambda: self.aside(which), "by hand": self.bank,
            "propose": lambda: self.propose(which, self.names[file[0] % len(self.names)]),
        }  # fmt: skip
        await verbs[verb]()

    def line(self, which: int, *status: LineStatus) -> BankLine | None:
        rows = [row for row in self.shown if row.status in status]
        return rows[which % len(rows)] if rows else None

    async def send(self, file: list[int]) -> None:
        """A file of the bank, which may repeat what an earlier one had, and hold two equal rows."""
        written = [self.rows[number] for number in file]
        content = "Date;Libelle;Montant\n" + "".join(f"{row}\n" for row in written)
        statement = await statements.receive("releve.csv", content.encode(), self.team[0])
        if not statement.read_at:
            sheet = await statements.sheet_of(statement)
            await tried(statements.choose_columns(statement, "Banque", layouts.guessed(sheet.head), self.team[0]))
        self.sent |= Counter(written)

    async def confirm(self, which: int, many: int) -> None:
        """By somebody who did not propose it, or by two of them at once."""
        found = self.line(which, LineStatus.PROPOSED)
        if found:
            await asyncio.gather(*(tried(statements.confirm(found.id, one)) for one in self.team[2 : 2 + many]))

    async def undo(self, which: int) -> None:
        found = self.line(which, LineStatus.CONFIRMED)
        if found:
            await tried(statements.undo(found.id, self.team[2], "Ce n’est pas ce don."))

    async def aside(self, which: int) -> None:
        found = self.line(which, LineStatus.OPEN, LineStatus.PROPOSED)
        if found:
            await tried(statements.set_aside(found, self.team[1]))

    async def bank(self) -> None:
        """Two treasurers note that the bank took the slip."""
        await asyncio.gather(*(tried(deposits.bank(copy(self.slip), clock.today(), one)) for one in self.team[2:]))

    async def propose(self, which: int, name: str) -> None:
        """Somebody says by hand what a line pays."""
        found = self.line(which, LineStatus.OPEN, LineStatus.ASIDE)
        if found:
            await tried(statements.propose(found, name, self.team[1]))

    async def assert_paid_once(self) -> None:
        lines = await BankLine.all().select_related("statement")
        assert len(lines) == sum(self.sent.values()), (len(lines), self.sent)
        confirmed = [line for line in lines if line.status == PAID]
        for paid in ([line.gift_id for line in confirmed], [line.deposit_id for line in confirmed]):
            assert [one for one, times in Counter(paid).items() if one and times > 1] == []
        transfers = sum(line.amount_cents for line in confirmed if line.gift_id)
        banked = SLIP if (await Deposit.get(id=self.slip.id)).banked_on else 0
        assert (await ledger.balances()).get("bank", 0) == transfers + banked
        checks = (*LEDGER, *BY_HAND, totals_are_true)
        assert [said for check in checks for said in await check()] == []

    async def ends(self) -> None:
        """Everybody confirms everything that may be: each gift and the slip is paid, once."""
        await self.send([0, 1, 2])
        for name in self.names:
            for line in await BankLine.filter(status__in=[LineStatus.OPEN, LineStatus.ASIDE]):
                await tried(statements.propose(line, name, self.team[1]))
        for line in await BankLine.filter(status=LineStatus.PROPOSED):
            await asyncio.gather(*(tried(statements.confirm(line.id, one)) for one in self.team[2:]))
        await self.assert_paid_once()
        assert await BankLine.filter(status=LineStatus.CONFIRMED).count() == len(self.names)


async def a_till() -> Till:
    campaign = await a_live_campaign()
    gifts = [await a_gift(campaign, cents, None) for cents in (3_000, 2_000)]
    team = [await a_treasurer(name) for name in ("Tristan Importe", "Nadia Propose", "Rose Confirme", "Émile Garde")]
    cheques = [await a_verified_gift(campaign, 1_000, Mode.CHEQUE, donor_name=f"Donatrice {n}") for n in range(2)]
    slip = await deposits.prepare(Mode.CHEQUE, [one.id for one in cheques], team[1])
    day = clock.today().strftime("%d/%m/%Y")
    rows = [f"{day};VIR {gift.code};{gift.amount_cents // 100},00" for gift in gifts]
    rows += [f"{day};REMISE CHEQUES;20,00", f"{day};VIR SANS RIEN;30,00", f"{day};VIR {gifts[0].code};20,00"]
    return Till(campaign, slip, [*(gift.code for gift in gifts), slip.number], [*rows, f"{day};FRAIS;-2,50"], team)


def test_whatever_files_the_bank_sends_a_line_is_read_once_and_pays_once(worlds: Worlds) -> None:
    async def story(groups: list[list[Act]]) -> None:
        till = await a_till()
        for group in groups:
            till.shown = await BankLine.all().order_by("id")
            await asyncio.gather(*(till.do(act) for act in group))
            await till.assert_paid_once()
        await till.ends()

    @lives(5)
    @given(groups)
    @known([[("send", 0, [0, 0, 2, 2, 5])], [("send", 0, [5, 0, 2])], [("confirm by two", 0, [0]), ("confirm", 0, [0])]])
    @known([[("send", 0, [2, 2])], [("by hand", 0, [0]), ("confirm by two", 0, [0])], [("undo", 0, [0])], [("by hand", 0, [0])]])
    @known([[("send", 0, [2, 2])], [("aside", 0, [0])], [("propose", 0, [2]), ("propose", 1, [2])], [("confirm", 0, [0]), ("confirm", 1, [0])]])
    def example(groups: list[list[Act]]) -> None:
        worlds.live_without_gateway(lambda: story(groups))

    example()
