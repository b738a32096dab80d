"""A monthly support as its giver, its lead and the team live it: every change told once, one card page at a time."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta

import pytest

from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign
from campaigns.payments import gateway
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.recurring import cards, months, service, stopping
from campaigns.recurring.models import Support, SupportMonth, SupportStatus
from campaigns.settlement import looking
from campaigns.settlement.crash import MONTH_POINTS, POINTS
from civic import clock, jobs
from civic import database as db
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.settings import Settings
from civic.web import formats
from tests.campaigns.conftest import Payments
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.test_plain_money import plain
from tests.campaigns.test_pledges import within
from tests.campaigns.till import assert_books_agree, open_till, start_civic
from tests.client import Client
from tests.engines import Database
from tests.factories import a_person
from tests.factories.recurring import a_paid_month, a_standing, a_support
from tests.factories.settlement import books_of

SignIn = Callable[[Person], Awaitable[Client]]
POOR = "pm_card_chargeCustomerFail"
YEAR = clock.today().year + 1


@pytest.fixture(autouse=True)
async def at_home() -> AsyncIterator[None]:
    yield
    clock.travel(timedelta())
    await gateway.close()


def go_to(day: date, hour: int = 12) -> None:
    clock.travel(timedelta())
    clock.travel(clock.at(day, hour) - clock.now())


async def live_in(days: int) -> None:
    """The jobs of so many days from this very moment: the sandbox, whose clock goes on, lends a page for a day."""
    clock.travel(timedelta(days=days))
    await months.charge_due()
    await jobs.run_due(schedules=False)


async def live(day: date) -> None:
    """That day's jobs."""
    go_to(day)
    await months.charge_due()
    await jobs.run_due(schedules=False)


async def subjects(words: str = "") -> list[str]:
    await jobs.run_due(schedules=False)
    return [one.subject for one in await OutboxMessage.filter(subject__contains=words).order_by("id")]


def link(support: Support) -> str:
    return f"/soutiens/{links.make('support', support.id)}"


async def open_pages(gate: Harness) -> list[str]:
    sessions = (await gate.control.dump())["checkout_sessions"]
    return [one["id"] for one in sessions if one["status"] == "open"]


async def test_a_stop_by_mistake_is_undone_on_its_day_and_never_later(client: Client, payments: Payments) -> None:
    support = await a_support(gate=payments.sandbox)
    await client.submit(f"{link(support)}/arreter")
    assert "Reprendre mon soutien" in (await client.get(link(support))).text
    assert (await client.submit(f"{link(support)}/reprendre")).status_code == 303
    assert (await Support.get(id=support.id)).status == SupportStatus.ACTIVE
    go_to(clock.today() + timedelta(days=1), 1)
    await jobs.run_due(schedules=False)
    kept = [one["customer"] for one in (await payments.sandbox.control.dump())["payment_methods"] if one["customer"]]
    assert kept
    await client.submit(f"{link(support)}/arreter")
    go_to(clock.today() + timedelta(days=1), 1)
    await jobs.run_due(schedules=False)
    gone = [one for one in (await payments.sandbox.control.dump())["payment_methods"] if one["id"] == support.method_ref]
    assert [one["customer"] for one in gone] == [None]
    assert "Reprendre mon soutien" not in (await client.get(link(support))).text
    assert (await client.submit(f"{link(support)}/reprendre")).status_code == 409
    assert len(await subjects("est arrêté")) == 2


async def test_a_person_sees_all_her_supports_and_nobody_elses(sign_in: SignIn, client: Client) -> None:
    odile, paul = await a_person("Odile Blanc"), await a_person("Paul Roux")
    hers, his = await a_support(backer=odile, cents=1_250), await a_support(backer=paul, cents=7_700)
    await a_paid_month(hers, clock.today())
    assert (await client.get("/mes-soutiens")).status_code == 303
    me = await sign_in(odile)
    page = (await me.get("/mes-soutiens")).text
    assert "12,50" in page
    assert "77\u202f€" not in page
    space = (await me.get("/mon-espace")).text
    assert "Mes soutiens mensuels" in space
    assert "Mes soutiens mensuels" not in (await (await sign_in(await a_person())).get("/mon-espace")).text
    own = (await me.get(link(hers))).text
    assert "Ce don et son reçu" in own
    assert "Donné en tout" in own
    await service.pause(his)
    assert "En pause" not in (await me.get("/mes-soutiens")).text


