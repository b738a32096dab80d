"""What is said about an idea, and the idea itself as something that may be reported (PRODUCT S7, N9)."""

from collections.abc import Sequence

from tortoise.expressions import Q

from civic.errors import NotFound
from civic.i18n import _
from civic.ideas import service
from civic.ideas.letters import page_of
from civic.ideas.models import Idea, Status
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.people.queries import team
from civic.slots import Discussed, Topic, Writing, Writings

KIND = "idee"


def topic_of(idea: Idea, actor: Actor | None) -> Topic:
    """An idea as something to talk about; its author, its référent and the team answer officially."""
    answers = actor is not None and (actor.is_animator or actor.person.id in (idea.author_id, idea.referent_id))
    silent = _("L’équipe a masqué cette idée : la discussion est fermée.") if idea.hidden_at else ""
    who = _("l’auteur de l’idée, son référent et l’équipe")
    return Topic(KIND, idea.id, idea.title, page_of(idea), _("Idée"), who, answers, silent)


async def topic(idea_id: int, actor: Actor | None) -> Topic:
    """A published idea. Raises NotFound."""
    return topic_of(await _public(idea_id), actor)


async def answering(idea_id: int) -> list[Person]:
    """Its author and its référent; the team for an idea without either."""
    idea = await Idea.get(id=idea_id).select_related("author", "referent")
    own = [person for person in (idea.author, idea.referent) if person and not person.erased_at]
    return own or await team(RoleName.ANIMATOR)


async def answered_by(person: Person, idea_ids: Sequence[int]) -> set[int]:
    """Those of these that she wrote or walks with."""
    hers = Idea.filter(Q(author_id=person.id) | Q(referent_id=person.id), id__in=list(idea_ids) or [0])
    return {int(str(one)) for one in await hers.values_list("id", flat=True)}


async def _public(idea_id: int) -> Idea:
    idea = await Idea.get_or_none(id=idea_id)
    if idea is None or idea.status == Status.UNCONFIRMED:
        raise NotFound(_("Cette idée n’existe pas, ou n’est pas encore publiée."))
    return idea


def discussed() -> Discussed:
    """For the slot."""
    return Discussed(KIND, topic, answering, answered_by)


async def _find(ids: Sequence[int]) -> dict[int, Writing]:
    rows = Idea.filter(id__in=list(ids) or [0], published_at__isnull=False).select_related("author")
    return {
        idea.id: Writing(
            idea.id, idea.title, "\n\n".join(part for part in (idea.what, idea.for_whom, idea.needed) if part),
            page_of(idea), idea.version, idea.author, [], idea.hidden_reason,
        )
        for idea in await rows
    }  # fmt: skip


async def _check(id: int, _actor: Actor | None) -> None:
    await _public(id)


def writings() -> Writings:
    """Ideas, as something that may be reported."""
    return Writings(KIND, _find, _check, service.hide, service.show_again)
