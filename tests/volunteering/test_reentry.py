"""A sheet that people signed is typed back: a line for whoever is expected, blank ones for who came besides (V5)."""

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import time, timedelta

import pytest

from civic import clock
from civic.errors import Invalid
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_lead, a_mission, a_shift, a_signup, the_shift
from volunteering.boards.reentry import SPARE, of_list
from volunteering.shifts.models import Shift
from volunteering.signups import attendance, tallies
from volunteering.signups.attendance import Said
from volunteering.signups.models import Signup, SignupStatus
from volunteering.signups.roll import roll_of

SignIn = Callable[[Person], Awaitable[Client]]
KEY = "une-cle-de-formulaire"
CAME, EXCUSED, MISSED = "confirmed:attended", "confirmed:excused", "confirmed:missed"


@pytest.fixture(autouse=True)
def _clock_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def begins(shift: Shift, minutes: int = 0) -> None:
    clock.travel(timedelta())
    clock.travel(shift.starts_at - clock.now() + timedelta(minutes=minutes))


def path_of(shift: Shift, act: str = "feuille") -> str:
    return f"/missions/{shift.mission.slug}/creneaux/{shift.id}/{act}"


async def market_day(*names: str, places: int = 8) -> tuple[Shift, Person, dict[str, Signup]]:
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead, places=places))
    return shift, lead, {name: await a_signup(shift, await a_person(name)) for name in names}


async def states(shift: Shift) -> dict[str, str]:
    rows = await Signup.filter(shift_id=shift.id).select_related("person").order_by("id")
    return {row.person.name: row.status.value for row in rows}


def plain(page: str) -> str:
    return page.replace("\u202f", " ").replace("\u00a0", " ")


def ticked(page: str) -> list[str]:
    return re.findall(r'<input type="(?:radio|checkbox)" name="p\d+" value="(\S+)" checked', page)


async def test_a_signed_sheet_is_typed_back_and_twice_is_once(database: object, sign_in: SignIn) -> None:
    shift, lead, rows = await market_day("Camille Rey", "Odile Martin", "Lucien Petit", "Rose Blanc", places=4)
    camille, odile, rose = rows["Camille Rey"], rows["Odile Martin"], rows["Rose Blanc"]
    await begins(shift, 240)
    browser = await sign_in(lead)
    page = plain((await browser.get(path_of(shift))).text)
    for words in ("Camille Rey", camille.code, "8 h à 11 h", "Avait prévenu"):
        assert words in page, words
    typed = {
        f"start_p{camille.id}": "8h05", f"end_p{camille.id}": "1055", f"p{odile.id}": CAME, f"p{rose.id}": EXCUSED,
        "who_1": "Marie Dupont", "start_1": "9",
    }  # fmt: skip
    for key in (KEY, KEY, "la-cle-d-une-autre"):
        answer = await browser.submit(path_of(shift), typed | {"cle": key})
        assert answer.status_code == 303, answer.text
        assert "La feuille est notée\u00a0: 3 personnes." in (await browser.get(answer.headers["location"])).text
    assert await states(shift) == {
        "Camille Rey": "attended", "Odile Martin": "attended", "Lucien Petit": "confirmed", "Rose Blanc": "excused",
        "Marie Dupont": "attended",
    }  # fmt: skip
    noted, day = await Signup.get(id=camille.id), clock.local(shift.starts_at).date()
    assert (noted.arrived_at, noted.left_at) == (clock.at(day, 8, 5), clock.at(day, 10, 55))
    assert (await Shift.get(id=shift.id)).taken == 5
    assert await tallies.verifications() == []
    again = (await browser.get(path_of(shift))).text
    assert sorted(ticked(again)) == ["attended:attended"] * 3 + ["excused:excused"]
    assert "8 h 05 à 10 h 55" in plain(again), "the hours of the sheet"


