"""Pages of one comment: its conversation, replying, correcting, taking it back."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.discussions import queries, service, words
from civic.discussions.forms import CommentForm, TextForm
from civic.discussions.models import Comment
from civic.discussions.posting import address, notice, post, posting_values
from civic.errors import DomainError
from civic.i18n import _
from civic.organisations.queries import hats_of
from civic.people.actor import actor_of, visitor_or_actor
from civic.slots import Topic
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect_to


async def show(request: Request) -> Response:
    """A comment, marked, among the replies it belongs to."""
    comment, topic = await queries.comment_to_read(request.path_params["id"], visitor_or_actor(request))
    top = await queries.top_of(comment)
    return await _page(request, comment, top, topic, Form(await posting_values(request, topic, top)))


async def reply_form(request: Request) -> Response:
    """The same page, to write a reply to this very comment."""
    comment, topic = await queries.comment_to_read(request.path_params["id"], visitor_or_actor(request))
    top = await queries.top_of(comment)
    return await _page(request, comment, top, topic, Form(await posting_values(request, topic, top)), replying=True)


async def reply(request: Request) -> Response:
    """Publish the reply; who is not signed in is led there, and finds her text again."""
    comment, topic = await queries.comment_to_read(request.path_params["id"], visitor_or_actor(request))
    form = await Form.read(request, CommentForm)
    answer = await post(request, topic, form, comment)
    if answer:
        return answer
    return await _page(request, comment, await queries.top_of(comment), topic, form, replying=True, status=422)


async def _page(
    request: Request, comment: Comment, top: Comment, topic: Topic, form: Form[Any], *, replying: bool = False,
    status: int = 200,
) -> Response:  # fmt: skip
    actor = visitor_or_actor(request)
    found, from_start = await queries.conversation(top, comment, request.query_params.get("apres"))
    me = actor.person.id if actor else None
    return page(
        request, "civic/discussions/comment.html", status=status, topic=topic, thread=comment.thread, top=top,
        comment=comment, found=found, from_start=from_start, form=form, words=words, me=me, marked=comment.id,
        correctable=queries.correctable([top, *found.items], me), silent=notice(topic, comment.thread),
        hats=await hats_of(actor.person) if actor else [], whole=address(topic), replying=replying,
    )  # fmt: skip


async def edit(request: Request) -> Response:
    """The text, to correct it."""
    comment, topic = await queries.own_comment(request.path_params["id"], actor_of(request))
    return _edit_page(request, comment, topic, Form({"text": comment.text}))


async def save(request: Request) -> Response:
    """Keep the other wording."""
    actor = actor_of(request)
    comment, topic = await queries.own_comment(request.path_params["id"], actor)
    form = await Form.read(request, TextForm)
    try:
        if form.data:
            await limits.hit("comment-edit", str(actor.person.id), most=30, per=3600)
            await service.correct(actor, comment, form.data.text)
            return redirect_to(service.page_of(comment), flash=_("Votre commentaire est corrigé."))
    except DomainError as error:
        form.refuse(error)
    return _edit_page(request, comment, topic, form, 422)


def _edit_page(request: Request, comment: Comment, topic: Topic, form: Form[Any], status: int = 200) -> Response:
    return page(
        request, "civic/discussions/edit.html", status=status, comment=comment, topic=topic, form=form,
        whole=address(topic),
    )  # fmt: skip


async def take_back(request: Request) -> Response:
    """Its author withdraws it."""
    actor = actor_of(request)
    comment, topic = await queries.own_comment(request.path_params["id"], actor)
    await service.take_back(actor, comment)
    return redirect_to(address(topic), flash=_("Votre commentaire est retiré. Les réponses restent."))


_ONE = "/commentaires/{id:int}"
routes: list[BaseRoute] = [
    Route(_ONE, show, name="discussions.comment"),
    Route(_ONE + "/repondre", reply_form, name="discussions.reply_form"),
    Route(_ONE + "/repondre", reply, methods=["POST"], name="discussions.reply"),
    Route(_ONE + "/modifier", edit, name="discussions.edit"),
    Route(_ONE + "/modifier", save, methods=["POST"], name="discussions.save"),
    Route(_ONE + "/retirer", take_back, methods=["POST"], name="discussions.take_back"),
]
