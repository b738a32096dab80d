"""The counter of the compte d’engagement citoyen, its two reminders, and the skills sheet."""

import re
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pypdfium2
import pytest

from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.organisations.models import OrganisationKind
from civic.people import service as people
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person, an_initiative, an_organisation
from tests.factories.attestations import many_hours, some_hours
from volunteering.attestations import engagement
from volunteering.attestations.jobs import engagement_reminders_due, occasion_of
from volunteering.attestations.models import EngagementLetter, Occasion
from volunteering.hours.models import EntryStatus, TimeKind
from volunteering.volunteers.models import Volunteer

SignIn = Callable[[Person], Awaitable[Client]]


def travel_to(day: date) -> None:
    clock.travel(timedelta())
    clock.travel(clock.at(day, 10) - clock.now())


def last_year() -> int:
    return clock.today().year - 1


async def remind() -> None:
    await engagement_reminders_due()
    await jobs.run_due(schedules=False)


async def subjects_to(person: Person) -> list[str]:
    return [row.subject for row in await OutboxMessage.filter(to=person.email or "").order_by("id")]


async def test_only_governance_and_leading_in_associations_count(database: object) -> None:
    person, initiative, year = await a_person(), await an_initiative(), last_year()
    first, second = await an_organisation("Les Jardins du Carron"), await an_organisation("Le Fournil")
    company = await an_organisation("La Régie", kind=OrganisationKind.COOPERATIVE)
    await many_hours(person, initiative, 120, year, first)
    await many_hours(person, initiative, 70, year, second, TimeKind.LEADING)
    await many_hours(person, initiative, 30, year, company)
    await many_hours(person, initiative, 40, year, None)
    await many_hours(person, initiative, 50, year, first, TimeKind.MISSION)
    await some_hours(person, initiative, 9, day=date(year, 12, 31), kind=TimeKind.LEADING, organisation=second, status=EntryStatus.PROPOSED)
    await some_hours(person, initiative, 9, day=date(year - 1, 12, 31), kind=TimeKind.LEADING, organisation=second)
    counter = await engagement.count(person.id, year)
    assert counter.associations == [("Les Jardins du Carron", 7200), ("Le Fournil", 4200)]
    assert (counter.elsewhere, counter.missions, counter.waiting) == (4200, 3000, 540)
    assert (counter.total, counter.most, counter.reached) == (11400, 7200, False)
    await some_hours(person, initiative, 10, day=date(year, 12, 31), kind=TimeKind.LEADING, organisation=second)
    assert (await engagement.count(person.id, year)).reached


