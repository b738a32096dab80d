"""The verbs of news: write, correct, publish, take back, send; and of who wants none."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F

from campaigns.lifecycle.models import Campaign
from campaigns.news.forms import NewsForm
from campaigns.news.models import News, NewsOptOut
from campaigns.news.queries import NO_MORE, Recipient, recipients
from campaigns.pledges.models import Pledge
from civic import clock, jobs, mail
from civic.activity import service as activity
from civic.database import transaction
from civic.errors import DomainError
from civic.i18n import _
from civic.media.models import Picture
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import Person
from civic.people.service import audit
from civic.web import limits, markdown, urls

TAKE_BACK = timedelta(minutes=10)
BATCH = 100
MAIL_PARAGRAPHS, MAIL_LETTERS = 12, 2_000


async def write(campaign: Campaign, author: Person, sent: NewsForm, picture: Picture | None) -> News:
    """A draft."""
    return await News.create(
        campaign_id=campaign.id, author_id=author.id, created_at=clock.now(),
        picture_id=picture.id if picture else None, **_values(sent),
    )  # fmt: skip


async def change(news: News, sent: NewsForm, picture: Picture | None) -> None:
    """Another wording; of something published it is a correction, said as such and mailed to nobody."""
    values = _values(sent)
    if news.published_at:
        values = {"title": sent.title, "body": sent.body, "corrected_at": clock.now()}
    if picture:
        values["picture_id"] = picture.id
    await News.filter(id=news.id).update(**values)


def _values(sent: NewsForm) -> dict[str, Any]:
    only_backers = sent.qui == "contributeurs"
    return {
        "title": sent.title, "body": sent.body, "only_backers": only_backers, "by_mail": sent.by_mail or only_backers,
    }  # fmt: skip


async def publish(news: News, actor: Actor) -> None:
    """Show it now; the mails leave when it can no longer be taken back. Harmless when repeated.

    Raises TooMany beyond five in a day: people unsubscribe from less.
    """
    await limits.hit("news", str(news.campaign_id), most=5, per=86_400)
    present = clock.now()
    sends_at = present.replace(microsecond=0) + TAKE_BACK
    async with transaction():
        draft = News.filter(id=news.id, published_at__isnull=True)
        if not await draft.update(published_at=present, sends_at=sends_at):
            return
        await audit(actor, "news_published", f"news:{news.id}")
        moment = sends_at.isoformat()
        await jobs.enqueue("news_due", key=f"news-{news.id}-{moment}", run_at=sends_at, news_id=news.id, moment=moment)


async def take_back(news: News) -> None:
    """A draft again, while nothing was sent. Raises DomainError once the mails have left."""
    here = News.filter(id=news.id, mailed_at__isnull=True, sends_at__gt=clock.now())
    if not await here.update(published_at=None, sends_at=None):
        raise DomainError(_("Les messages sont partis. Vous pouvez encore corriger le texte de la page."))


async def discard(news: News) -> None:
    """Throw a draft away. Raises DomainError for what was published."""
    if not await News.filter(id=news.id, published_at__isnull=True).delete():
        raise DomainError(_("Cette nouvelle est publiée : elle se corrige, elle ne s’efface pas."))


async def due(news_id: int, moment: str) -> None:
    """It can no longer be taken back: put it into the feed and begin to mail it, unless it was taken back before."""
    async with transaction():
        waiting = News.filter(id=news_id, mailed_at__isnull=True, sends_at=datetime.fromisoformat(moment))
        if not await waiting.update(mailed_at=clock.now()):
            return
        news = await News.get(id=news_id).select_related("campaign")
        if not news.only_backers:
            await activity.record(
                "campaign_news", way="argent", initiative_id=news.campaign.initiative_id, title=news.title,
                slug=news.campaign.slug, news_id=news.id, campaign=news.campaign.title,
            )  # fmt: skip
        if news.by_mail:
            await jobs.enqueue("news_spread", key=f"news-{news_id}-0", news_id=news_id, after=0)


async def spread(news_id: int, after: int) -> None:
    """Mail one batch; its job is done in the same transaction, so that nobody is written to twice or forgotten."""
    async with transaction():
        news = await News.get(id=news_id).select_related("campaign")
        found = await recipients(news.campaign_id, after=after, limit=BATCH)
        for one in found:
            await _tell(news, one)
        if len(found) == BATCH:
            last = found[-1].person_id
            await jobs.enqueue("news_spread", key=f"news-{news_id}-{last}", news_id=news_id, after=last)
        mailed = {_mark(one.email) for one in found}
        await News.filter(id=news_id).update(mailed_to=F("mailed_to") + len(mailed))


async def _tell(news: News, one: Recipient) -> None:
    """An address that serves several persons gets one message: the key is made of the address."""
    token = links.make(NO_MORE, one.pledge_id)
    paragraphs, cut = paragraphs_of(news.body)
    await mail.send(
        "campaigns/news", to=one.email, key=f"news-{news.id}-{_mark(one.email)}", locale=one.locale,
        unsubscribe=urls.absolute("news.no_more", token=token), title=news.title, campaign=news.campaign.title,
        slug=news.campaign.slug, news_id=news.id, person=one.name, paragraphs=paragraphs, cut=cut, token=token,
        public=not news.only_backers,
    )  # fmt: skip


def _mark(email: str) -> str:
    return hashlib.sha256(email.lower().encode()).hexdigest()[:20]


def paragraphs_of(body: str) -> tuple[list[str], bool]:
    """A Markdown text as plain paragraphs for a mail, and whether the end was left out."""
    whole = [str(markdown.render(part).striptags()) for part in body.split("\n\n") if part.strip()]
    kept: list[str] = []
    for part in whole[:MAIL_PARAGRAPHS]:
        if kept and sum(map(len, kept)) + len(part) > MAIL_LETTERS:
            break
        kept.append(part)
    return kept, len(kept) < len(whole)


async def stop(pledge: Pledge) -> None:
    """No more news of this campaign for whoever reads this address; harmless when repeated."""
    async with transaction():
        same = Person.filter(email=pledge.person.email) if pledge.person.email else Person.filter(id=pledge.person_id)
        for person_id in await same.values_list("id", flat=True):
            await NewsOptOut.get_or_create(
                campaign_id=pledge.campaign_id, person_id=person_id, defaults={"at": clock.now()}
            )


async def resume(pledge: Pledge) -> None:
    """News again."""
    same = Person.filter(email=pledge.person.email) if pledge.person.email else Person.filter(id=pledge.person_id)
    ids = await same.values_list("id", flat=True)
    await NewsOptOut.filter(campaign_id=pledge.campaign_id, person_id__in=list(ids)).delete()
