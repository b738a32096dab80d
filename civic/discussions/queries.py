"""Reads about discussions, and the guards of their pages. A page costs the same queries for 5 comments as for 500."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from civic import clock, database
from civic.discussions.models import Comment, Draft, Thread
from civic.discussions.topics import kind_of, topic_to_read
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.models import Person
from civic.people.queries import secret_hash
from civic.slots import Topic
from civic.web import paging
from civic.web.paging import Page

PER_PAGE = 10
REPLIES_SHOWN = 3
REPLIES_PER_PAGE = 50
MOST_TODOS = 200
WITH = ("author", "organisation")

_REPLIES = """SELECT id, parent_id, n, total FROM (SELECT id, parent_id,
row_number() OVER (PARTITION BY parent_id ORDER BY CASE WHEN is_official THEN 0 ELSE 1 END, id) AS n,
count(*) OVER (PARTITION BY parent_id) AS total
FROM comment WHERE parent_id IN ({marks})) AS ranked WHERE n <= ?"""


@dataclass(slots=True)
class Talk:
    """A comment at the top with its replies, official answers first; `replies_count` counts all of them."""

    comment: Comment
    replies: list[Comment] = field(default_factory=list)
    replies_count: int = 0

    @property
    def more(self) -> int:
        """How many replies stand on the conversation's own page only."""
        return self.replies_count - len(self.replies)


async def thread_of(kind: str, subject_id: int) -> Thread | None:
    """The discussion of a subject, when somebody has begun one."""
    found = await Thread.filter(kind=kind, subject_id=subject_id).limit(1).select_related("closed_by")
    return found[0] if found else None


async def comment_to_read(comment_id: int, actor: Actor | None) -> tuple[Comment, Topic]:
    """A comment on something this reader may see. Raises NotFound."""
    found = await Comment.get_or_none(id=comment_id).select_related("thread", "thread__closed_by", *WITH)
    if found is None:
        raise NotFound(_("Ce commentaire n’existe pas."))
    return found, await topic_to_read(found.thread.kind, found.thread.subject_id, actor)


async def own_comment(comment_id: int, actor: Actor) -> tuple[Comment, Topic]:
    """A comment of hers that says something. Raises NotFound or Forbidden."""
    found, topic = await comment_to_read(comment_id, actor)
    if found.author_id != actor.person.id:
        raise Forbidden(_("Seule la personne qui l’a écrit peut changer un commentaire."))
    return found, topic


async def topic_to_close(kind: str, subject_id: int, actor: Actor) -> Topic:
    """A discussion that this person may close and reopen. Raises NotFound or Forbidden."""
    topic = await topic_to_read(kind, subject_id, actor)
    if not topic.answers:
        raise Forbidden(_("Seules les personnes qui répondent ici peuvent fermer la discussion."))
    return topic


async def talks(thread: Thread | None, cursor: str | None, *, newest: bool, per_page: int = PER_PAGE) -> Page[Talk]:
    """The conversations of a thread, the oldest or the newest first, each with its first replies; three queries."""
    if thread is None:
        return Page([])
    rows = Comment.filter(thread_id=thread.id, parent_id__isnull=True)
    after = paging.decode(cursor, "id")
    if after:
        rows = rows.filter(id__lt=after[0]) if newest else rows.filter(id__gt=after[0])
    found = await rows.order_by("-id" if newest else "id").limit(per_page + 1).select_related(*WITH)
    page = paging.cut(found, lambda one: [one.id], cursor=cursor, per_page=per_page)
    shown = await _with_replies(list(page.items))
    return Page(shown, page.after, page.first)


async def _with_replies(comments: Sequence[Comment]) -> list[Talk]:
    by_id = {comment.id: Talk(comment) for comment in comments}
    if not by_id:
        return []
    sql = _REPLIES.format(marks=database.marks(list(by_id)))
    rows = await database.fetch_all(sql, [*by_id, REPLIES_SHOWN])
    place = {row["id"]: (row["parent_id"], row["n"]) for row in rows}
    for row in rows:
        by_id[row["parent_id"]].replies_count = int(row["total"])
    if place:
        replies = await Comment.filter(id__in=list(place)).select_related(*WITH, "quoted", "quoted__author")
        for reply in sorted(replies, key=lambda one: place[one.id]):
            by_id[place[reply.id][0]].replies.append(reply)
    return list(by_id.values())


async def conversation(top: Comment, marked: Comment, cursor: str | None) -> tuple[Page[Comment], bool]:
    """The replies of one conversation, fifty on a page, and whether the page begins at the first one.

    Without a cursor, a marked reply that stands beyond the first page begins the page.
    """
    rows = Comment.filter(parent_id=top.id).order_by("id")
    after = paging.decode(cursor, "id")
    start = int(after[0]) if after else 0
    if not after and marked.id != top.id and await rows.filter(id__lt=marked.id).count() >= REPLIES_PER_PAGE:
        start = marked.id - 1
    on = rows.filter(id__gt=start).limit(REPLIES_PER_PAGE + 1)
    found = await on.select_related(*WITH, "quoted", "quoted__author")
    return paging.cut(found, lambda one: [one.id], cursor=cursor, per_page=REPLIES_PER_PAGE), start == 0


async def top_of(comment: Comment) -> Comment:
    """The comment under which it stands; itself at the top."""
    if comment.parent_id is None:
        return comment
    return await Comment.get(id=comment.parent_id).select_related("thread", "thread__closed_by", *WITH)


async def latest(thread: Thread | None, limit: int) -> list[Comment]:
    """The newest conversations, for the subject's own page."""
    if thread is None:
        return []
    rows = Comment.filter(thread_id=thread.id, parent_id__isnull=True, removed_at__isnull=True, hidden_at__isnull=True)
    return await rows.order_by("-id").limit(limit).select_related(*WITH)


async def draft_of(secret: str) -> Draft | None:
    """The text that waited for its author behind this secret."""
    return await Draft.get_or_none(secret_hash=secret_hash(secret)) if 20 <= len(secret) <= 100 else None


async def waiting(**more: object) -> list[Comment]:
    """Questions without an official answer in open discussions, the oldest first."""
    asked = Comment.filter(is_question=True, answered_at__isnull=True, removed_at__isnull=True, hidden_at__isnull=True)
    rows = asked.filter(thread__closed_at__isnull=True, **more)
    return await rows.order_by("id").limit(MOST_TODOS).select_related("thread", "thread__closed_by", *WITH)


async def to_answer(person: Person, asked: Sequence[Comment]) -> list[Comment]:
    """Those of these questions that this person answers officially; one query or two for each kind of subject."""
    found: list[Comment] = []
    for kind in {comment.thread.kind for comment in asked}:
        ours = [comment for comment in asked if comment.thread.kind == kind]
        ids = await kind_of(kind).answered_by(person, sorted({comment.thread.subject_id for comment in ours}))
        found += [comment for comment in ours if comment.thread.subject_id in ids]
    return sorted((one for one in found if one.author_id != person.id), key=lambda one: one.id)


async def written_by(person: Person) -> list[Comment]:
    """All that a person wrote and did not withdraw."""
    rows = Comment.filter(author_id=person.id, removed_at__isnull=True).order_by("id")
    return await rows.select_related("thread", "organisation")


def correctable(comments: Sequence[Comment], me: int | None) -> set[int]:
    """Ids of her own comments that may still be changed."""
    present = clock.now()
    return {one.id for one in comments if me is not None and one.author_id == me and one.may_be_corrected(present)}
