"""Lost answers, repeated keys, late and lost events: the sandbox is as difficult as the real thing."""

import asyncio
import json
import sys
import time
from pathlib import Path

import httpx
import pytest
import stripe

from tests.campaigns.sandbox_server import KEY, SECRET, Harness, running_sandbox


async def test_the_same_key_gives_the_same_payment(sandbox: Harness) -> None:
    customer, method = await sandbox.saved("pm_card_visa")
    first = await sandbox.pay(customer, method, "pledge-12-a1")
    second = await sandbox.pay(customer, method, "pledge-12-a1")
    assert second.id == first.id
    assert "idempotent-replayed" not in first.last_response.headers
    assert second.last_response.headers["idempotent-replayed"] == "true"
    assert len((await sandbox.control.dump())["charges"]) == 1


async def test_a_decline_is_repeated_for_its_key_even_when_the_card_would_now_pay(sandbox: Harness) -> None:
    customer, method = await sandbox.saved("pm_card_chargeCustomerFail")
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refused:
            await sandbox.pay(customer, method, "pledge-12-a1")
    assert refused.value.headers["idempotent-replayed"] == "true"
    assert len((await sandbox.control.dump())["payment_intents"]) == 1


async def test_a_key_is_for_one_request_only(sandbox: Harness) -> None:
    customer, method = await sandbox.saved("pm_card_visa")
    await sandbox.pay(customer, method, "pledge-12-a1")
    with pytest.raises(stripe.IdempotencyError):
        await sandbox.pay(customer, method, "pledge-12-a1", amount=2100)


async def test_a_request_that_never_began_leaves_its_key_free(sandbox: Harness) -> None:
    customer, method = await sandbox.saved("pm_card_visa")
    with pytest.raises(stripe.InvalidRequestError):
        await sandbox.pay(customer, method, "pledge-12-a1", amount="much")
    assert (await sandbox.pay(customer, method, "pledge-12-a1")).status == "succeeded"


async def test_a_key_is_forgotten_after_a_day(sandbox: Harness) -> None:
    customer, method = await sandbox.saved("pm_card_visa")
    first = await sandbox.pay(customer, method, "pledge-12-a1")
    await sandbox.control.clock(24 * 3600 - 5)
    assert (await sandbox.pay(customer, method, "pledge-12-a1")).id == first.id
    await sandbox.control.clock(10)
    assert (await sandbox.pay(customer, method, "pledge-12-a1")).id != first.id


async def test_a_key_in_use_is_refused_until_its_first_request_is_answered(sandbox: Harness) -> None:
    customer, method = await sandbox.saved("pm_card_visa")
    await sandbox.control.fault("slow", "/v1/payment_intents", seconds=0.3)
    first = asyncio.create_task(sandbox.pay(customer, method, "pledge-12-a1"))
    await asyncio.sleep(0.1)
    with pytest.raises(stripe.APIError) as busy:
        await sandbox.pay(customer, method, "pledge-12-a1")
    assert busy.value.http_status == 409
    assert (await first).id == (await sandbox.pay(customer, method, "pledge-12-a1")).id


@pytest.mark.parametrize(
    ("kind", "charges"),
    [
        ("timeout_before", 0),
        ("drop_before", 0),
        ("error_before", 0),
        ("rate_limit", 0),
        ("timeout_after", 1),
        ("drop_after", 1),
        ("error_after", 1),
    ],
)
async def test_after_a_lost_answer_the_key_tells_what_happened(
    sandbox: Harness, kind: str, charges: int
) -> None:
    customer, method = await sandbox.saved("pm_card_visa")
    await sandbox.control.fault(kind, "/v1/payment_intents", verb="post", seconds=1)
    sandbox.http._timeout = 0.3
    with pytest.raises((stripe.APIConnectionError, stripe.APIError, stripe.RateLimitError)):
        await sandbox.pay(customer, method, "pledge-12-a1")
    assert len((await sandbox.control.dump())["charges"]) == charges
    again = await sandbox.pay(customer, method, "pledge-12-a1")
    assert again.status == "succeeded"
    assert len((await sandbox.control.dump())["charges"]) == 1


