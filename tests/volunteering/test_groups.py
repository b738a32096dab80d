"""Of a group fewer came; somebody comes fewer, or not at all, shortly before: who runs the shift knows it, and why."""

from collections.abc import Awaitable, Callable
from datetime import time, timedelta

import pytest

from civic import clock
from civic.errors import DomainError
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.hours import a_shift_gone_by
from tests.factories.volunteering import a_lead, a_mission, a_signup, it_is, the_shift
from tests.volunteering.test_minors import PAUL, _clock_back, days_later, link_in, mails_to, states  # noqa: F401
from volunteering.hours.models import HoursEntry
from volunteering.missions.models import Mission
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.signups import agreements, service, tallies
from volunteering.signups.letters import token_of
from volunteering.signups.models import GuardianConsent, Signup

SignIn = Callable[[Person], Awaitable[Client]]


def page_of(shift: Shift, act: str) -> str:
    return f"/missions/{shift.mission.slug}/creneaux/{shift.id}/{act}"


async def test_of_a_group_of_ten_two_came_and_only_their_hours_count(database: object, sign_in: SignIn) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    shift, (row,) = await a_shift_gone_by(lead, [rose], party=5)
    browser = await sign_in(lead)
    assert 'name="n' in (await browser.get(page_of(shift, "liste"))).text
    said = {f"p{row.id}": "confirmed:attended", f"n{row.id}": "2", f"m{row.id}": "5"}
    done = await browser.submit(page_of(shift, "presences"), said)
    assert "2 personnes sont venues" in (await browser.get(done.headers["location"])).text.replace("\u00a0", " ")
    await days_later(0.01)
    entry = await HoursEntry.get()
    assert (entry.companions, (await Signup.get(id=row.id)).party) == (1, 5)
    corrected = {f"p{row.id}": "attended:attended", f"n{row.id}": "4", f"m{row.id}": "2"}
    await browser.submit(page_of(shift, "presences"), corrected)
    await days_later(0.01)
    assert (await HoursEntry.get()).companions == 3
    older = {f"p{row.id}": "attended:attended", f"n{row.id}": "2", f"m{row.id}": "2"}
    await browser.submit(page_of(shift, "presences"), older)
    assert (await Signup.get(id=row.id)).came == 4, "an older page does not undo what another coordinator said"


async def test_a_tap_says_how_many_of_a_group_are_there_and_undoing_forgets_it(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead, places=12))
    rose = await a_person("Rose Petit")
    row = await service.sign_up(shift, Actor(rose), "une-cle-de-rose", service.Wish(party=6))
    clock.travel(shift.starts_at - clock.now() - timedelta(minutes=10))
    browser = await sign_in(lead)
    assert 'name="came"' in (await browser.get(page_of(shift, "liste"))).text
    await browser.submit(page_of(shift, f"arrivees/{row.id}"), {"came": "9"})
    assert await states(shift) == ["confirmed"], "more than the group counts"
    await browser.submit(page_of(shift, f"arrivees/{row.id}"), {"came": "4"})
    page = (await browser.get(page_of(shift, "liste"))).text.replace("\u00a0", " ")
    assert "4 personnes sur place" in page
    assert "4 sur 6" in page
    await browser.submit(page_of(shift, f"arrivees/{row.id}/annuler"))
    fresh = await Signup.get(id=row.id)
    assert (fresh.came, fresh.party, fresh.status.value) == (None, 6, "confirmed")
    await browser.submit(page_of(shift, f"arrivees/{row.id}"))
    assert (await Signup.get(id=row.id)).present == 6, "all of them, when nothing is said"
    assert await tallies.verifications() == []


async def test_the_sheet_says_how_many_of_a_group_came(database: object, sign_in: SignIn) -> None:
    lead, rose, odile = await a_lead(), await a_person("Rose Petit"), await a_person("Odile Ain")
    shift, (group, alone) = await a_shift_gone_by(lead, [rose, odile], party=5)
    await Signup.filter(id=alone.id).update(party=1)
    browser = await sign_in(lead)
    page = (await browser.get(page_of(shift, "feuille"))).text
    assert (f'name="n{group.id}"' in page, f'name="n{alone.id}"' in page) == (True, False)
    wrong = await browser.submit(page_of(shift, "feuille"), {"cle": "une-cle-de-feuille", f"n{group.id}": "7"})
    assert wrong.status_code == 422
    assert "de 1 à 5" in wrong.text.replace("\u00a0", " ")
    await browser.submit(page_of(shift, "feuille"), {"cle": "une-cle-de-feuille", f"n{group.id}": "3"})
    fresh = await Signup.get(id=group.id)
    assert (fresh.status.value, fresh.came) == ("attended", 3)
    await days_later(0.01)
    assert (await HoursEntry.get(signup_ref=group.id)).companions == 2


