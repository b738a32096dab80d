"""What ideas show on other pages: todos, « Mon espace », the desk, secret links, and the initiative they became."""

from civic.i18n import _, _n
from civic.ideas import queries, words
from civic.ideas.letters import REFERENT, offer_token, page_of, support_token, token_of
from civic.ideas.models import Idea, IdeaOffer, IdeaSupport, OfferState, Status
from civic.initiatives.models import Initiative
from civic.initiatives.queries import is_lead
from civic.initiatives.timeline import Sort
from civic.people import links
from civic.people.models import Person, RoleName
from civic.people.queries import roles_of
from civic.slots import Given, Moment, Panel, Todo
from civic.web import urls

LINKS_MOST = 30
DESK_MOST = 20


async def person_todos(person: Person) -> list[Todo]:
    """Ideas of hers that ask for something, and an idea that she is asked to walk with."""
    mine = await queries.proposed_by(person)
    offers = await queries.open_offers([idea.id for idea in mine]) if mine else {}
    asked = [
        Todo(
            _("Accompagner une idée ? %(title)s", title=idea.title),
            urls.path("ideas.invitation", token=links.make(REFERENT, idea.id)), "voix",
        )
        for idea in await queries.asked_to_guide(person)
    ]  # fmt: skip
    return [*asked, *(todo for idea in mine for todo in _todos(idea, offers.get(idea.id, 0)))]


def _todos(idea: Idea, offers: int) -> list[Todo]:
    href = urls.path("ideas.manage", slug=idea.slug)
    found = []
    if idea.status == Status.CHANGES:
        text = _("Préciser votre idée : %(title)s", title=idea.title)
        found.append(Todo(text, href, "voix", detail=idea.reason[:160]))
    if offers:
        text = _n("%(n)s aide pour %(title)s", "%(n)s aides pour %(title)s", offers, title=idea.title)
        found.append(Todo(text, href, "temps"))
    if idea.asked_at and idea.lives:
        found.append(Todo(_("Elle vit encore ? %(title)s", title=idea.title), href, "voix"))
    return found


async def desk_todos(person: Person) -> list[Todo]:
    """Ideas to review, the oldest first."""
    if RoleName.ANIMATOR not in await roles_of(person):
        return []
    return [
        Todo(
            _("Relire une idée : %(title)s", title=idea.title), urls.path("ideas.read", slug=idea.slug), "voix",
            detail=_("Proposée par %(who)s", who=words.who(idea.author)),
        )
        for idea in await queries.waiting(DESK_MOST)
    ]  # fmt: skip


async def person_panels(person: Person) -> list[Panel]:
    """« Mes idées », and those she walks with."""
    mine, guided = await queries.proposed_by(person), await queries.guided_by(person)
    if not (mine or guided):
        return []
    return [Panel("civic/ideas/_space.html", {"mine": mine, "guided": guided, "words": words}, order=35)]


async def person_given(person: Person) -> list[Given]:
    """What she supported and offered."""
    supports = IdeaSupport.filter(person_id=person.id, confirmed_at__isnull=False).order_by("-id").limit(LINKS_MOST)
    offers = IdeaOffer.filter(person_id=person.id, state=OfferState.ACCEPTED).order_by("-id").limit(LINKS_MOST)
    return [
        *(Given(_("Un soutien à une idée"), page_of(row.idea), "voix", row.at, row.idea.title)
          for row in await supports.select_related("idea")),
        *(Given(words.kinds()[row.kind], page_of(row.idea), "temps", row.at, row.idea.title)
          for row in await offers.select_related("idea")),
    ]  # fmt: skip


async def secret_links(person: Person) -> list[tuple[str, str]]:
    """The links to her ideas, supports and offers: what, and the full address (A2)."""
    supports = IdeaSupport.filter(person_id=person.id).order_by("-id").limit(LINKS_MOST).select_related("idea")
    offers = IdeaOffer.filter(person_id=person.id).exclude(state=OfferState.WITHDRAWN)
    mine = (await queries.proposed_by(person))[:LINKS_MOST]
    return [
        *((_("Votre idée, %(title)s", title=idea.title), urls.absolute("ideas.mine", token=token_of(idea)))
          for idea in mine),
        *((_("Votre soutien, %(title)s", title=row.idea.title),
           urls.absolute("ideas.my_support", token=support_token(row))) for row in await supports),
        *((_("Votre aide, %(title)s", title=row.idea.title), urls.absolute("ideas.my_offer", token=offer_token(row)))
          for row in await offers.order_by("-id").limit(LINKS_MOST).select_related("idea")),
    ]  # fmt: skip


async def initiative_panels(initiative: Initiative, person: Person | None) -> list[Panel]:
    """« Née d’une idée », with a link back; its leads find there what was offered to the idea."""
    idea = await queries.born_of(initiative.id)
    if idea is None or idea.hidden_at:
        return []
    waits = await queries.open_offers([idea.id]) if await is_lead(person, initiative.id) else {}
    mine = person is not None and person.id == idea.author_id
    context = {"idea": idea, "offers": waits.get(idea.id, 0), "mine": mine}
    return [Panel("civic/ideas/_initiative.html", context, order=85)]


async def initiative_timeline(initiative: Initiative) -> list[Moment]:
    """The idea's history goes on in the initiative's, which tells by itself that the idea was noted."""
    idea = await queries.born_of(initiative.id)
    if idea is None or idea.hidden_at:
        return []
    href = page_of(idea)
    return [
        Moment(row.at, words.moment(row), href, about=Sort.LIFE, detail=row.words if row.kind == "step" else "")
        for row in await queries.history_of(idea) if row.kind != "proposed"
    ]
