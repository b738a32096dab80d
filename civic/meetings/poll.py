"""Looking for a date: up to ten are proposed, members say which suit them, one is kept (S3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tortoise.expressions import F

from civic import clock, jobs
from civic.committees import queries as committees
from civic.committees.models import Seat
from civic.database import retrying, transaction
from civic.errors import DomainError, Gone, Invalid, NotFound
from civic.i18n import _
from civic.meetings import queries
from civic.meetings.dates import DateAnswer, DateOption, Suits
from civic.meetings.forms import MOST_DATES, DateLine, PollForm
from civic.meetings.models import PREPARED, Meeting, MeetingStatus
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person
from civic.web.forms import Form, typed

LINES = range(1, MOST_DATES + 1)
NUDGE_BEFORE = timedelta(hours=24)
FEWEST_DATES = 2
ORDER = (Suits.YES, Suits.MAYBE, Suits.NO)


@dataclass(slots=True)
class Column:
    """A proposed date with who says what of it, and what the reader says."""

    date: DateOption
    names: dict[Suits, list[str]] = field(default_factory=lambda: {one: [] for one in ORDER})
    mine: Suits | None = None
    is_best: bool = False

    @property
    def weight(self) -> tuple[int, int]:
        """Whom it suits, then whom it suits if need be."""
        return len(self.names[Suits.YES]), len(self.names[Suits.MAYBE])


@dataclass(slots=True)
class Table:
    """All proposed dates, and who sits and has said nothing yet."""

    columns: list[Column]
    silent: list[str]
    open: bool

    @property
    def mine(self) -> dict[int, Suits]:
        """What the reader has said."""
        return {column.date.id: column.mine for column in self.columns if column.mine}


async def table_of(meeting: Meeting, person: Person | None) -> Table | None:
    """The poll of a meeting; None when no date was proposed."""
    dates = await queries.dates_of(meeting.id)
    if not dates or meeting.status != MeetingStatus.POLLING:
        return None
    columns = {date.id: Column(date) for date in dates}
    said = await DateAnswer.filter(date_id__in=list(columns)).order_by("id").select_related("person")
    for answer in said:
        columns[answer.date_id].names[answer.suits].append(answer.person.short_name)
        if person and answer.person_id == person.id:
            columns[answer.date_id].mine = answer.suits
    best = max((column.weight for column in columns.values()), default=(0, 0))
    for column in columns.values():
        column.is_best = column.weight == best and best > (0, 0)
    silent = [seat.person.short_name for seat in await silent_seats(meeting)]
    return Table(list(columns.values()), silent, takes_dates(meeting))


def takes_dates(meeting: Meeting) -> bool:
    """Members may still say which dates suit them."""
    return meeting.status == MeetingStatus.POLLING and (meeting.poll_until is None or clock.now() < meeting.poll_until)


async def silent_seats(meeting: Meeting) -> list[Seat]:
    """The seats of which neither the titular nor the substitute has said anything."""
    ids = [date.id for date in await queries.dates_of(meeting.id)]
    spoken = {answer.person_id for answer in await DateAnswer.filter(date_id__in=ids or [0]).only("id", "person_id")}
    seats = await committees.seats_of(meeting.committee_id)
    return [seat for seat in seats if not spoken & {seat.person_id, seat.substitute_id}]


def read_dates(form: Form[PollForm], sent: Mapping[str, object], *, looking: bool) -> list[DateLine]:
    """The lines of dates that were filled in; what is wrong with one stands beside its field. Two at least, unless the
    committee is `looking` already: then one may be left to keep."""
    found: dict[datetime, DateLine] = {}
    for line in LINES:
        values = {name: typed(sent.get(f"{name}_{line}")) for name in ("starts_at", "lasts")}
        form.values |= {f"{name}_{line}": value for name, value in values.items()}
        if not values["starts_at"]:
            continue
        checked = Form.check(values, DateLine)
        for name, said in checked.errors.items():
            form.errors[f"{name or 'starts_at'}_{line}"] = said
        if checked.data:
            found[checked.data.starts_at] = checked.data
    if not form.errors and not found:
        form.errors["starts_at_1"] = _("Proposez deux dates au moins.")
    elif not form.errors and not looking and len(found) < FEWEST_DATES:
        said = _("Proposez deux dates au moins. Pour une seule, écrivez-la à la page de la réunion : « Modifier ».")
        form.errors[f"starts_at_{len(found) + 1}"] = said
    if form.errors:
        form.data = None
    return list(found.values())


@retrying
async def propose(actor: Actor, meeting: Meeting, dates: list[DateLine], until: datetime | None) -> None:
    """Propose these dates to the committee, or change what is proposed: a date that stays keeps its answers.

    Members are told the first time. Raises Gone once the meeting is convened, Invalid beyond ten dates.
    """
    if not 1 <= len(dates) <= MOST_DATES:
        raise Invalid(_("Proposez entre une et dix dates."), field="starts_at_1")
    async with transaction():
        waiting = Meeting.filter(id=meeting.id, status__in=PREPARED)
        before = await Meeting.get(id=meeting.id)
        fresh = before.status == MeetingStatus.DRAFT
        values = {"poll_nudged_at": None, "starts_at": None, "ends_at": None} if fresh else {}
        if not await waiting.update(
            status=MeetingStatus.POLLING, poll_until=until, sequence=F("sequence") + int(fresh),
            version=F("version") + 1, **values,
        ):  # fmt: skip
            raise Gone(_("Cette réunion est déjà convoquée."))
        await _write(meeting.id, dates)
        key = f"meeting-dates-{meeting.id}-{before.sequence + int(fresh)}"
        if fresh:
            await jobs.enqueue("meeting_dates_proposed", key=key, meeting_id=meeting.id)
            await people.audit(actor, "meeting_dates_proposed", f"meeting:{meeting.id}")
        if until and until - NUDGE_BEFORE > clock.now():
            run_at = until - NUDGE_BEFORE
            await jobs.enqueue(
                "meeting_dates_nudge_due", key=f"{key}-{until.isoformat()}", run_at=run_at, meeting_id=meeting.id,
                until=until.isoformat(),
            )  # fmt: skip


async def _write(meeting_id: int, dates: list[DateLine]) -> None:
    wanted = {line.starts_at: line for line in dates}
    for known in await DateOption.filter(meeting_id=meeting_id):
        line = wanted.pop(known.starts_at, None)
        if line is None:
            await known.delete()
        else:
            ends_at = line.starts_at + timedelta(minutes=line.lasts)
            await DateOption.filter(id=known.id).update(ends_at=ends_at)
    for line in wanted.values():
        ends_at = line.starts_at + timedelta(minutes=line.lasts)
        await DateOption.create(meeting_id=meeting_id, starts_at=line.starts_at, ends_at=ends_at)


@retrying
async def answer(person: Person, meeting: Meeting, said: Mapping[int, Suits]) -> None:
    """Say which dates suit; said again, the last word counts. A date left blank says nothing.

    Raises Gone when a date was kept meanwhile or it is too late, DomainError when nothing is said.
    """
    async with transaction():
        if not await Meeting.filter(id=meeting.id, status=MeetingStatus.POLLING).update(version=F("version") + 1):
            raise Gone(_("La recherche d’une date est terminée."))
        if not takes_dates(await Meeting.get(id=meeting.id)):
            raise Gone(_("Le moment de répondre est passé."))
        known = {date.id for date in await queries.dates_of(meeting.id)}
        kept = {date: suits for date, suits in said.items() if date in known}
        if not kept:
            raise DomainError(_("Choisissez une réponse pour une date au moins."), field="suits")
        await DateAnswer.filter(date_id__in=list(known), person_id=person.id).delete()
        for date, suits in sorted(kept.items()):
            await DateAnswer.create(date_id=date, person_id=person.id, suits=suits)


@retrying
async def keep(actor: Actor, meeting: Meeting, date: DateOption) -> bool:
    """« Retenir cette date »: the others are told; False when a date was kept already. Raises Gone for a past date."""
    if date.starts_at <= clock.now():
        raise Gone(_("Cette date est passée : retenez-en une autre."))
    lasts = int((date.ends_at - date.starts_at).total_seconds() // 60)
    async with transaction():
        looking = Meeting.filter(id=meeting.id, status=MeetingStatus.POLLING)
        if not await looking.update(
            status=MeetingStatus.DRAFT, starts_at=date.starts_at, ends_at=date.ends_at, lasts=lasts,
            sequence=F("sequence") + 1, version=F("version") + 1,
        ):  # fmt: skip
            return False
        await jobs.enqueue("meeting_date_kept", key=f"meeting-kept-{meeting.id}-{date.id}", meeting_id=meeting.id)
        await people.audit(actor, "meeting_date_kept", f"meeting:{meeting.id}")
    return True


@retrying
async def nudge(meeting_id: int) -> bool:
    """Remind once who has said nothing; False when it was done, or when there is nothing to say any more."""
    async with transaction():
        waiting = Meeting.filter(id=meeting_id, status=MeetingStatus.POLLING, poll_nudged_at__isnull=True)
        meeting = await Meeting.get(id=meeting_id)
        if not takes_dates(meeting):
            return False
        if not await waiting.update(poll_nudged_at=clock.now()):
            return False
        key = f"meeting-{meeting_id}-{meeting.sequence}"
        await jobs.enqueue("meeting_dates_nudged", key=key, meeting_id=meeting_id)
    return True


async def date_of(meeting: Meeting, date_id: int) -> DateOption:
    """A date proposed for this meeting. Raises NotFound."""
    found = await DateOption.get_or_none(id=date_id, meeting_id=meeting.id)
    if found is None:
        raise NotFound(_("Cette date n’est plus proposée."))
    return found
