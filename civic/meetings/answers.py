"""What those expected say before the meeting: present, at a distance, excused, or a proxy (S3).

Every answer takes the meeting's row first, so that two answers never cross; the cap of proxies is one conditional
update all the same. A proxy goes to somebody expected who comes herself: there are no chains.
"""

from collections.abc import Sequence
from datetime import datetime

from tortoise.expressions import F, Q

from civic import clock, jobs
from civic.database import retrying, transaction
from civic.errors import Forbidden, Gone, Invalid, NotFound
from civic.i18n import _
from civic.meetings import queries
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.models import Meeting, MeetingStatus
from civic.organisations.queries import former_representatives
from civic.people import links
from civic.people import service as people
from civic.people.models import Person

LINK, SUBSTITUTE_LINK, PROXY_LINK = "meeting_answer", "meeting_answer_substitute", "meeting_proxy"
_COMES = Q(coming__isnull=True) | Q(coming__in=[Coming.PRESENT, Coming.REMOTE])


def token_of(row: Attendance, *, substitute: bool = False) -> str:
    """The secret of the link in a convocation: the titular's or the guest's, or the substitute's."""
    return links.make(SUBSTITUTE_LINK if substitute else LINK, row.id)


def proxy_token_of(row: Attendance, holder_id: int) -> str:
    """The secret of the link by which this holder declines the proxy that this person gave her; it names the seat in
    the open, and is for no other holder."""
    return f"{row.id}.{links.make(_proxy_purpose(row.id), holder_id)}"


def _proxy_purpose(row_id: int) -> str:
    return f"{PROXY_LINK}-{row_id}"


def possible_holders(rows: Sequence[Attendance]) -> list[Attendance]:
    """Those expected who may carry a proxy: they come, or have not said."""
    return [row for row in rows if row.college is not None and row.coming not in (Coming.EXCUSED, Coming.PROXY)]


@retrying
async def answer(
    person: Person, meeting: Meeting, row: Attendance, coming: Coming, holder_id: int | None = None
) -> None:  # fmt: skip
    """Say whether one comes, for one's own seat or as its substitute; the last word counts.

    Who stops coming gives the proxies she carries back, and those who gave them are told. Raises Gone when the meeting
    takes no answers, Invalid for an answer this meeting does not know or a holder who may not carry one more.
    """
    if person.id not in (row.person_id, row.substitute_id):
        raise Forbidden(_("Vous répondez pour votre siège seulement."))
    async with transaction():
        fresh = await _taken(meeting.id)
        if not fresh.takes_answers(clock.now()):
            raise Gone(_("On ne répond plus : la réunion est commencée ou terminée."))
        before = await Attendance.get(id=row.id)
        _check(fresh, before, coming, holder_id)
        if before.coming == coming and before.holder_id == (holder_id if coming == Coming.PROXY else None):
            return
        await let_go(before)
        if coming in (Coming.EXCUSED, Coming.PROXY):
            await give_back_all(before)
        if coming == Coming.PROXY and holder_id:
            await _carry(fresh, before, holder_id)
        await Attendance.filter(id=row.id).update(
            coming=coming, holder_id=holder_id if coming == Coming.PROXY else None, answered_at=clock.now(),
            answered_by_id=person.id,
        )  # fmt: skip
        if coming == Coming.PROXY:
            await tell(before.id, "given", clock.now())


def _check(meeting: Meeting, row: Attendance, coming: Coming, holder_id: int | None) -> None:
    if coming == Coming.REMOTE and not meeting.remote_url:
        raise Invalid(_("On ne peut pas suivre cette réunion à distance."), field="coming")
    if coming != Coming.PROXY:
        return
    if row.college is None or not meeting.proxies_most:
        raise Invalid(_("On ne peut pas donner pouvoir à cette réunion."), field="coming")
    if not holder_id:
        raise Invalid(_("Choisissez à qui vous donnez pouvoir."), field="holder_id")
    if holder_id == row.person_id:
        raise Invalid(_("Choisissez une autre personne que vous."), field="holder_id")


async def _carry(meeting: Meeting, row: Attendance, holder_id: int) -> None:
    """Take one of the proxies she may carry."""
    able = Attendance.filter(
        _COMES, meeting_id=meeting.id, person_id=holder_id, college__isnull=False,
        proxies_held__lt=meeting.proxies_most,
    )  # fmt: skip
    if not await able.update(proxies_held=F("proxies_held") + 1):
        held = await Attendance.get_or_none(meeting_id=meeting.id, person_id=holder_id, college__isnull=False)
        if held is None or held.coming in (Coming.EXCUSED, Coming.PROXY):
            raise Invalid(_("Cette personne ne vient pas : choisissez-en une autre."), field="holder_id")
        raise Invalid(_("Cette personne porte déjà tous les pouvoirs permis."), field="holder_id")


async def let_go(row: Attendance) -> None:
    """The proxy she had given is nobody's any more; its holder is told."""
    if row.coming == Coming.PROXY and row.holder_id:
        await Attendance.filter(meeting_id=row.meeting_id, person_id=row.holder_id, proxies_held__gt=0).update(
            proxies_held=F("proxies_held") - 1
        )
        await tell(row.id, "revoked", clock.now(), holder_id=row.holder_id)


async def give_back_all(row: Attendance) -> None:
    """She comes no more: those whose proxies she carried have to answer again."""
    givers = Attendance.filter(meeting_id=row.meeting_id, holder_id=row.person_id, coming=Coming.PROXY)
    for giver in await givers.order_by("id"):
        await _free(giver)
        await tell(giver.id, "returned", clock.now(), holder_id=row.person_id)
    await Attendance.filter(id=row.id).update(proxies_held=0)


