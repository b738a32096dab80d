"""« Bureau de vote » : the list of electors, papers out and in, what one prints."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock
from civic.decisions import paper
from civic.decisions import queries as decisions
from civic.decisions.models import Decision
from civic.i18n import _
from civic.papers import pdf_answer
from civic.people.actor import Actor, actor_of
from civic.polling import batches, box_routes, counter, handing, printing, queries, readings, said, typing_routes
from civic.polling.queries import Line, Wanted
from civic.web.page import page, redirect

PRIVATE = {"Cache-Control": "no-store"}


async def show(request: Request) -> Response:
    """Who has voted, who has a paper, what is still to be typed; never what anybody said."""
    actor, decision = await _station(request)
    query = request.query_params
    wanted = Wanted(query["etat"]) if query.get("etat") in set(Wanted) else Wanted.ALL
    words = query.get("q", "")[:80]
    return page(
        request, "civic/polling/show.html", headers=PRIVATE, decision=decision, committee=decision.committee,
        running=decision.takes_answers(clock.now()), counting=decision.counts_papers,
        papers=await queries.missing(decision), wanted=wanted, q=words,
        filters=list(Wanted), found=await queries.listed(decision, wanted, words, query.get("apres")), rule=said.rule,
        boxes=await batches.boxes(decision) if decision.is_secret else [], hand=actor.hand, is_team=actor.is_animator,
    )  # fmt: skip


async def elector(request: Request) -> Response:
    """One elector: her paper, what two persons typed of it once they differ, the counter."""
    actor, decision = await _station(request)
    found = await paper.elector_of(decision, request.path_params["elector"])
    typed = await readings.of_elector(found)
    mine = next((one for one in typed if one.typed_by_id == actor.hand.id), None)
    stance = None if decision.is_secret else await counter.noted(found)
    return page(
        request, "civic/polling/elector.html", headers=PRIVATE, decision=decision, committee=decision.committee,
        line=Line(found, typed), running=decision.takes_answers(clock.now()), typed=typed, mine=mine,
        differ=len(typed) > 1 and mine is not None, is_own=actor.hand.id == found.person_id, is_team=actor.is_animator,
        said=await _in_words(decision, typed) if mine and len(typed) > 1 else {},
        receipt=stance is not None and stance.recorded_by == actor.hand,
    )  # fmt: skip


async def hand_out(request: Request) -> Response:
    """Hand a paper ballot out."""
    actor, decision = await _station(request)
    await handing.hand_out(actor, decision, request.path_params["elector"])
    return _back(request, decision, _("Le bulletin papier est remis. L’écran ne prendra plus sa réponse."))


async def take_back(request: Request) -> Response:
    """Take it back."""
    actor, decision = await _station(request)
    await readings.take_back(actor, decision, request.path_params["elector"])
    return _back(request, decision, _("Le bulletin est repris : cette personne peut de nouveau répondre à l’écran."))


async def take_in(request: Request) -> Response:
    """A secret paper is in the box."""
    actor, decision = await _station(request)
    await paper.take_in(actor, decision, request.path_params["elector"])
    return _back(request, decision, _("C’est noté : elle a voté, son bulletin est dans l’urne."))


async def sheet(request: Request) -> Response:
    """The sheet that electors sign (« émargement »)."""
    _actor, decision = await _station(request)
    content = await printing.sheet(decision, await queries.electors(decision))
    return pdf_answer(content, f"emargement-{decision.id}")


async def blank_paper(request: Request) -> Response:
    """The blank paper ballot, two on a sheet."""
    _actor, decision = await _station(request)
    content = await printing.ballots(decision, await decisions.options_of(decision))
    return pdf_answer(content, f"bulletin-{decision.id}")


async def _station(request: Request) -> tuple[Actor, Decision]:
    actor = actor_of(request)
    return actor, await queries.decision_to_poll(request.path_params["id"], actor)


async def _in_words(decision: Decision, typed: list[Any]) -> dict[int, str]:
    options = await decisions.options_of(decision)
    return {one.id: said.in_words(decision, options, said.position(one.said)) for one in typed}


def _back(request: Request, decision: Decision, flash: str) -> Response:
    return redirect("polling.elector", id=decision.id, elector=request.path_params["elector"], flash=flash)


_AT = "/decisions/{id:int}/bureau"
_HER = f"{_AT}/{{elector:int}}"

routes: list[BaseRoute] = [
    Route(_AT, show, name="polling.show"),
    Route(f"{_AT}/emargement.pdf", sheet, name="polling.sheet"),
    Route(f"{_AT}/bulletin.pdf", blank_paper, name="polling.blank_paper"),
    Route(_HER, elector, name="polling.elector"),
    Route(f"{_HER}/remettre", hand_out, methods=["POST"], name="polling.hand_out"),
    Route(f"{_HER}/reprendre", take_back, methods=["POST"], name="polling.take_back"),
    Route(f"{_HER}/rendu", take_in, methods=["POST"], name="polling.take_in"),
    *typing_routes.routes,
    *box_routes.routes,
]
