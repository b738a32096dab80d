"""Five thousand electors of one question: its last seconds over HTTP, its closing at the second, its count.

Made in bulk: the electors, and the positions of all but the last `LATE` of them. These answer over HTTP while the
moment of closing passes; whoever was told « counted » must be counted, and nobody else. The closing is the worker's own
function.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import uvloop

from bench.servers import Server
from civic import clock, database
from civic.committees.models import CollegeKind, Committee, CommitteeKind
from civic.counting.rules import CODES, Code, Method
from civic.decisions import closing
from civic.decisions.models import Decision, DecisionStatus, Elector, Option, Stance
from civic.people import service as people
from civic.people.models import Person

ELECTORS, LATE, AT_ONCE, CHOICES = 5_000, 400, 16, 20
FIRST = 2_000_000
"""Ids far from those of the rest of the world."""
MOST_SECONDS = 2.0
"""From the moment of closing to the result: few wait for it, but on SQLite whatever else is written does."""
SEED = 2026


async def prepare(url: str) -> list[str]:
    """Fill the database; answers the cookies of the last to answer."""
    await database.connect(url)
    try:
        return await _fill()
    finally:
        await database.disconnect()


async def _fill() -> list[str]:
    """The electors, and one question by method."""
    present = clock.now()
    committee = Committee(
        id=FIRST, kind=CommitteeKind.ASSEMBLY, slug="assemblee-pleine", name="L’assemblée", purpose="Elle décide.",
        created_at=present, updated_at=present,
    )  # fmt: skip
    folk = [
        Person(id=FIRST + n, name=f"Rose Martin {n}", name_folded=f"rose martin {n}", email=f"e{n}@exemple.fr",
               created_at=present, email_verified_at=present)
        for n in range(ELECTORS)
    ]  # fmt: skip
    async with database.transaction():
        await committee.save(force_create=True)
        await Person.bulk_create(folk, batch_size=500)
    for number, method in enumerate(Method):
        await _ask(FIRST + number, method, present)
    await database.execute("ANALYZE")
    last = await Person.filter(id__gte=FIRST + ELECTORS - LATE).order_by("id")
    return [f"__Host-session={await people.open_session(one, 'bench')}" for one in last]


async def _ask(id: int, method: Method, present: datetime) -> None:
    """An open question with its electors; all but the last have answered."""
    dice = random.Random(SEED + id)
    decision = Decision(
        id=id, committee_id=FIRST, form_key=f"bench-{id}", question="Que fait-on de la grange ?", method=method,
        dots=5, budget_cents=20_000_000 if method == Method.BUDGET else None, status=DecisionStatus.OPEN, seed="bench",
        electorate=ELECTORS, answers_count=ELECTORS - LATE, created_at=present, opened_at=present,
        closes_at=present + timedelta(days=1),
    )  # fmt: skip
    codes: Sequence[Code | None] = CODES.get(method) or [None] * CHOICES
    options = [
        Option(id=id * 100 + n, decision_id=id, code=code, title="" if code else f"Choix {n}", meaning="", position=n,
               cost_cents=dice.randrange(500_000, 5_000_000) if method == Method.BUDGET else None)
        for n, code in enumerate(codes)
    ]  # fmt: skip
    answered = range(ELECTORS - LATE)
    async with database.transaction():
        await decision.save(force_create=True)
        await Option.bulk_create(options)
        await Option.filter(decision_id=id).update(frozen=True)
        await Elector.bulk_create(
            [Elector(decision_id=id, person_id=FIRST + n, college=CollegeKind.RESIDENTS,
                     answered_at=present if n in answered else None) for n in range(ELECTORS)],
            batch_size=500,
        )  # fmt: skip
        await Stance.bulk_create(
            [Stance(decision_id=id, person_id=FIRST + n, at=present, **_said(method, options, dice)) for n in answered],
            batch_size=500,
        )  # fmt: skip


def _said(method: Method, options: Sequence[Option], dice: random.Random) -> dict[str, Any]:
    """What somebody says, by chance: some options are dearer to all than others."""
    if method in CODES:
        return {"option_id": dice.choice([one for one in options if one.code != Code.OBJECT]).id}
    liked = [one.id for place, one in enumerate(options) if dice.random() < 0.6 - place / 40] or [options[0].id]
    if method == Method.BUDGET:
        return {"choices": liked}
    if method == Method.DOTS:
        return {"choices": {str(one): 1 for one in liked[:5]}}
    return {"choices": [[one] for one in dice.sample(liked, len(liked))]}


async def counted(url: str) -> dict[str, float]:
    """Seconds that the closing of each question takes that is still open."""
    await database.connect(url)
    try:
        rows = await Decision.filter(id__gte=FIRST, status=DecisionStatus.OPEN).order_by("id")
        return {decision.method.value: await _closed(decision) for decision in rows}
    finally:
        await database.disconnect()


async def _closed(decision: Decision) -> float:
    await Decision.filter(id=decision.id).update(closes_at=clock.now())
    started = time.monotonic()
    if not await closing.close(decision.id):
        raise SystemExit(f"A closing: {decision.method.value} was not due.")
    return time.monotonic() - started


def last_seconds(servers: Sequence[Server], cookies: Sequence[str], url: str) -> float:
    """The last electors answer yes or no while the moment passes: seconds from it to the result.

    Raises SystemExit when the result does not count exactly those who were told so.
    """
    return uvloop.run(_last_seconds([server.port for server in servers], cookies, url))


async def _last_seconds(ports: Sequence[int], cookies: Sequence[str], url: str) -> float:
    id = FIRST + list(Method).index(Method.MAJORITY)
    await database.connect(url)
    try:
        moment = clock.now() + timedelta(seconds=2)
        await Decision.filter(id=id).update(closes_at=moment)
        waiting = iter(cookies)
        browsers = (_browser(port, id, waiting) for port in itertools.islice(itertools.cycle(ports), AT_ONCE))
        closes = asyncio.create_task(_close_at(id, moment))
        said = list(itertools.chain.from_iterable(await asyncio.gather(*browsers)))
        took = await closes
        decision, kept = await Decision.get(id=id), await Stance.filter(decision_id=id).count()
    finally:
        await database.disconnect()
    told = {"in time": said.count(b"303"), "too late": said.count(b"409")}
    expected = ELECTORS - LATE + told["in time"]
    if sum(told.values()) != LATE or {kept, decision.answers_count, sum((decision.tally or {}).values())} != {expected}:
        raise SystemExit(f"A closing: told {told}, kept {kept}, counted {decision.tally}.")
    return took


async def _close_at(id: int, moment: datetime) -> float:
    """What the worker does when the moment has come; seconds from the moment to the result."""
    await asyncio.sleep((moment - clock.now()).total_seconds() + 0.002)
    if not await closing.close(id):
        raise SystemExit("A closing: it was not due.")
    return (clock.now() - moment).total_seconds()


async def _browser(port: int, id: int, cookies: Iterator[str]) -> list[bytes]:
    """One connection on which one elector after the other answers; the statuses seen."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    seen = []
    for cookie in cookies:
        body = "option=yes&reason="
        writer.write(
            f"POST /decisions/{id}/position HTTP/1.1\r\nhost: bench.example.org\r\nsec-fetch-site: same-origin\r\n"
            f"cookie: {cookie}\r\ncontent-type: application/x-www-form-urlencoded\r\n"
            f"content-length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
        seen.append(head.split()[1])
    writer.close()
    return seen
