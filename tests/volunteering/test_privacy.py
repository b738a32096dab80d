"""Who sees what of a volunteer: every page of volunteering is walked, with words planted that must not come through."""

from __future__ import annotations

import io
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from starlette.routing import Route
from starlette.types import ASGIApp

from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.settings import Settings
from tests.client import Client
from tests.factories import a_commune, a_person
from tests.factories.volunteering import a_lead, a_mission, a_shift, a_signup, the_shift
from tests.test_permissions import all_routes, world
from volunteering.calls.models import RescueCall
from volunteering.feeds.models import CalendarFeed
from volunteering.hours import queries as hours
from volunteering.hours.models import EntryStatus, HoursEntry
from volunteering.lifts.models import Lift
from volunteering.privacy import service as privacy
from volunteering.shifts.models import Shift
from volunteering.signups import service as signups
from volunteering.signups import tallies
from volunteering.signups.letters import token_of
from volunteering.signups.models import GuardianConsent, Signup
from volunteering.signups.service import Wish
from volunteering.volunteers.models import Volunteer

SignIn = Callable[[Person], Awaitable[Client]]
SURNAME, ADDRESS, REASON, GUARDIAN, WISH = "Zylberstein", "canari-adresse", "raison-canari", "Tuteur-Canari", "Volontaire"
NEVER = (GUARDIAN, "canari-tuteur")
"""What nobody but the person reads, whoever runs the shift: who her parent is."""


async def canaries(shift: Shift) -> Signup:
    """On this shift: somebody with a surname, an address, a parent and a note; and one who stepped back, with her reason."""
    canary = await a_person(f"Jeanne {SURNAME}", f"{ADDRESS}@exemple.fr")
    signup = await a_signup(shift, canary, key="canari")
    commune = await a_commune()
    await GuardianConsent.create(
        signup=await a_signup(shift, await a_person(f"Hugo {SURNAME}", f"{ADDRESS}2@exemple.fr"), key="mineur"),
        age=15, name=GUARDIAN, email="canari-tuteur@exemple.fr", asked_at=clock.now(), given_at=clock.now(),
    )  # fmt: skip
    gone = await a_signup(shift, await a_person(f"Rose {SURNAME}", f"{ADDRESS}3@exemple.fr"), key="partie")
    await signups.step_back(gone, None, reason=REASON)
    await Lift.create(signup=signup, commune=commune, seats=2, note="Devant la mairie", created_at=clock.now())
    wished = await a_person(f"{WISH} {SURNAME}", f"{ADDRESS}4@exemple.fr")
    await Volunteer.create(person=wished, commune=commune, has_car=True, may_be_called=True, updated_at=clock.now())
    return signup


def shown(answer: Any) -> str:
    """What one reads in an answer: its text, or the text of its PDF."""
    if answer.headers.get("content-type", "").startswith("application/pdf"):
        pages = pypdfium2.PdfDocument(io.BytesIO(answer.content))
        return "\n".join(pages[number].get_textpage().get_text_range() for number in range(len(pages)))
    return str(answer.text)


def pages(settings: Settings, places: dict[str, dict[str, Any]]) -> list[str]:
    """The address of every page and file of volunteering that one opens, whatever slice it comes from."""
    found = []
    for name, route in sorted(all_routes(settings).items()):
        if route.endpoint.__module__.startswith("volunteering.") and "GET" in (route.methods or ()):
            found.append(_path(name, route, places))
    return [*found, "/mon-espace", "/"]


def _path(name: str, route: Route, places: dict[str, dict[str, Any]]) -> str:
    values = places.get(name) or places.get(name.partition(".")[0]) or {}
    assert set(route.param_convertors) <= set(values), f"world() of the permissions does not know {name}"
    return str(route.url_path_for(route.name, **{key: values[key] for key in route.param_convertors}))


async def leaks(client: Client, paths: list[str], words: tuple[str, ...]) -> list[str]:
    """Which of these words come through on which page."""
    found = []
    for path in paths:
        answer = await client.get(path)
        text = shown(answer)
        found += [f"{path}: {word}" for word in words if word.casefold() in text.casefold()]
    return found


