"""Presence lists and hours for tests, made through the services."""

from datetime import date, timedelta

from civic import clock, jobs
from civic.initiatives.models import Initiative
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories import a_person
from tests.factories.volunteering import a_mission, the_shift
from volunteering.hours import service
from volunteering.hours.models import HoursEntry, TimeKind
from volunteering.hours.service import Gift
from volunteering.shifts.models import Shift
from volunteering.signups import attendance
from volunteering.signups.models import Signup, SignupStatus
from volunteering.signups.service import Wish, sign_up


async def a_shift_gone_by(lead: Person, people: list[Person], party: int = 1) -> tuple[Shift, list[Signup]]:
    """A shift of three hours, a week from now, for which these people sign up; then the clock goes eight days on."""
    shift = await the_shift(await a_mission(lead=lead, places=20))
    rows = [await sign_up(shift, Actor(one), f"cle-{one.id}", Wish(party=party, anyway=True)) for one in people]
    clock.travel(timedelta(days=9))
    return shift, rows


async def list_noted(shift: Shift, present: list[Signup], lead: Person, excused: list[Signup] | None = None) -> None:
    """The lead says who came, and what follows from it is done."""
    await said_to_have_come(shift, present, lead, excused)
    await jobs.run_due(schedules=False)


async def said_to_have_come(
    shift: Shift, present: list[Signup], lead: Person, excused: list[Signup] | None = None
) -> None:
    """The lead says of everybody who was expected whether she came; nothing follows yet."""
    came, away = {row.id for row in present}, {row.id for row in excused or []}
    said = []
    for row in await Signup.filter(shift_id=shift.id, status__in=attendance.SEEN).order_by("id"):
        word = SignupStatus.ATTENDED if row.id in came else SignupStatus.MISSED
        said.append(attendance.Said(row.id, row.status, SignupStatus.EXCUSED if row.id in away else word))
    await attendance.say(shift, said, Actor(lead))


async def some_hours(
    initiative: Initiative, person: Person | None = None, minutes: int = 120, *, day: date | None = None,
    kind: TimeKind = TimeKind.MISSION, title: str = "Affiches de la fête", by: Person | None = None,
) -> HoursEntry:  # fmt: skip
    """Hours that a person proposes herself; `by`: who validates them."""
    person = person or await a_person()
    gift = Gift(kind, day or clock.today(), minutes, title)
    entry = await service.propose(initiative, person, gift, person.id)
    if by:
        await service.validate(entry, minutes, Actor(by))
    return await HoursEntry.get(id=entry.id).select_related("initiative")