async def test_the_sdk_tries_again_by_itself_without_a_second_charge(sandbox: Harness) -> None:
    customer, method = await sandbox.saved("pm_card_visa")
    await sandbox.control.fault("drop_after", "/v1/payment_intents", times=1)
    patient = stripe.StripeClient(
        KEY, base_addresses={"api": sandbox.url}, http_client=sandbox.http, max_network_retries=2
    )
    params = {
        "amount": 2000,
        "currency": "eur",
        "customer": customer,
        "payment_method": method,
        "confirm": True,
    }
    params |= {"off_session": True, "allowed_payment_method_types": ["card"]}
    intent = await patient.v1.payment_intents.create_async(params, {"idempotency_key": "pledge-12-a1"})
    assert intent.last_response.headers["idempotent-replayed"] == "true"
    assert len((await sandbox.control.dump())["charges"]) == 1


async def test_faults_strike_what_they_were_planned_for_and_are_forgotten(sandbox: Harness) -> None:
    await sandbox.control.fault("error_before", "/v1/refunds*", times=3)
    await sandbox.customer()
    with pytest.raises(stripe.APIError):
        await sandbox.v1.refunds.list_async()
    await sandbox.control.forget_faults()
    assert (await sandbox.v1.refunds.list_async()).data == []
    with pytest.raises(Exception, match="Unknown fault"):
        await sandbox.control.fault("earthquake")


