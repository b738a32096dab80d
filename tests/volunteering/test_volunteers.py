"""A volunteer says what she likes to do, and is shown what suits her, with the reasons."""

import html
from collections.abc import Awaitable, Callable
from datetime import date, time, timedelta

import pytest

from civic import clock
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_commune, a_person, an_initiative
from tests.factories.volunteering import a_lead, a_mission, a_shift, a_signup, the_shift
from volunteering.missions import service as missions
from volunteering.shifts import service as shifts
from volunteering.shifts.service import RoleWish, Slot
from volunteering.signups import service as signups
from volunteering.volunteers import service
from volunteering.volunteers.calling import take_turn
from volunteering.volunteers.models import Volunteer
from volunteering.volunteers.queries import suggestions, wishes_of
from volunteering.volunteers.service import Wishes

SignIn = Callable[[Person], Awaitable[Client]]
ALWAYS = ["week_day", "week_evening", "weekend_day", "weekend_evening"]


@pytest.fixture(autouse=True)
def _with_routes(app: object) -> None:
    """The application and its addresses stand for every test."""


async def camille_in_trevoux() -> Person:
    person = await a_person("Camille Rey")
    person.commune = await a_commune()
    await person.save()
    return person


async def says(person: Person, *skills: str, moments: list[str] | None = None, km: int = 15) -> Volunteer:
    commune = await a_commune()
    await service.say(person, Wishes(list(skills), moments or [], commune.insee, km, True))
    said = await wishes_of(person)
    assert said
    return said


async def titles(person: Person) -> list[str]:
    said = await wishes_of(person)
    assert said
    return [one.mission.title for one in await suggestions(person, said)]


def a_saturday(weeks: int = 1) -> date:
    day = clock.today() + timedelta(weeks=weeks)
    return day + timedelta(days=(5 - day.weekday()) % 7)


async def test_camille_says_what_she_likes_changes_it_and_erases_it(database: object, sign_in: SignIn) -> None:
    camille = await camille_in_trevoux()
    browser = await sign_in(camille)
    first = await browser.get("/mon-espace/benevolat")
    assert "Trévoux (01600)" in first.text, "her account's commune is proposed"
    assert "Effacer mes réponses" not in first.text
    wishes = {"skills": ["sewing", "cooking"], "availabilities": ["weekend_day"], "commune": "Trévoux", "km": "30",
              "has_car": "1", "may_be_called": "1"}  # fmt: skip
    answer = await browser.submit("/mon-espace/benevolat", wishes)
    assert answer.headers["location"] == "/mon-espace/pour-moi"
    said = await Volunteer.get(person_id=camille.id)
    assert (said.skills, said.availabilities, said.km) == (["cooking", "sewing"], ["weekend_day"], 30)
    assert (said.commune_id, said.has_car, said.may_be_called) == ("01427", True, True)
    await browser.submit("/mon-espace/benevolat", {"km": "5"})
    said = await Volunteer.get(person_id=camille.id)
    assert (said.skills, said.commune_id, said.may_be_called) == ([], None, False)
    assert "Effacer mes réponses" in (await browser.get("/mon-espace/benevolat")).text
    assert (await browser.submit("/mon-espace/benevolat/effacer")).status_code == 303
    assert not await Volunteer.filter(person_id=camille.id).exists()
    assert (await browser.submit("/mon-espace/benevolat/effacer")).status_code == 303, "harmless twice"


async def test_erasing_and_saying_it_anew_does_not_bring_a_second_call_in_a_fortnight(database: object) -> None:
    camille = await camille_in_trevoux()
    wishes = Wishes(["sewing"], [], None, may_be_called=True)
    await service.say(camille, wishes)
    assert await take_turn(camille.id)
    await service.erase(camille)
    kept = await Volunteer.get(person_id=camille.id)
    assert (kept.skills, kept.may_be_called, kept.called_at is None) == ([], False, False)
    await service.say(camille, wishes)
    assert not await take_turn(camille.id)
    await Volunteer.filter(person_id=camille.id).update(called_at=clock.now() - timedelta(days=15))
    await service.erase(camille)
    assert not await Volunteer.exists()


async def test_wishes_that_make_no_sense_come_back_filled_in(database: object, sign_in: SignIn) -> None:
    browser = await sign_in(await camille_in_trevoux())
    for wrong, sentence in (
        ({"skills": "magic"}, "Choisissez des compétences dans la liste"),
        ({"availabilities": "never"}, "Choisissez des moments dans la liste"),
        ({"commune": "Xyzzy"}, "Nous ne trouvons pas cette commune"),
        ({"km": "1000"}, "Il faut au plus 100"),
    ):
        answer = await browser.submit("/mon-espace/benevolat", {"has_car": "1", **wrong})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert not await Volunteer.exists()


async def test_nobody_else_sees_her_wishes(database: object, sign_in: SignIn, client: Client) -> None:
    camille = await camille_in_trevoux()
    await says(camille, "sewing")
    other = await sign_in(await a_person("Gérard Petit"))
    assert "checked" not in (await other.get("/mon-espace/benevolat")).text
    await other.submit("/mon-espace/benevolat/effacer")
    assert await Volunteer.filter(person_id=camille.id).exists()
    for path in ("/mon-espace/benevolat", "/mon-espace/pour-moi"):
        assert (await client.get(path)).headers["location"].startswith("/connexion")


