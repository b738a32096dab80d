"""The booth of a secret vote: vote, see one's code once, change with it; and start a lost vote again."""

from typing import Any

from pydantic import BaseModel, Field, create_model
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock
from civic.ballots import codes
from civic.decisions import electors, positions, queries, secret, words
from civic.decisions.forms import StanceForm
from civic.decisions.models import Decision, Elector, Option
from civic.decisions.positions import Position
from civic.errors import DomainError
from civic.i18n import _
from civic.people.actor import Actor, actor_of
from civic.settings import settings
from civic.web import limits, urls
from civic.web.forms import Form, whole
from civic.web.page import page, redirect

COOKIE = "bulletin"
COOKIE_SECONDS = 300


async def booth(request: Request) -> Response:
    """An elector's own ballot, or the code of the vote she has just cast: that once."""
    actor, decision = await _guarded(request)
    if not await _takes_votes(decision):
        return redirect("decisions.show", id=decision.id)
    elector = await electors.to_speak_for(decision, actor.person, whole(request.query_params.get("pour")))
    code = codes.unwrap(decision.id, request.cookies.get(_cookie(elector), ""))
    answer = await _booth_page(request, decision, elector, code=codes.shown(code) if code else "")
    if code:
        answer.delete_cookie(_cookie(elector), path=urls.path("decisions.booth", id=decision.id))
    return answer


async def vote(request: Request) -> Response:
    """Put the ballot in the box."""
    actor, decision, elector, form, said = await _read(request)
    code = _code(form) or codes.new()
    try:
        if said is not None:
            await secret.vote(actor, decision, elector, said, code)
            return _with_code(decision, elector, code)
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await _booth_page(request, decision, elector, form, status=422)


async def change(request: Request) -> Response:
    """Change what is in the box, with the code of the vote."""
    actor, decision, elector, form, said = await _read(request)
    await limits.hit("ballot_code", f"{decision.id}:{actor.person.id}", most=10, per=600)
    try:
        if said is not None:
            await secret.change(actor, decision, elector, said, _code(form))
            flash = _("Votre bulletin est changé. Le même code sert jusqu’à la clôture.")
            return redirect("decisions.show", id=decision.id, flash=flash)
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    if "code" not in form.errors and not await secret.is_known(decision, elector, _code(form)):
        form.refuse(secret.no_such_code())
    return await _booth_page(request, decision, elector, form, status=422)


async def start_again(request: Request) -> Response:
    """Ask everybody again, because nobody can open the box."""
    actor = actor_of(request)
    decision = await queries.decision_to_run(request.path_params["id"], actor)
    if await secret.start_again(actor, decision):
        flash = _("Le vote recommence. Chaque personne est prévenue par courriel.")
        return redirect("decisions.show", id=decision.id, flash=flash)
    flash = _("Ce vote n’a pas besoin d’être recommencé.")
    return redirect("decisions.show", id=decision.id, flash=flash, kind="info")


async def _guarded(request: Request) -> tuple[Actor, Decision]:
    actor = actor_of(request)
    return actor, await queries.decision_to_answer(request.path_params["id"], actor)


async def _takes_votes(decision: Decision) -> bool:
    return decision.is_secret and decision.takes_answers(clock.now()) and not await secret.is_lost(decision)


async def _read(request: Request) -> tuple[Actor, Decision, Elector, Form[Any], Position | None]:
    """Who votes for whom in what, her form, and what it says if it says something."""
    actor, decision = await _guarded(request)
    if not decision.is_secret:
        raise DomainError(_("Cette décision ne se vote pas à bulletin secret."))
    await limits.hit("stance", str(actor.person.id), most=60, per=3600)
    options = await queries.options_of(decision)
    form = await Form.read(request, _shape(decision, options))
    elector = await electors.to_speak_for(decision, actor.person, whole(form.values.get("pour")))
    data: Any = form.data
    if data is None:
        return actor, decision, elector, form, None
    said = positions.read(decision, options, data) if decision.chooses else Position(data.option)
    return actor, decision, elector, form, said


def _code(form: Form[Any]) -> str:
    """The code that came with the form; empty when it cannot be one."""
    return codes.read(str(form.values.get("code", "")))


def _shape(decision: Decision, options: list[Option]) -> type[BaseModel]:
    shape = positions.choices_form(decision, options) if decision.chooses else StanceForm
    return create_model("Sealed", __base__=shape, code=(str, Field("", max_length=60)))


def _cookie(elector: Elector) -> str:
    """Its name: whoever votes next at the same machine is not shown the code of the one before."""
    return f"{COOKIE}-{elector.id}"


def _with_code(decision: Decision, elector: Elector, code: str) -> Response:
    """To the page that shows the code, which travels in a cookie of that page only."""
    path = urls.path("decisions.booth", id=decision.id)
    answer = redirect("decisions.booth", id=decision.id, pour=elector.id)
    answer.set_cookie(
        _cookie(elector), codes.wrap(decision.id, code), max_age=COOKIE_SECONDS, path=path, httponly=True,
        samesite="strict", secure=settings().secure,
    )  # fmt: skip
    return answer


async def _booth_page(
    request: Request, decision: Decision, elector: Elector, form: Form[Any] | None = None, *, code: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    ballot = (await queries.ballots_for([decision], actor_of(request).person))[0]
    form = form or Form({"code": ""})
    fresh = _code(form) or codes.new()
    return page(
        request, "civic/decisions/booth.html", status=status, decision=decision, ballot=ballot, words=words, form=form,
        committee=decision.committee, elector=elector, code=code, fresh=fresh,
        has_voted=elector.answered_at is not None,
        hers=positions.in_her_order(decision, ballot.options, elector.person_id), field_of=positions.field_of,
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/decisions/{id:int}/isoloir", booth, name="decisions.booth"),
    Route("/decisions/{id:int}/isoloir", vote, methods=["POST"], name="decisions.vote"),
    Route("/decisions/{id:int}/isoloir/changer", change, methods=["POST"], name="decisions.change"),
    Route("/decisions/{id:int}/recommencer", start_again, methods=["POST"], name="decisions.start_again"),
]
