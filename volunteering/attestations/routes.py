"""A volunteer's papers; the public page where anybody checks one; taking one back."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError, Invalid, NotFound
from civic.i18n import _
from civic.papers import pdf_answer
from civic.people.actor import actor_of, visitor_or_actor
from civic.people.models import Person, shortened
from civic.web import limits, urls
from civic.web.forms import Form
from civic.web.page import page, redirect, redirect_to
from volunteering.attestations import codes, drawing, engagement_routes, queries, service, sheet_routes, team_routes
from volunteering.attestations.content import Content
from volunteering.attestations.forms import CodeForm, ReasonForm, WantedForm
from volunteering.attestations.models import Attestation
from volunteering.attestations.previews import preview
from volunteering.attestations.queries import Found
from volunteering.attestations.signing import Body, who_signs
from volunteering.attestations.words import period
from volunteering.hours.words import duration

HIDDEN = {"X-Robots-Tag": "noindex", "Cache-Control": "no-store"}
CHECKS, WINDOW = 30, 600
"""So many codes may one address try in so many seconds."""


async def mine(request: Request) -> Response:
    """Her papers, and what a new one will say."""
    return await _mine(request, Form.query(request, WantedForm))


async def take(request: Request) -> Response:
    """She takes the paper that she has just read."""
    actor = actor_of(request)
    form = await Form.read(request, WantedForm)
    if form.data:
        try:
            wanted = await _wanted(actor.person, form.data)
            paper = await service.take(wanted, actor)
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return await _mine(request, form, status=422)
    text = _("Votre attestation est prête. Son code est %(code)s.", code=codes.shown(paper.code))
    return redirect("attestations.mine", flash=text)


async def _wanted(person: Person, data: WantedForm) -> service.Wanted:
    """What the form asks for. Raises Invalid for a body that got no time from her."""
    body = next((one for one in await queries.bodies_of(person.id) if one.key == data.pour), None)
    if body is None:
        raise Invalid(_("Choisissez une des structures proposées."), field="pour")
    return service.Wanted(person, body, data.du, data.au)


async def _mine(request: Request, form: Form[WantedForm], status: int = 200) -> Response:
    person = actor_of(request).person
    bodies = await queries.bodies_of(person.id)
    found, asked = None, form.data
    if asked and (asked.pour or len(bodies) == 1):
        body = next((one for one in bodies if one.key == (asked.pour or bodies[0].key)), None)
        found = await queries.found(person.id, body, asked.du, asked.au) if body else None
    if asked:
        form.values |= {"du": asked.du.isoformat(), "au": asked.au.isoformat()}
        form.values["pour"] = asked.pour or (found.body.key if found else "")
    papers = [_row(paper) for paper in await queries.papers_of(person.id)]
    agreed = await queries.agreed_by_body(person.id)
    return page(
        request, "volunteering/attestations/mine.html", status=422 if form.errors else status, form=form,
        bodies=[(one.key, one.name, _reach(one, agreed.get(one.key, 0))) for one in bodies], papers=papers,
        person=person, preview=await _preview(found, person) if found else None,
    )  # fmt: skip


def _reach(body: Body, minutes: int) -> str:
    """« toute la structure, 3 h validées depuis le début » beside one of the bodies to choose from."""
    reach = _("toute la structure") if body.organisation else _("cette initiative seule")
    if not minutes:
        return _("%(reach)s, rien de validé pour l’instant", reach=reach)
    return _("%(reach)s, %(hours)s validées depuis le début", reach=reach, hours=duration(minutes))


async def _preview(found: Found, person: Person) -> dict[str, object]:
    """What the paper will say, and what stands in its way."""
    signatory = await who_signs(found.body, person.id, found.initiative_ids)
    until = found.waits_from - timedelta(days=1) if found.waits_from else None
    sooner = {"pour": found.body.key, "du": found.first, "au": until} if until and until >= found.first else None
    return preview(found, person, signatory) | {
        "why": await service.refusal(found, person.id), "until": until,
        "sooner": urls.path("attestations.mine", **sooner) + "#apercu" if sooner else "",
    }  # fmt: skip


def _row(paper: Attestation) -> dict[str, object]:
    """A paper in a list."""
    said = Content.model_validate(paper.content)
    return {
        "paper": paper, "said": said, "code": codes.shown(paper.code), "hours": duration(paper.minutes),
        "period": period(paper.first_day, paper.last_day),
        "href": urls.path("attestations.paper", token=queries.token_of(paper)),
    }  # fmt: skip


async def its_paper(request: Request) -> Response:
    """The PDF, for whoever holds its link."""
    found = await queries.of_link(request.path_params["token"])
    return pdf_answer(await drawing.attestation_paper(found), f"attestation-{found.code}")


async def check(request: Request) -> Response:
    """A code is copied from a paper, and read as people write it."""
    form = Form.query(request, CodeForm)
    if form.data and form.data.code:
        try:
            return redirect("attestations.verify", code=codes.read(form.data.code))
        except DomainError as error:
            form.refuse(error)
    status = 422 if form.errors else 200
    return page(request, "volunteering/attestations/check.html", status=status, headers=HIDDEN, form=form, state="")


async def verify(request: Request) -> Response:
    """What was attested under a code: enough to compare with the paper, nothing more."""
    await limits.hit("attestation", limits.address(request), most=CHECKS, per=WINDOW)
    return await _verify(request, Form())


async def _verify(request: Request, form: Form[ReasonForm], status: int = 200) -> Response:
    """Whatever is written, one answer per state: it stands, was revoked, was erased, is unknown."""
    written = request.path_params["code"]
    try:
        code = codes.read(written)
        if code != written:
            return redirect("attestations.verify", code=code)
        paper = await queries.of_code(code)
    except (Invalid, NotFound) as error:
        return page(
            request, "volunteering/attestations/check.html", status=404, headers=HIDDEN,
            form=Form({"code": written[:60]}), state="unknown", why=error.message,
        )  # fmt: skip
    state = "erased" if paper.is_erased else "revoked" if paper.is_revoked else "stands"
    said = None if paper.is_erased else Content.model_validate(paper.content)
    return page(
        request, "volunteering/attestations/check.html", status=410 if paper.is_erased else status, headers=HIDDEN,
        form=Form({"code": codes.shown(code)}), state=state, paper=paper, code=codes.shown(code),
        body=said.body if said else "", who=shortened(said.name) if said else "",
        period=period(paper.first_day, paper.last_day), hours=duration(paper.minutes), reason=form,
        may_revoke=await queries.may_revoke(paper, visitor_or_actor(request)),
    )  # fmt: skip


async def revoke(request: Request) -> Response:
    """Take a paper back, with the reason that everybody who checks it will read."""
    actor = actor_of(request)
    paper = await queries.paper_to_revoke(request.path_params["code"], actor)
    form = await Form.read(request, ReasonForm)
    if form.data is None:
        return await _verify(request, form, status=422)
    try:
        await service.revoke(paper, form.data.reason, actor)
    except Invalid as error:
        form.refuse(error)
        return await _verify(request, form, status=422)
    here = urls.path("attestations.verify", code=paper.code)
    return redirect_to(here, flash=_("L’attestation est annulée. La personne reçoit la raison."))


routes: list[BaseRoute] = [
    Route("/mon-espace/attestations", mine, name="attestations.mine"),
    Route("/mon-espace/attestations", take, methods=["POST"], name="attestations.take"),
    Route("/attestations", check, name="attestations.check"),
    Route("/attestations/papier/{token}", its_paper, name="attestations.paper"),
    Route("/attestations/{code}", verify, name="attestations.verify"),
    Route("/attestations/{code}/annuler", revoke, methods=["POST"], name="attestations.revoke"),
    *team_routes.routes, *sheet_routes.routes, *engagement_routes.routes,
]  # fmt: skip
