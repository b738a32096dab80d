"""A server or a worker killed by SIGKILL while a committee decides: after a restart all is right, exactly once.

A closing of 5 000 electors, a box of papers being emptied, minutes that save themselves, convocations. The longest of
them dies at two points on each engine; CIVIC_TEST_KILLS=1 tries every point.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import aiosmtplib
import httpx2
import pytest
from nacl.bindings import sodium_pad
from nacl.public import PublicKey, SealedBox

from civic import clock, jobs
from civic import database as db
from civic.ballots import keys
from civic.ballots import service as ballots
from civic.ballots.models import BallotBox, CountedBallot, SealedBallot
from civic.counting.rules import Method, Verdict
from civic.database.config import sqlite_path
from civic.decisions import closing, sealing
from civic.decisions import jobs as letters
from civic.decisions.models import Decision, DecisionStatus, Elector
from civic.meetings import convening, minutes
from civic.meetings import jobs as convocations
from civic.meetings.attendance import Attendance
from civic.meetings.models import Item, MeetingStatus, NotesVersion
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.middleware import cookie_name
from civic.people.models import Person
from civic.polling import batches, box_routes
from civic.polling.models import Batch, Emptied
from civic.settings import Settings
from tests.civic.test_paper_boxes import NO, YES, Hall, a_hall
from tests.engines import Database
from tests.factories import a_person
from tests.factories.convening import a_prepared_meeting
from tests.factories.meetings import a_meeting
from tests.factories.steering import a_committee, a_member, an_open_decision, fresh
from tests.mailbox import Mailbox, listening, plain
from tests.processes import Process, civic
from tests.serving import mortal_server, serve
from tests.volunteering.test_reminder_kills import die, dying

ELECTORS, WITH_ADDRESS = 5_000, 6
EVERY = "CIVIC_TEST_KILLS" in os.environ
CLOSING = ("in_the_count", "second_letter", *(("before_the_key", "after_the_key", "handed_over") if EVERY else ()))
pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


def worker(point: str, ahead: float) -> None:
    """`civic worker`, so many seconds ahead of today, dead when it comes to that point."""
    clock.travel(timedelta(seconds=ahead))
    destroy = keys.destroy
    if point == "in_the_count":
        sealing.keep = dying(sealing.keep, 1, after=True)
    elif point == "before_the_key":
        keys.destroy = lambda _name: die()
    elif point == "after_the_key":
        keys.destroy = lambda name: (destroy(name), die())[0]
    elif point == "second_letter":
        letters._write = dying(letters._write, 2, after=True)
    elif point == "second_row":
        convocations._convoke = dying(convocations._convoke, 2, after=True)
    elif point:
        aiosmtplib.send = dying(aiosmtplib.send, 2, after=point == "handed_over")
    with patch("demo.routes.routes", []):
        civic("worker")


def server(point: str, url: str, port: int, data: Path) -> None:
    """The site, dead when it comes to that point."""
    if point == "second_paper":
        ballots.put_in = dying(ballots.put_in, 2, after=True)
    elif point == "counted":
        closing.count_with_papers = dying(closing.count_with_papers, 1, after=True)
    elif point == "kept":
        box_routes._after = dying(box_routes._after, 1, after=False)
    elif point == "in_the_version":
        minutes._keep = dying(minutes._keep, 1, after=True)
    elif point == "version_kept":
        minutes.write = dying(minutes.write, 1, after=True)
    asyncio.run(serve(url, port, data))


async def dies_then_goes_on(database: Database, settings: Settings, mailbox: Mailbox, point: str, at: datetime) -> None:
    """A worker that dies at that point, then one that finishes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CIVIC_")}
    given = {
        "CIVIC_ENV": "test", "CIVIC_DATABASE_URL": database.url, "DATA": str(settings.data), "CIVIC_SMTP_URL": mailbox.url,
        "CIVIC_SECRET_KEY": settings.secret_key, "CIVIC_BASE_URL": settings.base_url,
    }  # fmt: skip

    def start(where: str) -> Process:
        ahead, data = (at - datetime.now(UTC)).total_seconds(), Path(settings.data)
        return Process(worker, where, ahead, environment={**kept, **given}, log=data / "said", errors=data / f"errors{where}")

    first = start(point)
    _out, trouble = await asyncio.wait_for(first.communicate(), 120)
    assert first.returncode == -signal.SIGKILL, trouble.decode()[-2000:]
    await db.execute("UPDATE job SET locked_until = 0 WHERE done_at IS NULL")  # the dead worker's leases have ended
    second, until = start(""), int((at + timedelta(minutes=10)).timestamp() * 1000)
    due = "SELECT COUNT(*) AS n FROM job WHERE done_at IS NULL AND run_at <= ?"
    for _ in range(400):
        if not (await db.fetch_all(due, [until]))[0]["n"]:
            break
        await asyncio.sleep(0.2)
    second.terminate()
    await asyncio.to_thread(second.wait, 30)
    assert await jobs.dead_letters() == []


