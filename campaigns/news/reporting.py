"""Readers report a text; the team hides it with a reason, or leaves it, and answers; hiding is undone."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import F, Q

from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.queries import runs
from campaigns.news import asking, queries
from campaigns.news.models import Question, Report, Subject, Word
from civic import clock, mail
from civic.database import transaction
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.models import Person
from civic.people.service import audit

_OPEN = {"closed_at__isnull": True}


@dataclass(slots=True, frozen=True)
class Text:
    """What somebody wrote on a campaign's page: which kind, whose, its words, and why it is hidden, if it is.

    `rewritten`: its author wrote it anew since, and nobody of the team has read that.
    """

    subject: Subject
    id: int
    text: str
    author: Person | None
    hidden_at: datetime | None
    reason: str
    rewritten: bool = False


async def campaign_to_moderate(slug: str, actor: Actor) -> Campaign:
    """A public campaign whose reports this member of the team looks at. Raises NotFound or Forbidden."""
    campaign = await queries.public_campaign(slug, actor)
    if not actor.is_animator:
        raise Forbidden(_("Les signalements sont lus par l’équipe d’animation."))
    if await runs(actor, campaign):
        raise Forbidden(_("Personne ne juge les signalements de sa propre collecte : demandez à une autre personne."))
    return campaign


async def may_moderate(campaign: Campaign, actor: Actor | None) -> bool:
    """Whether she hides texts here: a member of the team who is not among its leads."""
    return actor is not None and actor.is_animator and not await runs(actor, campaign)


async def text_of(campaign: Campaign, subject: str, id: int) -> Text:
    """A public text of this campaign, also when the team hides it. Raises NotFound."""
    found = await (_word(campaign, id) if subject == Subject.WORD else _question(campaign, subject, id))
    if found is None:
        raise NotFound(_("Ce texte n’existe plus."))
    return found


async def _word(campaign: Campaign, id: int) -> Text | None:
    """A word that is or was on the page; one written anew in the place of a hidden one is for the team to read."""
    seen = Q(shown_at__isnull=False) | Q(hidden_at__isnull=False)
    row = await Word.get_or_none(seen, ~Q(text=""), id=id, campaign_id=campaign.id).select_related("pledge__person")
    return _of_word(row) if row else None


async def _question(campaign: Campaign, subject: str, id: int) -> Text | None:
    if subject not in (Subject.QUESTION, Subject.ANSWER):
        return None
    rows = Question.get_or_none(id=id, campaign_id=campaign.id, confirmed_at__isnull=False)
    row = await rows.select_related("person", "answered_by")
    if row is None or (subject == Subject.ANSWER and row.answered_at is None):
        return None
    return _of_question(row, Subject(subject))


def _of_word(row: Word) -> Text:
    rewritten = row.hidden_at is not None and row.written_at > row.hidden_at
    return Text(Subject.WORD, row.id, row.text, row.pledge.person, row.hidden_at, row.hidden_reason, rewritten)


def _of_question(row: Question, subject: Subject) -> Text:
    if subject == Subject.QUESTION:
        return Text(subject, row.id, row.text, row.person, row.hidden_at, row.hidden_reason)
    return Text(subject, row.id, row.answer, row.answered_by, row.answer_hidden_at, row.answer_hidden_reason)


async def report(campaign: Campaign, text: Text, reason: str, email: str) -> Report:
    """A reader says what is wrong; the team finds it on its desk."""
    return await Report.create(
        campaign_id=campaign.id, subject=text.subject, subject_id=text.id, reason=reason, email=email,
        made_at=clock.now(),
    )  # fmt: skip


async def campaigns_with_reports() -> list[tuple[Campaign, int]]:
    """Campaigns with reports that wait, and how many, the oldest first."""
    counts: dict[int, int] = {}
    found: dict[int, Campaign] = {}
    for row in await Report.filter(**_OPEN).order_by("id").limit(200).select_related("campaign"):
        found.setdefault(row.campaign_id, row.campaign)
        counts[row.campaign_id] = counts.get(row.campaign_id, 0) + 1
    return [(campaign, counts[id]) for id, campaign in found.items()]


async def waiting(campaign: Campaign) -> list[tuple[Text, list[Report]]]:
    """The texts that are reported, each with what readers say; a text that is gone takes its reports along."""
    by_text: dict[tuple[Subject, int], list[Report]] = {}
    for row in await Report.filter(campaign_id=campaign.id, **_OPEN).order_by("id").limit(200):
        by_text.setdefault((row.subject, row.subject_id), []).append(row)
    found = []
    for (subject, id), rows in by_text.items():
        try:
            found.append((await text_of(campaign, subject, id), rows))
        except NotFound:
            await Report.filter(id__in=[row.id for row in rows]).update(closed_at=clock.now(), email="")
    return found


async def hidden_of(campaign: Campaign) -> list[Text]:
    """The texts the team hides, to show them again."""
    questions = Question.filter(campaign_id=campaign.id, confirmed_at__isnull=False).order_by("id")
    rows = await questions.select_related("person", "answered_by")
    words = Word.filter(campaign_id=campaign.id, hidden_at__isnull=False).exclude(text="").order_by("id")
    found = [_of_question(row, subject) for row in rows for subject in (Subject.QUESTION, Subject.ANSWER)]
    return [text for text in [*found, *map(_of_word, await words.select_related("pledge__person"))] if text.hidden_at]


async def campaigns_with_rewritten() -> list[tuple[Campaign, int]]:
    """Campaigns with words that were written anew after the team had hidden them, and how many."""
    rows = Word.filter(hidden_at__isnull=False, written_at__gt=F("hidden_at")).exclude(text="").order_by("id")
    counts = Counter(row.campaign_id for row in await rows.limit(200))
    return [(campaign, counts[campaign.id]) for campaign in await Campaign.filter(id__in=list(counts) or [0])]


async def keep_hidden(text: Text, team: Actor) -> None:
    """A word that was written anew was read, and stays hidden."""
    async with transaction():
        if await Word.filter(id=text.id, hidden_at__isnull=False).update(hidden_at=clock.now()):
            await audit(team, "word_kept_hidden", f"word:{text.id}")


async def leave(campaign: Campaign, text: Text, team: Actor) -> None:
    """The text stays; whoever reported it and left an address is told."""
    async with transaction():
        await audit(team, "report_left", f"{text.subject.value}:{text.id}")
        await _close(campaign, text, team, hidden=False, reason="")


async def hide(campaign: Campaign, text: Text, team: Actor, reason: str) -> None:
    """The text leaves the page, with a reason; its author and whoever reported it are told. Harmless when repeated."""
    async with transaction():
        if text.subject == Subject.QUESTION:
            await asking.hide(await queries.question_of(campaign, text.id), team, reason)
        elif await _set(text, at=clock.now(), reason=reason):
            await audit(team, f"{text.subject.value}_hidden", f"{text.subject.value}:{text.id}", reason=reason)
            await _tell_author(campaign, text, reason)
        await _close(campaign, text, team, hidden=True, reason=reason)


async def show_again(campaign: Campaign, text: Text, team: Actor) -> None:
    """Undo the hiding."""
    async with transaction():
        if text.subject == Subject.QUESTION:
            await asking.show_again(await queries.question_of(campaign, text.id), team)
        elif await _set(text, at=None, reason=""):
            await audit(team, f"{text.subject.value}_shown_again", f"{text.subject.value}:{text.id}")


async def _set(text: Text, *, at: datetime | None, reason: str) -> int:
    if text.subject == Subject.WORD:
        words = Word.filter(id=text.id, hidden_at__isnull=at is not None)
        return await words.update(hidden_at=at, hidden_reason=reason)
    answers = Question.filter(id=text.id, answer_hidden_at__isnull=at is not None)
    return await answers.update(answer_hidden_at=at, answer_hidden_reason=reason)


async def _tell_author(campaign: Campaign, text: Text, reason: str) -> None:
    if text.author and text.author.email:
        await mail.send(
            "campaigns/text_hidden", to=text.author.email,
            key=f"hidden-{text.subject.value}-{text.id}-{int(clock.now().timestamp())}", locale=text.author.locale,
            person=text.author.name, title=campaign.title, slug=campaign.slug, what=text.text, reason=reason,
        )  # fmt: skip


async def _close(campaign: Campaign, text: Text, team: Actor, *, hidden: bool, reason: str) -> None:
    rows = Report.filter(campaign_id=campaign.id, subject=text.subject, subject_id=text.id, **_OPEN)
    for row in await rows:
        if row.email:
            await mail.send(
                "campaigns/report_answered", to=row.email, key=f"report-{row.id}", locale="fr", title=campaign.title,
                slug=campaign.slug, hidden=hidden, reason=reason,
            )  # fmt: skip
    await rows.update(closed_at=clock.now(), closed_by_id=team.person.id, hidden=hidden, email="")
