"""What happens after the fact: the mails of dates, convocations, changes, proxies, points, minutes; two reminders."""

from datetime import datetime
from typing import Any

from civic import clock, jobs
from civic.committees import queries as committees
from civic.i18n import speaking
from civic.mail import send
from civic.meetings import answers, calls, letters, poll, queries, words
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.models import Meeting, MeetingStatus, Proposal, ProposalStatus
from civic.people.models import Person
from civic.web.formats import day
from civic.web.formats import until as until_words


async def dates_proposed(*, meeting_id: int) -> None:
    """Ask members which dates suit them."""
    await _ask_dates("civic/meeting_dates", meeting_id, nudge=False)


async def dates_nudge_due(*, meeting_id: int, until: str) -> None:
    """A day before the end of the answers, unless it has moved since."""
    meeting = await Meeting.get(id=meeting_id)
    if meeting.poll_until and meeting.poll_until == datetime.fromisoformat(until):
        await poll.nudge(meeting_id)


async def dates_nudged(*, meeting_id: int) -> None:
    """Remind who has said nothing."""
    await _ask_dates("civic/meeting_dates_nudge", meeting_id, nudge=True)


async def _ask_dates(name: str, meeting_id: int, *, nudge: bool) -> None:
    meeting = await _meeting(meeting_id)
    if meeting.status != MeetingStatus.POLLING:
        return
    dates = await queries.dates_of(meeting_id)
    silent = {seat.person_id for seat in await poll.silent_seats(meeting)}
    for person in await letters.members_of(meeting):
        if nudge and person.id not in silent:
            continue
        with speaking(person.locale):
            lines = [words.span(date.starts_at, date.ends_at) for date in dates]
            until = until_words(meeting.poll_until) if meeting.poll_until else ""
        await letters.to_member(
            name, meeting, person, f"{name.removeprefix('civic/')}-{meeting_id}-{meeting.sequence}", lines=lines,
            until=until,
        )  # fmt: skip


async def date_kept(*, meeting_id: int) -> None:
    """Tell members which date it is, with the calendar entry."""
    meeting = await _meeting(meeting_id)
    if meeting.starts_at is None or meeting.is_over:
        return
    from civic.meetings.calendar import ics

    for person in await letters.members_of(meeting):
        guest = (person.name, str(person.email))
        await letters.to_member(
            "civic/meeting_date_kept", meeting, person, f"meeting-kept-{meeting_id}-{meeting.starts_at.isoformat()}",
            calendar=ics(meeting, inside=True, guest=guest).decode(),
        )  # fmt: skip


async def convened(*, meeting_id: int) -> None:
    """The convocation to everybody expected, with PDF and calendar entry, exactly once."""
    meeting = await _meeting(meeting_id)
    for row in await queries.attendances_of(meeting_id):
        if row.told_at is None and row.college is not None:
            await _convoke(meeting, row)


async def guest_invited(*, attendance_id: int) -> None:
    """The same for a guest."""
    row = await Attendance.get(id=attendance_id).select_related("person", "substitute")
    await _convoke(await _meeting(row.meeting_id), row)


async def _convoke(meeting: Meeting, row: Attendance) -> None:
    items = await queries.agenda_of(meeting.id)
    expected = meeting.expected
    for person, _stands_in in letters.readers_of(row)[:1] or [(row.person, False)]:
        with speaking(person.locale):
            quorum, proxies = await calls.quorum_of_letter(meeting, expected), words.proxies(meeting)
            lines = [f"{item.title} ({words.length(item.minutes)})" for item in items]
    await letters.to_expected(
        "civic/meeting_convened", meeting, row, f"meeting-convened-{meeting.id}", paper=True, lines=lines,
        quorum=quorum, proxies=proxies, guest=row.college is None, message=meeting.call_text[:1000],
    )  # fmt: skip
    await Attendance.filter(id=row.id).update(told_at=clock.now())


async def changed(*, meeting_id: int, old: dict[str, Any], moved: bool) -> None:
    """Hours, place or name have changed: old and new, the calendar entry one step further."""
    meeting = await _meeting(meeting_id)
    if meeting.status != MeetingStatus.CONVENED:
        return
    before = Meeting(
        title=old["title"], place=old["place"], remote_url=old["remote_url"],
        starts_at=_moment(old["starts_at"]), ends_at=_moment(old["ends_at"]),
    )  # fmt: skip
    for row in await queries.attendances_of(meeting_id):
        with speaking(row.person.locale):
            old_when, old_place = words.when(before), words.where(before)
        await letters.to_expected(
            "civic/meeting_changed", meeting, row, f"meeting-changed-{meeting_id}-{meeting.sequence}", moved=moved,
            paper=True, old=old_when, old_place=old_place, old_title=before.title,
        )  # fmt: skip


async def agenda_changed(*, meeting_id: int, old: list[list[Any]]) -> None:
    """The agenda has changed since the convocation: old and new."""
    meeting = await _meeting(meeting_id)
    items = await queries.agenda_of(meeting_id)
    for row in await queries.attendances_of(meeting_id):
        with speaking(row.person.locale):
            before = [f"{title} ({words.length(minutes)})" for title, minutes in old]
            lines = [f"{item.title} ({words.length(item.minutes)})" for item in items]
        await letters.to_expected(
            "civic/meeting_agenda_changed", meeting, row, f"meeting-agenda-{meeting_id}-{meeting.sequence}",
            paper=True, former=before, lines=lines,
        )  # fmt: skip


