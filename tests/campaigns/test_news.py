"""News, questions, words and milestones of a campaign (PRODUCT C10)."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx2
import pytest
from PIL import Image
from starlette.types import ASGIApp

from campaigns.lifecycle.models import Campaign
from campaigns.news import asking, milestones, queries, service
from campaigns.news.forms import NewsForm
from campaigns.news.models import Milestone, News, NewsOptOut, Question, Word
from campaigns.news.queries import CONFIRM, NO_MORE
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge
from campaigns.pledges.queries import MANAGE
from civic import clock, jobs
from civic.activity.models import Activity
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.web import urls
from tests.client import Client
from tests.engines import Database
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign, a_pledge

SignIn = Callable[[Person], Awaitable[Client]]
LATER = timedelta(minutes=11)


async def a_draft(campaign: Campaign, **values: str) -> News:
    fields = {"title": "Le minibus est commandé", "body": "Il arrive **en juin**.\n\nMerci à tous.", "by_mail": "1"}
    form = NewsForm.model_validate({**fields, **values})
    await campaign.fetch_related("lead")
    return await service.write(campaign, campaign.lead, form, None)


async def published(campaign: Campaign, **values: str) -> News:
    news = await a_draft(campaign, **values)
    await service.publish(news, Actor(campaign.lead))
    return await News.get(id=news.id)


async def mails(start: str) -> list[OutboxMessage]:
    """The messages sent whose subject begins so, when all jobs are done."""
    await jobs.run_due()
    return await OutboxMessage.filter(subject__startswith=start).order_by("id")


@pytest.fixture
def later() -> object:
    yield lambda delta=LATER: clock.travel(delta)
    clock.travel(timedelta())


async def test_each_backer_whose_promise_stands_gets_a_news_once(app: ASGIApp, later: Callable[..., None]) -> None:
    campaign = await a_live_campaign()
    odile, paul, jeanne = [await a_person(name) for name in ("Odile Blanc", "Paul Rey", "Jeanne Roux")]
    await a_confirmed_pledge(campaign, odile)
    await a_confirmed_pledge(campaign, odile, 5000)
    await a_pledge(campaign, paul)
    gone = await a_confirmed_pledge(campaign, jeanne)
    await pledges.cancel(gone)
    assert await queries.recipients_count(campaign.id) == 1
    news = await published(campaign)
    assert await mails("Des nouvelles") == []
    later()
    sent = await mails("Des nouvelles")
    assert [message.to for message in sent] == [odile.email]
    assert "Il arrive en juin." in sent[0].text
    assert "**" not in sent[0].text
    await service.due(news.id, news.sends_at.isoformat())
    await service.spread(news.id, 0)
    assert len(await mails("Des nouvelles")) == 1
    assert (await News.get(id=news.id)).mailed_at
    assert await Activity.filter(kind="campaign_news").count() == 1


async def test_a_couple_that_shares_an_address_gets_one_message_and_batches_reach_everybody(
    app: ASGIApp, later: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    campaign = await a_live_campaign()
    people = [await a_person("Odile Blanc", "eux@exemple.fr"), await a_person("Luc Blanc", "eux@exemple.fr")]
    people += [await a_person(f"Zoé {letter}al") for letter in "BCD"]
    for person in people:
        await a_confirmed_pledge(campaign, person)
    assert await queries.recipients_count(campaign.id) == 4
    await published(campaign)
    later()
    assert sorted(message.to for message in await mails("Des nouvelles")) == sorted({str(p.email) for p in people})


async def test_a_lead_takes_a_news_back_before_it_leaves_and_not_after(
    app: ASGIApp, later: Callable[..., None]
) -> None:
    campaign = await a_live_campaign()
    await a_confirmed_pledge(campaign)
    news = await published(campaign)
    await service.take_back(news)
    later()
    assert await mails("Des nouvelles") == []
    assert (await News.get(id=news.id)).published_at is None
    await service.publish(news, Actor(campaign.lead))
    later(LATER * 2)
    assert len(await mails("Des nouvelles")) == 1
    with pytest.raises(DomainError):
        await service.take_back(await News.get(id=news.id))
    with pytest.raises(DomainError):
        await service.discard(await News.get(id=news.id))


async def test_somebody_signed_out_stops_the_news_of_one_campaign_with_one_click(
    app: ASGIApp, client: Client, later: Callable[..., None]
) -> None:
    campaign, other = await a_live_campaign(), await a_live_campaign()
    odile = await a_person("Odile Blanc", "eux@exemple.fr")
    luc = await a_person("Luc Blanc", "eux@exemple.fr")
    pledge = await a_confirmed_pledge(campaign, odile)
    await a_confirmed_pledge(campaign, luc)
    await a_confirmed_pledge(other, odile)
    path = urls.path("news.no_more", token=links.make(NO_MORE, pledge.id))
    page = await client.get(path)
    assert "Ne plus en recevoir" in page.text
    assert await NewsOptOut.all().count() == 0, "opening the page changes nothing"
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as program:
        answer = await program.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 204
    assert await queries.recipients_count(campaign.id) == 0
    assert await queries.recipients_count(other.id) == 1
    assert "C’est fait" in (await client.get(path)).text
    await client.submit(urls.path("news.resume", token=links.make(NO_MORE, pledge.id)))
    assert await queries.recipients_count(campaign.id) == 1
    assert (await client.get("/nouvelles/autre/arreter")).status_code == 404


@pytest.mark.one_engine
async def test_a_lead_writes_previews_publishes_and_corrects(app: ASGIApp, client: Client, sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    await a_confirmed_pledge(campaign)
    lead = await sign_in(campaign.lead)
    new = urls.path("news.new", slug=campaign.slug)
    assert (await lead.get(new)).status_code == 200
    assert (await lead.submit(new, {"title": "Ah", "body": "court"})).status_code == 422
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    fields = {"title": "Le minibus est commandé", "body": "Il arrive **en juin**, bleu." * 3, "qui": "tous", "by_mail": "1"}
    sent = await lead.submit(new, fields, files={"picture": ("bus.jpg", file.getvalue(), "image/jpeg")})
    show = sent.headers["location"]
    preview = (await lead.get(show)).text
    assert "1 adresse recevra" in preview.replace("\u202f", " ")
    assert "<strong>en juin</strong>" in preview
    assert "/media/" in preview
    assert (await client.get(show)).status_code == 404
    await lead.submit(show + "/publier")
    assert "Le minibus est commandé" in (await client.get(show)).text
    assert "Le minibus est commandé" in (await client.get(urls.path("campaigns.show", slug=campaign.slug))).text
    await lead.submit(show + "/modifier", {**fields, "title": "Le minibus est rouge"})
    assert "corrigée" in (await client.get(show)).text
    assert "Le minibus est rouge" in (await client.get(urls.path("news.index", slug=campaign.slug))).text


@pytest.mark.one_engine
async def test_a_message_to_backers_stays_off_every_page(
    app: ASGIApp, client: Client, later: Callable[..., None]
) -> None:
    campaign = await a_live_campaign()
    await a_confirmed_pledge(campaign)
    news = await published(campaign, title="Rendez-vous samedi", qui="contributeurs")
    later()
    assert len(await mails("Des nouvelles")) == 1
    assert (await client.get(urls.path("news.show", slug=campaign.slug, id=news.id))).status_code == 404
    for name in ("campaigns.show", "news.index"):
        assert "Rendez-vous samedi" not in (await client.get(urls.path(name, slug=campaign.slug))).text
    assert await Activity.filter(kind="campaign_news").count() == 0


async def test_a_question_without_account_waits_for_its_mail_then_is_answered(
    app: ASGIApp, client: Client, sign_in: SignIn
) -> None:
    campaign = await a_live_campaign()
    path = urls.path("questions.index", slug=campaign.slug)
    asked = {"text": "Combien de places dans le minibus ?", "name": "Luc Morel", "email": "luc@exemple.fr"}
    assert (await client.submit(path, {"text": "Quoi"})).status_code == 422
    assert (await client.submit(path, asked)).status_code == 303
    assert "Combien de places" not in (await client.get(path)).text
    confirmations = await mails("Publier votre question")
    assert [message.to for message in confirmations] == ["luc@exemple.fr"]
    question = await Question.get()
    await client.submit(urls.path("questions.confirm", token=links.make(CONFIRM, question.id)))
    await client.submit(urls.path("questions.confirm", token=links.make(CONFIRM, question.id)))
    page = (await client.get(path)).text
    assert "Combien de places" in page
    assert "Luc M." in page
    assert "luc@exemple.fr" not in page
    assert [message.to for message in await mails("Une question sur")] == [campaign.lead.email]
    lead = await sign_in(campaign.lead)
    await lead.submit(f"{path}/{question.id}/reponse", {"answer": "Neuf places."})
    page = (await client.get(path)).text
    assert "Neuf places." in page
    assert "Réponse du porteur" in page
    assert [message.to for message in await mails("Une réponse")] == ["luc@exemple.fr"]


async def test_the_team_hides_a_question_with_a_reason_and_its_author_hears_it(
    app: ASGIApp, client: Client, sign_in: SignIn
) -> None:
    campaign = await a_live_campaign()
    asker, rose = await a_person("Luc Morel"), await a_person("Rose Petit", "", RoleName.ANIMATOR)
    question = await asking.ask(campaign, asker, "Le maire est un voleur, non ?", known=True)
    path = urls.path("questions.index", slug=campaign.slug)
    lead, team = await sign_in(campaign.lead), await sign_in(rose)
    assert (await lead.submit(f"{path}/{question.id}/masquer", {"reason": "Injurieux"})).status_code == 403
    assert (await team.submit(f"{path}/{question.id}/masquer", {"reason": "non"})).status_code == 422
    await team.submit(f"{path}/{question.id}/masquer", {"reason": "Une accusation sans preuve."})
    page = (await client.get(path)).text
    assert "voleur" not in page
    assert "accusation sans preuve" in page
    assert "Luc M." not in page
    assert [message.to for message in await mails("Votre question a été masquée")] == [asker.email]
    await team.submit(f"{path}/{question.id}/remontrer")
    assert "voleur" in (await client.get(path)).text


@pytest.mark.one_engine
@pytest.mark.usefixtures("a_new_hour")
async def test_questions_are_limited_and_forgotten_when_nobody_confirms(
    app: ASGIApp, client: Client, later: Callable[..., None]
) -> None:
    campaign = await a_live_campaign()
    asked = {"text": "Combien de places dans le minibus ?", "name": "Luc Morel", "email": "luc@exemple.fr"}
    answers = [await client.submit(urls.path("questions.ask", slug=campaign.slug), asked) for _turn in range(6)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    later(timedelta(days=8))
    await asking.sweep()
    assert await Question.all().count() == 0


async def test_a_backers_word_appears_once_read_and_goes_with_her_gift(
    app: ASGIApp, client: Client, sign_in: SignIn
) -> None:
    campaign = await a_live_campaign()
    named = await a_confirmed_pledge(campaign, await a_person("Odile Blanc"))
    hidden = await a_confirmed_pledge(campaign, await a_person("Zacharie Quint"), anonymous=True)
    for pledge, text in ((named, "Bravo pour la navette"), (hidden, "Tenez bon")):
        await client.submit(urls.path("wall.write", token=links.make(MANAGE, pledge.id)), {"text": text})
    show = urls.path("campaigns.show", slug=campaign.slug)
    assert "Bravo pour la navette" not in (await client.get(show)).text
    lead = await sign_in(campaign.lead)
    wall = urls.path("wall.index", slug=campaign.slug)
    page = (await lead.get(wall)).text
    assert "Tenez bon" in page
    assert "Zacharie" not in page
    for word in await Word.all():
        await lead.submit(f"{wall}/{word.id}/montrer")
    page = (await client.get(show)).text
    assert "Bravo pour la navette" in page
    assert "Odile B." in page
    assert "Tenez bon" in page
    assert "Zacharie" not in page
    await pledges.cancel(await Pledge.get(id=named.id).select_related("campaign", "person"))
    assert "Bravo pour la navette" not in (await client.get(show)).text
    token = links.make(MANAGE, named.id)
    assert (await client.submit(urls.path("wall.write", token=token), {"text": "Encore"})).status_code == 422


async def test_milestones_are_told_once_each_and_the_last_to_backers_too(app: ASGIApp) -> None:
    campaign = await a_live_campaign()
    await a_confirmed_pledge(campaign, cents=160_000)
    assert [m.subject[:4] for m in await mails("25") if m.to == campaign.lead.email] == ["25\u202f%"[:4]]
    await a_confirmed_pledge(campaign, await a_person("Paul Rey"), 300_000)
    await jobs.run_due()
    await milestones.look(campaign.id)
    assert sorted([m.percent for m in await Milestone.all()]) == [25, 50, 75]
    assert await mails("50") == []
    assert len(await mails("75")) == 1
    assert await mails("L’objectif est atteint") == []
    await a_confirmed_pledge(campaign, await a_person("Luc Morel"), 200_000)
    assert len(await mails("L’objectif est atteint")) == 3
    await milestones.look_at_all()
    assert len(await mails("L’objectif est atteint")) == 3
    assert len(await mails("100")) == 1


@pytest.mark.one_engine
async def test_the_forecast_waits_for_enough_gifts_and_days(database: Database, app: ASGIApp, client: Client) -> None:
    week = clock.now() - timedelta(days=5)
    campaign = await a_live_campaign(starts_at=week, backers_count=9, confirmed_cents=200_000)
    show = urls.path("campaigns.show", slug=campaign.slug)
    assert "À ce rythme" not in (await client.get(show)).text
    await Campaign.filter(id=campaign.id).update(backers_count=10)
    page = (await client.get(show)).text.replace("\u202f", " ")
    assert "À ce rythme" in page
    assert "Règle de trois" in page
    await Campaign.filter(id=campaign.id).update(starts_at=clock.now() - timedelta(days=2))
    assert "À ce rythme" not in (await client.get(show)).text
