"""A reference that another line of the bank has taken: the treasurer reads which, instead of « aucun don »."""

from collections.abc import Awaitable, Callable

import pytest

from campaigns.offline import statements
from campaigns.offline.models import BankLine, BankStatement, Mode
from civic import clock
from civic.errors import Invalid
from civic.people.models import Person
from tests.client import Client
from tests.factories.campaigns import a_live_campaign
from tests.factories.offline import a_gift, a_treasurer

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.usefixtures("app")


async def test_a_reference_that_another_line_has_taken_is_named_and_linked(sign_in: SignIn) -> None:
    one, other = await a_treasurer("Rose Un"), await a_treasurer("Rose Deux")
    gift = await a_gift(await a_live_campaign(), 3_000, Mode.TRANSFER)
    lines = []
    for name in ("octobre.csv", "novembre.csv"):
        file = await BankStatement.create(
            name=name, content="", signature="s", sent_by=one.person, sent_at=clock.now(), read_at=clock.now()
        )
        lines.append(await BankLine.create(
            hash=name, statement_id=file.id, number=1, on=clock.today(), label=f"VIR {gift.code}", amount_cents=3_000
        ))  # fmt: skip
    first, second = lines
    await statements.propose(first, gift.code, one)
    with pytest.raises(Invalid, match=r"octobre\.csv.* attend une confirmation"):
        await statements.propose(second, gift.code, one)
    page = (await (await sign_in(one.person)).get(f"/tresorerie/releves/{second.statement_id}")).text
    assert "attend une confirmation" in page
    assert f"/tresorerie/releves/{first.statement_id}" in page
    await statements.confirm(first.id, other)
    with pytest.raises(Invalid, match="le paie déjà"):
        await statements.propose(second, gift.code, one)
    with pytest.raises(Invalid, match="Aucun don"):
        await statements.propose(second, "H-999999", one)
