"""Ideas as everybody sees them: the list and one idea. The other routes are in the modules beside."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import slots
from civic.follows.queries import is_following
from civic.i18n import _
from civic.ideas import act_routes, author_routes, listing, proposing, queries, review_routes, service, words
from civic.ideas.forms import ListForm
from civic.ideas.models import Idea, IdeaStep, Status, StepState
from civic.initiatives.topics import topic_label, topic_labels
from civic.landscapes import description, motif_for
from civic.people.actor import person_of, visitor_or_actor
from civic.slots import Moment, Panel
from civic.web.formats import km
from civic.web.forms import Form
from civic.web.page import page


async def index(request: Request) -> Response:
    """`/idees`: the whole state is in the address."""
    form = Form.query(request, ListForm)
    found = await listing.found(form)
    stages = [(key.value, text) for key, text in words.stages().items() if key != Status.UNCONFIRMED]
    choices = {
        "topics": list(topic_labels().items()), "stages": [*stages, (words.ASLEEP, _("En sommeil"))],
        "radii": [(str(n), km(n)) for n in (5, 15, 30, 60)],
        "sorts": [("", _("Les plus récentes")), ("soutiens", _("Les plus soutenues"))],
    }  # fmt: skip
    status = 422 if form.errors else 200
    return page(request, "civic/ideas/index.html", status=status, form=form, found=found, choices=choices)


async def show(request: Request) -> Response:
    """Everything about one idea, on one page."""
    actor, person = visitor_or_actor(request), person_of(request)
    idea = await queries.idea_to_show(request.path_params["slug"])
    topics, steps = await queries.topics_of(idea), await queries.steps_of(idea)
    history = await queries.history_of(idea)
    moments = [Moment(one.at, words.moment(one), detail=one.words) for one in history]
    panels = [panel for fill in slots.idea_panels for panel in await fill(idea, person)]
    return page(
        request, "civic/ideas/show.html", idea=idea, topics=[(topic, topic_label(topic)) for topic in topics],
        status_words=words.status_of(idea), steps=_to_show(steps, idea), words=words,
        progress=words.progress(steps), supported=listing.supported(idea), moments=moments,
        supports_it=await queries.supports_it(person, idea), panels=sorted(panels, key=_order),
        follows=await is_following(person, service.KIND, idea.id), guides=queries.may_guide(actor, idea),
        is_author=person is not None and person.id == idea.author_id, is_team=actor is not None and actor.is_animator,
        landscape=listing.drawing(idea, topics), landscape_alt=description(motif_for(topics)),
    )  # fmt: skip


def _to_show(steps: list[IdeaStep], idea: Idea) -> list[IdeaStep]:
    """All while the idea lives; once it was born or ended only the steps reached: nothing is left « à faire »."""
    return [one for one in steps if idea.lives or one.state == StepState.DONE]


def _order(panel: Panel) -> int:
    return panel.order


routes: list[BaseRoute] = [
    Route("/idees", index, name="ideas.index"),
    *proposing.routes,
    *review_routes.routes,
    *author_routes.routes,
    *act_routes.routes,
    Route("/idees/{slug}", show, name="ideas.show"),
]
