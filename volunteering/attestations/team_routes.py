"""Coordinators make papers out for the volunteers of an initiative, also for who has no account."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError, NotFound
from civic.i18n import _
from civic.initiatives.queries import initiative_to_edit
from civic.people.actor import actor_of
from civic.people.queries import person_to_name
from civic.web import urls
from civic.web.forms import Form
from civic.web.page import page, redirect_to
from volunteering.attestations import codes, queries, service, signing
from volunteering.attestations.content import Content
from volunteering.attestations.forms import IssueForm, PeriodForm
from volunteering.attestations.models import Attestation
from volunteering.attestations.previews import preview
from volunteering.attestations.words import period
from volunteering.hours.words import duration


async def index(request: Request) -> Response:
    """Who gave time in a period, and the papers that stand."""
    return await _index(request, Form.query(request, PeriodForm))


async def _index(request: Request, form: Form[PeriodForm], status: int = 200) -> Response:
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    asked = form.data or PeriodForm()
    if form.data:
        form.values |= {"du": asked.du.isoformat(), "au": asked.au.isoformat()}
    papers = await queries.papers_for(initiative.id)
    return page(
        request, "volunteering/attestations/team.html", status=422 if form.errors else status, form=form,
        initiative=initiative, givers=await queries.givers(initiative.id, asked.du, asked.au),
        papers=[_row(one) for one in papers], period=period(asked.du, asked.au), asked=asked, duration=duration,
        me=actor.person.id, token_of=queries.token_of,
        standing=await queries.standing_of_givers(initiative.id, asked.du, asked.au),
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip


def _row(paper: Attestation) -> dict[str, object]:
    """A paper that was made out, in the list; `href` opens what is printed."""
    return {
        "paper": paper, "said": Content.model_validate(paper.content), "hours": duration(paper.minutes),
        "period": period(paper.first_day, paper.last_day), "code": codes.shown(paper.code),
        "href": urls.path("attestations.paper", token=queries.token_of(paper)),
    }  # fmt: skip


async def prepare(request: Request) -> Response:
    """What one volunteer's paper will say, before it is signed: nothing leaves yet."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    form = Form.query(request, IssueForm)
    if form.data is None:
        back = urls.path("attestations.team", slug=initiative.slug)
        return redirect_to(back, flash=_("Choisissez une personne et une période."), kind="warn")
    person = await person_to_name(form.data.personne)
    body = queries.body_of_initiative(initiative)
    found = await queries.found(person.id, body, form.data.du, form.data.au)
    if not found.entries and not found.waiting:
        raise NotFound(_("Cette personne n’a pas donné d’heures ici dans cette période."))
    signatory = await signing.signs_herself(actor, body, found.initiative_ids)
    return page(
        request, "volunteering/attestations/prepare.html", headers={"Cache-Control": "no-store"},
        initiative=initiative, person=person, preview=preview(found, person, signatory),
        may=bool(found.entries) and person.id not in (actor.person.id, actor.hand.id),
        former=await queries.standing(person.id, body, form.data.du, form.data.au),
    )  # fmt: skip


async def issue(request: Request) -> Response:
    """Make one volunteer's paper out, signed by whoever asks."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    form = await Form.read(request, IssueForm)
    back = urls.path("attestations.team", slug=initiative.slug)
    if form.data is None:
        return redirect_to(back, flash=_("Choisissez une personne et une période."), kind="warn")
    body = queries.body_of_initiative(initiative)
    person = await person_to_name(form.data.personne)
    try:
        paper = await service.issue(service.Wanted(person, body, form.data.du, form.data.au), actor)
    except DomainError as error:
        return redirect_to(back, flash=error.message, kind="warn")
    text = _("L’attestation est établie, %(name)s reçoit le lien.", name=person.name) if person.email else _(
        "L’attestation est établie. Imprimez-la : cette personne n’a pas d’adresse."
    )  # fmt: skip
    return redirect_to(f"{back}?{urlencode(_days(paper))}#papier-{paper.id}", flash=text)


def _days(paper: Attestation) -> dict[str, str]:
    """The period of a paper, as the address of the list holds it."""
    return {"du": paper.first_day.isoformat(), "au": paper.last_day.isoformat()}


routes: list[BaseRoute] = [
    Route("/initiatives/{slug}/attestations", index, name="attestations.team"),
    Route("/initiatives/{slug}/attestations/nouvelle", prepare, name="attestations.prepare"),
    Route("/initiatives/{slug}/attestations", issue, methods=["POST"], name="attestations.issue"),
]
