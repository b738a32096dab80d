"""What is left of a secret vote at rest: nothing in tables, files, logs, jobs, mails or backups joins person and ballot."""

import asyncio
import json
import re
import tarfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from civic import clock, database, jobs
from civic.ballots import codes, keys
from civic.ballots.models import CountedBallot, SealedBallot
from civic.counting.rules import Method
from civic.database.config import sqlite_path
from civic.decisions import closing
from civic.decisions.models import Decision, Elector, Option
from civic.hosting.backup import backup
from civic.people.models import Person
from civic.settings import Settings
from civic.web import logs
from tests.client import Client
from tests.engines import Database
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member, an_open_decision

SignIn = Callable[[Person], Awaitable[Client]]
OPTIONS = [{"title": f"Candidature {letter}"} for letter in "ABCDE"]
VOTERS = 12


@dataclass
class Vote:
    """What the test knows and nothing else may tell: who voted what, in which place, with which code."""

    decision: Decision
    order: list[Person] = field(default_factory=list)
    said: dict[int, dict[str, int]] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    sealed: list[bytes] = field(default_factory=list)
    key: bytes = b""


def _recognisable(ids: list[int], n: int) -> dict[str, int]:
    """Nine dots placed as nobody else does."""
    first, second = divmod(n, 5)
    dots = {ids[second]: 5 + first, ids[(second + 1) % 5]: 4 - first}
    return {str(one): dots[one] for one in sorted(dots)}


async def _twelve_vote(sign_in: SignIn, data: Path) -> Vote:
    """Twelve people vote through the site, one after the other; every third changes her ballot with her code."""
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    members = [await a_member(committee, f"Votante{n} Nomrare{n}") for n in range(VOTERS)]
    decision = await an_open_decision(committee, lead, method=Method.DOTS, options=OPTIONS, dots=9, secret=True)
    ids = await Option.filter(decision_id=decision.id).order_by("position").values_list("id", flat=True)
    vote = Vote(decision)
    for n, person in enumerate(members):
        browser, booth = await sign_in(person), f"/decisions/{decision.id}/isoloir"
        code = re.search(r'name="code" value="(\w+)"', (await browser.get(booth)).text)
        assert code
        said = _recognisable(ids, n)  # type: ignore[arg-type]
        first = {f"choix_{ids[0]}": "1"} if n % 3 == 0 else {f"choix_{one}": str(k) for one, k in said.items()}
        answer = await browser.submit(booth, {"code": code[1], **first})
        await browser.get(answer.headers["location"])
        if n % 3 == 0:
            changed = {f"choix_{one}": str(k) for one, k in said.items()}
            assert (await browser.submit(f"{booth}/changer", {"code": code[1], **changed})).status_code == 303
        vote.order.append(person)
        vote.said[person.id] = said
        vote.codes.append(code[1])
    vote.sealed = [bytes(one.sealed) for one in await SealedBallot.all()]
    vote.key = next((data / keys.FOLDER).iterdir()).read_bytes()
    return vote


async def _tables() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    names = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        if database.dialect() == "sqlite"
        else "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    )
    return {
        row["name"]: await database.fetch_all(f'SELECT * FROM "{row["name"]}"') for row in await database.fetch_all(names)
    }


def _text(row: dict[str, Any]) -> str:
    values = {name: value.hex() if isinstance(value, bytes | memoryview) else value for name, value in row.items()}
    return json.dumps(values, default=str).replace("\\", "").replace(" ", "")


def _choice(said: dict[str, int]) -> str:
    return json.dumps(said).replace(" ", "")


async def _physical(table: str) -> list[dict[str, Any]]:
    """The rows as they lie in the file."""
    place = "rowid AS place, 0 AS writer" if database.dialect() == "sqlite" else "CAST(ctid AS TEXT) AS place, CAST(CAST(xmin AS TEXT) AS INTEGER) AS writer"
    order = "rowid" if database.dialect() == "sqlite" else "ctid"
    return await database.fetch_all(f"SELECT *, {place} FROM {table} ORDER BY {order}")


