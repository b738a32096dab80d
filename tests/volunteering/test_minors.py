"""Somebody under eighteen comes when a parent agrees: by link, in time, and forgotten afterwards."""

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from civic import clock, jobs
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_mission, a_signup, it_is, the_shift
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import service, stand_ins
from volunteering.signups.consents import Minor
from volunteering.signups.models import GuardianConsent, Signup

SignIn = Callable[[Person], Awaitable[Client]]
PAUL = Minor(16, "Paul Rey", "paul@exemple.fr")
LEA = {
    "cle": "une-cle-de-formulaire", "name": "Léa Rey", "email": "lea@exemple.fr", "minor": "1", "age": "16",
    "guardian": "Paul Rey", "guardian_email": "paul@exemple.fr",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _clock_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def mails_to(email: str | None) -> list[OutboxMessage]:
    await jobs.run_due(schedules=False)
    return await OutboxMessage.filter(to=email or "").order_by("id")


def link_in(mail: OutboxMessage, folder: str = "mes-creneaux") -> str:
    found = re.search(rf"http://testserver(/{folder}/\S+)", mail.text)
    assert found, mail.text
    return found[1]


def path_of(shift: Shift) -> str:
    return f"/missions/{shift.mission.slug}/creneaux/{shift.id}/inscription"


async def states(shift: Shift) -> list[str]:
    return [row.status.value for row in await Signup.filter(shift_id=shift.id).order_by("id")]


async def a_minor(shift: Shift, email: str = "lea@exemple.fr") -> Signup:
    lea = await a_person("Léa Rey", email)
    return await service.sign_up(shift, Actor(lea), f"lea-{lea.id}", service.Wish(minor=PAUL, anyway=True))


async def days_later(days: float) -> None:
    clock.travel(clock.now() - datetime.now(UTC) + timedelta(days=days))
    await jobs.run_due(schedules=False)


async def test_a_minor_with_an_account_is_told_that_her_place_waits_for_her_parent(client: Client) -> None:
    shift = await the_shift(await a_mission())
    await a_minor(shift)
    (mail,) = await mails_to("lea@exemple.fr")
    assert "il manque l’accord d’un parent" in mail.subject
    assert mail.calendar is None, "nothing for the calendar yet"
    assert "Paul Rey" in (await client.get(link_in(mail))).text
    (asked,) = await mails_to("paul@exemple.fr")
    assert "La place est gardée jusqu’à" in asked.text
    await client.submit(link_in(asked, "accord-parental"), {"answer": "1"})
    assert await states(shift) == ["confirmed"]
    assert (await mails_to("lea@exemple.fr"))[-1].calendar


async def test_nobody_writes_to_a_parent_before_the_minor_has_confirmed_her_own_address(client: Client) -> None:
    shift = await the_shift(await a_mission())
    await client.submit(path_of(shift), LEA)
    assert "nous écrirons à la personne qui répond de vous" in (await mails_to("lea@exemple.fr"))[0].text
    assert await mails_to("paul@exemple.fr") == []
    await client.submit(link_in((await mails_to("lea@exemple.fr"))[0]) + "/confirmer")
    assert len(await mails_to("paul@exemple.fr")) == 1
    assert await states(shift) == ["held"]
    await client.submit(link_in((await mails_to("lea@exemple.fr"))[0]) + "/confirmer")
    assert len(await mails_to("paul@exemple.fr")) == 1, "asked once"


async def test_a_parent_who_refuses_gives_the_place_to_the_next_and_is_not_asked_again(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    await a_minor(shift)
    await a_signup(shift)
    (asked,) = await mails_to("paul@exemple.fr")
    link = link_in(asked, "accord-parental")
    assert "Je ne suis pas d’accord" in (await client.get(link)).text
    await client.submit(link, {"answer": "0"})
    assert await states(shift) == ["cancelled", "offered"]
    assert "n’avez pas donné votre accord" in (await client.get(link)).text
    mail = (await mails_to("lea@exemple.fr"))[-1]
    assert "n’a pas donné son accord" in mail.text
    mine = link_in((await mails_to("lea@exemple.fr"))[0])
    assert "Reprendre ma place" not in (await client.get(mine)).text
    again = await client.submit(mine + "/revenir")
    assert "Parlez-en avec lui" in (await client.get(again.headers["location"])).text
    said = [mail.subject for mail in await mails_to("paul@exemple.fr")]
    assert [subject.partition("\u00a0:")[0] for subject in said] == ["Votre accord est demandé", "Votre refus est noté"]
    assert await states(shift) == ["cancelled", "offered"]


async def test_a_silent_parent_loses_the_place_and_the_minor_is_told(client: Client) -> None:
    it_is(14)
    shift = await the_shift(await a_mission(places=1, days=20))
    await a_minor(shift)
    await a_signup(shift)
    await days_later(2.9)
    assert await states(shift) == ["held", "waiting"]
    await days_later(0.2)
    assert await states(shift) == ["lapsed", "offered"]
    assert "Pas de réponse d’un parent" in (await mails_to("lea@exemple.fr"))[-1].subject
    late = await client.submit(link_in((await mails_to("paul@exemple.fr"))[0], "accord-parental"), {"answer": "1"})
    assert "il n’y a rien à autoriser" in (await client.get(late.headers["location"])).text
    assert await states(shift) == ["lapsed", "offered"]
    mine = await client.get(link_in((await mails_to("lea@exemple.fr"))[0]))
    assert "Un parent n’a pas répondu à temps" in mine.text


async def test_a_minor_in_the_queue_needs_both_a_place_and_an_agreement(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    first = await a_signup(shift)
    await a_minor(shift)
    (asked,) = await mails_to("paul@exemple.fr")
    assert "Le créneau est complet pour l’instant" in asked.text
    await service.step_back(first, None)
    offered = (await mails_to("lea@exemple.fr"))[-1]
    await client.submit(link_in(asked, "accord-parental"), {"answer": "1"})
    assert await states(shift) == ["cancelled", "offered"], "her own answer is still awaited"
    await client.submit(link_in(offered) + "/accepter")
    assert await states(shift) == ["cancelled", "confirmed"]


async def test_a_minor_who_takes_an_offer_first_waits_for_her_parent_with_the_place(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    first = await a_signup(shift)
    await a_minor(shift)
    await service.step_back(first, None)
    await client.submit(link_in((await mails_to("lea@exemple.fr"))[-1]) + "/accepter")
    assert await states(shift) == ["cancelled", "held"]
    await client.submit(link_in((await mails_to("paul@exemple.fr"))[0], "accord-parental"), {"answer": "1"})
    assert await states(shift) == ["cancelled", "confirmed"]


async def test_what_a_parent_wrote_is_erased_thirty_days_after_a_refusal_however_far_the_shift(client: Client) -> None:
    shift = await the_shift(await a_mission(days=120))
    await a_minor(shift)
    await client.submit(link_in((await mails_to("paul@exemple.fr"))[0], "accord-parental"), {"answer": "0"})
    await days_later(29)
    assert (await GuardianConsent.get()).email == "paul@exemple.fr"
    await days_later(2)
    consent = await GuardianConsent.get()
    assert (consent.age, consent.name, consent.email) == (None, "", "")
    assert consent.refused_at
    page = await client.get(link_in((await mails_to("paul@exemple.fr"))[0], "accord-parental"))
    assert page.status_code == 200


async def test_a_shift_that_is_put_off_keeps_the_parents_address_until_thirty_days_after(client: Client) -> None:
    shift = await the_shift(await a_mission(days=10))
    await a_minor(shift)
    await client.submit(link_in((await mails_to("paul@exemple.fr"))[0], "accord-parental"), {"answer": "1"})
    fresh = await Shift.get(id=shift.id)
    await Shift.filter(id=shift.id).update(
        starts_at=fresh.starts_at + timedelta(days=40), ends_at=fresh.ends_at + timedelta(days=40)
    )
    await days_later(45)
    assert (await GuardianConsent.get()).email == "paul@exemple.fr"
    await days_later(40)
    assert (await GuardianConsent.get()).email == ""


@pytest.mark.one_engine
async def test_a_mission_for_adults_says_so_where_one_signs_up(client: Client) -> None:
    shift = await the_shift(await a_mission(minimum_age=18))
    page = (await client.get(f"/missions/{shift.mission.slug}?creneau={shift.id}")).text
    assert "pour les personnes de 18 ans et plus" in page
    assert "J’ai moins de 18 ans" not in page


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("guardian_email", "LEA@exemple.fr", "la vôtre ne suffit pas"), ("guardian_email", "", "Écrivez l’adresse d’un parent"),
        ("guardian_email", "paul@", "Écrivez une adresse complète"), ("guardian", "", "Écrivez le nom d’un parent"),
        ("age", "", "Écrivez votre âge"), ("age", "18", "de 6 à 17 ans"), ("age", "4", "de 6 à 17 ans"),
        ("age", "13", "au moins 14"),
    ],
)  # fmt: skip
async def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(
    client: Client, field: str, value: str, says: str
) -> None:
    shift = await the_shift(await a_mission(minimum_age=14))
    answer = await client.submit(path_of(shift), {**LEA, field: value, "party": "2", "lift": "1"})
    assert answer.status_code == 422
    assert says in answer.text
    assert re.search(r"<details[^>]* open", answer.text), "the error is not hidden"
    for kept in ('value="Léa Rey"', 'value="lea@exemple.fr"', 'value="2"'):
        assert kept in answer.text
    assert await states(shift) == []
    assert (await client.submit(path_of(shift), LEA)).status_code == 303


async def test_a_role_has_its_own_age_and_skills_and_the_form_comes_back_filled(client: Client) -> None:
    shift = await the_shift(await a_mission())
    kitchen = await ShiftRole.create(
        shift_id=shift.id, order=1, title="Cuisine", capacity=2, ceiling=2, skills=["cooking"], minimum_age=17
    )
    await ShiftRole.filter(shift_id=shift.id, order=0).update(title="Accueil")
    await Shift.filter(id=shift.id).update(capacity=10, ceiling=10)
    page = await client.get(f"/missions/{shift.mission.slug}?creneau={shift.id}")
    assert "Cuisine, 2\u00a0places (Cuisiner, dès 17 ans)" in page.text.replace("2 places", "2\u00a0places")
    assert not re.search(r'name="role"[^>]* checked', page.text), "she says where she wants to be"
    adult = {name: LEA[name] for name in ("cle", "name", "email")}
    wanted = {**adult, "role": str(kitchen.id), "party": "2"}
    refused = await client.submit(path_of(shift), wanted)
    assert refused.status_code == 422
    assert "Pour ce poste il faut" in refused.text
    assert re.search(rf'value="{kitchen.id}"[^>]* checked', refused.text)
    too_young = await client.submit(path_of(shift), {**LEA, "role": str(kitchen.id), "skills": "cooking"})
    assert "au moins 17" in too_young.text
    too_many = await client.submit(path_of(shift), {**wanted, "skills": "cooking", "party": "3"})
    assert "que 2 places" in too_many.text.replace("\u00a0", " ")
    assert (await client.submit(path_of(shift), {**wanted, "skills": "cooking"})).status_code == 303
    assert (await ShiftRole.get(id=kitchen.id)).taken == 2


async def test_a_minor_is_asked_to_stand_in_only_once_her_parent_has_agreed(client: Client) -> None:
    shift = await the_shift(await a_mission(places=2))
    seat, second = await a_signup(shift), await a_signup(shift)
    await a_minor(shift)
    await stand_ins.seek(seat, None)
    assert await states(shift) == ["confirmed", "confirmed", "waiting"]
    await a_signup(shift)
    assert await states(shift) == ["cancelled", "confirmed", "waiting", "confirmed"], "the next one comes at once"
    await stand_ins.seek(second, None)
    assert await states(shift) == ["cancelled", "confirmed", "waiting", "confirmed"]
    await client.submit(link_in((await mails_to("paul@exemple.fr"))[0], "accord-parental"), {"answer": "1"})
    assert await states(shift) == ["cancelled", "confirmed", "offered", "confirmed"]


async def test_what_a_parent_refused_is_not_asked_again_and_no_adult_comes_in_her_place(client: Client) -> None:
    shift = await the_shift(await a_mission())
    await client.submit(path_of(shift), LEA)
    await client.submit(link_in((await mails_to("lea@exemple.fr"))[0]) + "/confirmer")
    (asked,) = await mails_to("paul@exemple.fr")
    await client.submit(link_in(asked, "accord-parental"), {"answer": "0"})
    with pytest.raises(DomainError, match="Un parent"):
        await service.sign_up(shift, Actor(await Person.get(email="lea@exemple.fr")), "une-cle-de-lea")
    adult = {name: LEA[name] for name in ("name", "email")}
    assert (await client.submit(path_of(shift), {**adult, "cle": "une-autre-cle"})).status_code == 303
    late = await client.submit(link_in((await mails_to("lea@exemple.fr"))[-1]) + "/confirmer")
    assert "Un parent n’a pas donné son accord" in (await client.get(late.headers["location"])).text
    assert await states(shift) == ["cancelled", "held"]
