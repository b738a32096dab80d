"""What must hold of papers on live data (`civic verify`): a paper says no more than the ledger holds."""

from civic.i18n import _
from volunteering.attestations.content import Content
from volunteering.attestations.models import Attestation
from volunteering.hours.models import HoursEntry

AT_ONCE = 500


async def papers_are_for_frozen_hours() -> list[str]:
    """Each paper that was not erased has the minutes of its entries, and all of these are frozen."""
    wrong: list[str] = []
    last = 0
    while rows := await Attestation.filter(id__gt=last, person_id__isnull=False).order_by("id").limit(AT_ONCE):
        last = rows[-1].id
        said = {row.id: Content.model_validate(row.content) for row in rows}
        ids = {entry for one in said.values() for entry in one.entries}
        held = {entry.id: entry for entry in await HoursEntry.filter(id__in=ids)}
        for row in rows:
            entries = [held[one] for one in said[row.id].entries if one in held and held[one].is_frozen]
            if not row.minutes == said[row.id].minutes == sum(entry.minutes for entry in entries):
                wrong.append(_("L’attestation %(code)s ne dit pas ce que dit le carnet.", code=row.code))
    return wrong


async def verifications() -> list[str]:
    """Sentences for `civic verify`."""
    return await papers_are_for_frozen_hours()
