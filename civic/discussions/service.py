"""Say something, correct it, take it back; close and reopen (S7). The thread's row is taken first by every verb."""

import hashlib
import secrets
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from civic import clock, database, jobs
from civic.database import attempt, retrying, transaction
from civic.discussions.forms import CommentForm
from civic.discussions.models import TO_CORRECT, Comment, Draft, Thread
from civic.errors import DomainError, Forbidden, Invalid
from civic.follows import service as follows
from civic.i18n import _
from civic.organisations.queries import hats_of
from civic.people.actor import Actor
from civic.people.models import Person
from civic.people.queries import secret_hash
from civic.people.service import audit
from civic.slots import Topic
from civic.web import urls

FOLLOWED = "thread"
"""The kind under which `civic.follows` knows a thread."""
BETWEEN_MAILS = timedelta(hours=12)
MORNING = 8
DRAFTS_KEPT = timedelta(days=2)

_BEGIN = """INSERT INTO thread (kind, subject_id, title, path, comments, closed_reason, told_id, created_at)
VALUES (?, ?, ?, ?, 0, '', 0, ?)
ON CONFLICT (kind, subject_id) DO UPDATE SET title = excluded.title, path = excluded.path RETURNING id"""


@retrying
async def say(actor: Actor, topic: Topic, wish: CommentForm, to: Comment | None = None) -> tuple[Comment, bool]:
    """Write a comment, or a reply to one; answers it, and whether she begins to follow the discussion by it.

    The same text in the same place on the same day is one. Raises DomainError when the discussion is closed or what
    she replies to is gone, Invalid for another's hat.
    """
    if topic.silent:
        raise DomainError(topic.silent)
    if wish.hat and wish.hat not in {hat.id for hat in await hats_of(actor.person)}:
        raise Invalid(_("Vous ne représentez pas cette organisation."), field="hat")
    async with transaction():
        thread_id = await _begin(topic)
        if not await Thread.filter(id=thread_id, closed_at__isnull=True).update(comments=F("comments") + 1):
            raise DomainError(_("La discussion vient d’être fermée. Votre texte n’est pas publié."))
        comment, is_new = await _write(actor, thread_id, topic, wish, to)
        if not is_new:
            await Thread.filter(id=thread_id).update(comments=F("comments") - 1)
            return comment, False
        if comment.is_official and comment.parent_id:
            await _settle(comment.parent_id)
        if comment.is_question:
            await _plan_leads(comment)
        await _plan_mail(thread_id)
        hers = await Comment.filter(thread_id=thread_id, author_id=actor.person.id).limit(2).count()
        return comment, hers == 1 and await follows.follow(actor.person, FOLLOWED, thread_id)


@retrying
async def follow(person: Person, topic: Topic) -> None:
    """What is new will reach her by mail, also when nobody has written yet. Raises DomainError where nobody can."""
    if topic.silent:
        raise DomainError(topic.silent)
    async with transaction():
        await follows.follow(person, FOLLOWED, await _begin(topic))


async def _begin(topic: Topic) -> int:
    """The thread of this subject, made when it is the first comment; its row is ours until the transaction ends."""
    rows = await database.fetch_all(_BEGIN, [topic.kind, topic.id, topic.title[:200], topic.href, clock.now()])
    return int(rows[0]["id"])


async def _write(
    actor: Actor, thread_id: int, topic: Topic, wish: CommentForm, to: Comment | None
) -> tuple[Comment, bool]:
    parent_id, quoted_id, official = None, None, False
    if to is not None:
        here = Comment.filter(id=to.id, thread_id=thread_id, removed_at__isnull=True, hidden_at__isnull=True)
        if not await here.exists():
            raise DomainError(_("Ce commentaire n’est plus là : on ne peut plus y répondre."))
        parent_id, quoted_id = to.parent_id or to.id, to.id if to.parent_id else None
        asked = Comment.filter(id=parent_id, is_question=True)
        official = wish.official and topic.answers and await asked.exists()
    twin = _twin(actor.person.id, thread_id, parent_id, wish.text)
    try:
        async with attempt():
            made = await Comment.create(
                thread_id=thread_id, parent_id=parent_id, quoted_id=quoted_id, author=actor.person,
                organisation_id=wish.hat, recorded_by=actor.recorded_by, text=wish.text, twin=twin, at=clock.now(),
                is_question=wish.question and to is None,
                is_official=official,
            )  # fmt: skip
    except IntegrityError:
        known = await Comment.get_or_none(twin=twin)
        if known is None:
            raise
        return known, False
    return made, True


def _twin(person_id: int, thread_id: int, parent_id: int | None, text: str) -> str:
    said = f"{person_id}\0{thread_id}\0{parent_id}\0{clock.today()}\0{' '.join(text.split())}"
    return hashlib.sha256(said.encode()).hexdigest()


@retrying
async def correct(actor: Actor, comment: Comment, text: str) -> None:
    """Another wording, within 15 minutes; the page says that it was changed. Raises DomainError later, or once gone."""
    fresh = Comment.filter(id=comment.id, author_id=actor.person.id, at__gt=clock.now() - TO_CORRECT)
    changed = fresh.filter(removed_at__isnull=True, hidden_at__isnull=True)
    if not await changed.update(text=text, edited_at=clock.now(), version=F("version") + 1):
        said = _("Un commentaire se corrige pendant 15 minutes. Vous pouvez encore répondre, ou le retirer.")
        raise DomainError(said)


