"""Reads about ideas, and the guards of their pages."""

from collections.abc import Sequence

from civic import search
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.ideas.letters import IDEA, OFFER, REFERENT, SUPPORT
from civic.ideas.models import (
    LIVING,
    Idea,
    IdeaChange,
    IdeaOffer,
    IdeaStep,
    IdeaSupport,
    IdeaTopic,
    OfferState,
    Status,
)
from civic.ideas.service import KIND
from civic.initiatives.models import Initiative
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import Person

RESEMBLE = 3
WHOLE = ("commune", "picture", "author", "referent", "invited", "initiative")
"""What a page shows with an idea."""


async def idea_to_show(slug: str) -> Idea:
    """An idea that everybody may read; one that the team hides says so. Raises NotFound."""
    idea = await Idea.get_or_none(slug=slug).select_related(*WHOLE)
    if idea is None or not idea.is_public:
        raise NotFound(_("Cette idée n’existe pas, ou n’est pas encore publiée."))
    return idea


async def idea_to_review(slug: str, actor: Actor) -> Idea:
    """For a member of the team. Raises Forbidden or NotFound."""
    if not actor.is_animator:
        raise Forbidden(_("Les idées sont relues par l’équipe d’animation."))
    return await idea_to_show(slug)


async def idea_to_judge(slug: str, actor: Actor) -> Idea:
    """For a member of the team who did not write it. Raises Forbidden or NotFound."""
    idea = await idea_to_review(slug, actor)
    if idea.author_id in (actor.person.id, actor.hand.id):
        raise Forbidden(_("Personne ne relit sa propre idée : une autre personne de l’équipe s’en charge."))
    return idea


async def idea_to_guide(slug: str, actor: Actor) -> Idea:
    """For its référent and the team. Raises Forbidden or NotFound."""
    idea = await idea_to_show(slug)
    if not may_guide(actor, idea):
        raise Forbidden(_("Seuls le référent de cette idée et l’équipe peuvent ouvrir cette page."))
    return idea


def may_guide(actor: Actor | None, idea: Idea) -> bool:
    """Its référent and the team may."""
    return actor is not None and (actor.is_animator or idea.referent_id == actor.person.id)


async def idea_of_author(slug: str, actor: Actor) -> Idea:
    """For its signed-in author. Raises Forbidden or NotFound."""
    idea = await Idea.get_or_none(slug=slug)
    if idea is None:
        raise NotFound(_("Cette idée n’existe pas, ou n’est pas encore publiée."))
    if idea.author_id != actor.person.id:
        raise Forbidden(_("Seul l’auteur de cette idée peut ouvrir cette page."))
    return idea


async def idea_of_link(token: str) -> Idea:
    """The idea behind its author's link. Raises NotFound, Gone when her links have ended."""
    idea = await Idea.get_or_none(id=links.read(IDEA, token)).select_related(*WHOLE)
    if idea is None or idea.author is None:
        raise NotFound(_("Cette idée n’existe plus."))
    links.check_current(idea.author, IDEA, token)
    return idea


async def support_of_link(token: str) -> IdeaSupport:
    """The support behind a mailed link. Raises NotFound or Gone."""
    row = await IdeaSupport.get_or_none(id=links.read(SUPPORT, token)).select_related("person", "idea__initiative")
    if row is None:
        raise NotFound(_("Ce soutien n’existe plus : il a été retiré, ou n’a pas été confirmé à temps."))
    links.check_current(row.person, SUPPORT, token)
    return row


async def offer_of_link(token: str) -> IdeaOffer:
    """The offer behind a mailed link. Raises NotFound or Gone."""
    row = await IdeaOffer.get_or_none(id=links.read(OFFER, token)).select_related("person", "idea__author")
    if row is None:
        raise NotFound(_("Cette proposition n’existe plus, ou n’a pas été confirmée à temps."))
    links.check_current(row.person, OFFER, token)
    return row


