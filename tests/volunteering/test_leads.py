"""What leads write: a mission's conditions, a shift's roles, copies and models; and two of them at once."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import time, timedelta

import pytest

from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_person, an_initiative
from tests.factories.volunteering import a_lead, a_mission, a_shift, a_signup, in_days, the_shift
from volunteering.boards.week import monday_of
from volunteering.calls import queries as calls
from volunteering.missions import skills
from volunteering.missions.models import Mission, MissionStatus, MissionTemplate
from volunteering.missions.words import cancel_choices, cancelling
from volunteering.shifts import copies, places, service
from volunteering.shifts.models import Fairness, Shift, ShiftRole
from volunteering.shifts.service import RoleWish, Slot
from volunteering.signups import service as signups
from volunteering.signups import tallies
from volunteering.signups.models import Signup

SignIn = Callable[[Person], Awaitable[Client]]
NEW = {
    "title": "Tenir la guinguette", "summary": "Servir à boire et à manger au bord de l’eau.", "effort": "light",
    "required_skills": ["serving", "first_aid"], "wished_skills": ["till", "first_aid"], "ongoing": "1",
    "availabilities": ["weekend_evening", "week_evening"], "cancel_hours": "72", "minimum_age": "16",
    "car_free": "1", "car_note": "Car 132.", "place": "La guinguette",
}  # fmt: skip


def a_slot_form(**changes: object) -> dict[str, object]:
    return {"day": in_days(7).isoformat(), "start": "08:00", "end": "11:00", "capacity": "4", **changes}


def the_seen(text: str) -> str:
    return text.partition('name="seen" value="')[2].partition('"')[0]


def test_every_skill_stands_under_one_heading() -> None:
    codes = [code for _heading, options in skills.grouped() for code, _text in options]
    assert sorted(codes) == sorted(skills.CODES)


def test_until_when_one_may_step_back_is_said_in_words() -> None:
    assert cancelling(0) == "On peut se désinscrire jusqu’au début, sans donner de raison."
    assert "24\u00a0heures avant" in cancelling(24)
    assert "3\u00a0jours avant" in cancelling(72)
    assert (36, "36 heures avant") in cancel_choices(36), "a mission's own choice stays among them"


@pytest.mark.one_engine
async def test_a_lead_says_all_the_conditions_and_everybody_reads_them(
    database: object, sign_in: SignIn, client: Client
) -> None:
    lead = await a_lead()
    initiative = await an_initiative(lead=lead)
    browser = await sign_in(lead)
    answer = await browser.submit(f"/initiatives/{initiative.slug}/missions", NEW)
    assert answer.headers["location"] == "/missions/tenir-la-guinguette"
    mission = await Mission.get(slug="tenir-la-guinguette")
    assert (mission.required_skills, mission.wished_skills) == (["first_aid", "serving"], ["till"])
    assert (mission.availabilities, mission.cancel_hours) == (["week_evening", "weekend_evening"], 72)
    await browser.submit("/missions/tenir-la-guinguette/ouvrir")
    await a_shift(mission)
    text = (await client.get("/missions/tenir-la-guinguette")).text
    for said in ("Premiers secours", "servir, tenir une buvette", "Tenir une caisse", "En semaine, le soir, ou le week-end, le soir",
                 "3 jours avant", "Dès 16 ans", "Possible sans voiture", "Car 132."):  # fmt: skip
        assert said in text.replace("\u00a0", " "), said
    form = (await browser.get("/missions/tenir-la-guinguette/modifier")).text
    assert form.count("checked") >= 6
    again = await browser.submit(f"/initiatives/{initiative.slug}/missions", {**NEW, "title": "Non", "cancel_hours": "900"})
    assert again.status_code == 422
    assert "Servir à boire" in again.text
    wrong = await browser.submit(f"/initiatives/{initiative.slug}/missions", {**NEW, "required_skills": ["magie"]})
    assert "dans la liste" in wrong.text


@pytest.mark.one_engine
async def test_a_mission_sent_twice_is_written_once(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    initiative = await an_initiative(lead=lead)
    browser = await sign_in(lead)
    first = await browser.submit(f"/initiatives/{initiative.slug}/missions", NEW)
    second = await browser.submit(f"/initiatives/{initiative.slug}/missions", NEW)
    assert first.headers["location"] == second.headers["location"]
    assert await Mission.filter(initiative_id=initiative.id).count() == 1


async def test_the_second_of_two_leads_is_told_and_nothing_is_lost(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead)
    browser, team = await sign_in(lead), await sign_in(await a_person("Inès Roche", "", RoleName.ANIMATOR))
    path = f"/missions/{mission.slug}/modifier"
    seen = the_seen((await browser.get(path)).text)
    assert seen == the_seen((await team.get(path)).text)
    words = {"title": mission.title, "summary": mission.summary, "effort": "light", "seen": seen, "commune": "Trévoux"}
    hers, his = {**words, "bring": "Des bottes."}, {**words, "bring": "Un seau."}
    await a_signup(await the_shift(mission))
    assert (await browser.submit(path, hers)).status_code == 303, "somebody who signs up is nobody's edit"
    assert (await browser.submit(path, hers)).status_code == 303, "the same sent twice is no quarrel"
    told = await team.submit(path, his)
    assert told.status_code == 422
    assert "entre-temps" in told.text
    assert "Une autre personne a écrit\u00a0: Des bottes." in told.text
    assert "Un seau." in told.text
    assert (await Mission.get(id=mission.id)).bring == "Des bottes."
    assert (await team.submit(path, {**his, "seen": the_seen(told.text)})).status_code == 303
    assert (await Mission.get(id=mission.id)).bring == "Un seau."


async def test_the_second_of_two_leads_is_told_about_a_shift_too(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead))
    browser, team = await sign_in(lead), await sign_in(await a_person("Inès Roche", "", RoleName.ANIMATOR))
    path = f"/missions/{shift.mission.slug}/creneaux/{shift.id}/modifier"
    seen = the_seen((await browser.get(path)).text)
    await a_signup(shift)
    assert (await browser.submit(path, a_slot_form(capacity="6", note="Avec Rose", seen=seen))).status_code == 303
    told = await team.submit(path, a_slot_form(capacity="5", seen=seen))
    assert told.status_code == 422
    assert "Une autre personne a écrit\u00a0: 6." in told.text
    assert "Avec Rose" in told.text
    assert (await Shift.get(id=shift.id)).capacity == 6
    kept = await team.submit(path, a_slot_form(capacity="5", seen=the_seen(told.text)))
    assert kept.status_code == 303
    assert (await Shift.get(id=shift.id)).capacity == 5


@pytest.mark.one_engine
async def test_a_lead_adds_roles_without_a_script_and_the_form_comes_back(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead, required_skills=["till"], wished_skills=["cooking"])
    browser = await sign_in(lead)
    path = f"/missions/{mission.slug}/creneaux"
    first = a_slot_form(day=in_days(9).isoformat(), note="Fête du lac", fairness="newcomers")
    more = await browser.submit(path, {**first, "act": "add"})
    assert more.status_code == 422
    assert "Fête du lac" in more.text
    assert 'name="capacity_2"' in more.text
    assert re.search(r'<input[^>]*id="title_2"[^>]*autofocus', more.text), "she goes on with the role she added"
    assert more.text.count("autofocus") == 1
    assert "Erreur" not in more.text
    roles = {
        "title": "Accueil", "title_2": "Caisse", "capacity_2": "2", "minimum_2": "1", "age_2": "18",
        "skills_2": ["till"], "title_3": "Rien", "capacity_3": "9",
    }  # fmt: skip
    less = await browser.submit(path, {**first, **roles, "act": "drop_3"})
    assert 'name="capacity_3"' not in less.text
    assert re.search(r'<input[^>]*id="title_2"[^>]*autofocus', less.text)
    assert 'value="Caisse"' in less.text
    nameless = await browser.submit(path, {**first, **roles, "title_2": "accueil"})
    assert "son propre nom" in nameless.text
    assert 'href="#title_2"' in nameless.text
    assert "Poste 2, nom" in nameless.text
    short = await browser.submit(path, {**first, **roles, "capacity_2": "beaucoup"})
    assert 'href="#capacity_2"' in short.text
    del roles["title_3"], roles["capacity_3"]
    assert (await browser.submit(path, {**first, **roles})).status_code == 303
    shift = await Shift.get(mission_id=mission.id, note="Fête du lac")
    assert (shift.capacity, shift.minimum, shift.fairness) == (6, 1, Fairness.NEWCOMERS)
    till = await ShiftRole.get(shift_id=shift.id, title="Caisse")
    assert (till.capacity, till.minimum, till.minimum_age, till.skills) == (2, 1, 18, ["till"])
    form = (await browser.get(f"{path}/{shift.id}/modifier")).text
    assert 'value="Caisse"' in form
    assert "jamais venues" in form


@pytest.mark.one_engine
async def test_fewer_places_than_people_says_how_many_too_many(
    database: object, sign_in: SignIn, client: Client
) -> None:
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead))
    for _ in range(4):
        await a_signup(shift)
    browser = await sign_in(lead)
    path = f"/missions/{shift.mission.slug}/creneaux/{shift.id}/modifier"
    answer = await browser.submit(path, a_slot_form(capacity="2"))
    told = await browser.get(answer.headers["location"])
    assert "2 personnes de trop" in told.text.replace("\u00a0", " ")
    assert "2 personnes de trop" in (await browser.get(path)).text.replace("\u00a0", " ")
    assert "de trop" not in (await client.get(f"/missions/{shift.mission.slug}")).text
    assert await Signup.filter(shift_id=shift.id, status="confirmed").count() == 4


async def test_who_is_one_too_many_at_the_bar_takes_no_place_of_the_kitchen(client: Client) -> None:
    mission = await a_mission()
    await Shift.filter(mission_id=mission.id).delete()
    slot = Slot(in_days(9), time(8), time(11), (RoleWish(3, title="Bar"), RoleWish(2, minimum=2, title="Cuisine")))
    added = await service.add(mission, slot)
    for _ in range(2):
        await a_signup(added)
    bar, kitchen = await places.roles_of(added.id)
    fewer = (RoleWish(1, title="Bar", id=bar.id), RoleWish(2, minimum=2, title="Cuisine", id=kitchen.id))
    await service.edit(added, replace(slot, roles=fewer))
    shift = await Shift.get(id=added.id)
    assert (shift.taken, shift.capacity, shift.free, shift.overbooked, shift.missing) == (2, 3, 2, 1, 2)
    fresh = await Mission.get(id=mission.id)
    assert (fresh.coming_taken, fresh.coming_capacity, fresh.coming_free) == (1, 3, 2)
    for path in ("/missions", f"/missions/{mission.slug}"):
        page = (await client.get(path)).text.replace("\u00a0", " ")
        assert "1 sur 3" in page
        assert "2 places" in page
        assert "Il manque" in page


@pytest.mark.one_engine
async def test_the_first_mail_names_the_role(database: object, app: object) -> None:
    mission = await a_mission()
    roles = (RoleWish(2, title="Accueil"), RoleWish(2, title="Cuisine"))
    shift = await service.add(mission, Slot(in_days(9), time(8), time(11), roles))
    kitchen = (await places.roles_of(shift.id))[1]
    camille = await a_person("Camille Rey")
    whole = await Shift.get(id=shift.id).select_related("mission__initiative")
    await signups.sign_up(whole, Actor(camille), "une-cle-de-poste", signups.Wish(kitchen.id))
    await signups.hold(whole, "Rose Petit", "rose@exemple.fr", "une-cle-de-rose", signups.Wish(kitchen.id))
    await jobs.run_due(schedules=False)
    for to in (str(camille.email), "rose@exemple.fr"):
        assert "Votre poste\u00a0: Cuisine" in (await OutboxMessage.get(to=to)).text


async def test_roles_change_their_names_with_each_other_and_people_stay(client: Client) -> None:
    mission = await a_mission()
    added = await service.add(
        mission, Slot(in_days(9), time(8), time(11), (RoleWish(2, title="Accueil"), RoleWish(2, title="Cuisine")))
    )
    shift = await Shift.get(id=added.id).select_related("mission__initiative", "mission__commune")
    await a_signup(shift)
    one, two = (await service.slot_of(shift)).roles
    swapped = (RoleWish(2, title="Cuisine", id=one.id), RoleWish(2, title="Accueil", id=two.id), RoleWish(1, title="Bar"))
    await service.edit(shift, Slot(in_days(9), time(8), time(11), swapped))
    assert [(role.title, role.taken) for role in await ShiftRole.filter(shift_id=shift.id).order_by("order")] == [
        ("Cuisine", 1), ("Accueil", 0), ("Bar", 0),
    ]  # fmt: skip


async def test_a_week_is_copied_and_what_is_there_is_passed_by(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead, days=8)
    shift = await the_shift(mission)
    await a_signup(shift)
    week = copies.monday(in_days(8))
    browser = await sign_in(lead)
    path = f"/missions/{mission.slug}/semaine"
    assert week.isoformat() in (await browser.get(path)).text
    done = await browser.submit(path, {"week": week.isoformat(), "later": "1", "times": "2"})
    assert "2 créneaux sont ajoutés" in (await browser.get(done.headers["location"])).text.replace("\u00a0", " ")
    rows = await Shift.filter(mission_id=mission.id).order_by("starts_at")
    assert [clock.local(row.starts_at).date() for row in rows] == [in_days(8), in_days(15), in_days(22)]
    assert {clock.local(row.starts_at).hour for row in rows} == {8}
    assert [row.taken for row in rows] == [1, 0, 0]
    again = await browser.submit(path, {"week": week.isoformat(), "later": "1", "times": "2"})
    assert "2 existaient déjà" in (await browser.get(again.headers["location"])).text.replace("\u00a0", " ")
    empty = await browser.submit(path, {"week": (week + timedelta(weeks=20)).isoformat(), "later": "1", "times": "1"})
    assert "pas de créneau" in empty.text
    assert (await browser.submit(path, {"week": week.isoformat(), "later": "0"})).status_code == 422


async def test_a_mission_is_copied_with_its_shifts_later_or_without(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead, wished_skills=["till"], cancel_hours=48)
    await a_signup(await the_shift(mission))
    browser = await sign_in(lead)
    path = f"/missions/{mission.slug}/copier"
    assert mission.title in (await browser.get(path)).text
    fields = {"title": "La navette de l’an prochain", "shifts": "1", "weeks": "52"}
    answer = await browser.submit(path, fields)
    assert (await browser.submit(path, fields)).headers["location"] == answer.headers["location"]
    copy = await Mission.get(title="La navette de l’an prochain")
    assert (copy.status, copy.wished_skills, copy.cancel_hours) == (MissionStatus.DRAFT, ["till"], 48)
    (shift,) = await Shift.filter(mission_id=copy.id)
    assert clock.local(shift.starts_at).date() == in_days(7) + timedelta(weeks=52)
    assert (clock.local(shift.starts_at).hour, shift.taken, copy.coming_shifts) == (8, 0, 1)
    await browser.submit(path, {"title": "Sans créneau", "weeks": "1"})
    bare = await Mission.get(title="Sans créneau")
    assert await Shift.filter(mission_id=bare.id).count() == 0
    stranger = await sign_in(await a_person("Odile Martin"))
    assert (await stranger.submit(path, fields)).status_code == 403


@pytest.mark.one_engine
async def test_a_mission_is_kept_as_a_model_for_the_next_one(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    initiative = await an_initiative(lead=lead)
    mission = await a_mission(lead=lead, initiative=initiative, wished_skills=["cooking"], bring="Un tablier.")
    await service.add(mission, Slot(in_days(9), time(18), time(22), (
        RoleWish(3, 1, "Accueil"), RoleWish(2, title="Cuisine", skills=("cooking",), minimum_age=16),
    )))  # fmt: skip
    browser = await sign_in(lead)
    for _ in range(2):
        assert (await browser.submit(f"/missions/{mission.slug}/modele")).status_code == 303
    model = await MissionTemplate.get(initiative_id=initiative.id)
    new = f"/initiatives/{initiative.slug}/missions/nouvelle"
    assert mission.title in (await browser.get(new)).text
    form = (await browser.get(f"{new}?modele={model.id}")).text
    assert "Un tablier." in form
    words = {"title": "Soupe de mars", "summary": "On épluche, on cuit, on sert.", "effort": "light", "modele": str(model.id)}
    made = await browser.submit(f"/initiatives/{initiative.slug}/missions", words)
    assert made.headers["location"] == f"/missions/soupe-de-mars/creneaux/nouveau?modele={model.id}"
    shift = (await browser.get(made.headers["location"])).text
    assert 'value="18:00"' in shift
    assert 'value="Cuisine"' in shift
    assert (await browser.get(f"{new}?modele=999999")).status_code == 404
    other = await an_initiative(lead=lead)
    assert (await browser.get(f"/initiatives/{other.slug}/missions/nouvelle?modele={model.id}")).status_code == 404
    gone = f"/initiatives/{initiative.slug}/missions/modeles/{model.id}/retirer"
    assert (await (await sign_in(await a_person("Odile Martin"))).submit(gone)).status_code == 403
    assert (await browser.submit(gone)).status_code == 303
    assert not await MissionTemplate.exists()


async def test_who_comes_to_the_bar_is_still_missing_in_the_kitchen_on_every_page(
    database: object, client: Client, sign_in: SignIn
) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead)
    await Shift.filter(mission_id=mission.id).delete()
    roles = (RoleWish(4, minimum=1, title="Bar"), RoleWish(3, minimum=2, title="Cuisine"))
    added = await service.add(mission, Slot(in_days(6), time(8), time(11), roles))
    assert added.missing == (await Shift.get(id=added.id)).missing == 3
    come = [await a_signup(added) for _ in range(3)]
    kitchen = (await places.roles_of(added.id))[1]
    whole = await Shift.get(id=added.id).select_related("mission__initiative", "mission__commune")
    assert (whole.taken, whole.minimum, whole.missing) == (3, 3, 2), "three come, and nobody cooks"
    browser = await sign_in(lead)
    for path in (
        f"/missions/{mission.slug}", f"/missions/{mission.slug}/creneaux/{added.id}/liste",
        f"/mon-espace/semaine?du={monday_of(clock.local(added.starts_at).date().isoformat())}",
        f"/missions/{mission.slug}/creneaux/{added.id}/renfort", "/missions",
    ):  # fmt: skip
        page = await browser.get(path)
        assert page.status_code == 200, path
        text = page.text.replace("\u00a0", " ")
        assert re.search(r"Il manque (encore )?2 personnes", text), path
    assert calls.may_ask(whole)
    cook = await a_person("Camille Rey")
    await signups.sign_up(whole, Actor(cook), "cle-de-camille", signups.Wish(kitchen.id, party=2))
    assert (await Shift.get(id=added.id)).missing == 0
    await signups.step_back(come[0], None)
    assert (await Shift.get(id=added.id)).missing == 0
    assert await tallies.verifications() == []
    await Shift.filter(id=added.id).update(missing=1)
    assert await tallies.verifications() == [f"shift {added.id}: its sums differ from its roles"]


@pytest.mark.one_engine
async def test_a_lead_finds_her_missions_and_her_models_where_she_looks(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead)
    browser = await sign_in(lead)
    space = (await browser.get("/mon-espace")).text
    assert f'href="/missions/{mission.slug}"' in space
    assert f'href="/initiatives/{mission.initiative.slug}/missions/nouvelle"' in space
    other = (await (await sign_in(await a_person("Un Passant"))).get("/mon-espace")).text
    assert "Mes heures" in other
    assert "missions/nouvelle" not in other
    page = (await browser.get(f"/missions/{mission.slug}")).text
    assert "Garder comme modèle" in page
    await browser.submit(f"/missions/{mission.slug}/modele", {})
    page = (await browser.get(f"/missions/{mission.slug}")).text
    assert "Garder comme modèle" not in page
    assert "Mettre le modèle à jour" in page
    assert f"/initiatives/{mission.initiative.slug}/missions/nouvelle?modele=" in page
