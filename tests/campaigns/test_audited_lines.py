"""What an audit found about cheques and lines of the bank that pay a promise: both at once, or a day too late."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.offline import statements, verifying
from campaigns.offline.models import BankLine, LineStatus, Mode, OfflineGift
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.settlement import closing
from civic import clock
from civic.errors import DomainError, Invalid
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign
from tests.factories.offline import a_gift, a_switched_pledge, a_treasurer

pytestmark = pytest.mark.usefixtures("app")
SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def at_home() -> Iterator[None]:
    yield
    clock.travel(timedelta())


HEAD = "Date;Libellé;Montant\n"


async def a_line(pledge_id: int, treasurer: Actor) -> BankLine:
    """A transfer that names a promise."""
    text = f"{HEAD}20/11/2026;VIR BLANC P-{pledge_id:06d};30,00\n".encode()
    statement = await statements.receive("releve.csv", text, treasurer)
    if not statement.read_at:
        await statements.choose_columns(statement, "Banque", {"date": "0", "label": "1", "amount": "2"}, treasurer)
    return await BankLine.get(statement_id=statement.id)


async def test_a_transfer_of_a_promise_whose_cheque_is_entered_is_not_proposed() -> None:
    treasurer = await a_treasurer()
    campaign = await a_live_campaign()
    pledge = await a_switched_pledge(campaign)
    cheque = await a_gift(campaign, cents=3_000, mode=Mode.CHEQUE)
    await OfflineGift.filter(id=cheque.id).update(pledge_id=pledge.id)
    line = await a_line(pledge.id, treasurer)
    assert line.status == LineStatus.OPEN
    with pytest.raises(Invalid):
        await statements.propose(line, f"P-{pledge.id:06d}", treasurer)


async def test_a_cheque_entered_after_the_proposal_is_said_to_whoever_confirms() -> None:
    treasurer, other = await a_treasurer(), await a_treasurer("Léa Seconde")
    campaign = await a_live_campaign()
    pledge = await a_switched_pledge(campaign)
    line = await a_line(pledge.id, treasurer)
    assert line.status == LineStatus.PROPOSED
    cheque = await a_gift(campaign, cents=3_000, mode=Mode.CHEQUE)
    await OfflineGift.filter(id=cheque.id).update(pledge_id=pledge.id)
    with pytest.raises(DomainError, match="déjà saisi"):
        await statements.confirm(line.id, other)
    assert (await BankLine.get(id=line.id)).status == LineStatus.PROPOSED


async def test_a_lead_does_not_read_a_hidden_amount_that_comes_by_cheque(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    pledge = await a_switched_pledge(campaign, 4_700)
    page = f"/campagnes/{campaign.slug}/hors-ligne"
    form = f"{page}/saisie?numero=P-{pledge.id:06d}"
    lead = await sign_in(campaign.lead)
    assert "47\u202f€" in (await lead.get(page)).text
    assert "47\u202f€" in (await lead.get(form)).text
    await Pledge.filter(id=pledge.id).update(amount_hidden=True)
    assert "47\u202f€" not in (await lead.get(page)).text
    assert "47\u202f€" not in (await lead.get(form)).text
    team = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    assert "47\u202f€" in (await team.get(page)).text


async def test_a_cheque_that_waits_for_its_second_person_is_not_dropped_with_the_grace() -> None:
    """It was handed over in time: its giver keeps her reward, and the campaign its money."""
    campaign = await a_live_campaign()
    await Campaign.filter(id=campaign.id).update(minimum_cents=3_000)
    pledge = await a_switched_pledge(campaign)
    cheque = await a_gift(await Campaign.get(id=campaign.id), 3_000, number=f"P-{pledge.id:06d}")
    clock.travel(timedelta(days=11))
    await closing.close_due()
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.SWITCHED_OFFLINE
    await verifying.verify(cheque.id, await a_treasurer())
    assert await closing.close(campaign.id) == CampaignStatus.FUNDED
    assert (await Campaign.get(id=campaign.id)).collected_cents == 3_000


async def test_a_cheque_that_nobody_verifies_holds_no_campaign_up_for_ever() -> None:
    campaign = await a_live_campaign()
    await Campaign.filter(id=campaign.id).update(minimum_cents=3_000)
    pledge = await a_switched_pledge(campaign)
    await a_gift(await Campaign.get(id=campaign.id), 3_000, number=f"P-{pledge.id:06d}")
    clock.travel(timedelta(days=17))
    await closing.close_due()
    await closing.close_due()
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.DROPPED
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.SHORTFALL
