"""`/mon-espace/benevolat`: what a volunteer says of herself; `/mon-espace/pour-moi`: what suits her, and why."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _
from civic.people.actor import actor_of
from civic.people.queries import person_to_name
from civic.web import urls
from civic.web.forms import Form
from civic.web.page import page, redirect
from volunteering.missions import skills
from volunteering.missions.words import hours, when, where
from volunteering.volunteers import queries, service
from volunteering.volunteers.forms import WishesForm, filled, radii
from volunteering.volunteers.models import Volunteer
from volunteering.volunteers.queries import Suggestion
from volunteering.volunteers.words import availability_words, sentence


async def edit(request: Request) -> Response:
    """What I like to do, when, how far."""
    person = await person_to_name(actor_of(request).person.id)
    said = await queries.wishes_of(person)
    return _form_page(request, Form(filled(said, person)), said)


async def save(request: Request) -> Response:
    """Keep it, and show what suits."""
    person = actor_of(request).person
    form = await Form.read(request, WishesForm)
    if form.data:
        try:
            await service.say(person, await form.data.wishes())
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return _form_page(request, form, await queries.wishes_of(person), status=422)
    return redirect("volunteers.for_me", flash=_("C’est noté. Vous pouvez changer d’avis quand vous voulez."))


async def erase(request: Request) -> Response:
    """Forget what I said."""
    await service.erase(actor_of(request).person)
    return redirect("volunteers.edit", flash=_("Vos réponses sont effacées."))


async def for_me(request: Request) -> Response:
    """What suits me, each with its reasons."""
    person = actor_of(request).person
    said = await queries.wishes_of(person)
    found = await queries.suggestions(person, said) if said and queries.says_something(said) else []
    return page(
        request, "volunteering/volunteers/for_me.html", said=queries.says_something(said),
        cards=[card(one) for one in found],
    )  # fmt: skip


def card(one: Suggestion) -> dict[str, Any]:
    """A suggestion as `ui.card_mission` takes it: straight to the shift that suits."""
    mission, shift = one.mission, one.shift
    at = {"creneau": shift.id} if shift else {}
    return {
        "href": urls.path("missions.show", slug=mission.slug, **at), "title": mission.title,
        "of": mission.initiative.title, "why": sentence(one.fit), "place": where(mission),
        "at": shift.starts_at if shift else None,
        "when": when(shift.starts_at, shift.ends_at) if shift else _("Toute l’année, à convenir"),
        "hours": hours(shift.starts_at, shift.ends_at) if shift else "",
        "who": _("dès %(age)s ans", age=mission.minimum_age) if mission.minimum_age else "",
        "taken": shift.filled if shift else 0, "total": shift.capacity if shift else None,
    }  # fmt: skip


def _form_page(
    request: Request, form: Form[WishesForm], said: Volunteer | None, *, status: int = 200
) -> Response:
    return page(
        request, "volunteering/volunteers/edit.html", status=status, form=form, said=said,
        skills=list(skills.words().items()), moments=list(availability_words().items()), radii=radii(),
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/mon-espace/benevolat", edit, name="volunteers.edit"),
    Route("/mon-espace/benevolat", save, methods=["POST"], name="volunteers.save"),
    Route("/mon-espace/benevolat/effacer", erase, methods=["POST"], name="volunteers.erase"),
    Route("/mon-espace/pour-moi", for_me, name="volunteers.for_me"),
]
