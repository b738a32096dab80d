"""What the lead of a monthly support does and reads: it is read before it opens, counts, a word at its end."""

from datetime import date

from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.recurring import board, service, standing, stopping
from campaigns.recurring.models import Support, SupportStatus
from civic import jobs
from civic.mail.models import OutboxMessage
from civic.people.models import AuditEntry, RoleName
from tests.campaigns.conftest import Payments
from tests.campaigns.test_monthly_life import YEAR, SignIn, at_home, go_to  # noqa: F401
from tests.client import Client
from tests.factories import a_person, an_initiative
from tests.factories.recurring import a_paid_month, a_standing, a_support


async def test_a_lead_ends_it_and_every_supporter_reads_why(sign_in: SignIn, client: Client, payments: Payments) -> None:
    lead = await a_person("Nadia Porteuse")
    initiative = await an_initiative(lead=lead)
    campaign = await a_standing(initiative)
    supports = [
        await a_support(initiative, payments.sandbox, campaign=campaign, backer=await a_person(f"Personne {n}"))
        for n in range(2)
    ]
    page = f"/initiatives/{initiative.slug}/soutien-mensuel"
    hers = await sign_in(lead)
    assert (await hers.submit(f"{page}/terminer", {"note": "court"})).status_code == 422
    why = "La mairie prend le loyer à sa charge."
    assert (await hers.submit(f"{page}/terminer", {"note": why})).status_code == 303
    await jobs.run_due(schedules=False)
    told = await OutboxMessage.filter(subject__contains="est arrêté")
    assert len(told) == 2
    assert all(why in one.text and "/preuves" in one.text for one in told)
    assert {one.status for one in await Support.all()} == {SupportStatus.STOPPED}
    methods = {one["id"]: one["customer"] for one in (await payments.sandbox.control.dump())["payment_methods"]}
    assert {methods[support.method_ref] for support in supports} == {None}
    assert not stopping.may_undo(await service.whole(supports[0].id))
    shown = (await client.get(page)).text
    assert "terminé" in shown
    assert why in shown
    assert (await hers.submit(f"{page}/terminer", {"note": why})).status_code == 409


async def test_somebody_else_reads_it_before_it_opens(sign_in: SignIn) -> None:
    lead = await a_person("Nadia Porteuse")
    initiative = await an_initiative(lead=lead)
    page = f"/initiatives/{initiative.slug}/soutien-mensuel"
    sent = {
        "purpose": "Le loyer du local, chaque mois.", "what_1": "Le loyer",
        "sum_1": "180",
    }  # fmt: skip
    hers = await sign_in(lead)
    wrong = await hers.submit(f"{page}/proposer", sent | {"what_2": "L’eau", "sum_2": "beaucoup"})
    assert (wrong.status_code, "Le loyer" in wrong.text) == (422, True)
    assert (await hers.submit(f"{page}/proposer", sent)).status_code == 303
    campaign = await standing.of_initiative(initiative.id, public_only=False)
    assert campaign
    rose = await sign_in(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    moved = await rose.get(f"/campagnes/{campaign.slug}/relecture")
    assert moved.headers["location"] == f"{page}/relecture"
    assert "180\u202f€" in (await rose.get(f"{page}/relecture")).text
    assert (await hers.get(f"{page}/relecture")).status_code == 403
    assert (await rose.submit(f"{page}/relecture", {"answer": "changes_requested"})).status_code == 422
    note = {"answer": "changes_requested", "note": "Dites de quel local il s’agit."}
    assert (await rose.submit(f"{page}/relecture", note)).status_code == 303
    assert note["note"] in (await hers.get(page)).text
    await jobs.run_due(schedules=False)
    assert not [one.text for one in await OutboxMessage.all() if "champ par champ" in one.text]
    assert (await hers.submit(f"{page}/proposer", sent | {"what_1": "Le loyer du four"})).status_code == 303
    assert (await rose.submit(f"{page}/relecture", {"answer": "approved"})).status_code == 303
    assert (await hers.submit(f"{page}/ouvrir")).status_code == 303
    added = {"what": "L’assurance", "amount": "20"}
    assert (await hers.submit(f"{page}/depense", added)).status_code == 303
    shown = (await hers.get(page)).text
    for words in ("Le loyer du four", "L’assurance", "200\u202f€"):
        assert words in shown
    assert await AuditEntry.filter(act="monthly_line_added").count() == 1


async def test_a_lead_reads_counts_and_no_sum_of_one_or_two(sign_in: SignIn) -> None:
    lead = await a_person("Nadia Porteuse")
    initiative = await an_initiative(lead=lead)
    go_to(date(YEAR, 1, 3))
    campaign = await a_standing(initiative)
    supports = [
        await a_support(campaign=campaign, cents=cents, backer=await a_person(f"=Personne {cents}")) for cents in (1_111, 2_222)
    ]
    for support in supports:
        await a_paid_month(support, date(YEAR, 1, 5))
    hers = await sign_in(lead)
    path = f"/initiatives/{initiative.slug}/soutien-mensuel/tableau"
    page = (await hers.get(path)).text
    assert "33,33" not in page
    assert "dit à partir de" in page
    third = await a_support(campaign=campaign, cents=3_333, backer=await a_person("Trois"))
    await a_paid_month(third, date(YEAR, 1, 8))
    await stopping.stop(supports[0])
    page = (await hers.get(path)).text
    assert "66,66" in page
    assert "<svg" in page
    sheet = (await hers.get(f"{path}.csv")).text
    assert f"{YEAR}-01;3;66,66;3;1;0" in sheet
    assert "Personne 1111" not in page + sheet
    assert await AuditEntry.filter(act="supports_exported").count() == 1
    assert (await hers.get(f"/campagnes/{campaign.slug}/tableau")).headers["location"] == path


async def test_a_person_who_gives_twice_is_one_person_on_the_board(app: object) -> None:
    go_to(date(YEAR, 1, 3))
    campaign, odile = await a_standing(), await a_person("Odile Deux")
    supports = [
        await a_support(campaign=campaign, cents=cents, backer=backer)
        for cents, backer in ((1_000, odile), (2_000, odile), (3_000, await a_person("Paul Un")))
    ]
    paid = [await a_paid_month(support, date(YEAR, 1, 5)) for support in supports]
    found = await board.of(campaign.id)
    assert (found.active, found.cents, found.months[0].paid, found.months[0].cents) == (3, None, 3, None)
    await Pledge.filter(id__in=[pledge.id for pledge in paid]).update(status=PledgeStatus.NEEDS_BACKER)
    assert (await board.of(campaign.id)).waiting == 2
    await a_paid_month(await a_support(campaign=campaign, cents=4_000, backer=await a_person("Trois")), date(YEAR, 1, 8))
    assert (await board.of(campaign.id)).cents == 10_000