async def cancelled(*, meeting_id: int) -> None:
    """It does not take place: why, to those expected, or to members who were asked for dates."""
    meeting = await _meeting(meeting_id)
    rows = await queries.attendances_of(meeting_id)
    for row in rows:
        await letters.to_expected(
            "civic/meeting_cancelled", meeting, row, f"meeting-cancelled-{meeting_id}", reason=meeting.cancelled_reason
        )  # fmt: skip
    if rows:
        return
    for person in await letters.members_of(meeting):
        await letters.to_member(
            "civic/meeting_cancelled", meeting, person, f"meeting-cancelled-{meeting_id}",
            reason=meeting.cancelled_reason,
        )  # fmt: skip


async def nudged(*, meeting_id: int) -> None:
    """Remind who has not said whether she comes."""
    meeting = await _meeting(meeting_id)
    if not meeting.takes_answers(clock.now()) or meeting.starts_at is None:
        return
    for row in await queries.attendances_of(meeting_id):
        if row.coming is None:
            key = f"meeting-nudge-{meeting_id}-{meeting.starts_at.isoformat()}"
            await letters.to_expected("civic/meeting_nudge", meeting, row, key, calendar=False)


async def proxy_changed(*, attendance_id: int, what: str, holder_id: int | None) -> None:
    """A proxy was given or taken back: its holder learns it; it came back: who gave it learns it."""
    row = await Attendance.get(id=attendance_id).select_related("person", "substitute", "holder")
    meeting = await _meeting(row.meeting_id)
    key = f"meeting-proxy-{what}-{attendance_id}-{clock.now().isoformat()}"
    if what == "returned":
        former = await Person.get(id=holder_id)
        await letters.to_expected(
            "civic/meeting_proxy_returned", meeting, row, key, calendar=False, who=former.short_name
        )
        return
    holder = row.holder if what == "given" else await Person.get_or_none(id=holder_id)
    if holder is None or not holder.email or (what == "given" and row.coming != Coming.PROXY):
        return
    with speaking(holder.locale):
        when = words.when(meeting)
    await send(
        "civic/meeting_proxy", to=holder.email, key=key, locale=holder.locale, who=row.person.short_name, when=when,
        given=what == "given", title=meeting.title, committee=meeting.committee.name, meeting_id=meeting.id,
        token=answers.proxy_token_of(row, holder.id),
    )  # fmt: skip


async def point_proposed(*, proposal_id: int) -> None:
    """Who runs the committee learns that somebody proposes a point."""
    proposal = await Proposal.get(id=proposal_id).select_related("person", "meeting", "meeting__committee")
    meeting = proposal.meeting
    for runner in await committees.runners_of(meeting.committee):
        if runner.email and runner.id != proposal.person_id:
            await send(
                "civic/meeting_point", to=runner.email, key=f"meeting-point-{proposal_id}-{runner.id}",
                locale=runner.locale, who=proposal.person.short_name, what=proposal.title, title=meeting.title,
                meeting_id=meeting.id,
            )  # fmt: skip


async def point_answered(*, proposal_id: int) -> None:
    """Who proposed a point learns what became of it."""
    proposal = await Proposal.get(id=proposal_id).select_related("person", "meeting")
    person = proposal.person
    if person.email and not person.erased_at:
        await send(
            "civic/meeting_point_answered", to=person.email, key=f"meeting-point-answered-{proposal_id}",
            locale=person.locale, what=proposal.title, title=proposal.meeting.title, meeting_id=proposal.meeting_id,
            accepted=proposal.status == ProposalStatus.ACCEPTED, reason=proposal.reason,
        )  # fmt: skip


async def minutes_shared(*, meeting_id: int) -> None:
    """Ask those who were there to read the draft and to say what to correct, each once."""
    meeting = await _meeting(meeting_id)
    if meeting.approved_at or meeting.remarks_until is None or meeting.starts_at is None:
        return
    rows = Attendance.filter(meeting_id=meeting_id, arrived_at__isnull=False).order_by("id")
    for row in await rows.select_related("person", "came"):
        person = row.came or row.person
        if not person.email or person.erased_at:
            continue
        with speaking(person.locale):
            when, last = day(meeting.starts_at), until_words(meeting.remarks_until)
        await send(
            "civic/minutes_shared", to=person.email, key=f"minutes-{meeting_id}-{person.id}", locale=person.locale,
            title=meeting.title, committee=meeting.committee.name, when=when, last=last, meeting_id=meeting_id,
        )  # fmt: skip


async def _meeting(meeting_id: int) -> Meeting:
    return await Meeting.get(id=meeting_id).select_related("committee")


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


handlers: dict[str, jobs.Handler] = {
    "meeting_dates_proposed": dates_proposed, "meeting_dates_nudge_due": dates_nudge_due,
    "meeting_dates_nudged": dates_nudged, "meeting_date_kept": date_kept, "meeting_convened": convened,
    "meeting_guest_invited": guest_invited, "meeting_changed": changed, "meeting_agenda_changed": agenda_changed,
    "meeting_cancelled": cancelled, "meeting_nudged": nudged, "meeting_proxy_changed": proxy_changed,
    "meeting_point_proposed": point_proposed, "meeting_point_answered": point_answered,
    "minutes_shared": minutes_shared,
}  # fmt: skip
