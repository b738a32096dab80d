"""An assembly without its quorum is called a second time, convenes again, votes with what the statutes ask then."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from civic import clock
from civic.assemblies import service
from civic.assemblies.forms import RulesForm
from civic.assemblies.models import Assembly
from civic.meetings.models import Meeting
from tests.browser.conftest import Arrive
from tests.browser.hall import Hall, a_convened_assembly, come, forty_electors, resolution
from tests.browser.test_the_meeting import link_in
from tests.browser.visitor import Visitor, spaced
from tests.engines import Database
from tests.factories.meetings import fresh
from tests.mailbox import Mailbox
from tests.site import Site

FIRST = "5 voix étaient présentes ou représentées, il en fallait 20"


@pytest.fixture
async def hall(site: Site, database: Database) -> Hall:
    return await forty_electors()


@pytest.mark.one_engine("sqlite")
async def test_without_its_quorum_an_assembly_is_called_again_and_votes(
    arrive: Arrive, hall: Hall, mailbox: Mailbox
) -> None:
    assembly, rose = await a_convened_assembly(hall), hall.residents[1]
    second_at = clock.now() + timedelta(days=20)
    await service.set_rules(assembly, RulesForm(year="2025", second_at=second_at, second_percent=15))
    desk, phone = await arrive(width=1280), await arrive(width=360, javascript=False)
    await desk.is_now(hall.secretary)
    await _lacks_its_quorum(desk, hall, assembly)
    second = await Assembly.get(meeting__first_call_id=assembly.meeting_id).select_related(
        "meeting", "meeting__committee"
    )
    await desk.look("the second call prepared")
    await desk.reads("Quorum 15 %", "15 jours avant", "La cotisation", "Convocation")
    await desk.follow("Relire et envoyer la convocation")
    await desk.reads("Seconde convocation.", FIRST, "6 sur 40", "Le délai est tenu")
    await desk.look("the second convocation")
    await desk.press("Envoyer la convocation")
    await desk.reads("La convocation part", "40 sans réponse", "Seconde convocation.")
    await phone.open(await link_in(mailbox, rose, "/convocations/", "(2ᵉ convocation)"))
    await phone.choose("Je viens")
    await phone.press("Répondre")
    await phone.reads("Votre réponse : Je viens")
    await phone.is_now(rose)
    await phone.open(f"/reunions/{second.meeting_id}")
    await phone.look("the second call on her phone")
    await _first_is_written_up(desk, phone, assembly, second)
    await _votes(desk, hall, second)


async def _lacks_its_quorum(desk: Visitor, hall: Hall, assembly: Assembly) -> None:
    await desk.open(f"/reunions/{assembly.meeting_id}/salle")
    await desk.press("Ouvrir la réunion")
    await come(assembly, *hall.residents[:5])
    await desk.open(f"/reunions/{assembly.meeting_id}/salle")
    await desk.unfold("Clore la réunion")
    await desk.press("Oui, clore")  # many close first, and only then think of the second call
    await desk.open(f"/reunions/{assembly.meeting_id}/assemblee")
    await desk.reads("Le quorum a manqué : 5 voix présentes ou représentées, il en fallait 20.")
    await desk.look("closed without its quorum")
    await desk.unfold("Préparer la seconde convocation")
    await desk.press("Oui, préparer")
    await desk.reads("La seconde convocation est prête", "(2ᵉ convocation)", "Seconde convocation.", FIRST)


async def _first_is_written_up(desk: Visitor, phone: Visitor, first: Assembly, second: Assembly) -> None:
    await phone.follow("La première convocation")
    await phone.reads("Le quorum a manqué", "Une seconde réunion est convoquée")
    await phone.look("the first call on her phone")
    await desk.open(f"/reunions/{first.meeting_id}/assemblee")
    await desk.reads("Une seconde réunion est convoquée")
    said = await desk.paper(re.compile("Procès-verbal à signer"))
    assert spaced("Une seconde réunion est convoquée") in said, said
    assert spaced("n’a pas été votée") in said
    await desk.follow("La seconde convocation")
    assert desk.page.url.endswith(f"/reunions/{second.meeting_id}")


async def _votes(desk: Visitor, hall: Hall, second: Assembly) -> None:
    """Six of forty are 15 %: the assembly votes."""
    soon = clock.now() + timedelta(minutes=10)
    await Meeting.filter(id=second.meeting_id).update(starts_at=soon, ends_at=soon + timedelta(hours=2))
    second.meeting = await fresh(second.meeting)
    await desk.open(f"/reunions/{second.meeting_id}/salle")
    await desk.press("Ouvrir la réunion")
    await come(second, *hall.residents[:6])
    await desk.open(f"/reunions/{second.meeting_id}/assemblee")
    await desk.reads("Le quorum est atteint : 6 voix présentes ou représentées sur 40.")
    accounts = await resolution(second, "Rapport financier")
    for label, n in (("pour", "5"), ("contre", "1"), ("abst", "0")):
        await desk.page.fill(f"#{label}-{accounts.id}", n)
    await desk.page.locator(f"#resolution-{accounts.id}").get_by_role("button", name="Noter ce vote").click()
    await desk.reads("Le vote est noté", "5 pour, 1 contre")
    await desk.open(f"/reunions/{second.meeting_id}/salle")
    await desk.unfold("Clore la réunion")
    await desk.press("Oui, clore")
    await desk.reads("Seconde convocation.", FIRST)
    await desk.open(f"/reunions/{second.meeting_id}/assemblee")
    said = await desk.paper(re.compile("Procès-verbal à signer"))
    for words in ("(2ᵉ convocation)", "seconde convocation.", FIRST, "15 % des personnes attendues, soit 6", "5 pour, 1 contre"):
        assert spaced(words) in said, f"{words}\n{said}"
