"""Whoever is handed a paper learns of it by mail; and what a secret vote of a few cannot hide is said before."""

from collections.abc import Awaitable, Callable

import pytest

from civic import jobs
from civic.counting.rules import Code, Method
from civic.decisions.models import Elector
from civic.mail.models import OutboxMessage
from civic.people.models import Person
from tests.civic.test_paper_boxes import a_hall
from tests.client import Client
from tests.factories import a_person
from tests.factories.steering import a_committee, a_draft, a_member, an_open_decision, fresh, votes
from tests.mailbox import plain

SignIn = Callable[[Person], Awaitable[Client]]


async def letters_to(person: Person) -> list[str]:
    """What was sent to her about papers, as text."""
    await jobs.run_due(schedules=False)
    sent = await OutboxMessage.filter(to=person.email).order_by("id")
    return [plain(f"{one.subject}\n{one.text}") for one in sent if "bulletin papier" in one.subject]


async def test_whoever_is_handed_a_paper_is_told_by_mail_how_to_object(
    database: object, app: object, sign_in: SignIn
) -> None:
    hall = await a_hall(voters=0)
    rose = await Elector.get(decision_id=hall.decision.id, person_id=hall.paule.id)
    selim, station = await sign_in(hall.selim), f"/decisions/{hall.decision.id}/bureau/{rose.id}"
    assert await letters_to(hall.paule) == []
    for _twice in range(2):  # a second click tells nothing twice
        assert (await selim.submit(f"{station}/remettre")).status_code == 303
    (letter,) = await letters_to(hall.paule)
    assert "Sélim L. a noté qu'un bulletin papier vous a été remis" in letter
    assert "Dites-le tout de suite à l'équipe d'animation, qui n'a rien à gagner au résultat : bonjour@" in letter
    assert "Si quelqu'un l'a rendu à votre place" in letter
    assert f"/decisions/{hall.decision.id}" in letter
    await selim.submit(f"{station}/reprendre")
    await selim.submit(f"{station}/remettre")
    assert len(await letters_to(hall.paule)) == 2, "handed out again, told again"


async def test_a_paper_for_who_has_no_address_is_handed_out_all_the_same(
    database: object, app: object, sign_in: SignIn
) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    odette = await a_member(committee, "Odette Berger")
    await Person.filter(id=odette.id).update(email=None)
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY)
    elector = await Elector.get(decision_id=decision.id, person_id=odette.id)
    answer = await (await sign_in(lead)).submit(f"/decisions/{decision.id}/bureau/{elector.id}/remettre")
    assert answer.status_code == 303
    assert (await Elector.get(id=elector.id)).on_paper_at
    await jobs.run_due(schedules=False)
    assert not await OutboxMessage.filter(subject__contains="bulletin papier").exists()


async def test_the_mail_of_an_open_vote_does_not_speak_of_a_box(database: object, app: object, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee, "Rose Martin")
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY)
    elector = await Elector.get(decision_id=decision.id, person_id=rose.id)
    await (await sign_in(lead)).submit(f"/decisions/{decision.id}/bureau/{elector.id}/remettre")
    (letter,) = await letters_to(rose)
    assert "rendu à votre place" not in letter


@pytest.mark.parametrize(("members", "said"), [(0, "Une seule personne siège"), (2, "À 3, un vote secret se devine")])
async def test_a_secret_vote_of_a_few_says_before_it_opens_what_it_cannot_hide_and_what_is_kept(
    database: object, app: object, sign_in: SignIn, members: int, said: str
) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    for number in range(members):
        await a_member(committee, f"Voisine{number} Nom")
    decision = await a_draft(committee, lead, method=Method.MAJORITY, secret=True)
    selim = await sign_in(lead)
    page = plain((await selim.get(f"/decisions/{decision.id}")).text)
    assert said in page
    assert "ni les voix, ni leur nombre, ni de quoi refaire le compte" in page
    await selim.submit(f"/decisions/{decision.id}/ouvrir")
    booth = plain((await selim.get(f"/decisions/{decision.id}/isoloir")).text)
    assert "Vous êtes si peu à voter" in booth


async def test_five_who_vote_in_secret_read_no_such_warning(database: object, app: object, sign_in: SignIn) -> None:
    hall = await a_hall(voters=3, back=0)
    await votes(hall.paule, hall.decision, Code.YES)
    booth = plain((await (await sign_in(hall.selim)).get(f"/decisions/{hall.decision.id}/isoloir")).text)
    assert (await fresh(hall.decision)).electorate == 5
    assert "Vous êtes si peu à voter" not in booth
    assert "Si moins de cinq personnes votent" in booth
