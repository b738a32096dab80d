"""A rescue call: the few who fit best are asked, once a fortnight at most, and answer by link (PRODUCT V5)."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import time, timedelta

import pytest

from civic import clock, jobs
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person
from civic.web.formats import moment
from tests.client import Client
from tests.factories import a_commune, a_person
from tests.factories.volunteering import a_lead, a_mission, a_shift, a_signup, in_days
from volunteering.calls import queries, service
from volunteering.calls.models import RescueCall
from volunteering.missions.models import Availability
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.signups import service as signups
from volunteering.signups.models import Signup
from volunteering.signups.service import Wish, step_back
from volunteering.volunteers.models import Volunteer

SignIn = Callable[[Person], Awaitable[Client]]


async def a_volunteer(name: str, **values: object) -> Person:
    """Somebody of Trévoux who agreed to be asked when people are missing."""
    person, commune = await a_person(name), await a_commune()
    defaults: dict[str, object] = {"commune": commune, "has_car": True, "may_be_called": True}
    await Volunteer.create(person=person, updated_at=clock.now(), **{**defaults, **values})
    return person


async def a_lacking_shift(lead: Person | None = None, *, places: int = 4, minimum: int = 2, **values: object) -> Shift:
    """A shift of next week in Trévoux under its minimum."""
    await a_commune()
    mission = await a_mission(lead=lead, commune_id="01427", **values)
    slot = shifts.Slot(in_days(10), time(14), time(17), (shifts.RoleWish(places, minimum),))
    return await whole(await shifts.add(mission, slot))


async def whole(shift: Shift) -> Shift:
    return await Shift.get(id=shift.id).select_related("mission__initiative", "mission__commune")


async def names(shift: Shift) -> list[str]:
    return [one.person.short_name for one in await queries.proposals(shift)]


async def mails_to(person: Person) -> list[OutboxMessage]:
    await jobs.run_due(schedules=False)
    return await OutboxMessage.filter(to=person.email or "").order_by("id")


def links_in(mail: OutboxMessage) -> list[str]:
    return re.findall(r"http://testserver(/renforts/\S+)", mail.text)


def path_of(shift: Shift) -> str:
    return f"/missions/{shift.mission.slug}/creneaux/{shift.id}/renfort"


async def test_a_coordinator_asks_the_few_who_fit_and_one_comes_in_two_taps(client: Client, sign_in: SignIn) -> None:
    lead = await a_lead()
    shift = await a_lacking_shift(lead)
    rose, lucien = await a_volunteer("Rose Martin"), await a_volunteer("Lucien Petit")
    browser = await sign_in(lead)
    page = (await browser.get(path_of(shift))).text
    assert "Rose M." in page
    assert "Dans la même commune ou tout près" in page
    assert "Martin" not in page, "a first name and an initial"
    assert str(rose.email) not in page
    assert (await browser.submit(path_of(shift), {"person": [rose.id, lucien.id]})).status_code == 303
    (mail,) = await mails_to(rose)
    assert mail.subject.startswith("Pouvez-vous venir")
    yes, *_ = links_in(mail)
    assert "Je viens" in (await client.get(yes)).text
    assert not await Signup.exists(), "opening the link changes nothing"
    assert "On a besoin de vous" in (await (await sign_in(rose)).get("/mon-espace")).text
    assert "Rose" in (await browser.get(path_of(shift))).text
    answer = await client.submit(f"{yes}/oui")
    assert "Vous venez, merci" in (await client.get(answer.headers["location"])).text
    assert (await Shift.get(id=shift.id)).taken == 1
    state = (await browser.get(path_of(shift))).text
    assert "vient" in state
    assert "pas encore de réponse" in state, "Lucien has not answered"
    assert await AuditEntry.filter(act="rescue_call").count() == 1


@pytest.mark.one_engine
async def test_not_this_time_needs_no_reason_and_can_be_taken_back(client: Client, sign_in: SignIn) -> None:
    lead = await a_lead()
    shift = await a_lacking_shift(lead)
    rose = await a_volunteer("Rose Martin")
    await service.ask(shift, [rose.id], Actor(lead))
    (mail,) = await mails_to(rose)
    no = links_in(mail)[1]
    page = (await client.get(no)).text
    assert "Pas cette fois ?".replace(" ?", "\u202f?") in page
    path = no.partition("?")[0]
    await client.submit(f"{path}/non")
    assert "rien d’autre à faire".capitalize() in (await client.get(path)).text
    told = (await (await sign_in(lead)).get(path_of(shift))).text
    assert "pas cette fois" in told
    assert await names(shift) == [], "who said no is not asked again"
    await client.submit(f"{path}/oui")
    assert await Signup.filter(shift_id=shift.id, status="confirmed").count() == 1
    await client.submit(f"{path}/non")
    assert (await RescueCall.get(shift_id=shift.id)).answer == "yes", "a place is given back on its own page"
    await step_back(await Signup.get(shift_id=shift.id), rose.id)
    assert [one.state for one in await queries.told(shift.id)] == ["gave_back"]


async def test_whoever_wants_no_more_calls_says_so_once_even_by_her_mail_program(client: Client) -> None:
    lead = await a_lead()
    shift, rose = await a_lacking_shift(lead), await a_volunteer("Rose Martin")
    await service.ask(shift, [rose.id], Actor(lead))
    (mail,) = await mails_to(rose)
    stop = links_in(mail)[2]
    assert (await client.get(stop)).status_code == 200
    assert (await Volunteer.get(person_id=rose.id)).may_be_called, "opening the link changes nothing"
    answer = await client.post(stop, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 303
    assert not (await Volunteer.get(person_id=rose.id)).may_be_called
    assert (await RescueCall.get(person_id=rose.id)).answer == "no"
    clock.travel(timedelta(days=15))
    assert await names(await a_lacking_shift(lead)) == []


async def test_two_initiatives_that_ask_her_at_the_same_moment_ask_her_once(database: object) -> None:
    rose, leads = await a_volunteer("Rose Martin"), [await a_lead(f"Lead {n}") for n in range(6)]
    rows = [await a_lacking_shift(lead) for lead in leads]
    for day, shift in enumerate(rows):
        day_after = clock.now() + timedelta(days=20 + day)
        await Shift.filter(id=shift.id).update(starts_at=day_after, ends_at=day_after + timedelta(hours=2))
    fresh = [await whole(shift) for shift in rows]
    answers = await asyncio.gather(
        *(service.ask(shift, [rose.id], Actor(lead)) for shift, lead in zip(fresh, leads, strict=True)),
        return_exceptions=True,
    )
    sent = [one for one in answers if isinstance(one, service.Asked) and one.sent]
    assert len(sent) == 1, answers
    assert all(isinstance(one, service.Asked | DomainError) for one in answers), answers
    assert await RescueCall.all().count() == 1
    assert len(await mails_to(rose)) == 1
    assert len(await mails_to(rose)) == 1, "a job that runs again sends nothing more"


async def test_the_fortnight_counts_across_initiatives_and_the_coordinator_is_told(sign_in: SignIn) -> None:
    first, second = await a_lead("Sélim Laurent"), await a_lead("Hélène Blanc")
    rose = await a_volunteer("Rose Martin")
    here, there = await a_lacking_shift(first), await a_lacking_shift(second, places=5)
    assert await names(there) == ["Rose M."]
    form_seen = await queries.proposals(there)
    await service.ask(here, [rose.id], Actor(first))
    assert await names(there) == []
    answer = await (await sign_in(second)).submit(path_of(there), {"person": [form_seen[0].person.id]})
    assert answer.status_code == 422
    assert "ne peuvent plus être sollicitées" in answer.text
    await Volunteer.filter(person_id=rose.id).update(called_at=None)
    assert await names(there) == [], "wishes deleted and written anew change nothing"
    await Volunteer.filter(person_id=rose.id).update(called_at=clock.now())
    clock.travel(timedelta(days=13, hours=23))
    assert await names(await a_lacking_shift(second, title="Une autre fois")) == []
    clock.travel(timedelta(days=14, minutes=1))
    assert await names(await a_lacking_shift(second, title="Encore une autre")) == ["Rose M."]


async def test_who_was_asked_elsewhere_a_moment_ago_is_named_to_the_coordinator(database: object) -> None:
    lead, rose = await a_lead(), await a_volunteer("Rose Martin")
    shift = await a_lacking_shift(lead)
    (proposal,) = await queries.proposals(shift)
    await Volunteer.filter(person_id=rose.id).update(called_at=clock.now())
    asked = service.Asked()
    await service._ask_one(shift, proposal, Actor(lead), asked)
    assert (asked.sent, asked.resting) == ([], ["Rose M."])
    assert not await RescueCall.exists()


async def test_only_who_agreed_fits_and_is_free_is_proposed(database: object) -> None:
    shift = await a_lacking_shift(required_skills=["cooking"])
    far = await a_commune("01053", "Bourg-en-Bresse", latitude=46.2056, longitude=5.2255)
    cooks: dict[str, object] = {"skills": ["cooking"]}
    await a_volunteer("Rose Martin", **cooks)
    await a_volunteer("Sans Accord", **cooks, may_be_called=False)
    await a_volunteer("Autre Talent", skills=["sewing"])
    await a_volunteer("Trop Loin", **cooks, commune=far, km=10)
    slot = clock.local(shift.starts_at).weekday() >= 5
    never = Availability.WEEK_EVENING if slot else Availability.WEEKEND_EVENING
    await a_volunteer("Pas Libre", **cooks, availabilities=[never.value])
    busy = await a_volunteer("Prise Ailleurs", **cooks)
    elsewhere = await a_mission("Planter des fruitiers", lead=await a_lead("Thomas Blanc"))
    await a_signup(await a_shift(elsewhere, days=10, start=time(15), end=time(18)), busy)
    gave_back = await a_volunteer("A Rendu", **cooks)
    wish = Wish(skills=["cooking"])
    await step_back(await signups.sign_up(shift, Actor(gave_back), "une-cle", wish), gave_back.id)
    assert await names(await whole(shift)) == ["Rose M."]


@pytest.mark.one_engine
async def test_a_full_or_far_off_shift_asks_nobody(sign_in: SignIn) -> None:
    lead = await a_lead()
    await a_volunteer("Rose Martin")
    for minimum, days, open_ in ((2, 10, True), (0, 10, False), (0, 6, True)):
        mission = await a_mission(lead=lead, commune_id="01427", title=f"Mission {minimum} {days}")
        slot = shifts.Slot(in_days(days), time(8), time(9), (shifts.RoleWish(3, minimum),))
        shift = await whole(await shifts.add(mission, slot))
        assert queries.may_ask(shift) is open_, (minimum, days)
    browser = await sign_in(lead)
    far = await Shift.filter(mission__title="Mission 0 10").order_by("-id").first().select_related("mission")
    assert far
    said = (await browser.get(path_of(far))).text
    assert "n’a pas de minimum" in said
    assert f"l’appel s’ouvre {moment(far.starts_at - queries.SOON)}" in said
    await Shift.filter(id=far.id).update(minimum=2)
    assert "Le minimum de ce créneau est atteint\u00a0: 2 personnes" in (await browser.get(path_of(far))).text
    await Shift.filter(id=shift.id).update(taken=3)
    full = await whole(shift)
    page = await browser.get(path_of(full))
    assert "Le créneau est complet" in page.text
    assert "Leur demander" not in page.text


async def test_five_who_have_not_answered_are_enough_for_a_day(sign_in: SignIn) -> None:
    lead = await a_lead()
    shift = await a_lacking_shift(lead, places=20, minimum=10)
    people = [await a_volunteer(f"Prénom{n} Nom") for n in range(7)]
    first = [one.person.id for one in await queries.proposals(shift)]
    assert len(first) == queries.MOST_OPEN
    await service.ask(shift, first, Actor(lead))
    rest = [one.id for one in people if one.id not in first]
    with pytest.raises(DomainError, match="Sans réponse depuis moins d’un jour"):
        await service.ask(await whole(shift), rest, Actor(lead))
    page = await (await sign_in(lead)).get(path_of(shift))
    assert "Laissez-leur un jour" in page.text
    assert "Leur demander" not in page.text
    clock.travel(timedelta(hours=25))
    assert len((await service.ask(await whole(shift), rest, Actor(lead))).sent) == 2


@pytest.mark.one_engine
async def test_nobody_else_sees_or_sends_a_call(client: Client, sign_in: SignIn) -> None:
    shift, rose = await a_lacking_shift(), await a_volunteer("Rose Martin")
    assert (await client.get(path_of(shift))).status_code == 303
    stranger = await sign_in(await a_lead("Autre Coordinatrice"))
    assert (await stranger.get(path_of(shift))).status_code == 403
    assert (await stranger.submit(path_of(shift), {"person": [rose.id]})).status_code == 403
    assert not await RescueCall.exists()
    assert (await client.get("/renforts/faux")).status_code == 404


@pytest.mark.one_engine
async def test_whoever_comes_elsewhere_by_now_says_that_she_wants_both(client: Client) -> None:
    lead, rose = await a_lead(), await a_volunteer("Rose Martin")
    shift = await a_lacking_shift(lead)
    await service.ask(shift, [rose.id], Actor(lead))
    elsewhere = await a_mission("Planter des fruitiers", lead=await a_lead("Thomas Blanc"))
    await a_signup(await a_shift(elsewhere, days=10, start=time(14), end=time(18)), rose)
    (mail,) = [one for one in await mails_to(rose) if one.subject.startswith("Pouvez")]
    path = links_in(mail)[0]
    refused = await client.submit(f"{path}/oui")
    assert refused.status_code == 422
    assert "à la même heure" in refused.text
    assert (await client.submit(f"{path}/oui", {"anyway": "1"})).status_code == 303
    assert await Signup.filter(shift_id=shift.id, status="confirmed").count() == 1


@pytest.mark.one_engine
async def test_a_call_answered_when_the_shift_is_over_changes_nothing(client: Client) -> None:
    lead, rose = await a_lead(), await a_volunteer("Rose Martin")
    shift = await a_lacking_shift(lead)
    await service.ask(shift, [rose.id], Actor(lead))
    path = links_in((await mails_to(rose))[0])[0]
    clock.travel(timedelta(days=12))
    assert "Ce créneau est passé" in (await client.get(path)).text
    assert (await client.submit(f"{path}/oui")).status_code == 422
    assert not await Signup.exists()
