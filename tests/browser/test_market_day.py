"""A coordinator on market day, telephone in hand; and in the evening with the sheet that people signed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from civic import clock
from civic.people.models import Person
from tests.browser.conftest import Arrive
from tests.browser.giving import WITH_SCRIPTS, WITHOUT_SCRIPTS
from tests.factories import a_person
from tests.factories.volunteering import a_lead, a_mission, a_signup, the_shift
from tests.site import Site
from volunteering.shifts.models import Shift
from volunteering.signups.models import Signup

NAMES = ("Camille Rey", "Odile Martin", "Rose Petit")


@pytest.fixture
async def market(site: Site) -> tuple[Shift, Person]:
    """A shift that began twenty minutes ago, with three people and a place more."""
    lead = await a_lead()
    shift = await the_shift(await a_mission("Tenir le stand du marché", lead=lead, places=4))
    for name in NAMES:
        await a_signup(shift, await a_person(name))
    await _is(shift, ended=False)
    return shift, lead


async def _is(shift: Shift, *, ended: bool) -> None:
    """It began twenty minutes ago, or ended then."""
    started = clock.now() - timedelta(hours=3 if ended else 0, minutes=20)
    await Shift.filter(id=shift.id).update(starts_at=started, ends_at=started + timedelta(hours=3))


async def _states() -> dict[str, str]:
    rows = await Signup.all().select_related("person").order_by("id")
    return {row.person.name: row.status.value for row in rows}


def _path(shift: Shift, act: str) -> str:
    return f"/missions/{shift.mission.slug}/creneaux/{shift.id}/{act}"


@pytest.mark.one_engine
@pytest.mark.parametrize("javascript", [WITH_SCRIPTS, WITHOUT_SCRIPTS])
async def test_a_coordinator_notes_arrivals_on_her_telephone(
    arrive: Arrive, market: tuple[Shift, Person], javascript: bool
) -> None:
    shift, lead = market
    rows = {row.person.name: row for row in await Signup.all().select_related("person")}
    selim = await arrive(width=360, javascript=javascript, brief=not javascript)
    await selim.is_now(lead)
    await selim.open("/mon-espace")
    await selim.follow(re.compile("Accueillir|Voir"))
    await selim.reads("Camille Rey", "Odile Martin", "Rose Petit", "3 sur 4")
    await selim.look("the list in the hand")
    await selim.press(re.compile("Est là.*Camille"))
    await selim.reads("Camille R. est là.", "1 personne sur place")
    await selim.press(re.compile("Annuler.*Camille"))
    assert (await _states())["Camille Rey"] == "confirmed"
    await selim.press(re.compile("Est là.*Camille"))
    await selim.write("Code d’arrivée", "9999")
    await selim.page.locator("#code").press("Enter")
    await selim.page.wait_for_load_state("load")
    await selim.reads("Vérifiez les quatre signes")
    await selim.look("nobody has this code")
    await selim.write("Code d’arrivée", rows["Odile Martin"].code.lower())
    async with selim.page.expect_navigation(wait_until="load"):
        await selim.page.locator("#code").press("Enter")
    await selim.reads("Odile M. est là.")
    await selim.open(f"/arrivees/{shift.id}/{rows['Rose Petit'].code}")
    await selim.look("what the camera opened")
    await selim.press("Est là")
    await selim.reads("Rose P. est là.")
    await selim.follow("Voir la liste")
    await selim.unfold("Quelqu’un est venu sans s’inscrire")
    await selim.write("Prénom et nom", "Marcel Guichard")
    await selim.write("Combien de personnes", "2")
    await selim._going(selim.page.locator("#venue").get_by_role("button", name="Est là"))
    await selim.reads("Marcel G. est là, avec 1 personne.", "5 personnes sur place", "1 de plus que prévu")
    await selim.look("all are there")
    assert await _states() == dict.fromkeys((*NAMES, "Marcel Guichard"), "attended")


@pytest.mark.one_engine
async def test_the_signed_sheet_is_typed_back_with_the_keyboard_alone(
    arrive: Arrive, market: tuple[Shift, Person]
) -> None:
    shift, lead = market
    await _is(shift, ended=True)
    codes = {row.person.name: row.code for row in await Signup.all().select_related("person")}
    selim = await arrive(width=1280, javascript=WITH_SCRIPTS)
    await selim.is_now(lead)
    await selim.open(_path(shift, "liste"))
    paper = await selim.paper("Imprimer la feuille de présence (PDF)")
    assert all(code.lower() in paper for code in codes.values())
    await selim.follow("Recopier une feuille signée")
    keys = selim.page.keyboard
    for key in ("Tab", "Tab", "Space", "Tab"):
        await keys.press(key)
    await keys.type("24h")
    for key in ("Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Enter", "Tab"):
        await keys.press(key)
    await keys.type("Marcel Guichard")
    await selim.look("the sheet as it is typed")
    await selim.press("Noter la feuille")
    await selim.reads("par exemple 9h05")
    await selim.look("a line is not understood")
    assert set((await _states()).values()) == {"confirmed"}
    odile = (await Signup.get(person__name="Odile Martin")).id
    await selim.page.locator(f"#start_p{odile}").fill("")
    await selim.page.get_by_role("group", name="Odile Martin").get_by_label("Était là").check(force=True)
    await selim.press("Noter la feuille")
    await selim.reads("La feuille est notée : 3 personnes.", "Dites qui est venu")
    await selim.look("who came and who is left to say")
    row = selim.page.get_by_role("group", name="Rose Petit")
    await row.get_by_label("Avait prévenu").check(force=True)
    await selim.press("Noter les présences")
    await selim.reads("C’est noté : 3 personnes sont venues.")
    assert await _states() == {
        "Camille Rey": "attended", "Odile Martin": "attended", "Rose Petit": "excused", "Marcel Guichard": "attended",
    }  # fmt: skip
    await selim.open("/mon-espace/semaine")
    await selim.look("her week")


@pytest.mark.one_engine
@pytest.mark.parametrize("javascript", [WITH_SCRIPTS, WITHOUT_SCRIPTS])
async def test_a_signed_sheet_is_typed_back_on_a_telephone_in_a_few_taps(
    arrive: Arrive, market: tuple[Shift, Person], javascript: bool
) -> None:
    shift, lead = market
    await _is(shift, ended=True)
    selim = await arrive(width=360, javascript=javascript, brief=not javascript)
    await selim.is_now(lead)
    await selim.open(_path(shift, "feuille"))
    await selim.press("Tout le monde était là")
    await selim.reads("rien n’est encore noté")
    assert set((await _states()).values()) == {"confirmed"}
    rose = selim.page.get_by_role("group", name="Rose Petit")
    await rose.get_by_label("Avait prévenu").check(force=True)
    odile = selim.page.get_by_role("group", name="Odile Martin")
    await odile.locator("summary").click()
    await odile.get_by_label("Départ").fill(clock.local((await Shift.get(id=shift.id)).ends_at).strftime("%Hh%M"))
    await selim.unfold("Quelqu’un est venu sans s’inscrire")
    await selim.write("Prénom et nom", "Marcel Guichard")
    await selim.look("the sheet in the hand")
    await selim.press("Noter la feuille")
    await selim.reads("La feuille est notée : 3 personnes.")
    assert await _states() == {
        "Camille Rey": "attended", "Odile Martin": "attended", "Rose Petit": "excused", "Marcel Guichard": "attended",
    }  # fmt: skip
    assert (await Signup.get(person__name="Odile Martin")).left_at
