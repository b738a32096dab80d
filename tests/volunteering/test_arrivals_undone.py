"""« Est là » taken back, by a coordinator or because the shift is put off: everybody stands where she may stand."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from civic import clock, jobs
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories import a_person
from tests.factories.volunteering import a_lead, a_mission, a_shift, a_signup
from volunteering.privacy import service as privacy
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.signups import agreements, attendance, service, tallies
from volunteering.signups.consents import Minor
from volunteering.signups.models import GuardianConsent, Signup, SignupStatus
from volunteering.signups.service import Wish

PAUL = Minor(16, "Paul Rey", "paul@exemple.fr")


@pytest.fixture(autouse=True)
def _clock_back():  # type: ignore[no-untyped-def]
    yield
    clock.travel(timedelta())


async def an_afternoon(places: int = 1) -> tuple[Shift, Actor]:
    """A shift of one place, from 14 h to 17 h in nine days, and who runs it."""
    lead = await a_lead()
    shift = await a_shift(await a_mission(lead=lead), days=9, start=time(14), end=time(17), places=places)
    return shift, Actor(lead)


async def before(shift: Shift, minutes: int) -> None:
    """It is so many minutes before the start that the shift has in the beginning."""
    clock.travel(timedelta())
    clock.travel(shift.starts_at - clock.now() - timedelta(minutes=minutes))
    await jobs.run_due(schedules=False)


async def put_off(shift: Shift) -> None:
    fresh = await Shift.get(id=shift.id).select_related("mission")
    slot = await shifts.slot_of(fresh)
    await shifts.edit(fresh, replace(slot, day=slot.day + timedelta(days=3)))
    await jobs.run_due(schedules=False)


async def state(signup: Signup) -> SignupStatus:
    return (await Signup.get(id=signup.id)).status


async def erased(person: Person) -> None:
    """As the page « Effacer mes données » does."""
    await privacy.erasures(person)
    await Person.filter(id=person.id).update(name="Personne effacée", email=None, erased_at=clock.now())


async def offered(shift: Shift, signup: Signup, seated: Signup) -> None:
    """An hour and a half before, the one who had the place gives it back."""
    await before(shift, 95)
    await service.step_back(seated, None, reason="Malade")
    assert await state(signup) == SignupStatus.OFFERED


async def test_a_minor_who_was_there_for_an_offered_place_still_needs_her_parent_when_it_is_put_off(
    database: object, app: object
) -> None:
    shift, lead = await an_afternoon()
    seated = await a_signup(shift, await a_person("Anne Un"))
    await before(shift, 150)
    lea = await service.sign_up(shift, Actor(await a_person("Léa Rey")), "cle-de-lea", Wish(minor=PAUL, anyway=True))
    await offered(shift, lea, seated)
    await attendance.here(shift, lea.id, lead)
    await put_off(shift)
    assert await state(lea) == SignupStatus.HELD, "her parent has not agreed"
    consent = await GuardianConsent.get(signup_id=lea.id)
    await agreements.answer(consent.id, given=True)
    assert await state(lea) == SignupStatus.CONFIRMED
    assert await tallies.verifications() == []


async def test_an_address_nobody_confirmed_has_no_place_for_good_because_somebody_was_there(
    database: object, app: object
) -> None:
    shift, lead = await an_afternoon()
    seated = await a_signup(shift, await a_person("Anne Un"))
    await before(shift, 100)
    await service.hold(shift, "Zoé Blanc", "zoe@exemple.fr", "cle-de-zoe")
    zoe = await Signup.get(person__name="Zoé Blanc")
    await offered(shift, zoe, seated)
    await attendance.here(shift, zoe.id, lead)
    await put_off(shift)
    assert await state(zoe) == SignupStatus.HELD
    await before(shift, 30)
    assert await state(zoe) == SignupStatus.LAPSED, "nobody has answered"
    assert (await Shift.get(id=shift.id)).taken == 0


@pytest.mark.parametrize("undone", [True, False], ids=["said by mistake", "put off"])
async def test_whoever_was_there_and_had_herself_forgotten_is_expected_no_more(
    database: object, app: object, undone: bool
) -> None:
    shift, lead = await an_afternoon()
    anne, basile = await a_person("Anne Un"), await a_person("Basile Deux")
    signup, waiting = await a_signup(shift, anne), await a_signup(shift, basile)
    await before(shift, 110)
    await attendance.here(shift, signup.id, lead)
    await erased(anne)
    if undone:
        await attendance.undo(shift, signup.id, lead)
    else:
        await put_off(shift)
    assert await state(signup) == SignupStatus.CANCELLED
    assert await state(waiting) == SignupStatus.OFFERED, "the place is the next one's"
    assert await tallies.verifications() == []


async def test_whoever_used_her_link_at_the_door_keeps_her_place_when_that_she_was_there_is_taken_back(
    database: object, app: object
) -> None:
    shift, lead = await an_afternoon()
    await before(shift, 115)
    await service.hold(shift, "Zoé Blanc", "zoe@exemple.fr", "cle-de-zoe")
    zoe = await Signup.get(person__name="Zoé Blanc")
    await attendance.here(shift, zoe.id, lead)
    await service.confirm(zoe)
    await attendance.undo(shift, zoe.id, lead)
    assert await state(zoe) == SignupStatus.CONFIRMED
    await before(shift, 20)
    assert await state(zoe) == SignupStatus.CONFIRMED, "it does not lapse: she has confirmed it"


async def test_a_rank_nobody_confirmed_does_not_last_because_that_she_was_there_is_taken_back(
    database: object, app: object
) -> None:
    shift, lead = await an_afternoon()
    await a_signup(shift, await a_person("Anne Un"))
    await before(shift, 115)
    await service.hold(shift, "Zoé Blanc", "zoe@exemple.fr", "cle-de-zoe")
    zoe = await Signup.get(person__name="Zoé Blanc")
    await attendance.here(shift, zoe.id, lead)
    await attendance.undo(shift, zoe.id, lead)
    assert await state(zoe) == SignupStatus.WAITING
    await before(shift, 20)
    assert await state(zoe) == SignupStatus.LAPSED
    assert await tallies.verifications() == []
