"""A mission that takes nobody any more: its queue is told and over, who has a place keeps it."""

import re

import pytest

from civic import jobs
from civic.errors import DomainError
from civic.initiatives import service as initiatives
from civic.initiatives.models import Stage
from civic.mail.models import OutboxMessage
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_mission, a_signup, the_shift
from volunteering.missions import service as missions
from volunteering.missions.models import Mission, MissionStatus
from volunteering.shifts.models import Shift
from volunteering.signups import service, tallies
from volunteering.signups.models import Signup, SignupStatus

ROSE = {"name": "Rose Petit", "email": "rose@exemple.fr", "cle": "une-cle-de-formulaire"}


async def mails_to(email: str | None) -> list[OutboxMessage]:
    await jobs.run_due(schedules=False)
    return await OutboxMessage.filter(to=email or "").order_by("id")


def link_in(mail: OutboxMessage) -> str:
    found = re.search(r"http://testserver(/mes-creneaux/\S+)", mail.text)
    assert found, mail.text
    return found[1]


async def states(shift: Shift) -> list[str]:
    return [row.status.value for row in await Signup.filter(shift_id=shift.id).order_by("id")]


async def test_a_mission_that_closes_tells_its_queue_and_offers_nothing_while_those_who_come_keep_their_place(
    client: Client,
) -> None:
    shift = await the_shift(await a_mission(places=2))
    first, second = await a_signup(shift), await a_signup(shift)
    camille = await a_person("Camille Rey", "camille@exemple.fr")
    waits = await a_signup(shift, camille)
    await client.submit(f"/missions/{shift.mission.slug}/creneaux/{shift.id}/inscription", ROSE)
    await missions.close(await Mission.get(id=shift.mission_id))
    told = (await mails_to(camille.email))[-1]
    assert "La liste d’attente est fermée" in told.subject
    assert "aucune place ne vous sera proposée" in told.text
    assert [mail.subject[:10] for mail in await mails_to("rose@exemple.fr")] == ["À confirme"], "perhaps nobody's address"
    assert await states(shift) == ["confirmed", "confirmed", "cancelled", "cancelled"]
    await service.step_back(first, None)
    assert await states(shift) == ["cancelled", "confirmed", "cancelled", "cancelled"], "the place is offered to nobody"
    page = await client.get(link_in((await mails_to(camille.email))[0]))
    assert "La liste d’attente est fermée" in page.text
    with pytest.raises(DomainError, match="ne prend plus d’inscription"):
        await service.come_back(waits)
    await missions.open_(await Mission.get(id=shift.mission_id))
    seen = len(await mails_to(camille.email))
    assert await states(shift) == ["cancelled", "confirmed", "cancelled", "cancelled"], "nobody is asked silently"
    page = await client.get(link_in((await mails_to(camille.email))[0]))
    assert "Vous voulez encore venir" in page.text
    assert len(await mails_to(camille.email)) == seen
    await service.come_back(waits)
    assert await states(shift) == ["cancelled", "confirmed", "cancelled", "cancelled", "confirmed"]
    assert (await Signup.get(id=second.id)).status == SignupStatus.CONFIRMED
    assert await tallies.verifications() == []


async def test_an_initiative_that_ends_calls_its_shifts_off_and_tells_everybody_why(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=1))
    await a_signup(shift)
    camille = await a_person("Camille Rey", "camille@exemple.fr")
    await a_signup(shift, camille)
    await initiatives.change_stage(shift.mission.initiative, Stage.LAUNCHED)
    await mails_to(camille.email)
    assert await states(shift) == ["confirmed", "waiting"], "it goes on"
    await initiatives.change_stage(shift.mission.initiative, Stage.FINISHED, ending="Nous avons fini.")
    mail = (await mails_to(camille.email))[-1]
    assert "annulé" in mail.subject.lower()
    assert "L’initiative est terminée" in mail.text
    assert await states(shift) == ["cancelled", "cancelled"]


async def test_what_was_offered_before_the_mission_closed_is_still_hers(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=1))
    first = await a_signup(shift)
    asked, behind = await a_signup(shift), await a_signup(shift)
    await service.step_back(first, None)
    await missions.close(await Mission.get(id=shift.mission_id))
    await jobs.run_due(schedules=False)
    assert await states(shift) == ["cancelled", "offered", "cancelled"]
    await service.accept(asked)
    assert (await Signup.get(id=asked.id)).status == SignupStatus.CONFIRMED
    assert (await Signup.get(id=behind.id)).status == SignupStatus.CANCELLED


async def test_whoever_reads_an_old_page_finds_the_mission_closed(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=1))
    old = await the_shift(await Mission.get(id=shift.mission_id))
    await missions.close(await Mission.get(id=shift.mission_id))
    with pytest.raises(DomainError, match="ne prend plus d’inscription"):
        await a_signup(old)
    assert await states(shift) == []
    await missions.open_(await Mission.get(id=shift.mission_id))
    old.mission.status = MissionStatus.OPEN
    await a_signup(old)
    assert await states(shift) == ["confirmed"]
