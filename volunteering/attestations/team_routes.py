"""Coordinators make papers out for the volunteers of an initiative, also for who has no account."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.queries import initiative_to_edit
from civic.people.actor import actor_of
from civic.people.queries import person_to_name
from civic.web import urls
from civic.web.forms import Form
from civic.web.page import page, redirect, redirect_to
from volunteering.attestations import codes, queries, service
from volunteering.attestations.content import Content
from volunteering.attestations.forms import IssueForm, PeriodForm
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
    papers = [
        {"paper": one, "said": Content.model_validate(one.content), "hours": duration(one.minutes),
         "period": period(one.first_day, one.last_day)}
        for one in await queries.papers_for(initiative.id)
    ]  # fmt: skip
    return page(
        request, "volunteering/attestations/team.html", status=422 if form.errors else status, form=form,
        initiative=initiative, givers=await queries.givers(initiative.id, asked.du, asked.au), papers=papers,
        period=period(asked.du, asked.au), asked=asked, duration=duration, me=actor.person.id,
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
    return redirect("attestations.verify", code=paper.code, flash=f"{text} {codes.shown(paper.code)}")


routes: list[BaseRoute] = [
    Route("/initiatives/{slug}/attestations", index, name="attestations.team"),
    Route("/initiatives/{slug}/attestations", issue, methods=["POST"], name="attestations.issue"),
]
