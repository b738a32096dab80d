"""Missions: found by residents, written by leads."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from civic import clock, jobs, slots
from civic.activity.models import Activity
from civic.initiatives.models import Initiative
from civic.needs.models import Need
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_commune, a_person, an_initiative
from tests.factories.volunteering import a_lead, a_mission, a_shift, a_signup, in_days, sent_again, the_shift
from volunteering import panels
from volunteering.missions.models import Mission
from volunteering.shifts.models import Shift

SignIn = Callable[[Person], Awaitable[Client]]
NEW = {
    "title": "Planter les haies", "summary": "Planter cent arbustes avec les enfants de l’école.", "tasks": "Creuser.",
    "effort": "moderate", "minimum_age": "12", "car_free": "1", "bring": "Des gants.", "place": "École",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _clock_back():  # type: ignore[no-untyped-def]
    yield
    clock.travel(timedelta())


async def test_a_lead_writes_a_mission_adds_a_shift_and_opens_it(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    initiative = await an_initiative(lead=lead)
    browser = await sign_in(lead)
    assert (await browser.get(f"/initiatives/{initiative.slug}/missions/nouvelle")).status_code == 200
    answer = await browser.submit(f"/initiatives/{initiative.slug}/missions", NEW)
    assert answer.headers["location"] == "/missions/planter-les-haies/creneaux/nouveau"
    assert (await browser.get(answer.headers["location"])).status_code == 200
    too_early = await browser.submit("/missions/planter-les-haies/ouvrir")
    assert "Ajoutez d’abord un créneau" in (await browser.get(too_early.headers["location"])).text
    shift = {"day": in_days(5).isoformat(), "start": "8 h 30", "end": "11:00", "capacity": "6", "every": "week"}
    shown = await browser.submit("/missions/planter-les-haies/creneaux", {**shift, "times": "3"})
    assert "3 créneaux seront ajoutés" in shown.text
    assert await Shift.all().count() == 0, "read first"
    assert (await browser.submit("/missions/planter-les-haies/creneaux", sent_again(shown.text))).status_code == 303
    assert await Shift.all().count() == 3
    assert await Need.all().count() == 0, "a draft is nobody's need"
    assert await Activity.all().count() == 0
    assert (await browser.submit("/missions/planter-les-haies/ouvrir")).status_code == 303
    need = await Need.get(kind="temps")
    assert (need.target, need.reached, need.open, need.path) == (18, 0, True, "/missions/planter-les-haies")
    assert (await Initiative.get(id=initiative.id)).needs_mask == 2
    assert await Activity.filter(kind="mission_opened").count() == 1
    assert (await browser.submit("/missions/planter-les-haies/fermer")).status_code == 303
    assert not (await Need.get(kind="temps")).open
    await browser.submit("/missions/planter-les-haies/ouvrir")
    assert await Activity.filter(kind="mission_opened").count() == 1, "news only once"


async def test_a_refused_form_comes_back_filled_in(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead)
    browser = await sign_in(lead)
    answer = await browser.submit(f"/missions/{mission.slug}/modifier", {**NEW, "title": "Non", "commune": "Nulle"})
    assert answer.status_code == 422
    assert "Planter cent arbustes" in answer.text
    answer = await browser.submit(f"/missions/{mission.slug}/modifier", NEW)
    assert answer.status_code == 303
    page = await browser.get(f"/missions/{mission.slug}")
    assert "Planter les haies" in page.text
    assert "Dès 12 ans" in page.text
    assert (await browser.get(f"/missions/{mission.slug}/modifier")).status_code == 200


async def test_only_leads_and_the_team_write_missions(database: object, sign_in: SignIn, client: Client) -> None:
    mission = await a_mission(opened=False)
    shift = await the_shift(mission)
    stranger, animator = await a_person(), await a_person("Inès Roche", "", RoleName.ANIMATOR)
    shut = f"/missions/{mission.slug}"
    assert (await client.get(shut)).status_code == 404, "a draft"
    assert (await (await sign_in(stranger)).get(shut)).status_code == 404
    assert (await (await sign_in(animator)).get(shut)).status_code == 200
    open_one = await a_mission("Servir la soupe")
    for path in (f"/missions/{open_one.slug}/modifier", f"/missions/{open_one.slug}/creneaux/nouveau"):
        assert (await client.get(path)).status_code in (303, 401)
        assert (await (await sign_in(stranger)).get(path)).status_code == 403
        assert (await (await sign_in(animator)).get(path)).status_code == 200
    answer = await (await sign_in(stranger)).submit(f"/missions/{open_one.slug}/fermer")
    assert answer.status_code == 403
    assert (await Mission.get(id=open_one.id)).is_open
    other = f"/missions/{open_one.slug}/creneaux/{shift.id}/modifier"
    assert (await (await sign_in(animator)).get(other)).status_code == 404, "a shift of another mission"


async def test_the_list_shows_the_next_first_and_hides_drafts(client: Client) -> None:
    lead = await a_lead()
    initiative = await an_initiative(lead=lead)
    await a_mission("Mission de plus tard", initiative=initiative, lead=lead, days=20)
    await a_mission("Mission de demain", initiative=initiative, lead=lead, days=1)
    await a_mission("Mission en brouillon", initiative=initiative, lead=lead, opened=False)
    text = (await client.get("/missions")).text
    assert text.index("Mission de demain") < text.index("Mission de plus tard")
    assert "Mission en brouillon" not in text
    soon = (await client.get("/missions?quand=semaine")).text
    assert "Mission de demain" in soon
    assert "Mission de plus tard" not in soon


async def test_the_list_is_filtered_by_place_and_by_car(client: Client) -> None:
    lead = await a_lead()
    initiative = await an_initiative(lead=lead)
    far = await a_commune("01053", "Bourg-en-Bresse", latitude=46.2052, longitude=5.2255, postcodes="01000")
    await a_mission("Mission à Trévoux", initiative=initiative, lead=lead, car_free=True)
    await a_mission("Mission à Bourg", initiative=initiative, lead=lead, commune_id=far.insee)
    await a_mission("Mission à distance", initiative=initiative, lead=lead, remote=True)
    near = (await client.get("/missions?commune=Trévoux&rayon=15")).text
    assert "Mission à Trévoux" in near
    assert "Mission à distance" in near
    assert "Mission à Bourg" not in near
    assert "Mission à Bourg" in (await client.get("/missions?commune=Trévoux&rayon=50")).text
    on_foot = (await client.get("/missions?sans_voiture=1")).text
    assert "Mission à Trévoux" in on_foot
    assert "Mission à Bourg" not in on_foot
    unknown = await client.get("/missions?commune=Xyzzy")
    assert unknown.status_code == 422
    assert "Nous ne trouvons pas cette commune" in unknown.text


@pytest.mark.one_engine
async def test_the_list_costs_the_same_for_20_and_200_missions_and_pages_through_all(client: Client) -> None:
    lead = await a_lead()
    initiative = await an_initiative(lead=lead)
    pattern = await a_mission("Mission numéro 0", initiative=initiative, lead=lead)
    counts = []
    for most in (20, 200):
        existing = await Mission.all().count()
        fields = {name: getattr(pattern, name) for name in pattern._meta.db_fields if name not in ("id", "slug", "title")}
        fields = {name: value for name, value in fields.items() if not name.endswith("_id")}
        await Mission.bulk_create([
            Mission(slug=f"m-{n}", title=f"Mission numéro {n}", initiative_id=initiative.id, commune_id="01427", **fields)
            for n in range(existing, most)
        ])  # fmt: skip
        with query_count() as queries:
            assert (await client.get("/missions")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 3
    seen: set[str] = set()
    address: str | None = "/missions"
    while address:
        text = (await client.get(address)).text
        new = {part.split("<")[0] for part in text.split("Mission numéro ")[1:]}
        assert not new & seen
        seen |= new
        after = text.split('rel="next" href="')
        address = after[1].split('"')[0].replace("&amp;", "&") if len(after) > 1 else None
    assert len(seen) == 200


async def test_a_missions_page_costs_a_handful_of_queries_however_many_shifts(client: Client, sign_in: SignIn) -> None:
    mission = await a_mission()
    camille = await a_person()
    browser = await sign_in(camille)
    counts = []
    for shifts in (2, 12):
        for days in range(20, 20 + shifts):
            await a_shift(mission, days=days, note=f"{shifts}")
        with query_count() as queries:
            await browser.get(f"/missions/{mission.slug}")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


async def test_a_mission_whose_last_shift_has_begun_leaves_the_list(client: Client) -> None:
    mission = await a_mission()
    clock.travel(timedelta(days=8))
    await jobs.run_due(schedules=False)
    assert "Accompagner la navette" not in (await client.get("/missions")).text
    need = await Need.get(source=f"mission:{mission.id}")
    assert (need.open, need.target) == (False, 0)
    assert "Aucun créneau à venir" in (await client.get(f"/missions/{mission.slug}")).text


async def test_an_ongoing_mission_needs_no_date(client: Client) -> None:
    await a_mission("Mission datée", days=3)
    lead = await a_lead("Rose Petit")
    initiative = await an_initiative(lead=lead)
    browser = await Client(client._transport.app).sign_in(lead)  # type: ignore[attr-defined]
    await browser.submit(f"/initiatives/{initiative.slug}/missions", {**NEW, "ongoing": "1", "title": "Tenir le site"})
    await browser.submit("/missions/tenir-le-site/ouvrir")
    text = (await client.get("/missions")).text
    assert text.index("Mission datée") < text.index("Tenir le site")
    assert "Pas de date fixée" in (await client.get("/missions/tenir-le-site")).text


async def test_the_initiative_home_and_my_space_show_what_is_to_come(database: object, app: object) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead, days=3)
    camille = await a_person("Camille Rey")
    await a_signup(await the_shift(mission), camille)
    (panel,) = await panels.initiative_panels(mission.initiative, camille)
    assert panel.context["places"][0].mine
    assert [todo.text for todo in await panels.person_todos(camille)] == ["Vous venez\u00a0: Accompagner la navette du samedi"]
    (way,) = await panels.home_ways()
    assert way.items[0][0] == "Accompagner la navette du samedi"
    assert way.summary == "7 places cette semaine"
    await a_shift(mission, days=20, places=100)
    assert (await panels.home_ways())[0].summary == "7 places cette semaine", "later ones do not count"
    filled = {slot.name for slot in slots.ALL if any(f.__module__.startswith("volunteering") for f in slot)}
    assert filled >= {"initiative_panels", "person_todos", "person_given", "home_ways", "figures", "verifications"}
