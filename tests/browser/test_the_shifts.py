"""A lead without a script writes a mission, a series with two roles, changes it, and calls the end of it off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from civic import clock
from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.factories import a_person, an_initiative
from tests.site import Site
from volunteering.missions.models import Mission
from volunteering.shifts.models import Shift


async def _writes_a_mission(visitor: Visitor, slug: str) -> None:
    await visitor.open(f"/initiatives/{slug}/missions/nouvelle")
    await visitor.write("Titre", "Tenir la guinguette")
    await visitor.write("En deux phrases", "Servir à boire au bord de l’eau.")
    await visitor.unfold("Ce qui aiderait")
    await visitor.page.locator("#wished_skills").get_by_label("Servir, tenir une buvette").check()
    await visitor.look("a mission is written")
    await visitor.press("Enregistrer")


async def _adds_a_series(visitor: Visitor) -> None:
    day = clock.today() + timedelta(days=10)
    await visitor.write("Jour", day.isoformat())
    await visitor.write("De", "18:00")
    await visitor.write("À", "22:00")
    await visitor.write("Nombre de places", "4")
    await visitor.press("Ajouter un poste")
    await visitor.write("Nom du poste", "Le bar")
    await visitor.page.locator("#title_2").fill("La caisse")
    await visitor.press("Enregistrer")
    await visitor.reads("Poste 2, nombre de places", "Remplissez ce champ")
    await visitor.look("a role without places")
    await visitor.page.locator("#capacity_2").fill("1")
    await visitor.unfold("Ce créneau revient ?")
    await visitor.choose("Chaque semaine")
    await visitor.write("Ou combien de fois ?", "4")
    await visitor.press("Enregistrer")
    await visitor.reads("4 créneaux seront ajoutés")
    await visitor.look("the days of a series")
    await visitor.press("Ajouter les créneaux")
    await visitor.reads("4 créneaux sont ajoutés")


async def _changes_it(visitor: Visitor, mission: Mission) -> None:
    second = (await Shift.filter(mission_id=mission.id).order_by("starts_at"))[1]
    await visitor.open(f"/missions/{mission.slug}/creneaux/{second.id}/modifier")
    await visitor.reads("Ce créneau fait partie d’une série")
    await visitor.look("a shift of a series")
    await visitor.write("De", "19:00")
    await visitor.choose("Celui-ci et les suivants")
    await visitor.press("Enregistrer")
    await visitor.reads("3 créneaux changent", "devient 19 h à 22 h")
    await visitor.look("what a change does")
    await visitor.press("Enregistrer")
    await visitor.reads("3 créneaux sont à jour")
    await visitor.open(f"/missions/{mission.slug}/creneaux/{second.id}/modifier")
    await visitor.page.locator("#reach-off").get_by_label("Celui-ci et les suivants").check()
    await visitor.press("Annuler le créneau")
    await visitor.reads("3 créneaux seront annulés")
    await visitor.press("Oui, annuler ces créneaux")
    assert await Shift.filter(mission_id=mission.id, status="open").count() == 1


@pytest.mark.one_engine("sqlite")
async def test_a_lead_runs_a_series_without_a_script(site: Site, arrive: Arrive) -> None:
    lead = await a_person("Sélim Laurent", "selim@exemple.fr")
    initiative = await an_initiative(lead=lead)
    visitor = await arrive(width=360, javascript=False)
    await visitor.is_now(lead)
    await _writes_a_mission(visitor, initiative.slug)
    await _adds_a_series(visitor)
    mission = await Mission.get(initiative_id=initiative.id)
    await _changes_it(visitor, mission)
    for page in ("semaine", "copier"):
        await visitor.open(f"/missions/{mission.slug}/{page}")
        await visitor.look(page)