@pytest.mark.one_engine
async def test_everybody_is_ticked_at_once_and_nothing_is_noted_before_the_sheet_is_sent(
    database: object, sign_in: SignIn
) -> None:
    shift, lead, rows = await market_day("Camille Rey", "Odile Martin", "Lucien Petit")
    await begins(shift, 240)
    browser = await sign_in(lead)
    away = {f"p{rows['Odile Martin'].id}": MISSED, f"start_p{rows['Camille Rey'].id}": "midi", "who_1": "Marie Dupont"}
    answer = await browser.submit(path_of(shift), away | {"cle": KEY, "act": "all"})
    assert answer.status_code == 422
    assert sorted(ticked(answer.text)) == [CAME, CAME, MISSED], "who was said to be away stays so"
    assert "rien n’est encore noté" in answer.text
    assert 'value="Marie Dupont"' in answer.text
    assert 'value="midi"' in answer.text
    assert "Erreur" not in answer.text
    assert set((await states(shift)).values()) == {"confirmed"}


@pytest.mark.one_engine
async def test_each_wrong_line_says_why_and_nothing_typed_is_lost(database: object, sign_in: SignIn) -> None:
    shift, lead, rows = await market_day("Camille Rey", "Camille Roux", "Odile Martin", "Lucien Petit")
    one, two, three, four = (row.id for row in rows.values())
    await begins(shift, 240)
    browser = await sign_in(lead)
    typed = {
        "cle": KEY, f"start_p{one}": "midi", f"start_p{two}": "10", f"end_p{two}": "9", f"start_p{three}": "23",
        f"p{four}": MISSED, f"end_p{four}": "10", "who_1": "Odile M.", "start_2": "8", "who_3": "www.pub.fr",
        "who_4": "Marie Dupont", "who_5": "marie dupont",
    }  # fmt: skip
    answer = await browser.submit(path_of(shift), typed)
    assert answer.status_code == 422
    for words in (
        "par exemple 9h05", "avant l’arrivée", "loin de celles du créneau", "Ses heures sont écrites",
        "Odile M. est dans la liste", "Écrivez le prénom et le nom", "sans adresse ni lien", "déjà à la ligne 4",
        'value="Odile M."', 'value="midi"', "Camille Rey, Arrivée",
    ):  # fmt: skip
        assert words in answer.text, words
    assert answer.text.count("sheet__more\" open") == 5, "as many blank lines are open as are typed"
    assert set((await states(shift)).values()) == {"confirmed"}, "nothing is noted while a line is not understood"
    assert "Dites qui était là" in (await browser.submit(path_of(shift), {"cle": KEY})).text
    gone = await browser.submit(path_of(shift), {"cle": KEY, f"p{one}": CAME, "p999999": CAME})
    assert "quitté la liste entre-temps" in gone.text


@pytest.mark.one_engine
async def test_hours_of_a_night_are_those_of_the_night(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead)
    night = await a_shift(mission, start=time(22), end=time(6), days=9)
    camille = await a_signup(night, await a_person("Camille Rey"))
    await begins(night, 600)
    browser = await sign_in(lead)
    typed = {"cle": KEY, f"start_p{camille.id}": "23:30", f"end_p{camille.id}": "5h"}
    assert (await browser.submit(path_of(night), typed)).status_code == 303
    noted = await Signup.get(id=camille.id)
    assert noted.arrived_at
    assert noted.left_at
    assert noted.left_at - noted.arrived_at == timedelta(hours=5, minutes=30)


@pytest.mark.one_engine
async def test_a_walk_in_is_whoever_the_list_does_not_surely_name(database: object, app: object) -> None:
    shift, _lead, rows = await market_day("Marie Dupont")
    people = (await roll_of(shift)).rows
    for words in ("marie dupont", rows["Marie Dupont"].code.lower()):
        found = of_list(people, words)
        assert found
        assert found.person.name == "Marie Dupont"
    assert of_list(people, "Marie") is None
    assert of_list(people, "Marie Durand") is None
    with pytest.raises(Invalid, match="nom en entier"):
        of_list(people, "Marie D.")


