"""What may go wrong around a deadline and must neither block it nor cost anybody a gift."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.panels import person_todos
from campaigns.payments import attempts, checkout, gateway
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import Gift, Saved
from campaigns.settlement import closing, deciding, looking, predicting, queries, todos
from civic import clock, jobs
from civic.initiatives.models import Lead
from civic.mail.models import OutboxMessage
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.test_recovery import a_trouble, fill_in
from tests.campaigns.till import assert_books_agree, open_till
from tests.client import Client
from tests.factories import a_person
from tests.factories.settlement import a_live_campaign, a_pledge, books_of, deadline_passes

POOR = "pm_card_chargeCustomerFail"
GONE = "cs_test_effacee"


@pytest.fixture
async def gate(client: Client, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def a_promise_on_a_page_that_is_gone(campaign: Campaign) -> Pledge:
    found = await pledges.pledge(await a_person("Léa Partie"), campaign, Gift(500, 0, 0, False, False, ""), "gone", [])
    await Pledge.filter(id=found.id).update(session_ref=GONE)
    return await Pledge.get(id=found.id).select_related("campaign", "person")


async def test_a_page_deleted_at_the_gateway_does_not_block_the_decision(gate: Harness) -> None:
    campaign = await a_live_campaign(5_000)
    await a_pledge(campaign, gate)
    left = await a_promise_on_a_page_that_is_gone(campaign)
    await deadline_passes(campaign)
    assert await deciding.decide(campaign.id) == CampaignStatus.COLLECTING
    await jobs.run_due(schedules=False)
    assert (await Pledge.get(id=left.id)).status == PledgeStatus.ABANDONED
    assert [todo.text for todo in await todos.desk_todos(await a_person())] == [
        "1 page de paiement a disparu chez Stripe"
    ]
    assert await jobs.dead_letters() == []
    await assert_books_agree(gate)


async def test_a_page_deleted_before_the_deadline_is_replaced_or_swept(gate: Harness) -> None:
    left = await a_promise_on_a_page_that_is_gone(await a_live_campaign(5_000))
    address = await checkout.open_page(left)
    assert address is not None
    assert address.startswith(gate.url)
    await Pledge.filter(id=left.id).update(session_ref=GONE, created_at=clock.now() - timedelta(hours=2))
    await checkout.sweep()
    assert (await Pledge.get(id=left.id)).status == PledgeStatus.ABANDONED


async def test_a_recovery_page_deleted_at_the_gateway_gives_her_the_choice_again(client: Client, gate: Harness) -> None:
    _campaign, pledge, address = await a_trouble(gate)
    await client.submit(f"{address}/payer")
    await Attempt.filter(pledge_id=pledge.id, session_ref__not="").update(session_ref=GONE)
    await looking.reconcile(patience=timedelta())
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.NEEDS_BACKER
    leaving = await client.submit(f"{address}/payer")
    await fill_in(gate, leaving.headers["location"])
    await looking.reconcile(patience=timedelta())
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.COLLECTED


async def test_a_failure_kept_by_the_gateway_does_not_close_her_page_for_a_day(client: Client, gate: Harness) -> None:
    _campaign, pledge, address = await a_trouble(gate)
    await gate.control.fault("error_kept", "/v1/checkout/sessions", "post", times=1)
    leaving = await client.submit(f"{address}/payer")
    assert leaving.status_code == 303
    tries = await Attempt.filter(pledge_id=pledge.id).order_by("n")
    assert [one.status for one in tries] == [AttemptStatus.FAILED, AttemptStatus.CANCELLED, AttemptStatus.SENT]
    await fill_in(gate, leaving.headers["location"])
    await looking.reconcile(patience=timedelta())
    assert (await books_of(gate))["charges"] == 2
    await assert_books_agree(gate)


async def test_a_page_whose_answer_was_lost_is_found_and_shown(client: Client, gate: Harness) -> None:
    _campaign, pledge, address = await a_trouble(gate)
    for kind, times in (("error_after", 1), ("error_before", 2)):
        await gate.control.fault(kind, "/v1/checkout/sessions", "post", times=times)
    leaving = await client.submit(f"{address}/payer")
    sessions = [one for one in (await gate.control.dump())["checkout_sessions"] if one["mode"] == "payment"]
    assert [one["url"] for one in sessions] == [leaving.headers["location"]]
    assert await Attempt.filter(pledge_id=pledge.id).count() == 2


async def test_those_that_waited_longest_are_looked_at_first(gate: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = await a_live_campaign(10_000)
    for number in range(3):
        await a_pledge(campaign, gate, card="pm_success_fr", name=f"Personne {number}")
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    monkeypatch.setattr(looking, "MOST", 2)
    seen: list[int] = []
    for _round in range(3):
        seen += [one.id for one in await attempts.open_attempts(clock.now(), looking.MOST)]
        await looking.reconcile(patience=timedelta())
    ids = [one.id for one in await Attempt.all().order_by("id")]
    assert sorted(set(seen)) == ids
    assert seen[0] != seen[2]


async def test_a_debit_that_comes_back_last_still_leaves_its_backer_two_days(gate: Harness) -> None:
    campaign = await a_live_campaign(5_000)
    await a_pledge(campaign, gate, cents=9_000)
    pledge = await a_pledge(campaign, gate, card="pm_failed_fr", name="Odile Blanc")
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    clock.travel(timedelta(days=15))
    await closing.close_due()
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.COLLECTING  # the bank has not answered
    late = await Attempt.get(pledge_id=pledge.id)
    await gate.control.settle(late.intent_ref, succeeds=False)
    await looking.reconcile(patience=timedelta())
    await closing.close_due()
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.NEEDS_BACKER
    clock.travel(timedelta(days=17, minutes=1))
    await closing.close_due()
    await closing.close_due()
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.DROPPED
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.FUNDED


async def test_a_cheque_announced_on_the_last_day_is_awaited_a_week(client: Client, gate: Harness) -> None:
    campaign, pledge, address = await a_trouble(gate)
    clock.travel(timedelta(days=6))
    await client.submit(f"{address}/autrement")
    await Campaign.filter(id=campaign.id).update(grace_until=clock.now())
    clock.travel(timedelta(days=12))
    await closing.close_due()
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.SWITCHED_OFFLINE
    clock.travel(timedelta(days=13, minutes=1))
    await closing.close_due()
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.DROPPED


@pytest.mark.parametrize(("seconds", "counts"), [(0, True), (1, False)], ids=["that second", "one later"])
async def test_a_card_saved_in_the_deadlines_own_second_counts(gate: Harness, seconds: int, counts: bool) -> None:
    deadline = (clock.now() + timedelta(hours=1)).replace(microsecond=0)
    campaign = await a_live_campaign(5_000, deadline=deadline)
    await a_pledge(campaign, gate)
    customer, method = await gate.saved("pm_card_visa")
    late = await pledges.pledge(await a_person("Léa Juste"), campaign, Gift(700, 0, 0, False, False, ""), "late", [])
    clock.travel(timedelta(hours=1, seconds=5))
    saved = Saved(customer, method, "Visa •••• 4242", deadline + timedelta(seconds=seconds))
    assert await pledges.confirm(late.id, saved) == (PledgeStatus.CONFIRMED if counts else PledgeStatus.ABANDONED)
    await deciding.decide(campaign.id)
    found = await Campaign.get(id=campaign.id)
    assert (found.status, found.decided_total_cents) == (CampaignStatus.COLLECTING, 5_700 if counts else 5_000)
    await jobs.run_due(schedules=False)
    await assert_books_agree(gate)


async def test_every_lead_of_the_initiative_finds_the_collection_in_her_space(gate: Harness) -> None:
    campaign = await a_live_campaign(10_000)
    other, stranger = await a_person("Sélim Autre"), await a_person("Une Passante")
    await Lead.create(initiative_id=campaign.initiative_id, person_id=other.id, since=clock.now())
    assert [todo.text for todo in await person_todos(other)] == ["Faire connaître votre collecte"]
    assert await person_todos(stranger) == []
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.COLLECTING)
    (todo,) = await person_todos(other)
    assert todo.href.endswith("/prelevements")


async def test_reminders_come_once_though_every_job_runs_again_after_each_restart(client: Client, gate: Harness) -> None:
    await a_trouble(gate)
    for day in range(1, 9):
        clock.travel(timedelta(days=day, minutes=1))
        await jobs.run_due(schedules=False)
        pledge = await Pledge.get(status__in=[PledgeStatus.NEEDS_BACKER, PledgeStatus.DROPPED])
        for days in (2, 4, 6):
            if days <= day:
                await closing.remind(pledge.id, days, clock.now().isoformat(), 1)
        if day > 7:
            await closing.grace_over(pledge.id, 1)
        await jobs.run_due(schedules=False)
    subjects = [mail.subject for mail in await OutboxMessage.all()]
    assert sum(subject.startswith("Rappel") for subject in subjects) == 3
    assert sum("pas pu être prélevé" in subject for subject in subjects) == 1
    assert sum("s’est éteinte" in subject for subject in subjects) == 1


async def test_what_the_next_deadlines_would_decide_stands_in_a_table(gate: Harness) -> None:
    sure = await a_live_campaign(10_000, offline_cents=3_000, matched_cents=2_000)
    await a_pledge(sure, gate, cents=5_000, tip=200)
    debit = await a_pledge(sure, gate, cents=100, name="Odile Blanc")
    await Pledge.filter(id=debit.id).update(method_label="SEPA •••• 3201")
    card = await a_pledge(sure, gate, cents=100, name="Jean Vieux")
    await Pledge.filter(id=card.id).update(method_ends_on=clock.today().replace(day=1) - timedelta(days=1))
    await a_promise_on_a_page_that_is_gone(sure)
    short = await a_live_campaign(10_000)
    await a_live_campaign(10_000, goal=GoalKind.FLEXIBLE)
    lines = (await predicting.predict(3)).splitlines()
    assert len(lines) == 5
    first = next(line for line in lines if line.startswith(sure.slug + " "))
    assert first.split("  ")[0] == sure.slug
    for words in ("30\u202f€", "20\u202f€", "102\u202f€", "3 débits", "2\u202f€ d’aide", "Elle réussirait"):
        assert words in first
    cells = [cell for cell in first.split("  ") if cell.strip()]
    assert [cell.strip() for cell in cells[7:11]] == ["3", "1", "1", "1"]
    assert any(line.startswith(short.slug + " ") and "il manque 100\u202f€" in line for line in lines)
    assert "rien n’est reçu" in "".join(lines)
    assert await predicting.predict(0) == "Aucune collecte ne se termine d’ici 0 jour."


async def test_a_card_s_last_month_is_kept_when_it_is_saved(client: Client, gate: Harness) -> None:
    campaign = await a_live_campaign(5_000)
    promise = await pledges.pledge(await a_person("Rose"), campaign, Gift(900, 0, 0, False, False, ""), "k", [])
    found = await Pledge.get(id=promise.id).select_related("campaign", "person")
    address = await checkout.open_page(found)
    assert address
    await gate.browser.post(address, data={
        "means": "card", "number": "4242424242424242", "expiry": "12 / 40", "cvc": "123", "name": "Rose",
    })  # fmt: skip
    await checkout.settle(gateway.OURS, (await Pledge.get(id=promise.id)).session_ref)
    kept = await Pledge.get(id=promise.id)
    assert (kept.status, str(kept.method_ends_on)) == (PledgeStatus.CONFIRMED, "2040-12-31")


async def test_a_missing_object_is_told_apart_from_a_refusal(gate: Harness) -> None:
    with pytest.raises(gateway.Missing):
        await gateway.read_checkout(gateway.OURS, GONE)
    assert (await queries.progress(0)).percent == 100


