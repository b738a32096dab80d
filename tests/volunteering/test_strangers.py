"""Anybody can type anybody's name: what she says herself replaces it, and one machine does not fill a shift."""

import re
from typing import Any

import pytest

from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.hours import a_shift_gone_by
from tests.factories.volunteering import a_lead, a_mission, a_signup, the_shift
from tests.volunteering.test_minors import (  # noqa: F401
    PAUL,
    SignIn,
    _clock_back,
    days_later,
    link_in,
    mails_to,
    path_of,
    states,
)
from volunteering.boards import messages
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import attendance, service, tallies
from volunteering.signups.attendance import WalkIn
from volunteering.signups.letters import token_of
from volunteering.signups.models import GuardianConsent, Signup

JEANNE = {"cle": "une-cle-de-formulaire", "name": "Jeanne Loin", "email": "jeanne@exemple.fr"}
TYPED = {**JEANNE, "minor": "1", "age": "12", "guardian": "Un Inconnu", "guardian_email": "inconnu@exemple.fr"}


async def the_signup(shift: Shift) -> Signup:
    return await Signup.get(shift_id=shift.id, person__email="jeanne@exemple.fr")


async def test_what_she_asks_signed_in_replaces_what_a_stranger_typed_in_her_name(client: Client, sign_in: SignIn) -> None:
    shift = await the_shift(await a_mission(places=20))
    jeanne = await a_person("Jeanne Loin", "jeanne@exemple.fr")
    await client.submit(path_of(shift), TYPED)
    answer = await (await sign_in(jeanne)).submit(path_of(shift), {"cle": "sa-propre-cle", "party": "1"})
    assert answer.status_code == 303
    hers = await the_signup(shift)
    assert (hers.status.value, hers.party) == ("confirmed", 1)
    assert await GuardianConsent.all().count() == 0
    assert await mails_to("inconnu@exemple.fr") == []
    assert (await ShiftRole.get(shift_id=shift.id)).taken == 1
    assert await tallies.verifications() == []


async def test_the_place_held_in_her_name_is_hers_even_when_others_wait(client: Client, sign_in: SignIn) -> None:
    shift = await the_shift(await a_mission(places=1))
    jeanne = await a_person("Jeanne Loin", "jeanne@exemple.fr")
    await client.submit(path_of(shift), JEANNE)
    await a_signup(shift)
    await (await sign_in(jeanne)).submit(path_of(shift), {"cle": "sa-propre-cle"})
    assert await states(shift) == ["confirmed", "waiting"]


async def test_who_asks_for_more_than_was_held_waits_and_the_next_is_served(client: Client, sign_in: SignIn) -> None:
    shift = await the_shift(await a_mission(places=2))
    jeanne = await a_person("Jeanne Loin", "jeanne@exemple.fr")
    await client.submit(path_of(shift), JEANNE)
    await a_signup(shift)
    await a_signup(shift)
    await (await sign_in(jeanne)).submit(path_of(shift), {"cle": "sa-propre-cle", "party": "2"})
    assert await states(shift) == ["waiting", "confirmed", "offered"]
    assert await tallies.verifications() == []


async def test_before_she_confirms_she_reads_what_was_typed_and_corrects_it(client: Client) -> None:
    shift = await the_shift(await a_mission(places=20))
    await client.submit(path_of(shift), TYPED)
    await client.submit(path_of(shift), {**JEANNE, "cle": "sa-propre-cle"})
    link = link_in((await mails_to("jeanne@exemple.fr"))[-1])
    page = (await client.get(link)).text
    for typed in ("seul ou seule", "12 ans", "Un Inconnu", "inconnu@exemple.fr", "Ce n’est pas moi", "Ce n’est pas juste"):
        assert typed in page.replace("\u00a0", " "), typed
    wrong = await client.submit(link + "/corriger", {"party": "0"})
    assert wrong.status_code == 422
    assert (await client.submit(link + "/corriger", {"party": "2"})).status_code == 303
    hers = await the_signup(shift)
    assert (hers.status.value, hers.party) == ("confirmed", 2)
    assert await GuardianConsent.all().count() == 0
    assert await mails_to("inconnu@exemple.fr") == []
    late = await client.submit(link + "/corriger", {"party": "1"})
    assert "ne se corrige plus" in late.text
    assert (await the_signup(shift)).party == 2


async def test_a_minor_corrects_who_answers_for_her_and_only_that_parent_is_asked(client: Client) -> None:
    shift = await the_shift(await a_mission(places=20))
    await client.submit(path_of(shift), TYPED)
    link = link_in((await mails_to("jeanne@exemple.fr"))[-1])
    parent = {"minor": "1", "age": "15", "guardian": "Paul Loin", "guardian_email": "paul@exemple.fr"}
    await client.submit(link + "/corriger", parent)
    assert await states(shift) == ["held"]
    assert len(await mails_to("paul@exemple.fr")) == 1
    assert await mails_to("inconnu@exemple.fr") == []


