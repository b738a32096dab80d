"""A coordinator's week; a shift's messages, sheet, re-entry and list to take away."""

import secrets
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _, _n
from civic.papers import pdf_answer, sheet_answer
from civic.people.actor import actor_of
from civic.people.service import audit
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect
from volunteering.boards import messages, reentry, sheets
from volunteering.boards.forms import MessageForm
from volunteering.boards.models import ShiftMessage
from volunteering.boards.reentry import Sheet
from volunteering.boards.week import day_of, monday_of, week_of
from volunteering.missions.words import hours, when
from volunteering.shifts.models import Shift
from volunteering.signups import attendance, contacts, paper
from volunteering.signups.models import Signup
from volunteering.signups.roll import Roll, roll_of
from volunteering.signups.roll_routes import after_words, shift_to_run

PRIVATE = {"Cache-Control": "no-store"}


async def week(request: Request) -> Response:
    """« Ma semaine » : every shift of the initiatives one runs, by day."""
    query = request.query_params
    slug, monday = query.get("initiative", "")[:120], monday_of(query.get("du", ""))
    found = await week_of(actor_of(request), monday, day_of(query.get("jour", "")), slug, query.get("apres"))
    return page(
        request, "volunteering/boards/week.html", headers=PRIVATE, week=found, slug=slug, hours=hours,
        before=(monday - timedelta(days=7)).isoformat(), after=(monday + timedelta(days=7)).isoformat(),
        this_week=monday_of(""),
    )  # fmt: skip


async def message(request: Request) -> Response:
    """Write to all who come, or change what was written; what was sent before stands below."""
    shift, actor = await shift_to_run(request)
    form: Form[MessageForm] = Form()
    wanted = request.query_params.get("brouillon", "")
    if wanted.isdecimal() and len(wanted) < 18:
        written = await messages.message_of(shift, int(wanted), actor)
        form = Form({"cle": written.form_key.rpartition(":")[2], "text": written.text})
    return await _message_page(request, shift, form)


async def write(request: Request) -> Response:
    """Keep it, and look at it as its readers will."""
    shift, actor = await shift_to_run(request)
    form = await Form.read(request, MessageForm)
    if form.data:
        try:
            written = await messages.draft(shift, form.data.text, form.data.cle, actor)
            return redirect("boards.preview", slug=shift.mission.slug, id=shift.id, message=written.id)
        except DomainError as error:
            form.refuse(error)
    return await _message_page(request, shift, form, status=422)


async def preview(request: Request) -> Response:
    """What will be sent, and to how many."""
    shift, actor = await shift_to_run(request)
    written = await messages.message_of(shift, request.path_params["message"], actor)
    return page(
        request, "volunteering/boards/preview.html", headers=PRIVATE, message=written, **_of(shift),
        paragraphs=messages.paragraphs(written.text), readers=await messages.readers_of(shift), author=actor.person,
    )  # fmt: skip


async def send(request: Request) -> Response:
    """Send it, once."""
    shift, actor = await shift_to_run(request)
    written = await messages.message_of(shift, request.path_params["message"], actor)
    await limits.hit("shift_message", str(actor.person.id), most=60, per=86_400)
    slug = shift.mission.slug
    try:
        readers = await messages.send(written, shift, actor)
    except DomainError as error:
        return redirect("boards.preview", slug=slug, id=shift.id, message=written.id, flash=error.message, kind="warn")
    text = _n("C’est parti : %(n)s personne le reçoit.", "C’est parti : %(n)s personnes le reçoivent.", readers)
    return redirect("boards.message", slug=slug, id=shift.id, flash=text)


async def sheet(request: Request) -> Response:
    """The A4 sheet to sign."""
    shift, _actor = await shift_to_run(request)
    return pdf_answer(await sheets.sheet_paper(shift, await roll_of(shift)), sheets.sheet_name(shift))


async def enter_sheet(request: Request) -> Response:
    """The screen where a signed sheet is typed back."""
    shift, _actor = await shift_to_run(request)
    return _sheet_page(request, shift, await roll_of(shift), Sheet(Form({"cle": secrets.token_urlsafe(16)}), ""))


