"""A resident looks for a mission that suits her evening, her legs and her age."""

import html
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import unquote

import pytest

from civic import clock, database, search
from civic.initiatives.models import Initiative
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_commune, a_person, an_initiative
from tests.factories.volunteering import a_lead, a_mission, a_signup, in_days, the_shift
from volunteering import panels
from volunteering.explorer.conditions import in_moments
from volunteering.explorer.jobs import missions_indexed
from volunteering.missions import service as missions
from volunteering.missions.models import Availability, Effort, Mission
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.shifts.service import RoleWish, Slot
from volunteering.signups import service as signups
from volunteering.volunteers.matching import moments

SignIn = Callable[[Person], Awaitable[Client]]
WEEK_DAY, WEEK_EVENING, WEEKEND_DAY, WEEKEND_EVENING = Availability


@pytest.fixture
async def ours(database: object, app: object) -> tuple[Person, Initiative]:
    """A lead and her initiative."""
    lead = await a_lead()
    return lead, await an_initiative(lead=lead)


async def found(client: Client, query: str = "") -> list[str]:
    """The titles of the missions that a search finds, in order."""
    text = (await client.get(f"/missions?{query}")).text
    return [html.unescape(title) for title in re.findall(r'<h3[^>]*><a href="/missions/[^"]*">([^<]*)</a>', text)]


def next_weekday(weekday: int, weeks: int = 1) -> date:
    """The first such weekday from so many weeks on."""
    day = clock.today() + timedelta(weeks=weeks)
    return day + timedelta(days=(weekday - day.weekday()) % 7)


async def on(mission: Mission, day: date, start: int, end: int, *roles: RoleWish) -> Shift:
    """One more shift."""
    return await shifts.add(mission, Slot(day, time(start), time(end), roles or (RoleWish(5),)))


async def an_ongoing(title: str, ours: tuple[Person, Initiative], **values: object) -> Mission:
    """Open work without a date."""
    words = {"title": title, "summary": "Une heure ici ou là.", "ongoing": True, **values}
    mission = await missions.create(ours[1], Actor(ours[0]), words)
    await missions.open_(mission)
    return mission


async def test_a_resident_finds_a_mission_by_a_word_with_a_slip_and_by_its_initiative(
    client: Client, ours: tuple[Person, Initiative]
) -> None:
    await a_mission("Compter les hérons", lead=ours[0], initiative=ours[1], tasks="On écrit dans un carnet.")
    other = await an_initiative("La Bobine des Étangs", lead=ours[0])
    await search.index("initiative", other.id, other.title)
    await a_mission("Tenir la caisse", lead=ours[0], initiative=other)
    assert await found(client, "q=herons") == ["Compter les hérons"]
    assert await found(client, "q=hérrons") == ["Compter les hérons"]
    assert await found(client, "q=carnet") == ["Compter les hérons"]
    assert await found(client, "q=bobine") == ["Tenir la caisse"]
    assert await found(client, "q=Xyzzyx") == []
    mission = await Mission.get(title="Tenir la caisse").select_related("initiative")
    await missions.edit(mission, {"title": "Tenir la buvette"})
    assert await found(client, "q=buvette") == ["Tenir la buvette"]


async def test_a_mission_from_before_there_was_a_search_becomes_findable(
    client: Client, ours: tuple[Person, Initiative]
) -> None:
    old = await a_mission("Compter les hérons", lead=ours[0], initiative=ours[1])
    await search.remove("mission", old.id)
    assert await found(client, "q=herons") == []
    await missions_indexed()
    assert await found(client, "q=herons") == ["Compter les hérons"]
    with query_count() as queries:
        await missions_indexed()
    assert len(queries) == 1, "nothing left to do"


async def test_days_are_asked_for_by_this_week_this_weekend_or_two_dates(
    client: Client, ours: tuple[Person, Initiative]
) -> None:
    soon = await a_mission("Mission de demain", lead=ours[0], initiative=ours[1], days=1)
    await a_mission("Mission de plus tard", lead=ours[0], initiative=ours[1], days=20)
    await an_ongoing("Mission sans date", ours)
    assert await found(client, "quand=semaine") == ["Mission de demain"]
    days = f"du={in_days(15)}&au={in_days(25)}"
    assert await found(client, days) == ["Mission de plus tard"]
    await on(soon, in_days(20), 9, 10)
    assert set(await found(client, days)) == {"Mission de plus tard", "Mission de demain"}
    shift = await Shift.filter(mission_id=soon.id).order_by("-starts_at").first()
    assert shift
    assert f"/missions/mission-de-demain?creneau={shift.id}" in (await client.get(f"/missions?{days}")).text
    wrong = await client.get(f"/missions?du={in_days(9)}&au={in_days(2)}")
    assert wrong.status_code == 422
    assert "Le dernier jour vient avant le premier" in wrong.text


