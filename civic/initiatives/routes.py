"""Making and changing an initiative, following it. Its page is in `show.py`."""

from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.initiatives import service, show, timeline
from civic.initiatives.forms import InitiativeForm
from civic.initiatives.models import Initiative, InitiativeTopic
from civic.initiatives.queries import initiative_to_edit, initiative_to_show
from civic.initiatives.topics import TOPICS, topic_labels
from civic.media.service import store
from civic.people.actor import actor_of
from civic.places.queries import commune_meant, full_label
from civic.web import limits
from civic.web.forms import Form, typed
from civic.web.page import page, redirect


async def new(request: Request) -> Response:
    """Someone starts an initiative."""
    actor_of(request)
    return _page(request, Form({"stage": "launched"}))


async def create(request: Request) -> Response:
    """Save it; it is public at once, and its author is its lead."""
    actor = actor_of(request)
    form = await Form.read(request, InitiativeForm)
    try:
        if form.data:
            values = await _values(form)
            await limits.hit("initiative", str(actor.person.id), most=10, per=86_400)
            initiative = await service.propose(lead=actor.person, **values)
            await service.publish(initiative)
            return redirect("initiatives.show", slug=initiative.slug, flash=_("Votre initiative est en ligne."))
    except DomainError as error:
        form.refuse(error)
    return _page(request, form, status=422)


async def edit(request: Request) -> Response:
    """The same form, filled."""
    initiative = await initiative_to_edit(request.path_params["slug"], actor_of(request))
    topics = await InitiativeTopic.filter(initiative_id=initiative.id).order_by("id").values_list("topic", flat=True)
    values: dict[str, Any] = {
        name: getattr(initiative, name) or "" for name in ("title", "summary", "story", "place", "website", "ending")
    }
    values |= {
        "stage": initiative.stage.value, "topics": list(topics), "car_free": "1" if initiative.car_free else "",
        "commune": full_label(initiative.commune) if initiative.commune else "",
    }  # fmt: skip
    return _page(request, Form(values), initiative)


async def save(request: Request) -> Response:
    """Save the changes."""
    initiative = await initiative_to_edit(request.path_params["slug"], actor_of(request))
    form = await Form.read(request, InitiativeForm)
    try:
        if form.data:
            values = await _values(form)
            await service.change_stage(initiative, form.data.stage, ending=form.data.ending)
            await service.change(initiative, **values)
            return redirect("initiatives.show", slug=initiative.slug, flash=_("C’est enregistré."))
    except DomainError as error:
        form.refuse(error)
    return _page(request, form, initiative, status=422)


async def save_picture(request: Request) -> Response:
    """A photo takes the place of the landscape."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    await limits.hit("picture", str(actor.person.id), most=30, per=3600)
    async with request.form(max_fields=5, max_files=1) as sent:
        alt = typed(sent.get("alt"))[:200]
        try:
            upload = sent.get("picture")
            if not isinstance(upload, UploadFile) or not upload.filename:
                raise Invalid(_("Choisissez une photo."), field="picture")
            picture = await store(upload, alt=alt)
        except DomainError as error:
            return _page(request, Form({"alt": alt}).refuse(error), initiative, status=422)
    await service.change(initiative, picture=picture)
    return redirect("initiatives.show", slug=initiative.slug, flash=_("La photo est en place."))


async def follow(request: Request) -> Response:
    """Follow: news of it arrive in the weekly letter."""
    actor = actor_of(request)
    initiative = await initiative_to_show(request.path_params["slug"], actor)
    await service.follow(actor.person, initiative)
    return redirect("initiatives.show", slug=initiative.slug, flash=_("Vous suivez cette initiative."))


async def unfollow(request: Request) -> Response:
    """Stop following."""
    actor = actor_of(request)
    initiative = await initiative_to_show(request.path_params["slug"], actor)
    await service.unfollow(actor.person, initiative)
    return redirect("initiatives.show", slug=initiative.slug, flash=_("Vous ne suivez plus cette initiative."))


async def _values(form: Form[InitiativeForm]) -> dict[str, Any]:
    """The fields of a checked form as values of the service. Raises Invalid for the commune or the topics."""
    assert form.data
    topics = [topic for topic in form.data.topics if topic in TOPICS]
    if not topics:
        raise Invalid(_("Choisissez au moins un sujet."), field="topics")
    commune = await commune_meant(form.data.commune)
    kept = form.data.model_dump(include={"title", "summary", "story", "place", "car_free", "website", "stage"})
    return {**kept, "topics": topics, "commune": commune, "latitude": None, "longitude": None}


def _page(request: Request, form: Form[Any], initiative: Initiative | None = None, status: int = 200) -> Response:
    return page(
        request, "civic/initiatives/edit.html", status=status, form=form, initiative=initiative,
        topics=list(topic_labels().items()), stages=show.stage_labels(),
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/initiatives/nouvelle", new, methods=["GET"], name="initiatives.new"),
    Route("/initiatives/nouvelle", create, methods=["POST"], name="initiatives.create"),
    Route("/initiatives/{slug}/modifier", edit, methods=["GET"], name="initiatives.edit"),
    Route("/initiatives/{slug}/modifier", save, methods=["POST"], name="initiatives.save"),
    Route("/initiatives/{slug}/photo", save_picture, methods=["POST"], name="initiatives.save_picture"),
    Route("/initiatives/{slug}/suivre", follow, methods=["POST"], name="initiatives.follow"),
    Route("/initiatives/{slug}/ne-plus-suivre", unfollow, methods=["POST"], name="initiatives.unfollow"),
    Route("/initiatives/{slug}/parcours", timeline.show, name="initiatives.timeline"),
    Route("/initiatives/{slug}", show.show, name="initiatives.show"),
]
