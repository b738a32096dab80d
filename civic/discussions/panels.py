"""What discussions add elsewhere: the talk on a subject's page, questions in « Mon espace », one's own data."""

from collections.abc import Sequence
from typing import Any

from civic.discussions import queries, service, words
from civic.discussions.models import Comment, Thread
from civic.discussions.topics import actor_for
from civic.errors import NotFound
from civic.follows.queries import followed_ids, is_following
from civic.i18n import _
from civic.ideas.models import Idea
from civic.ideas.talk import topic_of as topic_of_idea
from civic.initiatives.models import Initiative
from civic.initiatives.talk import topic_of
from civic.moderation.service import forget_appeals
from civic.organisations.queries import hats_of
from civic.people.actor import Actor
from civic.people.models import Person
from civic.slots import Panel, Todo, Topic, Writing, Writings
from civic.web.forms import Form

SHOWN = 3
ORDER = 90
KIND = "commentaire"
TODOS_MOST = 10
CUT = 80


async def panel(topic: Topic, person: Person | None, order: int = ORDER) -> Panel:
    """The latest comments of a subject and the form, on its own page."""
    thread = await queries.thread_of(topic.kind, topic.id)
    context: dict[str, Any] = {
        "topic": topic, "thread": thread, "latest": await queries.latest(thread, SHOWN), "words": words,
        "form": Form(), "hats": await hats_of(person) if person else [],
        "follows": thread is not None and await is_following(person, service.FOLLOWED, thread.id),
    }  # fmt: skip
    return Panel("civic/discussions/_panel.html", context, order)


async def initiative_panels(initiative: Initiative, person: Person | None) -> list[Panel]:
    """« On en parle », on an initiative or an idea that everybody may see."""
    if not initiative.is_public:
        return []
    return [await panel(await topic_of(initiative, await actor_for(person)), person)]


async def idea_panels(idea: Idea, person: Person | None) -> list[Panel]:
    """« On en parle », on an idea that is not hidden."""
    if idea.hidden_at:
        return []
    return [await panel(topic_of_idea(idea, await actor_for(person)), person)]


async def person_todos(person: Person) -> list[Todo]:
    """Questions that wait for her official answer."""
    asked = await queries.waiting()
    found = await queries.to_answer(person, asked) if asked else []
    return [
        Todo(
            _("Répondre à %(name)s : %(title)s", name=words.short_who(one), title=one.thread.title),
            service.page_of(one), "voix", detail=words.plain(one.text, CUT),
        )
        for one in found[:TODOS_MOST]
    ]  # fmt: skip


async def personal_data(person: Person) -> dict[str, list[dict[str, Any]]]:
    """All that she wrote and did not withdraw, the discussions she follows and those she closed; moments in UTC."""
    follows = Thread.filter(id__in=await followed_ids(person, service.FOLLOWED) or [0]).order_by("id")
    return {
        "discussions_followed": [{"about": one.title, "address": one.path} for one in await follows],
        "discussions_closed": [
            {"about": one.title, "reason": one.closed_reason, "closed_at": one.closed_at}
            for one in await Thread.filter(closed_by_id=person.id).order_by("id")
        ],
        "comments_typed_for_others": [
            {"about": one.thread.title, "at": one.at}
            for one in await Comment.filter(recorded_by_id=person.id).order_by("id").select_related("thread")
        ],
        "comments": [
            {
                "about": one.thread.title, "text": one.text, "is_question": one.is_question, "at": one.at,
                "for": one.organisation.name if one.organisation else None, "edited_at": one.edited_at,
                "hidden_at": one.hidden_at, "hidden_reason": one.hidden_reason,
            }
            for one in await queries.written_by(person)
        ],
    }  # fmt: skip


async def erasures(person: Person) -> None:
    """Her comments stay, by « Une personne »; what she said in appeals goes. May be repeated."""
    hers = await Comment.filter(author_id=person.id).values_list("id", flat=True)
    await forget_appeals(KIND, [int(str(one)) for one in hers])
    await service.erase(person)


async def _find(ids: Sequence[int]) -> dict[int, Writing]:
    rows = Comment.filter(id__in=list(ids), removed_at__isnull=True)
    found = await rows.select_related("thread", "author", "organisation", "parent", "parent__author", "quoted")
    return {one.id: _writing(one) for one in found}


def _writing(comment: Comment) -> Writing:
    above = comment.quoted if comment.quoted_id else comment.parent
    context = [(_("En réponse à"), words.plain(above.text, words.QUOTED))] if above and above.text else []
    return Writing(
        comment.id, comment.thread.title, comment.text, service.page_of(comment), comment.version, comment.author,
        context, comment.hidden_reason,
    )  # fmt: skip


async def _check(id: int, actor: Actor | None) -> None:
    comment, _topic = await queries.comment_to_read(id, actor)
    if comment.removed_at:
        raise NotFound(_("Ce commentaire n’existe pas."))


def writings() -> Writings:
    """Comments, as something that may be reported."""
    return Writings(KIND, _find, _check, service.hide, service.show_again)
