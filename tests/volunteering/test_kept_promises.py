"""Promises that could be broken without any other test noticing: found by breaking the code on purpose, one by one."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from civic import clock, jobs
from civic.errors import DomainError, Gone
from civic.initiatives.models import Initiative
from civic.jobs.models import Job
from civic.organisations.service import name_representative
from civic.people.actor import Actor
from civic.settings import Settings
from tests.engines import query_count
from tests.factories import a_commune, a_person, an_initiative, an_organisation
from tests.factories.attestations import some_hours
from tests.factories.volunteering import a_mission, a_shift, a_signup, in_days, the_shift
from volunteering.attestations import queries as papers
from volunteering.attestations import service as attestations
from volunteering.attestations.service import Wanted
from volunteering.boards import messages
from volunteering.calls import queries as calls
from volunteering.calls import service as calling
from volunteering.calls.models import RescueCall
from volunteering.feeds import queries as feeds
from volunteering.hours.letters import counter_token_of, person_id_of, token_of
from volunteering.privacy import service as privacy
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import agreements, service
from volunteering.signups.consents import MOST_A_DAY, Minor
from volunteering.signups.models import GuardianConsent, Signup, SignupStatus
from volunteering.signups.service import Wish, sign_up
from volunteering.volunteers.models import Volunteer


@pytest.fixture(autouse=True)
def _clock_back():  # type: ignore[no-untyped-def]
    yield
    clock.travel(timedelta())


async def a_minor(shift: Shift, name: str, parent: str) -> Signup:
    """Somebody of sixteen whose parent is asked."""
    lea = await a_person(name)
    return await sign_up(shift, Actor(lea), f"mineur-{lea.id}", Wish(minor=Minor(16, "Paul Rey", parent), anyway=True))


async def whole(shift: Shift) -> Shift:
    return await Shift.get(id=shift.id).select_related("mission__initiative", "mission__commune")


@pytest.mark.one_engine
async def test_long_after_a_shift_the_page_of_messages_names_nobody(database: object, app: object) -> None:
    shift = await the_shift(await a_mission())
    await a_signup(shift, await a_person("Camille Rey"))
    assert len((await messages.readers_of(shift)).reached) == 1
    clock.travel(timedelta(days=90))
    readers = await messages.readers_of(await whole(shift))
    assert (readers.reached, readers.unreached) == ([], [])


async def test_many_families_may_be_asked_on_one_day(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=20))
    for number in range(MOST_A_DAY + 2):
        await a_minor(shift, f"Léa Rey {number}", f"parent{number}@exemple.fr")
    assert await GuardianConsent.all().count() == MOST_A_DAY + 2


async def test_a_full_list_of_the_busy_is_proposed_with_as_many_questions_as_a_short_one(
    database: object, app: object
) -> None:
    commune = await a_commune()
    mission = await a_mission(commune_id=commune.insee)
    wanted = await shifts.add(mission, shifts.Slot(in_days(9), time(8), time(11), (shifts.RoleWish(4, 2),)))
    busy_with = await a_shift(mission, days=9, note="En même temps")

    async def asked(people: int) -> int:
        for number in range(people):
            person = await a_person(f"Rose Petit {people} {number}")
            await Volunteer.create(
                person=person, commune=commune, has_car=True, may_be_called=True, updated_at=clock.now()
            )
            await a_signup(busy_with if number < 5 else await the_shift(mission), person, key=f"k{people}")
        with query_count() as found:
            await calls.proposals(await whole(wanted))
        return len(found)

    assert await asked(2) == await asked(10)


async def test_at_the_counter_the_link_to_somebodys_hours_lives_for_an_hour(database: object, app: object) -> None:
    rose = await a_person("Rose Petit")
    present = datetime.now(UTC)
    with time_machine.travel(present):
        lent, mailed = counter_token_of(rose.id), token_of(rose.id)
    with time_machine.travel(present + timedelta(minutes=59)):
        assert person_id_of(lent) == rose.id
    with time_machine.travel(present + timedelta(minutes=62)):
        with pytest.raises(Gone):
            person_id_of(lent)
        assert person_id_of(mailed) == rose.id, "her own link goes on"


async def test_whoever_is_erased_gives_back_the_place_of_tomorrow_without_a_word(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(days=1))
    start = clock.now() + timedelta(hours=3)
    await Shift.filter(id=shift.id).update(starts_at=start, ends_at=start + timedelta(hours=3))
    signup = await a_signup(await whole(shift), rose := await a_person("Rose Petit"))
    assert service.is_late(await Signup.get(id=signup.id).select_related("shift__mission"))
    await privacy.erasures(rose)
    assert (await Signup.get(id=signup.id)).status == SignupStatus.CANCELLED
    assert (await Shift.get(id=shift.id)).taken == 0


async def test_a_group_that_is_offered_places_answers_before_it_says_that_fewer_come(
    database: object, app: object
) -> None:
    shift = await the_shift(await a_mission(places=2))
    first = await sign_up(shift, Actor(await a_person("Anne Un")), "cle-anne", Wish(party=2, anyway=True))
    group = await sign_up(shift, Actor(await a_person("Basile Deux")), "cle-basile", Wish(party=2, anyway=True))
    await service.step_back(first, None)
    assert (await Signup.get(id=group.id)).status == SignupStatus.OFFERED
    with pytest.raises(DomainError, match="ne se change plus"):
        await service.come_fewer(group, 1, None)
    await service.accept(group)
    await service.come_fewer(group, 1, None)
    assert (await Shift.get(id=shift.id)).taken == 1


async def test_a_parent_is_forgotten_thirty_days_after_a_shift_was_called_off_or_its_new_end(
    database: object, app: object
) -> None:
    mission = await a_mission(days=200)
    gone, near = await the_shift(mission), await a_shift(mission, days=200, note="L’autre")
    for shift in (gone, near):
        signup = await a_minor(shift, f"Léa Rey {shift.id}", f"paul{shift.id}@exemple.fr")
        await agreements.answer((await GuardianConsent.get(signup_id=signup.id)).id, given=True)
    await shifts.cancel(gone, "Orage.")
    await shifts.edit(near, replace(await shifts.slot_of(near), day=in_days(5)))
    await jobs.run_due(schedules=False)
    clock.travel(timedelta(days=29))
    await jobs.run_due(schedules=False)
    assert await GuardianConsent.filter(erased_at__isnull=True).count() == 2
    clock.travel(timedelta(days=31))
    await jobs.run_due(schedules=False)
    assert [row.signup_id for row in await GuardianConsent.filter(erased_at__isnull=True)] == [
        (await Signup.get(shift_id=near.id)).id
    ]
    clock.travel(timedelta(days=37))
    await jobs.run_due(schedules=False)
    assert not await GuardianConsent.filter(erased_at__isnull=True).exists()


async def test_nobody_is_mailed_an_offer_that_is_over_already(database: object, app: object) -> None:
    """A shift put forward to within minutes: she waits at her rank again, and no mail offers that place once more."""
    shift = await the_shift(await a_mission(places=1, days=6))
    seated = await a_signup(shift, await a_person("Anne Un"))
    waiting = await a_signup(shift, await a_person("Basile Deux"))
    await service.step_back(seated, None)
    await jobs.run_due(schedules=False)
    assert (await Signup.get(id=waiting.id)).status == SignupStatus.OFFERED
    offers = Job.filter(name="send_mail", key__startswith=f"signup-{waiting.id}-offered-")
    assert await offers.count() == 1
    start = (clock.now() + timedelta(minutes=20)).replace(second=0, microsecond=0)
    await Shift.filter(id=shift.id).update(starts_at=start, ends_at=start + timedelta(hours=2))
    await service.fit_deadlines(shift.id)
    await jobs.run_due(schedules=False)
    assert (await Signup.get(id=waiting.id)).status == SignupStatus.WAITING
    assert await offers.count() == 1


async def test_who_represents_another_body_takes_nobodys_paper_back(database: object, app: object) -> None:
    rose, stranger, hers = await a_person("Rose Petit"), await a_person("Lise Roux"), await a_person("Hélène Maire")
    body = await an_organisation("Les Jardins du Carron")
    await name_representative(body, hers)
    await name_representative(await an_organisation("La Régie des Hameaux"), stranger)
    await some_hours(rose, await an_initiative(organisation=body), organisation=body)
    (found,) = [one for one in await papers.bodies_of(rose.id) if one.organisation]
    paper = await attestations.take(Wanted(rose, found, clock.today().replace(day=1), clock.today()), Actor(rose))
    assert not await papers.may_revoke(paper, Actor(stranger))
    assert not await papers.may_revoke(paper, Actor(rose))
    assert await papers.may_revoke(paper, Actor(hers))


async def test_who_is_called_gets_a_role_that_she_can_do(database: object, app: object) -> None:
    commune, rose = await a_commune(), await a_person("Rose Petit")
    mission = await a_mission(commune_id=commune.insee)
    roles = (shifts.RoleWish(4, 3, "Cuisine", ("cooking",)), shifts.RoleWish(2, 1, "Accueil"))
    shift = await whole(await shifts.add(mission, shifts.Slot(in_days(9), time(14), time(17), roles)))
    await Volunteer.create(person=rose, commune=commune, has_car=True, may_be_called=True, updated_at=clock.now())
    await calling.ask(shift, [rose.id], Actor(await a_person("Sélim Laurent")))
    call = await RescueCall.get().select_related("person")
    call.shift = shift
    signup = await calling.come(call)
    assert (signup.status, (await ShiftRole.get(id=signup.role_id)).title) == (SignupStatus.CONFIRMED, "Accueil")


async def test_in_her_own_calendar_is_only_what_she_surely_asked_for_herself(database: object, app: object) -> None:
    shift, camille = await the_shift(await a_mission()), await a_person("Camille Rey", "camille@exemple.fr")
    await service.hold(shift, "Camille Rey", "camille@exemple.fr", "cle-d-un-autre")
    assert (await Signup.get()).person_id == camille.id, "somebody has typed her name"
    await shifts.cancel(shift, "Orage.")
    await jobs.run_due(schedules=False)
    assert await feeds.own_entries(camille) == []
    await a_signup(await the_shift(await a_mission("Une autre")), camille)
    assert len(await feeds.own_entries(camille)) == 1


async def test_around_a_commune_only_what_is_published_is_told(database: object, app: object) -> None:
    commune = await a_commune()
    mission = await a_mission(commune_id=commune.insee)
    assert len(await feeds.entries_around(commune)) == 1
    await Initiative.filter(id=mission.initiative_id).update(published_at=None)
    assert await feeds.entries_around(commune) == []


async def test_that_she_was_asked_is_known_for_a_fortnight_though_the_shift_is_long_over(
    database: object, app: object, settings: Settings
) -> None:
    settings.contact_days = 1
    shift, rose = await the_shift(await a_mission()), await a_person("Rose Petit")
    call = await RescueCall.create(shift=shift, person=rose, asked_by_id=rose.id, asked_at=clock.now())
    start = clock.now() - timedelta(days=3)
    await Shift.filter(id=shift.id).update(starts_at=start, ends_at=start + timedelta(hours=2))
    await privacy.forget()
    assert await RescueCall.filter(id=call.id).exists(), "or she would be asked again"
    clock.travel(timedelta(days=15))
    await privacy.forget()
    assert not await RescueCall.filter(id=call.id).exists()


async def test_a_minor_takes_away_what_is_kept_of_her_parent_and_a_stranger_does_not(
    database: object, app: object
) -> None:
    signup = await a_minor(await the_shift(await a_mission()), "Léa Rey", "paul@exemple.fr")
    await signup.fetch_related("person")
    assert [one["name"] for one in (await privacy.personal_data(signup.person))["guardian"]] == ["Paul Rey"]
    paul = await a_person("Paul Rey", "paul@exemple.fr")
    assert [one["name"] for one in (await privacy.personal_data(paul))["guardian"]] == ["Paul Rey"]
    assert (await privacy.personal_data(await a_person("Rose Petit")))["guardian"] == []
