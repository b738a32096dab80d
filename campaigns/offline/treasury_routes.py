"""The treasurer's pages about money that comes by hand: verify, undo, deposit, match the bank's statements."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.offline import deposits, layouts, papers, queries, statements, verifying, wording
from campaigns.offline.forms import BankedForm, ChosenForm, ColumnsForm, DepositForm, ReferenceForm, SeenForm, WhyForm
from campaigns.offline.models import BankLine, BankStatement, LineStatus, Mode, OfflineGift
from campaigns.offline.service import hand
from civic import clock
from civic.errors import DomainError, Invalid
from civic.i18n import _, _n
from civic.papers import pdf_answer
from civic.people.actor import Actor, actor_of
from civic.web.forms import Form
from civic.web.page import page, redirect

Ticked = TypeVar("Ticked")


async def treasury(request: Request) -> Response:
    """What waits for a second person, what was verified lately, what goes back to its donors."""
    actor = actor_of(request)
    queries.must_supervise(actor)
    waiting, own = await queries.to_verify(), hand(actor).id
    return page(
        request, "campaigns/offline/treasury.html", waiting=[gift for gift in waiting if gift.recorded_by_id != own],
        own=[gift for gift in waiting if gift.recorded_by_id == own], returns=await queries.to_give_back(),
        lately=await queries.verified_lately(), proposed=await queries.proposed_count(),
        states=wording.states(), modes=wording.modes(), form=Form(),
    )  # fmt: skip


async def verify(request: Request) -> Response:
    """Verify what is ticked; what cannot be is said."""
    form = await Form.read(request, SeenForm)
    return await _each(request, form.data.ids if form.data else [], _verify_one, "offline.treasury")


async def _verify_one(seen: str, actor: Actor) -> None:
    gift_id, cents = (int(part) for part in seen.split(":"))
    await verifying.verify((await queries.gift_to_verify(gift_id, actor)).id, actor, cents)


async def _each(
    request: Request, chosen: list[Ticked], verb: Callable[[Ticked, Actor], Awaitable[object]], name: str,
    **params: object,
) -> Response:  # fmt: skip
    actor, done = actor_of(request), 0
    refusals: list[str] = []
    queries.must_supervise(actor)
    ids = list(dict.fromkeys(chosen))[: queries.AT_ONCE]
    if not ids:
        return redirect(name, flash=_("Cochez au moins une ligne."), kind="warn", **params)
    for one in ids:
        try:
            await verb(one, actor)
            done += 1
        except DomainError as refusal:
            refusals.append(refusal.message)
    said = _n("%(n)s don vérifié : il compte.", "%(n)s dons vérifiés : ils comptent.", done) if done else ""
    text = " ".join([said, *dict.fromkeys(refusals)]).strip()
    return redirect(name, flash=text, kind="warn" if refusals else "ok", **params)


async def gift(request: Request) -> Response:
    """One gift: what is known, its history, what may be undone."""
    found = await queries.gift_to_supervise(request.path_params["id"], actor_of(request))
    return await _gift_page(request, found, Form())


async def _gift_page(request: Request, found: OfflineGift, form: Form[WhyForm], status: int = 200) -> Response:
    return page(
        request, "campaigns/offline/gift.html", status=status, gift=found, campaign=found.campaign, form=form,
        changes=[(one, wording.cause_of(one.cause)) for one in await queries.history(found.id)],
        states=wording.states(), modes=wording.modes(),
        goes_back=found.campaign.status in queries.GIVING_BACK,
        own=found.recorded_by_id == hand(actor_of(request)).id,
    )  # fmt: skip


async def undo(request: Request) -> Response:
    """A verification was a mistake."""
    return await _take_out(request, verifying.undo, _("La vérification est annulée, l’écriture est contre-passée."))


async def bounce(request: Request) -> Response:
    """The cheque came back unpaid."""
    return await _take_out(request, verifying.bounce, _("L’impayé est enregistré, le don ne compte plus."))


async def give_back(request: Request) -> Response:
    """The money went back to its donor."""
    return await _take_out(request, verifying.give_back, _("Le don est noté comme rendu."))


async def _take_out(request: Request, verb: Callable[[int, Actor, str], Awaitable[None]], done: str) -> Response:
    actor = actor_of(request)
    found = await queries.gift_to_supervise(request.path_params["id"], actor)
    form = await Form.read(request, WhyForm)
    try:
        if form.data is not None:
            await verb(found.id, actor, form.data.why)
            return redirect("offline.gift", id=found.id, flash=done)
    except DomainError as error:
        form.refuse(error)
    return await _gift_page(request, await queries.gift_to_supervise(found.id, actor), form, 422)


async def deposit_index(request: Request) -> Response:
    """What can go to the bank, and the slips made so far."""
    return await _deposits_page(request, Form())


async def _deposits_page(request: Request, form: Form[DepositForm] | Form[BankedForm], status: int = 200) -> Response:
    queries.must_supervise(actor_of(request))
    made = await queries.deposits()
    sums = {one.id: await queries.of_deposit(one.id) for one in made}
    return page(
        request, "campaigns/offline/deposits.html", status=status, form=form, deposits=made, contents=sums,
        groups=[(mode, wording.modes()[mode], await queries.to_bank(mode)) for mode in (Mode.CHEQUE, Mode.CASH)],
        today=clock.today().isoformat(), modes=wording.modes(),
    )  # fmt: skip


async def prepare(request: Request) -> Response:
    """Group what is ticked on a new slip."""
    actor = actor_of(request)
    queries.must_supervise(actor)
    form = await Form.read(request, DepositForm)
    try:
        if form.data is not None:
            made = await deposits.prepare(Mode(form.data.mode), form.data.ids, actor)
            said = _("Le bordereau %(number)s est prêt : imprimez-le.", number=made.number)
            return redirect("offline.deposits", flash=said)
    except DomainError as error:
        return redirect("offline.deposits", flash=error.message, kind="warn")
    return await _deposits_page(request, form, 422)


async def deposit_paper(request: Request) -> Response:
    """The slip as PDF."""
    found = await queries.deposit_to_see(request.path_params["id"], actor_of(request))
    content = await papers.deposit_paper(found, await queries.of_deposit(found.id))
    return pdf_answer(content, f"remise-{found.number}")


async def bank(request: Request) -> Response:
    """The bank took it."""
    actor = actor_of(request)
    found = await queries.deposit_to_see(request.path_params["id"], actor)
    form = await Form.read(request, BankedForm)
    try:
        if form.data is not None:
            await deposits.bank(found, form.data.banked_on, actor)
            return redirect("offline.deposits", flash=_("La remise %(number)s est déposée.", number=found.number))
    except DomainError as error:
        form.refuse(error)
    return await _deposits_page(request, form, 422)


async def take_apart(request: Request) -> Response:
    """Undo a slip that has not been to the bank."""
    actor = actor_of(request)
    found = await queries.deposit_to_see(request.path_params["id"], actor)
    try:
        await deposits.take_apart(found, actor)
    except DomainError as error:
        return redirect("offline.deposits", flash=error.message, kind="warn")
    return redirect("offline.deposits", flash=_("La remise est défaite : ses dons attendent la suivante."))


async def statement_index(request: Request) -> Response:
    """Send a statement; those that were sent."""
    return await _statements_page(request, Form())


async def _statements_page(request: Request, form: Form[ChosenForm], status: int = 200) -> Response:
    queries.must_supervise(actor_of(request))
    found = await queries.statements()
    return page(request, "campaigns/offline/statements.html", status=status, form=form, statements=found)


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
    return _("%(added)s, %(known)s déjà connues.", added=added, known=statement.known)


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
    own = hand(actor_of(request)).id
    lines = await queries.lines_of(found.id)
    ready = [line for line in lines if line.status == LineStatus.PROPOSED and line.proposed_by_id != own]
    return page(
        request, "campaigns/offline/statement.html", statement=found, lines=lines, ready=ready, own=own,
        states=wording.line_states(), form=Form(),
    )  # fmt: skip


async def confirm(request: Request) -> Response:
    """Confirm the proposals that are ticked."""
    found = await queries.statement_to_see(request.path_params["id"], actor_of(request))
    form = await Form.read(request, ChosenForm)
    chosen = form.data.ids if form.data else []
    return await _each(request, chosen, statements.confirm, "offline.statement", id=found.id)


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


async def line_undo(request: Request) -> Response:
    """A confirmation was a mistake."""
    return await _line(request, lambda line, actor: statements.undo(line.id, actor, _("rapprochement annulé")))


async def aside(request: Request) -> Response:
    """A line that concerns no campaign."""
    return await _line(request, statements.set_aside)


async def _line(
    request: Request, verb: Callable[[BankLine, Actor], Awaitable[None]] | None
) -> Response:
    actor = actor_of(request)
    line = await queries.line_to_see(request.path_params["id"], actor)
    said, kind = _("C’est noté."), "ok"
    try:
        if verb is None:
            raise Invalid(_("Écrivez une référence, par exemple H-000123."))
        await verb(line, actor)
    except DomainError as error:
        said, kind = error.message, "warn"
    return redirect("offline.statement", id=line.statement_id, flash=said, kind=kind)


_T = "/tresorerie"
routes: list[BaseRoute] = [
    Route(f"{_T}/hors-ligne", treasury, name="offline.treasury"),
    Route(f"{_T}/hors-ligne/verifier", verify, methods=["POST"], name="offline.verify"),
    Route(f"{_T}/hors-ligne/{{id:int}}", gift, name="offline.gift"),
    Route(f"{_T}/hors-ligne/{{id:int}}/revenir", undo, methods=["POST"], name="offline.undo"),
    Route(f"{_T}/hors-ligne/{{id:int}}/impaye", bounce, methods=["POST"], name="offline.bounce"),
    Route(f"{_T}/hors-ligne/{{id:int}}/rendre", give_back, methods=["POST"], name="offline.give_back"),
    Route(f"{_T}/remises", deposit_index, name="offline.deposits"),
    Route(f"{_T}/remises", prepare, methods=["POST"], name="offline.prepare"),
    Route(f"{_T}/remises/{{id:int}}.pdf", deposit_paper, name="offline.deposit_paper"),
    Route(f"{_T}/remises/{{id:int}}/deposer", bank, methods=["POST"], name="offline.bank"),
    Route(f"{_T}/remises/{{id:int}}/defaire", take_apart, methods=["POST"], name="offline.take_apart"),
    Route(f"{_T}/releves", statement_index, name="offline.statements"),
    Route(f"{_T}/releves", send, methods=["POST"], name="offline.send"),
    Route(f"{_T}/releves/{{id:int}}", statement, name="offline.statement"),
    Route(f"{_T}/releves/{{id:int}}/colonnes", columns, methods=["POST"], name="offline.columns"),
    Route(f"{_T}/releves/{{id:int}}/confirmer", confirm, methods=["POST"], name="offline.confirm"),
    Route(f"{_T}/releves/{{id:int}}/chercher", match, methods=["POST"], name="offline.match"),
    Route(f"{_T}/lignes/{{id:int}}/proposer", propose, methods=["POST"], name="offline.propose"),
    Route(f"{_T}/lignes/{{id:int}}/revenir", line_undo, methods=["POST"], name="offline.line_undo"),
    Route(f"{_T}/lignes/{{id:int}}/ecarter", aside, methods=["POST"], name="offline.aside"),
]