async def test_nothing_at_rest_joins_a_person_and_her_ballot(
    sign_in: SignIn, settings: Settings, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    production = settings.model_copy(update={"environment": "production"})
    logs.configure(production)
    vote = await _twelve_vote(sign_in, settings.data)
    await _during_the_vote(vote)
    aside = tmp_path / "aside"
    aside.mkdir()
    await asyncio.to_thread(backup, settings, aside / "mid-vote.tar.gz")
    await Decision.filter(id=vote.decision.id).update(closes_at=clock.now())
    assert await closing.close(vote.decision.id)
    await jobs.run_due()
    await asyncio.to_thread(backup, settings, aside / "after.tar.gz")
    await _after_the_vote(vote)
    assert not list((settings.data / keys.FOLDER).iterdir())
    _files_say_nothing(vote, settings, database)
    _backups_say_nothing(vote, aside, database)
    logged = "".join(capsys.readouterr())
    assert "/decisions/{id:int}/isoloir" in logged
    for secret_word in (*vote.codes, *map(codes.shown, vote.codes), "Votante", "Nomrare", "choix_", "bulletin-"):
        assert secret_word not in logged


async def _during_the_vote(vote: Vote) -> None:
    """Open, it is known who voted; what was said and the codes are nowhere, nor when each voted."""
    voted = await Elector.filter(decision_id=vote.decision.id, answered_at__isnull=False)
    assert {one.person_id for one in voted} == set(vote.said)
    assert {one.answered_at for one in voted} == {(await Decision.get(id=vote.decision.id)).opened_at}
    for name, rows in (await _tables()).items():
        for text in map(_text, rows):
            assert not [said for said in vote.said.values() if _choice(said) in text], name
            assert not [code for code in vote.codes if code in text], name
    assert len({len(one) for one in vote.sealed}) == 1
    for one in await database.fetch_all("SELECT * FROM sealed_ballot"):
        assert set(one) == {"id", "decision_id", "sealed", "code_hash"}


async def _after_the_vote(vote: Vote) -> None:
    """Closed, the ballots are there: without a person, a time, an order, and nowhere else."""
    tables = await _tables()
    assert not tables["sealed_ballot"] + tables["ballot_box"]
    for name, rows in tables.items():
        for text in map(_text, rows):
            told = [said for said in vote.said.values() if _choice(said) in text]
            assert not told or name == "counted_ballot", name
            assert not [one for one in (*vote.codes, *(sealed.hex() for sealed in vote.sealed)) if one in text], name
    ballots = await _physical("counted_ballot")
    assert set(ballots[0]) == {"id", "decision_id", "said", "college", "place", "writer"}
    assert [str(one["id"]) for one in ballots] == sorted(str(one["id"]) for one in ballots)
    assert len({one["writer"] for one in ballots}) == 1
    found = sorted(_choice(one.said["choices"]) for one in await CountedBallot.all())
    assert found == sorted(map(_choice, vote.said.values()))
    electors = await _physical("elector")
    assert len({one["writer"] for one in electors}) == 1
    assert len({one["answered_at"] for one in electors if one["answered_at"]}) == 1
    assert not any(one["nudged_at"] or one["on_paper_at"] for one in electors)


def _files_say_nothing(vote: Vote, settings: Settings, where: Database) -> None:
    """No former ciphertext, no key and no code in any file of the site, nor in SQLite's own."""
    files = [file for file in settings.data.rglob("*") if file.is_file() and "aside" not in file.parts]
    if where.engine == "sqlite":
        path = sqlite_path(where.url)
        files += [file for file in path.parent.glob(f"{path.name}*") if file.is_file()]
        assert path in files
    for file in files:
        content = file.read_bytes()
        assert vote.key not in content, file.name
        assert not [code for code in vote.codes if code.encode() in content], file.name
        for sealed in vote.sealed:
            assert not [at for at in range(0, len(sealed) - 24, 24) if sealed[at : at + 24] in content], file.name


def _backups_say_nothing(vote: Vote, folder: Path, where: Database) -> None:
    """A backup of mid-vote holds what nobody can open; one of after holds no sealed ballot at all."""
    for name in ("mid-vote", "after"):
        with tarfile.open(folder / f"{name}.tar.gz") as tar:
            contents = {one.name: tar.extractfile(one).read() for one in tar if one.isfile()}  # type: ignore[union-attr]
        assert not [one for one in contents if keys.FOLDER in one or one.endswith(".key")]
        assert not [one for one, content in contents.items() if vote.key in content]
        if where.engine == "sqlite":
            held = [sealed for sealed in vote.sealed if sealed[:48] in contents["database.sqlite3"]]
            assert len(held) == (VOTERS if name == "mid-vote" else 0)


async def test_the_same_people_voting_in_another_order_leave_the_same_traces(sign_in: SignIn, settings: Settings) -> None:
    """The place of a counted ballot follows from its random id alone, so it cannot follow from who voted when."""
    vote = await _twelve_vote(sign_in, settings.data)
    await Decision.filter(id=vote.decision.id).update(closes_at=clock.now())
    await closing.close(vote.decision.id)
    voted = [_choice(vote.said[person.id]) for person in vote.order]
    lying = [_choice(json.loads(one["said"])["choices"] if isinstance(one["said"], str) else one["said"]["choices"])
             for one in await _physical("counted_ballot")]  # fmt: skip
    assert sorted(lying) == sorted(voted)
    assert lying != voted  # one chance in 479 001 600