async def test_it_is_not_her_and_nobody_is_written_to(client: Client) -> None:
    shift = await the_shift(await a_mission(places=20))
    await client.submit(path_of(shift), TYPED)
    link = link_in((await mails_to("jeanne@exemple.fr"))[-1])
    await client.submit(link + "/annuler")
    assert await states(shift) == ["cancelled"]
    back = await client.submit(link + "/revenir")
    assert "nscrivez-vous de nouveau" in (await client.get(back.headers["location"])).text
    assert await mails_to("inconnu@exemple.fr") == []
    await service.sign_up(shift, Actor(await the_person()), "sa-propre-cle")
    assert await states(shift) == ["cancelled", "confirmed"]


async def the_person() -> Any:
    return await a_person("Jeanne Loin", "jeanne@exemple.fr")


async def test_a_refusal_of_somebody_she_never_named_does_not_bar_her(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=20))
    signup = await service.hold(shift, "Jeanne Loin", "jeanne@exemple.fr", "une-cle-de-x", service.Wish(minor=PAUL))
    await GuardianConsent.filter(signup_id=signup.id).update(refused_at=signup.created_at)
    await service.step_back(signup, None)
    await service.sign_up(shift, Actor(await the_person()), "sa-propre-cle")
    assert await states(shift) == ["cancelled", "confirmed"]


async def test_the_same_page_sent_again_after_a_lapse_or_a_step_back_is_a_new_sign_up(client: Client) -> None:
    shift = await the_shift(await a_mission(places=2))
    await client.submit(path_of(shift), JEANNE)
    await days_later(1)
    assert await states(shift) == ["lapsed"]
    await client.submit(path_of(shift), JEANNE)
    assert await states(shift) == ["lapsed", "held"]
    mails = await mails_to("jeanne@exemple.fr")
    assert len(mails) == 2
    await client.submit(link_in(mails[1]) + "/confirmer")
    await client.submit(link_in(mails[1]) + "/annuler")
    await client.submit(path_of(shift), JEANNE)
    assert await states(shift) == ["lapsed", "cancelled", "held"]
    await client.submit(path_of(shift), JEANNE)
    assert await states(shift) == ["lapsed", "cancelled", "held"], "sent twice it is still one"


async def test_a_member_who_stepped_back_sends_her_page_again_and_comes(database: object, sign_in: SignIn) -> None:
    shift, jeanne = await the_shift(await a_mission(places=2)), await the_person()
    browser = await sign_in(jeanne)
    first = await browser.submit(path_of(shift), {"cle": "sa-propre-cle"})
    await browser.submit(first.headers["location"] + "/annuler")
    again = await browser.submit(path_of(shift), {"cle": "sa-propre-cle"})
    assert "Vous venez, merci" in (await browser.get(again.headers["location"])).text
    assert await states(shift) == ["cancelled", "confirmed"]


async def test_a_large_group_has_its_places_once_its_link_is_used(client: Client) -> None:
    shift = await the_shift(await a_mission(places=10))
    await client.submit(path_of(shift), {**JEANNE, "party": "6"})
    assert (await Shift.get(id=shift.id)).taken == 0, "nobody fills a shift with a form"
    await a_signup(shift)
    assert await states(shift) == ["waiting", "confirmed"]
    (mail,) = await mails_to("jeanne@exemple.fr")
    assert "votre groupe" in mail.subject
    assert "rang" not in mail.text
    await client.submit(link_in(mail) + "/confirmer")
    assert await states(shift) == ["confirmed", "confirmed"]
    assert (await Shift.get(id=shift.id)).taken == 7
    assert (await mails_to("jeanne@exemple.fr"))[-1].calendar
    assert await tallies.verifications() == []


async def test_a_large_group_that_confirms_too_late_for_its_places_waits(client: Client) -> None:
    shift = await the_shift(await a_mission(places=6))
    await client.submit(path_of(shift), {**JEANNE, "party": "6"})
    await a_signup(shift)
    await client.submit(link_in((await mails_to("jeanne@exemple.fr"))[0]) + "/confirmer")
    assert await states(shift) == ["waiting", "confirmed"]
    await service.step_back(await Signup.get(shift_id=shift.id, status="confirmed"), None)
    assert await states(shift) == ["offered", "cancelled"]


async def one_more(client: Client, shift: Shift, number: int, party: int = 1) -> int:
    sent = {"cle": f"une-cle-de-{number}", "name": "Rose Martin", "email": f"rose{number}@exemple.fr", "party": str(party)}
    return (await client.submit(path_of(shift), sent)).status_code


async def test_one_machine_holds_half_of_a_shift_at_most_without_an_account(client: Client) -> None:
    shift = await the_shift(await a_mission(places=10))
    assert [await one_more(client, shift, number, 2) for number in range(3)] == [303, 303, 429]
    assert (await Shift.get(id=shift.id)).taken == 4
    small = await the_shift(await a_mission("Compter les hérons", places=2))
    assert [await one_more(client, small, number) for number in range(2)] == [303, 303], "a small shift is for a family"
    await days_later(0.05)
    assert await one_more(client, shift, 9) == 303


