"""The queue behind a full shift: one person at a time, in time to sleep, by a rule that she can read."""

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import time, timedelta

import pytest

from civic import clock, jobs
from civic.errors import DomainError, Gone
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_mission, a_shift, a_signup, in_days, it_is, the_shift
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Fairness, Shift, ShiftRole
from volunteering.signups import attendance, service, stand_ins, tallies
from volunteering.signups.models import Signup, SignupStatus

SignIn = Callable[[Person], Awaitable[Client]]
CAMILLE = {"name": "Camille Rey", "email": "camille@exemple.fr", "cle": "une-cle-de-formulaire"}


@pytest.fixture(autouse=True)
def _clock_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def mails_to(email: str | None) -> list[OutboxMessage]:
    await jobs.run_due(schedules=False)
    return await OutboxMessage.filter(to=email or "").order_by("id")


def link_in(mail: OutboxMessage) -> str:
    found = re.search(r"http://testserver(/mes-creneaux/\S+)", mail.text)
    assert found, mail.text
    return found[1]


def plain(text: str) -> str:
    """Without the spaces that do not break."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


async def states(shift: Shift) -> list[str]:
    return [row.status.value for row in await Signup.filter(shift_id=shift.id).order_by("id")]


async def a_group(shift: Shift, party: int, person: Person | None = None) -> Signup:
    person = person or await a_person()
    return await service.sign_up(shift, Actor(person), f"groupe-{person.id}", service.Wish(party=party, anyway=True))


async def resize(shift: Shift, places: int) -> None:
    fresh = await Shift.get(id=shift.id).select_related("mission")
    start, end = clock.local(fresh.starts_at), clock.local(fresh.ends_at)
    await shifts.edit(fresh, shifts.Slot(start.date(), start.time(), end.time(), (shifts.RoleWish(places),)))
    await jobs.run_due(schedules=False)


async def before_the_start(shift: Shift, minutes: int) -> None:
    clock.travel(shift.starts_at - clock.now() - timedelta(minutes=minutes))
    await jobs.run_due(schedules=False)


async def true_to_the_last(shift: Shift) -> None:
    assert await tallies.verifications() == []
    role = await ShiftRole.get(shift_id=shift.id)
    rows = await Signup.filter(shift_id=shift.id)
    assert role.taken == sum(row.counts for row in rows)


async def test_a_group_waits_for_enough_places_while_a_single_place_goes_to_who_stands_behind(client: Client) -> None:
    shift = await the_shift(await a_mission(places=3))
    first, other = await a_signup(shift), await a_group(shift, 2)
    odile = await a_person("Odile Martin")
    group, single = await a_group(shift, 3, odile), await a_signup(shift)
    mail = (await mails_to(odile.email))[0]
    assert "Vous venez à 3 : il faut autant de places libres à la fois" in plain(mail.text)
    assert "Vous venez à 3 : il faut autant de places libres" in plain((await client.get(link_in(mail))).text)
    await service.step_back(first, None)
    assert await states(shift) == ["cancelled", "confirmed", "waiting", "offered"]
    await service.step_back(single, None)
    await service.step_back(other, None)
    assert await states(shift) == ["cancelled", "cancelled", "offered", "cancelled"]
    await service.accept(group)
    assert (await Shift.get(id=shift.id)).taken == 3
    await true_to_the_last(shift)


async def test_a_group_that_becomes_smaller_gives_the_rest_to_the_next(client: Client) -> None:
    shift = await the_shift(await a_mission(places=3))
    odile, next_one = await a_person("Odile Martin"), await a_person("Anne Un")
    group = await a_group(shift, 3, odile)
    await a_signup(shift, next_one)
    link = link_in((await mails_to(odile.email))[0])
    refused = await client.submit(link + "/nombre", {"party": "4"})
    assert refused.status_code == 422
    assert "Écrivez un nombre de 1 à 3" in plain(refused.text)
    assert 'value="4"' in refused.text
    assert (await client.submit(link + "/nombre", {"party": "2"})).status_code == 303
    assert await states(shift) == ["confirmed", "offered"]
    assert (await Signup.get(id=group.id)).party == 2
    assert "Vous venez à 2" in plain((await mails_to(odile.email))[-1].text)
    await true_to_the_last(shift)


async def test_in_the_last_hours_all_are_told_and_the_first_answer_wins(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    first = await a_signup(shift)
    anne, basile = await a_person("Anne Un"), await a_person("Basile Deux")
    for person in (anne, basile):
        await a_signup(shift, person)
    third = await a_signup(shift)
    await before_the_start(shift, 35)
    await service.step_back(first, None, reason="La grippe")
    await service.step_back(third, None)
    assert await states(shift) == ["cancelled", "waiting", "waiting", "cancelled"]
    mails = [(await mails_to(one.email))[-1] for one in (anne, basile)]
    assert all("la première réponse l’emporte" in mail.subject for mail in mails)
    page = await client.get(link_in(mails[1]))
    assert "Une place est libre : je viens" in plain(page.text)
    await client.submit(link_in(mails[1]) + "/accepter")
    assert await states(shift) == ["cancelled", "waiting", "confirmed", "cancelled"]
    late = await client.submit(link_in(mails[0]) + "/accepter")
    assert "n’est plus libre" in (await client.get(late.headers["location"])).text
    assert "Une place est libre" not in (await client.get(link_in(mails[0]))).text
    assert len([one for one in await mails_to(anne.email) if "réponse l’emporte" in one.subject]) == 1
    await true_to_the_last(shift)


async def test_nobody_in_the_queue_takes_a_free_place_out_of_turn(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=2))
    await a_group(shift, 2)
    group, single = await a_group(shift, 2), await a_signup(shift)
    await ShiftRole.filter(shift_id=shift.id).update(capacity=3, ceiling=3)
    with pytest.raises(Gone, match="gardez votre rang"):
        await service.accept(group)
    assert await states(shift) == ["confirmed", "waiting", "offered"], "what was free goes to the first who fits"
    await service.accept(single)
    assert await states(shift) == ["confirmed", "waiting", "confirmed"]


async def test_a_stand_in_is_found_even_in_the_last_hours(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    camille, anne = await a_person("Camille Rey", "camille@exemple.fr"), await a_person("Anne Un")
    seat = await a_signup(shift, camille)
    await a_signup(shift, anne)
    await before_the_start(shift, 35)
    await stand_ins.seek(seat, camille.id)
    mail = (await mails_to(anne.email))[-1]
    assert "la première réponse l’emporte" in mail.subject
    assert await states(shift) == ["confirmed", "waiting"]
    await client.submit(link_in(mail) + "/accepter")
    assert await states(shift) == ["cancelled", "confirmed"]
    assert "Quelqu’un vient à votre place" in (await mails_to("camille@exemple.fr"))[-1].subject
    assert "Quelqu’un vient à votre place" in (await client.get(link_in((await mails_to("camille@exemple.fr"))[0]))).text
    await true_to_the_last(shift)


@pytest.mark.one_engine
async def test_a_visitor_who_comes_just_when_somebody_is_sought_reads_of_no_list_she_was_on(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    await stand_ins.seek(await a_signup(shift), None)
    await client.submit(f"/missions/{shift.mission.slug}/creneaux/{shift.id}/inscription", CAMILLE)
    assert await states(shift) == ["confirmed", "offered"]
    (mail,) = await mails_to("camille@exemple.fr")
    assert mail.subject.startswith("À confirmer")
    page = (await client.get(link_in(mail))).text
    for text in (mail.text, page):
        assert "une personne inscrite cherche justement quelqu’un à sa place" in text
        assert "Confirmer ma venue" in text
        assert "liste" not in mail.text
    await client.submit(link_in(mail) + "/accepter")
    assert await states(shift) == ["cancelled", "confirmed"]


@pytest.mark.one_engine
async def test_a_visitor_who_waits_confirms_a_rank_and_no_coming(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    await a_signup(shift)
    await client.submit(f"/missions/{shift.mission.slug}/creneaux/{shift.id}/inscription", CAMILLE)
    (mail,) = await mails_to("camille@exemple.fr")
    for text in (mail.text, (await client.get(link_in(mail))).text):
        assert "Confirmer mon rang" in text
        assert "Confirmer ma venue" not in text


async def test_whoever_is_asked_to_stand_in_gets_the_place_when_it_is_given_up(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=1))
    seat, asked = await a_signup(shift), await a_signup(shift)
    await stand_ins.seek(seat, None)
    assert await states(shift) == ["confirmed", "offered"]
    await service.step_back(seat, None)
    assert await states(shift) == ["cancelled", "offered"]
    assert (await Shift.get(id=shift.id)).taken == 1, "the place is kept for her"
    await service.accept(asked)
    assert await states(shift) == ["cancelled", "confirmed"]
    await true_to_the_last(shift)


async def test_of_a_group_that_seeks_stand_ins_the_rest_is_still_counted_on(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=3))
    odile = await a_person("Odile Martin")
    group = await a_group(shift, 3, odile)
    await stand_ins.seek(group, odile.id)
    await a_signup(shift)
    assert await states(shift) == ["confirmed", "confirmed"]
    fresh = await Signup.get(id=group.id)
    assert (fresh.party, fresh.seeks_stand_in) == (2, True)
    news = (await mails_to(odile.email))[-1]
    assert "On compte encore sur 2 personnes" in plain(news.text)
    assert link_in(news), "to her own place, where she can still change"
    await a_group(shift, 2)
    assert await states(shift) == ["cancelled", "confirmed", "confirmed"]
    await true_to_the_last(shift)


async def test_she_comes_herself_and_whoever_was_asked_keeps_her_rank(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    camille, anne = await a_person("Camille Rey", "camille@exemple.fr"), await a_person("Anne Un")
    seat = await a_signup(shift, camille)
    await a_signup(shift, anne)
    await a_signup(shift)
    await stand_ins.seek(seat, camille.id)
    assert await states(shift) == ["confirmed", "offered", "waiting"]
    link = link_in((await mails_to("camille@exemple.fr"))[0])
    await client.submit(link + "/garder")
    assert await states(shift) == ["confirmed", "waiting", "waiting"]
    mail = (await mails_to(anne.email))[-1]
    assert "Vous gardez votre rang dans la liste d’attente : 1" in plain(mail.text)
    await true_to_the_last(shift)


async def test_a_place_is_kept_half_an_hour_for_an_address_that_nobody_has_confirmed(client: Client) -> None:
    it_is(12)
    shift = await the_shift(await a_mission(places=1))
    first = await a_signup(shift)
    await client.submit(f"/missions/{shift.mission.slug}/creneaux/{shift.id}/inscription", CAMILLE)
    await a_signup(shift)
    stale = link_in((await mails_to("camille@exemple.fr"))[0])
    await service.step_back(first, None)
    offer = await Signup.get(shift_id=shift.id, status=SignupStatus.OFFERED)
    assert offer.hold_until
    assert offer.hold_until <= clock.now() + timedelta(minutes=30)
    answer = await client.submit(stale + "/confirmer")
    assert "Vous venez" in (await client.get(answer.headers["location"])).text, "she has said that she comes"
    assert await states(shift) == ["cancelled", "confirmed", "waiting"]
    await true_to_the_last(shift)


async def test_newcomers_go_first_until_the_day_before(database: object, sign_in: SignIn) -> None:
    mission = await a_mission(places=2)
    odile = await a_person("Odile Martin")
    past = await a_shift(mission, days=3)
    await a_signup(past, odile)
    await Signup.filter(person_id=odile.id).update(status=SignupStatus.ATTENDED)
    shift = await the_shift(mission)
    await Shift.filter(id=shift.id).update(fairness=Fairness.NEWCOMERS)
    browser = await sign_in(odile)
    form = await browser.get(f"/missions/{mission.slug}?creneau={shift.id}")
    assert "Vous avez déjà aidé ici" in form.text
    assert "Entrer dans la liste d’attente" in form.text
    signup = await a_signup(await the_shift(mission), odile)
    assert await states(shift) == ["waiting"]
    with pytest.raises(Gone):
        await service.accept(signup)
    await a_signup(await the_shift(mission))
    assert await states(shift) == ["waiting", "confirmed"], "somebody new needs no turn"
    await before_the_start(shift, 24 * 60 - 5)
    assert await states(shift) == ["offered", "confirmed"]
    await service.accept(signup)
    assert await states(shift) == ["confirmed", "confirmed"]


async def test_the_least_served_is_offered_the_place_first(database: object, app: object) -> None:
    mission = await a_mission(places=1)
    often, never = await a_person("Odile Martin"), await a_person("Anne Un")
    past = await a_shift(mission, days=3)
    await a_signup(past, often)
    await Signup.filter(person_id=often.id).update(status=SignupStatus.ATTENDED)
    shift = await the_shift(mission)
    await Shift.filter(id=shift.id).update(fairness=Fairness.LEAST_SERVED)
    first = await a_signup(await the_shift(mission))
    await a_signup(await the_shift(mission), often)
    await a_signup(await the_shift(mission), never)
    mail = (await mails_to(never.email))[0]
    assert "rang 1" in plain(mail.subject)
    assert "venue le moins souvent" in mail.text
    await service.step_back(first, None)
    assert await states(shift) == ["cancelled", "waiting", "offered"]


async def test_fewer_places_throw_nobody_out_and_more_are_offered_at_once(
    database: object, sign_in: SignIn
) -> None:
    lead = await a_person("Sélim Laurent")
    shift = await the_shift(await a_mission(places=3, lead=lead))
    rows = [await a_signup(shift) for _ in range(5)]
    await resize(shift, 1)
    fresh = await Shift.get(id=shift.id)
    assert (fresh.taken, fresh.capacity, fresh.overbooked, fresh.free) == (3, 1, 2, 0)
    page = await (await sign_in(lead)).get(f"/missions/{shift.mission.slug}")
    assert "3 sur 1" in plain(page.text)
    assert "2 personnes de trop" in plain(page.text)
    await service.step_back(rows[0], None)
    assert await states(shift) == ["cancelled", "confirmed", "confirmed", "waiting", "waiting"], "no place is free yet"
    await resize(shift, 4)
    assert await states(shift) == ["cancelled", "confirmed", "confirmed", "offered", "offered"]
    await true_to_the_last(shift)


async def test_stepping_back_late_asks_for_a_word_and_early_does_not(client: Client) -> None:
    shift = await the_shift(await a_mission(places=2))
    early, camille = await a_signup(shift), await a_person("Camille Rey", "camille@exemple.fr")
    await service.step_back(early, None)
    late = await a_signup(shift, camille)
    link = link_in((await mails_to("camille@exemple.fr"))[0])
    await before_the_start(shift, 20 * 60)
    assert "dites en un mot pourquoi" in (await client.get(link)).text
    refused = await client.submit(link + "/annuler", {"reason": ""})
    assert refused.status_code == 422
    assert "dites en un mot pourquoi" in refused.text
    assert await states(shift) == ["cancelled", "confirmed"]
    assert (await client.submit(link + "/annuler", {"reason": "La grippe"})).status_code == 303
    assert (await Signup.get(id=late.id)).reason == "La grippe"
    assert await states(shift) == ["cancelled", "cancelled"]


async def test_leaving_an_offer_passes_it_on_and_says_so(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    first, camille = await a_signup(shift), await a_person("Camille Rey", "camille@exemple.fr")
    await a_signup(shift, camille)
    await a_signup(shift)
    await service.step_back(first, None)
    mail = (await mails_to("camille@exemple.fr"))[-1]
    page = plain((await client.get(link_in(mail))).text)
    offer = await Signup.get(shift_id=shift.id, status=SignupStatus.OFFERED)
    assert offer.hold_until
    assert "La place vous est gardée jusqu’à" in page
    assert "Sans réponse, elle passe à la personne suivante" in page
    await client.submit(link_in(mail) + "/annuler")
    assert await states(shift) == ["cancelled", "cancelled", "offered"]
    assert "Vous laissez la place" in (await mails_to("camille@exemple.fr"))[-1].text
    await true_to_the_last(shift)


async def test_after_the_start_the_page_offers_nothing_any_more(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    await a_signup(shift)
    camille = await a_person("Camille Rey", "camille@exemple.fr")
    waiting = await a_signup(shift, camille)
    link = link_in((await mails_to("camille@exemple.fr"))[0])
    clock.travel(shift.starts_at - clock.now() + timedelta(minutes=5))
    page = await client.get(link)
    assert "Ce créneau a commencé" in page.text
    assert "Quitter la liste" not in page.text
    with pytest.raises(DomainError):
        await service.accept(waiting)


@pytest.mark.one_engine
async def test_an_english_reader_reads_her_rank_and_the_rule(client: Client) -> None:
    shift = await the_shift(await a_mission(places=1))
    await a_signup(shift)
    english = {"accept-language": "en"}
    await client.submit(f"/missions/{shift.mission.slug}/creneaux/{shift.id}/inscription", CAMILLE, headers=english)
    mail = (await mails_to("camille@exemple.fr"))[0]
    answer = await client.submit(link_in(mail) + "/confirmer", headers=english)
    page = await client.get(answer.headers["location"], headers=english)
    for words in ("You are number 1 on the waiting list", "kept for one person", "Leave the list"):
        assert words in page.text, words
    assert "You are number 1 on the waiting list." in (await mails_to("camille@exemple.fr"))[-1].text


async def test_whoever_was_asked_keeps_her_rank_when_the_other_has_arrived(database: object, app: object) -> None:
    mission = await a_mission(places=1)
    shift = await a_shift(mission, start=time(14), end=time(16), places=1)
    seat, asked = await a_signup(shift), await a_signup(shift)
    await before_the_start(shift, 110)
    await stand_ins.seek(seat, None)
    assert await states(shift) == ["confirmed", "offered"]
    await attendance.arrive(shift, seat.code, Actor(await a_person("Sélim Laurent")))
    with pytest.raises(Gone, match="gardez votre rang"):
        await service.accept(asked)
    assert await states(shift) == ["attended", "waiting"]
    await true_to_the_last(shift)


async def test_a_shift_put_forward_leaves_nobody_an_answer_that_comes_too_late(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=1, days=20))
    first, camille = await a_signup(shift), await a_person("Camille Rey", "camille@exemple.fr")
    offered = await a_signup(shift, camille)
    await service.step_back(first, None)
    clock.travel(clock.at(in_days(2), 10) - clock.now())
    await service.come_back(first)
    await Signup.filter(id=offered.id).update(hold_until=clock.now() + timedelta(hours=24))
    fresh = await Shift.get(id=shift.id).select_related("mission")
    slot = shifts.Slot(in_days(0), time(18), time(20), (shifts.RoleWish(1),))
    await shifts.edit(fresh, slot)
    mail = (await mails_to("camille@exemple.fr"))[-2:]
    after = await Signup.get(id=offered.id)
    assert after.hold_until
    assert after.hold_until <= clock.now() + timedelta(hours=3)
    assert any("La place vous est gardée" in one.text for one in mail)


async def test_a_role_that_its_people_gave_up_can_be_taken_away_and_who_comes_back_is_sent_to_another(client: Client) -> None:
    mission = await a_mission()
    tomorrow, two = in_days(9), (shifts.RoleWish(2, title="Accueil"), shifts.RoleWish(2, title="Four"))
    added = await shifts.add(mission, shifts.Slot(tomorrow, time(14), time(17), two))
    shift = await Shift.get(id=added.id).select_related("mission__initiative")
    oven, camille = await ShiftRole.get(shift_id=shift.id, title="Four"), await a_person("Camille Rey")
    signup = await service.sign_up(shift, Actor(camille), "une-cle-pour-le-four", service.Wish(oven.id))
    await service.step_back(signup, camille.id)
    await shifts.edit(shift, shifts.Slot(tomorrow, time(14), time(17), two[:1]))
    assert await ShiftRole.filter(shift_id=shift.id).count() == 1
    mail = (await mails_to(camille.email))[-1]
    assert (await client.get(link_in(mail))).status_code == 200
    back = await client.submit(f"{link_in(mail)}/revenir")
    assert "Ce poste n’existe plus" in (await client.get(back.headers["location"])).text
    assert await states(shift) == ["cancelled"], "nobody is put where she did not ask to be"