async def idea_of_invitation(token: str) -> Idea:
    """The idea that a person is asked to walk with, by her own link and nobody else's. Raises NotFound or Gone."""
    whose, _dash, secret = token.partition("-")
    purpose = f"{REFERENT}-{whose}"
    idea = await Idea.get_or_none(id=links.read(purpose, secret)).select_related(*WHOLE)
    if idea is None or not idea.is_public or idea.invited is None or str(idea.invited.id) != whose:
        raise NotFound(_("Cette invitation n’est plus valable : une réponse est déjà arrivée."))
    links.check_current(idea.invited, purpose, secret)
    return idea


async def topics_of(idea: Idea) -> list[str]:
    """Its topics, the first one decides which landscape is drawn."""
    return [str(row.topic) for row in await IdeaTopic.filter(idea_id=idea.id).order_by("id")]


async def history_of(idea: Idea) -> list[IdeaChange]:
    """What happened to it, the first day first."""
    return await IdeaChange.filter(idea_id=idea.id).order_by("id")


async def steps_of(idea: Idea) -> list[IdeaStep]:
    """Its steps in their order."""
    return await IdeaStep.filter(idea_id=idea.id).order_by("position", "id")


async def supports_it(person: Person | None, idea: Idea) -> bool:
    """Whether this person supports it, and it counts."""
    if person is None:
        return False
    return await IdeaSupport.filter(idea_id=idea.id, person_id=person.id, confirmed_at__isnull=False).exists()


async def offers_of(idea: Idea) -> list[IdeaOffer]:
    """The offers its author reads: those that wait first."""
    shown = [OfferState.OPEN, OfferState.ACCEPTED]
    rows = await IdeaOffer.filter(idea_id=idea.id, state__in=shown).order_by("id").select_related("person")
    return sorted(rows, key=lambda row: row.state != OfferState.OPEN)


async def offer_to_answer(idea: Idea, offer_id: int) -> IdeaOffer:
    """One of these. Raises NotFound."""
    found = await IdeaOffer.get_or_none(id=offer_id, idea_id=idea.id).select_related("person")
    if found is None or found.state == OfferState.UNCONFIRMED:
        raise NotFound(_("Cette proposition n’existe plus."))
    return found


async def found(text: str) -> list[Idea]:
    """The few ideas whose words are nearest to these, best first."""
    order = [id for id, _score in await search.search(KIND, text, limit=RESEMBLE)]
    shown = await Idea.filter(id__in=order or [0], hidden_at__isnull=True).select_related("commune")
    return sorted(shown, key=lambda one: order.index(one.id))


async def resembling(title: str) -> tuple[list[Idea], list[Initiative]]:
    """Ideas and initiatives whose words are nearest to this title, a few of each, best first."""
    order = [id for id, _score in await search.search("initiative", title, limit=RESEMBLE)]
    public = await Initiative.filter(id__in=order or [0], published_at__isnull=False).select_related("commune")
    return await found(title), sorted(public, key=lambda one: order.index(one.id))


async def proposed_by(person: Person) -> list[Idea]:
    """The ideas of a person, the latest first."""
    return await Idea.filter(author_id=person.id).order_by("-id")


async def guided_by(person: Person) -> list[Idea]:
    """The ideas that a person walks with, while they live."""
    return await Idea.filter(referent_id=person.id, status__in=LIVING).order_by("id")


async def asked_to_guide(person: Person) -> list[Idea]:
    """The ideas that a person is asked to walk with."""
    return await Idea.filter(invited_id=person.id, status__in=LIVING).order_by("id")


async def waiting(limit: int) -> list[Idea]:
    """What the team has to review, the oldest first."""
    rows = Idea.filter(status=Status.SUBMITTED, hidden_at__isnull=True)
    return await rows.order_by("id").limit(limit).select_related("author")


async def born_of(initiative_id: int) -> Idea | None:
    """The idea that an initiative was."""
    return await Idea.get_or_none(initiative_id=initiative_id)


async def open_offers(idea_ids: Sequence[int]) -> dict[int, int]:
    """How many offers wait for their author's answer, by idea."""
    rows = IdeaOffer.filter(idea_id__in=list(idea_ids) or [0], state=OfferState.OPEN)
    found = [int(str(one)) for one in await rows.values_list("idea_id", flat=True)]
    return {id: found.count(id) for id in dict.fromkeys(found)}