@retrying
async def take_back(actor: Actor, comment: Comment) -> bool:
    """Its author withdraws it: her words go, the replies stay. False when it was withdrawn already."""
    async with transaction():
        await _hold(comment.thread_id)
        here = Comment.filter(id=comment.id, author_id=actor.person.id, removed_at__isnull=True)
        before = await here.first()
        if before is None:
            return False
        await here.update(removed_at=clock.now(), text="", twin=None, version=F("version") + 1)
        await _lost(before)
    return True


async def hide(comment_id: int, version: int, reason: str) -> bool:
    """The team hides it, in the caller's transaction; False when it has changed since, or is gone."""
    comment = await Comment.get_or_none(id=comment_id)
    if comment is None:
        return False
    await _hold(comment.thread_id)
    here = Comment.filter(id=comment_id, version=version, removed_at__isnull=True, hidden_at__isnull=True)
    if not await here.update(hidden_at=clock.now(), hidden_reason=reason):
        return False
    await _lost(comment)
    return True


async def show_again(comment_id: int) -> None:
    """Undo the hiding, in the caller's transaction."""
    comment = await Comment.get(id=comment_id)
    await _hold(comment.thread_id)
    if not await Comment.filter(id=comment_id, hidden_at__isnull=False).update(hidden_at=None, hidden_reason=""):
        return
    if comment.removed_at is None:
        await Thread.filter(id=comment.thread_id).update(comments=F("comments") + 1)
    if comment.parent_id and comment.is_official:
        await _settle(comment.parent_id)


async def _hold(thread_id: int) -> None:
    await Thread.filter(id=thread_id).update(comments=F("comments"))


async def _lost(comment: Comment) -> None:
    """One that spoke until now counts no more, nor does the question it answered count as answered by it."""
    if comment.speaks:
        await Thread.filter(id=comment.thread_id).update(comments=F("comments") - 1)
    if comment.parent_id and comment.is_official:
        await _settle(comment.parent_id)


async def _settle(question_id: int) -> None:
    """A question is answered since its first official answer that speaks."""
    answers = Comment.filter(parent_id=question_id, is_official=True, removed_at__isnull=True, hidden_at__isnull=True)
    first = await answers.order_by("id").first()
    await Comment.filter(id=question_id, is_question=True).update(answered_at=first.at if first else None)


@retrying
async def close(actor: Actor, topic: Topic, reason: str) -> bool:
    """No more comments, for a reason that everybody reads; False when it was closed. Raises Forbidden for others."""
    if not topic.answers:
        raise Forbidden(_("Seules les personnes qui répondent ici peuvent fermer la discussion."))
    async with transaction():
        thread_id = await _begin(topic)
        running = Thread.filter(id=thread_id, closed_at__isnull=True)
        if not await running.update(closed_at=clock.now(), closed_by_id=actor.person.id, closed_reason=reason):
            return False
        await audit(actor, "thread_closed", f"{topic.kind}:{topic.id}", reason=reason)
    return True


@retrying
async def reopen(actor: Actor, thread: Thread) -> bool:
    """Comments again; False when it was open."""
    async with transaction():
        closed = Thread.filter(id=thread.id, closed_at__isnull=False)
        if not await closed.update(closed_at=None, closed_by_id=None, closed_reason=""):
            return False
        await audit(actor, "thread_reopened", f"{thread.kind}:{thread.subject_id}")
    return True


async def set_aside(text: str, *, question: bool) -> str:
    """Keep a text for two days, until its author has signed in; answers the secret that leads to it."""
    secret = secrets.token_urlsafe(24)
    await Draft.create(secret_hash=secret_hash(secret), text=text, is_question=question, made_at=clock.now())
    return secret


async def forget(**_payload: object) -> None:
    """Texts that nobody came back for."""
    await Draft.filter(made_at__lt=clock.now() - DRAFTS_KEPT).delete()


async def erase(person: Person) -> None:
    """She has her data erased: what she said stays, said by nobody in particular; she follows nothing any more."""
    await Comment.filter(author_id=person.id).update(author_id=None, organisation_id=None, twin=None)
    await Comment.filter(recorded_by_id=person.id).update(recorded_by_id=None)
    await Thread.filter(closed_by_id=person.id).update(closed_by_id=None)
    await follows.forget(person, FOLLOWED)


async def _plan_mail(thread_id: int) -> None:
    """Followers read what is new once it can no longer be corrected, and once in twelve hours at most."""
    thread = await Thread.get(id=thread_id)
    if thread.telling_at is not None:
        return
    at = max(clock.now() + TO_CORRECT, thread.told_at + BETWEEN_MAILS if thread.told_at else clock.now())
    await Thread.filter(id=thread_id).update(telling_at=at)
    await jobs.enqueue("thread_news_due", key=f"thread-{thread_id}-{at.isoformat()}", run_at=at, thread_id=thread_id)


async def _plan_leads(question: Comment) -> None:
    """Who answers reads the new questions at eight the next morning: one mail, whatever was asked."""
    at = next_morning(question.at)
    await jobs.enqueue("questions_due", key=f"questions-{clock.local(at).date()}", run_at=at)


def next_morning(moment: datetime) -> datetime:
    """Eight o'clock on the territory, the day after."""
    return clock.at(clock.local(moment).date() + timedelta(days=1), MORNING)


def page_of(comment: Comment) -> str:
    """Where a comment stands, marked."""
    return f"{urls.path('discussions.comment', id=comment.id)}#commentaire-{comment.id}"
