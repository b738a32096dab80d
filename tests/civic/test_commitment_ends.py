"""What becomes of a commitment: kept with its evidence, moved, handed over, dropped; and who is named."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.commitments import panels, privacy, queries, service
from civic.commitments.forms import CommitmentForm, KeepForm
from civic.commitments.models import Commitment, CommitmentStatus, Step, StepKind
from civic.committees.models import Seat
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_person
from tests.factories.commitments import WHAT, a_commitment, again
from tests.factories.steering import a_committee, a_member, a_seat_of_an_organisation

SignIn = Callable[[Person], Awaitable[Client]]
DONE = KeepForm(evidence="Les trois devis sont là.")
WHY = "L’assureur ne répond plus."


@pytest.mark.one_engine
async def test_she_shows_what_she_did_and_everybody_reads_who_said_so(client: Client, sign_in: SignIn) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"))
    rose = await a_member(committee)
    made = await a_commitment(committee, rose)
    hers, path = await sign_in(rose), f"/engagements/{made.id}"
    assert (await hers.submit(f"{path}/fait")).status_code == 422
    assert (await hers.submit(f"{path}/fait", {"link": "pas une adresse"})).status_code == 422
    assert not (await again(made)).is_kept
    sent = {"evidence": "Trois devis, de 210 à 380 €.", "link": "www.navette.fr/devis"}
    assert (await hers.submit(f"{path}/fait", sent)).status_code == 303
    text = (await client.get(path)).text
    for said in ("Trois devis, de 210 à 380 €.", "https://www.navette.fr/devis", "Dit par Rose M."):
        assert said in text
    assert "Trois devis" in (await client.get(f"/comites/{committee.slug}/engagements?filtre=faits")).text
    assert "Trois devis" not in (await client.get(f"/comites/{committee.slug}/engagements?filtre=en-cours")).text


async def test_of_keeping_and_dropping_at_once_one_is_true(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    for _turn in range(4):
        made = await a_commitment(committee, rose)
        done = await asyncio.gather(
            service.keep(Actor(rose), made, DONE), service.drop(Actor(lead), made, WHY), return_exceptions=True
        )
        assert sum(1 for one in done if one is True) == 1
        assert sum(1 for one in done if isinstance(one, DomainError)) == 1
        now = await again(made)
        steps = await Step.filter(commitment_id=made.id, kind__in=[StepKind.KEPT, StepKind.DROPPED])
        assert [step.kind.value for step in steps] == [now.status.value]
        assert bool(now.evidence) == now.is_kept
        assert bool(now.dropped_reason) != now.is_kept


async def test_a_moved_day_is_told_with_its_reason_and_the_former_one_is_kept(
    client: Client, sign_in: SignIn
) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"))
    rose = await a_member(committee)
    made = await a_commitment(committee, rose)
    hers, path = await sign_in(rose), f"/engagements/{made.id}"
    later = made.due_on
    for _turn in range(2):
        later += timedelta(days=20)
        assert (await hers.submit(f"{path}/reporter", {"due_on": later.isoformat()})).status_code == 422
        sent = {"due_on": later.isoformat(), "reason": WHY}
        for _twice in range(2):
            assert (await hers.submit(f"{path}/reporter", sent)).status_code == 303
    moved = await again(made)
    assert (moved.due_on, moved.moved_times) == (later, 2)
    steps = await Step.filter(commitment_id=made.id, kind=StepKind.MOVED).order_by("id")
    assert [(step.due_on, step.toward) for step in steps] == [
        (made.due_on, made.due_on + timedelta(days=20)), (later - timedelta(days=20), later),
    ]  # fmt: skip
    text = (await client.get(path)).text
    assert "repoussé 2 fois" in text
    assert WHY in text


async def test_a_commitment_is_handed_to_a_member_who_accepts(client: Client, sign_in: SignIn) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"))
    rose, odile = await a_member(committee), await a_member(committee, "Odile Perrin")
    stranger = await a_person("Nadia Faure")
    made = await a_commitment(committee, rose)
    hers, path = await sign_in(rose), f"/engagements/{made.id}"
    for wrong in (stranger, rose):
        assert (await hers.submit(f"{path}/confier", {"person_id": str(wrong.id)})).status_code == 422
    assert (await hers.submit(f"{path}/confier", {"person_id": str(odile.id)})).status_code == 303
    assert (await again(made)).person_id == rose.id
    await jobs.run_due()
    assert await OutboxMessage.filter(to=odile.email, subject__contains="Pouvez-vous vous en charger").count() == 1
    assert [todo.text for todo in await panels.person_todos(odile)] == [f"Pouvez-vous vous en charger\u202f? {WHAT}"]
    assert (await (await sign_in(stranger)).submit(f"{path}/repondre", {"answer": "yes"})).status_code == 403
    assert (await (await sign_in(odile)).submit(f"{path}/repondre", {"answer": "yes"})).status_code == 303
    taken = await again(made)
    assert (taken.person_id, taken.offered_to_id) == (odile.id, None)
    assert await panels.person_todos(rose) == []
    assert "Odile P. s’en charge à la place de Rose M." in (await client.get(path)).text


@pytest.mark.one_engine
async def test_who_cannot_take_it_leaves_it_where_it_is(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, odile = await a_member(committee), await a_member(committee, "Odile Perrin")
    made = await a_commitment(committee, rose)
    await service.hand_over(Actor(rose), made, odile.id, "")
    refusal = {"answer": "no", "reason": "Je pars en mai."}
    await (await sign_in(odile)).submit(f"/engagements/{made.id}/repondre", refusal)
    assert (await again(made)).person_id == rose.id
    await jobs.run_due()
    assert await OutboxMessage.filter(to=rose.email, text__contains="Je pars en mai.").count() == 1
    proposed = await a_commitment(committee, odile, "Chercher un minibus", by=lead)
    assert proposed.is_proposed
    with pytest.raises(DomainError):
        await service.keep(Actor(lead), proposed, DONE)
    await (await sign_in(odile)).submit(f"/engagements/{proposed.id}/repondre", refusal)
    assert (await again(proposed)).status == CommitmentStatus.DECLINED
    assert await panels.person_todos(odile) == []


@pytest.mark.one_engine
async def test_who_runs_the_committee_reopens_what_was_not_done(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    made = await a_commitment(committee, rose)
    await service.keep(Actor(rose), made, DONE)
    path = f"/engagements/{made.id}/rouvrir"
    assert (await (await sign_in(rose)).submit(path, {"reason": WHY})).status_code == 403
    assert (await (await sign_in(lead)).submit(path)).status_code == 422
    assert (await (await sign_in(lead)).submit(path, {"reason": WHY})).status_code == 303
    now = await again(made)
    assert (now.status, now.kept_at, now.evidence) == (CommitmentStatus.OPEN, None, "")
    assert "Les trois devis sont là." in (await client.get(f"/engagements/{made.id}")).text


@pytest.mark.one_engine
async def test_a_discreet_member_is_named_to_the_committee_only(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    fatou, rose = await a_member(committee, "Fatou Diop"), await a_member(committee)
    await Seat.filter(person_id=fatou.id).update(is_discreet=True)
    made = await a_commitment(committee, fatou)
    await service.keep(Actor(fatou), made, DONE)
    own = f"/comites/{committee.slug}"
    places = (own, f"{own}/engagements", f"{own}/engagements.csv", f"/engagements/{made.id}")
    for outside in (client, await sign_in(await a_person("Nadia Faure"))):
        for path in places:
            text = (await outside.get(path)).text
            assert "Fatou" not in text, path
            assert "Une personne" in text, path
    for inside in (lead, rose, fatou):
        for path in places:
            assert "Fatou D." in (await (await sign_in(inside)).get(path)).text, path


@pytest.mark.one_engine
async def test_an_organisations_commitment_bears_its_name(client: Client) -> None:
    lead = await a_person("Anne-Marie Lopez")
    committee = await a_committee(lead)
    seat = await a_seat_of_an_organisation(committee, lead)
    made = await a_commitment(committee, seat.person)
    text = (await client.get(f"/engagements/{made.id}")).text
    assert "La Ferme des Trois Levées (Mariam K.)" in text


@pytest.mark.one_engine
async def test_a_list_is_narrowed_paged_and_taken_away_as_a_sheet(client: Client) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    for number in range(53):
        await a_commitment(committee, lead, f"Compter les arrêts, tour {number:02}", days=number)
    late = await a_commitment(committee, lead, "=HYPERLINK(1)", days=-3)
    own = f"/comites/{committee.slug}/engagements"
    first = (await client.get(own)).text
    assert "tour 48" in first
    assert "tour 49" not in first
    after = first.split("apres=")[1].split('"')[0]
    second = (await client.get(f"{own}?apres={after}")).text
    assert "tour 49" in second
    assert "tour 52" in second
    overdue = (await client.get(f"{own}?filtre=en-retard")).text
    assert "en retard de 3 jours" in overdue
    assert "tour 01" not in overdue
    assert (await client.get(f"{own}?tri=recents")).text.index("HYPERLINK") > 0
    sheet = (await client.get(f"{own}.csv")).content.decode("utf-8-sig")
    assert len(sheet.splitlines()) == 55
    assert "'=HYPERLINK(1)" in sheet
    assert late.committee.initiative is not None
    whole = await client.get(f"/initiatives/{late.committee.initiative.slug}/engagements")
    assert "HYPERLINK" in whole.text
    assert (await client.get(f"{own}?filtre=quoi&tri=x&apres=zz")).status_code == 200


@pytest.mark.one_engine
async def test_a_long_list_asks_no_more_questions_than_a_short_one(client: Client) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    counts = []
    for _turn in range(2):
        for number in range(12):
            await a_commitment(committee, await a_member(committee, f"Rose {number}"), days=number - 4)
        with query_count() as asked:
            for path in ("", "/engagements", "/engagements.csv"):
                await client.get(f"/comites/{committee.slug}{path}")
        counts.append(len(asked))
    assert counts[0] == counts[1]


async def test_who_runs_a_committee_and_the_team_see_what_is_late(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    await a_commitment(committee, rose, days=-2)
    await a_commitment(committee, rose, "Chercher un minibus", days=2)
    claire = await a_person("Claire Morel", "claire@exemple.fr", RoleName.ANIMATOR)
    late = f"En retard\u00a0: {WHAT}"
    assert [todo.text for todo in await panels.person_todos(lead)] == [late]
    assert [todo.text for todo in await panels.desk_todos(claire)] == [late]
    assert await panels.desk_todos(lead) == []


async def test_her_data_goes_with_her_and_what_she_had_before_her_is_dropped(database: object, app: object) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"))
    rose = await a_member(committee)
    kept, running = await a_commitment(committee, rose), await a_commitment(committee, rose, "Chercher un minibus")
    await service.keep(Actor(rose), kept, DONE)
    data = await privacy.personal_data(rose)
    assert {one["what"] for one in data["commitments"]} == {WHAT, "Chercher un minibus"}
    for _twice in range(2):
        await privacy.erasures(rose)
    assert (await again(running)).status == CommitmentStatus.DROPPED
    assert (await again(kept)).evidence == ""
    assert "Les trois devis" not in str([step.reason for step in await queries.history_of(kept)])


async def test_a_promise_is_one_however_often_it_is_sent(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    wish = CommitmentForm(what=WHAT, due_on=clock.today())
    await asyncio.gather(*(service.commit(Actor(lead), committee, wish, source="item:4") for _turn in range(4)))
    assert await Commitment.all().count() == 1
    assert await Step.all().count() == 1
    await service.commit(Actor(lead), committee, wish, source="item:5")
    assert await Commitment.all().count() == 2
