"""The treasurer's page and a gift's page: what the team sees, asks, approves."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from campaigns.pledges.models import Pledge
from campaigns.pledges.service import reference
from campaigns.refunds import panels, requesting
from campaigns.refunds.models import Refund, RefundMeans, RefundStatus
from campaigns.settlement.models import Reconciliation
from civic import clock, jobs
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import open_till
from tests.client import Client
from tests.factories import a_person
from tests.factories.refunds import WHY, a_gift, an_animator, charge_of, given_back, hear

pytestmark = pytest.mark.one_engine
SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture
async def gate(client: Client, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def somebody(name: str, role: RoleName) -> Person:
    return await a_person(name, f"{name.split()[0].lower()}@example.org", role)


async def test_a_refund_goes_from_one_pair_of_hands_to_another(gate: Harness, sign_in: SignIn) -> None:
    pledge = await a_gift(gate, 5_000, 100)
    animator = await sign_in(await somebody("Rose Petit", RoleName.ANIMATOR))
    found = await animator.get(f"/tresorerie/dons?q={reference(pledge)}")
    assert pledge.person.name in found.text
    assert pledge.person.name in (await animator.get("/tresorerie/dons?q=personne")).text
    assert "Aucun don trouvé" in (await animator.get("/tresorerie/dons?q=Zzz")).text
    page = await animator.get(f"/tresorerie/dons/{pledge.id}")
    assert "Dons reçus" in page.text
    assert "Argent reçu" in page.text
    assert "la collecte a réussi" in page.text, "causes are words"
    assert "charge_succeeded" not in page.text
    assert "merci" not in page.text, "the team is not thanked for somebody else's gift"
    too_much = await animator.submit(f"/tresorerie/dons/{pledge.id}/rembourser", {"amount": "60", "reason": WHY})
    assert too_much.status_code == 422
    assert "au plus" in too_much.text
    fields = {"amount": "51", "reason": WHY, "means": "gateway"}
    await animator.submit(f"/tresorerie/dons/{pledge.id}/rembourser", fields)
    refund = await Refund.get(pledge_id=pledge.id)
    assert "une autre personne décide" in (await animator.get("/tresorerie")).text
    treasurer = await sign_in(await somebody("Emile Garde", RoleName.TREASURER))
    assert "Approuver 1 remboursement" in (await treasurer.get("/pupitre")).text
    assert "Oui, rendre l’argent" in (await treasurer.get("/tresorerie")).text
    assert (await treasurer.submit(f"/tresorerie/remboursements/{refund.id}/approuver", {})).status_code == 303
    await jobs.run_due(schedules=False)
    page = await treasurer.get(f"/tresorerie/dons/{pledge.id}")
    assert "Rendu" in page.text
    assert "Rose P." in page.text
    assert (await Pledge.get(id=pledge.id)).status == "refunded"


async def test_what_the_only_treasurer_asks_an_animator_decides_but_not_what_another_animator_asks(
    gate: Harness, sign_in: SignIn
) -> None:
    pledge = await a_gift(gate, 5_000)
    emile = await somebody("Emile Garde", RoleName.TREASURER)
    by_treasurer = Actor(emile, frozenset({RoleName.TREASURER}))
    refund = await requesting.request(pledge.id, by_treasurer, 100, WHY, RefundMeans.GATEWAY)
    animator = await sign_in(await somebody("Rose Petit", RoleName.ANIMATOR))
    assert "Approuver 1 remboursement" in (await animator.get("/pupitre")).text
    assert "Oui, rendre l’argent" in (await animator.get("/tresorerie")).text
    await animator.submit(f"/tresorerie/remboursements/{refund.id}/approuver", {})
    assert (await Refund.get(id=refund.id)).status == RefundStatus.APPROVED
    await jobs.run_due(schedules=False)
    again = await requesting.request(pledge.id, await an_animator(), 100, WHY, RefundMeans.GATEWAY)
    assert "Approuver 1" not in (await animator.get("/pupitre")).text
    page = (await animator.get("/tresorerie")).text
    assert "Oui, rendre l’argent" not in page
    assert "une personne de la trésorerie décide" in page
    assert (await animator.submit(f"/tresorerie/remboursements/{again.id}/approuver", {})).status_code == 403
    assert (await Refund.get(id=again.id)).status == RefundStatus.REQUESTED


async def test_a_treasurer_refuses_with_a_reason_and_not_without(gate: Harness, sign_in: SignIn) -> None:
    pledge = await a_gift(gate)
    refund = await requesting.request(pledge.id, await an_animator(), 100, WHY, RefundMeans.GATEWAY)
    treasurer = await sign_in(await somebody("Emile Garde", RoleName.TREASURER))
    await treasurer.submit(f"/tresorerie/remboursements/{refund.id}/refuser", {"reason": ""})
    assert (await Refund.get(id=refund.id)).status == RefundStatus.REQUESTED
    await treasurer.submit(f"/tresorerie/remboursements/{refund.id}/refuser", {"reason": "Elle a changé d’avis."})
    assert (await Refund.get(id=refund.id)).status == RefundStatus.REFUSED
    assert "Elle a changé d’avis." in (await treasurer.get(f"/tresorerie/dons/{pledge.id}")).text


async def test_disputes_failures_and_differences_are_on_the_treasurers_page(gate: Harness, sign_in: SignIn) -> None:
    held, failed = await a_gift(gate), await a_gift(gate, 4_000)
    await gate.control.dispute(await charge_of(held))
    refund = await given_back(failed, 4_000)
    await gate.control.fail_refund(refund.refund_ref)
    await hear(gate)
    details = [["re_1", -500, 0], ["ch_1", 4_900, 4_800], ["du_1", 0, -7_000]]
    await Reconciliation.create(at=clock.now(), kind="books", looked=0, settled=0, troubles=3, details=details)
    person = await somebody("Emile Garde", RoleName.TREASURER)
    page = (await (await sign_in(person)).get("/tresorerie")).text
    for words in (
        "Preuves à envoyer avant", "La carte a été perdue ou volée", "3 écarts", "sera repris dans les six heures",
        "regardez à nouveau demain", "Stripe n’en a pas trace",
    ):  # fmt: skip
        assert words in page, words
    texts = [todo.text for todo in await panels.desk_todos(person)]
    assert any("contestation" in text for text in texts)
    assert any(text.startswith("Rendre 1 don") for text in texts)


async def test_an_empty_treasury_says_that_all_is_well(gate: Harness, sign_in: SignIn) -> None:
    treasurer = await sign_in(await somebody("Emile Garde", RoleName.TREASURER))
    page = await treasurer.get("/tresorerie")
    for words in ("Aucun remboursement n’attend.", "Aucun don n’est contesté.", "la nuit qui suit"):
        assert words in page.text
    present = clock.now() - timedelta(hours=1)
    await Reconciliation.create(at=present, kind="books", looked=0, settled=0, troubles=0, details=[])
    assert "Aucun écart" in (await treasurer.get("/tresorerie")).text