async def test_who_waited_and_came_has_her_line_and_nobody_is_written_down_twice(
    database: object, sign_in: SignIn
) -> None:
    shift, lead, rows = await market_day("Camille Rey", "Odile Martin", places=1)
    odile = rows["Odile Martin"]
    assert odile.status == SignupStatus.WAITING
    await begins(shift, 30)
    browser = await sign_in(lead)
    page = (await browser.get(path_of(shift))).text
    assert f'name="p{odile.id}" value="waiting:attended"' in page
    assert "waiting:missed" not in page
    both = {"cle": KEY, f"p{odile.id}": "waiting:attended", "who_1": "Odile Martin"}
    assert "a déjà sa ligne plus haut" in (await browser.submit(path_of(shift), both)).text
    by_name = await browser.submit(path_of(shift), {"cle": KEY, "who_1": "Odile Martin"})
    assert by_name.status_code == 303
    assert await states(shift) == {"Camille Rey": "confirmed", "Odile Martin": "attended"}
    assert await tallies.verifications() == []


async def test_what_another_coordinator_said_meanwhile_stays_and_is_told(database: object, sign_in: SignIn) -> None:
    shift, lead, rows = await market_day("Camille Rey", "Odile Martin")
    camille, odile = rows.values()
    await begins(shift, 240)
    said = [Said(odile.id, SignupStatus.CONFIRMED, SignupStatus.EXCUSED)]
    await attendance.say(shift, said, Actor(lead))
    browser = await sign_in(lead)
    typed = {"cle": KEY, f"p{camille.id}": CAME, f"p{odile.id}": MISSED}
    answer = await browser.submit(path_of(shift), typed)
    assert "quelqu’un d’autre a noté\u00a0: Odile M." in (await browser.get(answer.headers["location"])).text
    assert await states(shift) == {"Camille Rey": "attended", "Odile Martin": "excused"}


@pytest.mark.one_engine
async def test_before_the_doors_there_is_nothing_to_type_and_nobody_was_away_before_the_start(
    database: object, sign_in: SignIn
) -> None:
    shift, lead, rows = await market_day("Camille Rey")
    camille = rows["Camille Rey"]
    browser = await sign_in(lead)
    page = (await browser.get(path_of(shift))).text
    assert "à partir de deux heures avant" in page
    assert "Noter la feuille" not in page
    early = await browser.submit(path_of(shift), {"cle": KEY, f"p{camille.id}": CAME})
    assert early.status_code == 422
    await begins(shift, -60)
    page = (await browser.get(path_of(shift))).text
    assert CAME in page
    assert MISSED not in page
    away = await browser.submit(path_of(shift), {"cle": KEY, f"p{camille.id}": MISSED})
    assert "une fois le créneau commencé" in away.text
    assert await states(shift) == {"Camille Rey": "confirmed"}
    assert page.count("<details class=\"sheet__more\"") == SPARE


async def test_who_came_without_signing_up_was_there_from_the_start_when_the_sheet_says_no_hour(
    database: object, sign_in: SignIn
) -> None:
    shift, lead, rows = await market_day("Camille Rey")
    await begins(shift, 50)
    typed = {"cle": KEY, f"p{rows['Camille Rey'].id}": CAME, "who_1": "Marie Dupont", "who_2": "Paul Roy", "start_2": "8h40"}
    await (await sign_in(lead)).submit(path_of(shift), typed)
    came = {row.person.name: row.arrived_at for row in await Signup.filter(shift_id=shift.id).select_related("person")}
    assert came["Marie Dupont"] == came["Camille Rey"] == shift.starts_at, "not the minute in which somebody typed it"
    assert came["Paul Roy"] == shift.starts_at + timedelta(minutes=40)
