"""What an auditor found at the edges: data that was erased, addresses that were typed, mails to a parent."""

from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.errors import Invalid
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.hours import a_shift_gone_by
from tests.factories.volunteering import a_lead, a_mission, a_signup, the_shift
from volunteering.hours import proposing
from volunteering.hours.letters import token_of as hours_token
from volunteering.hours.models import HoursEntry
from volunteering.missions.models import Mission
from volunteering.privacy import service as privacy
from volunteering.shifts.models import Shift
from volunteering.signups import attendance, service, stand_ins
from volunteering.signups.consents import MOST_A_DAY, Minor
from volunteering.signups.letters import guardian_token, token_of
from volunteering.signups.models import GuardianConsent, Signup, SignupStatus
from volunteering.signups.service import Wish, sign_up

PAUL = Minor(16, "Paul Rey", "Paul.Rey@Exemple.fr")


@pytest.fixture(autouse=True)
def _clock_back():  # type: ignore[no-untyped-def]
    yield
    clock.travel(timedelta())


async def erased(person: Person) -> None:
    """As the page « Effacer mes données » does."""
    await privacy.erasures(person)
    await Person.filter(id=person.id).update(name="Personne effacée", email=None, erased_at=clock.now())


@pytest.mark.one_engine
async def test_nobody_takes_a_place_by_the_link_of_somebody_who_was_erased(database: object, client: Client) -> None:
    shift = await the_shift(await a_mission())
    rose = await a_person("Rose Partie", "rose@exemple.fr")
    address = f"/mes-creneaux/{token_of(await a_signup(shift, rose))}"
    assert (await client.get(address)).status_code == 200
    await erased(rose)
    assert (await client.get(address)).status_code == 404
    assert (await client.submit(f"{address}/revenir")).status_code == 404
    assert [row.status for row in await Signup.filter(shift_id=shift.id)] == [SignupStatus.CANCELLED]


@pytest.mark.one_engine
async def test_a_guardian_who_is_erased_leaves_neither_name_nor_address_nor_a_page_that_names_the_minor(
    database: object, client: Client
) -> None:
    shift = await the_shift(await a_mission())
    signup = await sign_up(shift, Actor(await a_person("Léa Rey", "lea@exemple.fr")), "cle-de-lea", Wish(minor=PAUL))
    consent = await GuardianConsent.get(signup_id=signup.id)
    address = f"/accord-parental/{guardian_token(consent)}"
    assert "Léa" in (await client.get(address)).text
    await erased(await a_person("Paul Rey", "paul.rey@exemple.fr"))
    consent = await GuardianConsent.get(id=consent.id)
    assert (consent.name, consent.email) == ("", "")
    gone = await client.get(address)
    assert "Cette demande n’existe plus" in gone.text
    assert "Léa" not in gone.text
    assert "Je donne mon accord" not in gone.text


async def test_nobodys_mailbox_is_filled_with_demands_to_a_guardian(database: object, app: object) -> None:
    shift = await the_shift(await a_mission())
    for number in range(MOST_A_DAY):
        await sign_up(shift, Actor(await a_person(f"Léa Rey {number}")), f"cle-{number}-lea", Wish(minor=PAUL))
    another = Actor(await a_person("Zoé Rey"))
    with pytest.raises(Invalid, match="plusieurs demandes") as refused:
        await sign_up(shift, another, "cle-de-zoe", Wish(minor=PAUL))
    assert refused.value.field == "guardian_email"
    assert await Signup.filter(person_id=another.person.id).count() == 0, "nothing of it is kept"
    await jobs.run_due(schedules=False)
    assert await OutboxMessage.filter(to="paul.rey@exemple.fr").count() == MOST_A_DAY
    clock.travel(timedelta(days=1, minutes=1))
    await sign_up(shift, another, "cle-de-zoe", Wish(minor=PAUL))


async def test_hours_of_somebody_who_was_erased_meanwhile_are_nobodys(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    shift, rows = await a_shift_gone_by(lead, [rose])
    await attendance.confirm_presence(shift, {rows[0].id}, Actor(lead))
    await erased(rose)
    await proposing.follow_list(shift.id)
    entry = await HoursEntry.get()
    assert (entry.person_id, entry.minutes) == (None, 180)


@pytest.mark.one_engine
async def test_what_was_written_beside_an_erased_contact_is_no_longer_public(database: object, client: Client) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead, contact_note="appelez le 06 12 34 56 78")
    assert "06 12 34" in (await client.get(f"/missions/{mission.slug}")).text
    await erased(lead)
    found = await Mission.get(id=mission.id)
    assert (found.contact_id, found.contact_note) == (None, "")
    assert "06 12 34" not in (await client.get(f"/missions/{mission.slug}")).text


async def test_whoever_was_asked_to_stand_in_waits_again_when_the_group_comes_fewer(database: object, app: object) -> None:
    shift = await the_shift(await a_mission(places=3))
    seat = await sign_up(shift, Actor(await a_person("Camille Rey")), "cle-camille", Wish(party=3, anyway=True))
    asked = await sign_up(shift, Actor(await a_person("Odile Martin")), "cle-d-odile", Wish(party=3, anyway=True))
    await stand_ins.seek(seat, None)
    assert (await Signup.get(id=asked.id)).replaces_id == seat.id
    await service.come_fewer(seat, 1, None)
    fresh = await Signup.get(id=asked.id)
    assert (fresh.status, fresh.replaces_id) == (SignupStatus.WAITING, None)
    assert (await Shift.get(id=shift.id)).waiting == 1


@pytest.mark.one_engine
async def test_an_address_that_no_page_can_have_leads_to_a_page_that_says_so(database: object, client: Client) -> None:
    mission = await a_mission()
    person = await a_person()
    long = "a" * 150
    for path in (f"/missions/{long}", f"/missions/{long}/agenda.ics", f"/initiatives/{long}"):
        assert (await client.get(path)).status_code == 404, path
    assert (await client.submit(f"/missions/{long}/creneaux/1/inscription", {"cle": "une-cle-longue"})).status_code == 404
    assert (await client.get("/missions?lieu=abcdef")).status_code == 200
    assert (await client.get(f"/mes-heures/{hours_token(person.id)}?initiative={long}")).status_code == 200
    assert (await client.get(f"/missions/{mission.slug}")).status_code == 200


async def test_a_word_typed_as_an_arrival_code_is_nobodys_code(database: object, sign_in) -> None:  # type: ignore[no-untyped-def]
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead))
    camille = await a_signup(shift, await a_person("Camille Rey"))
    clock.travel(shift.starts_at - clock.now() - timedelta(minutes=30))
    browser = await sign_in(lead)
    path = f"/missions/{shift.mission.slug}/creneaux/{shift.id}"
    answer = await browser.submit(f"{path}/arrivees", {"code": "Camille"})
    assert answer.status_code < 500
    assert (await browser.get(f"/arrivees/{shift.id}/ABCDEFG")).status_code == 404
    await browser.submit(f"{path}/arrivees", {"code": camille.code.lower()})
    assert (await Signup.get(id=camille.id)).status == SignupStatus.ATTENDED
