"""What coordinators have in hand: their week, a word to all who come, the paper sheet and what is typed back."""

import csv
import html
import io
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from pypdfium2 import PdfDocument

from civic import clock, jobs
from civic.initiatives.models import Lead
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, RoleName
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_person, an_initiative
from tests.factories.volunteering import a_lead, a_mission, a_signup, in_days, the_shift
from tests.mailbox import listening
from volunteering.boards import messages, sheets
from volunteering.boards.models import ShiftMessage
from volunteering.boards.week import A_PAGE, monday_of, week_of
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import attendance, service
from volunteering.signups.models import Signup, SignupStatus

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
    for words in ("Accompagner la navette du samedi", "Camille Rey (+1)", "3 sur 4", "1 à confirmer"):
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
    assert "Camille Rey" in (await team.get(f"/mon-espace/semaine?du={this_week}&initiative={slug}")).text
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
    assert (turn.shift.missing, turn.names, turn.unsaid) == (1, ["Camille Rey"], False)
    await begins(shift, 200)
    await attendance.walk_in(shift, attendance.WalkIn("Marie Dupont", party=3), KEY, Actor(lead))
    (turn,) = [turn for day in (await week_of(Actor(lead), monday)).days for turn in day.turns]
    assert (turn.shift.overbooked, turn.names, turn.unsaid) == (2, ["Camille Rey", "Marie Dupont (+2)"], True)


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
    assert page.text.count("Accompagner la navette du samedi") == A_PAGE, "a day at a time, page by page"
    seen, text = set(re.findall(r"n° \d+", page.text)), page.text
    while onward := re.search(r'rel="next" href="([^"]+)"', text):
        text = (await browser.get(html.unescape(onward[1]))).text
        shown = set(re.findall(r"n° \d+", text))
        assert not seen & shown
        seen |= shown
    assert "Revenir au début" in text
    assert len(seen) == 286, "every shift of the day stands on one of its pages"
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
async def test_a_draft_is_its_authors_alone_and_what_she_read_is_what_she_sends(database: object, sign_in: SignIn) -> None:
    shift, lead = await market_day()
    other = await a_person("Paul Autre")
    await Lead.create(initiative_id=shift.mission.initiative_id, person=other, since=clock.now())
    await a_signup(shift, await a_person("Camille Rey"))
    await jobs.run_due(schedules=False)
    hers, his = await sign_in(lead), await sign_in(other)
    form = {"cle": "la-cle-du-message", "text": "Venez à 8 h."}
    await hers.submit(f"/missions/{shift.mission.slug}/creneaux/{shift.id}/message", form)
    draft = await ShiftMessage.get(text="Venez à 8 h.")
    path = f"/missions/{shift.mission.slug}/creneaux/{shift.id}/message"
    assert (await his.get(f"{path}?brouillon={draft.id}")).status_code == 404
    await his.submit(path, form | {"text": "Ne venez pas."})
    assert (await ShiftMessage.get(id=draft.id)).text == "Venez à 8 h.", "the same key of another person is another draft"
    await messages.send(draft, shift, Actor(lead))
    await jobs.run_due(schedules=False)
    assert all("Venez à 8 h." in mail.text for mail in await OutboxMessage.filter(subject__contains="vous écrit"))
    assert (await his.get(f"{path}?brouillon={draft.id}")).status_code == 200, "once sent, both read it"


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


@pytest.mark.one_engine
async def test_hours_are_written_as_a_spreadsheet_and_a_sheet_read_them(database: object, sign_in: SignIn) -> None:
    shift, lead = await market_day()
    camille = await a_signup(shift, await a_person("Camille Rey"))
    arrived, left = clock.at(clock.today(), 17, 36), clock.at(clock.today(), 20)
    await Signup.filter(id=camille.id).update(status=SignupStatus.ATTENDED, arrived_at=arrived, left_at=left, party=3)
    browser = await sign_in(lead)
    answer = await browser.get(path_of(shift, "liste.csv"))
    assert ";17:36;20:00;" in answer.text
    (page,) = PdfDocument((await browser.get(path_of(shift, "feuille.pdf"))).content)
    text = page.get_textpage().get_text_range().replace("\u00a0", " ")
    assert shift.mission.initiative.title in text
    assert "17 h 36" in text, text
    assert text.count("avec Camille R.") == 2, "a line to sign for each head"
    assert "Là de 17\u00a0h\u00a036 à 20\u00a0h" in (await browser.get(path_of(shift, "liste"))).text


@pytest.mark.one_engine
async def test_who_has_no_address_is_told_before_the_message_is_written(database: object, sign_in: SignIn) -> None:
    shift, lead = await market_day()
    await a_signup(shift, await a_person("Camille Rey"))
    mute = await a_signup(shift, await a_person("Marcel Gros"))
    await Person.filter(id=mute.person_id).update(email=None)  # type: ignore[attr-defined]
    page = (await (await sign_in(lead)).get(path_of(shift, "message"))).text
    assert "1 personne le recevra" in page
    assert "1 personne est sans adresse, à prévenir autrement\u00a0: Marcel G.<" in page


@pytest.mark.one_engine
async def test_the_list_shows_no_address_to_whoever_looks_over_a_shoulder(database: object, sign_in: SignIn) -> None:
    shift, lead = await market_day(places=1)
    camille, odile = await a_person("Camille Rey"), await a_person("Odile Martin")
    await a_signup(shift, camille)
    await a_signup(shift, odile)
    page = (await (await sign_in(lead)).get(path_of(shift, "liste"))).text
    for person in (camille, odile):
        assert f'href="mailto:{person.email}"' in page
        assert f">{person.email}" not in page
    assert "rang 1" in page
    assert "attend depuis le" in page


@pytest.mark.one_engine
async def test_the_list_that_is_taken_away_runs_no_formula_and_leaves_a_trace(database: object, sign_in: SignIn) -> None:
    shift, lead = await market_day()
    camille = await a_person("=Camille Rey")
    await a_signup(shift, camille)
    browser = await sign_in(lead)
    answer = await browser.get(path_of(shift, "liste.csv"))
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    day = clock.local(shift.starts_at)
    assert rows[1][:2] == [shift.mission.title, day.date().isoformat()]
    assert rows[1][3] == "'=Camille R."
    assert f'presence-{shift.mission.slug}-{day:%Y-%m-%d-%Hh%M}.csv' in answer.headers["content-disposition"]
    assert str(camille.email) not in answer.text
    trace = await AuditEntry.get(act="attendance_exported")
    assert (trace.actor_id, trace.subject, trace.details) == (lead.id, f"shift:{shift.id}", {"rows": 1})
    stranger = await sign_in(camille)
    assert (await stranger.get(path_of(shift, "liste.csv"))).status_code == 403
    assert await AuditEntry.filter(act="attendance_exported").count() == 1
    assert len(sheets.sheet_headers()) == len(rows[1])
