"""A coordinator's week with 2 000 shifts and who comes to them: made in bulk, then opened by its coordinator."""

from datetime import datetime, timedelta

from bench import load
from bench.load import Load
from bench.servers import Server, fetch
from civic import clock, database
from civic.initiatives.models import Initiative, Lead
from volunteering.boards.week import monday_of
from volunteering.missions.models import Mission, MissionStatus
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups.models import Signup, SignupStatus

SHIFTS, EACH = 2_000, 3
FIRST = 1_000_000
"""Ids far from those of the rest of the world."""
MOST_MS = 150.0
PATH = "/mon-espace/semaine"
_COUNT_ON = "SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"


async def fill() -> None:
    """The first person of the made-up world runs an initiative with 2 000 shifts this week, three people in each."""
    one, present = await Initiative.get(id=1), clock.now()
    mission = Mission(
        id=FIRST, slug="semaine-pleine", initiative_id=one.id, title="Accompagner la navette",
        status=MissionStatus.OPEN, created_at=present, updated_at=present,
    )  # fmt: skip
    start = clock.at(monday_of(""), 6)
    shifts, roles, signups = [], [], []
    for number in range(SHIFTS):
        begins = start + timedelta(days=number % 7, minutes=number // 7)
        counts = {"capacity": 8, "ceiling": 8, "taken": EACH}
        shifts.append(Shift(id=FIRST + number, mission_id=FIRST, starts_at=begins, ends_at=begins + timedelta(hours=1),
                            note=str(number), created_at=present, updated_at=present, **counts))  # fmt: skip
        roles.append(ShiftRole(id=FIRST + number, shift_id=FIRST + number, **counts))
        signups += [
            Signup(id=FIRST + number * EACH + place, shift_id=FIRST + number, role_id=FIRST + number,
                   person_id=place + 1, form_key=f"bench-{number}-{place}", status=SignupStatus.CONFIRMED,
                   confirmed_at=present, created_at=present, updated_at=present)
            for place in range(EACH)
        ]  # fmt: skip
    async with database.transaction():
        await Lead.create(id=FIRST, initiative_id=one.id, person_id=1, since=present)
        await mission.save(force_create=True)
        await Mission.create(**{**dict(mission), "id": FIRST - 1, "slug": "mission-tres-demandee"})
        await Shift.bulk_create([*shifts, _wanted(present)], batch_size=500)
        roles.append(ShiftRole(id=FIRST - 1, shift_id=FIRST - 1, capacity=50, ceiling=50))
        await ShiftRole.bulk_create(roles, batch_size=500)
        await Signup.bulk_create(signups, batch_size=500)
    await _go_on_counting()
    await database.execute("ANALYZE")


async def _go_on_counting() -> None:
    """PostgreSQL numbers new rows after those that were made with numbers of their own."""
    if database.dialect() == "postgres":
        for table in ("person", "shift", "shift_role", "signup"):
            await database.fetch_all(_COUNT_ON.format(table=table))


def _wanted(present: datetime) -> Shift:
    """A shift in a month that many want to come to (`bench.storm`)."""
    start = present + timedelta(days=30)
    return Shift(
        id=FIRST - 1, mission_id=FIRST - 1, starts_at=start, ends_at=start + timedelta(hours=2), capacity=50,
        ceiling=50, created_at=present, updated_at=present,
    )  # fmt: skip


def slowest(server: Server, cookie: str, seconds: float) -> float:
    """Milliseconds in which nearly every answer came, one after the other, once the page had been made once."""
    fetch(server, PATH, cookie)
    found = load.run(Load(server.port, PATH, clients=1, seconds=seconds, cookie=cookie))
    if found.errors:
        raise SystemExit(f"A coordinator's week: {found.errors} answers were not 200.")
    return found.p99_ms