async def test_two_clicks_on_another_card_open_one_page(client: Client, payments: Payments) -> None:
    support = await a_support(gate=payments.sandbox)
    answers = await asyncio.gather(*(client.submit(f"{link(support)}/carte") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(await open_pages(payments.sandbox)) == 1
    back = await payments.fill_in(answers[0].headers["location"])
    shown = await client.get(within(back), follow_redirects=True)
    assert "Visa •••• 4242" in shown.text
    fresh = await Support.get(id=support.id)
    assert fresh.method_ref != support.method_ref
    await jobs.run_due(schedules=False)
    methods = {one["id"]: one["customer"] for one in (await payments.sandbox.control.dump())["payment_methods"]}
    assert methods[support.method_ref] is None
    assert methods[fresh.method_ref]
    assert len(await subjects("nouvelle carte")) == 1
    again = await client.submit(f"{link(support)}/carte")
    assert again.headers["location"] != answers[0].headers["location"]
    assert len(await open_pages(payments.sandbox)) == 1


async def test_a_page_that_is_over_gives_way_to_another_one(client: Client, payments: Payments) -> None:
    support = await a_support(gate=payments.sandbox)
    first = (await client.submit(f"{link(support)}/carte")).headers["location"]
    await payments.sandbox.control.clock(3_600)
    clock.travel(timedelta(hours=1))
    second = (await client.submit(f"{link(support)}/carte")).headers["location"]
    assert first != second
    assert len(await open_pages(payments.sandbox)) == 1


async def test_two_windows_begin_one_support_and_open_one_page(client: Client, payments: Payments) -> None:
    campaign = await a_standing()
    slug = (await Campaign.get(id=campaign.id).select_related("initiative")).initiative.slug
    me = {"name": "Odile Blanc", "email": "odile@exemple.fr", "terms": "1", "amount": "1000", "day": "5"}
    path = f"/initiatives/{slug}/soutien-mensuel"
    answers = [await client.submit(path, me | {"cle": f"fenetre-{n}"}) for n in range(2)]
    answers += await asyncio.gather(*(client.submit(path, me | {"cle": f"onglet-{n}"}) for n in range(3)))
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await Support.all().count() == 1
    assert len(await open_pages(payments.sandbox)) == 1
    await client.get(within(await payments.fill_in(answers[0].headers["location"])))
    again = await client.submit(path, me | {"cle": "fenetre-0"})
    assert again.headers["location"] == path
    assert await open_pages(payments.sandbox) == []


async def test_the_card_that_pays_a_failed_month_serves_from_then_on(client: Client, payments: Payments) -> None:
    support = await a_support(gate=payments.sandbox, card=POOR)
    first = clock.today()
    await Support.filter(id=support.id).update(next_on=first)
    await live_in(0)
    assert "Arranger ce mois" in (await client.get(link(support))).text
    letter = await OutboxMessage.filter(subject__contains="pas pu être prélevé").get()
    assert "mois suivants" in letter.text
    found = re.search(r"http://testserver(/\S+/reprise/\S+)", letter.text)
    assert found
    clicks = await asyncio.gather(*(client.submit(f"{found[1]}/payer") for _ in range(2)))
    (left,) = await open_pages(payments.sandbox)
    going = next(one.headers["location"] for one in clicks if left in one.headers.get("location", ""))
    back = await payments.fill_in(going)
    await client.get(within(back), follow_redirects=True)
    await jobs.run_due(schedules=False)
    fresh = await Support.get(id=support.id)
    assert fresh.status == SupportStatus.ACTIVE
    assert (fresh.method_ref != support.method_ref, fresh.method_label) == (True, "Visa •••• 4242")
    methods = {one["id"]: one["customer"] for one in (await payments.sandbox.control.dump())["payment_methods"]}
    assert methods[support.method_ref] is None
    assert methods[fresh.method_ref] == fresh.customer_ref
    assert len(await subjects("nouvelle carte")) == 1
    assert fresh.next_on
    await live(fresh.next_on)
    rows = await SupportMonth.filter(support_id=support.id).order_by("month").select_related("pledge")
    assert [row.pledge.status.value for row in rows] == ["collected", "collected"]
    await assert_books_agree(payments.sandbox)


async def test_every_change_is_told_once(app: object) -> None:
    go_to(date(YEAR, 3, 1))
    support = await a_support(day=20)
    for day in (17, 17, 18):
        go_to(date(YEAR, 3, day))
        await months.charge_due()
    assert await subjects("Dans trois jours") == ["Dans trois jours, votre premier débit : " + support.campaign.initiative.title]
    await service.change(support, 2_000, 20)
    await service.change(await service.whole(support.id), 2_000, 20)
    assert len(await subjects("a changé")) == 1
    await service.pause(support)
    with pytest.raises(DomainError):
        await service.pause(support)
    assert len(await subjects("en pause")) == 1
    await service.resume(support)
    assert len(await subjects("reprend")) == 1
    for _ in range(2):
        await stopping.stop(support)
    assert len(await subjects("est arrêté")) == 1
    assert len(await subjects("commence")) == 1


async def test_nobody_is_charged_while_it_is_suspended_and_no_month_is_made_up_for(app: object, payments: Payments) -> None:
    go_to(date(YEAR, 1, 2))
    support = await a_support(gate=payments.sandbox, day=5)
    team = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR), frozenset({RoleName.ANIMATOR}))
    campaign = await Campaign.get(id=support.campaign_id)
    await lifecycle.suspend(campaign, team, "Nous vérifions le bail.")
    for month in (1, 2, 3):
        await live(date(YEAR, month, 6))
    assert await SupportMonth.all().count() == 0
    go_to(date(YEAR, 3, 20))
    await lifecycle.resume(campaign, team, "Tout est en ordre.")
    await live(date(YEAR, 3, 20))
    assert await SupportMonth.all().count() == 1
    fresh = await Support.get(id=support.id)
    assert fresh.next_on == date(YEAR, 4, 5)
    await assert_books_agree(payments.sandbox)


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31), date(2028, 2, 29)])
async def test_the_days_of_the_territory_decide_also_when_the_clocks_change(app: object, day: date) -> None:
    support = await a_support(day=31)
    await Support.filter(id=support.id).update(next_on=day)
    go_to(day - timedelta(days=1), 23)
    assert await months.charge(support.id) is None
    go_to(day, 0)
    made = [await months.charge(support.id) for _ in range(2)]
    assert [one is not None for one in made] == [True, False]
    following = (await Support.get(id=support.id)).next_on
    assert following
    assert (following.month, (following + timedelta(days=1)).day) == (day.month + 1, 1)


