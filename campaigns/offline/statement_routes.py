"""The treasurer's pages about bank statements: send one, say its columns, confirm what each credit pays, undo."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.offline import layouts, queries, slip_lines, statements, taken, wording
from campaigns.offline.forms import ChosenForm, ColumnsForm, GiverForm, ReferenceForm
from campaigns.offline.models import BankLine, BankStatement, LineStatus
from campaigns.offline.treasury_routes import each_of
from civic.errors import DomainError, Invalid
from civic.i18n import _, _n
from civic.people.actor import Actor, actor_of
from civic.web.forms import Form
from civic.web.page import page, redirect


async def statement_index(request: Request) -> Response:
    """Send a statement; those that were sent."""
    return await _statements_page(request, Form())


async def _statements_page(request: Request, form: Form[ChosenForm], status: int = 200) -> Response:
    queries.must_supervise(actor_of(request))
    found = await queries.statements()
    return page(
        request, "campaigns/offline/statements.html", status=status, form=form, statements=found,
        to_confirm=await queries.to_confirm_on([one.id for one in found]),
    )  # fmt: skip


async def send(request: Request) -> Response:
    """Keep a file, read it if its bank is known."""
    actor = actor_of(request)
    queries.must_supervise(actor)
    try:
        name, content = await _upload(request)
        made = await statements.receive(name, content, actor)
    except DomainError as error:
        form: Form[ChosenForm] = Form()
        error.field = "file"
        return await _statements_page(request, form.refuse(error), 422)
    return redirect("offline.statement", id=made.id, flash=_read(made) if made.read_at else None)


def _read(statement: BankStatement) -> str:
    added = _n("%(n)s ligne nouvelle", "%(n)s lignes nouvelles", statement.added)
    known = _n("%(n)s déjà connue", "%(n)s déjà connues", statement.known)
    return f"{added}, {known}."


async def _upload(request: Request) -> tuple[str, bytes]:
    async with request.form(max_files=1, max_fields=5) as sent:
        upload = sent.get("file")
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise Invalid(_("Choisissez le fichier CSV de votre banque."), field="file")
        return upload.filename, await upload.read(statements.MOST_BYTES + 1)


async def statement(request: Request) -> Response:
    """A statement: which column says what (the first time), then its credits and what they pay."""
    found = await queries.statement_to_see(request.path_params["id"], actor_of(request))
    if found.read_at:
        return await _lines_page(request, found)
    sheet = await statements.sheet_of(found)
    return await _columns_page(request, found, Form(layouts.guessed(sheet.head)))


async def _columns_page(request: Request, found: BankStatement, form: Form[ColumnsForm], status: int = 200) -> Response:
    sheet = await statements.sheet_of(found)
    options = [(str(place), name or "–") for place, name in enumerate(sheet.head)]
    return page(
        request, "campaigns/offline/columns.html", status=status, statement=found, form=form, options=options,
        head=sheet.head, rows=[cells for _number, cells in sheet.rows[:4]],
    )  # fmt: skip


async def columns(request: Request) -> Response:
    """Say which column says what; it is remembered for this bank."""
    actor = actor_of(request)
    found = await queries.statement_to_see(request.path_params["id"], actor)
    form = await Form.read(request, ColumnsForm)
    try:
        if form.data is not None:
            await statements.choose_columns(found, form.data.name, form.data.columns(), actor)
            return redirect("offline.statement", id=found.id, flash=_read(found))
    except DomainError as error:
        if found.read_at:
            return redirect("offline.statement", id=found.id, flash=error.message, kind="warn")
        form.refuse(error)
    if found.read_at:
        return redirect("offline.statement", id=found.id)
    return await _columns_page(request, found, form, 422)


async def _lines_page(request: Request, found: BankStatement) -> Response:
    own = actor_of(request).hand.id
    lines = await queries.lines_of(found.id)
    ready = [line for line in lines if line.status == LineStatus.PROPOSED and line.proposed_by_id != own]
    return page(
        request, "campaigns/offline/statement.html", statement=found, lines=lines, ready=ready, own=own,
        states=wording.line_states(), form=Form(), mismatches=await statements.mismatches(lines),
        elsewhere=await taken.elsewhere(lines), blanks=await slip_lines.blanks(lines),
    )  # fmt: skip


async def confirm(request: Request) -> Response:
    """Confirm the proposals that are ticked."""
    found = await queries.statement_to_see(request.path_params["id"], actor_of(request))
    form = await Form.read(request, ChosenForm)
    chosen = form.data.ids if form.data else []
    return await each_of(request, chosen, statements.confirm, _confirmed, "offline.statement", id=found.id)


def _confirmed(done: int) -> str:
    return _n("%(n)s ligne confirmée : l’argent compte.", "%(n)s lignes confirmées : l’argent compte.", done)


async def match(request: Request) -> Response:
    """Look again for what the open lines pay: something may have been entered since."""
    actor = actor_of(request)
    found = await queries.statement_to_see(request.path_params["id"], actor)
    count = await statements.propose_open(actor)
    said = _n("%(n)s rapprochement proposé.", "%(n)s rapprochements proposés.", count)
    return redirect("offline.statement", id=found.id, flash=said)


async def propose(request: Request) -> Response:
    """Say by hand which gift or promise a line pays."""
    form = await Form.read(request, ReferenceForm)
    if form.data is None:
        return await _line(request, None)
    wanted = form.data.reference
    return await _line(request, lambda line, actor: statements.propose(line, wanted, actor))


async def line_gift(request: Request) -> Response:
    """Make the gift of a blank slip from its transfer."""
    form = await Form.read(request, GiverForm)
    if form.data is None:
        return await _line(request, _unnamed)
    name = form.data.name
    said = _("Le don est enregistré. Une autre personne confirme la ligne, et il compte.")
    return await _line(request, lambda line, actor: slip_lines.make_gift(line, name, actor), said)


async def _unnamed(_line: BankLine, _actor: Actor) -> None:
    raise Invalid(_("Écrivez un nom, ou « Anonyme »."))


async def line_undo(request: Request) -> Response:
    """A confirmation was a mistake."""
    return await _line(request, lambda line, actor: statements.undo(line.id, actor, _("rapprochement annulé")))


async def aside(request: Request) -> Response:
    """A line that concerns no campaign."""
    return await _line(request, statements.set_aside)


async def _line(
    request: Request, verb: Callable[[BankLine, Actor], Awaitable[None]] | None, done: str = ""
) -> Response:
    actor = actor_of(request)
    line = await queries.line_to_see(request.path_params["id"], actor)
    said, kind = done or _("C’est noté."), "ok"
    try:
        if verb is None:
            raise Invalid(_("Écrivez une référence, par exemple H-000123."))
        await verb(line, actor)
    except DomainError as error:
        said, kind = error.message, "warn"
    return redirect("offline.statement", id=line.statement_id, flash=said, kind=kind)


_T = "/tresorerie"
routes: list[BaseRoute] = [
    Route(f"{_T}/releves", statement_index, name="offline.statements"),
    Route(f"{_T}/releves", send, methods=["POST"], name="offline.send"),
    Route(f"{_T}/releves/{{id:int}}", statement, name="offline.statement"),
    Route(f"{_T}/releves/{{id:int}}/colonnes", columns, methods=["POST"], name="offline.columns"),
    Route(f"{_T}/releves/{{id:int}}/confirmer", confirm, methods=["POST"], name="offline.confirm"),
    Route(f"{_T}/releves/{{id:int}}/chercher", match, methods=["POST"], name="offline.match"),
    Route(f"{_T}/lignes/{{id:int}}/proposer", propose, methods=["POST"], name="offline.propose"),
    Route(f"{_T}/lignes/{{id:int}}/don", line_gift, methods=["POST"], name="offline.line_gift"),
    Route(f"{_T}/lignes/{{id:int}}/revenir", line_undo, methods=["POST"], name="offline.line_undo"),
    Route(f"{_T}/lignes/{{id:int}}/ecarter", aside, methods=["POST"], name="offline.aside"),
]
