"""A shift that is put off or called off when some are there already, and other late moments of a coordinator."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.contributions.queries import has_contributed
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_lead, a_mission, a_signup, sent_again, the_shift
from volunteering.hours.models import HoursEntry
from volunteering.privacy import service as privacy
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift, ShiftStatus
from volunteering.signups import attendance, paper, tallies
from volunteering.signups.models import Signup, SignupStatus

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_back():  # type: ignore[no-untyped-def]
    yield
    clock.travel(timedelta())


async def begins(shift: Shift, minutes: int = 0) -> None:
    """It is so many minutes after the start of the shift."""
    clock.travel(timedelta())
    clock.travel(shift.starts_at - clock.now() + timedelta(minutes=minutes))


async def states(shift: Shift) -> dict[str, str]:
    rows = await Signup.filter(shift_id=shift.id).select_related("person").order_by("id")
    return {row.person.name: row.status.value for row in rows}


async def early_birds() -> tuple[Shift, Signup, Signup]:
    """An hour before a shift of one place: Camille is there, Odile who waited too, and Rose who never signed up."""
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead, places=1))
    camille = await a_signup(shift, await a_person("Camille Rey"))
    odile = await a_signup(shift, await a_person("Odile Martin"))
    await jobs.run_due(schedules=False)
    await begins(shift, -60)
    for signup in (camille, odile):
        await attendance.here(shift, signup.id, Actor(lead))
    await attendance.walk_in(shift, attendance.WalkIn("Rose Petit", email="rose@exemple.fr"), "cle-rose", Actor(lead))
    return shift, camille, odile


async def test_whoever_was_there_before_a_shift_was_put_off_is_expected_again_and_told(
    database: object, app: object
) -> None:
    shift, camille, _odile = await early_birds()
    assert await has_contributed(camille.person_id, shift.mission.initiative_id)
    slot = await shifts.slot_of(shift)
    await shifts.edit(shift, replace(slot, day=slot.day + timedelta(days=7)))
    await begins(shift, -30)
    await jobs.run_due(schedules=False)
    found = await states(shift)
    assert found["Camille Rey"] == "confirmed"
    assert found["Odile Martin"] in ("waiting", "lapsed", "offered"), "one place, and it is Camille's"
    assert found["Rose Petit"] == "cancelled", "she has promised nothing for another day"
    assert await tallies.verifications() == []
    assert not await has_contributed(camille.person_id, shift.mission.initiative_id)
    assert (await Signup.get(id=camille.id)).arrived_at is None
    told = await OutboxMessage.filter(to=camille.person.email, subject__contains="Nouvel horaire").count()
    assert told == 1
    await begins(shift, 9 * 24 * 60)
    await jobs.run_due(schedules=False)
    assert await HoursEntry.all().count() == 0, "nobody has come"


async def test_whoever_was_erased_meanwhile_holds_no_place_of_a_shift_put_off(database: object, app: object) -> None:
    shift, camille, odile = await early_birds()
    await privacy.erasures(camille.person)
    await Person.filter(id=camille.person_id).update(erased_at=clock.now(), email=None)
    slot = await shifts.slot_of(shift)
    await shifts.edit(shift, replace(slot, day=slot.day + timedelta(days=7)))
    await jobs.run_due(schedules=False)
    assert (await Signup.get(id=camille.id)).status == SignupStatus.CANCELLED
    assert (await Signup.get(id=odile.id)).status in (SignupStatus.OFFERED, SignupStatus.CONFIRMED), "the place is hers"
    assert await tallies.verifications() == []


async def test_arrivals_stay_when_a_shift_begins_half_an_hour_later(database: object, app: object) -> None:
    shift, camille, _odile = await early_birds()
    slot = await shifts.slot_of(shift)
    start = (clock.local(shift.starts_at) + timedelta(minutes=30)).time()
    await shifts.edit(shift, replace(slot, start=start))
    await jobs.run_due(schedules=False)
    assert set((await states(shift)).values()) == {"attended"}
    assert await has_contributed(camille.person_id, shift.mission.initiative_id)


async def test_whoever_was_there_before_a_shift_was_called_off_is_told_and_has_given_nothing(
    database: object, app: object
) -> None:
    shift, camille, odile = await early_birds()
    await shifts.cancel(shift, "Orage.")
    await jobs.run_due(schedules=False)
    assert set((await states(shift)).values()) == {"cancelled"}
    assert not await has_contributed(camille.person_id, shift.mission.initiative_id)
    fresh = await Shift.get(id=shift.id)
    assert (fresh.taken, fresh.waiting) == (0, 0)
    for address in (camille.person.email, odile.person.email, "rose@exemple.fr"):
        mail = await OutboxMessage.filter(to=address).order_by("-id").first()
        assert mail
        assert "Orage." in mail.text


@pytest.mark.one_engine
async def test_those_who_came_are_written_to_for_some_days_and_then_left_in_peace(
    database: object, sign_in: SignIn
) -> None:
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead))
    camille = await a_signup(shift, await a_person("Camille Rey"))
    await jobs.run_due(schedules=False)
    browser = await sign_in(lead)
    path = f"/missions/{shift.mission.slug}/creneaux/{shift.id}/message"
    await begins(shift, 24 * 60)
    preview = (await browser.submit(path, {"cle": "cle-du-mot", "text": "Merci à vous !"})).headers["location"]
    assert (await browser.submit(preview + "/envoyer")).headers["location"].endswith("/message")
    late = (await browser.submit(path, {"cle": "cle-tardive", "text": "Encore un mot"})).headers["location"]
    await begins(shift, 60 * 24 * 60)
    browser = await sign_in(lead)
    answer = await browser.submit(late + "/envoyer")
    assert "depuis trop longtemps" in (await browser.get(answer.headers["location"])).text
    refused = await browser.submit(path, {"cle": "une-autre-cle", "text": "Votez pour moi !"})
    assert refused.status_code == 422
    page = (await browser.get(path)).text
    assert "depuis trop longtemps" in page
    assert "Merci à vous" in page
    assert "Relire avant d’envoyer" not in page
    await jobs.run_due(schedules=False)
    assert await OutboxMessage.filter(to=camille.person.email, subject__contains="vous écrit").count() == 1


@pytest.mark.one_engine
async def test_a_lead_says_why_when_she_calls_a_shift_off_that_somebody_comes_to(
    database: object, sign_in: SignIn
) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead)
    shift, browser = await the_shift(mission), await sign_in(lead)
    await a_signup(shift)
    path = f"/missions/{mission.slug}/creneaux/{shift.id}"
    asked = await browser.submit(f"{path}/annuler", {})
    assert "1 personne est concernée" in asked.text
    assert "Écrivez-leur pourquoi" not in asked.text, "nothing was asked yet"
    refused = await browser.submit(f"{path}/annuler", {**sent_again(asked.text), "reason": "  "})
    assert refused.status_code == 422
    assert "Écrivez-leur pourquoi" in refused.text
    assert (await Shift.get(id=shift.id)).status == ShiftStatus.OPEN
    await a_signup(shift, await a_person("Odile Martin"))
    more = await browser.submit(f"{path}/annuler", {**sent_again(asked.text), "reason": "Orage."})
    assert "2 personnes sont concernées" in more.text, "one more than she had read"
    assert await OutboxMessage.filter(subject__startswith="Créneau annulé").count() == 0
    assert (await browser.submit(f"{path}/annuler", {**sent_again(more.text), "reason": "Orage."})).status_code == 303
    assert (await Shift.get(id=shift.id)).status == ShiftStatus.CANCELLED
    page = (await browser.get(f"/missions/{mission.slug}")).text
    assert "Créneaux annulés" in page
    assert "Orage." in page
    assert f"/creneaux/{shift.id}/retablir" in page
    assert "Créneaux annulés" not in (await (await sign_in(await a_person("Un Passant"))).get(f"/missions/{mission.slug}")).text
    empty = await the_shift(await a_mission("Une autre mission", lead=lead, initiative=mission.initiative))
    path = f"/missions/{empty.mission.slug}/creneaux/{empty.id}"
    assert (await browser.submit(f"{path}/annuler", {})).status_code == 303, "nobody to tell"


async def test_an_old_page_notes_no_arrival_once_the_shift_was_put_off(database: object, app: object) -> None:
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead, places=2))
    camille = await a_signup(shift, await a_person("Camille Rey"))
    await begins(shift, -30)
    pages = [await Shift.get(id=shift.id).select_related("mission__initiative") for _ in range(4)]
    assert all(attendance.doors_open(page) for page in pages), "her telephone shows the hours of the morning"
    slot = await shifts.slot_of(shift)
    await shifts.edit(shift, replace(slot, day=slot.day + timedelta(days=7)))
    visitor = attendance.WalkIn("Rose Petit")
    for verb in (
        attendance.here(pages[0], camille.id, Actor(lead)),
        attendance.arrive(pages[1], camille.code, Actor(lead)),
        attendance.walk_in(pages[2], visitor, "cle-rose", Actor(lead)),
        paper.write_in(pages[3], [paper.Entry(1, camille.id)], "cle-feuille", Actor(lead)),
    ):
        with pytest.raises(DomainError, match="deux heures avant"):
            await verb
    assert await states(shift) == {"Camille Rey": "confirmed"}
    moved = await Shift.get(id=shift.id).select_related("mission__initiative")
    await begins(moved, -30)
    await attendance.here(moved, camille.id, Actor(lead))
    assert await states(shift) == {"Camille Rey": "attended"}


async def test_an_old_page_says_of_nobody_whether_she_came_once_the_shift_was_put_off(
    database: object, app: object
) -> None:
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead, places=2))
    camille = await a_signup(shift, await a_person("Camille Rey"))
    await begins(shift, -30)
    moved = await Shift.get(id=shift.id).select_related("mission__initiative")
    slot = await shifts.slot_of(shift)
    await shifts.edit(shift, replace(slot, day=slot.day + timedelta(days=7)))
    await begins(moved, 5)
    said = [attendance.Said(camille.id, SignupStatus.CONFIRMED, SignupStatus.MISSED)]
    assert moved.has_started
    with pytest.raises(DomainError, match="une fois le créneau commencé"):
        await attendance.say(moved, said, Actor(lead))
    assert moved.starts_at > clock.now(), "the row under the lock counts"
    await begins(moved, 5)
    await attendance.say(moved, said, Actor(lead))
    assert await states(shift) == {"Camille Rey": "missed"}
