"""Pages of committees: the list, one committee, founding it, changing it, joining it, answering who asks."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock, slots
from civic.committees import queries, register, service
from civic.committees.forms import AnswerForm, JoinForm
from civic.committees.founding_routes import routes as founding_routes
from civic.committees.invitation_routes import routes as invitation_routes
from civic.committees.models import CollegeKind, Committee, Seat
from civic.committees.queries import Filter
from civic.committees.seat_routes import routes as seat_routes
from civic.errors import DomainError
from civic.i18n import _
from civic.needs.models import NeedKind
from civic.needs.queries import open_needs
from civic.organisations.queries import hats_of
from civic.people.actor import Actor, actor_of, person_of, visitor_or_actor
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect

ASIDE = 100


async def index(request: Request) -> Response:
    """What is being decided now, the bodies of the network, and the committees."""
    deciding = [need for need in await open_needs(NeedKind.VOICE, 40) if need.source.startswith("decision:")]
    asked = request.query_params.get("filtre", "")
    wanted = Filter(asked) if asked in set(Filter) else Filter.ALL
    found = await queries.committees(request.query_params.get("apres"), wanted)
    actor = visitor_or_actor(request)
    return page(
        request, "civic/committees/index.html", deciding=deciding[:12], found=found, wanted=wanted,
        filters=list(Filter), bodies=await queries.bodies(),
        questions=[one for fill in slots.body_questions for one in await fill()],
        may_found=actor is not None and actor.is_animator,
    )  # fmt: skip


async def show(request: Request) -> Response:
    """One committee: what it decides, who sits, how to come in."""
    actor = visitor_or_actor(request)
    committee = await queries.committee_to_show(request.path_params["slug"], actor)
    parts = [part for fill in slots.committee_panels for part in await fill(committee, person_of(request))]
    parts.sort(key=lambda part: part.order)
    standing, colleges = await queries.standing(actor, committee), await queries.colleges_of(committee.id)
    return page(
        request, "civic/committees/show.html", committee=committee, standing=standing, colleges=colleges,
        soon=clock.today() + queries.MANDATE_NOTICE,
        lines=register.lines(
            [*await queries.seats_of(committee.id), *await queries.vacant_seats([committee.id])],
            sees_names=standing.sees_names, me=actor.person.id if actor else None,
        ),
        shares=register.shares(colleges) if committee.is_weighted else [], groups=await queries.groups_of(committee),
        form=await _tick(actor, committee, standing),
        hats={hat.id for hat in await hats_of(actor.person)} if actor else set(),
        parts=[part for part in parts if part.order < ASIDE], beside=[part for part in parts if part.order >= ASIDE],
    )  # fmt: skip


async def _tick(actor: Actor | None, committee: Committee, standing: queries.Standing) -> Form[Any]:
    """« Sans mon nom », ticked beforehand when all her gifts are anonymous already."""
    if actor is None or not standing.contributed or standing.seat:
        return Form()
    return Form({"discreet": "1" if await queries.gives_discreetly(actor.person, committee) else ""})


async def join(request: Request) -> Response:
    """How to come in: at once for a contributor, else by a message; `?college=` is the free place one clicked on."""
    actor = actor_of(request)
    committee = await queries.committee_to_show(request.path_params["slug"], actor)
    if await queries.seat_of(actor.person, committee.id):
        return redirect("committees.show", slug=committee.slug, flash=_("Vous siégez déjà à ce comité."), kind="info")
    wanted = request.query_params.get("college", "")
    return await _join_page(request, actor, committee, Form({"college": wanted} if wanted in set(CollegeKind) else {}))


async def ask(request: Request) -> Response:
    """Come in, or ask to."""
    actor = actor_of(request)
    committee = await queries.committee_to_show(request.path_params["slug"], actor)
    await limits.hit("seat", str(actor.person.id), most=20, per=3600)
    form = await Form.read(request, JoinForm)
    try:
        if form.data:
            wish = form.data
            done = await service.join(
                actor, committee, wish.college, wish.message, hat_id=wish.hat, discreet=wish.discreet
            )
            seated = isinstance(done, Seat)
            told = _("Ses prochaines questions et ses convocations vous viendront par courriel.")
            asked = _("Votre demande est envoyée. La réponse viendra par courriel.")
            flash = _("Bienvenue au comité.") + " " + told if seated else asked
            return redirect("committees.show", slug=committee.slug, flash=flash)
    except DomainError as error:
        form.refuse(error)
    return await _join_page(request, actor, committee, form, status=422)


async def withdraw(request: Request) -> Response:
    """Take one's request back."""
    actor = actor_of(request)
    committee = await queries.committee_to_show(request.path_params["slug"], actor)
    await service.withdraw(actor, committee)
    return redirect("committees.show", slug=committee.slug, flash=_("Votre demande est retirée."), kind="info")


async def requests(request: Request) -> Response:
    """Who asks to come in."""
    committee = await queries.committee_to_run(request.path_params["slug"], actor_of(request))
    return await _requests_page(request, committee, Form(), 0)


async def answer(request: Request) -> Response:
    """Welcome somebody, or refuse with a reason."""
    actor = actor_of(request)
    asked = await queries.request_to_answer(request.path_params["id"], actor)
    form = await Form.read(request, AnswerForm)
    try:
        if form.data:
            accept = form.data.answer == "yes"
            new_answer = await service.answer(actor, asked, accept=accept, reason=form.data.reason)
            flash = _("Votre réponse est partie.") if new_answer else _("Cette demande avait déjà sa réponse.")
            return redirect("committees.requests", slug=asked.committee.slug, flash=flash)
    except DomainError as error:
        form.refuse(error)
    return await _requests_page(request, asked.committee, form, asked.id, status=422)


async def _join_page(
    request: Request, actor: Actor, committee: Committee, form: Form[Any], status: int = 200
) -> Response:
    colleges = [
        college for college in await queries.colleges_of(committee.id) if college.kind != CollegeKind.CONTRIBUTORS
    ]
    hats = await hats_of(actor.person)
    usable = [one for one in colleges if not one.is_full and (hats or one.kind not in service.UNDER_A_HAT)]
    form.values.setdefault("college", usable[0].kind.value if usable else "")
    if "discreet" not in form.values and await queries.gives_discreetly(actor.person, committee):
        form.values["discreet"] = "1"
    return page(
        request, "civic/committees/join.html", status=status, committee=committee, form=form, colleges=colleges,
        contributed=await queries.may_sit_by_contribution(actor.person, committee), hats=hats,
        under_a_hat=service.UNDER_A_HAT,
    )  # fmt: skip


async def _requests_page(
    request: Request, committee: Committee, form: Form[Any], asked_id: int, status: int = 200
) -> Response:
    waiting = await queries.pending_requests(committee.id)
    return page(
        request, "civic/committees/requests.html", status=status, committee=committee, waiting=waiting, form=form,
        asked_id=asked_id,
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/comites", index, name="committees.index"),
    *founding_routes,
    *seat_routes,
    *invitation_routes,
    Route("/comites/{slug}", show, name="committees.show"),
    Route("/comites/{slug}/rejoindre", join, name="committees.join"),
    Route("/comites/{slug}/rejoindre", ask, methods=["POST"], name="committees.ask"),
    Route("/comites/{slug}/retirer-ma-demande", withdraw, methods=["POST"], name="committees.withdraw"),
    Route("/comites/{slug}/demandes", requests, name="committees.requests"),
    Route("/comites/demandes/{id:int}/repondre", answer, methods=["POST"], name="committees.answer"),
]
