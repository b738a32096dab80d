"""The initiative's page (PRODUCT D1): its own story, and the panels that other slices hand in."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from civic import slots
from civic.activity.queries import latest
from civic.follows.queries import is_following
from civic.i18n import _
from civic.initiatives import timeline
from civic.initiatives.models import Initiative, InitiativeTopic, Stage
from civic.initiatives.queries import initiative_to_show, leads_of
from civic.initiatives.topics import topic_label
from civic.landscapes import description, motif_for
from civic.people.actor import person_of, visitor_or_actor
from civic.people.models import Person
from civic.slots import Panel
from civic.web import urls
from civic.web.page import page


async def show(request: Request) -> Response:
    """Everything about one initiative, on one page."""
    actor = visitor_or_actor(request)
    person = person_of(request)
    initiative = await initiative_to_show(request.path_params["slug"], actor)
    leads = await leads_of(initiative.id)
    topics = [str(row.topic) for row in await InitiativeTopic.filter(initiative_id=initiative.id).order_by("id")]
    motif = motif_for(topics)
    return page(
        request, "civic/initiatives/show.html", initiative=initiative, leads=leads, topics=topics,
        topic_labels=[(topic, topic_label(topic)) for topic in topics], stage=stage_labels_of()[initiative.stage],
        may_edit=bool(actor and (actor.is_animator or any(lead.id == actor.person.id for lead in leads))),
        follows=await is_following(person, "initiative", initiative.id), panels=await _panels(initiative, person),
        moments=await timeline.moments_of(initiative),
        last_moments=timeline.latest, feed=await latest(6, initiative_id=initiative.id),
        landscape=urls.path("landscapes.show", motif=motif, seed=initiative.id), landscape_alt=description(motif),
    )  # fmt: skip


def stage_labels_of() -> dict[Any, str]:
    """Stage → name on the screen."""
    return {
        Stage.IDEA: _("Une idée"), Stage.INCUBATION: _("En préparation"), Stage.LAUNCHED: _("Lancée"),
        Stage.ALIVE: _("En vie"), Stage.FINISHED: _("Terminée"), Stage.STOPPED: _("Arrêtée"),
    }  # fmt: skip


def stage_labels() -> list[tuple[str, str]]:
    """The stages as options of a form."""
    return [(stage.value, label) for stage, label in stage_labels_of().items()]


async def _panels(initiative: Initiative, person: Person | None) -> list[Panel]:
    """What money, time and voice have to say here, in their order."""
    found = [panel for fill in slots.initiative_panels for panel in await fill(initiative, person)]
    return sorted(found, key=lambda panel: panel.order)