async def test_a_pause_over_the_day_leaves_that_month_out(app: object) -> None:
    go_to(date(YEAR, 5, 2))
    support = await a_support(day=5)
    await service.pause(support)
    go_to(date(YEAR, 5, 6))
    await months.charge_due()
    await service.resume(support)
    assert (await Support.get(id=support.id)).next_on == date(YEAR, 6, 5)
    assert await SupportMonth.all().count() == 0


async def test_on_the_day_of_the_charge_a_pause_a_change_or_a_stop_taken_back_loses_no_month(client: Client) -> None:
    go_to(date(YEAR, 5, 5), 0)
    support = await a_support(day=5)
    address, today = link(support), plain(f"aujourd’hui, {formats.day(date(YEAR, 5, 5))}")

    async def answer(path: str, **fields: str) -> str:
        sent = await client.submit(address + path, fields)
        return (await client.get(sent.headers["location"])).text

    assert "en pause. Rien" in await answer("/pause")
    assert f"Votre soutien reprend. Prochain débit : {today}." in plain(await answer("/pause", to="active"))
    assert f"Prochain débit : {today}." in plain(await answer("/changer", amount="2000", day="5"))
    await answer("/arreter")
    assert f"Prochain débit : {today}." in plain(await answer("/reprendre"))
    assert await months.charge(support.id)
    await answer("/pause")
    assert f"Prochain débit : {today}." in plain(await answer("/pause", to="active"))
    assert await months.charge(support.id), "the month that the pause let go"
    await Pledge.all().update(status=PledgeStatus.COLLECTED)
    await answer("/pause")
    later = plain(f"Prochain débit : {formats.day(date(YEAR, 6, 5))}.")
    assert later in plain(await answer("/pause", to="active"))
    assert await months.charge(support.id) is None
    assert await SupportMonth.all().count() == 1


