"""The second call of an assembly that lacked its quorum: a new meeting with the same resolutions."""

from tortoise.expressions import Q

from civic import clock
from civic.assemblies import queries
from civic.assemblies.models import Assembly, Resolution
from civic.committees import queries as committees
from civic.database import retrying, transaction
from civic.errors import DomainError
from civic.i18n import _
from civic.meetings import holding
from civic.meetings import service as meetings
from civic.meetings.forms import MeetingForm
from civic.meetings.models import Item, Meeting
from civic.people.actor import Actor


@retrying
async def call_again(actor: Actor, assembly: Assembly) -> Assembly:
    """Prepare the second call, from the page of the assembly; the same tap twice is one assembly (S6).

    Raises DomainError when the quorum was there, or once something was voted.
    """
    async with transaction():
        await _check_nothing_was_voted(assembly)
        second = await holding.call_again(actor, assembly.meeting)
        if not await queries.assembly_of(second):  # prepared when the room's own way did not know assemblies
            await called_again(actor, assembly.meeting, second)
        known = await Assembly.get(meeting_id=second.id)
    known.meeting = second
    return known


async def called_again(actor: Actor, first: Meeting, second: Meeting) -> None:
    """Whoever calls the meeting of an assembly again calls the assembly: the same resolutions, the quorum the statutes
    foresee then, their date if it is still to come (slot `called_again`, S6).

    Raises DomainError once something was voted.
    """
    assembly = await queries.assembly_of(first)
    if assembly is None:
        return
    await _check_nothing_was_voted(assembly)
    made = await Assembly.create(meeting_id=second.id, year=assembly.year, created_at=clock.now())
    await _set_terms(actor, assembly, second)
    await _copy_resolutions(assembly, made)


async def _check_nothing_was_voted(assembly: Assembly) -> None:
    voted = Q(counted_at__isnull=False) | Q(item__decision__opened_at__isnull=False)
    if await Resolution.filter(voted, assembly_id=assembly.id).exists():
        raise DomainError(_("L’assemblée a voté : elle ne se convoque pas une seconde fois."))


async def _set_terms(actor: Actor, assembly: Assembly, second: Meeting) -> None:
    """The date foreseen may leave fewer days than the notice: then the convocation leaves today at the latest."""
    at = assembly.second_at if assembly.second_at and assembly.second_at > clock.now() else None
    fresh = await Meeting.get(id=second.id).select_related("committee")
    notice = min(fresh.notice_days, (clock.local(at).date() - clock.today()).days) if at else fresh.notice_days
    seated = {seat.person_id for seat in await committees.seats_of(fresh.committee_id)}
    wish = MeetingForm.model_validate({
        **{name: getattr(fresh, name) for name in MeetingForm.model_fields}, "starts_at": at,
        "quorum_percent": assembly.second_percent, "notice_days": notice,
        "chair_id": fresh.chair_id if fresh.chair_id in seated else None,
        "secretary_id": fresh.secretary_id if fresh.secretary_id in seated else None,
    })  # fmt: skip
    await meetings.change(actor, fresh, wish)


async def _copy_resolutions(assembly: Assembly, second: Assembly) -> None:
    twins = {item.position: item.id for item in await Item.filter(meeting_id=second.meeting_id)}
    for one in await Resolution.filter(assembly_id=assembly.id).select_related("item").order_by("id"):
        await Resolution.create(
            assembly=second, item_id=twins[one.item.position], kind=one.kind, wording=one.wording,
            majority=one.majority, casting=one.casting, places=one.places, candidates=one.candidates,
        )  # fmt: skip
