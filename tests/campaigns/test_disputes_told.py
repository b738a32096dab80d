"""Who hears of a contested gift: its lead without a name or a sum, the treasurers when it was given back twice."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from campaigns.payments.answers import Contest
from campaigns.pledges.models import Pledge
from campaigns.pledges.service import reference
from campaigns.refunds import disputes, looking, panels, sending
from civic import i18n, jobs
from civic.mail.models import OutboxMessage
from civic.people.models import Person
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import open_till
from tests.client import Client
from tests.factories.refunds import a_gift, a_treasurer, charge_of, given_back, hear

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture
async def gate(client: Client, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def to_lead(pledge: Pledge) -> list[OutboxMessage]:
    lead = (await Pledge.get(id=pledge.id).select_related("campaign__lead")).campaign.lead
    return await OutboxMessage.filter(to=lead.email, subject__startswith="Un don").order_by("id")


@pytest.mark.parametrize("won", [True, False])
async def test_a_lead_hears_that_a_gift_is_contested_and_how_it_ends_and_not_whose(gate: Harness, won: bool) -> None:
    pledge = await a_gift(gate, 5_137)
    charge = await charge_of(pledge)
    await gate.control.dispute(charge)
    await hear(gate, times=2)
    assert ["contesté" in letter.subject for letter in await to_lead(pledge)] == [True]
    await gate.control.close_dispute(charge, won=won)
    await hear(gate, times=2)
    letters = await to_lead(pledge)
    assert [letter.subject.partition(" :")[0].partition("\u00a0")[0] for letter in letters] == [
        "Un don est contesté", "Un don contesté reste acquis" if won else "Un don est repris par la banque",
    ]  # fmt: skip
    name = (await pledge.person).name
    for letter in letters:
        for hidden in (name, "51,37", reference(pledge)):
            assert hidden not in letter.subject + letter.text


def lost(charge: str, cents: int) -> Contest:
    return looking.gateway.contest_of({
        "id": "du_1", "status": "lost", "amount": cents, "charge": charge, "payment_intent": "", "created": 1,
        "balance_transactions": [{"amount": -cents, "fee": 0}], "reason": "fraudulent",
    })  # fmt: skip


async def test_what_was_given_back_twice_is_asked_back_until_it_is_settled(gate: Harness, sign_in: SignIn) -> None:
    treasurer = await a_treasurer()
    pledge = await a_gift(gate, 5_000)
    refund = await given_back(pledge, 2_000)
    with i18n.speaking("fr"):
        assert not [todo for todo in await panels.desk_todos(treasurer.person) if "deux fois" in todo.text]
    await disputes.settle(refund.attempt_id, lost(await charge_of(pledge), 5_000))
    await jobs.run_due(schedules=False)
    letter = await OutboxMessage.get(to=treasurer.person.email, subject__contains="rendu deux fois")
    assert reference(pledge) in letter.subject
    assert "20\u202f€ de trop" in letter.text
    desk = await sign_in(treasurer.person)
    assert "Redemander 20\u202f€ rendus deux fois" in (await desk.get("/pupitre")).text
    assert "Rendus deux fois" in (await desk.get("/tresorerie")).text
    await gate.control.fail_refund(refund.refund_ref)
    await sending.settle(refund.id, await looking.gateway.read_refund(looking.gateway.OURS, refund.refund_ref or ""))
    assert "Redemander" not in (await desk.get("/pupitre")).text
    assert "Rendus deux fois" not in (await desk.get("/tresorerie")).text