async def test_pour_moi_says_in_a_sentence_why_each_mission_suits_her(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    mission = await a_mission("Coudre des sacs", lead=lead, days=300, wished_skills=["sewing"])
    shift = await shifts.add(mission, Slot(a_saturday(), time(9), time(12), (RoleWish(5),)))
    camille = await camille_in_trevoux()
    browser = await sign_in(camille)
    invited = (await browser.get("/mon-espace/pour-moi")).text
    assert "Dites-nous ce que vous aimez faire" in invited
    assert "Coudre des sacs" not in invited
    assert "Dire ce que j’aime faire" in (await browser.get("/mon-espace")).text
    await says(camille, "sewing", moments=["weekend_day"])
    for path in ("/mon-espace/pour-moi", "/mon-espace"):
        text = html.unescape((await browser.get(path)).text)
        assert f"/missions/coudre-des-sacs?creneau={shift.id}" in text
        why = "Tout près de chez vous, un samedi comme vous l’avez dit, et c’est dans vos cordes\u00a0: coudre."
        assert why in text
    assert "Personne n’est noté ni classé" in (await browser.get("/mon-espace/pour-moi")).text
    await says(camille, moments=["week_evening"])
    assert "Rien qui vous aille dans les deux mois" in (await browser.get("/mon-espace/pour-moi")).text


async def test_what_she_joined_gave_back_leads_or_cannot_do_is_not_suggested(database: object) -> None:
    camille, lead = await camille_in_trevoux(), await a_lead()
    await says(camille, moments=ALWAYS)
    initiative = await an_initiative(lead=lead)
    joined = await a_mission("Déjà inscrite", lead=lead, initiative=initiative, days=5)
    await a_shift(joined, days=12)
    await a_signup(await the_shift(joined), camille)
    back = await a_mission("Rendue", lead=lead, initiative=initiative, days=9)
    given = await a_signup(await the_shift(back), camille)
    await signups.step_back(given, camille.id)
    await a_mission("Même heure", lead=lead, initiative=initiative, days=5)
    full = await a_mission("Complète", lead=lead, initiative=initiative, places=1, days=8)
    await a_signup(await the_shift(full), await a_person("Rose Petit"))
    await a_mission("La mienne", lead=camille, initiative=await an_initiative("Chez Camille", lead=camille), days=8)
    await a_mission("En brouillon", lead=lead, initiative=initiative, opened=False)
    await a_mission("Trop tard", lead=lead, initiative=initiative, days=90)
    assert await titles(camille) == []
    await a_mission("Pour elle", lead=lead, initiative=initiative, days=6)
    assert await titles(camille) == ["Pour elle"]
    await a_shift(back, days=20)
    assert await titles(camille) == ["Pour elle", "Rendue"], "another day of the mission she gave back"


async def test_reach_and_skills_decide_what_is_suggested(database: object) -> None:
    camille, lead = await camille_in_trevoux(), await a_lead()
    initiative = await an_initiative(lead=lead)
    far = await a_commune("01053", "Bourg-en-Bresse", latitude=46.2052, longitude=5.2255, postcodes="01000")
    await a_mission("À Bourg", lead=lead, initiative=initiative, days=3, commune_id=far.insee)
    await a_mission("À Trévoux", lead=lead, initiative=initiative, days=4)
    await a_mission("De chez soi", lead=lead, initiative=initiative, days=5, remote=True)
    await a_mission("Secourir", lead=lead, initiative=initiative, days=6, required_skills=["first_aid"])
    words = {"title": "Tenir le site", "summary": "Une heure par mois.", "ongoing": True, "remote": True}
    ongoing = await missions.create(initiative, Actor(lead), {**words, "wished_skills": ["web"]})
    await missions.open_(ongoing)
    await says(camille)
    assert await titles(camille) == ["À Trévoux", "De chez soi", "Tenir le site"]
    await says(camille, "first_aid", "web", km=60)
    assert await titles(camille) == ["Secourir", "Tenir le site", "À Trévoux", "De chez soi", "À Bourg"]


async def test_one_mission_is_suggested_once_with_the_shift_that_suits_best(database: object) -> None:
    camille = await camille_in_trevoux()
    mission = await a_mission("Tous les jours", days=300)
    for days in range(1, 15):
        await a_shift(mission, days=days)
    said = await says(camille, moments=["weekend_day"])
    (only,) = await suggestions(camille, said)
    assert only.shift
    assert clock.local(only.shift.starts_at).weekday() >= 5


@pytest.mark.one_engine
async def test_her_suggestions_cost_the_same_however_many_missions(database: object, sign_in: SignIn) -> None:
    camille, lead = await camille_in_trevoux(), await a_lead()
    initiative = await an_initiative(lead=lead)
    await says(camille, moments=ALWAYS)
    browser = await sign_in(camille)
    counts = []
    for more in (2, 20):
        for n in range(more):
            await a_mission(f"Mission {more} {n}", lead=lead, initiative=initiative, days=2 + n)
        with query_count() as queries:
            assert (await browser.get("/mon-espace/pour-moi")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


async def test_an_erased_person_takes_her_wishes_along(database: object) -> None:
    camille = await camille_in_trevoux()
    await says(camille, "sewing")
    await Person.filter(id=camille.id).delete()
    assert not await Volunteer.exists()
