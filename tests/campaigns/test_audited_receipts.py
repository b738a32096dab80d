"""Money that comes too late goes straight back: nobody is told of a receipt in between (audit, invariant 13)."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from campaigns.lifecycle.models import Campaign
from campaigns.payments.models import Attempt
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.receipts import service as receipts
from campaigns.receipts.models import Receipt
from campaigns.settlement import deciding, looking
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people.models import Person
from civic.settings import Settings, configure
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import open_till
from tests.engines import Database
from tests.factories.receipts import ISSUER, odile
from tests.factories.settlement import a_live_campaign, a_pledge, deadline_passes

pytestmark = pytest.mark.usefixtures("database", "settings")


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    configure(settings.model_copy(update=ISSUER))
    async with open_till(sandbox) as till:
        yield till
    configure(settings)


async def test_a_debit_that_settles_while_a_campaign_is_undone_brings_no_receipt(gate: Harness) -> None:
    campaign = await a_live_campaign(1_000, beneficiary=ISSUER["receipt_issuer"])
    pledge = await a_pledge(campaign, gate, card="pm_success_fr")
    await Person.filter(id=pledge.person_id).update(email="rose@exemple.fr")
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.PROCESSING
    await receipts.tell_identity(await Pledge.get(id=pledge.id).select_related("person", "campaign"), odile())
    await Campaign.filter(id=campaign.id).update(status="unwinding")
    clock.travel(timedelta(days=9))
    await gate.control.clock(9 * 86_400)
    attempt = await Attempt.get(pledge_id=pledge.id, status="processing")
    await gate.control.settle(attempt.intent_ref or "", succeeds=True)
    await looking.reconcile(patience=timedelta())
    await jobs.run_due(schedules=False)
    assert (await Pledge.get(id=pledge.id)).collected_at is not None
    assert await Receipt.all().count() == 0
    assert not [mail.subject for mail in await OutboxMessage.all() if "reçu fiscal" in mail.subject]
