"""The day itself: who is there, by a tap, by code, by a scanned code, without having signed up, and afterwards who came."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.contributions.queries import has_contributed
from civic.errors import DomainError, NotFound
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, RoleName
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_lead, a_mission, a_signup, the_shift
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import attendance, queries, service, stand_ins, tallies
from volunteering.signups.attendance import Said, WalkIn
from volunteering.signups.letters import token_of
from volunteering.signups.models import Signup, SignupChange, SignupStatus

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_back():  # type: ignore[no-untyped-def]
    yield
    clock.travel(timedelta())


async def begins(shift: Shift, minutes: int = 0) -> None:
    """It is so many minutes after the start of the shift."""
    clock.travel(timedelta())
    clock.travel(shift.starts_at - clock.now() + timedelta(minutes=minutes))


def path_of(shift: Shift, act: str = "liste") -> str:
    return f"/missions/{shift.mission.slug}/creneaux/{shift.id}/{act}"


async def market_day(places: int = 4) -> tuple[Shift, Person]:
    lead = await a_lead()
    return await the_shift(await a_mission(lead=lead, places=places)), lead


async def states(shift: Shift) -> dict[str, str]:
    rows = await Signup.filter(shift_id=shift.id).select_related("person").order_by("id")
    return {row.person.name: row.status.value for row in rows}


async def test_a_tap_says_that_somebody_is_there_and_another_takes_it_back(database: object, sign_in: SignIn) -> None:
    shift, lead = await market_day()
    camille = await a_signup(shift, await a_person("Camille Rey"))
    browser = await sign_in(lead)
    assert "Est là" not in (await browser.get(path_of(shift))).text, "a week before nobody can be there"
    early = await browser.submit(path_of(shift, f"arrivees/{camille.id}"))
    assert "deux heures avant" in (await browser.get(early.headers["location"])).text
    await begins(shift, -30)
    assert "Est là" in (await browser.get(path_of(shift))).text
    answer = await browser.submit(path_of(shift, f"arrivees/{camille.id}"))
    assert answer.headers["location"].endswith(f"/liste#p-{camille.id}"), "back to the same line of the list"
    page = (await browser.get(answer.headers["location"])).text
    assert "Camille R. est là." in page
    assert "1 personne sur place" in page
    assert await states(shift) == {"Camille Rey": "attended"}
    assert await has_contributed(camille.person_id, shift.mission.initiative_id)
    await browser.submit(path_of(shift, f"arrivees/{camille.id}"))
    await browser.submit(path_of(shift, f"arrivees/{camille.id}/annuler"))
    await browser.submit(path_of(shift, f"arrivees/{camille.id}/annuler"))
    assert await states(shift) == {"Camille Rey": "confirmed"}
    assert (await Signup.get(id=camille.id)).arrived_at is None
    assert not await has_contributed(camille.person_id, shift.mission.initiative_id)
    assert await tallies.verifications() == []


async def test_the_four_signs_are_read_out_and_a_wrong_one_says_so(database: object, sign_in: SignIn) -> None:
    shift, lead = await market_day()
    camille = await a_signup(shift, await a_person("Camille Rey"))
    await begins(shift)
    browser = await sign_in(lead)
    wrong = await browser.submit(path_of(shift, "arrivees"), {"code": "0000"})
    assert wrong.status_code == 422
    assert "Vérifiez les quatre signes" in wrong.text
    assert 'value="0000"' in wrong.text
    spoken = f" {camille.code[:2].lower()} {camille.code[2:].lower()} "
    assert (await browser.submit(path_of(shift, "arrivees"), {"code": spoken})).status_code == 303
    assert await states(shift) == {"Camille Rey": "attended"}


async def test_what_a_coordinator_scans_opens_one_button_and_nothing_for_anybody_else(
    database: object, sign_in: SignIn, client: Client
) -> None:
    shift, lead = await market_day()
    camille = await a_person("Camille Rey")
    signup = await a_signup(shift, camille)
    token = token_of(signup)
    own = (await client.get(f"/mes-creneaux/{token}")).text
    assert "Montrer mon code à l’arrivée" in own
    assert signup.code in own
    drawing = await client.get(f"/mes-creneaux/{token}/arrivee.svg")
    assert drawing.headers["content-type"] == "image/svg+xml"
    await begins(shift)
    scanned = f"/arrivees/{shift.id}/{signup.code}"
    assert (await client.get(scanned)).status_code in (303, 401)
    stranger = await sign_in(await a_person("Un Passant"))
    assert (await stranger.get(scanned)).status_code == 404
    assert (await stranger.submit(scanned)).status_code == 404
    herself = await (await sign_in(camille)).get(scanned)
    assert herself.headers["location"].startswith("/mes-creneaux/")
    assert await states(shift) == {"Camille Rey": "confirmed"}
    browser = await sign_in(lead)
    assert "Est là" in (await browser.get(scanned)).text
    assert await states(shift) == {"Camille Rey": "confirmed"}, "looking changes nothing"
    assert (await browser.submit(scanned)).headers["location"] == scanned
    assert "Camille R. est là." in (await browser.get(scanned)).text
    assert await states(shift) == {"Camille Rey": "attended"}


async def test_who_comes_without_signing_up_is_noted_even_when_it_is_full(database: object, sign_in: SignIn) -> None:
    shift, lead = await market_day(places=1)
    await a_signup(shift, await a_person("Camille Rey"))
    await begins(shift)
    browser = await sign_in(lead)
    empty = await browser.submit(path_of(shift, "venues"), {"cle": "une-cle-de-formulaire", "name": ""})
    assert empty.status_code == 422
    form = {"cle": "une-cle-de-formulaire", "name": "Odile Martin", "party": "2"}
    for _twice in range(2):
        assert (await browser.submit(path_of(shift, "venues"), form)).status_code == 303
    assert await states(shift) == {"Camille Rey": "confirmed", "Odile Martin": "attended"}
    assert (await Shift.get(id=shift.id)).taken == 3
    page = (await browser.get(path_of(shift))).text
    assert "sans inscription" in page
    assert "2 de plus que prévu" in page
    odile = await Signup.get(walk_in=True)
    await browser.submit(path_of(shift, f"arrivees/{odile.id}/annuler"))
    assert (await Shift.get(id=shift.id)).taken == 1
    assert "Odile" not in (await browser.get(path_of(shift))).text.replace("C’est annulé pour Odile M.", "")
    assert await tallies.verifications() == []


async def test_who_waited_in_the_queue_or_had_not_confirmed_is_there_all_the_same(database: object, app: object) -> None:
    shift, lead = await market_day(places=2)
    held = await service.hold(shift, "Rose Petit", "rose@exemple.fr", "cle-de-rose")
    leaving = await a_signup(shift, await a_person("Camille Rey"))
    waiting = await a_signup(shift, await a_person("Odile Martin"))
    next_one = await a_signup(shift, await a_person("Léa Blanc"))
    await stand_ins.seek(leaving, leaving.person_id)
    assert list((await states(shift)).values()) == ["held", "confirmed", "offered", "waiting"]
    await begins(shift, -10)
    for signup in (held, waiting, next_one):
        await attendance.here(shift, signup.id, Actor(lead))
    assert list((await states(shift)).values()) == ["attended", "confirmed", "attended", "attended"]
    fresh = await Shift.get(id=shift.id)
    assert (fresh.taken, fresh.waiting) == (4, 0)
    assert await tallies.verifications() == []
    by_mail = await attendance.walk_in(shift, WalkIn("Rose Petit", email="rose@exemple.fr"), "une-cle", Actor(lead))
    assert by_mail.id == held.id, "whoever has a place already is not counted twice"


async def test_a_place_given_back_is_no_longer_ticked_but_its_holder_may_walk_in(
    database: object, sign_in: SignIn
) -> None:
    shift, lead = await market_day()
    camille = await a_person("Camille Rey")
    signup = await a_signup(shift, camille)
    await service.step_back(await queries.whole(signup.id), camille.id, reason="la grippe")
    await begins(shift)
    with pytest.raises(DomainError, match="a rendu sa place"):
        await attendance.here(shift, signup.id, Actor(lead))
    with pytest.raises(NotFound):
        await attendance.arrive(shift, signup.code, Actor(lead))
    scanned = (await (await sign_in(lead)).get(f"/arrivees/{shift.id}/{signup.code}")).text
    assert "a rendu sa place" in scanned
    again = await attendance.walk_in(shift, WalkIn(camille.name, email=str(camille.email)), "une-cle", Actor(lead))
    assert (again.person_id, again.status) == (camille.id, SignupStatus.ATTENDED)
    assert await tallies.verifications() == []


async def test_two_coordinators_at_once_count_each_arrival_once(database: object, app: object) -> None:
    shift, lead = await market_day(places=3)
    other = Actor(await a_person("Agathe Simon", "", RoleName.ANIMATOR))
    rows = [await a_signup(shift, await a_person(f"Personne {number}")) for number in range(5)]
    await begins(shift, 5)
    who = WalkIn("Marie Dupont")
    async with asyncio.TaskGroup() as group:
        for actor in (Actor(lead), other):
            for row in rows:
                group.create_task(attendance.here(shift, row.id, actor))
            group.create_task(attendance.walk_in(shift, who, "la-meme-cle", actor))
    assert set((await states(shift)).values()) == {"attended"}
    fresh = await Shift.get(id=shift.id)
    assert (fresh.taken, fresh.waiting) == (6, 0)
    assert await Signup.filter(walk_in=True).count() == await Person.filter(name="Marie Dupont").count() == 1
    assert await tallies.verifications() == []


async def test_an_older_page_does_not_undo_what_another_coordinator_said(database: object, sign_in: SignIn) -> None:
    shift, lead = await market_day()
    camille = await a_signup(shift, await a_person("Camille Rey"))
    odile = await a_signup(shift, await a_person("Odile Martin"))
    await begins(shift, 200)
    other = Actor(await a_person("Agathe Simon", "", RoleName.ANIMATOR))
    came, passed_by = await attendance.say(
        shift, [Said(camille.id, SignupStatus.CONFIRMED, SignupStatus.EXCUSED)], other
    )
    assert (came, passed_by) == (0, [])
    await attendance.walk_in(shift, WalkIn("Marie Dupont"), "une-cle", other)
    browser = await sign_in(lead)
    old_page = {f"p{camille.id}": "confirmed:missed", f"p{odile.id}": "confirmed:attended", "p99": "x:attended"}
    answer = await browser.submit(path_of(shift, "presences"), old_page)
    assert "quelqu’un d’autre a noté\u00a0: Camille R." in (await browser.get(answer.headers["location"])).text
    said = {"Camille Rey": "excused", "Odile Martin": "attended", "Marie Dupont": "attended"}
    assert await states(shift) == said
    await browser.submit(path_of(shift, "presences"), {f"p{camille.id}": "excused:attended"})
    assert await states(shift) == said | {"Camille Rey": "attended"}, "what is said can be corrected"
    assert await AuditEntry.filter(act="presence_confirmed").count() == 3


@pytest.mark.one_engine
async def test_the_list_shows_roles_groups_and_where_everybody_stands(database: object, sign_in: SignIn) -> None:
    shift, lead = await market_day(places=5)
    await service.hold(shift, "Rose Petit", "rose@exemple.fr", "cle-de-rose")
    group = await a_person("Camille Rey")
    await service.sign_up(shift, Actor(group), "cle-de-camille", service.Wish(party=3, anyway=True))
    seeking = await a_signup(shift, await a_person("Léa Blanc"))
    await stand_ins.seek(seeking, seeking.person_id)
    await ShiftRole.filter(shift_id=shift.id).update(title="Accueil", minimum=5)
    waiting = await a_person("Odile Martin")
    await service.sign_up(shift, Actor(waiting), "cle-d-odile", service.Wish(party=2, anyway=True))
    page = (await (await sign_in(lead)).get(path_of(shift))).text
    for words in ("Accueil", "et 2 personnes", "À confirmer", "Cherche quelqu’un à sa place", "Liste d’attente", "Odile Martin"):
        assert words in page, words
    assert "Camille Rey" in page, "who runs the shift must know who comes"
    stranger = await sign_in(await a_person("Un Passant"))
    assert (await stranger.get(path_of(shift))).status_code == 403


async def test_an_arrival_taken_back_leaves_everybody_where_she_stood(database: object) -> None:
    mission = await a_mission(places=1)
    shift, team = await the_shift(mission), Actor(await a_lead("Agathe Roux"))
    sits, first, second = await a_signup(shift), await a_signup(shift), await a_signup(shift)
    held = await service.hold(shift, "Lou Petit", "lou@exemple.fr", "une-cle-de-lou")
    clock.travel(shift.starts_at - clock.now() - timedelta(minutes=5))
    for one in (second, held, sits):
        await attendance.here(shift, one.id, team)
        await attendance.undo(shift, one.id, team)
    stands = [(row.id, row.status.value) for row in await Signup.filter(shift_id=shift.id).order_by("id")]
    assert stands == [(sits.id, "confirmed"), (first.id, "waiting"), (second.id, "waiting"), (held.id, "waiting")]
    assert (await Signup.get(id=held.id)).confirmed_at is None
    assert await tallies.verifications() == []


async def test_the_same_page_with_another_name_is_another_walk_in(database: object) -> None:
    shift, team = await the_shift(await a_mission()), Actor(await a_lead("Agathe Roux"))
    clock.travel(shift.starts_at - clock.now())
    for name in ("Rose Martin", "Paul Roux", "Rose Martin"):
        await attendance.walk_in(shift, attendance.WalkIn(name), "une-meme-cle", team)
    assert sorted([row.person.name for row in await Signup.filter(shift_id=shift.id).select_related("person")]) == [
        "Paul Roux", "Rose Martin",
    ]  # fmt: skip


async def test_a_code_is_read_however_it_is_typed_and_what_is_none_is_said_to_be_none(
    database: object, sign_in: SignIn
) -> None:
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead))
    signup, browser = await a_signup(shift), await sign_in(lead)
    await begins(shift)
    for wrong in ("Camille", "ABCDEFGHIJ", "²²²²", "-"):
        assert (await browser.submit(path_of(shift, "arrivees"), {"code": wrong})).status_code == 422, wrong
    assert (await browser.get(f"/arrivees/{shift.id}/ABCDEFGHIJ")).status_code == 404
    typed = f" {signup.code[:2].lower()} {signup.code[2:]} "
    assert (await browser.submit(path_of(shift, "arrivees"), {"code": typed})).status_code == 303
    assert (await Signup.get(id=signup.id)).status == SignupStatus.ATTENDED


async def test_a_link_used_while_she_was_said_to_be_there_gives_her_the_place(database: object, app: object) -> None:
    shift, team = await the_shift(await a_mission()), Actor(await a_lead("Agathe Roux"))
    held = await service.hold(shift, "Lou Petit", "lou@exemple.fr", "une-cle-de-lou")
    await begins(shift, -100)
    await attendance.here(shift, held.id, team)
    await service.confirm(await Signup.get(id=held.id))
    await attendance.undo(shift, held.id, team)
    fresh = await Signup.get(id=held.id)
    assert (fresh.status, fresh.hold_until) == (SignupStatus.CONFIRMED, None), "the tap was a mistake, her link was not"
    await begins(shift, -10)
    await jobs.run_due(schedules=False)
    assert (await Signup.get(id=held.id)).status == SignupStatus.CONFIRMED


async def test_a_link_used_after_she_was_said_to_be_there_changes_nothing_else(database: object, app: object) -> None:
    shift, team = await the_shift(await a_mission()), Actor(await a_lead("Agathe Roux"))
    held = await service.hold(shift, "Lou Petit", "lou@exemple.fr", "une-cle-de-lou")
    await begins(shift)
    await attendance.here(shift, held.id, team)
    await service.confirm(held)
    fresh = await Signup.get(id=held.id)
    assert fresh.confirmed_at
    assert fresh.arrived_at
    assert [change.after for change in await SignupChange.filter(signup_id=held.id).order_by("id")] == ["held", "attended"]
