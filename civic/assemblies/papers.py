"""The one paper of an assembly, ready to be signed: the minutes with each resolution, then the sheet of who came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from civic.assemblies.models import Assembly
from civic.i18n import _
from civic.meetings import papers, record
from civic.papers import draw
from civic.people.actor import Actor

if TYPE_CHECKING:
    from civic.papers.paper import Paper


async def whole(assembly: Assembly, actor: Actor) -> bytes:
    """Minutes (procès-verbal) and attendance sheet in one PDF, with room for signatures (S6)."""
    meeting = assembly.meeting
    minutes = papers.minutes_to_sign(meeting, await record.record_of(meeting, actor), _("Procès-verbal"))
    sheet = await papers.sheet_to_sign(meeting)

    def fill(paper: Paper) -> None:
        minutes(paper)
        paper.add_page()
        sheet(paper)

    return await draw(_("Procès-verbal, %(title)s", title=meeting.title), fill)
