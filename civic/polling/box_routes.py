"""« Dépouiller » : the papers of a secret decision, box by box."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.counting.rules import CODES
from civic.counting.weights import SMALL
from civic.decisions import queries as decisions
from civic.decisions import words
from civic.decisions.models import Decision
from civic.errors import DomainError
from civic.i18n import _
from civic.people.actor import Actor, actor_of
from civic.polling import batches, forms, lines, queries, said
from civic.polling.batches import Box
from civic.web.forms import Form
from civic.web.page import page, redirect

PRIVATE = {"Cache-Control": "no-store"}


async def box(request: Request) -> Response:
    """The form for all papers of a box; filled with one's own typing, never with another's."""
    actor, decision, found = await _box(request)
    mine, _other = found.sides(actor)
    options = await decisions.options_of(decision)
    values = forms.box_written(decision, options, await batches.said_in(mine)) if mine else {}
    return await _box_page(request, actor, decision, found, Form(values))


async def empty(request: Request) -> Response:
    """Keep what was typed; once two persons typed the same papers, they are in the urn."""
    actor, decision, found = await _box(request)
    options = await decisions.options_of(decision)
    form = await Form.read(request, forms.box_shape(decision))
    try:
        if form.data:
            typed = forms.read_box(decision, options, form.data)
            done = await batches.type_in(actor, decision, found.college, typed, fewer=form.data.model_dump()["fewer"])
            return await _after(actor, decision, found, done)
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await _box_page(request, actor, decision, found, form, status=422)


async def adopt_box(request: Request) -> Response:
    """« L’autre saisie est la bonne »."""
    actor, decision, found = await _box(request)
    return await _after(actor, decision, found, await batches.adopt(actor, decision, found.college))


async def forget_box(request: Request) -> Response:
    """Take one's own typing away, or two that others cannot agree on."""
    actor, decision, found = await _box(request)
    mine, _other = found.sides(actor)
    await batches.forget(actor, decision, found.college)
    flash = _("Votre saisie est effacée.") if mine else _("Les deux saisies sont effacées : recommencez à deux.")
    return redirect("polling.show", id=decision.id, flash=flash)


async def _box(request: Request) -> tuple[Actor, Decision, Box]:
    actor = actor_of(request)
    decision = await queries.decision_to_poll(request.path_params["id"], actor)
    return actor, decision, await batches.box_of(decision, request.query_params.get("college", ""))


async def _after(actor: Actor, decision: Decision, found: Box, done: bool) -> Response:
    if done:
        if (await queries.decision_to_poll(decision.id, actor)).is_closed:
            flash = _("Les deux saisies sont les mêmes : tout est compté, le résultat est publié.")
            return redirect("decisions.show", id=decision.id, flash=flash)
        flash = _("Les deux saisies sont les mêmes : les bulletins sont dans l’urne, les saisies sont effacées.")
        return redirect("polling.show", id=decision.id, flash=flash)
    if len((await batches.box_of(decision, found.college)).batches) > 1:
        flash = _("Les deux saisies diffèrent. Recomptez ensemble, bulletins en main.")
        return redirect("polling.box", id=decision.id, college=found.college or None, flash=flash, kind="warn")
    flash = _("Saisi une fois. Une autre personne saisit les mêmes bulletins à son tour, sans voir votre saisie.")
    return redirect("polling.show", id=decision.id, flash=flash)


async def _box_page(
    request: Request, actor: Actor, decision: Decision, found: Box, form: Form[Any], status: int = 200
) -> Response:  # fmt: skip
    options = await decisions.options_of(decision)
    mine, other = found.sides(actor)
    both = [await batches.said_in(one) for one in (mine, other) if one and other and mine]
    ours, theirs = batches.differences(*both) if both else ([], [])

    def shown(papers: list[dict[str, Any]]) -> list[str]:
        return [said.in_words(decision, options, said.position(one)) for one in papers]

    return page(
        request, "civic/polling/box.html", status=status, headers=PRIVATE, decision=decision, box=found, form=form,
        committee=decision.committee, options=options, lettered=lines.lettered(options), words=words, mine=mine,
        codes=CODES.get(decision.method, ()), other=other, differ=bool(both), ours=shown(ours),
        theirs=shown(theirs), few=found.returned < SMALL, rule=said.rule(decision),
    )  # fmt: skip


_BOX = "/decisions/{id:int}/bureau/depouiller"

routes: list[BaseRoute] = [
    Route(_BOX, box, name="polling.box"),
    Route(_BOX, empty, methods=["POST"], name="polling.empty"),
    Route(f"{_BOX}/meme", adopt_box, methods=["POST"], name="polling.adopt_box"),
    Route(f"{_BOX}/effacer", forget_box, methods=["POST"], name="polling.forget_box"),
]
