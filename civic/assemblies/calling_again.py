"""The second call of an assembly that lacked its quorum: a new meeting with the same resolutions."""

from tortoise.expressions import Q

from civic import clock
from civic.assemblies import queries
from civic.assemblies.models import Assembly, Resolution
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
    """Prepare the second call: the same agenda and resolutions, the quorum the statutes foresee then, their date if it
    is still to come; the same tap twice is one assembly (S6).

    Raises DomainError when the quorum was there, or once something was voted.
    """
    async with transaction():
        voted = Q(counted_at__isnull=False) | Q(item__decision__opened_at__isnull=False)
        if await Resolution.filter(voted, assembly_id=assembly.id).exists():
            raise DomainError(_("L’assemblée a voté : elle ne se convoque pas une seconde fois."))
        assembly = await queries.reread(assembly)
        second = await holding.call_again(actor, assembly.meeting)
        terms = {"year": assembly.year, "created_at": clock.now()}
        known, is_new = await Assembly.get_or_create(meeting_id=second.id, defaults=terms)
        if is_new:
            await _set_terms(actor, assembly, second)
            await _copy_resolutions(assembly, known)
    known.meeting = second
    return known


async def _set_terms(actor: Actor, assembly: Assembly, second: Meeting) -> None:
    first, starts_at = assembly.meeting, assembly.second_at
    lasts = int((first.ends_at - first.starts_at).total_seconds() // 60) if first.ends_at and first.starts_at else 90
    fresh = await Meeting.get(id=second.id).select_related("committee")
    wish = MeetingForm.model_validate({
        "title": second.title, "call_text": second.call_text, "place": second.place, "remote_url": second.remote_url,
        "proxies_most": second.proxies_most, "quorum_percent": assembly.second_percent, "lasts": lasts,
        "starts_at": starts_at if starts_at and starts_at > clock.now() else None,
    })  # fmt: skip
    await meetings.change(actor, fresh, wish)


async def _copy_resolutions(assembly: Assembly, second: Assembly) -> None:
    twins = {item.position: item.id for item in await Item.filter(meeting_id=second.meeting_id)}
    for one in await Resolution.filter(assembly_id=assembly.id).select_related("item").order_by("id"):
        await Resolution.create(
            assembly=second, item_id=twins[one.item.position], kind=one.kind, wording=one.wording,
            majority=one.majority, casting=one.casting, places=one.places, candidates=one.candidates,
        )  # fmt: skip