async def a_late_shift(lead: Person) -> Shift:
    """Tomorrow; who cannot come says why."""
    mission = await a_mission(lead=lead, days=1, places=4)
    await Mission.filter(id=mission.id).update(cancel_hours=48)
    return await the_shift(mission)


async def test_why_somebody_cannot_come_shortly_before_reaches_who_runs_the_shift(
    client: Client, sign_in: SignIn
) -> None:
    lead = await a_person("Sélim Laurent", "selim@exemple.fr")
    shift = await a_late_shift(lead)
    row = await a_signup(shift, await a_person("Rose Petit"))
    link = f"/mes-creneaux/{token_of(row)}"
    assert (await client.submit(link + "/annuler")).status_code == 422
    assert (await client.submit(link + "/annuler", {"reason": "Ma voiture est en panne"})).status_code == 303
    (mail,) = await mails_to("selim@exemple.fr")
    assert "Ma voiture est en panne" in mail.text
    assert "Rose P." in mail.text
    assert "Petit" not in mail.text
    browser = await sign_in(lead)
    page = (await browser.get(page_of(shift, "liste"))).text
    assert "Ne viennent plus" in page
    assert "Ma voiture est en panne" in page
    await days_later(33)
    assert "Ma voiture est en panne" not in (await (await sign_in(lead)).get(page_of(shift, "liste"))).text


async def test_who_steps_back_in_time_need_not_say_why_and_nobody_is_written_to(client: Client) -> None:
    lead = await a_person("Sélim Laurent", "selim@exemple.fr")
    shift = await the_shift(await a_mission(lead=lead))
    row = await a_signup(shift)
    await client.submit(f"/mes-creneaux/{token_of(row)}/annuler")
    assert await mails_to("selim@exemple.fr") == []


async def test_a_group_that_comes_fewer_shortly_before_says_why_too(client: Client) -> None:
    lead = await a_person("Sélim Laurent", "selim@exemple.fr")
    shift = await a_late_shift(lead)
    rose = await a_person("Rose Petit")
    row = await service.sign_up(shift, Actor(rose), "une-cle-de-rose", service.Wish(party=4))
    link = f"/mes-creneaux/{token_of(row)}/nombre"
    refused = await client.submit(link, {"party": "1"})
    assert refused.status_code == 422
    assert "dites en un mot pourquoi" in refused.text
    assert (await client.submit(link, {"party": "1", "why": "La grippe"})).status_code == 303
    (mail,) = await mails_to("selim@exemple.fr")
    assert "La grippe" in mail.text
    assert "3 personnes du groupe" in mail.text.replace("\u00a0", " ")
    assert (await Signup.get(id=row.id)).party == 1


async def test_who_welcomes_a_minor_sees_that_she_is_one_and_what_her_parent_said(
    client: Client, sign_in: SignIn
) -> None:
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead))
    lea = await a_person("Léa Rey", "lea@exemple.fr")
    await service.sign_up(shift, Actor(lea), "une-cle-de-lea", service.Wish(minor=PAUL))
    await a_signup(shift)
    browser = await sign_in(lead)
    page = (await browser.get(page_of(shift, "liste"))).text
    assert page.count("Moins de 18 ans, accord attendu") == 1
    assert "Paul Rey" not in page
    await client.submit(link_in((await mails_to("paul@exemple.fr"))[0], "accord-parental"), {"answer": "1"})
    assert "Moins de 18 ans, accord donné" in (await browser.get(page_of(shift, "liste"))).text


async def test_a_shift_put_forward_to_the_last_hours_takes_an_offer_back_and_tells_that_the_place_is_free(
    database: object, app: object
) -> None:
    it_is(10)
    shift = await the_shift(await a_mission(places=1, days=20))
    first, camille = await a_signup(shift), await a_person("Camille Rey", "camille@exemple.fr")
    await a_signup(shift, camille)
    await service.step_back(first, None)
    assert await states(shift) == ["cancelled", "offered"]
    it_is(17)
    fresh = await Shift.get(id=shift.id).select_related("mission")
    soon = clock.local(clock.now() + timedelta(minutes=50))
    await shifts.edit(fresh, shifts.Slot(soon.date(), soon.time(), time(20), (shifts.RoleWish(1),)))
    mails = await mails_to("camille@exemple.fr")
    assert await states(shift) == ["cancelled", "waiting"], "she keeps her rank"
    assert any("Une place est libre" in mail.subject or "place est libre" in mail.text for mail in mails), mails[-1].text
    row = await Signup.get(shift_id=shift.id, status="waiting")
    await service.accept(row)
    assert await states(shift) == ["cancelled", "confirmed"]
    assert await tallies.verifications() == []


@pytest.mark.one_engine
async def test_a_passer_by_reads_that_somebody_seeks_a_stand_in(client: Client, sign_in: SignIn) -> None:
    shift = await the_shift(await a_mission(places=1))
    row = await a_signup(shift)
    page = f"/missions/{shift.mission.slug}"
    assert "cherche quelqu’un pour venir à sa place" not in (await client.get(page)).text
    await client.submit(f"/mes-creneaux/{token_of(row)}/remplacement")
    assert "cherche quelqu’un pour venir à sa place" in (await client.get(page)).text


