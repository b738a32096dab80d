"""Which role is ticked already where one signs up, and why; what her own page says of her lift; roles for who leads."""

import re
from collections.abc import Awaitable, Callable

import pytest

from civic.people import links
from civic.people.models import Person
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_commune, a_person
from tests.factories.volunteering import a_lead, a_mission, a_shift, a_signup, in_days, the_shift
from volunteering.lifts.models import Lift
from volunteering.shifts import places
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import service
from volunteering.signups.letters import LINK, token_of
from volunteering.signups.models import Signup
from volunteering.volunteers.models import Volunteer

SignIn = Callable[[Person], Awaitable[Client]]
VISITOR = {"cle": "une-cle-de-formulaire", "name": "Camille Rey", "email": "camille@exemple.fr"}
pytestmark = pytest.mark.one_engine


async def a_feast(lead: Person | None = None) -> tuple[Shift, dict[str, ShiftRole]]:
    """Three roles: welcome, kitchen (for who cooks), till (for who counts)."""
    mission = await a_mission(lead=lead)
    shift = await the_shift(mission)
    wishes = (shifts.RoleWish(3, 0, "Accueil"), shifts.RoleWish(2, 0, "Cuisine", ("cooking",)))
    slot = await shifts.slot_of(shift)
    await shifts.edit(shift, shifts.Slot(slot.day, slot.start, slot.end, wishes), 0)
    return await the_shift(mission), {role.title: role for role in await places.roles_of(shift.id)}


async def form_of(browser: Client, shift: Shift) -> str:
    return (await browser.get(f"/missions/{shift.mission.slug}?creneau={shift.id}")).text


def ticked(page: str) -> list[int]:
    return [int(value) for value in re.findall(r'name="role" value="(\d+)" checked', page)]


def path_of(shift: Shift) -> str:
    return f"/missions/{shift.mission.slug}/creneaux/{shift.id}/inscription"


async def says_she_can(person: Person, *skills: str) -> None:
    await Volunteer.create(person=person, skills=list(skills), updated_at=person.created_at)


async def test_with_several_roles_nothing_is_ticked_and_she_is_asked_to_choose(client: Client) -> None:
    shift, roles = await a_feast()
    page = await form_of(client, shift)
    assert ticked(page) == []
    assert "Coché d’avance" not in page
    refused = await client.submit(path_of(shift), VISITOR)
    assert refused.status_code == 422
    assert "Choisissez un poste" in refused.text
    assert ticked(refused.text) == []
    chosen = await client.submit(path_of(shift), VISITOR | {"role": str(roles["Accueil"].id)})
    assert chosen.status_code == 303
    assert (await Signup.get()).role_id == roles["Accueil"].id


async def test_the_role_that_asks_for_what_she_can_do_is_ticked_and_says_so(database: object, sign_in: SignIn) -> None:
    shift, roles = await a_feast()
    camille = await a_person("Camille Rey")
    await says_she_can(camille, "cooking", "driving")
    browser = await sign_in(camille)
    page = await form_of(browser, shift)
    assert ticked(page) == [roles["Cuisine"].id]
    assert "ce que vous savez faire (Cuisiner)" in page
    assert re.search(r'name="skills" value="cooking" checked', page)
    sent = {"cle": VISITOR["cle"], "role": str(roles["Cuisine"].id), "skills": "cooking"}
    assert (await browser.submit(path_of(shift), sent)).status_code == 303
    other = await sign_in(await a_person("Odile Martin"))
    assert ticked(await form_of(other, shift)) == []


async def test_the_only_role_with_a_place_left_is_ticked_and_says_so(client: Client) -> None:
    shift, roles = await a_feast()
    await ShiftRole.filter(id=roles["Cuisine"].id).update(taken=2)
    page = await form_of(client, shift)
    assert ticked(page) == [roles["Accueil"].id]
    assert "le seul poste où il reste de la place" in page
    await ShiftRole.filter(id=roles["Accueil"].id).update(taken=3)
    assert ticked(await form_of(client, shift)) == [], "where to wait is hers to say"


async def test_her_page_says_what_she_offers_with_whom_and_how_to_change_it(client: Client) -> None:
    shift = await the_shift(await a_mission())
    villars = await a_commune("01443", "Villars-les-Dombes", latitude=46.0, longitude=5.03)
    rows = [await a_signup(shift, await a_person(name)) for name in ("Odile Martin", "Fatou Diallo", "Rose Petit")]
    drives, rides, third = rows
    assert "Offrir ou chercher une place" in await own_page(client, drives)
    for signup, seats in ((drives, 2), (rides, 0), (third, 3)):
        await Lift.create(signup_id=signup.id, commune=villars, seats=seats, created_at=signup.created_at)
    page = await own_page(client, drives)
    assert "Vous avez 2 places depuis Villars-les-Dombes" in page
    assert "Fatou D., depuis Villars-les-Dombes" in page
    assert "Rose P." not in page, "who offers too is no help to her"
    assert ride_offered_on(page) == drives.id
    page = await own_page(client, rides)
    assert "Vous cherchez une place depuis Villars-les-Dombes" in page
    assert "Odile M., depuis" in page
    assert "Rose P., depuis" in page
    await service.step_back(rides, None)
    assert "Personne n’en cherche pour l’instant" in await own_page(client, drives)
    assert "Vous cherchez une place depuis" not in await own_page(client, rides)


def ride_offered_on(page: str) -> int:
    """Whose lift the page lets one change: a link made a second later is another one, and leads to the same."""
    found = re.search(r'href="/mes-creneaux/([^/"]+)/covoiturage', page)
    assert found
    return links.read(LINK, found[1])


async def own_page(client: Client, signup: Signup) -> str:
    page = (await client.get(f"/mes-creneaux/{token_of(signup)}")).text
    return re.sub("[\u00a0\u202f]", " ", page)


async def test_who_leads_reads_how_many_come_to_each_role_whatever_the_number_of_shifts(
    database: object, sign_in: SignIn
) -> None:
    lead = await a_lead()
    shift, roles = await a_feast(lead)
    await service.hold(shift, "Rose Petit", "rose@exemple.fr", "cle-de-rose", service.Wish(roles["Accueil"].id, 2))
    browser = await sign_in(lead)
    path, visitor = f"/missions/{shift.mission.slug}", await sign_in(await a_person("Un Passant"))
    assert "Accueil 2/3 · Cuisine 0/2" in (await browser.get(path)).text
    assert "Accueil 2/3" not in (await visitor.get(path)).text
    week = f"/mon-espace/semaine?du={in_days(7)}"
    assert "Accueil 2/3 · Cuisine 0/2" in (await browser.get(week)).text
    counts = []
    for more in (0, 6):
        for number in range(more):
            await a_shift(shift.mission, days=8 + number)
        with query_count() as queries:
            await browser.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]
