"""Sending a comment or a reply: who is not signed in, too fast or too late keeps her text."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from civic.discussions import queries, service
from civic.discussions.forms import CommentForm
from civic.discussions.models import Comment, Thread
from civic.errors import DomainError
from civic.i18n import _
from civic.people.actor import visitor_or_actor
from civic.slots import Topic
from civic.web import limits, urls
from civic.web.forms import Form
from civic.web.limits import Limit
from civic.web.page import redirect, redirect_to

DRAFT = "brouillon"


async def posting_values(request: Request, topic: Topic, top: Comment | None = None) -> dict[str, Any]:
    """The form as it begins: empty, or the text that waited; « officielle » is ticked while the question at the `top`
    waits, for who answers it."""
    values: dict[str, Any] = {"official": "1" if topic.answers and top and top.awaits else ""}
    draft = await queries.draft_of(request.query_params.get(DRAFT, ""))
    if draft:
        values |= {"text": draft.text, "question": "1" if draft.is_question else ""}
    return values


async def post(request: Request, topic: Topic, form: Form[CommentForm], to: Comment | None = None) -> Response | None:
    """Publish what the form says and lead to it; None when the page must be shown again with what is wrong."""
    if form.data is None:
        return None
    actor = visitor_or_actor(request)
    try:
        if actor is None:
            await limits.hit("comment-draft", limits.address(request), most=20, per=3600)
            return await _keep_for_later(request, form.data)
        who = str(actor.person.id)
        await limits.hit_all(Limit("comment", who, 10, 600), Limit("comment-day", who, 60, 86_400))
        comment, follows = await service.say(actor, topic, form.data, to)
    except DomainError as error:
        form.refuse(error)
        return None
    return redirect_to(service.page_of(comment), flash=_said(comment, follows=follows))


async def _keep_for_later(request: Request, wish: CommentForm) -> Response:
    """To the door, and back to the same page with the same words, on whichever device she opens the link."""
    secret = await service.set_aside(wish.text, question=wish.question)
    back = f"{request.url.path}?{urlencode({DRAFT: secret})}"
    text = _("Connectez-vous pour publier : votre texte vous attend, rien n’est perdu.")
    return redirect("people.sign_in", suite=back, flash=text, kind="info")


def _said(comment: Comment, *, follows: bool) -> str:
    said = _("Votre question est publiée.") if comment.is_question else _("Votre commentaire est publié.")
    if not follows:
        return said
    return f"{said} " + _("Vous suivez maintenant la discussion : les réponses arrivent par courriel.")


def notice(topic: Topic, thread: Thread | None) -> str:
    """Why nothing can be added, with the words of who closed it; empty while one can write."""
    if thread and thread.closed_at:
        return _("La discussion est fermée : %(reason)s", reason=thread.closed_reason)
    return topic.silent


def address(topic: Topic) -> str:
    """Where the whole discussion stands."""
    return urls.path("discussions.show", kind=topic.kind, id=topic.id)