async def test_a_stop_that_is_undone_leaves_a_pause_a_pause(client: Client) -> None:
    support = await a_support()
    await service.pause(support)
    await stopping.stop(support)
    await client.submit(f"{link(support)}/reprendre")
    assert (await Support.get(id=support.id)).status == SupportStatus.PAUSED
    assert len(await subjects("en pause")) == 2
    assert await subjects("reprend") == []


async def test_who_begins_reads_the_first_charge_of_each_day_and_what_all_give(client: Client, app: object) -> None:
    go_to(date(YEAR, 5, 5))
    campaign = await a_standing()
    await Campaign.filter(id=campaign.id).update(optimum_cents=14_000)
    address = f"/initiatives/{campaign.initiative.slug}/soutien-mensuel"
    page = plain((await client.get(address)).text)
    assert f">5, dès aujourd’hui, {plain(formats.day(date(YEAR, 5, 5)))}" in page
    assert f">4, dès {plain(formats.day(date(YEAR, 6, 4)))}" in page
    assert f">31 ou fin du mois, dès {plain(formats.day(date(YEAR, 5, 31)))}" in page
    for n in range(3):
        assert "Ensemble" not in (await client.get(address)).text
        await a_support(campaign=campaign, backer=await a_person(f"Rose Martin {n}"), cents=1_500)
    await a_support(campaign=campaign, backer=await a_person("Zoé Lune"), cents=5_000)
    said = "Ensemble, au moins 40 € par mois, sur les 140 € à trouver."
    assert said in plain((await client.get(address)).text), "one more person does not tell what she gives"


async def test_a_change_while_it_is_charged_serves_from_the_next_month(app: object, payments: Payments) -> None:
    support = await a_support(gate=payments.sandbox, cents=1_000)
    await Support.filter(id=support.id).update(next_on=clock.today())
    due = clock.today()
    await asyncio.gather(months.charge(support.id), service.change(support, 3_000, due.day))
    await jobs.run_due(schedules=False)
    await live(due)
    rows = await SupportMonth.filter(support_id=support.id).select_related("pledge")
    assert len(rows) <= 1
    assert all(row.pledge.status == "collected" for row in rows)
    fresh = await Support.get(id=support.id)
    assert fresh.amount_cents == 3_000
    assert fresh.next_on
    await live(fresh.next_on)
    last = await Pledge.all().order_by("-id").first()
    assert last
    assert last.amount_cents == 3_000
    await assert_books_agree(payments.sandbox)


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


@pytest.mark.parametrize("point", [*MONTH_POINTS, *(one for one in POINTS if one != "decided")])
async def test_a_worker_killed_at_a_monthly_charge_charges_it_once(
    database: Database, settings: Settings, gate: Harness, point: str
) -> None:
    campaign = await a_standing()
    supports = [
        await a_support(gate=gate, campaign=campaign, backer=await a_person(f"Personne {n}")) for n in range(3)
    ]
    await Support.all().update(next_on=clock.today())
    process = await start_civic(database, settings, gate, "worker", crash_at=point)
    _out, trouble = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == -signal.SIGKILL, trouble.decode()[-2000:]
    for _ in range(2):
        await db.execute("UPDATE job SET locked_until = 0 WHERE done_at IS NULL")
        await months.charge_due()
        await looking.reconcile(patience=timedelta())
        await jobs.run_due(schedules=False)
    for support in supports:
        rows = await SupportMonth.filter(support_id=support.id).select_related("pledge")
        assert [row.pledge.status.value for row in rows] == ["collected"]
    theirs = await books_of(gate)
    assert (theirs["charges"], theirs["gross"]) == (3, 3_000)
    assert len(await subjects("Votre don est arrivé")) == 3
    assert await jobs.dead_letters() == []
    await assert_books_agree(gate)


async def test_a_word_from_an_old_page_is_not_an_error(client: Client, payments: Payments) -> None:
    support = await a_support(gate=payments.sandbox)
    address = await cards.open_page(support)
    assert address
    page = (await Support.get(id=support.id)).session_ref
    await cards.settle(page)
    assert await cards.of_ticket("n’importe quoi") is None
    assert (await client.get("/soutiens/abc/retour")).status_code == 404
