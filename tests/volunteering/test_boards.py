"""What coordinators have in hand: their week, a word to all who come, the paper sheet and what is typed back."""

import csv
import io
from collections.abc import Awaitable, Callable
from datetime import time, timedelta

import pytest
from pypdfium2 import PdfDocument

from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, RoleName
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_person, an_initiative
from tests.factories.volunteering import a_lead, a_mission, a_shift, a_signup, in_days, the_shift
from tests.mailbox import listening
from volunteering.boards import messages, sheets
from volunteering.boards.models import ShiftMessage
from volunteering.boards.reentry import by_words
from volunteering.boards.week import monday_of, week_of
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import attendance, service, tallies
from volunteering.signups.models import Signup, SignupStatus
from volunteering.signups.roll import roll_of

SignIn = Callable[[Person], Awaitable[Client]]
KEY = "une-cle-de-formulaire"


@pytest.fixture(autouse=True)
def _clock_back():  # type: ignore[no-untyped-def]
    yield
    clock.travel(timedelta())


async def begins(shift: Shift, minutes: int = 0) -> None:
    clock.travel(timedelta())
    clock.travel(shift.starts_at - clock.now() + timedelta(minutes=minutes))


def path_of(shift: Shift, act: str) -> str:
    return f"/missions/{shift.mission.slug}/creneaux/{shift.id}/{act}"


async def market_day(places: int = 8) -> tuple[Shift, Person]:
    lead = await a_lead()
    return await the_shift(await a_mission(lead=lead, places=places)), lead


async def states(shift: Shift) -> dict[str, str]:
    rows = await Signup.filter(shift_id=shift.id).select_related("person").order_by("id")
    return {row.person.name: row.status.value for row in rows}


# The week


@pytest.mark.one_engine
async def test_a_coordinator_reads_her_week_and_the_next_one(database: object, sign_in: SignIn) -> None:
    shift, lead = await market_day(places=4)
    await Shift.filter(id=shift.id).update(minimum=3)
    await ShiftRole.filter(shift_id=shift.id).update(minimum=3)
    camille = await a_person("Camille Rey")
    await service.sign_up(shift, Actor(camille), "cle-de-camille", service.Wish(party=2, anyway=True))
    await service.hold(shift, "Rose Petit", "rose@exemple.fr", "cle-de-rose")
    other = await the_shift(await a_mission("Mission d’une autre", lead=await a_person("Odile Blanc")))
    browser = await sign_in(lead)
    this_week = monday_of(clock.local(shift.starts_at).date().isoformat())
    page = (await browser.get(f"/mon-espace/semaine?du={this_week}")).text
    for words in ("Accompagner la navette du samedi", "Camille R. (+1)", "3 sur 4", "1 à confirmer"):
        assert words in page, words
    assert "Rose" not in page, "nobody knows yet that it is she"
    assert "Mission d’une autre" not in page
    after = (await browser.get(f"/mon-espace/semaine?du={this_week + timedelta(days=7)}")).text
    assert "Aucun créneau cette semaine" in after
    for nonsense in ("hier", "9999-12-31", "0001-01-01"):
        assert (await browser.get(f"/mon-espace/semaine?du={nonsense}")).status_code == 200
    assert "Ma semaine" in (await browser.get("/mon-espace")).text
    stranger = await sign_in(camille)
    assert "navette" not in (await stranger.get(f"/mon-espace/semaine?du={this_week}")).text
    assert "Qui vient, jour par jour" not in (await stranger.get("/mon-espace")).text
    slug = shift.mission.initiative.slug
    assert (await stranger.get(f"/mon-espace/semaine?initiative={slug}")).status_code == 403
    team = await sign_in(await a_person("Agathe Simon", "", RoleName.ANIMATOR))
    assert "Camille R." in (await team.get(f"/mon-espace/semaine?du={this_week}&initiative={slug}")).text
    assert other.mission.title in (await team.get(f"/mon-espace/semaine?du={this_week}")).text


