"""Typing the paper of an elector, noting what she says at the counter, her receipt."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.decisions import queries as decisions
from civic.decisions import words
from civic.decisions.models import Decision, Elector
from civic.decisions.positions import field_of
from civic.errors import DomainError
from civic.i18n import _
from civic.papers import pdf_answer
from civic.people.actor import Actor, actor_of
from civic.polling import counter, forms, printing, queries, readings, said
from civic.web.forms import Form
from civic.web.page import page, redirect

PRIVATE = {"Cache-Control": "no-store"}


async def write(request: Request) -> Response:
    """The form to type her paper; filled with one's own typing, never with another's."""
    actor, decision = await _station(request)
    elector = await readings.elector_to_type(decision, request.path_params["elector"], actor)
    mine = await readings.own(actor, elector)
    form: Form[Any] = Form(forms.written(decision, mine.said, mine.reason) if mine else {})
    return await _form_page(request, decision, elector, form, on_paper=True)


async def type_in(request: Request) -> Response:
    """Keep it; once two persons say the same, it counts."""
    actor, decision = await _station(request)
    elector = await readings.elector_to_type(decision, request.path_params["elector"], actor)
    options = await decisions.options_of(decision)
    form = await Form.read(request, forms.shape(decision, options, on_paper=True))
    try:
        if form.data:
            position = forms.read(decision, options, form.data)
            reason = form.data.model_dump()["reason"]
            counts = await readings.type_in(actor, decision, elector.id, position, reason)
            return _typed(decision, elector, counts, len(await readings.of_elector(elector)))
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await _form_page(request, decision, elector, form, on_paper=True, status=422)


async def adopt(request: Request) -> Response:
    """« L’autre saisie est la bonne »."""
    actor, decision = await _station(request)
    elector = await readings.elector_to_type(decision, request.path_params["elector"], actor)
    return _typed(decision, elector, await readings.adopt(actor, decision, elector.id), 2)


async def forget(request: Request) -> Response:
    """Take one's own typing away."""
    actor, decision = await _station(request)
    await readings.forget(actor, decision, request.path_params["elector"])
    flash = _("Votre saisie est effacée.")
    return redirect("polling.elector", id=decision.id, elector=request.path_params["elector"], flash=flash)


async def hear(request: Request) -> Response:
    """The form to note what she says aloud."""
    actor, decision = await _station(request)
    elector = await counter.elector_to_hear(decision, request.path_params["elector"], actor)
    return await _form_page(request, decision, elector, Form(), on_paper=False)


async def note(request: Request) -> Response:
    """Note it."""
    actor, decision = await _station(request)
    elector = await counter.elector_to_hear(decision, request.path_params["elector"], actor)
    options = await decisions.options_of(decision)
    form = await Form.read(request, forms.shape(decision, options, on_paper=False))
    try:
        if form.data:
            position = forms.read(decision, options, form.data)
            await counter.note(actor, decision, elector.id, position, form.data.model_dump()["reason"])
            flash = _("C’est noté. Imprimez le reçu, ou relisez-le avec la personne.")
            return redirect("polling.elector", id=decision.id, elector=elector.id, flash=flash)
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await _form_page(request, decision, elector, form, on_paper=False, status=422)


async def receipt(request: Request) -> Response:
    """What was noted, on paper, for her; whoever noted it prints it."""
    actor, decision = await _station(request)
    elector, stance = await counter.receipt_to_print(decision, request.path_params["elector"], actor)
    options = await decisions.options_of(decision)
    noted = said.in_words(decision, options, said.of_stance(stance))
    return pdf_answer(await printing.receipt(decision, elector, stance, noted), f"recu-{decision.id}-{elector.id}")


async def _station(request: Request) -> tuple[Actor, Decision]:
    actor = actor_of(request)
    return actor, await queries.decision_to_poll(request.path_params["id"], actor)


def _typed(decision: Decision, elector: Elector, counts: bool, typed: int) -> Response:
    """Where whoever typed goes on: the list, or what differs."""
    if counts:
        flash = _("Les deux saisies sont les mêmes : sa voix est comptée.")
        return redirect("polling.show", id=decision.id, flash=flash)
    if typed > 1:
        flash = _("Les deux saisies diffèrent. Reprenez le bulletin, et regardez ensemble.")
        return redirect("polling.elector", id=decision.id, elector=elector.id, flash=flash, kind="warn")
    flash = _("Saisi une fois. Une autre personne le saisit à son tour, sans voir votre saisie.")
    return redirect("polling.show", id=decision.id, flash=flash)


async def _form_page(
    request: Request, decision: Decision, elector: Elector, form: Form[Any], *, on_paper: bool, status: int = 200
) -> Response:  # fmt: skip
    return page(
        request, "civic/polling/say.html", status=status, headers=PRIVATE, decision=decision, elector=elector,
        committee=decision.committee, form=form, on_paper=on_paper, options=await decisions.options_of(decision),
        words=words, field_of=field_of, rule=said.rule(decision),
    )  # fmt: skip


_HER = "/decisions/{id:int}/bureau/{elector:int}"

routes: list[BaseRoute] = [
    Route(f"{_HER}/saisir", write, name="polling.write"),
    Route(f"{_HER}/saisir", type_in, methods=["POST"], name="polling.type_in"),
    Route(f"{_HER}/meme", adopt, methods=["POST"], name="polling.adopt"),
    Route(f"{_HER}/effacer", forget, methods=["POST"], name="polling.forget"),
    Route(f"{_HER}/noter", hear, name="polling.hear"),
    Route(f"{_HER}/noter", note, methods=["POST"], name="polling.note"),
    Route(f"{_HER}/recu.pdf", receipt, name="polling.receipt"),
]