async def test_this_weekend_is_saturday_and_sunday_whatever_today_is(
    client: Client, ours: tuple[Person, Initiative]
) -> None:
    today = clock.today()
    saturday = today + timedelta(days=(5 - today.weekday()) % 7) if today.weekday() < 5 else today
    monday = saturday + timedelta(days=7 - saturday.weekday())
    mission = await a_mission("Mission du lundi", lead=ours[0], initiative=ours[1], days=(monday - today).days)
    assert await found(client, "quand=week-end") == []
    sunday = monday - timedelta(days=1)
    if clock.at(sunday, 23, 58) > clock.now():
        await shifts.add(mission, Slot(sunday, time(23, 58), time(23, 59), (RoleWish(2),)))
        assert await found(client, "quand=week-end") == ["Mission du lundi"]


async def test_evenings_and_weekends_are_those_of_the_territory(
    client: Client, ours: tuple[Person, Initiative]
) -> None:
    evening = await a_mission("Le soir", lead=ours[0], initiative=ours[1], days=400)
    await on(evening, next_weekday(2), 18, 20)
    weekend = await a_mission("Le samedi", lead=ours[0], initiative=ours[1], days=400)
    await on(weekend, next_weekday(5), 9, 12)
    await Shift.filter(starts_at__gt=clock.now() + timedelta(days=300)).update(status="cancelled")
    assert await found(client, "moment=week_evening") == ["Le soir"]
    assert await found(client, "moment=weekend_day") == ["Le samedi"]
    assert set(await found(client, "moment=weekend_day&moment=week_evening")) == {"Le samedi", "Le soir"}
    assert await found(client, "moment=weekend_evening") == []
    await an_ongoing("Quand on veut", ours)
    await an_ongoing("Le mardi", ours, availabilities=["week_day"])
    assert await found(client, "moment=weekend_evening") == ["Quand on veut"]
    assert set(await found(client, "moment=week_day")) == {"Quand on veut", "Le mardi"}


async def test_the_database_and_the_matching_say_the_same_of_every_hour(
    ours: tuple[Person, Initiative]
) -> None:
    mission = await a_mission(lead=ours[0], initiative=ours[1])
    present = clock.now()
    rows = []
    for days in (1, 2, 3, 120, 200, 300, 400):
        for hour in range(24):
            start = datetime.combine(in_days(days), time(hour), UTC)
            rows.append(Shift(mission_id=mission.id, starts_at=start, ends_at=start + timedelta(hours=1 + hour % 7),
                              capacity=1, ceiling=1, created_at=present, updated_at=present))  # fmt: skip
    await Shift.all().delete()
    await Shift.bulk_create(rows)
    every = await Shift.all()
    for chosen in ({WEEK_DAY}, {WEEK_EVENING, WEEKEND_EVENING}, {WEEKEND_DAY}, set(Availability)):
        found = await database.fetch_all(f"SELECT s.id FROM shift s WHERE {in_moments(chosen, present)}")
        expected = {one.id for one in every if moments(one.starts_at, one.ends_at) <= chosen}
        assert {row["id"] for row in found} == expected


async def test_facets_narrow_the_list(client: Client, ours: tuple[Person, Initiative]) -> None:
    lead, initiative = ours
    await a_mission("Coudre assis", lead=lead, initiative=initiative, wished_skills=["sewing"], minimum_age=16)
    await a_mission("Porter des bûches", lead=lead, initiative=initiative, effort=Effort.HARD, minimum_age=18)
    await a_mission("Secourir", lead=lead, initiative=initiative, required_skills=["first_aid"], car_free=True)
    await an_ongoing("Relire de chez soi", ours, remote=True)
    assert await found(client, "competence=sewing") == ["Coudre assis"]
    assert "Secourir" not in await found(client, "competence=aucune")
    assert len(await found(client, "competence=aucune")) == 3
    assert await found(client, "effort=hard") == ["Porter des bûches"]
    assert len(await found(client, "effort=hard&effort=light")) == 4
    assert "Porter des bûches" not in await found(client, "mineurs=1")
    assert "Coudre assis" in await found(client, "mineurs=1")
    assert await found(client, "a_distance=1") == ["Relire de chez soi"]
    assert await found(client, "genre=annee") == ["Relire de chez soi"]
    assert "Relire de chez soi" not in await found(client, "genre=date")
    assert set(await found(client, "sans_voiture=1")) == {"Secourir", "Relire de chez soi"}
    assert len(await found(client, "sujet=inconnu&effort=inconnu&competence=inconnu&moment=inconnu")) == 4


