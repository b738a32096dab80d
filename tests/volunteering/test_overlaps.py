"""Two shifts that one person cannot do, or hardly: she is told, and may still say « je viens quand même »."""

from collections.abc import Awaitable, Callable
from datetime import time

import pytest

from civic.people.models import Person
from civic.places.models import Commune
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_mission, a_shift, a_signup, the_shift
from volunteering.missions.models import Mission
from volunteering.shifts.models import Shift
from volunteering.signups import service
from volunteering.signups.models import Signup

SignIn = Callable[[Person], Awaitable[Client]]


def path_of(shift: Shift) -> str:
    return f"/missions/{shift.mission.slug}/creneaux/{shift.id}/inscription"


async def elsewhere(place: str, commune: Commune | None = None, start: time = time(11)) -> Shift:
    """Another mission's shift, at another place."""
    mission = await a_mission("Servir la soupe", lead=await a_person("Rose Petit"), place=place)
    if commune:
        await Mission.filter(id=mission.id).update(commune_id=commune.insee)
    return await a_shift(await Mission.get(id=mission.id), start=start, end=time(start.hour + 2), note="midi")


async def a_far_commune() -> Commune:
    """Thirty kilometres away as the crow flies."""
    near = await Commune.all().first()
    assert near
    values = {name: getattr(near, name) for name in Commune._meta.db_fields if name not in ("insee", "slug", "latitude")}
    return await Commune.create(insee="01999", slug="01999-loin", latitude=near.latitude + 0.27, **values)


async def test_too_little_time_for_the_way_asks_for_a_second_thought(database: object, sign_in: SignIn) -> None:
    camille = await a_person("Camille Rey")
    await a_signup(await the_shift(await a_mission(place="La place")), camille)
    shift = await elsewhere("La halle", await a_far_commune())
    browser = await sign_in(camille)
    page = await browser.get(f"/missions/{shift.mission.slug}?creneau={shift.id}")
    assert "Le trajet entre les deux risque d’être trop court" in page.text
    refused = await browser.submit(path_of(shift), {"cle": "une-cle-de-formulaire", "party": "2"})
    assert refused.status_code == 422
    assert 'value="2"' in refused.text
    assert "Je viens quand même à ce créneau" in refused.text
    taken = await browser.submit(path_of(shift), {"cle": "une-cle-de-formulaire", "party": "2", "anyway": "1"})
    assert "Le trajet entre les deux" in (await browser.get(taken.headers["location"])).text, "her page says it still"


@pytest.mark.parametrize(("start", "free"), [(time(11), False), (time(12), True)])
async def test_two_places_of_one_village_are_ten_minutes_apart(
    database: object, sign_in: SignIn, start: time, free: bool
) -> None:
    camille = await a_person("Camille Rey")
    await a_signup(await the_shift(await a_mission(place="La place")), camille)
    shift = await elsewhere("La halle", start=start)
    answer = await (await sign_in(camille)).submit(path_of(shift), {"cle": "une-cle-de-formulaire"})
    assert answer.status_code == (303 if free else 422)


async def test_neither_a_rank_in_a_queue_nor_a_place_given_back_stands_in_the_way(
    database: object, sign_in: SignIn
) -> None:
    camille = await a_person("Camille Rey")
    full = await the_shift(await a_mission(places=1))
    await a_signup(full)
    await a_signup(full, camille)
    left = await a_shift(await Mission.get(id=full.mission_id), note="autre")
    await service.step_back(await a_signup(left, camille), None)
    other = await the_shift(await a_mission("Servir la soupe", lead=await a_person("Rose Petit")))
    answer = await (await sign_in(camille)).submit(path_of(other), {"cle": "une-cle-de-formulaire"})
    assert answer.status_code == 303
    assert await Signup.filter(person_id=camille.id, status="confirmed").count() == 1


async def test_a_visitor_reads_of_an_overlap_only_behind_her_own_link(client: Client) -> None:
    """Whoever types another's name and address learns nothing of where she is."""
    camille = await a_person("Camille Rey", "camille@exemple.fr")
    await a_signup(await the_shift(await a_mission()), camille)
    other = await the_shift(await a_mission("Servir la soupe", lead=await a_person("Rose Petit")))
    typed = {"name": "Camille Rey", "email": "camille@exemple.fr", "cle": "une-cle-de-formulaire"}
    answer = await client.submit(path_of(other), typed)
    assert answer.status_code == 303
    assert "navette" not in (await client.get(answer.headers["location"])).text.partition("<h1")[2].partition("<footer")[0]
    signup = await Signup.get(shift_id=other.id)
    from volunteering.signups.letters import token_of

    page = await client.get(f"/mes-creneaux/{token_of(signup)}")
    assert "Vous venez déjà à « Accompagner la navette" in page.text.replace("\u00a0", " ")