@pytest.mark.one_engine
@pytest.mark.parametrize("who", ["visitor", "another volunteer", "who runs another shift"])
async def test_nobody_reads_the_name_address_or_reasons_of_a_volunteer(who: str, app: ASGIApp, settings: Settings) -> None:
    lead = await a_lead()
    places = await world(lead)
    shift = await Shift.get(id=places["shifts"]["id"]).select_related("mission__initiative", "mission__commune")
    await canaries(shift)
    client = Client(app)
    if who == "another volunteer":
        await client.sign_in((await Signup.filter(shift_id=shift.id).first().select_related("person")).person)  # type: ignore[union-attr]
    if who == "who runs another shift":
        other = await a_lead("Hélène Blanc")
        await a_mission("Une autre mission", lead=other)
        await client.sign_in(other)
    found = await leaks(client, pages(settings, places), (SURNAME, ADDRESS, REASON, *NEVER))
    assert not found, "\n".join(found)


@pytest.mark.one_engine
@pytest.mark.parametrize("role", ["lead", "animator"])
async def test_who_runs_a_shift_sees_names_and_addresses_until_thirty_days_after_it_then_first_names(
    role: str, app: ASGIApp, settings: Settings
) -> None:
    lead = await a_lead()
    places = await world(lead)
    shift = await Shift.get(id=places["shifts"]["id"]).select_related("mission__initiative", "mission__commune")
    canary = await canaries(shift)
    client = await Client(app).sign_in(lead if role == "lead" else await a_person("Agathe", "", RoleName.ANIMATOR))
    roll = f"/missions/{shift.mission.slug}/creneaux/{shift.id}/liste"
    assert ADDRESS in (await client.get(roll)).text, "before the shift she is reached"
    found = await leaks(client, pages(settings, places), NEVER)
    assert not found, "\n".join(found)
    assert await leaks(client, pages(settings, places), (REASON,)) == [f"{roll}: {REASON}"], "why, on this page alone"
    week = f"/mon-espace/semaine?du={clock.local(shift.starts_at).date()}&initiative={shift.mission.initiative.slug}"
    scanned = f"/arrivees/{shift.id}/{canary.code}"
    named = await leaks(client, [*pages(settings, places), week, scanned], (SURNAME,))
    screens = {roll, week, scanned}  # the sheet typed back opens with the doors
    assert {path.partition(f": {SURNAME}")[0] for path in named} == screens, "on the screens of her shift, nowhere else"
    days = (shift.ends_at - clock.now()).days
    for after, reachable in ((days + 29, True), (days + 32, False)):
        clock.travel(timedelta(days=after))
        await client.sign_in(lead if role == "lead" else await Person.get(name="Agathe"))
        page = (await client.get(roll)).text
        assert (ADDRESS in page) is reachable, after
        assert (REASON in page) is reachable, after
        assert (f"Jeanne {SURNAME}" in page) is reachable
        assert ("Jeanne Z." in page) is not reachable
    found = await leaks(client, [*pages(settings, places), week, scanned], (SURNAME, ADDRESS, REASON, *NEVER))
    assert not found, "\n".join(found)


@pytest.mark.one_engine
async def test_no_mail_to_one_volunteer_names_another_in_full(database: object, settings: Settings) -> None:
    shift = await the_shift(await a_mission(places=2))
    await canaries(shift)
    await a_signup(shift, await a_person("Odile Martin", "odile@exemple.fr"))
    first = await Signup.filter(shift_id=shift.id, status="confirmed").order_by("id").first()
    assert first
    await signups.step_back(first, None)
    await jobs.run_due(schedules=False)
    mails = await OutboxMessage.filter(to="odile@exemple.fr")
    assert mails
    assert not [mail.subject for mail in mails if SURNAME in mail.text + mail.html or ADDRESS in mail.text + mail.html]


