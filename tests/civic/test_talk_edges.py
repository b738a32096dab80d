"""Commitments and discussions, where one line turned round would go unseen."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from civic import clock, jobs
from civic.commitments import service as commitments
from civic.commitments.jobs import sweep
from civic.commitments.models import Commitment, CommitmentStatus
from civic.committees.models import CollegeKind
from civic.discussions import service
from civic.discussions.models import Comment, Thread
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.organisations.service import name_representative
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.factories import a_person, an_initiative, an_organisation
from tests.factories.commitments import WHAT, a_commitment, again
from tests.factories.steering import a_committee, a_member, a_seat_of_an_organisation
from tests.factories.talking import is_hidden, says

pytestmark = pytest.mark.usefixtures("database", "app")


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def _on(day: int) -> None:
    """At nine in the morning so many days from the real day on, the sweep and what follows have run."""
    clock.travel(timedelta())
    clock.travel(clock.at(clock.today() + timedelta(days=day), 9) - datetime.now(UTC))
    await sweep()
    await jobs.run_due()


async def _told(person: Person, words: str) -> int:
    return await OutboxMessage.filter(to=person.email, text__contains=words).count()


async def test_who_takes_something_on_for_this_day_next_week_is_not_reminded_at_once() -> None:
    committee = await a_committee(await a_person("Sélim Laurent"))
    rose = await a_member(committee)
    await a_commitment(committee, rose, days=7)
    await a_commitment(committee, rose, "Chercher un minibus", days=8)
    await _on(0)
    assert await OutboxMessage.filter(to=rose.email).count() == 0
    await _on(1)
    assert (await _told(rose, WHAT), await _told(rose, "Chercher un minibus")) == (0, 1)


async def test_who_asked_last_hears_the_answer() -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, odile = await a_member(committee), await a_member(committee, "Odile Perrin")
    made = await a_commitment(committee, rose, by=lead)
    assert await commitments.answer(Actor(rose), made, accept=True, reason="Volontiers, dès lundi.")
    await commitments.hand_over(Actor(rose), await again(made), odile.id, "Je pars.")
    assert await commitments.answer(Actor(odile), await again(made), accept=False, reason="Je pars en mai.")
    await jobs.run_due()
    assert [await _told(one, "Volontiers") for one in (lead, rose, odile)] == [1, 0, 0]
    assert [await _told(one, "en mai") for one in (lead, rose, odile)] == [0, 1, 0]


async def test_what_an_organisation_promised_is_hers_alone_once_a_resident_takes_it_over() -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    held = await a_seat_of_an_organisation(committee, lead)
    rose = await a_member(committee)
    made = await a_commitment(committee, held.person)
    assert held.college.kind == CollegeKind.ORGANISATIONS
    assert made.organisation_id == held.organisation_id
    await commitments.hand_over(Actor(held.person), made, rose.id, "")
    assert await commitments.answer(Actor(rose), await again(made), accept=True, reason="")
    now = await Commitment.get(id=made.id)
    assert (now.person_id, now.organisation_id, now.status) == (rose.id, None, CommitmentStatus.OPEN)


async def test_nobody_corrects_the_words_of_another_and_nobody_replies_to_hidden_ones() -> None:
    initiative, rose = await an_initiative(lead=await a_person()), await a_person("Rose Martin")
    odile = await a_person("Odile Perrin")
    said = await says(rose, initiative)
    with pytest.raises(DomainError):
        await service.correct(Actor(odile), said, "Je triche.")
    assert (await Comment.get(id=said.id)).text == said.text
    await is_hidden(await a_person("Anne Moreau", "", RoleName.ANIMATOR), said)
    with pytest.raises(DomainError):
        await says(odile, initiative, "Bien dit.", to=said)
    assert (await Thread.get()).comments == 0


async def test_what_its_author_took_back_does_not_count_again_when_it_is_shown_again() -> None:
    initiative, rose = await an_initiative(lead=await a_person()), await a_person("Rose Martin")
    team = await a_person("Anne Moreau", "", RoleName.ANIMATOR)
    gone, back = await says(rose, initiative, "Une insulte."), await says(rose, initiative, "Une maladresse.")
    for one in (gone, back):
        await is_hidden(team, one)
    await service.take_back(Actor(rose), await Comment.get(id=gone.id))
    assert (await Thread.get()).comments == 0
    for one in (gone, back):
        await service.show_again(one.id)
    assert (await Thread.get()).comments == 1


async def test_who_begins_to_follow_reads_what_is_said_from_then_on() -> None:
    initiative, odile = await an_initiative(lead=await a_person()), await a_person("Odile Perrin")
    rose = await a_person("Rose Martin")
    await says(odile, initiative, "Le lundi, il est plein.")
    clock.travel(timedelta(minutes=5))
    await says(rose, initiative, "Et le mardi ?")
    clock.travel(timedelta(minutes=6))
    await says(odile, initiative, "Le mardi, il est vide.")
    clock.travel(timedelta(minutes=40))
    await jobs.run_due()
    clock.travel(timedelta(hours=20))
    await jobs.run_due()
    assert (await _told(rose, "il est vide"), await _told(rose, "il est plein")) == (1, 0)
    assert (await _told(odile, "Et le mardi"), await _told(odile, "il est vide")) == (1, 0)


async def test_a_lead_is_not_asked_her_own_question() -> None:
    lead = await a_person("Sélim Laurent")
    initiative = await an_initiative(lead=lead)
    asked = await says(lead, initiative, "Qui a un minibus ?", question=True)
    clock.travel(service.next_morning(asked.at) - datetime.now(UTC) + timedelta(minutes=1))
    await jobs.run_due()
    assert await OutboxMessage.filter(to=lead.email, subject__contains="question").count() == 0
    await says(await a_person("Rose Martin"), initiative, "Qui conduit ?", question=True)
    clock.travel(service.next_morning(clock.now()) - datetime.now(UTC) + timedelta(minutes=1))
    await jobs.run_due()
    (mail,) = await OutboxMessage.filter(to=lead.email, subject__contains="question")
    assert ("Qui conduit" in mail.text, "Qui a un minibus" in mail.text) == (True, False)


async def test_an_erased_representative_leaves_no_organisation_on_her_words() -> None:
    initiative, rose = await an_initiative(lead=await a_person()), await a_person("Rose Martin")
    farm = await an_organisation("La Ferme des Trois Levées")
    await name_representative(farm, rose)
    said = await says(rose, initiative, "Nous prêtons la remorque.", hat=farm.id)
    assert said.organisation_id == farm.id
    await service.erase(rose)
    now = await Comment.get(id=said.id)
    assert (now.author_id, now.organisation_id, now.text) == (None, None, "Nous prêtons la remorque.")
