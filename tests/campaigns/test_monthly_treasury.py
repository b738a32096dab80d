"""What the treasurer has of monthly gifts: one month is given back like any gift, and each has its receipt."""

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta

import pytest

from campaigns.identity import DonorForm
from campaigns.lifecycle.models import Campaign
from campaigns.payments import gateway
from campaigns.pledges.models import Pledge
from campaigns.receipts import jobs as receipt_jobs
from campaigns.receipts import queries, service
from campaigns.receipts.models import Receipt
from campaigns.recurring import months
from campaigns.recurring.models import Support
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.settings import Settings, configure
from tests.campaigns.conftest import Payments
from tests.campaigns.test_receipts import ADDRESS, ISSUER
from tests.campaigns.till import assert_books_agree
from tests.client import Client
from tests.factories.recurring import a_paid_month, a_support
from tests.factories.refunds import given_back

YEAR = clock.today().year + 1


@pytest.fixture(autouse=True)
async def at_home() -> AsyncIterator[None]:
    yield
    clock.travel(timedelta())
    await gateway.close()


@pytest.fixture
def issuing(settings: Settings) -> Iterator[Settings]:
    """An installation whose host has entered everything."""
    ready = settings.model_copy(update=ISSUER)
    configure(ready)
    yield ready
    configure(settings)


async def test_one_month_is_given_back_and_the_others_stay(client: Client, payments: Payments) -> None:
    support = await a_support(gate=payments.sandbox, cents=1_500)
    await Support.filter(id=support.id).update(next_on=clock.today())
    await months.charge_due()
    await jobs.run_due(schedules=False)
    following = (await Support.get(id=support.id)).next_on
    assert following
    await Support.filter(id=support.id).update(next_on=clock.today())
    clock.travel(clock.at(following, 12) - clock.now())
    await Support.filter(id=support.id).update(next_on=following)
    await months.charge_due()
    await jobs.run_due(schedules=False)
    first, second = await Pledge.filter(campaign_id=support.campaign_id).order_by("id")
    await given_back(first, 1_500)
    assert (await Pledge.get(id=first.id)).status == "refunded"
    assert (await Pledge.get(id=second.id)).status == "collected"
    assert (await Campaign.get(id=support.campaign_id)).collected_cents == 1_500
    assert (await Support.get(id=support.id)).status == "active"
    page = (await client.get(f"/soutiens/{links.make('support', support.id)}")).text
    assert "remboursé" in page
    assert "Donné en tout" in page
    await assert_books_agree(payments.sandbox)


async def test_a_year_of_months_has_a_receipt_each_one_word_and_one_statement(
    app: object, client: Client, issuing: Settings
) -> None:
    clock.travel(clock.at(date(YEAR, 1, 2), 12) - clock.now())
    support = await a_support()
    gifts = [await a_paid_month(support, date(YEAR, month, 5)) for month in (1, 2, 3)]
    for gift in gifts:
        await receipt_jobs.money_arrived(gift.id)
    await jobs.run_due(schedules=False)
    assert await OutboxMessage.filter(subject__icontains="reçu").count() == 1
    await service.tell_identity(await queries.gift(gifts[0].id), DonorForm.model_validate(ADDRESS))
    for gift in gifts:
        await receipt_jobs.money_arrived(gift.id)
        await receipt_jobs.money_arrived(gift.id)
    await jobs.run_due(schedules=False)
    assert await Receipt.all().count() == 3
    assert await OutboxMessage.filter(subject__icontains="reçu").count() == 1
    token = links.make("pledge", gifts[2].id)
    statement = await client.get(f"/promesses/{token}/releve-{YEAR}.pdf")
    assert statement.status_code == 200
    await receipt_jobs.money_returned(gifts[1].id)
    assert await Receipt.all().count() == 3