async def test_erasing_a_person_takes_her_words_and_keeps_the_totals(database: object, settings: Settings) -> None:
    mission = await a_mission()
    past, coming = await the_shift(mission), await a_shift(mission, days=20)
    camille = await a_person("Camille Rey")
    came, comes = await a_signup(past, camille), await a_signup(coming, camille)
    await Signup.filter(id=came.id).update(status="attended", reason=REASON, skills=["cooking"])
    commune = await a_commune()
    await Volunteer.create(person=camille, commune=commune, updated_at=clock.now())
    await RescueCall.create(shift=past, person=camille, asked_at=clock.now(), answer="no")
    await Lift.create(signup=came, commune=commune, seats=1, note=REASON, created_at=clock.now())
    await CalendarFeed.create(person=camille, secret="s" * 43, created_at=clock.now())
    child = await a_signup(past, await a_person("Emma Rey"))
    consents = [
        await GuardianConsent.create(signup=one, age=15, name=GUARDIAN, email=email, asked_at=clock.now())
        for one, email in ((came, "p@exemple.fr"), (child, camille.email))
    ]
    entry = await HoursEntry.create(
        person=camille, initiative_id=mission.initiative_id, signup_ref=came.id, title="Navette", note=REASON,
        day=clock.today(), minutes=180, proposed_minutes=180, status=EntryStatus.VALIDATED, created_at=clock.now(),
        updated_at=clock.now(),
    )  # fmt: skip
    before = await hours.given()
    data = json.dumps(await privacy.personal_data(camille), default=str)
    assert REASON in data
    assert "cooking" in data
    for _twice in range(2):
        await privacy.erasures(camille)
    _people, minutes = await hours.given()
    assert minutes == before[1] == 180, "the time she gave stays in the totals"
    fresh_entry = await HoursEntry.get(id=entry.id)
    assert (fresh_entry.person_id, fresh_entry.note) == (None, "")
    kept = await Signup.get(id=came.id)
    assert (kept.status, kept.reason, kept.skills) == ("attended", "", [])
    assert (await Signup.get(id=comes.id)).status == "cancelled"
    assert (await Shift.get(id=coming.id)).taken == 0, "her place is free again"
    for model in (Volunteer, RescueCall, Lift, CalendarFeed):
        assert not await model.exists(), model
    for consent in consents:
        fresh = await GuardianConsent.get(id=consent.id)
        assert (fresh.name, fresh.email, fresh.age, fresh.erased_at is None) == ("", "", None, False)
    assert REASON not in json.dumps(await privacy.personal_data(camille), default=str)
    assert await tallies.verifications() == []


async def test_what_nobody_needs_any_more_is_forgotten_by_itself(database: object, settings: Settings) -> None:
    shift = await the_shift(await a_mission())
    signup = await a_signup(shift)
    await signups.step_back(signup, None, reason=REASON)
    await RescueCall.create(shift=shift, person=await a_person(), asked_at=clock.now())
    clock.travel(timedelta(days=36))
    await privacy.forget()
    assert (await Signup.get(id=signup.id)).reason == REASON
    assert await RescueCall.exists()
    clock.travel(timedelta(days=39))
    await jobs.run_due()
    assert (await Signup.get(id=signup.id)).reason == ""
    assert not await RescueCall.exists()


@pytest.mark.one_engine
async def test_a_volunteer_takes_her_own_data_away_and_nobody_elses(client: Client, sign_in: SignIn) -> None:
    shift = await the_shift(await a_mission())
    canary = await canaries(shift)
    camille = await a_person("Camille Rey")
    await signups.sign_up(shift, Actor(camille), "une-cle-a-elle", Wish(anyway=True))
    answer = await (await sign_in(camille)).get("/mon-espace/benevolat.json")
    assert answer.headers["content-disposition"].startswith("attachment")
    found = answer.json()
    assert [row["mission"] for row in found["signups"]] == [shift.mission.title]
    assert SURNAME not in answer.text
    assert token_of(canary) not in answer.text
    assert (await client.get("/mon-espace/benevolat.json")).status_code == 303
