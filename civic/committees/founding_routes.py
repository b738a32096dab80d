"""Founding a committee, a body of the network or a working group; changing its rules; ending it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.committees import queries, rules, service
from civic.committees.forms import (
    LIMITED,
    CollegesForm,
    CommitteeForm,
    FoundingForm,
    NewBodyForm,
    NewCommitteeForm,
    ReasonForm,
)
from civic.committees.models import CollegeKind, Committee, CommitteeKind
from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.queries import initiative_to_edit
from civic.people.actor import actor_of, animator_of
from civic.web import urls
from civic.web.forms import Form
from civic.web.page import page, redirect

USUAL = {"joining": "request", "mandate_months": "12", "residents": "5"}


async def new(request: Request) -> Response:
    """The form for a committee of an initiative that has none."""
    initiative = await initiative_to_edit(request.path_params["slug"], actor_of(request))
    known = await queries.committee_of(initiative.id)
    if known:
        return redirect("committees.show", slug=known.slug)
    form: Form[Any] = Form({**USUAL, "college": "residents"})
    return _founding_page(request, CommitteeKind.STEERING, form, initiative=initiative)


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
    return _founding_page(request, CommitteeKind.STEERING, form, initiative=initiative, status=422)


async def new_body(request: Request) -> Response:
    """The form for a body of the network."""
    animator_of(request)
    values = {"kind": "board", "joining": "invitation", "mandate_months": "36", "organisations": "6"}
    return _founding_page(request, CommitteeKind.BOARD, Form(values))


async def create_body(request: Request) -> Response:
    """Found a body of the network."""
    actor = animator_of(request)
    form = await Form.read(request, NewBodyForm)
    try:
        if form.data:
            body = await service.found_body(actor, form.data)
            flash = _("C’est créé. Invitez les personnes qui siègent.")
            return redirect("committees.show", slug=body.slug, flash=flash)
    except DomainError as error:
        form.refuse(error)
    return _founding_page(request, CommitteeKind.BOARD, form, status=422)


async def new_group(request: Request) -> Response:
    """The form for a working group of a committee."""
    parent = await queries.committee_to_run(request.path_params["slug"], actor_of(request))
    form: Form[Any] = Form({**USUAL, "college": "residents", "contributors": "1"})
    return _founding_page(request, CommitteeKind.WORKING, form, parent=parent)


async def create_group(request: Request) -> Response:
    """Found a working group."""
    actor = actor_of(request)
    parent = await queries.committee_to_run(request.path_params["slug"], actor)
    form = await Form.read(request, FoundingForm)
    try:
        if form.data:
            group = await service.found_group(actor, parent, form.data)
            return redirect("committees.show", slug=group.slug, flash=_("Le groupe existe."))
    except DomainError as error:
        form.refuse(error)
    return _founding_page(request, CommitteeKind.WORKING, form, parent=parent, status=422)


async def edit(request: Request) -> Response:
    """The form for what a committee says of itself."""
    committee = await queries.committee_to_run(request.path_params["slug"], actor_of(request))
    values = {name: getattr(committee, name) for name in CommitteeForm.model_fields}
    return _founding_page(request, committee.kind, Form(values), committee=committee)


async def save(request: Request) -> Response:
    """Change it."""
    actor = actor_of(request)
    committee = await queries.committee_to_run(request.path_params["slug"], actor)
    form = await Form.read(request, CommitteeForm)
    try:
        if form.data:
            await rules.change(actor, committee, form.data)
            return redirect("committees.show", slug=committee.slug, flash=_("C’est enregistré."))
    except DomainError as error:
        form.refuse(error)
    return _founding_page(request, committee.kind, form, committee=committee, status=422)


async def colleges(request: Request) -> Response:
    """Who sits, under which names, and what each college weighs."""
    committee = await queries.committee_to_run(request.path_params["slug"], actor_of(request))
    values: dict[str, Any] = {"is_weighted": committee.is_weighted}
    for college in await queries.colleges_of(committee.id):
        kind = college.kind.value
        values[kind] = "1" if college.places is None else college.places
        values |= {f"{kind}_label": college.label, f"{kind}_definition": college.definition}
        values[f"{kind}_weight"] = "" if college.weight is None else college.weight
    return _colleges_page(request, committee, Form(values))


async def save_colleges(request: Request) -> Response:
    """Change who sits."""
    actor = actor_of(request)
    committee = await queries.committee_to_run(request.path_params["slug"], actor)
    form = await Form.read(request, CollegesForm)
    try:
        if form.data:
            await rules.change_colleges(actor, committee, form.data)
            return redirect("committees.show", slug=committee.slug, flash=_("C’est enregistré."))
    except DomainError as error:
        form.refuse(error)
    return _colleges_page(request, committee, form, status=422)


async def ending(request: Request) -> Response:
    """What ending a group or a body means, before it is done."""
    committee = await queries.committee_to_run(request.path_params["slug"], actor_of(request))
    return page(request, "civic/committees/close.html", committee=committee, form=Form())


async def close(request: Request) -> Response:
    """End it, with a reason."""
    actor = actor_of(request)
    committee = await queries.committee_to_run(request.path_params["slug"], actor)
    form = await Form.read(request, ReasonForm)
    try:
        if form.data:
            done = await rules.close(actor, committee, form.data.reason)
            flash = _("C’est terminé. La page reste, avec ce qui a été décidé.") if done else None
            return redirect("committees.show", slug=committee.slug, flash=flash, kind="info")
    except DomainError as error:
        form.refuse(error)
    return page(request, "civic/committees/close.html", committee=committee, form=form, status=422)


def _founding_page(
    request: Request, kind: CommitteeKind, form: Form[Any], *, status: int = 200, **of: Any
) -> Response:
    """One form for all kinds; `of`: the initiative, the parent, or the committee that is changed."""
    back = {"initiative": None, "parent": None, "committee": None} | of
    committee, parent, initiative = back["committee"], back["parent"], back["initiative"]
    if committee:
        action = urls.path("committees.save", slug=committee.slug)
    elif parent:
        action = urls.path("committees.create_group", slug=parent.slug)
    elif initiative:
        action = urls.path("committees.create", slug=initiative.slug)
    else:
        action = urls.path("committees.create_body")
    return page(
        request, "civic/committees/form.html", status=status, form=form, kind=kind.value, limited=LIMITED,
        action=action, college_choices=[(one.value, one.words) for one in CollegeKind], **back,
    )  # fmt: skip


def _colleges_page(request: Request, committee: Committee, form: Form[Any], status: int = 200) -> Response:
    return page(
        request, "civic/committees/colleges.html", status=status, committee=committee, form=form,
        kinds=list(CollegeKind), contributors=CollegeKind.CONTRIBUTORS,
        always=committee.kind == CommitteeKind.STEERING,
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/initiatives/{slug}/comite/nouveau", new, name="committees.new"),
    Route("/initiatives/{slug}/comite/nouveau", create, methods=["POST"], name="committees.create"),
    Route("/comites/nouveau", new_body, name="committees.new_body"),
    Route("/comites/nouveau", create_body, methods=["POST"], name="committees.create_body"),
    Route("/comites/{slug}/groupes/nouveau", new_group, name="committees.new_group"),
    Route("/comites/{slug}/groupes/nouveau", create_group, methods=["POST"], name="committees.create_group"),
    Route("/comites/{slug}/modifier", edit, name="committees.edit"),
    Route("/comites/{slug}/modifier", save, methods=["POST"], name="committees.save"),
    Route("/comites/{slug}/colleges", colleges, name="committees.colleges"),
    Route("/comites/{slug}/colleges", save_colleges, methods=["POST"], name="committees.save_colleges"),
    Route("/comites/{slug}/terminer", ending, name="committees.ending"),
    Route("/comites/{slug}/terminer", close, methods=["POST"], name="committees.close"),
]