async def enter(request: Request) -> Response:
    """Note all its lines at once, or none while one is not understood."""
    shift, actor = await shift_to_run(request)
    roll = await roll_of(shift)
    async with request.form(max_fields=reentry.MOST_FIELDS, max_files=0) as sent:
        typed = reentry.read(shift, roll, {name: str(value) for name, value in sent.items()})
    if typed.form.values.get("act") == "all":
        return _sheet_page(request, shift, roll, reentry.tick_all(typed, roll), status=422)
    if not typed.form.errors:
        try:
            done = await paper.write_in(shift, typed.entries, typed.key or secrets.token_urlsafe(16), actor)
            return _noted(shift, *done)
        except DomainError as error:
            typed.form.refuse(error)
    return _sheet_page(request, shift, roll, typed, status=422)


def _noted(shift: Shift, came: int, passed_by: list[Signup]) -> Response:
    text, kind = _n("La feuille est notée : %(n)s personne.", "La feuille est notée : %(n)s personnes.", came), "ok"
    if passed_by:
        names = ", ".join(row.person.short_name for row in passed_by)
        text = _("Entre-temps quelqu’un d’autre a noté : %(names)s. Vérifiez ces lignes.", names=names)
        kind = "warn"
    return redirect("signups.list", slug=shift.mission.slug, id=shift.id, flash=text, kind=kind)


async def export(request: Request) -> Response:
    """The list for a spreadsheet; who takes it away is written down."""
    shift, actor = await shift_to_run(request)
    rows = sheets.sheet_rows(shift, await roll_of(shift))
    await audit(actor, "attendance_exported", f"shift:{shift.id}", rows=len(rows))
    return sheet_answer(sheets.sheet_name(shift), sheets.sheet_headers(), rows)


async def _message_page(request: Request, shift: Shift, form: Form[MessageForm], *, status: int = 200) -> Response:
    form.values.setdefault("cle", secrets.token_urlsafe(16))
    sent: list[ShiftMessage] = await messages.sent_to(shift)
    return page(
        request, "volunteering/boards/message.html", status=status, headers=PRIVATE, form=form, sent=sent, **_of(shift),
        readers=await messages.readers_of(shift), too_late="" if contacts.shown(shift) else messages.too_late(),
    )  # fmt: skip


def _sheet_page(request: Request, shift: Shift, roll: Roll, typed: Sheet, *, status: int = 200) -> Response:
    roles = [(group.role.id, group.role.title) for group in roll.groups]
    words = after_words() if shift.has_started else after_words()[:1]
    return page(
        request, "volunteering/boards/paper.html", status=status, headers=PRIVATE, form=typed.form, roll=roll,
        ticked=typed.ticked, roles=roles, words=words, doors=attendance.doors_open(shift), spare=reentry.SPARE,
        planned=hours(shift.starts_at, shift.ends_at), hours=hours, **_of(shift),
    )  # fmt: skip


def _of(shift: Shift) -> dict[str, Any]:
    return {
        "shift": shift, "mission": shift.mission, "when": when(shift.starts_at, shift.ends_at),
        "called": contacts.called(shift),
    }  # fmt: skip


_SHIFT = "/missions/{slug}/creneaux/{id:int}"
routes: list[BaseRoute] = [
    Route("/mon-espace/semaine", week, name="boards.week"),
    Route(f"{_SHIFT}/message", message, name="boards.message"),
    Route(f"{_SHIFT}/message", write, methods=["POST"], name="boards.write"),
    Route(f"{_SHIFT}/message/{{message:int}}", preview, name="boards.preview"),
    Route(f"{_SHIFT}/message/{{message:int}}/envoyer", send, methods=["POST"], name="boards.send"),
    Route(f"{_SHIFT}/feuille.pdf", sheet, name="boards.sheet"),
    Route(f"{_SHIFT}/feuille", enter_sheet, name="boards.paper"),
    Route(f"{_SHIFT}/feuille", enter, methods=["POST"], name="boards.enter"),
    Route(f"{_SHIFT}/liste.csv", export, name="boards.export"),
]
