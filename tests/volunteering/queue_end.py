"""After a shift: who came is said, hours follow, and outlive the shift, the mission and the names."""

from civic.contributions.models import Contribution
from civic.people.actor import Actor
from civic.people.models import Person
from volunteering.hours import verify
from volunteering.hours.models import EntryStatus, HoursEntry
from volunteering.missions.models import Mission
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import attendance
from volunteering.signups.attendance import Said
from volunteering.signups.models import GuardianConsent, Signup, SignupChange, SignupStatus

AFTER = (SignupStatus.ATTENDED, SignupStatus.MISSED, SignupStatus.EXCUSED)


async def presence_said(shift: Shift, lead: Actor) -> set[int]:
    """The lead says who came, one after the other differently; answers the sign-ups of those who did."""
    if shift.is_cancelled:
        return set()
    coming = await Signup.filter(shift_id=shift.id, status__in=attendance.SEEN).order_by("id")
    said = [Said(row.id, row.status, AFTER[number % 3]) for number, row in enumerate(coming)]
    came, passed_by = await attendance.say(shift, said, lead)
    assert not passed_by, "nobody else has said anything"
    rows = await Signup.filter(shift_id=shift.id, status=SignupStatus.ATTENDED)
    assert came == sum(row.party for row in rows)
    return {row.id for row in rows}


async def hours_survive(shift: Shift, came: set[int]) -> None:
    """Who came has hours once, who did not has none; they stay when shift and mission are gone."""
    entries = await HoursEntry.filter(status=EntryStatus.PROPOSED, signup_ref__in=came or {0})
    assert sorted(entry.signup_ref or 0 for entry in entries) == sorted(came), "once for each who came"
    others = await HoursEntry.filter(signup_ref__not_in=await _of_other_shifts(shift)).exclude(signup_ref__in=came or {0})
    assert not [row.id for row in others if row.status != EntryStatus.WITHDRAWN], "hours of who did not come"
    given = {row.source for row in await Contribution.filter(source__startswith="signup:", revoked_at__isnull=True)}
    assert given >= {f"signup:{one}" for one in came}
    await _checked(shift, entries)
    for model in (GuardianConsent, SignupChange, Signup, ShiftRole, Shift, Mission):
        await model.all().delete()
    kept = {entry.id: entry.minutes for entry in await HoursEntry.filter(id__in=[row.id for row in entries] or [0])}
    assert kept == {entry.id: entry.minutes for entry in entries}
    assert await verify.verifications() == []


async def _checked(shift: Shift, entries: list[HoursEntry]) -> None:
    rows = {row.id: row for row in await Signup.filter(shift_id=shift.id)}
    erased = {person.id for person in await Person.filter(erased_at__isnull=False)}
    for entry in entries:
        row = rows[entry.signup_ref or 0]
        assert 0 < entry.minutes <= shift.lasts.total_seconds() / 60
        assert entry.companions == row.party - 1
        assert entry.person_id == (None if row.person_id in erased else row.person_id), "in whose name"


async def _of_other_shifts(shift: Shift) -> list[int]:
    return [row.id for row in await Signup.exclude(shift_id=shift.id)] or [0]