@pytest.mark.parametrize(("hours", "in_one", "reached"), [(200, 100, True), (199, 100, False), (200, 99, False)])
def test_both_thresholds_are_needed(hours: int, in_one: int, reached: bool) -> None:
    rest = (hours - in_one) * 60
    counter = engagement.Counter(2025, [("A", in_one * 60), ("B", rest // 2), ("C", rest - rest // 2)], 0, 0, 0)
    assert counter.reached is reached
    assert (counter.declare_by, counter.confirm_by) == (date(2026, 6, 30), date(2026, 12, 31))


async def test_the_counter_shows_both_thresholds_and_the_dates(app: object, sign_in: SignIn) -> None:
    year = clock.today().year
    travel_to(date(year, 3, 10))
    person, initiative = await a_person(), await an_initiative()
    await many_hours(person, initiative, 210, year - 1, await an_organisation("Les Jardins du Carron"))
    browser = await sign_in(person)
    page = (await browser.get("/mon-espace/engagement")).text
    for said in ("210\u00a0h sur 200\u00a0h", "210\u00a0h sur 100\u00a0h", "seuils sont atteints", f"30\u00a0juin {year}", f"31\u00a0décembre {year}", "Les Jardins du Carron"):
        assert said in page, said
    assert "n’ouvrent pas ce droit" in (await browser.get(f"/mon-espace/engagement?annee={year}")).text
    assert (await browser.get("/mon-espace/engagement?annee=99999")).status_code == 200
    travel_to(date(year, 7, 1))
    browser = await sign_in(person)
    page = (await browser.get(f"/mon-espace/engagement?annee={year - 1}")).text
    assert "Le délai pour déclarer" in page
    assert "votre association confirme" in page
    assert "Il reste à déclarer" not in page


@pytest.mark.one_engine
async def test_somebody_with_missions_alone_reads_why_it_does_not_concern_her(app: object, sign_in: SignIn) -> None:
    person = await a_person()
    await some_hours(person, await an_initiative(), 5, day=clock.today(), organisation=await an_organisation())
    page = (await (await sign_in(person)).get(f"/mon-espace/engagement?annee={clock.today().year}")).text
    assert "c’est précieux" in page
    assert "sur 200" not in page


async def test_each_reminder_comes_once_a_year_to_those_it_concerns(app: object) -> None:
    year = clock.today().year + 1
    initiative, organisation = await an_initiative(), await an_organisation()
    president, few, unsure, worker = [await a_person(name) for name in ("Hélène Maire", "Rose Martin", "Odile Blanc", "Karim Haddad")]
    for person, hours, kind in ((president, 210, TimeKind.GOVERNANCE), (few, 90, TimeKind.GOVERNANCE),
                                (unsure, 130, TimeKind.LEADING), (worker, 250, TimeKind.MISSION)):  # fmt: skip
        await many_hours(person, initiative, hours, year - 1, organisation, kind)
    unknown = await a_person("Sans adresse", None)
    unsaid = await people.meet("Jeanne Perrin", "jeanne.perrin@exemple.fr")
    for nobody in (unknown, unsaid):
        await many_hours(nobody, initiative, 150, year - 1, organisation)
    for day in (date(year, 1, 2), date(year, 1, 6), date(year, 1, 7), date(year, 1, 30), date(year, 3, 1)):
        travel_to(day)
        await remind()
    assert [await subjects_to(one) for one in (few, worker)] == [[], []]
    assert len(await subjects_to(president)) == len(await subjects_to(unsure)) == 1
    assert "210\u00a0h" in (await subjects_to(president))[0]
    for day in (date(year, 6, 2), date(year, 6, 20), date(year, 6, 28)):
        travel_to(day)
        await remind()
    assert "Plus que quelques semaines" in (await subjects_to(president))[1]
    assert len(await subjects_to(president)) == 2
    assert await EngagementLetter.all().count() == 4
    assert await subjects_to(unsaid) == [], "an address nobody confirmed may be nobody’s"


async def test_who_wants_no_reminders_gets_none_without_signing_in(app: object, client: Client) -> None:
    year = clock.today().year + 1
    initiative, organisation = await an_initiative(), await an_organisation()
    person = await a_person()
    await many_hours(person, initiative, 210, year - 1, organisation)
    travel_to(date(year, 1, 10))
    await remind()
    mail = await OutboxMessage.get(to=person.email)
    link = re.search(r"http://testserver(/engagement/rappels/\S+)", mail.text)
    assert link
    assert "Ne plus les recevoir" in (await client.get(link[1])).text
    assert (await client.submit(link[1])).status_code == 303
    assert (await client.submit(link[1])).status_code == 303
    travel_to(date(year, 6, 10))
    await remind()
    assert len(await subjects_to(person)) == 1
    assert (await client.submit(f"{link[1]}/reprendre")).status_code == 303
    await remind()
    assert len(await subjects_to(person)) == 2
    assert (await client.get("/engagement/rappels/faux")).status_code == 404


def test_a_year_has_two_windows() -> None:
    days = {date(2027, 1, 4): None, date(2027, 1, 5): Occasion.JANUARY, date(2027, 1, 31): Occasion.JANUARY,
            date(2027, 2, 1): None, date(2027, 6, 1): Occasion.JUNE, date(2027, 6, 23): Occasion.JUNE,
            date(2027, 6, 24): None}  # fmt: skip
    assert {day: occasion_of(day) for day in days} == days


async def test_a_person_chooses_what_her_skills_sheet_shows(app: object, sign_in: SignIn) -> None:
    person, initiative = await a_person("Rose Martin"), await an_initiative()
    cooked = await some_hours(person, initiative, 3, title="Cuisiner pour la fête", skills=("cooking",))
    await some_hours(person, initiative, 2, title="Tenir la caisse", role="Buvette", skills=("till",))
    await some_hours(person, initiative, 2, title="Pas encore validée", skills=("law",), status=EntryStatus.PROPOSED)
    await Volunteer.create(person=person, skills=["music", "cooking"], updated_at=clock.now())
    browser = await sign_in(person)
    page = (await browser.get("/mon-espace/competences")).text
    for said in ("Cuisiner pour la fête", "Buvette", "Tenir une caisse", "Faire de la musique"):
        assert said in page, said
    assert "Pas encore validée" not in page
    link = re.search(r'href="(/mon-espace/competences\.pdf[^"]*)"', page)
    assert link
    whole = words_of((await browser.get(link[1].replace("&amp;", "&"))).content)
    assert "Rose Martin" in whole
    assert "Buvette" in whole
    assert "3 h" in whole
    choice = f"?choix=1&lignes={cooked.id}&acquis=cooking&prenom=1"
    some = words_of((await browser.get(f"/mon-espace/competences.pdf{choice}")).content)
    assert "Rose M." in some
    assert "Cuisiner pour la fête" in some
    for hidden in ("Rose Martin", "Buvette", "musique", "3 h"):
        assert hidden not in some, hidden
    assert "Buvette" not in re.sub(r"<form.*?</form>", "", (await browser.get(f"/mon-espace/competences{choice}")).text, flags=re.S)


def words_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return re.sub(r"\s+", " ", " ".join(page.get_textpage().get_text_range() for page in pages))
