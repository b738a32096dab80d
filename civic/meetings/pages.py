"""The one page of a meeting, before, while and after it: every form of this slice comes back to it when refused."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from civic import clock, slots
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.meetings import agenda, answers, calls, poll, queries, room, words
from civic.meetings.attendance import Coming
from civic.meetings.dates import Suits
from civic.meetings.models import ItemKind, Meeting, MeetingStatus
from civic.people.actor import Actor, actor_of, visitor_or_actor
from civic.web.forms import Form
from civic.web.page import page

FORMS = ("cancelling", "dates", "item", "proposal", "declining", "answer", "guest", "suits")


async def to_run(request: Request) -> tuple[Meeting, Actor]:
    """The meeting of the address, for who runs it, and who that is. Raises as `meeting_to_run`."""
    actor = actor_of(request)
    return await queries.meeting_to_run(request.path_params["id"], actor), actor


async def meeting_page(
    request: Request, meeting: Meeting, *, status: int = 200, open_item: int = 0, **given: Any
) -> Response:  # fmt: skip
    """The page of a meeting for who looks at it; `given`: the forms that were refused."""
    actor = visitor_or_actor(request)
    reader = await queries.reader_of(meeting, actor)
    items = await queries.agenda_of(meeting.id)
    rows = await queries.attendances_of(meeting.id)
    context: dict[str, Any] = {name: Form() for name in FORMS}
    context |= {
        "meeting": meeting, "committee": meeting.committee, "reader": reader, "words": words,
        "lines": agenda.lines(meeting, items), "sum": agenda.total(items), "rows": rows,
        "takes_answers": meeting.takes_answers(clock.now()), "ItemKind": ItemKind, "Coming": Coming, "Suits": Suits,
        "holders": answers.possible_holders(rows), "table": await poll.table_of(meeting, reader.person),
        "to_approve": await _to_approve(meeting, reader), "open_item": open_item, "changed": False,
        "proposals": await agenda.proposals_of(meeting) if reader.runs else [],
        "decisions": await agenda.decisions_for(meeting) if reader.runs and not meeting.is_over else [],
    }  # fmt: skip
    context["changed"] = meeting.told_agenda is not None and meeting.told_agenda != agenda.told(items)
    context |= await room.beside(meeting, actor)
    context["calls"] = await calls.calls_of(meeting)
    context["rules"] = {key: rule for fill in slots.item_rules for key, rule in (await fill(meeting)).items()}
    context["outcomes"] = {key: said for fill in slots.item_outcomes for key, said in (await fill(meeting)).items()}
    context["parts"] = [part for fill in slots.meeting_panels for part in await fill(meeting, reader.person)]
    return page(request, "civic/meetings/show.html", status=status, **(context | given))


async def _to_approve(meeting: Meeting, reader: queries.Reader) -> Meeting | None:
    if not reader.runs or meeting.is_over or meeting.status == MeetingStatus.RUNNING:
        return None
    last = await queries.to_approve(meeting)
    items = await queries.agenda_of(meeting.id)
    return last if last and last.id not in {item.approves_id for item in items} else None


async def form_page(
    request: Request, committee: Committee, form: Form[Any], meeting: Meeting | None = None, *, status: int = 200,
    cancelling: Form[Any] | None = None,
) -> Response:  # fmt: skip
    """The form of a new meeting or of one in preparation."""
    seats = await committees.seats_of(committee.id)
    return page(
        request, "civic/meetings/form.html", status=status, committee=committee, form=form, meeting=meeting,
        people=[(seat.person_id, seat.person.name) for seat in seats], cancelling=cancelling or Form(),
    )  # fmt: skip


def calendar_answer(content: bytes, name: str) -> Response:
    """A calendar file to download; `name` without its ending."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.ics"', "Cache-Control": "no-store"}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)
