"""Pages of a discussion: read, write, follow, close; the way out of its mails."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.discussions import comment_routes, letters, queries, service, words
from civic.discussions.forms import CloseForm, CommentForm
from civic.discussions.models import Thread
from civic.discussions.posting import address, notice, post, posting_values
from civic.discussions.topics import topic_to_read
from civic.errors import Gone, NotFound
from civic.follows import service as follows
from civic.follows.queries import is_following
from civic.i18n import _
from civic.organisations.queries import hats_of
from civic.people import links
from civic.people.actor import Actor, actor_of, visitor_or_actor
from civic.people.models import Person
from civic.slots import Topic
from civic.web.forms import Form
from civic.web.page import page, redirect, redirect_to

NEWEST = "recent"
PRIVATE = {"Cache-Control": "no-store"}


async def show(request: Request) -> Response:
    """The whole discussion; `?brouillon=` brings back a text that waited for its author to sign in."""
    topic = await _topic(request, visitor_or_actor(request))
    return await _page(request, topic, Form(await posting_values(request, topic)))


async def say(request: Request) -> Response:
    """Write a comment; who is not signed in is led there, and finds her text again."""
    topic = await _topic(request, visitor_or_actor(request))
    form = await Form.read(request, CommentForm)
    answer = await post(request, topic, form)
    return answer or await _page(request, topic, form, status=422)


async def follow(request: Request) -> Response:
    """Follow, before or after the first comment: what is new arrives by mail."""
    actor = actor_of(request)
    topic = await _topic(request, actor)
    await service.follow(actor.person, topic)
    done = _("Vous suivez cette discussion. Les nouveautés arrivent par courriel, deux fois par jour au plus.")
    return _back(topic, done)


async def unfollow(request: Request) -> Response:
    """Stop following."""
    actor, topic, thread = await _begun(request)
    await follows.unfollow(actor.person, service.FOLLOWED, thread.id)
    return _back(topic, _("Vous ne suivez plus cette discussion."))


async def close(request: Request) -> Response:
    """No more comments, with a reason."""
    actor = actor_of(request)
    topic = await queries.topic_to_close(request.path_params["kind"], request.path_params["id"], actor)
    form = await Form.read(request, CloseForm)
    if form.data is None:
        return await _page(request, topic, Form(), closing=form, status=422)
    await service.close(actor, topic, form.data.reason)
    return _back(topic, _("La discussion est fermée. Tout le monde lit votre raison."))


async def reopen(request: Request) -> Response:
    """Comments again."""
    actor = actor_of(request)
    topic = await queries.topic_to_close(request.path_params["kind"], request.path_params["id"], actor)
    thread = await queries.thread_of(topic.kind, topic.id)
    if thread:
        await service.reopen(actor, thread)
    return _back(topic, _("La discussion est de nouveau ouverte."))


def _back(topic: Topic, flash: str) -> Response:
    return redirect_to(address(topic), flash=flash)


async def _topic(request: Request, actor: Actor | None) -> Topic:
    return await topic_to_read(request.path_params["kind"], request.path_params["id"], actor)


async def _begun(request: Request) -> tuple[Actor, Topic, Thread]:
    """A discussion that somebody has begun. Raises NotFound, also before the first comment."""
    actor = actor_of(request)
    topic = await _topic(request, actor)
    thread = await queries.thread_of(topic.kind, topic.id)
    if thread is None:
        raise NotFound(_("Personne n’a encore écrit ici."))
    return actor, topic, thread


async def _page(
    request: Request, topic: Topic, form: Form[Any], *, closing: Form[Any] | None = None, status: int = 200
) -> Response:
    actor = visitor_or_actor(request)
    thread = await queries.thread_of(topic.kind, topic.id)
    newest = request.query_params.get("ordre") == NEWEST
    found = await queries.talks(thread, request.query_params.get("apres"), newest=newest)
    shown = [one for talk in found.items for one in (talk.comment, *talk.replies)]
    me = actor.person.id if actor else None
    return page(
        request, "civic/discussions/show.html", status=status, topic=topic, thread=thread, found=found, newest=newest,
        form=form, closing=closing or Form(), words=words, me=me, correctable=queries.correctable(shown, me),
        hats=await hats_of(actor.person) if actor else [], marked=0, silent=notice(topic, thread), order=NEWEST,
        whole=address(topic),
        follows=thread is not None and await is_following(actor.person if actor else None, service.FOLLOWED, thread.id),
    )  # fmt: skip


async def no_more(request: Request) -> Response:
    """The way out of a discussion's mails, signed in or not: one button."""
    person, thread = await _of_link(request)
    try:
        _check_current(request, person, thread)
        current = True
    except Gone:
        current = False
    return page(
        request, "civic/discussions/no_more.html", headers=PRIVATE, thread=thread, token=request.path_params["token"],
        follows=await is_following(person, service.FOLLOWED, thread.id), current=current,
    )  # fmt: skip


async def stop(request: Request) -> Response:
    """No more mails of this discussion. A mail program that asks for its reader gets an empty answer (RFC 8058)."""
    person, thread = await _of_link(request)
    await follows.unfollow(person, service.FOLLOWED, thread.id)
    async with request.form(max_fields=5, max_files=0) as sent:
        if "List-Unsubscribe" in sent:
            return Response(status_code=204)
    return redirect("discussions.no_more", thread=thread.id, token=request.path_params["token"])


async def resume(request: Request) -> Response:
    """Mails again. A link that ended since (she signed her devices out) stops mails and begins none."""
    person, thread = await _of_link(request)
    _check_current(request, person, thread)
    await follows.follow(person, service.FOLLOWED, thread.id)
    done = _("Vous suivez de nouveau cette discussion.")
    return redirect("discussions.no_more", thread=thread.id, token=request.path_params["token"], flash=done)


async def _of_link(request: Request) -> tuple[Person, Thread]:
    """Whose link it is, and about which discussion. Raises NotFound."""
    thread_id = request.path_params["thread"]
    person_id = links.read(letters.purpose(thread_id), request.path_params["token"])
    thread, person = await Thread.get_or_none(id=thread_id), await Person.get_or_none(id=person_id)
    if thread is None or person is None or person.erased_at:
        raise NotFound(_("Cette discussion n’existe pas."))
    return person, thread


def _check_current(request: Request, person: Person, thread: Thread) -> None:
    links.check_current(person, letters.purpose(thread.id), request.path_params["token"])


_ONE = "/discussions/{kind}/{id:int}"
_MAIL = "/discussions/courriels/{thread:int}/{token}"
routes: list[BaseRoute] = [
    Route(_MAIL + "/arreter", no_more, name="discussions.no_more"),
    Route(_MAIL + "/arreter", stop, methods=["POST"], name="discussions.stop"),
    Route(_MAIL + "/reprendre", resume, methods=["POST"], name="discussions.resume"),
    Route(_ONE, show, name="discussions.show"),
    Route(_ONE, say, methods=["POST"], name="discussions.say"),
    Route(_ONE + "/suivre", follow, methods=["POST"], name="discussions.follow"),
    Route(_ONE + "/ne-plus-suivre", unfollow, methods=["POST"], name="discussions.unfollow"),
    Route(_ONE + "/fermer", close, methods=["POST"], name="discussions.close"),
    Route(_ONE + "/rouvrir", reopen, methods=["POST"], name="discussions.reopen"),
    *comment_routes.routes,
]
