"""Discussions for tests, made through the services."""

from civic.discussions import service
from civic.discussions.forms import CommentForm
from civic.discussions.models import Comment
from civic.discussions.topics import topic_to_read
from civic.initiatives.models import Initiative
from civic.moderation import queries as moderation
from civic.moderation import service as judging
from civic.moderation.forms import ReportForm
from civic.moderation.models import Ground, Report
from civic.people.actor import Actor
from civic.people.models import Person
from civic.people.queries import roles_of


async def says(
    person: Person, about: Initiative, text: str = "Le minibus passe-t-il le dimanche ?", *, to: Comment | None = None,
    **wishes: object,
) -> Comment:  # fmt: skip
    """Somebody writes on an initiative's discussion; `to` is what she replies to."""
    actor = Actor(person, frozenset(await roles_of(person)))
    topic = await topic_to_read("initiative", about.id, actor)
    comment, _follows = await service.say(actor, topic, CommentForm.model_validate({"text": text, **wishes}), to)
    return await Comment.get(id=comment.id).select_related("thread")


async def reports(comment: Comment, email: str | None = None) -> Report:
    """A visitor reports a comment."""
    writing = await moderation.writing_to_read("commentaire", comment.id, None)
    wish = ReportForm.model_validate({"ground": Ground.INSULT, "words": "C’est blessant.", "email": email})
    return await judging.report(None, "commentaire", writing, wish)


async def is_hidden(team: Person, comment: Comment, reason: str = "Pas d’insultes ici.") -> bool:
    """The team hides a comment as it reads it now."""
    actor = Actor(team, frozenset(await roles_of(team)))
    writing = await moderation.writing_to_judge("commentaire", comment.id, actor)
    return await judging.hide(actor, "commentaire", writing, writing.version, reason)