async def test_a_role_that_asks_for_a_skill_is_found_by_it(client: Client, ours: tuple[Person, Initiative]) -> None:
    feast = await a_mission("Fête du pain", lead=ours[0], initiative=ours[1])
    cook, greet = RoleWish(2, title="Four", skills=("cooking",)), RoleWish(2, title="Accueil")
    await on(feast, in_days(9), 9, 12, cook, greet)
    assert await found(client, "competence=cooking") == ["Fête du pain"]
    assert await found(client, "competence=aucune") == ["Fête du pain"], "one may greet"
    assert await found(client, "competence=sewing") == []


async def test_only_free_places_when_asked_for(client: Client, ours: tuple[Person, Initiative]) -> None:
    full = await a_mission("Complète", lead=ours[0], initiative=ours[1], places=1)
    await a_mission("Encore de la place", lead=ours[0], initiative=ours[1])
    await an_ongoing("Sans compter", ours)
    await a_signup(await the_shift(full))
    assert "Complète" in await found(client)
    assert await found(client, "places=1") == ["Encore de la place", "Sans compter"]
    await on(full, in_days(12), 9, 10)
    assert "Complète" in await found(client, "places=1"), "another of its days has some"


async def test_a_role_with_places_counts_although_people_wait_for_another(
    client: Client, ours: tuple[Person, Initiative]
) -> None:
    feast = await a_mission("Fête du pain", lead=ours[0], initiative=ours[1], days=400)
    shift = await on(feast, in_days(3), 9, 12, RoleWish(1, title="Four"), RoleWish(3, title="Accueil"))
    oven = await ShiftRole.get(shift_id=shift.id, title="Four")
    whole = await Shift.get(id=shift.id).select_related("mission__initiative", "mission__commune")
    for name in ("Rose Petit", "Hugo Grand"):
        person = await a_person(name)
        await signups.sign_up(whole, Actor(person), f"cle-{name}", signups.Wish(role_id=oven.id))
    assert (await Shift.get(id=shift.id)).waiting == 1
    assert await found(client, "places=1") == ["Fête du pain"]
    (way,) = await panels.home_ways()
    assert (way.summary, way.items[0][0]) == ("3 places cette semaine", "Fête du pain")
    page = html.unescape((await client.get(f"/initiatives/{ours[1].slug}")).text)
    assert "Four, complet, 1 en attente · Accueil, 3 places" in page


async def test_every_order_pages_through_everything_once(client: Client, ours: tuple[Person, Initiative]) -> None:
    villars = await a_commune("01443", "Villars-les-Dombes", latitude=46.0025, longitude=5.0305, postcodes="01330")
    for n in range(15):
        insee = villars.insee if n % 2 else None
        await a_mission(f"Mission {n:02d}", lead=ours[0], initiative=ours[1], days=3 + n % 4, commune_id=insee)
    await a_mission("De chez soi", lead=ours[0], initiative=ours[1], remote=True)
    for query in ("", "tri=proche&commune=01427-trevoux&rayon=50", "tri=besoin", "places=1", "tri=proche"):
        seen: list[str] = []
        address: str | None = f"/missions?{query}"
        while address:
            text = (await client.get(address)).text
            seen += re.findall(r'<h3[^>]*><a href="/missions/[^"]*">([^<]*)</a>', text)
            after = re.search(r'rel="next" href="([^"]+)"', text)
            address = html.unescape(after[1]) if after else None
        assert len(seen) == len(set(seen)) == 16, query


async def test_the_nearest_and_the_most_wanted_come_first(client: Client, ours: tuple[Person, Initiative]) -> None:
    villars = await a_commune("01443", "Villars-les-Dombes", latitude=46.0025, longitude=5.0305, postcodes="01330")
    await a_mission("À Trévoux", lead=ours[0], initiative=ours[1], days=2)
    far = await a_mission("À Villars", lead=ours[0], initiative=ours[1], days=9, commune_id=villars.insee)
    await a_mission("De chez soi", lead=ours[0], initiative=ours[1], days=1, remote=True)
    near = "commune=01443-villars-les-dombes&rayon=50"
    assert await found(client, near) == ["De chez soi", "À Trévoux", "À Villars"]
    assert await found(client, f"{near}&tri=proche") == ["À Villars", "À Trévoux", "De chez soi"]
    assert await found(client, "tri=proche") == ["De chez soi", "À Trévoux", "À Villars"], "no place to be near to"
    await on(far, in_days(5), 9, 12, RoleWish(4, minimum=3))
    assert (await found(client, "tri=besoin"))[0] == "À Villars"
    page = (await client.get("/missions")).text
    assert "Il manque 3 personnes d’ici 30 jours" in page, "of two dates, only those within a month are counted"


