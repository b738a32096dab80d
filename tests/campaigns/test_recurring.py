"""A little each month: one charge a month whatever restarts, paused and stopped by a link, summed up once a year."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest
from tortoise.exceptions import IntegrityError

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.lifecycle.service import cancel, review
from campaigns.payments import gateway
from campaigns.pledges.models import Pledge
from campaigns.recurring import calendar, months, service
from campaigns.recurring.models import Support, SupportMonth, SupportStatus
from campaigns.settlement import looking
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import RoleName
from tests.campaigns.conftest import Payments
from tests.campaigns.test_pledges import within
from tests.campaigns.till import assert_books_agree
from tests.client import Client
from tests.factories import a_person, an_initiative
from tests.factories.recurring import a_standing, a_support

ME = {"name": "Odile Blanc", "email": "odile@exemple.fr", "terms": "1", "amount": "1000", "day": "31"}
POOR = "pm_card_chargeCustomerFail"


@pytest.fixture(autouse=True)
async def at_home() -> AsyncIterator[None]:
    yield
    clock.travel(timedelta())
    await gateway.close()


def go_to(day: date) -> None:
    """It is noon of that day."""
    clock.travel(timedelta())
    clock.travel(datetime(day.year, day.month, day.day, 12, tzinfo=clock.now().tzinfo) - clock.now())


async def live_in(days: int) -> None:
    """The jobs of so many days from this very moment: the sandbox, whose clock goes on, lends a page for a day."""
    clock.travel(timedelta(days=days))
    await months.charge_due()
    await jobs.run_due(schedules=False)


async def live(day: date) -> None:
    """That day's jobs run, those that failed once more."""
    go_to(day)
    await months.charge_due()
    await jobs.run_due(schedules=False)


async def fresh(support: Support) -> Support:
    return await service.whole(support.id)


async def states(support: Support) -> list[tuple[str, str]]:
    rows = await SupportMonth.filter(support_id=support.id).order_by("month").select_related("pledge")
    return [(row.month, row.pledge.status.value) for row in rows]


@pytest.mark.parametrize(("day", "charges"), [
    (31, ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]), (29, ["2027-01-29", "2027-02-28", "2027-03-29"]),
    (5, ["2027-01-05", "2027-02-05"]), (30, ["2028-01-30", "2028-02-29", "2028-03-30"]),
])  # fmt: skip
def test_a_month_without_that_day_is_charged_on_its_last(day: int, charges: list[str]) -> None:
    found = [date.fromisoformat(charges[0])]
    while len(found) < len(charges):
        found.append(calendar.after(found[-1], day, found[-1]))
    assert [one.isoformat() for one in found] == charges


def test_another_day_never_charges_a_month_twice_and_months_asleep_are_not_made_up_for() -> None:
    assert calendar.first_after(date(2026, 11, 10), 28) == date(2026, 11, 28)
    assert calendar.first_after(date(2026, 11, 10), 28, "2026-11") == date(2026, 12, 28)
    assert calendar.first_after(date(2026, 11, 28), 28) == date(2026, 12, 28)
    assert calendar.after(date(2026, 9, 5), 5, date(2026, 11, 23)) == date(2026, 12, 5)
    assert calendar.after(date(2026, 10, 31), 31, date(2026, 11, 1)) == date(2026, 11, 30)


