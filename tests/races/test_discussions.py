"""Discussions under haste, through two processes: twins, a closing while people write, the team and the author at once."""

from __future__ import annotations

import asyncio

import httpx2

from civic.discussions import service
from civic.discussions.models import Comment, Thread
from civic.discussions.topics import topic_to_read
from civic.moderation.models import Judgement
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.middleware import cookie_name
from civic.people.models import Person, RoleName
from tests.factories import a_person, an_initiative
from tests.factories.talking import says
from tests.site import Site

HEADERS = {"sec-fetch-site": "same-origin"}


async def browser(site: Site, n: int, person: Person) -> httpx2.AsyncClient:
    """Somebody signed in at one of the processes."""
    cookies = {cookie_name(): await people.open_session(person, "tests")}
    url = site.urls[n % 2].replace("localhost", "127.0.0.1")
    return httpx2.AsyncClient(base_url=url, headers=HEADERS, cookies=cookies, timeout=60)


async def send(who: httpx2.AsyncClient, path: str, **sent: str) -> int:
    """One form; answers the status."""
    async with who:
        return (await who.post(path, data=sent)).status_code


async def test_six_taps_on_publish_make_one_comment(two: Site) -> None:
    initiative, rose = await an_initiative(lead=await a_person()), await a_person("Rose Martin")
    path = f"/discussions/initiative/{initiative.id}"
    taps = [send(await browser(two, n, rose), path, text="Merci à tous.") for n in range(6)]
    assert set(await asyncio.gather(*taps)) == {303}
    assert await Comment.all().count() == 1
    assert (await Thread.get()).comments == 1


async def test_a_crowd_begins_one_thread_and_every_word_counts(two: Site) -> None:
    initiative = await an_initiative(lead=await a_person())
    crowd = [await a_person(f"Prénom{n} Nom") for n in range(10)]
    path = f"/discussions/initiative/{initiative.id}"
    sent = [send(await browser(two, n, one), path, text=f"Bonjour {n}") for n, one in enumerate(crowd)]
    assert set(await asyncio.gather(*sent)) == {303}
    assert (await Thread.get()).comments == await Comment.all().count() == 10


async def test_nothing_is_written_after_the_closing(two: Site) -> None:
    lead = await a_person("Sélim Laurent")
    initiative = await an_initiative(lead=lead)
    await says(lead, initiative, "Commençons.")
    path = f"/discussions/initiative/{initiative.id}"
    crowd = [await a_person(f"Prénom{n} Nom") for n in range(10)]
    sent = [send(await browser(two, n, one), path, text=f"Bonjour {n}") for n, one in enumerate(crowd)]
    sent.insert(4, send(await browser(two, 1, lead), f"{path}/fermer", reason="Tout est dit."))
    done = await asyncio.gather(*sent)
    assert done.pop(4) == 303
    assert set(done) <= {303, 422}
    thread, written = await Thread.get(), await Comment.all().order_by("id")
    assert thread.closed_at is not None
    assert thread.comments == len(written) == 1 + done.count(303)


async def test_the_team_hides_what_it_read_or_nothing_while_the_author_corrects(two: Site) -> None:
    initiative, rose = await an_initiative(lead=await a_person()), await a_person("Rose Martin")
    team = [await a_person(f"Anne{n} Moreau", "", RoleName.ANIMATOR) for n in range(2)]
    for n in range(6):
        said = await says(rose, initiative, f"Un texte rude {n}")
        hide = f"/pupitre/signalements/commentaire/{said.id}/masquer"
        hidden, again, edited = await asyncio.gather(
            send(await browser(two, n, team[0]), hide, reason="Trop rude.", version="1"),
            send(await browser(two, n + 1, team[1]), hide, reason="Bien trop rude.", version="1"),
            send(await browser(two, n, rose), f"/commentaires/{said.id}/modifier", text=f"Un texte doux {n}"),
        )
        after = await Comment.get(id=said.id)
        judged = await Judgement.filter(subject_id=said.id).count()
        if after.hidden_at:
            assert (after.text, after.version, edited, judged) == (f"Un texte rude {n}", 1, 422, 1)
            assert {hidden, again} <= {303, 422}
        else:
            assert (after.text, edited, hidden, again, judged) == (f"Un texte doux {n}", 303, 422, 422, 0)
    left = await Comment.filter(hidden_at__isnull=True).count()
    assert (await Thread.get()).comments == left


async def test_an_answer_withdrawn_while_another_comes_leaves_the_question_in_the_right_state(two: Site) -> None:
    lead = await a_person("Sélim Laurent")
    initiative = await an_initiative(lead=lead)
    for n in range(4):
        asked = await says(await a_person(f"Prénom{n} Nom"), initiative, f"Quand {n} ?", question=True)
        first = await says(lead, initiative, f"Demain {n}.", to=asked, official=True)
        other = await says(lead, initiative, f"Non, lundi {n}.", to=asked, official=True)
        sent = [
            send(await browser(two, 0, lead), f"/commentaires/{first.id}/retirer"),
            send(await browser(two, 1, lead), f"/commentaires/{other.id}/retirer"),
        ]
        assert set(await asyncio.gather(*sent)) == {303}
        assert (await Comment.get(id=asked.id)).answered_at is None
    topic = await topic_to_read("initiative", initiative.id, Actor(lead))
    assert await service.close(Actor(lead), topic, "Tout est dit.")
    assert (await Thread.get()).comments == 4
