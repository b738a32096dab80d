"""Reads about news, questions and words, and the guards of their pages."""

from dataclasses import dataclass

from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.queries import campaign_to_run, campaign_to_show
from campaigns.news.models import News, NewsOptOut, Question, Word
from campaigns.pledges.models import Pledge
from campaigns.pledges.queries import STANDING, discreet
from civic import clock, database
from civic.errors import DomainError, NotFound
from civic.i18n import _
from civic.initiatives.queries import may_edit
from civic.people import links
from civic.people.actor import Actor

NO_MORE, CONFIRM = "news-no-more", "question-confirm"
_WHO = f"""FROM pledge g JOIN person p ON p.id = g.person_id
WHERE g.campaign_id = ? AND g.status IN ({", ".join("?" * len(STANDING))}) AND p.email IS NOT NULL
AND p.erased_at IS NULL AND NOT EXISTS (SELECT 1 FROM news_opt_out o JOIN person q ON q.id = o.person_id
WHERE o.campaign_id = g.campaign_id AND q.email = p.email)"""  # noqa: S608


@dataclass(slots=True, frozen=True)
class Recipient:
    """A backer whose promise stands and who wants news; `pledge_id` is her latest one."""

    person_id: int
    email: str
    locale: str
    name: str
    pledge_id: int


async def recipients(campaign_id: int, *, after: int = 0, limit: int = 100) -> list[Recipient]:
    """The next backers to write to, by person; an address that two persons share comes with both."""
    sql = f"""SELECT p.id AS person_id, p.email, p.locale, p.name, max(g.id) AS pledge_id {_WHO} AND p.id > ?
    GROUP BY p.id, p.email, p.locale, p.name ORDER BY p.id LIMIT ?"""
    rows = await database.fetch_all(sql, [campaign_id, *_standing(), after, limit])
    return [Recipient(**row) for row in rows]


async def recipients_count(campaign_id: int) -> int:
    """How many addresses a news would reach now."""
    rows = await database.fetch_all(f"SELECT count(DISTINCT p.email) AS n {_WHO}", [campaign_id, *_standing()])
    return int(rows[0]["n"])


def _standing() -> list[str]:
    return [status.value for status in STANDING]


async def public_campaign(slug: str, actor: Actor | None) -> Campaign:
    """A campaign that everybody sees. Raises NotFound."""
    campaign = await campaign_to_show(slug, actor)
    if not campaign.is_public:
        raise NotFound(_("Cette collecte n’est pas encore publiée."))
    return campaign


async def campaign_to_tell(slug: str, actor: Actor) -> Campaign:
    """A public campaign this person leads. Raises NotFound, Forbidden, DomainError before it is public."""
    campaign = await campaign_to_run(slug, actor)
    if not campaign.is_public:
        raise DomainError(_("La collecte n’est pas encore ouverte : les nouvelles viendront ensuite."))
    return campaign


async def news_to_show(campaign: Campaign, news_id: int, actor: Actor | None) -> News:
    """A news that is public, or any of its own for those who run the campaign. Raises NotFound."""
    news = await News.get_or_none(id=news_id, campaign_id=campaign.id).select_related("picture", "author")
    if news and (_is_shown(news) or await may_edit(actor, campaign.initiative)):
        return news
    raise NotFound(_("Cette nouvelle n’existe pas, ou a été retirée."))


def _is_shown(news: News) -> bool:
    return news.published_at is not None and not news.only_backers


async def published(campaign_id: int, limit: int = 50) -> list[News]:
    """The public news, the latest first."""
    rows = News.filter(campaign_id=campaign_id, published_at__isnull=False, only_backers=False)
    return await rows.order_by("-published_at", "-id").limit(limit).select_related("picture", "author")


async def unpublished(campaign_id: int) -> list[News]:
    """Drafts and messages to backers, for those who run the campaign."""
    found = await News.filter(campaign_id=campaign_id).order_by("-id").limit(100)
    return [news for news in found if not _is_shown(news)]


async def questions(campaign_id: int, limit: int = 100) -> list[Question]:
    """The confirmed questions, the latest first; hidden ones keep their place."""
    rows = Question.filter(campaign_id=campaign_id, confirmed_at__isnull=False)
    return await rows.order_by("-confirmed_at", "-id").limit(limit).select_related("person", "answered_by")


async def question_of(campaign: Campaign, question_id: int) -> Question:
    """A confirmed question of this campaign. Raises NotFound."""
    rows = Question.get_or_none(id=question_id, campaign_id=campaign.id, confirmed_at__isnull=False)
    question = await rows.select_related("person", "campaign")
    if question is None:
        raise NotFound(_("Cette question n’existe pas."))
    return question


async def question_of_link(token: str) -> Question:
    """The question behind a mailed link. Raises NotFound."""
    question = await Question.get_or_none(id=links.read(CONFIRM, token)).select_related("person", "campaign")
    if question is None:
        raise NotFound(_("Cette question n’existe plus. Posez-la de nouveau."))
    return question


async def pledge_of_no_more(token: str) -> Pledge:
    """The gift behind an unsubscription link, with its campaign and person. Raises NotFound."""
    pledge = await Pledge.get_or_none(id=links.read(NO_MORE, token)).select_related("campaign", "person")
    if pledge is None:
        raise NotFound(_("Ce lien n’est pas complet. Copiez-le en entier depuis votre message."))
    return pledge


async def wants_none(pledge: Pledge) -> bool:
    """Whether this backer asked for no more news of this campaign."""
    return await NewsOptOut.filter(campaign_id=pledge.campaign_id, person_id=pledge.person_id).exists()


async def words(campaign_id: int, *, shown: bool = True, limit: int = 30) -> list[Word]:
    """The words of backers whose gift stands, the latest first; those to be read when not `shown`.

    Whoever hides her amount is named here no sooner than among the supporters (docs/decisions/0014).
    """
    rows = Word.filter(campaign_id=campaign_id, shown_at__isnull=not shown, pledge__status__in=STANDING)
    rows = rows.filter(hidden_at__isnull=True)
    if not shown:
        rows = rows.filter(refused_at__isnull=True)
    found = await rows.order_by("-written_at", "-id").limit(limit).select_related("pledge")
    named = await discreet(campaign_id) if any(word.pledge.amount_hidden for word in found) else {}
    for word in found:
        if word.pledge.amount_hidden and word.pledge.person_id not in named:
            word.pledge.public_name = ""
    return found


async def waiting(campaign_id: int) -> tuple[int, int]:
    """How many questions wait for an answer, how many words to be read."""
    open_questions = Question.filter(campaign_id=campaign_id, confirmed_at__isnull=False, answered_at__isnull=True)
    unread = Word.filter(campaign_id=campaign_id, shown_at__isnull=True, refused_at__isnull=True)
    unread = unread.filter(hidden_at__isnull=True)
    return await open_questions.filter(hidden_at__isnull=True).count(), await unread.count()


def still_to_be_taken_back(news: News) -> bool:
    """Its mails have not left: it can become a draft again."""
    return news.sends_at is not None and news.mailed_at is None and news.sends_at > clock.now()