async def _free(giver: Attendance) -> None:
    await Attendance.filter(id=giver.id).update(coming=None, holder_id=None, answered_at=None, answered_by_id=None)


@retrying
async def revoke(person: Person, meeting: Meeting, row: Attendance) -> bool:
    """Take one's proxy back, also while the meeting runs; False when there was none. Raises Gone once it is closed."""
    if person.id not in (row.person_id, row.substitute_id):
        raise Forbidden(_("Vous reprenez votre propre pouvoir seulement."))
    async with transaction():
        await _taken(meeting.id)
        before = await Attendance.get(id=row.id)
        if before.coming != Coming.PROXY:
            return False
        await let_go(before)
        await _free(before)
    return True


@retrying
async def decline_proxy(holder: Person, giver: Attendance) -> bool:
    """The holder does not want to carry it: who gave it is told and answers again; False when it was over. Raises Gone
    once the meeting is closed."""
    async with transaction():
        await _taken(giver.meeting_id)
        before = await Attendance.get(id=giver.id)
        if before.coming != Coming.PROXY or before.holder_id != holder.id:
            return False
        held = Attendance.filter(meeting_id=before.meeting_id, person_id=holder.id, proxies_held__gt=0)
        await held.update(proxies_held=F("proxies_held") - 1)
        await _free(before)
        await tell(before.id, "returned", clock.now(), holder_id=holder.id)
    return True


@retrying
async def invite_guest(meeting: Meeting, name: str, email: str | None) -> Attendance:
    """Somebody without a seat is invited; she gets the convocation and does not count. Once for each person. Raises
    Gone before the convocation and once the meeting is over."""
    async with transaction():
        await _taken(meeting.id)
        guest = await people.meet(name, email)
        known = await Attendance.get_or_none(meeting_id=meeting.id, person_id=guest.id)
        if known:
            return known
        row = await Attendance.create(meeting_id=meeting.id, person=guest)
        await jobs.enqueue("meeting_guest_invited", key=f"meeting-guest-{row.id}", attendance_id=row.id)
    return row


@retrying
async def nudge(meeting: Meeting) -> bool:
    """Remind once who has not answered; False when that was done. Raises Gone when nobody may answer any more."""
    async with transaction():
        fresh = await _taken(meeting.id)
        if not fresh.takes_answers(clock.now()):
            raise Gone(_("On ne répond plus : la réunion est commencée ou terminée."))
        if not await Meeting.filter(id=meeting.id, nudged_at__isnull=True).update(nudged_at=clock.now()):
            return False
        key = f"meeting-{meeting.id}-{fresh.starts_at.isoformat() if fresh.starts_at else ''}"
        await jobs.enqueue("meeting_nudged", key=key, meeting_id=meeting.id)
    return True


async def row_of_link(token: str) -> tuple[Attendance, Person]:
    """What a mailed link answers for, and who answers. Raises NotFound, or Gone for a link that was ended and for who
    represents the organisation of the seat no more."""
    try:
        row_id, purpose = links.read(LINK, token), LINK
    except NotFound:
        row_id, purpose = links.read(SUBSTITUTE_LINK, token), SUBSTITUTE_LINK
    row = await _row(row_id)
    person = row.person if purpose == LINK else row.substitute
    if person is None or person.erased_at:
        raise NotFound(_("Cette convocation n’existe plus."))
    links.check_current(person, purpose, token)
    if row.organisation_id and (row.organisation_id, person.id) in await former_representatives([row.organisation_id]):
        raise Gone(_("Vous ne représentez plus cette organisation : quelqu’un d’autre répond pour elle."))
    return row, person


async def row_of_proxy_link(token: str) -> tuple[Attendance, Person]:
    """The proxy behind a mailed link and who carries it. Raises NotFound, Gone when it is carried no more, or by
    somebody else."""
    written, _dot, secret = token.partition(".")
    row_id = int(written) if written.isdecimal() and len(written) < 18 else 0
    holder_id = links.read(_proxy_purpose(row_id), secret)
    row = await _row(row_id)
    if row.coming != Coming.PROXY or row.holder is None or row.holder.id != holder_id:
        raise Gone(_("Ce pouvoir a été repris ou décliné : vous ne le portez plus."))
    links.check_current(row.holder, _proxy_purpose(row_id), secret)
    return row, row.holder


async def row_to_answer(meeting: Meeting, person: Person, row_id: int | None) -> Attendance:
    """The seat for which a person answers: the one named, or her only one. Raises Forbidden."""
    found = [row for row in await queries.expected_as(meeting.id, person) if row_id in (None, row.id)]
    if not found:
        raise Forbidden(_("Répondent les personnes convoquées à cette réunion."))
    return found[0]


async def _row(row_id: int) -> Attendance:
    row = await Attendance.get_or_none(id=row_id).select_related(
        "meeting", "person", "substitute", "holder", "organisation"
    )
    if row is None:
        raise NotFound(_("Cette convocation n’existe plus."))
    return row


async def _taken(meeting_id: int) -> Meeting:
    """The meeting, while no other answer is taken. Raises Gone before the convocation and once it is over."""
    alive = [MeetingStatus.CONVENED, MeetingStatus.RUNNING]
    if not await Meeting.filter(id=meeting_id, status__in=alive).update(version=F("version") + 1):
        raise Gone(_("Cette réunion n’est pas convoquée, ou elle est terminée."))
    return await Meeting.get(id=meeting_id)


async def tell(row_id: int, what: str, moment: datetime, *, holder_id: int | None = None) -> None:
    """Ask for the letter about a proxy: given, revoked or returned."""
    key = f"meeting-proxy-{what}-{row_id}-{moment.isoformat()}"
    await jobs.enqueue("meeting_proxy_changed", key=key, attendance_id=row_id, what=what, holder_id=holder_id)


