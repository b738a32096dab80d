"""The mails of discussions: what is new for who follows, once in twelve hours; each morning what leads are asked."""

from datetime import timedelta

from civic import clock, jobs, mail
from civic.database import transaction
from civic.discussions import queries, service, words
from civic.discussions.models import TO_CORRECT, Comment, Thread
from civic.discussions.service import BETWEEN_MAILS, FOLLOWED
from civic.discussions.topics import kind_of
from civic.follows.models import Follow
from civic.follows.queries import followers
from civic.people import links
from civic.people.models import Person
from civic.web import urls

BATCH = 100
TOLD_MOST = 10
TEXT_MOST = 600


async def news_due(*, thread_id: int) -> None:
    """Write to who follows about what can no longer be corrected; what still can be waits for the next mail."""
    async with transaction():
        due = Thread.filter(id=thread_id, telling_at__lte=clock.now())
        if not await due.update(telling_at=None):
            return
        thread = await Thread.get(id=thread_id)
        rows = Comment.filter(thread_id=thread_id, id__gt=thread.told_id)
        last = await rows.filter(at__lte=clock.now() - TO_CORRECT).order_by("-id").first()
        if last is None:
            return
        await Thread.filter(id=thread_id).update(told_id=last.id, told_at=clock.now())
        key, first = f"thread-{thread_id}-{last.id}", thread.told_id
        await jobs.enqueue(
            "thread_spread", key=f"{key}-0", thread_id=thread_id, first=first, last=last.id, after=0
        )
        if await rows.filter(id__gt=last.id).exists():
            await _again(thread_id)


async def _again(thread_id: int) -> None:
    at = clock.now() + BETWEEN_MAILS
    await Thread.filter(id=thread_id).update(telling_at=at)
    await jobs.enqueue("thread_news_due", key=f"thread-{thread_id}-{at.isoformat()}", run_at=at, thread_id=thread_id)


async def spread(*, thread_id: int, first: int, last: int, after: int) -> None:
    """One batch of followers; the next one is planned in the same transaction."""
    async with transaction():
        thread = await Thread.get(id=thread_id)
        rows = Comment.filter(thread_id=thread_id, id__gt=first, id__lte=last)
        speaking = rows.filter(removed_at__isnull=True, hidden_at__isnull=True).order_by("id")
        fresh = await speaking.limit(200).select_related("author", "organisation")
        found = await followers(FOLLOWED, thread_id, after=after, limit=BATCH)
        for one in found:
            await _tell(thread, one, fresh, last)
        if len(found) == BATCH:
            key = f"thread-{thread_id}-{last}-{found[-1].id}"
            await jobs.enqueue(
                "thread_spread", key=key, thread_id=thread_id, first=first, last=last, after=found[-1].id
            )


async def _tell(thread: Thread, follow: Follow, fresh: list[Comment], last: int) -> None:
    """What others said since she follows; nothing when only she spoke."""
    reader = follow.person
    others = [one for one in fresh if one.author_id != reader.id and one.at >= follow.created_at]
    if not others or not reader.email:
        return
    token = links.make(purpose(thread.id), reader.id)
    await mail.send(
        "civic/thread_news", to=reader.email, key=f"thread-{thread.id}-{last}-{reader.id}", locale=reader.locale,
        unsubscribe=urls.absolute("discussions.stop", thread=thread.id, token=token), person=reader.name,
        about=thread.title, entries=[_entry(one) for one in others[:TOLD_MOST]], more=max(0, len(others) - TOLD_MOST),
        kind=thread.kind, subject_id=thread.subject_id, thread_id=thread.id, token=token,
    )  # fmt: skip


def _entry(comment: Comment) -> list[str]:
    return [words.who(comment), words.plain(comment.text, TEXT_MOST), "official" if comment.is_official else ""]


def purpose(thread_id: int) -> str:
    """What the link of a mail about this thread allows: to follow it no more, or again."""
    return f"thread-{thread_id}"


async def questions_due() -> None:
    """The questions asked since the last mail, for who answers them: one mail each, whatever was asked."""
    async with transaction():
        asked = await queries.waiting(told_leads_at__isnull=True)
        if not asked:
            return
        readers: dict[int, tuple[Person, list[Comment]]] = {}
        for kind, subject_id in dict.fromkeys((one.thread.kind, one.thread.subject_id) for one in asked):
            ours = [one for one in asked if (one.thread.kind, one.thread.subject_id) == (kind, subject_id)]
            for person in await kind_of(kind).answering(subject_id):
                readers.setdefault(person.id, (person, []))[1].extend(ours)
        for person, questions in readers.values():
            await _ask(person, [one for one in questions if one.author_id != person.id])
        await Comment.filter(id__in=[one.id for one in asked]).update(told_leads_at=clock.now())


async def _ask(person: Person, questions: list[Comment]) -> None:
    if not questions or not person.email or person.erased_at:
        return
    entries = [
        [words.who(one), words.plain(one.text, TEXT_MOST), one.thread.title, service.page_of(one)]
        for one in questions[:TOLD_MOST]
    ]  # fmt: skip
    await mail.send(
        "civic/questions_waiting", to=person.email, key=f"questions-{person.id}-{questions[-1].id}",
        locale=person.locale, person=person.name, entries=entries, count=len(questions),
        more=max(0, len(questions) - TOLD_MOST),
    )  # fmt: skip


handlers: dict[str, jobs.Handler] = {
    "thread_news_due": news_due, "thread_spread": spread, "questions_due": questions_due,
    "comment_drafts_swept": service.forget,
}  # fmt: skip
minutes = {"comment_drafts_swept": int(timedelta(hours=6).total_seconds()) // 60}