@pytest.mark.one_engine
async def test_the_map_shows_the_same_missions_and_opens_them_by_commune(
    client: Client, ours: tuple[Person, Initiative]
) -> None:
    for title in ("Une", "Deux"):
        await a_mission(f"Mission {title}", lead=ours[0], initiative=ours[1])
    await a_mission("De chez soi", lead=ours[0], initiative=ours[1], remote=True)
    text = (await client.get("/missions?vue=carte&commune=Trévoux&rayon=5")).text
    assert "Trévoux, 2 missions" in text
    assert "lieu=01427" in text
    assert set(await found(client, "lieu=01427")) == {"Mission Une", "Mission Deux"}
    one = await client.get("/missions?vue=carte&commune=Trévoux&lieu=01427&q=deux")
    assert 'href="/missions/mission-deux"' in one.text
    assert "Enlever" in one.text


@pytest.mark.one_engine
async def test_a_search_that_finds_nothing_says_what_to_let_go(
    client: Client, ours: tuple[Person, Initiative]
) -> None:
    await a_mission("Mission lointaine", lead=ours[0], initiative=ours[1], days=30)
    text = html.unescape((await client.get("/missions?commune=Trévoux&rayon=5&quand=semaine&effort=hard")).text)
    assert "Élargir à 30" in text
    for left in ("commune=Trévoux&rayon=5&quand=semaine", "commune=Trévoux&rayon=5&effort=hard"):
        assert f'href="/missions?{left}"' in unquote(text)
    assert "Voir toutes les missions" in text


@pytest.mark.one_engine
async def test_somebody_with_a_commune_looks_around_home_in_one_tap(
    sign_in: SignIn, client: Client, ours: tuple[Person, Initiative]
) -> None:
    await a_mission("Mission d’ici", lead=ours[0], initiative=ours[1])
    camille = await a_person("Camille Rey")
    camille.commune = await a_commune()
    await camille.save()
    browser = await sign_in(camille)
    text = (await browser.get("/missions?quand=semaine")).text
    assert "Autour de chez moi, à Trévoux" in text
    assert "quand=semaine&amp;commune=01427-trevoux" in text
    around = (await browser.get("/missions?commune=01427-trevoux")).text
    assert "Autour de chez moi" not in around
    assert "/communes/01427-trevoux/missions.ics" in around
    assert "Autour de chez moi" not in (await client.get("/missions")).text


async def test_the_list_costs_the_same_whatever_is_asked_and_however_many(
    client: Client, ours: tuple[Person, Initiative]
) -> None:
    pattern = await a_mission("Mission 0", lead=ours[0], initiative=ours[1])
    values = {name: getattr(pattern, name) for name in pattern._meta.db_fields if name not in ("id", "slug", "title")}
    values = {name: value for name, value in values.items() if not name.endswith("_id")}
    asked = ("", "places=1&moment=weekend_day&moment=week_day&tri=besoin", "commune=Trévoux&tri=proche&competence=aucune")
    counts: dict[str, list[int]] = {query: [] for query in asked}
    for most in (15, 150):
        known = await Mission.all().count()
        await Mission.bulk_create([
            Mission(slug=f"m-{n}", title=f"Mission {n}", initiative_id=ours[1].id, commune_id="01427", **values)
            for n in range(known, most)
        ])  # fmt: skip
        for query in asked:
            with query_count() as queries:
                assert (await client.get(f"/missions?{query}")).status_code == 200
            counts[query].append(len(queries))
    assert all(few == many for few, many in counts.values())
    assert counts[""][0] <= 3, "the version of kept pages, the list, its missions"
    assert max(few for few, _ in counts.values()) <= 6


@pytest.mark.one_engine
async def test_the_commune_page_leads_to_its_missions_and_names_only_those_that_lack_people(
    client: Client, ours: tuple[Person, Initiative]
) -> None:
    full = await a_mission("Mission complète", lead=ours[0], initiative=ours[1], places=1)
    await a_mission("Mission à remplir", lead=ours[0], initiative=ours[1])
    await a_signup(await the_shift(full))
    text = html.unescape((await client.get("/communes/01427-trevoux")).text)
    assert "/missions?commune=01427-trevoux" in text
    assert "Mission à remplir" in text
    assert "Mission complète" not in text
