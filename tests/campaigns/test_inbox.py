"""What pretends to be Stripe is refused; what is Stripe's is heard once, whatever order it comes in."""

import json
from datetime import timedelta

import pytest
import stripe

from campaigns.payees.models import Payee
from campaigns.payments import checkout
from campaigns.payments.models import InboxEvent
from campaigns.pledges.models import Pledge, PledgeStatus
from civic import clock, jobs
from civic.jobs.models import Job
from civic.settings import Settings
from tests.campaigns.conftest import Payments
from tests.campaigns.sandbox_server import SECRET
from tests.client import Client
from tests.factories import an_organisation
from tests.factories.campaigns import a_live_campaign, a_pledge


def signed(body: dict, secret: str = SECRET, seconds_ago: int = 0) -> tuple[bytes, str]:
    raw = json.dumps(body)
    moment = int(clock.now().timestamp()) - seconds_ago
    return raw.encode(), stripe.WebhookSignature.generate_signature_header(raw, secret, moment)


def an_event(**values: object) -> dict:
    event = {"id": "evt_1", "type": "charge.updated", "created": 1, "livemode": False, "data": {"object": {"id": "ch_1"}}}
    return event | values


@pytest.mark.one_engine
async def test_a_forged_message_is_refused_and_a_true_one_heard(payments: Payments):
    raw, header = signed(an_event())
    assert await payments.post(raw.replace(b"ch_1", b"ch_2"), header) == 400
    assert await payments.post(*signed(an_event(), "whsec_other")) == 400
    assert await payments.post(*signed(an_event(), seconds_ago=400)) == 400
    assert await payments.post(raw, "") == 400
    assert await payments.post(*signed(an_event(livemode=True))) == 400
    assert await payments.post(*signed({"hello": "world"})) == 400
    assert await InboxEvent.all().count() == 0
    assert await payments.post(raw, header) == 200
    assert await payments.post(raw, header) == 200
    assert await InboxEvent.all().count() == 1


@pytest.mark.one_engine
async def test_without_a_secret_the_door_is_closed(payments: Payments, settings):
    settings.payments, settings.stripe_secret_key, settings.stripe_webhook_secret = "stripe", "sk_test_x", ""
    assert await payments.post(*signed(an_event(), "")) == 404
    settings.stripe_webhook_secret = SECRET
    assert await payments.post(*signed(an_event())) == 200
    settings.payments = "off"
    assert await payments.post(*signed(an_event())) == 404


async def test_a_page_about_another_amount_confirms_nothing(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    pledge = await a_pledge(campaign)
    await pledge.fetch_related("campaign", "person")
    address = await checkout.open_page(pledge)
    assert address is not None
    await Pledge.filter(id=pledge.id).update(amount_cents=300_000)
    await payments.fill_in(address)
    await payments.deliver()
    await jobs.run_due()
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.CREATED
    methods = (await payments.sandbox.control.dump())["payment_methods"]
    assert [method["customer"] for method in methods] == [None]
    other = await a_pledge(campaign, key="other")
    await other.fetch_related("campaign", "person")
    address = await checkout.open_page(other)
    assert address is not None
    await payments.fill_in(address)
    await payments.deliver()
    await jobs.run_due()
    assert (await Pledge.get(id=other.id)).status == PledgeStatus.CONFIRMED


@pytest.mark.one_engine
async def test_connected_accounts_speak_with_a_secret_of_their_own(payments: Payments, settings: Settings):
    settings.stripe_secret_key, settings.stripe_webhook_secret = "sk_test_1", "whsec_ours"
    organisation = await an_organisation()
    await Payee.create(organisation_id=organisation.id, account_ref="acct_known", created_at=clock.now())
    for secret in ("", "whsec_theirs"):
        settings.stripe_connect_webhook_secret = secret
        heard = await payments.post(*signed(an_event(id=f"evt_{secret}", account="acct_known"), "whsec_theirs"))
        assert heard == (200 if secret else 400)
        assert await payments.post(*signed(an_event(id=f"evt_ours_{secret}"), "whsec_ours")) == 200
    assert await payments.post(*signed(an_event(id="evt_x", account="acct_nobody"), "whsec_theirs")) == 200
    assert await InboxEvent.filter(account_ref="acct_known").count() == 1
    assert await InboxEvent.filter(event_ref="evt_x").count() == 0


@pytest.mark.one_engine
async def test_news_of_a_promise_not_visible_yet_comes_back_later(payments: Payments):
    customer = await payments.sandbox.customer()
    session = await payments.sandbox.setup_session(customer=customer, metadata={"pledge": "987654"})
    body = an_event(type="checkout.session.completed", data={"object": {"id": session.id}})
    assert await payments.post(*signed(body)) == 200
    await jobs.run_due()
    event = await InboxEvent.get(event_ref="evt_1")
    job = await Job.get(name="gateway_told")
    assert event.handled_at is None
    assert job.done_at is None
    assert job.run_at > clock.now().timestamp() * 1000


@pytest.mark.one_engine
async def test_the_deadline_first_closes_every_open_page(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    left, done, never = [await a_pledge(campaign, key=f"k{n}") for n in range(3)]
    addresses = []
    for pledge in (left, done):
        await pledge.fetch_related("campaign", "person")
        addresses.append(await checkout.open_page(pledge))
    await payments.fill_in(addresses[1] or "")
    assert await checkout.close_open_pages(campaign.id) == 3
    states = [(await Pledge.get(id=pledge.id)).status for pledge in (left, done, never)]
    assert states == [PledgeStatus.ABANDONED, PledgeStatus.CONFIRMED, PledgeStatus.ABANDONED]
    assert (await payments.sandbox.browser.get(addresses[0] or "")).status_code == 410
    moment = (await Pledge.get(id=done.id)).confirmed_at
    assert moment is not None
    assert clock.now() - moment < timedelta(minutes=1)
