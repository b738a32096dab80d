"""Pages of committees: the list, one committee, founding it, changing it, joining it, answering who asks."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock, slots
from civic.committees import queries, service
from civic.committees.forms import LIMITED, AnswerForm, CommitteeForm, JoinForm, NewCommitteeForm, RenewForm
from civic.committees.models import CollegeKind, Committee, Seat
from civic.contributions.queries import has_contributed
from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.initiatives.queries import initiative_to_edit
from civic.needs.models import NeedKind
from civic.needs.queries import open_needs
from civic.people.actor import Actor, actor_of, person_of, visitor_or_actor
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect

ASIDE = 100


async def index(request: Request) -> Response:
    """What is being decided now, and the committees."""
    deciding = [need for need in await open_needs(NeedKind.VOICE, 40) if need.source.startswith("decision:")]
    found = await queries.committees(request.query_params.get("apres"))
    return page(request, "civic/committees/index.html", deciding=deciding[:12], found=found)


async def show(request: Request) -> Response:
    """One committee: what it decides, who sits, how to come in."""
    actor = visitor_or_actor(request)
    committee = await queries.committee_to_show(request.path_params["slug"], actor)
    parts = [part for fill in slots.committee_panels for part in await fill(committee, person_of(request))]
    parts.sort(key=lambda part: part.order)
    return page(
        request, "civic/committees/show.html", committee=committee,
        standing=await queries.standing(actor, committee), soon=clock.today() + queries.MANDATE_NOTICE,
        colleges=await queries.colleges_of(committee.id), seats=await queries.seats_of(committee.id),
        parts=[part for part in parts if part.order < ASIDE], beside=[part for part in parts if part.order >= ASIDE],
    )  # fmt: skip


async def new(request: Request) -> Response:
    """The form for a committee of an initiative that has none."""
    initiative = await initiative_to_edit(request.path_params["slug"], actor_of(request))
    known = await queries.committee_of(initiative.id)
    if known:
        return redirect("committees.show", slug=known.slug)
    values = {"joining": "request", "mandate_months": "12", "residents": "5", "college": "residents"}
    return _form_page(request, initiative, Form(values))


async def create(request: Request) -> Response:
    """Found the committee."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    form = await Form.read(request, NewCommitteeForm)
    try:
        if form.data:
            committee = await service.found(actor, initiative, form.data)
            return redirect("committees.show", slug=committee.slug, flash=_("Le comité existe. Vous y siégez déjà."))
    except DomainError as error:
        form.refuse(error)
    return _form_page(request, initiative, form, status=422)


async def edit(request: Request) -> Response:
    """The form for what a committee says of itself."""
    committee = await queries.committee_to_run(request.path_params["slug"], actor_of(request))
    values = {name: getattr(committee, name) for name in CommitteeForm.model_fields if hasattr(committee, name)}
    places = {college.kind.value: college.places for college in await queries.colleges_of(committee.id)}
    values |= {kind.value: places.get(kind.value, 0) for kind in LIMITED}
    return _form_page(request, committee.initiative, Form(values), committee)


async def save(request: Request) -> Response:
    """Change it."""
    actor = actor_of(request)
    committee = await queries.committee_to_run(request.path_params["slug"], actor)
    form = await Form.read(request, CommitteeForm)
    try:
        if form.data:
            await service.change(actor, committee, form.data)
            return redirect("committees.show", slug=committee.slug, flash=_("C’est enregistré."))
    except DomainError as error:
        form.refuse(error)
    return _form_page(request, committee.initiative, form, committee, status=422)


async def join(request: Request) -> Response:
    """How to come in: at once for a contributor, else by a message."""
    actor = actor_of(request)
    committee = await queries.committee_to_show(request.path_params["slug"], actor)
    return await _join_page(request, actor, committee, Form())


async def ask(request: Request) -> Response:
    """Come in, or ask to."""
    actor = actor_of(request)
    committee = await queries.committee_to_show(request.path_params["slug"], actor)
    await limits.hit("seat", str(actor.person.id), most=20, per=3600)
    form = await Form.read(request, JoinForm)
    try:
        if form.data:
            done = await service.join(actor, committee, form.data.college, form.data.message)
            seated = isinstance(done, Seat)
            flash = (
                _("Bienvenue au comité.")
                if seated
                else _("Votre demande est envoyée. La réponse viendra par courriel.")
            )
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


async def leave(request: Request) -> Response:
    """Give one's seat back."""
    actor = actor_of(request)
    committee = await queries.committee_to_show(request.path_params["slug"], actor)
    left = await service.leave(actor, committee)
    flash = _("Vous avez quitté le comité. Merci pour le temps donné.") if left else None
    return redirect("committees.show", slug=committee.slug, flash=flash, kind="info")


async def renew(request: Request) -> Response:
    """Give a seat another mandate."""
    actor = actor_of(request)
    seat = await queries.seat_to_renew(request.path_params["id"], actor)
    form = await Form.read(request, RenewForm)
    done = form.data is not None and await service.renew(actor, seat, form.data.until_on)
    return redirect("committees.show", slug=seat.committee.slug, flash=_("Le mandat est renouvelé.") if done else None)


async def requests(request: Request) -> Response:
    """Who asks to come in."""
    committee = await queries.committee_to_run(request.path_params["slug"], actor_of(request))
    return await _requests_page(request, committee, Form(), 0)


async def answer(request: Request) -> Response:
    """Accept, or refuse with a reason."""
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


def _form_page(
    request: Request,
    initiative: Initiative,
    form: Form[Any],
    committee: Committee | None = None,
    status: int = 200,
) -> Response:
    return page(
        request, "civic/committees/form.html", status=status, initiative=initiative, form=form, committee=committee,
        limited=LIMITED, college_choices=[(kind.value, kind.words) for kind in CollegeKind],
    )  # fmt: skip


async def _join_page(
    request: Request, actor: Actor, committee: Committee, form: Form[Any], status: int = 200
) -> Response:
    colleges = [
        college for college in await queries.colleges_of(committee.id) if college.kind != CollegeKind.CONTRIBUTORS
    ]
    form.values.setdefault("college", next((one.kind.value for one in colleges if not one.is_full), ""))
    return page(
        request, "civic/committees/join.html", status=status, committee=committee, form=form, colleges=colleges,
        contributed=await has_contributed(actor.person.id, committee.initiative_id),
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
    Route("/initiatives/{slug}/comite/nouveau", new, name="committees.new"),
    Route("/initiatives/{slug}/comite/nouveau", create, methods=["POST"], name="committees.create"),
    Route("/comites/{slug}", show, name="committees.show"),
    Route("/comites/{slug}/modifier", edit, name="committees.edit"),
    Route("/comites/{slug}/modifier", save, methods=["POST"], name="committees.save"),
    Route("/comites/{slug}/rejoindre", join, name="committees.join"),
    Route("/comites/{slug}/rejoindre", ask, methods=["POST"], name="committees.ask"),
    Route("/comites/{slug}/retirer-ma-demande", withdraw, methods=["POST"], name="committees.withdraw"),
    Route("/comites/{slug}/quitter", leave, methods=["POST"], name="committees.leave"),
    Route("/comites/{slug}/demandes", requests, name="committees.requests"),
    Route("/comites/sieges/{id:int}/renouveler", renew, methods=["POST"], name="committees.renew"),
    Route("/comites/demandes/{id:int}/repondre", answer, methods=["POST"], name="committees.answer"),
]
