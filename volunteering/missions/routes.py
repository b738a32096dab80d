"""A lead's forms. (The list of missions is in explorer; the page of one is where one signs up: see signups.)"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.queries import initiative_to_edit
from civic.people.actor import actor_of
from civic.web.forms import Form
from civic.web.page import page, redirect
from volunteering.missions import queries, service
from volunteering.missions.forms import MissionForm, filled
from volunteering.missions.models import Effort, Mission


def efforts() -> list[tuple[str, str]]:
    """The degrees of effort, in words."""
    return [
        (Effort.LIGHT.value, _("Léger")), (Effort.MODERATE.value, _("Moyen")), (Effort.HARD.value, _("Physique")),
    ]  # fmt: skip


async def new(request: Request) -> Response:
    """Describe a mission."""
    initiative = await initiative_to_edit(request.path_params["slug"], actor_of(request))
    form: Form[MissionForm] = Form({"effort": Effort.LIGHT.value})
    return _form_page(request, form, initiative=initiative, mission=None)


async def create(request: Request) -> Response:
    """Keep the new mission as a draft, and go on with its first shift."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    form = await Form.read(request, MissionForm)
    if form.data:
        try:
            mission = await service.create(initiative, actor, await form.data.values())
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return _form_page(request, form, status=422, initiative=initiative, mission=None)
    if mission.ongoing:
        text = _("La mission est prête. Ouvrez-la quand vous voulez.")
        return redirect("missions.show", slug=mission.slug, flash=text)
    return redirect("shifts.new", slug=mission.slug, flash=_("La mission est prête. Ajoutez son premier créneau."))


async def edit(request: Request) -> Response:
    """Rewrite a mission."""
    mission = await queries.mission_to_edit(request.path_params["slug"], actor_of(request))
    return _form_page(request, Form(filled(mission)), initiative=mission.initiative, mission=mission)


async def update(request: Request) -> Response:
    """Keep what was rewritten."""
    mission = await queries.mission_to_edit(request.path_params["slug"], actor_of(request))
    form = await Form.read(request, MissionForm)
    if form.data:
        try:
            await service.edit(mission, await form.data.values())
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return _form_page(request, form, status=422, initiative=mission.initiative, mission=mission)
    return redirect("missions.show", slug=mission.slug, flash=_("La mission est mise à jour."))


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
    text = _("La mission est fermée. Les personnes inscrites gardent leur place.")
    return redirect("missions.show", slug=mission.slug, flash=text)


def _form_page(
    request: Request, form: Form[MissionForm], *, status: int = 200, initiative: object, mission: Mission | None
) -> Response:
    return page(
        request, "volunteering/missions/edit.html", status=status, form=form, initiative=initiative, mission=mission,
        efforts=efforts(),
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/initiatives/{slug}/missions/nouvelle", new, name="missions.new"),
    Route("/initiatives/{slug}/missions", create, methods=["POST"], name="missions.create"),
    Route("/missions/{slug}/modifier", edit, name="missions.edit"),
    Route("/missions/{slug}/modifier", update, methods=["POST"], name="missions.update"),
    Route("/missions/{slug}/ouvrir", open_, methods=["POST"], name="missions.open"),
    Route("/missions/{slug}/fermer", close, methods=["POST"], name="missions.close"),
]
