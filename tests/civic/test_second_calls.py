"""A second call of an assembly: from the room or from its page, its own notice, and each call told by the other."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pypdfium2

from civic import clock
from civic.assemblies import service
from civic.assemblies.forms import AssemblyForm, RulesForm
from civic.assemblies.models import Assembly, ResolutionKind
from civic.meetings import closing, holding
from civic.meetings import service as meetings
from civic.meetings.models import Meeting, MeetingStatus
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.assemblies import a_general_assembly, an_assembly, begun, the_resolutions
from tests.factories.meetings import fresh

SignIn = Callable[[Person], Awaitable[Client]]


def plain(text: str) -> str:
    return re.sub("[\u00a0\u202f]", " ", text)


async def _lacking(days: int = 50) -> tuple[Assembly, Person, list[Person]]:
    body, people, animator = await a_general_assembly(6)
    assembly = await an_assembly(body, animator, notice_days=15)
    rules = RulesForm(year="2025", second_at=clock.now() + timedelta(days=days), second_percent=10)
    await service.set_rules(assembly, rules)
    await service.add_usual(assembly, [ResolutionKind.ACCOUNTS])
    await Meeting.filter(id=assembly.meeting_id).update(chair_id=people[0].id)
    await begun(assembly, here=1)
    return assembly, animator, people


async def test_the_room_calls_the_assembly_again_with_its_resolutions_and_rules(app: object, sign_in: SignIn) -> None:
    assembly, animator, people = await _lacking()
    browser = await sign_in(animator)
    for way in ("/seconde", "/seconde", "/assemblee/seconde"):
        assert (await browser.submit(f"/reunions/{assembly.meeting_id}{way}")).status_code == 303
    second = await Assembly.get(meeting__first_call_id=assembly.meeting_id).select_related("meeting")
    assert [one.kind for one in await the_resolutions(second)] == [ResolutionKind.ACCOUNTS]
    meeting = second.meeting
    assert (meeting.quorum_percent, meeting.notice_days, meeting.chair_id) == (10, 15, people[0].id)
    assert meeting.lasts == 150


async def test_a_second_call_sooner_than_the_notice_leaves_today_at_the_latest(app: object, sign_in: SignIn) -> None:
    assembly, animator, _people = await _lacking()
    await Assembly.filter(id=assembly.id).update(second_at=clock.now() + timedelta(days=8))
    browser = await sign_in(animator)
    await browser.submit(f"/reunions/{assembly.meeting_id}/assemblee/seconde")
    second = await Meeting.get(first_call_id=assembly.meeting_id)
    assert second.notice_days == 8
    page = plain((await browser.get(f"/reunions/{second.id}/convocation")).text)
    assert "Le délai est tenu" in page
    assert "Seconde convocation. À la première" in page
    assert "1 voix était présente ou représentée, il en fallait 2" in page
    paper = pypdfium2.PdfDocument((await browser.get(f"/reunions/{second.id}/convocation.pdf")).content)
    said = re.sub(r"\s+", " ", plain(" ".join(one.get_textpage().get_text_range() for one in paper)))
    assert "il en fallait 2" in said


async def test_closed_without_its_quorum_it_is_still_called_again_and_each_call_tells_of_the_other(
    app: object, sign_in: SignIn
) -> None:
    assembly, animator, people = await _lacking()
    await closing.close(Actor(animator), assembly.meeting)
    browser, member = await sign_in(animator), await sign_in(people[0])
    page = plain((await browser.get(f"/reunions/{assembly.meeting_id}/assemblee")).text)
    assert "Le quorum a manqué : 1 voix présentes ou représentées, il en fallait 2." in page
    assert "Préparer la seconde convocation" in page
    await browser.submit(f"/reunions/{assembly.meeting_id}/assemblee/seconde")
    page = plain((await browser.get(f"/reunions/{assembly.meeting_id}/assemblee")).text)
    assert "Préparer la seconde convocation" not in page
    assert "une seconde réunion se prépare" in page
    second = await Meeting.get(first_call_id=assembly.meeting_id)
    assert f'href="/reunions/{second.id}"' in page
    stranger = plain((await member.get(f"/reunions/{assembly.meeting_id}")).text)
    assert "une seconde réunion se prépare" in stranger
    assert (await browser.submit(f"/reunions/{second.id}/convoquer")).status_code == 303
    for path in (f"/reunions/{assembly.meeting_id}", f"/reunions/{assembly.meeting_id}/compte-rendu"):
        assert "une seconde réunion est convoquée" in plain((await browser.get(path)).text), path
    assert "il en fallait 2" in plain((await member.get(f"/reunions/{second.id}")).text)


async def test_a_second_call_that_was_called_off_may_be_made_again(app: object) -> None:
    assembly, animator, _people = await _lacking()
    first = await holding.call_again(Actor(animator), assembly.meeting)
    assert (await holding.call_again(Actor(animator), assembly.meeting)).id == first.id
    await meetings.cancel(Actor(animator), first, "La salle est prise.")
    again = await holding.call_again(Actor(animator), assembly.meeting)
    assert again.id != first.id
    assert again.status == MeetingStatus.DRAFT


# --- what the pages of an assembly say ---


async def test_each_resolution_is_said_once_and_is_no_question_besides(app: object, sign_in: SignIn) -> None:
    body, people, animator = await a_general_assembly(3)
    assembly = await an_assembly(body, animator)
    await service.add_usual(assembly, [ResolutionKind.ACCOUNTS])
    animators, member = await sign_in(animator), await sign_in(people[0])
    page = (await animators.get(f"/reunions/{assembly.meeting_id}")).text
    assert page.count("approuve les comptes de l’exercice") == 1
    assert "En faire une question au comité" not in page
    assert "À main levée. Il faut plus de la moitié" in plain(page)
    assert f'href="/reunions/{assembly.meeting_id}/assemblee"' in page, "the animator finds the way to prepare it"
    await begun(assembly, here=3)
    seen = (await member.get(f"/reunions/{assembly.meeting_id}")).text
    assert seen.count("approuve les comptes de l’exercice") == 1
    assert f'href="/reunions/{assembly.meeting_id}/assemblee"' not in seen
    await closing.close(Actor(animator), await fresh(assembly.meeting))
    for browser in (animators, member):
        closed = (await browser.get(f"/reunions/{assembly.meeting_id}")).text
        assert closed.count("approuve les comptes de l’exercice") == 1


async def test_a_second_assembly_of_the_same_year_is_prepared_knowingly(app: object, sign_in: SignIn) -> None:
    body, _people, animator = await a_general_assembly(3)
    assembly = await an_assembly(body, animator)
    browser, start = await sign_in(animator), f"/comites/{body.slug}/assemblee-generale"
    page = (await browser.get(start)).text
    assert "Une assemblée générale se prépare déjà" in page
    assert f'href="/reunions/{assembly.meeting_id}/assemblee"' in page
    assert f'href="/reunions/{assembly.meeting_id}/assemblee"' in (await browser.get(f"/comites/{body.slug}")).text
    day = clock.local(clock.now() + timedelta(days=60))
    sent = {
        "cle": "une-cle-de-formulaire", "year": "2025", "starts_at": day.strftime("%Y-%m-%dT18:30"), "lasts": "150",
        "place": "Salle des fêtes, Villars", "notice_days": "15", "quorum_percent": "0", "proxies_most": "2",
    }  # fmt: skip
    refused = await browser.submit(start, sent)
    assert refused.status_code == 422
    assert "cochez la case" in refused.text
    assert await Assembly.all().count() == await Meeting.all().count() == 1
    assert (await browser.submit(start, sent | {"another": "1"})).status_code == 303
    assert (await browser.submit(start, sent | {"another": "1"})).status_code == 303
    assert await Assembly.all().count() == 2
    assert (await browser.submit(start, sent | {"cle": "une-autre-cle", "year": "2026"})).status_code == 303


async def test_another_year_needs_no_word(app: object) -> None:
    body, _people, animator = await a_general_assembly(3)
    await an_assembly(body, animator)
    wish = AssemblyForm.model_validate({
        "year": "2024", "starts_at": clock.now() + timedelta(days=42), "place": "Salle des fêtes, Villars",
    })  # fmt: skip
    assert await service.prepare(Actor(await a_person("Une autre")), body, wish, "another-key")