async def test_a_parent_is_awaited_until_the_evening_before_a_shift_of_the_morning(database: object, app: object) -> None:
    it_is(10)
    shift = await the_shift(await a_mission(days=3))
    lea = await a_person("Léa Rey", "lea@exemple.fr")
    row = await service.sign_up(shift, Actor(lea), "une-cle-de-lea", service.Wish(minor=PAUL))
    assert row.hold_until == clock.at(clock.local(shift.starts_at).date() - timedelta(days=1), 21)
    far = await the_shift(await a_mission("Compter les hérons", days=30))
    row = await service.sign_up(far, Actor(lea), "une-autre-cle", service.Wish(minor=PAUL))
    assert row.hold_until
    assert timedelta(hours=71, minutes=58) < row.hold_until - clock.now() <= timedelta(hours=72)


async def test_whose_parent_has_refused_takes_no_offer_either(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=1))
    first, lea = await a_signup(shift), await a_person("Léa Rey", "lea@exemple.fr")
    refused = await service.sign_up(shift, Actor(lea), "une-cle-de-lea", service.Wish(minor=PAUL))
    await agreements.answer((await GuardianConsent.get(signup_id=refused.id)).id, given=False)
    anew = await service.hold(shift, "Léa Rey", "lea@exemple.fr", "une-autre-cle")
    await service.step_back(first, None)
    assert await states(shift) == ["cancelled", "cancelled", "offered"]
    with pytest.raises(DomainError, match="Un parent"):
        await service.accept(anew)
    assert await states(shift) == ["cancelled", "cancelled", "offered"]


@pytest.mark.one_engine
async def test_a_minor_neither_sees_nor_is_seen_by_those_who_share_cars(client: Client) -> None:
    shift = await the_shift(await a_mission())
    lea = await a_person("Léa Rey", "lea@exemple.fr")
    row = await service.sign_up(shift, Actor(lea), "une-cle-de-lea", service.Wish(minor=PAUL))
    await agreements.answer((await GuardianConsent.get()).id, given=True)
    answer = await client.get(f"/mes-creneaux/{token_of(row)}/covoiturage")
    assert answer.status_code == 403
    assert "Avant 18 ans, voyez le trajet avec vos parents" in answer.text
    other = await a_signup(shift)
    assert (await client.get(f"/mes-creneaux/{token_of(other)}/covoiturage")).status_code == 200


@pytest.mark.one_engine
async def test_a_group_for_which_there_is_too_little_room_reads_it_at_once_and_chooses(
    client: Client, sign_in: SignIn
) -> None:
    shift = await the_shift(await a_mission(places=6))
    for number in range(3):
        await a_signup(shift, await a_person(f"Rose {'ABC'[number]}"))
    sent = {"cle": "une-cle-de-groupe", "name": "Odile Ain", "email": "odile@exemple.fr", "party": "5"}
    asked = await client.submit(page_of(shift, "inscription"), sent)
    text = asked.text.replace("\u00a0", " ")
    assert asked.status_code == 422
    for said in ("Il reste 3 places, et vous êtes 5", "Venir à 3", "Attendre 5 places", 'value="Odile Ain"'):
        assert said in text, said
    assert len(await states(shift)) == 3
    assert (await client.submit(page_of(shift, "inscription"), {**sent, "room": "3"})).status_code == 303
    assert (await Signup.get(shift_id=shift.id, status="held")).party == 3
    browser = await sign_in(await a_person("Fatou Diallo"))
    full = await browser.submit(page_of(shift, "inscription"), {"cle": "une-autre-cle", "party": "2"})
    assert full.status_code == 303, "a full shift has a list, and says so on its form already"
    await service.step_back(await Signup.filter(shift_id=shift.id).order_by("id").first(), None)
    browser = await sign_in(await a_person("Lou Petit"))
    waits = {"cle": "une-troisieme-cle", "party": "4"}
    assert (await browser.submit(page_of(shift, "inscription"), waits)).status_code == 422
    assert (await browser.submit(page_of(shift, "inscription"), {**waits, "wait": "1"})).status_code == 303
    assert (await Signup.filter(shift_id=shift.id).order_by("-id").first()).party == 4  # type: ignore[union-attr]


@pytest.mark.one_engine
async def test_after_the_form_the_address_is_repeated_and_may_be_corrected(client: Client) -> None:
    shift = await the_shift(await a_mission())
    sent = {"cle": "une-cle-de-groupe", "name": "Odile Ain", "email": "odile@exemple.fr"}
    done = await client.submit(page_of(shift, "inscription"), sent)
    assert "odile" not in done.headers["location"]
    page = (await client.get(done.headers["location"])).text
    assert "Le message est parti à odile@exemple.fr" in page
    assert f"?creneau={shift.id}#je-viens" in page
