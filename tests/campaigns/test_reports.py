"""A reader reports a question, an answer or a word; somebody of the team who does not lead the campaign decides."""

from collections.abc import Awaitable, Callable

import pytest

from campaigns.lifecycle.models import Campaign
from campaigns.news import asking, panels
from campaigns.news.models import Question, Report, Word
from campaigns.pledges.models import Pledge
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.web import urls
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.one_engine
RUDE = "Vous êtes tous des voleurs, toi le premier."


async def texts_of(campaign: Campaign) -> dict[str, int]:
    """A question with its answer, and a word, all on the page."""
    odile = await a_person("Odile Blanc", "odile@exemple.fr")
    question = await asking.ask(campaign, odile, "Pourquoi si cher, bande de filous ?", known=True)
    whole = await Question.get(id=question.id).select_related("person", "campaign")
    await asking.answer(whole, Actor(await Person.get(id=campaign.lead_id)), RUDE)
    pledge = await a_confirmed_pledge(campaign, await a_person("Luc Morel", "luc@exemple.fr"))
    await asking.write_word(await Pledge.get(id=pledge.id), "Un mot de trop.")
    word = await Word.get(pledge_id=pledge.id)
    await Word.filter(id=word.id).update(shown_at=clock.now())
    return {"question": question.id, "answer": question.id, "word": word.id}


WORDS = {"question": "bande de filous", "answer": "tous des voleurs", "word": "Un mot de trop"}


@pytest.mark.parametrize("kind", ["question", "answer", "word"])
async def test_what_is_reported_is_hidden_with_a_reason_told_and_shown_again(
    kind: str, client: Client, sign_in: SignIn
) -> None:
    campaign = await a_live_campaign()
    ids = await texts_of(campaign)
    show = urls.path("campaigns.show", slug=campaign.slug)
    place = urls.path("reports.new", slug=campaign.slug, kind=kind, id=ids[kind])
    assert place in (await client.get(show)).text
    assert WORDS[kind] in (await client.get(place)).text
    assert (await client.submit(place, {"reason": "non"})).status_code == 422
    sent = {"reason": "C’est une insulte envers les porteurs.", "email": "lectrice@exemple.fr"}
    assert (await client.submit(place, sent)).status_code == 303
    animator = await a_person("Agathe Roux", "", RoleName.ANIMATOR)
    assert [todo.href for todo in await panels.desk_todos(animator)] == [urls.path("reports.index", slug=campaign.slug)]
    team = await sign_in(animator)
    page = (await team.get(urls.path("reports.index", slug=campaign.slug))).text
    assert WORDS[kind] in page
    assert "une insulte envers les porteurs" in page
    hide = urls.path("reports.hide", slug=campaign.slug, kind=kind, id=ids[kind])
    assert (await team.submit(hide, {"reason": ""})).status_code == 422
    for _ in range(2):
        assert (await team.submit(hide, {"reason": "Des insultes."})).status_code == 303
    assert WORDS[kind] not in (await client.get(show)).text
    assert await panels.desk_todos(animator) == []
    await jobs.run_due()
    assert await OutboxMessage.filter(subject__contains="a été masqué").count() == 1
    assert await OutboxMessage.filter(subject__contains="Réponse à votre signalement").count() == 1
    assert (await Report.get()).email == ""
    again = urls.path("reports.show_again", slug=campaign.slug, kind=kind, id=ids[kind])
    assert (await team.submit(again)).status_code == 303
    assert WORDS[kind] in (await client.get(show)).text


async def test_what_is_left_in_place_stays_and_the_reader_is_told(client: Client, sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    ids = await texts_of(campaign)
    sent = {"reason": "Je n’aime pas cette question.", "email": "lectrice@exemple.fr"}
    await client.submit(urls.path("reports.send", slug=campaign.slug, kind="question", id=ids["question"]), sent)
    team = await sign_in(await a_person("Agathe Roux", "", RoleName.ANIMATOR))
    await team.submit(urls.path("reports.leave", slug=campaign.slug, kind="question", id=ids["question"]))
    assert WORDS["question"] in (await client.get(urls.path("campaigns.show", slug=campaign.slug))).text
    await jobs.run_due()
    assert await OutboxMessage.filter(to="lectrice@exemple.fr", text__contains="le laisse en place").count() == 1
    assert await Report.filter(closed_at__isnull=True).count() == 0


async def test_nobody_judges_the_reports_of_her_own_campaign(sign_in: SignIn) -> None:
    lead = await a_person("Agathe Roux", "", RoleName.ANIMATOR)
    campaign = await a_live_campaign(lead)
    ids = await texts_of(campaign)
    mine = await sign_in(lead)
    assert (await mine.get(urls.path("reports.index", slug=campaign.slug))).status_code == 403
    place = urls.path("reports.hide", slug=campaign.slug, kind="word", id=ids["word"])
    assert (await mine.submit(place, {"reason": "Il me déplaît."})).status_code == 403


async def test_a_text_that_is_not_there_is_not_reported(client: Client, app: object) -> None:
    campaign = await a_live_campaign()
    ids = await texts_of(campaign)
    await Word.all().update(shown_at=None)
    for kind, id in (("word", ids["word"]), ("question", 999), ("nouvelle", 1)):
        answer = await client.get(urls.path("reports.new", slug=campaign.slug, kind=kind, id=id))
        assert answer.status_code == 404


async def test_another_word_in_place_of_a_hidden_one_stays_hidden_until_the_team_has_read_it(client: Client, app: object) -> None:
    campaign = await a_live_campaign()
    await texts_of(campaign)
    await Word.all().update(hidden_at=clock.now(), hidden_reason="Des insultes.")
    await asking.write_word((await Word.get().select_related("pledge")).pledge, "Bravo à tous.")
    found = await Word.get()
    assert found.text == "Bravo à tous."
    assert found.hidden_at is not None
    assert found.shown_at is None


@pytest.mark.parametrize("verb", ["garder", "remontrer"])
async def test_the_team_reads_a_hidden_word_again_once_it_was_written_anew(sign_in: SignIn, app: object, verb: str) -> None:
    campaign = await a_live_campaign()
    await texts_of(campaign)
    await Word.all().update(hidden_at=clock.now(), hidden_reason="Des insultes.")
    team = await sign_in(await a_person("Rose Équipe", "", RoleName.ANIMATOR))
    page = urls.path("reports.index", slug=campaign.slug)
    assert "récrit depuis" not in (await team.get("/pupitre")).text
    assert "Laisser masqué" not in (await team.get(page)).text
    word = await Word.get().select_related("pledge")
    await asking.write_word(word.pledge, "Bravo à tous.")
    assert "Relire 1 mot masqué, récrit depuis" in (await team.get("/pupitre")).text
    assert "Laisser masqué" in (await team.get(page)).text
    assert (await team.submit(f"{page}/word/{word.id}/{verb}")).status_code == 303
    assert "récrit depuis" not in (await team.get("/pupitre")).text
    assert ((await Word.get()).hidden_at is None) is (verb == "remontrer")