@pytest.mark.one_engine
async def test_one_machine_holds_twenty_places_at_most_on_the_whole_site(client: Client) -> None:
    shifts = [await the_shift(await a_mission(f"Mission {n}", places=12)) for n in range(4)]
    answers = [await one_more(client, shift, 10 * n + m, 3) for n, shift in enumerate(shifts) for m in range(2)]
    assert answers == [303] * 6 + [429] * 2
    assert await OutboxMessage.all().count() == 0


async def test_a_parent_is_asked_six_times_a_day_and_then_the_next_day(database: object, app: object) -> None:
    for number in range(7):
        shift = await the_shift(await a_mission(f"Mission {number}"))
        lea = await a_person("Léa Rey", "lea@exemple.fr")
        await service.sign_up(shift, Actor(lea), f"cle-de-lea-{number}", service.Wish(minor=PAUL, anyway=True))
    assert len(await mails_to("paul@exemple.fr")) == 6
    await days_later(1)
    assert len(await mails_to("paul@exemple.fr")) == 7


async def test_what_is_typed_in_strangers_names_asks_no_parent_and_counts_for_none(client: Client) -> None:
    shift = await the_shift(await a_mission(places=40))
    for number in range(7):
        sent = {**TYPED, "cle": f"une-cle-de-{number}", "email": f"faux{number}@exemple.fr", "guardian_email": "paul@exemple.fr"}
        await service.hold(shift, "Faux Nom", sent["email"], sent["cle"], service.Wish(minor=PAUL))
    lea = await a_person("Léa Rey", "lea@exemple.fr")
    await service.sign_up(shift, Actor(lea), "une-cle-de-lea", service.Wish(minor=PAUL))
    assert len(await mails_to("paul@exemple.fr")) == 1


async def test_a_role_that_is_gone_is_not_taken_again_and_the_page_says_where_to_go(client: Client) -> None:
    shift = await the_shift(await a_mission())
    signup = await a_signup(shift)
    await service.step_back(signup, None)
    await Signup.filter(id=signup.id).update(role_id=None)
    page = (await client.get(f"/mes-creneaux/{token_of(signup)}")).text
    assert "Ce poste n’existe plus" in page
    assert f"?creneau={shift.id}" in page
    assert "Reprendre ma place" not in page
    await client.submit(f"/mes-creneaux/{token_of(signup)}/revenir")
    assert await states(shift) == ["cancelled"]


async def test_an_address_typed_at_the_door_opens_no_hours_before_its_owner_has_said_so(client: Client) -> None:
    lead = await a_lead()
    shift, _rows = await a_shift_gone_by(lead, [])
    await attendance.walk_in(shift, WalkIn("Jeanne Loin", email="jeanne@exemple.fr"), "une-cle", Actor(lead))
    await days_later(0.1)
    await days_later(8)
    (mail,) = await mails_to("jeanne@exemple.fr")
    assert "Est-ce bien vous" in mail.subject
    assert "/mes-heures/" not in mail.text
    found = re.search(r"http://testserver(/heures/est-ce-moi/\S+)", mail.text)
    assert found
    page = (await client.get(found[1])).text
    assert "Jeanne Loin" in page
    assert "3 h" not in page
    assert (await Person.get(email="jeanne@exemple.fr")).email_verified_at is None, "looking changes nothing"
    said = await client.submit(found[1])
    assert said.headers["location"].startswith("/mes-heures/")
    assert "Voici vos heures" in (await client.get(said.headers["location"])).text
    assert (await Person.get(email="jeanne@exemple.fr")).email_verified_at


async def test_an_address_that_is_hers_is_asked_at_once_whether_the_hours_are_right(database: object, app: object) -> None:
    lead, jeanne = await a_lead(), await the_person()
    shift, _rows = await a_shift_gone_by(lead, [])
    await attendance.walk_in(shift, WalkIn(jeanne.name, email="jeanne@exemple.fr"), "une-cle", Actor(lead))
    await days_later(0.1)
    await days_later(8)
    assert "/mes-heures/" in (await mails_to("jeanne@exemple.fr"))[0].text


async def test_a_word_to_all_who_came_is_not_sent_to_an_address_that_nobody_confirmed(database: object, app: object) -> None:
    lead, odile = await a_lead(), await a_person("Odile Ain")
    shift, _rows = await a_shift_gone_by(lead, [odile])
    await attendance.walk_in(shift, WalkIn("Jeanne Loin", email="jeanne@exemple.fr"), "une-cle", Actor(lead))
    readers = await messages.readers_of(shift)
    assert [row.person.name for row in readers.reached] == ["Odile Ain"]
    assert [row.person.name for row in readers.unreached] == ["Jeanne Loin"]


async def test_a_minor_signs_up_alone_and_the_form_says_so(client: Client) -> None:
    shift = await the_shift(await a_mission())
    assert "Avant 18 ans, chaque personne" in (await client.get(f"/missions/{shift.mission.slug}?creneau={shift.id}")).text
    refused = await client.submit(path_of(shift), {**TYPED, "party": "2"})
    assert refused.status_code == 422
    assert "Avant 18 ans, chaque personne s’inscrit à son nom" in refused.text
    assert (await client.submit(path_of(shift), TYPED)).status_code == 303