@pytest.mark.one_engine
async def test_the_week_says_what_is_missing_too_many_and_still_to_note(database: object, app: object) -> None:
    shift, lead = await market_day(places=2)
    await ShiftRole.filter(shift_id=shift.id).update(minimum=2)
    await Shift.filter(id=shift.id).update(minimum=2)
    await a_signup(shift, await a_person("Camille Rey"))
    monday = monday_of(clock.local(shift.starts_at).date().isoformat())
    week = await week_of(Actor(lead), monday)
    (turn,) = [turn for day in week.days for turn in day.turns]
    assert (turn.shift.missing, turn.names, turn.unsaid) == (1, ["Camille R."], False)
    await begins(shift, 200)
    await attendance.walk_in(shift, attendance.WalkIn("Marie Dupont", party=3), KEY, Actor(lead))
    (turn,) = [turn for day in (await week_of(Actor(lead), monday)).days for turn in day.turns]
    assert (turn.shift.overbooked, turn.names, turn.unsaid) == (2, ["Camille R.", "Marie D. (+2)"], True)


async def test_a_week_of_two_thousand_shifts_asks_as_little_as_a_week_of_two(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    initiative = await an_initiative(lead=lead)
    mission = await a_mission(lead=lead, initiative=initiative)
    shift = await the_shift(mission)
    await a_signup(shift, await a_person("Camille Rey"))
    monday = monday_of(in_days(14).isoformat())
    browser = await sign_in(lead)
    await _shifts(mission.id, monday, 2)
    with query_count() as few:
        small = await browser.get(f"/mon-espace/semaine?du={monday}")
    await _shifts(mission.id, monday, 1_998, first=2)
    with query_count() as many:
        page = await browser.get(f"/mon-espace/semaine?du={monday}")
    assert small.status_code == page.status_code == 200
    assert len(many) == len(few) <= 12
    assert "compte 2000 créneaux" in page.text
    assert page.text.count("Accompagner la navette du samedi") <= 290, "a day at a time"
    sunday = (await browser.get(f"/mon-espace/semaine?du={monday}&jour={monday + timedelta(days=6)}")).text
    assert "Personne pour l’instant" in sunday


async def _shifts(mission_id: int, monday: object, count: int, first: int = 0) -> None:
    """So many shifts of a week, written past the service."""
    present = clock.now()
    assert hasattr(monday, "isoformat")
    start = clock.at(monday, 6)  # type: ignore[arg-type]
    rows = [
        Shift(
            mission_id=mission_id, starts_at=start + timedelta(days=number % 7, minutes=number // 7),
            ends_at=start + timedelta(days=number % 7, minutes=number // 7 + 60), capacity=4, ceiling=4,
            note=f"n° {number}", created_at=present, updated_at=present,
        )
        for number in range(first, first + count)
    ]  # fmt: skip
    await Shift.bulk_create(rows, batch_size=500)


# A word to all who come


async def test_a_word_is_looked_at_then_sent_once_to_all_who_come(database: object, sign_in: SignIn) -> None:
    shift, lead = await market_day(places=3)
    camille, odile = await a_person("Camille Rey"), await a_person("Odile Martin")
    for person in (camille, odile):
        await a_signup(shift, person)
    await service.hold(shift, "Rose Petit", "rose@exemple.fr", "cle-de-rose")
    waits = await a_signup(shift, await a_person("Léa Blanc"))
    assert waits.status == SignupStatus.WAITING
    await jobs.run_due(schedules=False)
    browser = await sign_in(lead)
    assert (await browser.submit(path_of(shift, "message"), {"cle": KEY, "text": ""})).status_code == 422
    text = {"cle": KEY, "text": "Il pleut : prenez des bottes.\n\nÀ samedi !"}
    preview = (await browser.submit(path_of(shift, "message"), text)).headers["location"]
    page = (await browser.get(preview)).text
    assert "2 personnes le recevront" in page
    assert "prenez des bottes" in page
    assert await OutboxMessage.filter(subject__contains="vous écrit").count() == 0, "looking sends nothing"
    again = (await browser.submit(path_of(shift, "message"), text | {"text": "Il pleut : bottes !"})).headers["location"]
    assert again == preview, "the same form changes the same message"
    for _twice in range(2):
        answer = await browser.submit(preview + "/envoyer")
        assert "2 personnes le reçoivent" in (await browser.get(answer.headers["location"])).text
    await browser.submit(path_of(shift, "message"), text | {"text": "Trop tard"})
    await jobs.run_due(schedules=False)
    mails = await OutboxMessage.filter(subject__contains="Sélim L. vous écrit").order_by("to")
    assert sorted(mail.to for mail in mails) == sorted([str(camille.email), str(odile.email)])
    assert all("bottes !" in mail.text for mail in mails)
    assert not any(str(odile.email) in mail.text + mail.html for mail in mails if mail.to != odile.email)
    history = (await browser.get(path_of(shift, "message"))).text
    assert "Messages déjà envoyés" in history
    assert "bottes !" in history
    assert (await ShiftMessage.get()).readers == 2
    assert await AuditEntry.filter(act="shift_message_sent").count() == 1


async def test_two_coordinators_who_send_at_once_send_one(database: object, app: object) -> None:
    import asyncio

    shift, lead = await market_day()
    await a_signup(shift, await a_person("Camille Rey"))
    await jobs.run_due(schedules=False)
    written = await messages.draft(shift, "Bonjour à tous", KEY, Actor(lead))
    answers = await asyncio.gather(*(messages.send(written, shift, Actor(lead)) for _ in range(4)))
    assert answers == [1, 1, 1, 1]
    await jobs.run_due(schedules=False)
    assert await OutboxMessage.filter(subject__contains="vous écrit").count() == 1


@pytest.mark.one_engine
async def test_answers_to_a_word_go_to_who_wrote_it(database: object, app: object, settings: object) -> None:
    shift, lead = await market_day()
    camille = await a_person("Camille Rey")
    await a_signup(shift, camille)
    await jobs.run_due(schedules=False)
    written = await messages.draft(shift, "Bonjour à tous", KEY, Actor(lead))
    async with listening() as mailbox:
        settings.smtp_url = mailbox.url  # type: ignore[attr-defined]
        await messages.send(written, shift, Actor(lead))
        await jobs.run_due(schedules=False)
        (mail,) = [one for one in mailbox.messages if "vous écrit" in str(one["subject"])]
    assert (mail["to"], mail["reply-to"]) == (camille.email, lead.email)


# The sheet


@pytest.mark.one_engine
async def test_the_sheet_holds_every_code_and_blank_lines_on_as_many_pages_as_it_takes(
    database: object, sign_in: SignIn
) -> None:
    shift, lead = await market_day(places=60)
    names = [f"Bénévole{number} Durand" for number in range(45)]
    codes = [(await a_signup(shift, await a_person(name))).code for name in names]
    browser = await sign_in(lead)
    answer = await browser.get(path_of(shift, "feuille.pdf"))
    assert answer.headers["content-type"] == "application/pdf"
    pages = [page.get_textpage().get_text_range() for page in PdfDocument(answer.content)]
    text = "\n".join(pages)
    assert len(pages) == 3
    for words in (*codes, "Accompagner la navette", "8 h à 11 h".replace(" ", "\u00a0"), "Arrivée", "Signature", "Bénévole44 D."):
        assert words.replace("\u00a0", " ") in text.replace("\u00a0", " "), words
    assert all("Signature" in page for page in pages), "its head is repeated"
    assert "Durand" not in text
    stranger = await sign_in(await a_person("Un Passant"))
    assert (await stranger.get(path_of(shift, "feuille.pdf"))).status_code == 403


async def test_a_signed_sheet_is_typed_back_and_twice_is_once(database: object, sign_in: SignIn) -> None:
    shift, lead = await market_day(places=3)
    camille = await a_signup(shift, await a_person("Camille Rey"))
    await a_signup(shift, await a_person("Odile Martin"))
    await a_signup(shift, await a_person("Lucien Petit"))
    await begins(shift, 240)
    browser = await sign_in(lead)
    assert "Recopier la feuille" in (await browser.get(path_of(shift, "feuille"))).text
    typed = {
        "cle": KEY, "who_1": camille.code.lower(), "start_1": "8h05", "end_1": "1055", "who_3": "odile m.",
        "who_4": "Marie Dupont", "new_4": "1", "start_4": "9",
    }  # fmt: skip
    for key in (KEY, KEY, "la-cle-d-une-autre"):
        answer = await browser.submit(path_of(shift, "feuille"), typed | {"cle": key})
        assert answer.status_code == 303, answer.text
    assert "La feuille est notée\u00a0: 3 personnes." in (await browser.get(answer.headers["location"])).text
    assert await states(shift) == {
        "Camille Rey": "attended", "Odile Martin": "attended", "Lucien Petit": "confirmed", "Marie Dupont": "attended",
    }  # fmt: skip
    noted = await Signup.get(id=camille.id)
    day = clock.local(shift.starts_at).date()
    assert (noted.arrived_at, noted.left_at) == (clock.at(day, 8, 5), clock.at(day, 10, 55))
    assert (await Shift.get(id=shift.id)).taken == 4
    assert await tallies.verifications() == []


@pytest.mark.one_engine
async def test_each_wrong_line_says_why_and_nothing_typed_is_lost(database: object, sign_in: SignIn) -> None:
    shift, lead = await market_day(places=5)
    for name in ("Camille Rey", "Camille Roux", "Odile Martin"):
        await a_signup(shift, await a_person(name))
    await begins(shift, 240)
    browser = await sign_in(lead)
    typed = {
        "cle": KEY, "who_1": "Camille", "who_2": "Personne Connue", "who_3": "Odile", "start_3": "midi",
        "who_4": "Odile Martin", "start_4": "10", "end_4": "9", "start_5": "8", "who_6": "Odile Martin", "start_6": "23",
    }  # fmt: skip
    answer = await browser.submit(path_of(shift, "feuille"), typed)
    assert answer.status_code == 422
    for words in (
        "écrivez le code", "Cochez la case", "par exemple 9h05", "avant l’arrivée", "le code ou le nom de cette ligne",
        "loin de celles du créneau", 'value="Personne Connue"', 'value="midi"',
    ):  # fmt: skip
        assert words in answer.text, words
    assert set((await states(shift)).values()) == {"confirmed"}, "nothing is noted while a line is not understood"
    twice = await browser.submit(path_of(shift, "feuille"), {"cle": KEY, "who_1": "Odile", "who_2": "Odile M."})
    assert "déjà à la ligne 1" in twice.text
    assert "au moins une ligne" in (await browser.submit(path_of(shift, "feuille"), {"cle": KEY})).text


@pytest.mark.one_engine
async def test_hours_of_a_night_are_those_of_the_night(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead)
    night = await a_shift(mission, start=time(22), end=time(6), days=9)
    camille = await a_signup(night, await a_person("Camille Rey"))
    await begins(night, 600)
    browser = await sign_in(lead)
    typed = {"cle": KEY, "who_1": "Camille Rey", "start_1": "23:30", "end_1": "5h"}
    assert (await browser.submit(path_of(night, "feuille"), typed)).status_code == 303
    noted = await Signup.get(id=camille.id)
    assert noted.arrived_at
    assert noted.left_at
    assert noted.left_at - noted.arrived_at == timedelta(hours=5, minutes=30)


@pytest.mark.one_engine
async def test_a_walk_in_called_as_somebodys_name_begins_is_another_person(database: object, app: object) -> None:
    shift, _lead = await market_day()
    await a_signup(shift, await a_person("Marie Dupont"))
    people = (await roll_of(shift)).rows
    assert [row.person.name for row in by_words(people, "marie")] == ["Marie Dupont"]
    assert by_words(people, "marie", whole=True) == []
    assert by_words(people, "") == []


@pytest.mark.one_engine
async def test_the_list_that_is_taken_away_runs_no_formula_and_leaves_a_trace(database: object, sign_in: SignIn) -> None:
    shift, lead = await market_day()
    camille = await a_person("=Camille Rey")
    await a_signup(shift, camille)
    browser = await sign_in(lead)
    answer = await browser.get(path_of(shift, "liste.csv"))
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[1][1] == "'=Camille R."
    assert str(camille.email) not in answer.text
    trace = await AuditEntry.get(act="attendance_exported")
    assert (trace.actor_id, trace.subject, trace.details) == (lead.id, f"shift:{shift.id}", {"rows": 1})
    stranger = await sign_in(camille)
    assert (await stranger.get(path_of(shift, "liste.csv"))).status_code == 403
    assert await AuditEntry.filter(act="attendance_exported").count() == 1
    assert len(sheets.sheet_headers()) == len(rows[1])
