"""Following a discussion: one mail in twelve hours, its way out without signing in; the morning's questions."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from starlette.types import ASGIApp

from civic import clock, jobs
from civic.discussions import letters, service
from civic.discussions.models import Comment, Thread
from civic.follows.queries import is_following
from civic.follows.service import follow
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_person, an_initiative
from tests.factories.talking import is_hidden, says

SignIn = Callable[[Person], Awaitable[Client]]


async def later(**time: float) -> None:
    """So much time goes by, and the worker runs."""
    clock.travel(clock.now() - _real() + timedelta(**time))
    await jobs.run_due()


def _real() -> datetime:
    return datetime.now(UTC)


async def test_who_wrote_reads_what_others_say_in_one_mail(database: object, app: ASGIApp) -> None:
    initiative = await an_initiative(lead=await a_person())
    rose, odile = await a_person("Rose Martin"), await a_person("Odile Perrin")
    first = await says(rose, initiative)
    await says(odile, initiative, "Le *dimanche*, non.", to=first)
    await says(odile, initiative, "Mais le samedi, oui.", to=first)
    await jobs.run_due()
    assert not await OutboxMessage.exists()
    await later(minutes=16)
    (mail,) = await OutboxMessage.all()
    assert mail.to == rose.email
    assert "Le dimanche, non." in mail.text
    assert "Mais le samedi, oui." in mail.text
    assert "passe-t-il" not in mail.text
    await says(odile, initiative, "Et le lundi aussi.", to=first)
    await later(hours=11)
    assert await OutboxMessage.all().count() == 1
    await later(hours=2)
    assert await OutboxMessage.filter(to=rose.email).count() == 2
    await later(days=3)
    assert await OutboxMessage.all().count() == 2


async def test_what_can_still_be_corrected_waits_for_the_next_mail(database: object, app: ASGIApp) -> None:
    initiative = await an_initiative(lead=await a_person())
    rose, odile = await a_person("Rose Martin"), await a_person("Odile Perrin")
    await says(rose, initiative)
    await later(minutes=14)
    await says(odile, initiative, "Une faute de frape.")
    await later(minutes=2)
    assert not await OutboxMessage.exists()
    await later(hours=13)
    assert await OutboxMessage.filter(to=rose.email).count() == 1


async def test_what_was_withdrawn_or_hidden_is_told_to_nobody(database: object, app: ASGIApp) -> None:
    initiative = await an_initiative(lead=await a_person())
    rose, odile = await a_person("Rose Martin"), await a_person("Odile Perrin")
    await says(rose, initiative)
    await service.take_back(Actor(odile), await says(odile, initiative, "Une bêtise."))
    hidden = await says(odile, initiative, "Une insulte.")
    await is_hidden(await a_person("Anne Moreau", "", RoleName.ANIMATOR), hidden)
    await later(minutes=20)
    assert not await OutboxMessage.filter(to=rose.email).exists()


async def test_the_link_of_a_mail_ends_it_without_signing_in(app: ASGIApp, client: Client) -> None:
    initiative = await an_initiative(lead=await a_person())
    rose = await a_person("Rose Martin")
    thread = (await says(rose, initiative)).thread
    await says(await a_person("Odile Perrin"), initiative, "Bonjour.")
    await later(minutes=16)
    path = f"/discussions/courriels/{thread.id}/{links.make(letters.purpose(thread.id), rose.id)}/arreter"
    assert "/arreter" in (await OutboxMessage.get()).text
    assert "Ne plus suivre cette discussion" in (await client.get(path)).text
    assert await is_following(rose, service.FOLLOWED, thread.id)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as program:
        answer = await program.post(path, data={"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, answer.text) == (204, "")
    assert not await is_following(rose, service.FOLLOWED, thread.id)
    assert (await client.submit(path)).status_code == 303
    assert "C’est fait" in (await client.get(path)).text
    await client.submit(path.replace("/arreter", "/reprendre"))
    assert await is_following(rose, service.FOLLOWED, thread.id)
    other = links.make(letters.purpose(thread.id + 1), rose.id)
    assert (await client.get(path.replace(path.split("/")[-2], other))).status_code == 404


async def test_a_link_mailed_before_she_signed_her_devices_out_stops_mails_and_begins_none(client: Client) -> None:
    initiative = await an_initiative(lead=await a_person())
    rose = await a_person("Rose Martin")
    thread = (await says(rose, initiative)).thread
    base = f"/discussions/courriels/{thread.id}/{links.make(letters.purpose(thread.id), rose.id)}"
    await client.submit(f"{base}/arreter")
    assert "La suivre de nouveau" in (await client.get(f"{base}/arreter")).text
    await client.submit(f"{base}/reprendre")
    await Person.filter(id=rose.id).update(links_since=links.from_now_on())
    assert (await client.submit(f"{base}/arreter")).status_code == 303, "to be left alone it is good enough"
    assert "La suivre de nouveau" not in (await client.get(f"{base}/arreter")).text
    assert (await client.submit(f"{base}/reprendre")).status_code == 410
    assert not await is_following(rose, service.FOLLOWED, thread.id)


async def test_who_stopped_is_not_made_to_follow_again(sign_in: SignIn) -> None:
    initiative, rose = await an_initiative(lead=await a_person()), await a_person("Rose Martin")
    hers, path = await sign_in(rose), f"/discussions/initiative/{initiative.id}"
    await hers.submit(path, {"text": "Un premier mot."})
    thread = await Thread.get()
    assert "Ne plus suivre" in (await hers.get(path)).text
    await hers.submit(f"{path}/ne-plus-suivre")
    await hers.submit(path, {"text": "Un second mot."})
    assert not await is_following(rose, service.FOLLOWED, thread.id)
    await hers.submit(f"{path}/suivre")
    assert await is_following(rose, service.FOLLOWED, thread.id)


async def test_a_crowd_of_followers_is_written_to_once_each(database: object, app: ASGIApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "BATCH", 2)
    initiative = await an_initiative(lead=await a_person())
    thread = (await says(await a_person("Rose Martin"), initiative)).thread
    for n in range(5):
        await follow(await a_person(f"Prénom{n} Nom"), service.FOLLOWED, thread.id)
    await says(await a_person("Odile Perrin"), initiative, "Bonjour à tous.")
    await later(minutes=16)
    assert await OutboxMessage.all().count() == 6
    assert len(set(await OutboxMessage.all().values_list("to", flat=True))) == 6


async def test_a_lead_reads_the_days_questions_in_one_mail_the_next_morning(database: object, app: ASGIApp) -> None:
    lead = await a_person("Sélim Laurent")
    one, other = await an_initiative(lead=lead), await an_initiative("Le four du village", lead=lead)
    rose = await a_person("Rose Martin")
    await says(rose, one, "À quelle heure ?", question=True)
    await says(rose, one, "Et le dimanche ?", question=True)
    asked = await says(rose, other, "Qui apporte le bois ?", question=True)
    answered = await says(rose, other, "Est-ce sûr ?", question=True)
    await says(lead, other, "Oui.", to=answered, official=True)
    await jobs.run_due()
    assert not await OutboxMessage.filter(to=lead.email).exists()
    morning = service.next_morning(asked.at)
    clock.travel(morning - _real() + timedelta(minutes=1))
    await jobs.run_due()
    mails = [mail for mail in await OutboxMessage.filter(to=lead.email) if "question" in mail.subject]
    assert len(mails) == 1
    assert "3 questions attendent votre réponse" in mails[0].subject
    assert "À quelle heure" in mails[0].text
    assert "Est-ce sûr" not in mails[0].text
    await later(days=1)
    assert len([mail for mail in await OutboxMessage.filter(to=lead.email) if "question" in mail.subject]) == 1
    assert await Comment.filter(told_leads_at__isnull=False).count() == 3
