"""Pages of proxies: hand one's voice over, take it back, decline to carry one."""

from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock
from civic.decisions import electors, proxies, queries, words
from civic.decisions.models import Decision, Elector
from civic.errors import DomainError, Forbidden
from civic.i18n import _
from civic.people.actor import Actor, actor_of
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect


class ProxyForm(BaseModel):
    """Who will answer: the person's id."""

    holder: int


async def choose(request: Request) -> Response:
    """Who could answer for her, and what it means."""
    decision, own = await _seat(request, actor_of(request))
    if not decision.proxies_most or not decision.is_running(clock.now()):
        return redirect("decisions.show", id=decision.id)
    return await _page(request, decision, own, Form())


async def give(request: Request) -> Response:
    """Hand one's voice to another elector."""
    actor = actor_of(request)
    decision, own = await _seat(request, actor)
    await limits.hit("proxy", str(actor.person.id), most=30, per=3600)
    form = await Form.read(request, ProxyForm)
    try:
        if form.data:
            await proxies.give(decision, actor.person.id, form.data.holder)
            return _back(decision, _("C’est fait. La personne choisie est prévenue par courriel."))
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await _page(request, decision, own, form, status=422)


async def take_back(request: Request) -> Response:
    """Answer for oneself again."""
    actor = actor_of(request)
    decision, _own = await _seat(request, actor)
    if await proxies.take_back(decision, actor.person.id):
        return _back(decision, _("Vous avez repris votre voix. À vous de répondre."))
    return _back(decision, _("Cette procuration était déjà finie."))


async def decline(request: Request) -> Response:
    """Not carry it, or not any more."""
    actor = actor_of(request)
    decision, _own = await _seat(request, actor)
    if await proxies.decline(decision, request.path_params["proxy"], actor.person):
        return _back(decision, _("Procuration rendue. La personne est prévenue par courriel."))
    return _back(decision, _("Cette procuration était déjà finie."))


async def _seat(request: Request, actor: Actor) -> tuple[Decision, Elector]:
    """The decision and this person's own seat in it. Raises Forbidden for who only speaks for others."""
    decision = await queries.decision_to_answer(request.path_params["id"], actor)
    for elector in await electors.spoken_for(decision, actor.person):
        if elector.person_id == actor.person.id:
            return decision, elector
    raise Forbidden(_("La procuration se donne et se porte par qui siège en personne."))


async def _page(request: Request, decision: Decision, own: Elector, form: Form[Any], status: int = 200) -> Response:
    return page(
        request, "civic/decisions/proxy.html", status=status, decision=decision, own=own, form=form, words=words,
        holders=await proxies.who_could_carry(decision, own), given=await proxies.current(own),
    )  # fmt: skip


def _back(decision: Decision, flash: str) -> Response:
    return redirect("decisions.show", id=decision.id, flash=flash)


routes: list[BaseRoute] = [
    Route("/decisions/{id:int}/procuration", choose, name="decisions.proxy"),
    Route("/decisions/{id:int}/procuration", give, methods=["POST"], name="decisions.give_proxy"),
    Route("/decisions/{id:int}/procuration/reprendre", take_back, methods=["POST"], name="decisions.take_back_proxy"),
    Route(
        "/decisions/{id:int}/procurations/{proxy:int}/rendre", decline, methods=["POST"], name="decisions.decline_proxy"
    ),
]
