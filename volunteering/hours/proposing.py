"""What a presence list says becomes a proposal of hours (PRODUCT V6).

The rule: whoever was there gave the whole shift. Whoever was noted as arriving more than half an hour after its start
gave from that quarter of an hour to the end; a list filled in after the end says nothing about arrivals. Where a paper
sheet holds the hour of leaving, its hours stand, to the minute. Corrected lists correct their proposals until both
sides agree; from then on the ledger is the truth.
"""

from datetime import date, timedelta

from civic import clock, database
from civic.contributions import service as contributions
from civic.needs.models import NeedKind
from civic.people import service as people
from volunteering.hours import letters
from volunteering.hours.models import MOST_MINUTES, EntryStatus, HoursEntry, TimeKind
from volunteering.hours.service import minutes_noted, move, write_down
from volunteering.shifts import places
from volunteering.shifts.models import Shift
from volunteering.signups.models import Signup, SignupStatus

LATE = timedelta(minutes=30)
QUARTER = 15
_UNKNOWN = """SELECT DISTINCT signup.shift_id AS shift_id FROM signup JOIN shift ON shift.id = signup.shift_id
WHERE signup.status = 'attended' AND shift.status = 'open' AND shift.ends_at < ?
AND NOT EXISTS (SELECT 1 FROM hours_entry entry WHERE entry.signup_ref = signup.id) ORDER BY shift_id LIMIT 200"""


def minutes_given(shift: Shift, signup: Signup) -> int:
    """How many minutes of this shift she was there, between a quarter of an hour and a day."""
    start, arrived, left = shift.starts_at, signup.arrived_at, signup.left_at
    if left is not None and left > (arrived or start):
        return _within_a_day(left - (arrived or start))
    if arrived is None or not start + LATE < arrived < shift.ends_at:
        return _within_a_day(shift.lasts)
    missed = int((arrived - start).total_seconds() // 60) // QUARTER * QUARTER
    return _within_a_day(shift.lasts - timedelta(minutes=missed))


def _within_a_day(time: timedelta) -> int:
    return max(1, min(int(time.total_seconds() // 60), MOST_MINUTES))


@database.retrying
async def follow_list(shift_id: int) -> None:
    """Make the ledger say what the presence list says, where nobody has agreed yet. Harmless when repeated.

    Two lists that are noted at once are followed one after the other.
    """
    shift = await Shift.get_or_none(id=shift_id).select_related("mission__initiative")
    if shift is None or shift.is_cancelled or not shift.has_ended:
        return
    async with database.joined():
        await places.lock(shift_id)
        rows = await Signup.filter(shift_id=shift_id).order_by("id").select_related("person", "role")
        known = HoursEntry.filter(signup_ref__in=[row.id for row in rows] or [0]).order_by("id")
        entries = {entry.signup_ref: entry for entry in await known}
        await people.hold(*{row.person_id for row in rows if row.status == SignupStatus.ATTENDED})
        for signup in rows:
            await _follow(shift, signup, entries.get(signup.id))


async def catch_up() -> None:
    """Follow the lists of which the ledger knows nothing: they are older than it, or their job was lost."""
    for row in await database.fetch_all(_UNKNOWN, [clock.now()]):
        await follow_list(int(row["shift_id"]))


async def _follow(shift: Shift, signup: Signup, entry: HoursEntry | None) -> None:
    came = signup.status == SignupStatus.ATTENDED
    if came and entry is None:
        await _propose(shift, signup)
    elif came and entry:
        await _adjust(entry, await _left_of_the_day(shift, signup, entry.day, but=entry.id), signup)
    elif entry and entry.is_pending:
        await move(entry, EntryStatus.WITHDRAWN, "list_corrected", None)
    elif entry and entry.is_agreed and entry.person_id:
        source = f"signup:{signup.id}"
        await contributions.contribute(entry.person_id, entry.initiative_id, NeedKind.TIME, source)


async def _propose(shift: Shift, signup: Signup) -> None:
    mission, role, present = shift.mission, signup.role, clock.now()
    day, person = clock.local(shift.starts_at).date(), None if signup.person.erased_at else signup.person
    minutes = await _left_of_the_day(shift, signup, day)
    if minutes <= 0:  # the day is full of what she wrote herself: looked at again once a coordinator refuses that
        return
    skills = {*mission.required_skills, *(role.skills if role else ())}  # « cela aiderait » proves nothing
    entry = await HoursEntry.create(
        person=person, initiative_id=mission.initiative_id, signup_ref=signup.id, title=mission.title,
        organisation_id=getattr(mission.initiative, "organisation_id", None), role_title=role.title if role else "",
        skills=sorted(skills), kind=TimeKind.MISSION, day=day, minutes=minutes,
        proposed_minutes=minutes, companions=signup.present - 1, created_at=present, updated_at=present,
    )  # fmt: skip
    await write_down(entry, "", "attendance", None)
    await letters.check_soon(signup.person)


async def _left_of_the_day(shift: Shift, signup: Signup, day: date, *, but: int = 0) -> int:
    """Minutes of this shift that the day still holds, 0 or less when it is full; `but` leaves her own entry out."""
    noted = 0 if signup.person.erased_at else await minutes_noted(signup.person.id, day, but=but)
    return min(minutes_given(shift, signup), MOST_MINUTES - noted)


async def _adjust(entry: HoursEntry, minutes: int, signup: Signup) -> None:
    """The list changed after the proposal: her own correction stays, what nobody touched follows."""
    if minutes <= 0:  # the day is full of what she wrote herself meanwhile
        return
    companions = signup.present - 1
    follows = {"proposed_minutes": minutes, "companions": companions}
    told = (entry.proposed_minutes, entry.companions) == (minutes, companions)
    if entry.status == EntryStatus.WITHDRAWN or (entry.status == EntryStatus.PROPOSED and not told):
        await move(entry, EntryStatus.PROPOSED, "list_corrected", None, minutes=minutes, **follows)
    elif entry.status == EntryStatus.CORRECTED and not told:
        await move(entry, EntryStatus.CORRECTED, "list_corrected", None, **follows)
