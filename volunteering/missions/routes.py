"""A lead's forms. (The list of missions is in explorer; the page of one is where one signs up: see signups.)"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.initiatives.queries import initiative_to_edit
from civic.people.actor import actor_of
from civic.web import urls
from civic.web.forms import Form
from civic.web.page import page, redirect, redirect_to
from volunteering.missions import queries, service, skills, templates
from volunteering.missions.forms import MissionForm, WelcomeForm, filled, overtaken
from volunteering.missions.models import Effort, Mission
from volunteering.missions.words import availability_choices, cancel_choices, efforts


async def new(request: Request) -> Response:
    """Describe a mission, on blank paper or after a model (`?modele=`)."""
    initiative = await initiative_to_edit(request.path_params["slug"], actor_of(request))
    model = await templates.asked_for(initiative.id, request.query_params.get("modele"))
    start = {**model.content["mission"], "modele": model.id} if model else {"effort": Effort.LIGHT.value}
    return await _form_page(request, Form(start), initiative=initiative, mission=None)


async def create(request: Request) -> Response:
    """Keep the new mission as a draft, and go on with its first shift."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    form = await Form.read(request, MissionForm)
    if form.data:
        try:
            values = await form.data.values()
            mission = await service.written_just_now(initiative, values) or await service.create(
                initiative, actor, values
            )
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return await _form_page(request, form, status=422, initiative=initiative, mission=None)
    if mission.ongoing:
        text = _("La mission est prête. Ouvrez-la quand vous voulez.")
        return redirect("missions.show", slug=mission.slug, flash=text)
    target = urls.path("shifts.new", slug=mission.slug)
    if form.data.modele:
        target += f"?modele={form.data.modele}"
    return redirect_to(target, flash=_("La mission est prête. Ajoutez son premier créneau."))


async def edit(request: Request) -> Response:
    """Rewrite a mission."""
    mission = await queries.mission_to_edit(request.path_params["slug"], actor_of(request))
    return await _form_page(request, Form(filled(mission)), initiative=mission.initiative, mission=mission)


async def update(request: Request) -> Response:
    """Keep what was rewritten."""
    mission = await queries.mission_to_edit(request.path_params["slug"], actor_of(request))
    form = await Form.read(request, MissionForm)
    if form.data:
        try:
            await service.edit(mission, await form.data.values(), form.data.seen)
        except service.Overtaken as error:
            overtaken(form, error)
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return await _form_page(request, form, status=422, initiative=mission.initiative, mission=mission)
    return redirect("missions.show", slug=mission.slug, flash=_("La mission est mise à jour."))


async def forget(request: Request) -> Response:
    """Drop a model; the missions made after it stay."""
    initiative = await initiative_to_edit(request.path_params["slug"], actor_of(request))
    await templates.forget(initiative.id, request.path_params["id"])
    return redirect("missions.new", slug=initiative.slug, flash=_("Le modèle est retiré."))


async def open_(request: Request) -> Response:
    """Let people come."""
    mission = await queries.mission_to_edit(request.path_params["slug"], actor_of(request))
    try:
        await service.open_(mission)
    except DomainError as error:
        return redirect("missions.show", slug=mission.slug, flash=error.message, kind="warn")
    return redirect("missions.show", slug=mission.slug, flash=_("La mission est ouverte. On peut s’inscrire."))


async def close(request: Request) -> Response:
    """Take no more people."""
    mission = await queries.mission_to_edit(request.path_params["slug"], actor_of(request))
    await service.close(mission)
    text = _("La mission est fermée. Les personnes inscrites gardent leur place, la liste d’attente est prévenue.")
    return redirect("missions.show", slug=mission.slug, flash=text)


async def hand_over(request: Request) -> Response:
    """Another lead welcomes people."""
    actor = actor_of(request)
    mission = await queries.mission_to_edit(request.path_params["slug"], actor)
    form = await Form.read(request, WelcomeForm)
    if form.data is None:
        return redirect("missions.show", slug=mission.slug, flash=_("Choisissez une personne."), kind="warn")
    try:
        found = await service.hand_over(mission, actor, form.data.contact)
    except DomainError as error:
        return redirect("missions.show", slug=mission.slug, flash=error.message, kind="warn")
    text = _("%(name)s accueille désormais : la page et les messages le disent.", name=found.short_name)
    return redirect("missions.show", slug=mission.slug, flash=text)


async def _form_page(
    request: Request, form: Form[MissionForm], *, status: int = 200, initiative: Initiative, mission: Mission | None
) -> Response:
    hours = str(form.values.get("cancel_hours", "24"))
    return page(
        request, "volunteering/missions/edit.html", status=status, form=form, initiative=initiative, mission=mission,
        efforts=efforts(), skill_groups=skills.grouped(), availabilities=availability_choices(),
        cancel_hours=cancel_choices(int(hours) if hours.isdecimal() and len(hours) < 4 else 24),
        models=[] if mission else await templates.of(initiative.id),
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/initiatives/{slug}/missions/nouvelle", new, name="missions.new"),
    Route("/initiatives/{slug}/missions", create, methods=["POST"], name="missions.create"),
    Route("/initiatives/{slug}/missions/modeles/{id:int}/retirer", forget, methods=["POST"], name="missions.forget"),
    Route("/missions/{slug}/modifier", edit, name="missions.edit"),
    Route("/missions/{slug}/modifier", update, methods=["POST"], name="missions.update"),
    Route("/missions/{slug}/ouvrir", open_, methods=["POST"], name="missions.open"),
    Route("/missions/{slug}/fermer", close, methods=["POST"], name="missions.close"),
    Route("/missions/{slug}/accueil", hand_over, methods=["POST"], name="missions.hand_over"),
]