async def test_a_resident_without_account_gives_a_little_each_month(client: Client, payments: Payments):
    campaign = await a_standing()
    slug = (await Campaign.get(id=campaign.id).select_related("initiative")).initiative.slug
    page = f"/initiatives/{slug}/soutien-mensuel"
    assert "Soutenir chaque mois" in (await client.get(f"/initiatives/{slug}")).text
    assert (await client.get(f"/campagnes/{campaign.slug}")).headers["location"] == page
    assert "180" in (await client.get(page)).text
    sent = ME | {"cle": "une-clef"}
    first, second = await asyncio.gather(*(client.submit(page, sent) for _ in range(2)))
    assert first.status_code == second.status_code == 303
    assert await Support.all().count() == 1
    back = await payments.fill_in(first.headers["location"])
    shown = await client.get(within(back), follow_redirects=True)
    assert "contient le lien vers votre soutien" in shown.text
    await payments.deliver(times=2)
    await jobs.run_due(schedules=False)
    support = await Support.all().get()
    assert (support.status, support.day, support.method_label) == (SupportStatus.ACTIVE, 31, "Visa •••• 4242")
    assert (await payments.sandbox.control.dump())["payment_intents"] == []
    assert await OutboxMessage.filter(to="odile@exemple.fr").count() == 1
    link = f"/soutiens/{links.make('support', support.id)}"
    assert "En cours, merci" in (await client.get(link)).text
    await client.submit(f"{link}/changer", {"amount": "autre", "other": "12,50", "day": "3"})
    await client.submit(f"{link}/pause")
    paused = await Support.all().get()
    assert (paused.amount_cents, paused.day, paused.status, paused.next_on) == (1250, 3, SupportStatus.PAUSED, None)
    await client.submit(f"{link}/pause", {"to": "active"})
    assert (await Support.all().get()).status == SupportStatus.ACTIVE
    for _ in range(2):
        await client.submit(f"{link}/arreter")
    await jobs.run_due(schedules=False)
    assert (await Support.all().get()).status == SupportStatus.STOPPED
    go_to(clock.today() + timedelta(days=1))
    await jobs.run_due(schedules=False)
    assert [method["customer"] for method in (await payments.sandbox.control.dump())["payment_methods"]] == [None]
    assert "Arrêté" in (await client.get(link)).text
    assert (await client.submit(f"{link}/pause")).status_code == 409
    assert (await client.get("/soutiens/abc")).status_code == 404


@pytest.mark.one_engine
async def test_mistakes_come_back_beside_their_field(client: Client, payments: Payments):
    campaign = await a_standing()
    slug = (await Campaign.get(id=campaign.id).select_related("initiative")).initiative.slug
    for wrong in (
        {"terms": ""}, {"day": "0"}, {"day": "32"}, {"day": "x"}, {"amount": "autre", "other": "0"}, {"amount": "1"},
        {"amount": "autre", "other": "2000"}, {"email": "odile"}, {"name": ""}, {"amount": "abc"},
    ):  # fmt: skip
        refused = await client.submit(f"/initiatives/{slug}/soutien-mensuel", ME | wrong)
        assert refused.status_code == 422, wrong
        assert "Erreur" in refused.text
    assert await Support.all().count() == 0


async def test_one_charge_a_month_whatever_runs_again(app, payments: Payments):
    support = await a_support(gate=payments.sandbox, day=31)
    for day in (date(2027, 1, 30), date(2027, 1, 31), date(2027, 2, 1), date(2027, 2, 28), date(2027, 3, 31)):
        await Support.filter(id=support.id, next_on__lt=date(2027, 1, 1)).update(next_on=date(2027, 1, 31))
        go_to(day)
        await asyncio.gather(*(months.charge_due() for _ in range(3)))
        await jobs.run_due(schedules=False)
        await looking.reconcile(patience=timedelta())
    assert await states(support) == [("2027-01", "collected"), ("2027-02", "collected"), ("2027-03", "collected")]
    assert len((await payments.sandbox.control.dump())["charges"]) == 3
    assert (await Campaign.get(id=support.campaign_id)).collected_cents == 3000
    assert (await fresh(support)).next_on == date(2027, 4, 30)
    row = await SupportMonth.filter(support_id=support.id).first()
    assert row
    with pytest.raises(IntegrityError):
        await SupportMonth.create(support_id=support.id, month=row.month, pledge_id=(await Pledge.all().order_by("-id").first()).id)
    await assert_books_agree(payments.sandbox)


async def test_a_month_whose_job_was_lost_is_charged_by_reconciling(app, payments: Payments):
    support = await a_support(gate=payments.sandbox)
    await Support.filter(id=support.id).update(next_on=clock.today())
    await months.charge(support.id)
    assert (await states(support))[0][1] == "confirmed"
    await looking.reconcile(patience=timedelta())
    assert (await states(support))[0][1] == "collected"
    await assert_books_agree(payments.sandbox)


