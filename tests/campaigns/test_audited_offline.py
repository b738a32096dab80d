"""What an audit found about money that comes by hand, its match and its spending: each was a wrong amount once."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from starlette.types import ASGIApp

from campaigns.ledger import queries as ledger
from campaigns.ledger.models import AccountKind
from campaigns.lifecycle.models import Campaign
from campaigns.matching import service as matching
from campaigns.matching.verify import CHECKS as MATCH_CHECKS
from campaigns.offline import service, statements, verifying
from campaigns.offline.models import BankLine, BankStatement, LineStatus, Mode, OfflineGift, OfflineStatus
from campaigns.offline.service import Entry
from campaigns.offline.verify import CHECKS
from campaigns.payouts import service as spending
from campaigns.payouts.forms import ExpenseForm
from campaigns.payouts.models import Answer, Expense
from campaigns.pledges.models import Pledge, PledgeStatus
from civic import clock, jobs
from civic.errors import DomainError, Invalid
from civic.people.actor import Actor
from civic.people.models import Person
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import open_till
from tests.client import Client
from tests.engines import Database
from tests.factories import payouts as spent
from tests.factories.campaigns import a_live_campaign
from tests.factories.matching import an_agreement
from tests.factories.offline import a_gift, a_switched_pledge, a_treasurer, a_verified_gift
from tests.factories.refunds import a_funded_campaign, given_back

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture
async def gate(client: Client, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def edited(gift: OfflineGift, cents: int, mode: Mode) -> None:
    """The lead corrects what she wrote down."""
    lead = Actor((await Campaign.get(id=gift.campaign_id).select_related("lead")).lead)
    entry = Entry("Odile Blanc", cents, mode, clock.today())
    await service.change(await OfflineGift.get(id=gift.id), lead, entry)


@pytest.mark.parametrize(("cents", "mode"), [(30_000, Mode.TRANSFER), (3_000, Mode.CHEQUE)])
async def test_a_bank_line_pays_only_the_gift_it_was_proposed_for(app: ASGIApp, cents: int, mode: Mode) -> None:
    campaign = await a_live_campaign()
    gift = await a_gift(campaign, 3_000, Mode.TRANSFER)
    one, other = await a_treasurer("Rose Un"), await a_treasurer("Rose Deux")
    file = await BankStatement.create(name="x", content="", signature="s", sent_by=one.person, sent_at=clock.now())
    line = await BankLine.create(
        hash="h", statement_id=file.id, number=1, on=clock.today(), label=f"VIR {gift.code}", amount_cents=3_000
    )
    assert await statements.propose_open(one) == 1
    await edited(gift, cents, mode)
    with pytest.raises(DomainError, match="a changé depuis le rapprochement"):
        await statements.confirm(line.id, other)
    assert (await Campaign.get(id=campaign.id)).offline_cents == 0
    assert (await BankLine.get(hash="h")).status == LineStatus.PROPOSED
    await edited(gift, 3_000, Mode.TRANSFER)
    await statements.confirm(line.id, other)
    assert (await Campaign.get(id=campaign.id)).offline_cents == 3_000
    assert [said for check in CHECKS for said in await check()] == []


async def test_what_is_verified_is_the_amount_that_was_on_the_page(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    gift, same = await a_gift(campaign, 3_000), await a_gift(campaign, 2_000)
    desk, address = await sign_in((await a_treasurer()).person), "/tresorerie/hors-ligne"
    assert f'value="{gift.id}:3000"' in (await desk.get(address)).text
    assert f'value="{gift.id}:3000"' in (await desk.get(f"{address}/{gift.id}")).text
    await edited(gift, 30_000, Mode.CHEQUE)
    await desk.submit(f"{address}/verifier", {"ids": [f"{gift.id}:3000", f"{same.id}:2000"]})
    page = (await desk.get(address)).text
    assert "1 don vérifié" in page
    assert f"Le don {gift.code} est maintenant de 300\u202f€" in page
    assert (await OfflineGift.get(id=gift.id)).status == OfflineStatus.RECEIVED
    assert (await Campaign.get(id=campaign.id)).offline_cents == 2_000
    for broken in (str(gift.id), f"{gift.id}:", "x:3000"):
        assert (await desk.submit(f"{address}/verifier", {"ids": broken})).status_code == 303
    assert (await OfflineGift.get(id=gift.id)).status == OfflineStatus.RECEIVED
    await desk.submit(f"{address}/verifier", {"ids": f"{gift.id}:30000"})
    assert (await Campaign.get(id=campaign.id)).offline_cents == 32_000


async def test_a_bounced_cheque_is_matched_no_more(app: ASGIApp) -> None:
    campaign = await a_live_campaign()
    await an_agreement(campaign)
    pledge = await a_switched_pledge(campaign)
    await Campaign.filter(id=campaign.id).update(decided_at=None, status="live")
    await matching.refresh(campaign.id)
    await Campaign.filter(id=campaign.id).update(decided_at=clock.now(), status="collecting")
    gift = await a_verified_gift(await Campaign.get(id=campaign.id), 3_000, number=f"P-{pledge.id:06d}")
    loose = await a_verified_gift(await Campaign.get(id=campaign.id), 1_000)
    await Campaign.filter(id=campaign.id).update(status="funded")
    await matching.make_due(campaign.id)
    await jobs.run_due(schedules=False)
    due = (await Campaign.get(id=campaign.id)).matched_cents
    assert due > 0
    await verifying.bounce(loose.id, await a_treasurer("Rose Autre"))
    await jobs.run_due(schedules=False)
    assert (await Campaign.get(id=campaign.id)).matched_cents == due
    await verifying.bounce(gift.id, await a_treasurer("Rose Autre"))
    await jobs.run_due(schedules=False)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.DROPPED
    assert (await Campaign.get(id=campaign.id)).matched_cents == 0
    assert (await ledger.campaign_balances(campaign.id)).get(AccountKind.MATCH_FUND.value, 0) == 0
    assert [said for check in MATCH_CHECKS for said in await check()] == []


async def test_nothing_is_spent_that_went_back_after_it_was_permitted(gate: Harness, database: Database) -> None:
    campaign = await a_funded_campaign(gate, (5_000, 0), (6_000, 0))
    campaign = await Campaign.get(id=campaign.id).select_related("lead")
    line, second = await spent.a_permitted_line(campaign, 10_000), await spent.a_treasurer()

    async def declared(key: str, cents: int) -> Expense:
        form = ExpenseForm(cost_line=line.id, amount=cents, paid_on=clock.today(), what="Acompte", key=key)
        return await spending.declare(campaign, Actor(campaign.lead), form, await spent.an_evidence())

    before = await declared("before", 5_000)
    pledge = await Pledge.get(campaign_id=campaign.id, amount_cents=6_000).select_related("campaign", "person")
    await given_back(pledge, 6_000)
    with pytest.raises(Invalid, match="Il ne reste que"):
        await declared("after", 5_000)
    with pytest.raises(Invalid, match="Il ne reste que"):
        await spending.check(campaign, before, second, Answer.ACCEPTED, "")
    assert AccountKind.EXPENSE_PAID.value not in await ledger.campaign_balances(campaign.id)
    await spending.check(campaign, before, second, Answer.REFUSED, "Un don est reparti")
    less = await declared("less", 4_000)
    await spending.check(campaign, less, second, Answer.ACCEPTED, "")
    assert (await ledger.campaign_balances(campaign.id))[AccountKind.EXPENSE_PAID.value] == 4_000
