"""Signing up for a shift, with and without an account."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from civic import clock, jobs
from civic.errors import DomainError
from civic.initiatives.models import Initiative, Stage
from civic.mail.models import OutboxMessage
from civic.needs.models import Need
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_mission, a_shift, a_signup, goes_by, it_is, the_shift
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import service, tallies
from volunteering.signups.models import GuardianConsent, Signup, SignupChange, SignupStatus

SignIn = Callable[[Person], Awaitable[Client]]
CAMILLE = {"name": "Camille Rey", "email": "camille@exemple.fr", "cle": "une-cle-de-formulaire"}


@pytest.fixture(autouse=True)
def _clock_back():  # type: ignore[no-untyped-def]
    yield
    clock.travel(timedelta())


async def mails_to(email: str | None) -> list[OutboxMessage]:
    await jobs.run_due(schedules=False)
    return await OutboxMessage.filter(to=email or "").order_by("id")


def link_in(mail: OutboxMessage) -> str:
    found = re.search(r"http://testserver(/mes-creneaux/\S+)", mail.text)
    assert found
    return found[1]


def path_of(shift: Shift) -> str:
    return f"/missions/{shift.mission.slug}/creneaux/{shift.id}/inscription"


async def states(shift: Shift) -> list[str]:
    return [row.status.value for row in await Signup.filter(shift_id=shift.id).order_by("id")]


async def counters(shift: Shift) -> tuple[int, int]:
    fresh = await Shift.get(id=shift.id)
    return fresh.taken, fresh.waiting


async def test_a_resident_with_an_account_takes_a_place_at_once(database: object, sign_in: SignIn) -> None:
    shift = await the_shift(await a_mission())
    camille = await a_person("Camille Rey")
    browser = await sign_in(camille)
    page = await browser.get(f"/missions/{shift.mission.slug}?creneau={shift.id}")
    assert "Garder ma place" in page.text
    answer = await browser.submit(path_of(shift), {"cle": "une-cle-de-formulaire", "lift": "1"})
    assert answer.status_code == 303
    assert "Vous venez, merci" in (await browser.get(answer.headers["location"])).text
    assert await states(shift) == ["confirmed"]
    assert await counters(shift) == (1, 0)
    need = await Need.get(source=f"mission:{shift.mission_id}")
    assert (need.target, need.reached) == (8, 1)
    (mail,) = await mails_to(camille.email)
    assert mail.subject.startswith("Vous venez")
    assert mail.calendar
    assert "8\u00a0h\u00a0à\u00a011\u00a0h" in mail.text
    assert "Vous venez" in (await browser.get(f"/missions/{shift.mission.slug}")).text


async def test_a_resident_without_account_keeps_her_place_by_the_mailed_link(client: Client) -> None:
    shift = await the_shift(await a_mission())
    answer = await client.submit(path_of(shift), CAMILLE)
    assert answer.status_code == 303
    thanks = await client.get(answer.headers["location"])
    assert "ouvrez votre courriel" in thanks.text
    assert await states(shift) == ["held"]
    assert await counters(shift) == (1, 0), "held at once"
    (mail,) = await mails_to("camille@exemple.fr")
    link = link_in(mail)
    assert link not in thanks.text, "the browser alone cannot confirm"
    assert "Confirmer ma venue" in (await client.get(link)).text
    assert await states(shift) == ["held"], "opening the link changes nothing"
    assert (await client.submit(link + "/confirmer")).status_code == 303
    assert await states(shift) == ["confirmed"]
    person = await Person.get(email="camille@exemple.fr")
    assert person.email_verified_at
    assert [mail.subject[:10] for mail in await mails_to("camille@exemple.fr")] == ["À confirme", "Vous venez"]
    clock.travel(timedelta(minutes=31))
    await jobs.run_due(schedules=False)
    assert await states(shift) == ["confirmed"], "a confirmed place does not lapse"


async def test_a_place_that_nobody_confirms_lapses_and_goes_to_the_next_in_line(client: Client) -> None:
    it_is(12)
    shift = await the_shift(await a_mission(places=1))
    await client.submit(path_of(shift), CAMILLE)
    next_one = await a_person("Odile Martin")
    await a_signup(shift, next_one)
    assert await states(shift) == ["held", "waiting"]
    goes_by(timedelta(minutes=29))
    await jobs.run_due(schedules=False)
    assert await states(shift) == ["held", "waiting"]
    goes_by(timedelta(minutes=2))
    await jobs.run_due(schedules=False)
    assert await states(shift) == ["lapsed", "offered"]
    assert await counters(shift) == (1, 0)
    assert "s’est libérée" in (await mails_to(next_one.email))[-1].subject
    (mail,) = await mails_to("camille@exemple.fr")
    late = await client.submit(link_in(mail) + "/confirmer")
    assert late.status_code == 303
    assert "n’est plus gardée" in (await client.get(late.headers["location"])).text
    assert await counters(shift) == (1, 0)


async def test_the_same_form_sent_twice_is_one_place_and_one_mail(client: Client) -> None:
    shift = await the_shift(await a_mission())
    first = await client.submit(path_of(shift), CAMILLE)
    again = await client.submit(path_of(shift), CAMILLE)
    assert first.status_code == again.status_code == 303
    assert await counters(shift) == (1, 0)
    assert len(await mails_to("camille@exemple.fr")) == 1
    other_form = await client.submit(path_of(shift), {**CAMILLE, "cle": "une-autre-cle"})
    assert other_form.status_code == 303, "nobody learns that Camille has a place"
    assert await counters(shift) == (1, 0)
    assert len(await mails_to("camille@exemple.fr")) == 2, "her link is sent again"


async def test_an_incomplete_address_is_refused_beside_its_field(client: Client) -> None:
    shift = await the_shift(await a_mission())
    answer = await client.submit(path_of(shift), {**CAMILLE, "email": "camille@exemple"})
    assert answer.status_code == 422
    assert 'value="camille@exemple"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert await counters(shift) == (0, 0)
    assert (await client.submit(path_of(shift), CAMILLE)).status_code == 303


async def test_many_at_once_never_exceed_the_places(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=10))
    people = [await a_person(f"Personne {number}") for number in range(60)]
    await asyncio.gather(*(a_signup(shift, person) for person in people))
    assert await counters(shift) == (10, 50)
    assert sorted(await states(shift)) == ["confirmed"] * 10 + ["waiting"] * 50
    need = await Need.get(source=f"mission:{shift.mission_id}")
    assert (need.target, need.reached) == (10, 10)
    assert await tallies.verifications() == []
    await asyncio.gather(*(service.step_back(row, None) for row in await Signup.filter(status="confirmed")))
    assert await counters(shift) == (10, 40)
    promoted = await Signup.filter(shift_id=shift.id, status="offered").order_by("id")
    await asyncio.gather(*(service.accept(row) for row in promoted))
    assert sorted(await states(shift)) == ["cancelled"] * 10 + ["confirmed"] * 10 + ["waiting"] * 40
    waiting = await Signup.filter(shift_id=shift.id, status="waiting").order_by("id")
    assert promoted[-1].id < waiting[0].id, "those who waited longest came first"
    assert await tallies.verifications() == []


async def test_one_visitor_clicking_twice_at_once_takes_one_place(database: object, app: object) -> None:
    shift = await the_shift(await a_mission())
    calls = [service.hold(shift, "Camille Rey", "camille@exemple.fr", "une-cle") for _ in range(4)]
    assert len({signup.id for signup in await asyncio.gather(*calls)}) == 1
    assert await counters(shift) == (1, 0)
    assert await tallies.verifications() == []


async def test_the_waiting_list_is_served_in_order_and_one_cancellation_promotes_exactly_one(
    database: object, sign_in: SignIn
) -> None:
    shift = await the_shift(await a_mission(places=1))
    people = [await a_person(name) for name in ("Anne Un", "Basile Deux", "Claire Trois")]
    rows = [await a_signup(shift, person) for person in people]
    assert await states(shift) == ["confirmed", "waiting", "waiting"]
    claire = await sign_in(people[2])
    assert "rang 2" in (await claire.get(f"/missions/{shift.mission.slug}")).text
    assert "rang 2" in (await mails_to(people[2].email))[0].subject
    await service.step_back(rows[0], people[0].id)
    await service.step_back(rows[0], people[0].id)
    assert await states(shift) == ["cancelled", "offered", "waiting"]
    assert await counters(shift) == (1, 1)
    await service.accept(rows[1])
    await service.accept(rows[1])
    assert await states(shift) == ["cancelled", "confirmed", "waiting"]
    assert "rang 1" in (await claire.get(f"/missions/{shift.mission.slug}")).text
    assert [mail.subject[:22] for mail in await mails_to(people[1].email)][1:] == ["Une place s’est libéré", "Vous venez\u00a0: Accompagn"]
    history = await SignupChange.filter(signup_id=rows[1].id).order_by("id")
    assert [(row.before, row.after, row.cause) for row in history] == [
        ("", "waiting", "signed_up"), ("waiting", "offered", "place_freed"), ("offered", "confirmed", "accepted"),
    ]  # fmt: skip


async def test_leaving_the_queue_moves_nobody_into_a_place(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=1))
    rows = [await a_signup(shift) for _ in range(3)]
    await service.step_back(rows[1], None)
    assert await states(shift) == ["confirmed", "cancelled", "waiting"]
    assert await counters(shift) == (1, 1)


async def test_a_newcomer_stands_behind_those_who_wait_even_when_places_are_added(
    database: object, app: object
) -> None:
    shift = await the_shift(await a_mission(places=1))
    await a_signup(shift)
    await a_signup(shift)
    await ShiftRole.filter(shift_id=shift.id).update(capacity=2, ceiling=2)
    await Shift.filter(id=shift.id).update(capacity=2, ceiling=2)
    await a_signup(shift)
    assert await states(shift) == ["confirmed", "offered", "waiting"]
    await service.fill_up(shift.id)
    assert await states(shift) == ["confirmed", "offered", "waiting"]
    assert await counters(shift) == (2, 1)


async def test_what_is_offered_passes_on_when_nobody_answers_and_is_taken_by_link(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    first, second = await a_signup(shift), await a_person("Odile Martin")
    await client.submit(path_of(shift), CAMILLE)
    await a_signup(shift, second)
    await service.step_back(first, None)
    assert await states(shift) == ["cancelled", "offered", "waiting"]
    offer = await Signup.get(shift_id=shift.id, status="offered")
    assert offer.hold_until
    assert (8, 0) <= (clock.local(offer.hold_until).hour, clock.local(offer.hold_until).minute) <= (21, 0), "no night"
    link = link_in((await mails_to("camille@exemple.fr"))[-1])
    assert "Je prends la place" in (await client.get(link)).text
    clock.travel(offer.hold_until - clock.now() + timedelta(minutes=1))
    await jobs.run_due(schedules=False)
    assert await states(shift) == ["cancelled", "lapsed", "offered"]
    late = await client.submit(link + "/accepter")
    assert "n’est plus gardée" in (await client.get(late.headers["location"])).text
    mine = link_in((await mails_to(second.email))[-1])
    assert (await client.submit(mine + "/accepter")).status_code == 303
    assert await states(shift) == ["cancelled", "lapsed", "confirmed"]
    assert await counters(shift) == (1, 0)
    assert await tallies.verifications() == []


async def test_who_seeks_a_stand_in_keeps_her_place_until_somebody_takes_it(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    camille, odile = await a_person("Camille Rey"), await a_person("Odile Martin")
    await a_signup(shift, camille)
    link = link_in((await mails_to(camille.email))[0])
    assert (await client.submit(link + "/remplacement")).status_code == 303
    assert "On cherche quelqu’un à votre place" in (await client.get(link)).text
    assert await states(shift) == ["confirmed"]
    await a_signup(shift, odile)
    assert await states(shift) == ["cancelled", "confirmed"]
    assert await counters(shift) == (1, 0)
    assert (await mails_to(camille.email))[-1].subject.startswith("Quelqu’un vient à votre place")
    assert await tallies.verifications() == []


async def test_a_minor_comes_once_her_parent_has_agreed_by_link(client: Client) -> None:
    shift = await the_shift(await a_mission())
    minor = {**CAMILLE, "minor": "1", "age": "16", "guardian": "Paul Rey", "guardian_email": "paul@exemple.fr"}
    assert "Écrivez l’adresse d’un parent" in (await client.submit(path_of(shift), {**minor, "guardian_email": ""})).text
    assert (await client.submit(path_of(shift), minor)).status_code == 303
    await client.submit(link_in((await mails_to("camille@exemple.fr"))[0]) + "/confirmer")
    assert await states(shift) == ["held"], "the parent has not answered"
    (asked,) = await mails_to("paul@exemple.fr")
    found = re.search(r"http://testserver(/accord-parental/\S+)", asked.text)
    assert found
    assert "Je donne mon accord" in (await client.get(found[1])).text
    await client.submit(found[1], {"answer": "1"})
    assert await states(shift) == ["confirmed"]
    await client.submit(found[1], {"answer": "1"})
    assert await states(shift) == ["confirmed"], "said twice is said once"
    clock.travel(timedelta(days=38))
    await jobs.run_due(schedules=False)
    consent = await GuardianConsent.all().get()
    assert (consent.name, consent.email, consent.age) == ("", "", None)
    assert consent.given_at


async def test_a_place_is_given_back_by_link_and_can_be_taken_again(client: Client) -> None:
    shift = await the_shift(await a_mission())
    camille = await a_person("Camille Rey", "camille@exemple.fr")
    await a_signup(shift, camille)
    link = link_in((await mails_to("camille@exemple.fr"))[0])
    assert "Je ne peux plus venir" in (await client.get(link)).text
    assert (await client.submit(link + "/annuler")).status_code == 303
    assert await states(shift) == ["cancelled"]
    assert await counters(shift) == (0, 0)
    assert "Reprendre ma place" in (await client.get(link)).text
    mail = (await mails_to("camille@exemple.fr"))[-1]
    assert mail.subject.startswith("Vous ne venez plus")
    assert "STATUS:CANCELLED" in (mail.calendar or "")
    answer = await client.submit(link + "/revenir")
    assert "Vous venez, merci" in (await client.get(answer.headers["location"])).text
    assert await states(shift) == ["cancelled", "confirmed"]
    assert "Voir ma place" in (await client.get(link)).text
    await client.submit(link + "/revenir")
    assert await counters(shift) == (1, 0)


async def test_a_forged_link_opens_nothing(client: Client) -> None:
    shift = await the_shift(await a_mission())
    signup = await a_signup(shift)
    assert (await client.get(f"/mes-creneaux/{signup.id}")).status_code == 404
    assert (await client.submit(f"/mes-creneaux/{signup.id}/annuler")).status_code == 404
    assert await states(shift) == ["confirmed"]


async def test_two_shifts_at_the_same_time_ask_for_a_second_thought(database: object, sign_in: SignIn) -> None:
    mission = await a_mission()
    camille = await a_person("Camille Rey")
    await a_signup(await the_shift(mission), camille)
    other = await the_shift(await a_mission("Servir la soupe", lead=await a_person("Rose Petit")))
    browser = await sign_in(camille)
    page = await browser.get(f"/missions/{other.mission.slug}?creneau={other.id}")
    assert "Vous venez déjà à « Accompagner la navette du samedi » à la même heure" in page.text.replace("\u00a0", " ")
    answer = await browser.submit(path_of(other), {"cle": "une-cle-de-formulaire"})
    assert answer.status_code == 422
    assert await counters(other) == (0, 0)
    answer = await browser.submit(path_of(other), {"cle": "une-cle-de-formulaire", "anyway": "1"})
    assert answer.status_code == 303
    assert await counters(other) == (1, 0)


async def test_nobody_signs_up_for_what_is_over_or_closed(client: Client) -> None:
    mission = await a_mission()
    shift = await the_shift(mission)
    clock.travel(timedelta(days=8))
    late = await client.submit(path_of(shift), CAMILLE)
    assert late.status_code == 422
    assert "a commencé" in late.text
    clock.travel(timedelta())
    assert (await client.submit(path_of(shift), CAMILLE)).status_code == 303


async def test_an_initiative_that_has_ended_takes_nobody(client: Client) -> None:
    mission = await a_mission()
    shift = await the_shift(mission)
    await Initiative.filter(id=mission.initiative_id).update(stage=Stage.FINISHED)
    assert "Je viens" not in (await client.get(f"/missions/{mission.slug}")).text
    assert (await client.submit(path_of(shift), CAMILLE)).status_code == 422
    await Initiative.filter(id=mission.initiative_id).update(stage=Stage.ALIVE)
    assert "Je viens" in (await client.get(f"/missions/{mission.slug}")).text
    assert (await client.submit(path_of(shift), CAMILLE)).status_code == 303


async def test_an_english_reader_gets_english_pages_and_mails(client: Client) -> None:
    shift = await the_shift(await a_mission(bring="Des gants"))
    english = {"accept-language": "en"}
    page = await client.get(f"/missions/{shift.mission.slug}?creneau={shift.id}", headers=english)
    for words in ("Choose a shift", "Keep my place", "08:00\u00a0to\u00a011:00".replace("\u00a0", " "), "To bring"):
        assert words in page.text
    await client.submit(path_of(shift), CAMILLE, headers=english)
    (mail,) = await mails_to("camille@exemple.fr")
    assert mail.subject == "To confirm: your place, Accompagner la navette du samedi"
    assert "A place is held for you." in mail.text
    assert "Confirm that I am coming" in mail.text
    assert "To bring: Des gants" in mail.text


async def test_stepping_back_after_the_start_is_refused(database: object, app: object) -> None:
    shift = await the_shift(await a_mission())
    signup = await a_signup(shift)
    clock.travel(timedelta(days=8))
    with pytest.raises(DomainError, match="a commencé"):
        await service.step_back(signup, None)
    clock.travel(timedelta())
    await service.step_back(signup, None)
    assert await states(shift) == ["cancelled"]


async def test_the_database_itself_refuses_one_place_too_many_and_a_second_sign_up(
    database: object, app: object
) -> None:
    shift = await the_shift(await a_mission(places=1))
    signup = await a_signup(shift)
    with pytest.raises(IntegrityError):
        await Shift.filter(id=shift.id).update(taken=2)
    with pytest.raises(IntegrityError):
        await Signup.create(
            shift_id=shift.id, person_id=signup.person_id, form_key="autre", status=SignupStatus.WAITING,
            created_at=clock.now(), updated_at=clock.now(),
        )  # fmt: skip


async def test_the_counter_signs_up_somebody_without_an_address(database: object, app: object) -> None:
    shift = await the_shift(await a_mission())
    rose, animator = await a_person("Rose Petit", None), await a_person("Inès Roche")
    await service.sign_up(shift, Actor(rose, recorded_by=animator), "cle-du-guichet")
    assert await states(shift) == ["confirmed"]
    assert (await SignupChange.get(after="confirmed")).actor_id == animator.id
    await jobs.run_due(schedules=False)


async def test_a_second_shift_of_the_same_mission_is_no_overlap_when_hours_only_touch(
    database: object, sign_in: SignIn
) -> None:
    from datetime import time

    mission = await a_mission()
    camille = await a_person("Camille Rey")
    await a_signup(await the_shift(mission), camille)
    after = await a_shift(mission, start=time(11), end=time(13))
    browser = await sign_in(camille)
    assert (await browser.submit(path_of(after), {"cle": "une-cle-de-formulaire"})).status_code == 303


async def test_a_page_sent_again_for_somebody_else_is_her_own_sign_up_and_opens_nothing_of_the_first(
    client: Client, sign_in: SignIn
) -> None:
    shift = await the_shift(await a_mission(places=3))
    await client.submit(path_of(shift), CAMILLE)
    odile = await a_person("Odile Martin", "odile@exemple.fr")
    hers = await (await sign_in(odile)).submit(path_of(shift), {"cle": CAMILLE["cle"]})
    page = (await client.get(hers.headers["location"])).text
    assert ("Odile" in page, "Camille" in page) == (True, False)
    await client.submit(path_of(shift), {**CAMILLE, "name": "Lou Petit", "email": "lou@exemple.fr"})
    again = await client.submit(path_of(shift), CAMILLE)
    assert again.status_code == 303
    assert await states(shift) == ["held", "confirmed", "held"]


async def test_who_types_somebodys_name_learns_nothing_of_her_place(client: Client, sign_in: SignIn) -> None:
    shift = await the_shift(await a_mission(places=30))
    camille = await a_person("Camille Rey", "camille@exemple.fr")
    mine = await service.sign_up(shift, Actor(camille), "une-autre-cle", service.Wish(party=4, wants_lift=True))
    asked = await client.submit(path_of(shift), CAMILLE)
    unknown = await client.submit(path_of(shift), {**CAMILLE, "name": "Lou Petit", "email": "lou@exemple.fr"})
    assert asked.headers["location"] == unknown.headers["location"]
    page = (await client.get(asked.headers["location"])).text
    assert "ouvrez votre courriel" in page
    for one in (CAMILLE, {**CAMILLE, "name": "Lou Petit", "email": "lou@exemple.fr"}):
        assert (await client.submit(path_of(shift), {**one, "role": "999999"})).status_code == 422
    assert mine.code not in page
    assert "4 personnes" not in page


async def test_an_age_without_the_tick_is_a_minors(client: Client) -> None:
    shift = await the_shift(await a_mission())
    parent = {"guardian": "Jean Rey", "guardian_email": "jean@exemple.fr"}
    assert (await client.submit(path_of(shift), {**CAMILLE, "age": "16"})).status_code == 422
    assert (await client.submit(path_of(shift), {**CAMILLE, **parent})).status_code == 422
    assert await states(shift) == []
    assert (await client.submit(path_of(shift), {**CAMILLE, "age": "16", **parent})).status_code == 303
    (mail,) = await mails_to("camille@exemple.fr")
    await client.submit(link_in(mail) + "/confirmer")
    assert await states(shift) == ["held"]