async def test_a_declined_month_is_told_then_pauses_and_another_card_goes_on(client: Client, payments: Payments):
    support = await a_support(gate=payments.sandbox, card=POOR)
    first = clock.today()
    await Support.filter(id=support.id).update(next_on=first)
    await live_in(0)
    assert (await states(support))[0][1] == "needs_backer"
    trouble = await OutboxMessage.filter(subject__contains="prélevé").get()
    assert "a réussi" not in trouble.text
    await live_in(8)
    assert (await states(support))[0][1] == "dropped"
    assert (await fresh(support)).status == SupportStatus.PAUSED
    assert await OutboxMessage.filter(subject__contains="en pause").count() == 1
    link = f"/soutiens/{links.make('support', support.id)}"
    await payments.sandbox.control.clock(8 * 86_400)
    hosted = (await client.submit(f"{link}/carte")).headers["location"]
    await client.get(within(await payments.fill_in(hosted)))
    await client.submit(f"{link}/pause", {"to": "active"})
    again = await fresh(support)
    assert (again.status, again.method_label) == (SupportStatus.ACTIVE, "Visa •••• 4242")
    assert again.next_on
    await live(again.next_on)
    assert [state for _month, state in await states(support)] == ["dropped", "collected"]
    await assert_books_agree(payments.sandbox)


async def test_a_lead_proposes_somebody_else_reads_and_the_lead_opens(sign_in, client: Client, payments: Payments):
    lead = await a_person("Nadia Porteuse")
    initiative = await an_initiative(lead=lead)
    page = f"/initiatives/{initiative.slug}/soutien-mensuel"
    hers = await sign_in(lead)
    assert (await client.get(page)).status_code == 404
    assert (await hers.submit(f"{page}/proposer", {"purpose": "court"})).status_code == 422
    sent = {"purpose": "Le loyer du local, 180 € par mois."}
    assert (await hers.submit(f"{page}/proposer", sent)).status_code == 422
    sent |= {"what_1": "Le loyer", "sum_1": "180", "what_2": "L’assurance", "sum_2": "12,50"}
    assert (await hers.submit(f"{page}/proposer", sent)).status_code == 303
    assert (await hers.submit(f"{page}/proposer", sent)).status_code == 409
    assert (await hers.submit(f"{page}/ouvrir")).status_code == 409
    campaign = await Campaign.filter(goal=GoalKind.MONTHLY).get().select_related("initiative", "lead")
    assert (campaign.minimum_cents, campaign.optimum_cents) == (0, 19_250)
    assert (await client.get(page)).status_code == 404
    team = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR), frozenset({RoleName.ANIMATOR}))
    await review(campaign, team, CampaignStatus.APPROVED, "")
    assert (await hers.submit(f"{page}/ouvrir")).status_code == 303
    assert "Chaque mois" in (await client.get(page)).text
    campaign = await Campaign.get(id=campaign.id)
    for cents in (700, 800):
        await a_support(initiative, cents=cents, campaign=campaign, backer=await a_person(f"Personne {cents}"))
    assert "15" in (await hers.get(page)).text
    assert "2 personnes soutiennent" in (await hers.get(page)).text.replace("\u00a0", " ")
    assert "soutiennent" not in (await client.get(page)).text
    await cancel(campaign, team, "L’initiative s’arrête là.")
    await jobs.run_due(schedules=False)
    assert await Support.filter(status=SupportStatus.STOPPED).count() == 2
    assert "/campagnes/soutien" not in (await client.get("/campagnes")).text


async def test_once_a_year_each_supporter_reads_what_she_gave(app, payments: Payments):
    support = await a_support(gate=payments.sandbox)
    year = clock.today().year + 1
    await Support.filter(id=support.id).update(next_on=date(year, 2, 5))
    for month in (2, 3):
        await live(date(year, month, 5))
    await months.sum_up()
    assert await OutboxMessage.filter(subject__contains="de l’année").count() == 0
    for day in (3, 4):
        go_to(date(year + 1, 1, day))
        await months.sum_up()
        await jobs.run_due(schedules=False)
    letter = await OutboxMessage.filter(subject__contains="de l’année").get()
    assert "20" in letter.text
    assert "2 mois" in letter.text.replace("\u00a0", " ")
