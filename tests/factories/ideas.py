"""Ideas for tests, made through the services."""

from civic.ideas import offers, review, service
from civic.ideas.forms import IdeaForm, OfferForm, ReviewForm
from civic.ideas.models import Idea, IdeaOffer, Kind, Status
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.places.models import Commune
from tests.factories import a_commune, a_person


def wish(title: str = "Un four à pain pour le village", **values: object) -> IdeaForm:
    """What a resident writes."""
    return IdeaForm.model_validate(
        {
            "title": title, "what": "Rallumer le four communal une fois par mois et cuire ensemble.",
            "for_whom": "Les familles du bourg.", "needed": "Du bois et un maçon.", "commune": "Trévoux",
            "topics": ["alimentation"], **values,
        }
    )  # fmt: skip


async def an_idea(
    author: Person | None = None, title: str = "Un four à pain pour le village", *, commune: Commune | None = None,
    confirmed: bool = True, **values: object,
) -> Idea:  # fmt: skip
    """A public idea in Trévoux, unless told."""
    author = author or await a_person("Odile Perrin")
    made = await service.propose(author, wish(title, **values), commune or await a_commune(), confirmed=confirmed)
    return await fresh(made)


async def an_animator() -> Actor:
    """A member of the team."""
    return Actor(await a_person("Anne Moreau", "", RoleName.ANIMATOR), frozenset([RoleName.ANIMATOR]))


async def judged(idea: Idea, verdict: Status, reason: str = "", team: Actor | None = None) -> Idea:
    """The team answers."""
    answer = ReviewForm.model_validate({"verdict": verdict.value, "reason": reason})
    assert await review.judge(team or await an_animator(), idea, answer)
    return await fresh(idea)


async def an_accepted_idea(author: Person | None = None, title: str = "Un four à pain pour le village") -> Idea:
    """One in incubation, with the usual steps."""
    return await judged(await an_idea(author, title), Status.ACCEPTED)


async def an_offer(idea: Idea, helper: Person, words: str = "Deux samedis en mars, je suis maçon.") -> IdeaOffer:
    """Somebody offers help under a confirmed address."""
    await offers.offer(helper, idea, OfferForm(kind=Kind.SKILL, words=words), confirmed=True)
    return await IdeaOffer.get(idea_id=idea.id, person_id=helper.id).select_related("person", "idea__author")


async def fresh(idea: Idea) -> Idea:
    """The idea as it is now."""
    return await Idea.get(id=idea.id).select_related("author", "commune", "referent", "invited", "initiative", "picture")