async def test_each_event_arrives_signed_and_is_listed(sandbox: Harness) -> None:
    customer, method = await sandbox.saved("pm_card_visa")
    await sandbox.pay(customer, method, "pledge-12-a1", metadata={"pledge": "12"})
    heard = await sandbox.hear(7)
    assert [event.type for event in heard] == [
        "customer.created",
        "setup_intent.created",
        "payment_method.attached",
        "setup_intent.succeeded",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    assert heard[-1].data.object["metadata"]["pledge"] == "12"
    assert heard[-1].request.idempotency_key == "pledge-12-a1"
    assert not heard[-1].livemode
    listed = await sandbox.v1.events.list_async({"type": "payment_intent.succeeded"})
    assert [event.id for event in listed.data] == [heard[-1].id]
    some = await sandbox.v1.events.list_async({"types": ["charge.succeeded", "customer.created"]})
    assert [event.type for event in some.data] == ["charge.succeeded", "customer.created"]


async def test_a_forged_event_is_not_believed(sandbox: Harness) -> None:
    await sandbox.customer()
    await sandbox.hear(1)
    body, header = sandbox.heard[0]
    with pytest.raises(stripe.SignatureVerificationError):
        sandbox.client.construct_event(body.replace(b"rose", b"ruse"), header, SECRET)
    with pytest.raises(stripe.SignatureVerificationError):
        sandbox.client.construct_event(body, header, "whsec_other")


async def test_a_lost_event_arrives_when_sent_again(sandbox: Harness) -> None:
    await sandbox.control.webhooks(lose=1)
    await sandbox.customer()
    await sandbox.customer(name="Second")
    assert [event.data.object["name"] for event in await sandbox.hear(1)] == ["Second"]
    assert await sandbox.control.redeliver() == 1
    assert [event.data.object["name"] for event in await sandbox.hear(2)] == ["Second", None]


async def test_an_event_may_arrive_twice(sandbox: Harness) -> None:
    await sandbox.control.webhooks(duplicate=1)
    await sandbox.customer()
    heard = await sandbox.hear(2)
    assert heard[0].id == heard[1].id


async def test_events_may_arrive_late_and_in_the_wrong_order(sandbox: Harness) -> None:
    await sandbox.control.webhooks(delay_seconds=0.4, reorder=True)
    began = time.monotonic()
    await sandbox.v1.setup_intents.create_async({"customer": await sandbox.customer()})
    heard = await sandbox.hear(2)
    assert time.monotonic() - began > 0.4
    assert [event.type for event in heard] == ["setup_intent.created", "customer.created"]


async def test_a_webhook_that_is_down_hears_later_and_delays_nobody(tmp_path: Path) -> None:
    async with running_sandbox(tmp_path / "s.sqlite3", webhook_url="http://127.0.0.1:9/down") as sandbox:
        began = time.monotonic()
        await sandbox.customer()
        assert time.monotonic() - began < 0.4
        await asyncio.sleep(0.2)
        sent = (await sandbox.control.dump())["deliveries"]
        assert (sent[0]["state"], sent[0]["tries"] >= 1) == ("waiting", True)
    async with running_sandbox(tmp_path / "s.sqlite3") as sandbox:
        await sandbox.control.redeliver()
        assert [event.type for event in await sandbox.hear(1)] == ["customer.created"]


async def test_only_who_knows_the_secret_pulls_the_strings(sandbox: Harness) -> None:
    url = f"{sandbox.url}/_control"
    assert (await sandbox.browser.post(f"{url}/dump")).status_code == 401
    key = {"authorization": f"Bearer {SECRET}"}
    intent = await sandbox.pay(*await sandbox.saved("pm_success_fr"))
    body = {"payment_intent": intent.id, "succeeds": True}
    settled = await sandbox.browser.post(f"{url}/settle", json=body, headers=key)
    assert settled.json()["result"]["status"] == "succeeded"
    assert (await sandbox.browser.post(f"{url}/settle", json=body, headers=key)).status_code == 400
    assert (await sandbox.browser.post(f"{url}/settle", json={"who": 1}, headers=key)).status_code == 400
    assert (await sandbox.browser.post(f"{url}/endpoint", headers=key)).status_code == 404


async def test_a_sandbox_with_a_key_of_its_own_opens_to_no_other(tmp_path: Path) -> None:
    async with running_sandbox(tmp_path / "s.sqlite3", api_key="sk_test_ours") as sandbox:
        with pytest.raises(stripe.AuthenticationError):
            await sandbox.customer()
        own = {"authorization": "Bearer sk_test_ours"}
        answer = await sandbox.browser.post(f"{sandbox.url}/v1/customers", headers=own)
        assert answer.status_code == 200
    async with running_sandbox(tmp_path / "s.sqlite3") as sandbox:
        live = {"authorization": "Bearer sk_live_1"}
        assert (await sandbox.browser.get(f"{sandbox.url}/v1/customers", headers=live)).status_code == 401


WORKER = """
import asyncio, sys, pathlib
import httpx
from campaigns.sandbox import create_sandbox

async def main():
    app = create_sandbox(pathlib.Path(sys.argv[1]), webhook_url=None, webhook_secret="s", public_url="http://x")
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x",
                               headers={"authorization": "Bearer sk_test_1"})
    form = {"amount": "500", "currency": "eur", "payment_method": "pm_card_visa", "confirm": "true",
            "allowed_payment_method_types[0]": "card"}
    async def pay(n):
        for _ in range(200):
            answer = await client.post("/v1/payment_intents", data=form, headers={"idempotency-key": f"k{n}"})
            if answer.status_code != 409:
                return answer.json()["id"]
            await asyncio.sleep(0.01)
    print(" ".join(await asyncio.gather(*(pay(n) for n in range(20)))))
    await client.aclose()
    await app.state.close()

asyncio.run(main())
"""


async def test_several_processes_share_one_world(tmp_path: Path) -> None:
    database = tmp_path / "shared.sqlite3"
    workers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", WORKER, str(database), stdout=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]
    answers = [(await worker.communicate())[0].decode().split() for worker in workers]
    assert answers[0] == answers[1] == answers[2]
    assert len(set(answers[0])) == 20


async def test_the_error_of_a_bad_request_names_the_parameter(sandbox: Harness) -> None:
    headers = {"authorization": f"Bearer {KEY}"}
    answer: httpx.Response = await sandbox.browser.post(
        f"{sandbox.url}/v1/payment_intents", data={"amount": "5", "currency": "eur"}, headers=headers
    )
    assert answer.status_code == 400
    assert json.loads(answer.text)["error"]["code"] == "amount_too_small"
    assert answer.headers["request-id"].startswith("req_")
