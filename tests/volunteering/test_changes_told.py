"""What changes about a shift is told once, old and new, and only what matters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta

import pytest

from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people.models import Person
from civic.places.models import Commune
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_mission, a_signup, in_days, the_shift
from volunteering.missions import service as missions
from volunteering.missions.models import Mission
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.shifts.places import roles_of
from volunteering.signups import service
from volunteering.signups.models import Signup

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _noon():  # type: ignore[no-untyped-def]
    """It is noon, whenever these tests run: a day that ends in the middle of one would be another change."""
    clock.travel(clock.at(in_days(1), 12) - clock.now())
    yield
    clock.travel(timedelta())


def minutes_pass(minutes: int) -> None:
    clock.travel(clock.now() - datetime.now(UTC) + timedelta(minutes=minutes))


async def changes_told(person: Person) -> list[OutboxMessage]:
    """What she was told of changes, without her confirmation."""
    await jobs.run_due(schedules=False)
    return (await OutboxMessage.filter(to=person.email or "").order_by("id"))[1:]


async def edit(shift: Shift, start: time, end: time, *, days: int = 7, note: str = "", title: str = "", places: int = 8) -> None:
    fresh = await Shift.get(id=shift.id)
    (role,) = await roles_of(shift.id)
    await shifts.edit(fresh, shifts.Slot(in_days(days), start, end, (shifts.RoleWish(places, title=title, id=role.id),), note))


async def test_several_changes_in_a_short_while_are_one_message(database: object, app: object) -> None:
    shift, camille = await the_shift(await a_mission()), await a_person("Camille Rey")
    await a_signup(shift, camille)
    assert await changes_told(camille) == []
    await edit(shift, time(9), time(12))
    minutes_pass(6)
    assert await changes_told(camille) == []
    await edit(shift, time(10), time(13), note="Devant la halle")
    minutes_pass(6)
    assert await changes_told(camille) == [], "the first change waits for the second to settle"
    minutes_pass(5)
    (mail,) = await changes_told(camille)
    assert mail.subject.startswith("Nouvel horaire")
    assert "8\u00a0h\u00a0à\u00a011\u00a0h" in mail.text
    assert "10\u00a0h\u00a0à\u00a013\u00a0h" in mail.text
    assert "9\u00a0h\u00a0à" not in mail.text, "what held for six minutes concerns nobody"
    assert "Devant la halle" in mail.text


async def test_a_change_taken_back_before_anybody_was_told_is_no_message(database: object, app: object) -> None:
    shift, camille = await the_shift(await a_mission()), await a_person("Camille Rey")
    await a_signup(shift, camille)
    await edit(shift, time(9), time(12))
    minutes_pass(3)
    await edit(shift, time(8), time(11))
    minutes_pass(30)
    assert await changes_told(camille) == []
    await edit(shift, time(9), time(12))
    minutes_pass(11)
    assert len(await changes_told(camille)) == 1
    await edit(shift, time(8), time(11))
    minutes_pass(11)
    assert len(await changes_told(camille)) == 2, "taken back after she was told: she is told again"


async def test_five_minutes_are_no_message_but_small_steps_add_up(database: object, app: object) -> None:
    shift, camille = await the_shift(await a_mission()), await a_person("Camille Rey")
    await a_signup(shift, camille)
    await edit(shift, time(8, 5), time(11, 5))
    minutes_pass(11)
    assert await changes_told(camille) == []
    await edit(shift, time(8, 9), time(11))
    minutes_pass(11)
    (mail,) = await changes_told(camille)
    assert "8\u00a0h\u00a0à\u00a011\u00a0h" in mail.text, "nine minutes later than she was told"


async def test_whoever_signed_up_in_between_knows_the_new_hours_already(database: object, app: object) -> None:
    shift, odile = await the_shift(await a_mission()), await a_person("Odile Martin")
    await edit(shift, time(9), time(12))
    await a_signup(await the_shift(await Mission.get(id=shift.mission_id)), odile)
    minutes_pass(11)
    assert await changes_told(odile) == []


async def test_another_place_is_told_with_the_old_one_and_another_spelling_is_not(database: object, app: object) -> None:
    mission = await a_mission(place="Place du marché")
    shift, camille = await the_shift(mission), await a_person("Camille Rey")
    await a_signup(shift, camille)
    values = {"title": mission.title, "place": "place du Marche", "commune_id": mission.commune_id, "remote": False}
    await missions.edit(mission, values)
    minutes_pass(11)
    await jobs.run_due(schedules=False)
    minutes_pass(11)
    assert await changes_told(camille) == []
    there = await Commune.filter(name="Villars-les-Dombes").first()
    mission = await Mission.get(id=mission.id).select_related("initiative")
    await missions.edit(mission, {**values, "place": "La halle", "commune_id": there.insee if there else mission.commune_id})
    await jobs.run_due(schedules=False)
    minutes_pass(11)
    (mail,) = await changes_told(camille)
    assert mail.subject.startswith("Nouveau lieu")
    assert "Trévoux" in mail.text
    assert "La halle" in mail.text
    assert "8\u00a0h\u00a0à\u00a011\u00a0h" in mail.text, "and when it is, which has not changed"
    assert "SEQUENCE:2" in (mail.calendar or "")
    assert "LOCATION:La halle" in (mail.calendar or "")


async def test_a_note_is_told_and_a_roles_new_title_is_not(database: object, app: object) -> None:
    shift, camille = await the_shift(await a_mission()), await a_person("Camille Rey")
    await a_signup(shift, camille)
    await edit(shift, time(8), time(11), title="Accueil")
    minutes_pass(11)
    assert await changes_told(camille) == []
    await edit(shift, time(8), time(11), title="Accueil", note="Entrée par la cour")
    minutes_pass(11)
    (mail,) = await changes_told(camille)
    assert mail.subject.startswith("À savoir")
    assert "Entrée par la cour" in mail.text
    await edit(shift, time(8), time(11), title="Accueil", note="Entrée, par la cour !")
    minutes_pass(11)
    assert len(await changes_told(camille)) == 1, "a comma is not worth a message"


async def test_a_shift_called_off_while_a_change_settles_is_only_called_off(database: object, app: object) -> None:
    shift, camille = await the_shift(await a_mission()), await a_person("Camille Rey")
    await a_signup(shift, camille)
    await edit(shift, time(9), time(12))
    await shifts.cancel(await Shift.get(id=shift.id), "Il neige.")
    minutes_pass(11)
    (mail,) = await changes_told(camille)
    assert mail.subject.startswith("Créneau annulé")
    assert "Il neige." in mail.text


async def test_a_change_shortly_before_the_shift_is_told_at_once(database: object, app: object) -> None:
    shift, camille = await the_shift(await a_mission()), await a_person("Camille Rey")
    await a_signup(shift, camille)
    assert await changes_told(camille) == []
    clock.travel(shift.starts_at - timedelta(hours=2) - datetime.now(UTC))
    await edit(shift, time(9), time(12))
    minutes_pass(2)
    assert [mail.subject[:14] for mail in await changes_told(camille) if "Nouvel" in mail.subject] == ["Nouvel horaire"]


async def test_an_address_nobody_confirmed_is_not_written_to_and_who_waits_is(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    visitor, waits = await a_person("Une Visiteuse"), await a_person("Odile Martin")
    await service.hold(shift, visitor.name, visitor.email or "", "cle")
    await a_signup(shift, waits)
    await edit(shift, time(9), time(12), places=1)
    minutes_pass(11)
    assert [mail.subject[:14] for mail in await changes_told(waits)] == ["Nouvel horaire"]
    assert await changes_told(visitor) == []
    signup = await Signup.get(person_id=visitor.id)
    await service.confirm(signup)
    (mail,) = await changes_told(visitor)
    assert "9\u00a0h\u00a0à\u00a012\u00a0h" in mail.subject, "once she confirms she reads the hours that hold"
