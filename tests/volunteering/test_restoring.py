"""A shift that was called off takes place after all: everybody is asked, nobody is counted on unasked (PRODUCT V4)."""

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.initiatives.models import Initiative, Stage
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_lead, a_mission, a_shift, a_signup, goes_by, it_is, the_shift
from tests.volunteering.ical_reader import Component, read
from volunteering.missions import service as missions
from volunteering.missions.models import Mission
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.signups import restoring, service, tallies
from volunteering.signups.letters import token_of
from volunteering.signups.models import Signup

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


def path_of(shift: Shift, verb: str = "retablir") -> str:
    return f"/missions/{shift.mission.slug}/creneaux/{shift.id}/{verb}"


async def states(shift: Shift) -> list[str]:
    await jobs.run_due(schedules=False)
    return [row.status.value for row in await Signup.filter(shift_id=shift.id).order_by("id")]


async def mails_to(person: Person) -> list[OutboxMessage]:
    await jobs.run_due(schedules=False)
    return await OutboxMessage.filter(to=person.email or "").order_by("id")


def link_in(mail: OutboxMessage) -> str:
    found = re.search(r"http://testserver(/mes-creneaux/\S+)", mail.text)
    assert found, mail.text
    return found[1]


async def calendars(person: Person) -> list[Component]:
    return [read(mail.calendar).all("VEVENT")[0] for mail in await mails_to(person) if mail.calendar]


async def called_off(shift: Shift) -> None:
    await shifts.cancel(shift, "La route est inondée.")
    await jobs.run_due(schedules=False)


async def test_whoever_had_a_place_is_asked_again_and_comes_with_a_tap(client: Client, sign_in: SignIn) -> None:
    it_is(14)
    lead, rose, odile = await a_lead(), await a_person("Rose Durand"), await a_person("Odile Martin")
    shift = await the_shift(await a_mission(lead=lead, places=1))
    await a_signup(shift, rose)
    await a_signup(shift, odile)
    await called_off(shift)
    assert await states(shift) == ["cancelled", "cancelled"]
    leading = await sign_in(lead)
    assert "Rétablir" in (await leading.get(f"/missions/{shift.mission.slug}")).text
    done = await leading.submit(path_of(shift))
    assert "2 personnes reçoivent un message" in (await leading.get(done.headers["location"])).text
    assert await states(shift) == ["offered", "waiting"], "nobody is counted on who was told that she has nothing to do"
    assert "Finalement, ce créneau a lieu" in (await mails_to(rose))[-1].subject
    assert "au rang 1 de la liste d’attente" in (await mails_to(odile))[-1].text
    assert "Venez-vous toujours" in (await mails_to(rose))[-1].text
    await client.submit(link_in((await mails_to(rose))[-1]) + "/accepter")
    assert await states(shift) == ["confirmed", "waiting"]
    assert (await Mission.get(id=shift.mission_id)).coming_taken == 1
    assert await tallies.verifications() == []
    off, on = [(one.one("STATUS").value, int(one.one("SEQUENCE").value)) for one in await calendars(rose)][-2:]
    assert (off[0], on[0]) == ("CANCELLED", "CONFIRMED")
    assert on[1] > off[1], "a calendar that has crossed it out shows it again"


async def test_whoever_does_not_answer_makes_room_for_the_next(app: object, database: object) -> None:
    it_is(14)
    lead, odile = await a_lead(), await a_person("Odile Martin")
    shift = await the_shift(await a_mission(lead=lead, places=1))
    await a_signup(shift)
    await a_signup(shift, odile)
    await called_off(shift)
    assert await restoring.restore(shift, lead.id) == 2
    assert await restoring.restore(shift, lead.id) == 0, "twice is once"
    goes_by(timedelta(hours=25))
    assert await states(shift) == ["lapsed", "offered"]
    assert "Une place s’est libérée" in (await mails_to(odile))[-1].subject
    assert await tallies.verifications() == []


async def test_whoever_leaves_an_offer_or_the_list_has_given_no_place_back(client: Client) -> None:
    it_is(14)
    shift = await the_shift(await a_mission(places=1))
    rose, odile = await a_signup(shift), await a_signup(shift, await a_person("Odile Martin"))
    await a_signup(shift, await a_person("Marie Dupont"))
    await client.submit(f"/mes-creneaux/{token_of(rose)}/annuler")
    await client.submit(f"/mes-creneaux/{token_of(odile)}/annuler")
    pages = [(await client.get(f"/mes-creneaux/{token_of(row)}")).text for row in (rose, odile)]
    assert "Votre place est rendue" in pages[0]
    assert "Vous laissez cette place" in pages[1]
    assert "Votre place est rendue" not in pages[1]
    rose = await a_signup(shift, await a_person("Lucie Roy"))
    await client.submit(f"/mes-creneaux/{token_of(rose)}/annuler")
    assert "Vous avez quitté la liste" in (await client.get(f"/mes-creneaux/{token_of(rose)}")).text
    assert await states(shift) == ["cancelled", "cancelled", "offered", "cancelled"]


async def test_called_off_and_restored_twice_everybody_is_told_each_time(app: object, database: object) -> None:
    it_is(14)
    lead, rose = await a_lead(), await a_person("Rose Durand")
    shift = await the_shift(await a_mission(lead=lead))
    await a_signup(shift, rose)
    for _time in range(2):
        await called_off(await Shift.get(id=shift.id))
        assert await restoring.restore(shift, lead.id) == 1
    assert await states(shift) == ["offered"]
    told = [mail.subject.split(" :")[0].replace("\u00a0", " ").split(" :")[0] for mail in await mails_to(rose)]
    assert told[-4:] == ["Créneau annulé", "Finalement, ce créneau a lieu"] * 2


