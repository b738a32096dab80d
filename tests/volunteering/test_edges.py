"""What an auditor found at the edges: data that was erased, addresses that were typed, mails to a parent."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from civic import clock, jobs
from civic.contributions.queries import has_contributed
from civic.errors import NotFound
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import Person, RoleName, Session
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_person
from tests.factories.hours import a_shift_gone_by, list_noted, said_to_have_come, some_hours
from tests.factories.volunteering import a_lead, a_mission, a_shift, a_signup, the_shift
from volunteering.boards import messages
from volunteering.hours import proposing
from volunteering.hours import service as hours
from volunteering.hours.letters import LINK, person_id_of
from volunteering.hours.letters import token_of as hours_token
from volunteering.hours.models import HoursEntry
from volunteering.missions import templates
from volunteering.missions.models import Mission
from volunteering.privacy import service as privacy
from volunteering.shifts import copies
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.signups import service, stand_ins
from volunteering.signups.consents import MOST_A_DAY, Minor
from volunteering.signups.letters import guardian_token, token_of
from volunteering.signups.models import GuardianConsent, Signup, SignupStatus
from volunteering.signups.overlaps import busy_among
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
    zoe = await a_person("Zoé Rey")
    await sign_up(shift, Actor(zoe), "cle-de-zoe", Wish(minor=PAUL))
    await jobs.run_due(schedules=False)
    assert await OutboxMessage.filter(to="paul.rey@exemple.fr").count() == MOST_A_DAY
    assert (await Signup.get(person_id=zoe.id)).status == SignupStatus.HELD, "that others asked him is not her business"
    clock.travel(timedelta(days=1, minutes=1))
    await jobs.run_due(schedules=False)
    assert await OutboxMessage.filter(to="paul.rey@exemple.fr").count() == MOST_A_DAY + 1, "he is asked the next day"


async def test_hours_of_somebody_who_was_erased_meanwhile_are_nobodys(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    shift, rows = await a_shift_gone_by(lead, [rose])
    await said_to_have_come(shift, rows, lead)
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


@pytest.mark.one_engine
async def test_a_model_or_anothers_copy_never_holds_how_to_reach_the_contact(database: object, app: object) -> None:
    lead, other = await a_lead(), await a_lead("Autre Tête")
    mission = await a_mission(lead=lead, contact_note="appelez le 06 12 34 56 78")
    model = await templates.keep(mission, None)
    assert "06 12 34" not in str(model.content)
    copy, _ = await copies.copy_mission(mission, Actor(other), "La copie de la navette", None)
    assert (copy.contact_id, copy.contact_note) == (other.id, "")
    own, _ = await copies.copy_mission(mission, Actor(lead), "La même, au printemps", None)
    assert own.contact_note == "appelez le 06 12 34 56 78", "hers, for she is its contact again"


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


async def test_agreed_hours_stay_a_contribution_when_the_list_is_corrected_later(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    shift, rows = await a_shift_gone_by(lead, [rose])
    await list_noted(shift, rows, lead)
    await hours.validate(await HoursEntry.get().select_related("initiative"), 180, Actor(lead))
    await list_noted(shift, [], lead)
    assert (await Signup.get(id=rows[0].id)).status == SignupStatus.MISSED
    assert (await HoursEntry.get()).is_agreed
    assert await has_contributed(rose.id, shift.mission.initiative_id)


async def test_a_list_proposes_no_more_than_what_is_left_of_a_day(database: object, app: object) -> None:
    lead, rose, odile = await a_lead(), await a_person("Rose Petit"), await a_person("Odile Ain")
    shift, rows = await a_shift_gone_by(lead, [rose, odile])
    day = clock.local(shift.starts_at).date()
    await some_hours(shift.mission.initiative, rose, 1_440 - 60, day=day)
    whole = await some_hours(shift.mission.initiative, odile, 1_440, day=day)
    await list_noted(shift, rows, lead)
    listed = {row.person_id: row.minutes for row in await HoursEntry.filter(signup_ref__isnull=False)}
    assert listed == {rose.id: 60}
    await hours.refuse(whole, "Ce n’est pas possible.", Actor(lead))
    await proposing.catch_up()
    assert (await HoursEntry.get(signup_ref=rows[1].id)).minutes == 180


async def test_a_watch_around_the_clock_lasts_an_hour_more_in_the_night_of_autumn(database: object, app: object) -> None:
    mission = await a_mission()
    autumn = next(
        day for day in (date(clock.today().year + 1, 10, 25) + timedelta(days=n) for n in range(7)) if day.weekday() == 6
    )
    slot = shifts.Slot(autumn, time(0), time(0), (shifts.RoleWish(2),))
    assert (await shifts.add(mission, slot)).lasts == timedelta(hours=25)
    usual = await shifts.add(mission, replace(slot, day=autumn + timedelta(days=7)))
    assert usual.lasts == timedelta(hours=24)


@pytest.mark.one_engine
async def test_a_sheet_takes_no_name_that_a_form_would_refuse(database: object, sign_in) -> None:  # type: ignore[no-untyped-def]
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead))
    clock.travel(shift.starts_at - clock.now() + timedelta(minutes=30))
    browser = await sign_in(lead)
    path = f"/missions/{shift.mission.slug}/creneaux/{shift.id}/feuille"
    refused = await browser.submit(path, {"cle": "cle-feuille", "who_1": "Gagnez sur www.exemple.fr", "new_1": "1"})
    assert refused.status_code == 422
    assert "sans adresse ni lien" in refused.text
    assert (await browser.submit(path, {"cle": "cle-feuille", "who_1": "Zoé Blanc", "new_1": "1"})).status_code == 303
    assert await Signup.filter(shift_id=shift.id).count() == 1


@pytest.mark.one_engine
async def test_the_animators_browser_keeps_no_lasting_link_to_the_hours_of_whom_she_helps(database: object, sign_in) -> None:  # type: ignore[no-untyped-def]
    helped, animator = await a_person("Lucien Roux"), await a_person("Agathe Roux", "", RoleName.ANIMATOR)
    browser = await sign_in(animator)
    own = (await browser.get("/mon-espace/heures")).headers["location"]
    assert links.read(LINK, own.split("/")[2].split("?")[0]) == animator.id
    await Session.filter(person_id=animator.id).update(counter_for_id=helped.id)
    address = (await browser.get("/mon-espace/heures")).headers["location"]
    token = address.split("/")[2].split("?")[0]
    assert (await browser.get(address)).status_code == 200
    assert person_id_of(token) == helped.id
    with pytest.raises(NotFound):
        links.read(LINK, token)


async def test_what_a_coordinator_and_a_guardian_wrote_is_handed_out_and_erased(database: object, app: object) -> None:
    lead, paul = await a_lead(), await a_person("Paul Rey", "paul.rey@exemple.fr")
    shift = await the_shift(await a_mission(lead=lead))
    await sign_up(shift, Actor(await a_person("Léa Rey", "lea@exemple.fr")), "cle-de-lea", Wish(minor=PAUL))
    await a_signup(shift)
    written = await messages.draft(shift, "Prenez des bottes.", "cle-du-mot", Actor(lead))
    await messages.send(written, shift, Actor(lead))
    assert [one["text"] for one in (await privacy.personal_data(lead))["messages"]] == ["Prenez des bottes."]
    assert [one["name"] for one in (await privacy.personal_data(paul))["guardian"]] == ["Paul Rey"]
    await erased(lead)
    (kept,) = await messages.sent_to(shift)
    assert (kept.text, kept.author_id) == ("", None)


async def test_she_is_asked_about_her_hours_also_when_the_worker_stood_still_for_weeks(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit", "rose@exemple.fr")
    shift, rows = await a_shift_gone_by(lead, [rose])
    await list_noted(shift, rows, lead)
    clock.travel(timedelta(days=9 + 30))
    await jobs.run_due(schedules=False)
    mail = await OutboxMessage.filter(to="rose@exemple.fr").order_by("-id").first()
    assert mail
    assert "juste" in mail.subject + mail.text


async def test_whoever_is_busy_is_found_out_with_one_question_for_all(database: object, app: object) -> None:
    mission = await a_mission()
    shift, same_hours = await the_shift(mission), await a_shift(mission, note="En même temps")
    persons = [await a_person(f"Odile Martin {number}") for number in range(6)]
    for person in persons[:4]:
        await a_signup(same_hours, person)
    with query_count() as queries:
        busy = await busy_among([person.id for person in persons], shift)
    assert busy == {person.id for person in persons[:4]}
    assert len(queries) == 1
    assert await busy_among([], shift) == set()
