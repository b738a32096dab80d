"""The ledger of hours: from the list to what both sides agree on."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from civic import clock, jobs
from civic.contributions.models import Contribution
from civic.contributions.queries import has_contributed
from civic.errors import DomainError, Forbidden, Invalid
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.web.forms import Form
from tests.client import Client
from tests.factories import a_person, an_initiative
from tests.factories.hours import a_shift_gone_by, list_noted, said_to_have_come, some_hours
from tests.factories.volunteering import a_lead, a_mission, the_shift
from volunteering.hours import panels, proposing, queries, service, verify
from volunteering.hours.forms import CorrectForm
from volunteering.hours.freezing import freeze
from volunteering.hours.letters import next_monday, token_of
from volunteering.hours.models import EntryStatus, HoursChange, HoursEntry, TimeKind
from volunteering.missions.models import Mission
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import attendance
from volunteering.signups.models import Signup, SignupChange
from volunteering.signups.service import Wish, sign_up

SignIn = Callable[[Person], Awaitable[Client]]


async def _only() -> HoursEntry:
    (entry,) = await HoursEntry.all().select_related("initiative")
    return entry


async def test_whoever_came_finds_her_hours_and_whoever_was_missing_loses_nothing(database: object, app: object) -> None:
    lead, came, ill, away = await a_lead(), await a_person("Rose Petit"), await a_person("Odile Ain"), await a_person("Marc Rey")
    shift, rows = await a_shift_gone_by(lead, [came, ill, away])
    await list_noted(shift, rows[:1], lead, excused=rows[1:2])
    entry = await _only()
    assert (entry.person_id, entry.minutes, entry.proposed_minutes, entry.companions) == (came.id, 180, 180, 0)
    assert (entry.status, entry.kind, entry.day) == (EntryStatus.PROPOSED, TimeKind.MISSION, clock.local(shift.starts_at).date())
    assert entry.title == shift.mission.title
    (change,) = await HoursChange.all()
    assert (change.before, change.after, change.reason) == ("", "proposed", "attendance")
    await list_noted(shift, rows[:1], lead, excused=rows[1:2])
    assert await HoursEntry.all().count() == 1, "the same list again proposes nothing"
    assert await verify.verifications() == []


async def test_only_skills_that_were_asked_for_count_as_used(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    mission = await a_mission(lead=lead, places=20, required_skills=["listening"], wished_skills=["driving"])
    shift = await the_shift(mission)
    row = await sign_up(shift, Actor(rose), "cle-de-rose", Wish(skills=["listening", "driving"], anyway=True))
    clock.travel(timedelta(days=9))
    await list_noted(shift, [row], lead)
    assert (await _only()).skills == ["listening"], "« cela aiderait » is a wish, not a proof"


async def test_a_group_gives_as_many_hours_as_it_has_heads_and_only_one_has_a_name(database: object, app: object) -> None:
    lead, mother = await a_lead(), await a_person("Rose Petit")
    shift, rows = await a_shift_gone_by(lead, [mother], party=3)
    await list_noted(shift, rows, lead)
    entry = await _only()
    assert (entry.minutes, entry.companions, entry.total_minutes) == (180, 2, 540)
    await service.validate(entry, 180, Actor(lead))
    assert await queries.given() == (1, 540)
    assert (await queries.year_of(mother.id, entry.day.year)).agreed == 180


async def test_whoever_came_late_gave_from_her_arrival_by_the_quarter(database: object, app: object) -> None:
    lead, person = await a_lead(), await a_person("Rose Petit")
    shift, (row,) = await a_shift_gone_by(lead, [person])
    at = {"minutes": 50, "expected": 135}, {"minutes": 29, "expected": 180}, {"minutes": 60 * 26, "expected": 180}
    for case in at:
        row.arrived_at = shift.starts_at + timedelta(minutes=case["minutes"])
        assert proposing.minutes_given(shift, row) == case["expected"]
    row.arrived_at = None
    assert proposing.minutes_given(shift, row) == 180
    row.left_at = shift.ends_at + timedelta(minutes=20)
    assert proposing.minutes_given(shift, row) == 200, "the sheet says when she left"
    row.arrived_at = shift.starts_at + timedelta(minutes=10)
    assert proposing.minutes_given(shift, row) == 190
    row.left_at = row.arrived_at - timedelta(minutes=5)
    assert proposing.minutes_given(shift, row) == 180, "nobody leaves before she comes"


async def test_an_arrival_that_was_a_mistake_takes_its_hours_with_it(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    shift, (row,) = await a_shift_gone_by(lead, [rose])
    await attendance.here(shift, row.id, Actor(lead))
    await jobs.run_due(schedules=False)
    assert (await _only()).status == EntryStatus.PROPOSED
    await attendance.undo(shift, row.id, Actor(lead))
    await jobs.run_due(schedules=False)
    assert (await _only()).status == EntryStatus.WITHDRAWN


async def test_a_corrected_list_corrects_its_proposals_until_both_sides_agree(database: object, app: object) -> None:
    lead, rose, odile = await a_lead(), await a_person("Rose Petit"), await a_person("Odile Ain")
    shift, rows = await a_shift_gone_by(lead, [rose, odile])
    await list_noted(shift, rows, lead)
    await list_noted(shift, rows[:1], lead)
    gone = await HoursEntry.get(person_id=odile.id)
    assert gone.status == EntryStatus.WITHDRAWN
    await list_noted(shift, rows, lead)
    assert (await HoursEntry.get(id=gone.id)).status == EntryStatus.PROPOSED, "it comes back, it is not written twice"
    kept = await HoursEntry.get(person_id=rose.id).select_related("initiative")
    await service.validate(kept, 180, Actor(lead))
    await list_noted(shift, rows[1:], lead)
    assert (await HoursEntry.get(id=kept.id)).status == EntryStatus.VALIDATED, "agreed: the ledger is the truth"
    assert await HoursEntry.all().count() == 2
    assert await verify.verifications() == []


async def test_her_own_correction_stays_when_the_list_changes(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    shift, rows = await a_shift_gone_by(lead, [rose])
    await list_noted(shift, rows, lead)
    await service.correct(await _only(), 240, "Je suis restée pour ranger.", rose.id)
    await Signup.filter(id=rows[0].id).update(party=2)
    await list_noted(shift, rows, lead)
    await proposing.follow_list(shift.id)
    entry = await _only()
    assert (entry.status, entry.minutes, entry.proposed_minutes, entry.companions) == (EntryStatus.CORRECTED, 240, 180, 1)
    assert entry.note == "Je suis restée pour ranger."
    assert [change.after for change in await HoursChange.all().order_by("id")] == ["proposed", "corrected", "corrected"]


async def test_nobody_validates_her_own_hours_not_even_who_leads_alone(database: object) -> None:
    lead, animator = await a_lead(), await a_person("Agathe Roux", "", RoleName.ANIMATOR)
    initiative = await an_initiative(lead=lead)
    entry = await some_hours(initiative, lead, kind=TimeKind.GOVERNANCE)
    with pytest.raises(Forbidden):
        await service.validate(entry, 120, Actor(lead))
    with pytest.raises(Forbidden):
        await service.validate(entry, 120, Actor(await a_person(), recorded_by=lead))
    with pytest.raises(Forbidden):
        await service.refuse(entry, "Non merci", Actor(lead))
    assert await service.validate_all(initiative.id, {entry.id: 120}, Actor(lead)) == (0, 1)
    assert await queries.waiting_for(lead.id) == []
    (todo,) = await panels.desk_todos(animator)
    assert todo.text == "Heures que seule l’équipe peut valider\u00a0: 1"
    await service.validate(entry, 120, Actor(animator))
    assert await panels.desk_todos(animator) == []
    assert (await HoursEntry.get(id=entry.id)).validated_by_id == animator.id


async def test_a_coordinator_agrees_to_the_number_she_saw_and_to_no_other(database: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    initiative = await an_initiative(lead=lead)
    first, second = await some_hours(initiative, rose), await some_hours(initiative, rose, 60, title="Réunion")
    stale = await HoursEntry.get(id=first.id)
    await service.correct(await HoursEntry.get(id=first.id), 300, "C’était plus long.", rose.id)
    for attempt in (first, stale):
        with pytest.raises(service.Changed):
            await service.validate(attempt, 120, Actor(lead))
    assert await service.validate_all(initiative.id, {first.id: 120, second.id: 60}, Actor(lead)) == (1, 1)
    assert await service.validate_all(initiative.id, {first.id: 300, second.id: 60}, Actor(lead)) == (1, 1)
    await service.validate(await HoursEntry.get(id=second.id), 60, Actor(lead))
    assert {row.status for row in await HoursEntry.all()} == {EntryStatus.VALIDATED}
    assert await HoursChange.filter(after="validated").count() == 2, "said twice, written once"


async def test_a_refusal_says_why_and_she_may_answer(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    initiative = await an_initiative(lead=lead)
    entry = await some_hours(initiative, rose, by=lead)
    assert await has_contributed(rose.id, initiative.id)
    await service.refuse(entry, "La réunion a été reportée.", Actor(lead))
    assert not await has_contributed(rose.id, initiative.id)
    await jobs.run_due(schedules=False)
    message = await OutboxMessage.get()
    assert message.to == rose.email
    assert "La réunion a été reportée." in message.text
    fresh = await HoursEntry.get(id=entry.id)
    await service.correct(fresh, 60, "Nous étions trois à préparer.", rose.id)
    await service.validate(await HoursEntry.get(id=entry.id), 60, Actor(lead))
    assert await has_contributed(rose.id, initiative.id)
    assert (await HoursEntry.get(id=entry.id)).answer == ""
    assert await verify.verifications() == []


async def test_frozen_hours_are_out_of_everybodys_reach(database: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    entry = await some_hours(await an_initiative(lead=lead), rose, by=lead)
    assert await freeze([entry.id], lead.id, "attestation:1") == 1
    frozen = await HoursEntry.get(id=entry.id)
    with pytest.raises(DomainError, match="ne changent plus"):
        await service.correct(frozen, 60, "Moins long.", rose.id)
    with pytest.raises(DomainError, match="ne changent plus"):
        await service.refuse(frozen, "Finalement non.", Actor(lead))
    with pytest.raises(service.Changed):
        await service.correct(entry, 60, "Moins long.", rose.id)
    with pytest.raises(IntegrityError):
        await HoursEntry.filter(id=entry.id).update(companions=4)
    assert (await HoursEntry.get(id=entry.id)).minutes == 120


async def test_what_she_says_she_gave_is_written_once_and_within_reason(database: object) -> None:
    initiative, rose = await an_initiative(), await a_person("Rose Petit")
    first = await some_hours(initiative, rose)
    assert (await some_hours(initiative, rose)).id == first.id
    assert await HoursChange.all().count() == 1
    with pytest.raises(Invalid, match="24"):
        await some_hours(initiative, rose, 1380, title="Autre chose")
    await some_hours(initiative, rose, 1320, title="Autre chose")
    with pytest.raises(Invalid, match="pas encore passé"):
        await some_hours(initiative, rose, day=clock.today() + timedelta(days=1))
    with pytest.raises(Invalid, match="plus d’un an"):
        await some_hours(initiative, rose, day=clock.today() - timedelta(days=400))
    await service.withdraw(first, rose.id)
    assert [row.id for row in (await queries.year_of(rose.id, clock.today().year)).entries] != [first.id]


async def test_a_form_sent_twice_at_once_is_one_entry(database: object) -> None:
    initiative, rose = await an_initiative(), await a_person("Rose Petit")
    rows = await asyncio.gather(*(some_hours(initiative, rose) for _ in range(6)))
    assert len({row.id for row in rows}) == 1
    assert await HoursEntry.all().count() == 1
    assert await HoursChange.all().count() == 1


async def test_lists_older_than_the_ledger_are_caught_up_with(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    _shift, rows = await a_shift_gone_by(lead, [rose])
    await proposing.catch_up()
    assert await HoursEntry.all().count() == 0, "nobody said yet who came"
    await Signup.filter(id=rows[0].id).update(status="attended")
    await proposing.catch_up()
    await proposing.catch_up()
    assert (await _only()).signup_ref == rows[0].id


async def test_hours_outlive_the_shift_and_the_mission(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    shift, rows = await a_shift_gone_by(lead, [rose])
    await list_noted(shift, rows, lead)
    await service.validate(await _only(), 180, Actor(lead))
    await SignupChange.all().delete()
    await Signup.all().delete()
    await ShiftRole.all().delete()
    await Shift.all().delete()
    await Mission.all().delete()
    entry = await _only()
    assert (entry.title, entry.minutes) == (shift.mission.title, 180)
    assert [given.detail for given in await panels.person_given(rose)] == ["3\u00a0h"]
    assert await verify.verifications() == []


async def test_erased_with_her_words_she_leaves_the_totals_as_they_are(database: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    initiative = await an_initiative(lead=lead)
    frozen = await some_hours(initiative, rose, by=lead)
    await freeze([frozen.id], None, "year:2025")
    other = await some_hours(initiative, rose, 60, title="Chez ma sœur", by=lead)
    twin = await some_hours(initiative, rose, 60, title="Chez mon frère")
    before = await queries.given()
    await service.forget(rose.id)
    assert (await queries.given())[1] == before[1] == 180
    rows = await HoursEntry.all()
    assert {(row.person_id, row.title, row.note) for row in rows} == {(None, "", "")}
    assert twin.id in {row.id for row in rows}
    assert (await HoursEntry.get(id=other.id)).minutes == 60
    assert await queries.agreed(rose.id, other.day, other.day) == []
    assert await verify.verifications() == []


async def test_attended_hours_count_once_as_a_contribution(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    shift, rows = await a_shift_gone_by(lead, [rose])
    await list_noted(shift, rows, lead)
    await service.validate(await _only(), 180, Actor(lead))
    (gift,) = await Contribution.all()
    assert gift.source == f"signup:{rows[0].id}"
    await some_hours(shift.mission.initiative, rose, by=lead)
    assert await Contribution.all().count() == 2


async def test_the_home_page_counts_agreed_hours_only(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    shift, rows = await a_shift_gone_by(lead, [rose])
    await list_noted(shift, rows, lead)
    assert await panels.figures() == []
    (given,) = await panels.person_given(rose)
    assert given.detail == "3\u00a0h, à valider"
    await service.validate(await _only(), 180, Actor(lead))
    assert [figure.value for figure in await panels.figures()] == ["3\u00a0h"]


async def test_one_mail_on_monday_gathers_the_hours_of_the_week(database: object, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    shift, rows = await a_shift_gone_by(lead, [rose])
    await OutboxMessage.all().delete()
    await list_noted(shift, rows, lead)
    await said_to_have_come(shift, [], lead)
    await list_noted(shift, rows, lead)
    assert await OutboxMessage.filter(to=rose.email, subject__contains="Est-ce juste").count() == 0
    monday = next_monday(clock.now())
    assert clock.local(monday).weekday() == 0
    clock.travel(timedelta(days=9) + (monday - clock.now()) + timedelta(minutes=1))
    for _ in range(3):
        await jobs.run_due(schedules=False)
    (message,) = await OutboxMessage.filter(to=rose.email, subject__contains="Est-ce juste")
    assert message.subject == "Vos heures de bénévolat\u00a0: 3\u00a0h. Est-ce juste\u202f?"
    assert "Accompagner la navette" in message.text
    assert "/mes-heures/" in message.text


@pytest.mark.one_engine
async def test_she_corrects_by_the_mailed_link_without_an_account(client: Client, app: object) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    shift, rows = await a_shift_gone_by(lead, [rose])
    await list_noted(shift, rows, lead)
    entry, link = await _only(), f"/mes-heures/{token_of(rose.id)}"
    found = (await client.get(link)).text
    assert "La Navette des Hameaux" in found
    assert "3\u00a0h" in found
    assert "À valider" in found
    wrong = await client.submit(f"{link}/{entry.id}/corriger", {"hours": "4", "minutes": "0", "note": ""})
    assert wrong.status_code == 422
    none = await client.submit(f"{link}/{entry.id}/corriger", {"hours": "0", "minutes": "0", "note": "Rien du tout"})
    assert none.status_code == 422
    right = await client.submit(f"{link}/{entry.id}/corriger", {"hours": "4", "minutes": "0", "note": "Rangement compris"})
    assert right.status_code == 303
    assert "Corrigées, à valider" in (await client.get(right.headers["location"])).text
    other = await a_person("Autre Personne")
    assert (await client.get(f"/mes-heures/{token_of(other.id)}/{entry.id}")).status_code == 404
    assert (await client.get("/mes-heures/faux")).status_code == 404


@pytest.mark.one_engine
async def test_she_adds_a_meeting_and_takes_it_back(database: object, sign_in: SignIn) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    initiative = await an_initiative(lead=lead)
    browser = await sign_in(rose)
    page = await browser.get(f"/mon-espace/heures?initiative={initiative.slug}")
    link = page.headers["location"].partition("#")[0]
    assert "La Navette des Hameaux" in (await browser.get(link)).text
    fields = {
        "initiative": str(initiative.id), "title": "Réunion de bureau", "kind": "governance", "hours": "2", "minutes": "30",
        "day": clock.today().isoformat(),
    }  # fmt: skip
    assert (await browser.submit(link, fields)).status_code == 303
    entry = await _only()
    assert (entry.minutes, entry.kind, entry.person_id) == (150, TimeKind.GOVERNANCE, rose.id)
    late = {**fields, "day": (clock.today() + timedelta(days=3)).isoformat()}
    assert (await browser.submit(link, late)).status_code == 422
    assert (await browser.submit(link, {**fields, "initiative": "999999"})).status_code == 422
    path = link.partition("?")[0]
    assert "Retirer" in (await browser.get(f"{path}/{entry.id}")).text
    assert (await browser.submit(f"{path}/{entry.id}/retirer", {})).status_code == 303
    assert (await _only()).status == EntryStatus.WITHDRAWN


@pytest.mark.one_engine
async def test_the_coordinator_validates_one_all_or_refuses_with_a_reason(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    initiative = await an_initiative(lead=lead)
    rows = [await some_hours(initiative, await a_person(name)) for name in ("Rose Petit", "Odile Ain", "Marc Rey")]
    own = await some_hours(initiative, lead, 60)
    browser = await sign_in(lead)
    path = f"/initiatives/{initiative.slug}/heures"
    found = (await browser.get(path)).text
    assert "Valider les 3 lignes" in found
    assert "6\u00a0h en tout" in found
    assert "Ce sont vos heures" in found
    assert "Heures à valider\u00a0: 3" in (await browser.get("/mon-espace")).text
    assert (await browser.submit(f"{path}/{rows[0].id}/valider", {"minutes": "120"})).status_code == 303
    bare = await browser.submit(f"{path}/{rows[1].id}/refuser", {"answer": ""})
    assert bare.status_code == 422
    assert (await browser.submit(f"{path}/{rows[1].id}/refuser", {"answer": "Ce n’était pas pour nous."})).status_code == 303
    both = {"seen": [f"{rows[2].id}:120", f"{own.id}:60", "n’importe quoi"]}
    said = await browser.submit(f"{path}/valider", both)
    assert "1 ligne validée. 1 reste" in (await browser.get(said.headers["location"])).text
    assert [row.status.value for row in await HoursEntry.all().order_by("id")] == ["validated", "refused", "validated", "proposed"]
    stranger = await sign_in(await a_person("Un Passant"))
    assert (await stranger.get(path)).status_code == 403
    elsewhere = await some_hours(await an_initiative("Une autre"), await a_person())
    assert (await browser.submit(f"{path}/{elsewhere.id}/valider", {"minutes": "120"})).status_code == 404


async def test_a_refusal_by_mistake_is_taken_back_and_the_person_is_told(database: object, sign_in: SignIn) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    initiative = await an_initiative(lead=lead)
    entry = await some_hours(initiative, rose)
    browser = await sign_in(lead)
    path = f"/initiatives/{initiative.slug}/heures"
    assert (await browser.submit(f"{path}/{entry.id}/reprendre", {"minutes": "120"})).status_code == 303
    assert (await _only()).status == EntryStatus.PROPOSED, "nothing was refused yet"
    await browser.submit(f"{path}/{entry.id}/refuser", {"answer": "Je ne vous y ai pas vue."})
    assert "Valider finalement" in (await browser.get(path)).text
    await browser.submit(f"{path}/{entry.id}/reprendre", {"minutes": "90"})
    assert (await _only()).status == EntryStatus.REFUSED, "not the number she saw"
    await browser.submit(f"{path}/{entry.id}/reprendre", {"minutes": "120"})
    found = await _only()
    assert (found.status, found.answer, found.validated_by_id) == (EntryStatus.VALIDATED, "", lead.id)
    assert await has_contributed(rose.id, initiative.id)
    assert await verify.verifications() == []
    assert "Valider finalement" not in (await browser.get(path)).text
    await jobs.run_due(schedules=False)
    told = [mail.subject for mail in await OutboxMessage.filter(to=rose.email or "").order_by("id")]
    assert [subject.split("\u00a0:")[0] for subject in told] == ["Vos heures n’ont pas été validées", "Vos heures sont validées"]


async def test_a_refusal_is_not_taken_back_when_the_day_is_full_meanwhile_nor_for_oneself(database: object) -> None:
    lead, other, rose = await a_lead(), await a_person("Hélène Maire"), await a_person("Rose Petit")
    initiative = await an_initiative(lead=lead)
    entry = await some_hours(initiative, rose, 120)
    await service.refuse(entry, "Je ne vous y ai pas vue.", Actor(lead))
    await some_hours(initiative, rose, 1400, title="Toute la journée")
    with pytest.raises(Invalid, match="24\u00a0h"):
        await service.agree_after_all(entry, 120, Actor(lead))
    own = await some_hours(initiative, lead, 60)
    await service.refuse(own, "Pas ce jour-là.", Actor(other))
    with pytest.raises(Forbidden):
        await service.agree_after_all(own, 60, Actor(lead))


@pytest.mark.one_engine
async def test_hours_are_said_in_plain_words(database: object, sign_in: SignIn) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    initiative = await an_initiative(lead=lead)
    entry = await some_hours(initiative, rose, 180)
    await service.correct(entry, 120, "Partie plus tôt.", rose.id)
    found = (await (await sign_in(lead)).get(f"/initiatives/{initiative.slug}/heures")).text
    assert "Ajoutées par la personne" in found
    assert "La personne a corrigé\u00a0: 3\u00a0h au départ" in found
    assert "Hors liste" not in found


@pytest.mark.one_engine
async def test_hours_that_were_refused_are_not_taken_for_new_ones_in_the_same_words(
    database: object, client: Client
) -> None:
    lead, jeanne = await a_lead(), await a_person("Jeanne Dit")
    initiative = await an_initiative(lead=lead)
    refused = await some_hours(initiative, jeanne)
    await service.refuse(refused, "Je ne vous y ai pas vue.", Actor(lead))
    words = {
        "initiative": str(initiative.id), "kind": "mission", "day": refused.day.isoformat(), "hours": "2", "minutes": "0",
        "title": refused.title,
    }  # fmt: skip
    path = f"/mes-heures/{token_of(jeanne.id)}"
    answer = await client.submit(path, words)
    assert answer.status_code == 422
    assert "n’ont pas été validées" in answer.text
    assert (await client.submit(path, {**words, "title": "Affiches, avec Odile"})).status_code == 303
    assert (await client.submit(path, {**words, "title": "Affiches, avec Odile"})).status_code == 303, "sent twice"
    assert await HoursEntry.all().count() == 2


def test_half_past_two_is_understood_as_people_write_it() -> None:
    for hours, minutes, total in (("2h30", 0, 150), ("2 h", 15, 135), ("2:05", 0, 125), ("2 H 30 min", 45, 150), ("3", 15, 195)):
        form = Form.check({"hours": hours, "minutes": str(minutes), "note": "Partie tôt."}, CorrectForm)
        assert form.data, (hours, form.errors)
        assert form.data.total() == total, hours
    assert Form.check({"hours": "deux", "minutes": "0", "note": "Partie tôt."}, CorrectForm).data is None


@pytest.mark.one_engine
async def test_the_way_to_note_hours_is_not_under_a_year_of_lines(database: object, client: Client) -> None:
    lead, rose = await a_lead(), await a_person("Rose Petit")
    initiative = await an_initiative(lead=lead)
    for number in range(10):
        await some_hours(initiative, rose, 60, title=f"Affiche {number}")
    page = (await client.get(f"/mes-heures/{token_of(rose.id)}")).text
    assert 'href="#ajouter"' in page
    assert "Voir 2 lignes plus anciennes" in page
    assert page.index("Affiche 2") < page.index("<summary>Voir 2") < page.index("Affiche 1")