async def test_restored_before_anybody_was_told_changes_nothing_for_those_who_come(app: object, database: object) -> None:
    it_is(14)
    lead, rose = await a_lead(), await a_person("Rose Durand")
    shift = await the_shift(await a_mission(lead=lead))
    await a_signup(shift, rose)
    await shifts.cancel(shift, "Une erreur.")
    assert await restoring.restore(shift, lead.id) == 0
    assert await states(shift) == ["confirmed"]
    assert len(await mails_to(rose)) == 1, "the confirmation alone"


async def test_a_group_keeps_its_number_and_whom_no_mail_reaches_is_expected_as_before(
    app: object, database: object
) -> None:
    it_is(14)
    lead, group, paper = await a_lead(), await a_person("Groupe Dupont"), await a_person("Marcel Guichard", None)
    shift = await the_shift(await a_mission(lead=lead, places=4))
    await service.sign_up(shift, Actor(group), "groupe", service.Wish(party=3))
    await a_signup(shift, paper)
    await called_off(shift)
    assert await restoring.restore(shift, lead.id) == 1
    assert await states(shift) == ["offered", "confirmed"]
    assert "3 places vous sont gardées" in (await mails_to(group))[-1].text
    assert (await Shift.get(id=shift.id)).taken == 4
    assert await tallies.verifications() == []


async def test_an_address_that_nobody_confirmed_is_not_written_to(client: Client) -> None:
    it_is(14)
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead))
    await client.submit(
        path_of(shift, "inscription"), {"name": "Camille Rey", "email": "camille@exemple.fr", "cle": "une-cle-longue"}
    )
    await called_off(shift)
    assert await restoring.restore(shift, lead.id) == 0
    assert await states(shift) == ["cancelled"]
    assert (await Shift.get(id=shift.id)).taken == 0


async def test_it_is_too_late_when_no_answer_can_come_by_day(sign_in: SignIn) -> None:
    it_is(14)
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead, days=1))
    await a_signup(shift)
    await called_off(shift)
    goes_by(timedelta(hours=7))
    leading, page = await sign_in(lead), f"/missions/{shift.mission.slug}"
    assert "Rétablir" not in (await leading.get(page)).text
    done = await leading.submit(path_of(shift))
    assert "trop tard" in (await leading.get(done.headers["location"])).text
    assert (await Shift.get(id=shift.id)).is_cancelled
    goes_by(-timedelta(hours=3))
    assert "Rétablir" in (await leading.get(page)).text
    await leading.submit(path_of(shift))
    assert not (await Shift.get(id=shift.id)).is_cancelled


async def test_another_shift_at_the_same_hours_has_taken_its_place(sign_in: SignIn) -> None:
    it_is(14)
    lead = await a_lead()
    mission = await a_mission(lead=lead)
    shift = await the_shift(mission)
    await a_signup(shift)
    await called_off(shift)
    await a_shift(mission)
    leading = await sign_in(lead)
    done = await leading.submit(path_of(shift))
    assert "Ce créneau existe déjà" in (await leading.get(done.headers["location"])).text
    assert await states(shift) == ["cancelled"]


async def test_of_a_closed_mission_who_had_a_place_is_asked_and_the_list_stays_closed(sign_in: SignIn) -> None:
    it_is(14)
    lead, odile = await a_lead(), await a_person("Odile Martin")
    shift = await the_shift(await a_mission(lead=lead, places=1))
    await a_signup(shift)
    await a_signup(shift, odile)
    await called_off(shift)
    await missions.close(shift.mission)
    await (await sign_in(lead)).submit(path_of(shift))
    assert await states(shift) == ["offered", "cancelled"]
    assert "Créneau annulé" in (await mails_to(odile))[-1].subject


async def test_an_initiative_that_is_over_restores_nothing(sign_in: SignIn) -> None:
    it_is(14)
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead))
    await called_off(shift)
    await Initiative.filter(id=shift.mission.initiative_id).update(stage=Stage.FINISHED)
    leading = await sign_in(lead)
    assert "Rétablir" not in (await leading.get(f"/missions/{shift.mission.slug}")).text
    await leading.submit(path_of(shift))
    assert (await Shift.get(id=shift.id)).is_cancelled
    await Initiative.filter(id=shift.mission.initiative_id).update(stage=Stage.ALIVE)
    await leading.submit(path_of(shift))
    assert (await Mission.get(id=shift.mission_id)).coming_shifts == 1


@pytest.mark.one_engine
async def test_the_list_of_a_shift_called_off_says_who_was_coming_and_offers_no_sheet(sign_in: SignIn) -> None:
    it_is(14)
    lead, rose = await a_lead(), await a_person("Rose Durand", "rose@exemple.fr")
    shift = await the_shift(await a_mission(lead=lead))
    await a_signup(shift, rose)
    leading, board = await sign_in(lead), path_of(shift, "liste")
    assert "feuille.pdf" in (await leading.get(board)).text
    await called_off(shift)
    page = (await leading.get(board)).text
    assert "Rose Durand" in page
    assert "mailto:rose@exemple.fr" in page
    assert "feuille.pdf" not in page
    assert "/message" not in page
    away = await leading.get(path_of(shift, "modifier"))
    assert away.headers["location"] == f"/missions/{shift.mission.slug}"