async def a_secret_vote_of_thousands() -> tuple[Decision, list[Person], list[bytes]]:
    """Everybody has voted, three of five for it; who has an address, and the first sealed ballots."""
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    told = [lead, *[await a_member(committee, f"Votante{number} Nom") for number in range(WITH_ADDRESS - 1)]]
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY, secret=True)
    await jobs.run_due(schedules=False)  # the letters of the opening
    names = [f"Personne {number}" for number in range(ELECTORS - WITH_ADDRESS)]
    await Person.bulk_create([Person(name=name, name_folded=name.lower(), created_at=clock.now()) for name in names])
    ids = await Person.filter(name__in=names[:1]).values_list("id", flat=True)
    rows = await Person.filter(id__gte=ids[0]).values_list("id", flat=True)
    college = (await Elector.filter(decision_id=decision.id).first()).college  # type: ignore[union-attr]
    await Elector.bulk_create([Elector(decision_id=decision.id, person_id=one, college=college) for one in rows])
    await Elector.filter(decision_id=decision.id).update(answered_at=decision.opened_at)
    await Decision.filter(id=decision.id).update(electorate=ELECTORS, answers_count=ELECTORS)
    box = await BallotBox.get(decision_id=decision.id)
    seal = SealedBox(PublicKey(bytes(box.public_key)))
    said = [json.dumps([{"code": "no" if number % 5 > 2 else "yes"}, ""]).encode() for number in range(ELECTORS)]
    sealed = [seal.encrypt(sodium_pad(one, box.size)) for one in said]
    await SealedBallot.bulk_create([SealedBallot(decision_id=decision.id, sealed=one) for one in sealed])
    return await fresh(decision), told, sealed[:50]


@pytest.mark.parametrize("point", CLOSING)
async def test_a_closing_of_thousands_that_is_killed_is_counted_once_and_told_once(
    database: Database, settings: Settings, point: str
) -> None:
    decision, told, sealed = await a_secret_vote_of_thousands()
    async with listening() as mailbox:
        await dies_then_goes_on(database, settings, mailbox, point, decision.closes_at + timedelta(seconds=5))
    done = await fresh(decision)
    assert (done.status, done.verdict) == (DecisionStatus.CLOSED, Verdict.ADOPTED)
    assert done.tally == {"yes": 3_000, "no": 2_000, "abstain": 0, "open_objections": 0}
    assert await CountedBallot.filter(decision_id=done.id).count() == ELECTORS
    assert not await SealedBallot.all().count() + await BallotBox.all().count()
    assert not list((settings.data / keys.FOLDER).iterdir()), "the key is destroyed"
    _no_trace(database, sealed)
    arrived = {(str(mail["to"]), str(mail["message-id"])) for mail in mailbox.messages}
    assert Counter(to for to, _id in arrived) == Counter(person.email for person in told), "one letter each"
    assert len(mailbox.messages) == len(told) or point == "handed_over", "only what was handed over unmarked comes again"


def _no_trace(database: Database, sealed: list[bytes]) -> None:
    """Nothing of what was sealed in SQLite's file or its log; PostgreSQL's vacuum has its own time."""
    if database.engine != "sqlite":
        return
    path = sqlite_path(database.url)
    for file in path.parent.glob(f"{path.name}*"):
        content = file.read_bytes()
        assert not [one for one in sealed if one[:32] in content], file.name


async def _posts(url: str, person: Person, path: str, fields: dict[str, str]) -> int:
    """The status of the answer, 0 when the server died before it."""
    cookies = {cookie_name(): await people.open_session(person, "tests")}
    headers = {"sec-fetch-site": "same-origin"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, cookies=cookies, timeout=60) as browser:
        try:
            return (await browser.post(path, data=fields)).status_code
        except httpx2.TransportError:
            return 0


async def _killed_then_again(
    database: Database, settings: Settings, point: str, person: Person, path: str, fields: dict[str, str]
) -> int:  # fmt: skip
    """What she sent is cut off by the server's death; the server is back and she sends it again."""
    with mortal_server(database.url, settings.data, work=functools.partial(server, point)) as (url, process):
        assert await _posts(url, person, path, fields) == 0
        assert await asyncio.to_thread(process.wait, 20) == -signal.SIGKILL
    with mortal_server(database.url, settings.data) as (url, _process):
        return await _posts(url, person, path, fields)


async def _closed(hall: Hall) -> None:
    clock.travel(timedelta(days=3, seconds=1))
    assert await closing.close(hall.decision.id)
    hall.decision = await fresh(hall.decision)


@pytest.mark.parametrize(("point", "again"), [("second_paper", 303), ("counted", 303), ("kept", 409)])
async def test_a_box_whose_emptying_is_killed_is_in_the_urn_once(
    database: Database, settings: Settings, point: str, again: int
) -> None:
    hall = await a_hall()
    await _closed(hall)
    await batches.type_in(Actor(hall.selim), hall.decision, "", [YES, YES, YES, NO, NO])
    path = f"/decisions/{hall.decision.id}/bureau/depouiller"
    fields = {"n_yes": "3", "n_no": "2", "n_abstain": "0"}
    clock.travel(timedelta())  # the server has today's clock; the vote is over in any case
    assert await _killed_then_again(database, settings, point, hall.paule, path, fields) == again
    done = await fresh(hall.decision)
    assert done.tally == {"yes": 3, "no": 2, "abstain": 0, "open_objections": 0}
    assert (await Emptied.all().count(), await Batch.all().count(), await CountedBallot.all().count()) == (1, 0, 5)
    await jobs.run_due(schedules=False)
    assert not list((settings.data / keys.FOLDER).iterdir())


@pytest.mark.parametrize("point", ["in_the_version", "version_kept"])
async def test_minutes_that_save_themselves_while_the_server_dies_are_one_version(
    database: Database, settings: Settings, point: str
) -> None:
    lead = await a_person("Sélim Laurent")
    meeting = await a_meeting(await a_committee(lead), MeetingStatus.RUNNING)
    item = await Item.filter(meeting_id=meeting.id).order_by("position").first()
    assert item
    path = f"/reunions/{meeting.id}/points/{item.id}/notes"
    fields = {"text": "Le samedi, deux arrêts de plus.", "version": str(item.notes_version), "auto": "1"}
    assert await _killed_then_again(database, settings, point, lead, path, fields) == 303
    kept = await Item.get(id=item.id)
    assert (kept.notes, kept.notes_version) == ("Le samedi, deux arrêts de plus.", item.notes_version + 1)
    assert await NotesVersion.filter(item_id=item.id).count() == 1


@pytest.mark.parametrize("point", ["second_row", "before_hand_over", "handed_over"])
async def test_a_convocation_whose_worker_is_killed_reaches_everybody_once(
    database: Database, settings: Settings, point: str
) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    people_ = [lead, *[await a_member(committee, f"Voisine{number} Nom") for number in range(4)]]
    await jobs.run_due(schedules=False)
    await convening.convene(Actor(lead), await a_prepared_meeting(committee, lead))
    async with listening() as mailbox:
        await dies_then_goes_on(database, settings, mailbox, point, clock.now() + timedelta(seconds=2))
    arrived = [mail for mail in mailbox.messages if "rentrée" in plain(str(mail["subject"]))]
    ids = {(str(mail["to"]), str(mail["message-id"])) for mail in arrived}
    assert Counter(to for to, _id in ids) == Counter(person.email for person in people_), "one convocation each"
    assert len(arrived) == len(people_) or point == "handed_over"
    assert await Attendance.all().count() == len(people_)
