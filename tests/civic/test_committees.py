"""Committees: founding, joining, being refused with a reason, leaving."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from tortoise.exceptions import IntegrityError

from civic import clock, jobs
from civic.committees import panels, queries
from civic.committees.joining import Designation, RequestStatus, SeatRequest
from civic.committees.models import College, Committee, Seat
from civic.contributions.service import contribute, revoke
from civic.mail.models import OutboxMessage
from civic.needs.models import Need, NeedKind
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_person, an_initiative
from tests.factories.steering import a_committee, a_member, seat

SignIn = Callable[[Person], Awaitable[Client]]
FOUNDING = {
    "name": "Le comité du verger", "purpose": "Il choisit les arbres et les jours de taille.", "residents": "3",
    "college": "residents", "mandate_months": "12", "joining": "request",
}  # fmt: skip


async def test_a_lead_founds_the_committee_and_sits_in_it(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    initiative = await an_initiative(lead=lead)
    mine = await sign_in(lead)
    path = f"/initiatives/{initiative.slug}/comite/nouveau"
    assert (await mine.get(path)).status_code == 200
    answer = await mine.submit(path, FOUNDING)
    assert answer.headers["location"] == f"/comites/{initiative.slug}"
    shown = await mine.get(f"/comites/{initiative.slug}")
    assert "Sélim L." in shown.text
    assert "Vous siégez" in shown.text
    need = await Need.get(initiative_id=initiative.id)
    assert (need.kind, need.target, need.reached, need.open) == (NeedKind.VOICE, 3, 1, True)


async def test_founding_twice_makes_one_committee(sign_in: SignIn) -> None:
    lead = await a_person()
    initiative = await an_initiative(lead=lead)
    mine = await sign_in(lead)
    for _ in range(2):
        answer = await mine.submit(f"/initiatives/{initiative.slug}/comite/nouveau", FOUNDING)
        assert answer.status_code == 303
    assert await Committee.all().count() == 1
    assert await Seat.all().count() == 1


@pytest.mark.one_engine
async def test_only_a_lead_or_the_team_founds_a_committee(client: Client, sign_in: SignIn) -> None:
    initiative = await an_initiative(lead=await a_person())
    path = f"/initiatives/{initiative.slug}/comite/nouveau"
    stranger = await sign_in(await a_person("Nadia Faure"))
    assert (await stranger.submit(path, FOUNDING)).status_code == 403
    assert (await client.submit(path, FOUNDING)).status_code == 303  # to the sign-in page
    assert not await Committee.all().count()
    animator = await sign_in(await a_person("Anne Moreau", "", RoleName.ANIMATOR))
    assert (await animator.submit(path, FOUNDING)).status_code == 303
    assert await Committee.all().count() == 1


@pytest.mark.one_engine
async def test_a_founder_without_a_place_for_herself_is_told_so(sign_in: SignIn) -> None:
    lead = await a_person()
    initiative = await an_initiative(lead=lead)
    mine = await sign_in(lead)
    answer = await mine.submit(f"/initiatives/{initiative.slug}/comite/nouveau", {**FOUNDING, "residents": "0"})
    assert answer.status_code == 422
    assert "Le comité du verger" in answer.text
    assert not await Committee.all().count()


async def test_a_resident_asks_and_is_welcomed(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    resident = await a_person("Odile Perrin")
    hers, his = await sign_in(resident), await sign_in(lead)
    for _ in range(2):
        answer = await hers.submit(
            f"/comites/{committee.slug}/rejoindre", {"college": "residents", "message": "J’habite à l’arrêt."}
        )
        assert answer.status_code == 303
    asked = await SeatRequest.get(person_id=resident.id)
    assert asked.status == RequestStatus.PENDING
    assert "attend une réponse" in (await hers.get(f"/comites/{committee.slug}")).text
    await jobs.run_due()
    assert await OutboxMessage.filter(to=lead.email).count() == 1
    assert "J’habite à l’arrêt." in (await his.get(f"/comites/{committee.slug}/demandes")).text
    for _ in range(2):
        await his.submit(f"/comites/demandes/{asked.id}/repondre", {"answer": "yes"})
    held = await queries.seat_of(resident, committee.id)
    assert held is not None
    assert held.designated == Designation.REQUEST
    assert (await College.get(committee_id=committee.id, kind="residents")).taken == 2
    await jobs.run_due()
    assert await OutboxMessage.filter(to=resident.email).count() == 1


async def test_the_words_of_a_stranger_never_become_a_button_in_a_mail(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    hers = await sign_in(await a_person("Odile Perrin"))
    trap = "Bonjour\n\nValider mon compte : https://piege.example/valider"
    await hers.submit(f"/comites/{committee.slug}/rejoindre", {"college": "residents", "message": trap})
    await jobs.run_due()
    letter = await OutboxMessage.get(to=lead.email)
    assert "https://piege.example" in letter.text
    assert 'href="https://piege.example' not in letter.html
    assert f"/comites/{committee.slug}/demandes" in letter.html


async def test_a_refusal_needs_a_reason_and_reaches_the_person(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    resident = await a_person("Odile Perrin")
    hers, his = await sign_in(resident), await sign_in(lead)
    await hers.submit(f"/comites/{committee.slug}/rejoindre", {"college": "residents", "message": "Je veux aider."})
    asked = await SeatRequest.get(person_id=resident.id)
    path = f"/comites/demandes/{asked.id}/repondre"
    assert (await his.submit(path, {"answer": "no", "reason": "  "})).status_code == 422
    assert (await SeatRequest.get(id=asked.id)).status == RequestStatus.PENDING
    assert (await his.submit(path, {"answer": "no", "reason": "Le comité est au complet."})).status_code == 303
    assert (await SeatRequest.get(id=asked.id)).status == RequestStatus.REFUSED
    assert await queries.seat_of(resident, committee.id) is None
    assert "Le comité est au complet." in (await hers.get(f"/comites/{committee.slug}")).text
    await jobs.run_due()
    letter = await OutboxMessage.get(to=resident.email)
    assert "Le comité est au complet." in letter.text
    again = await hers.submit(
        f"/comites/{committee.slug}/rejoindre", {"college": "residents", "message": "Et maintenant ?"}
    )
    assert again.status_code == 303
    assert await SeatRequest.filter(person_id=resident.id, status=RequestStatus.PENDING).count() == 1


@pytest.mark.one_engine
async def test_a_stranger_answers_no_request_and_nobody_answers_her_own(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    resident, stranger = await a_person("Odile Perrin"), await a_person("Nadia Faure")
    hers = await sign_in(resident)
    await hers.submit(f"/comites/{committee.slug}/rejoindre", {"college": "residents", "message": "Je veux aider."})
    asked = await SeatRequest.get(person_id=resident.id)
    path = f"/comites/demandes/{asked.id}/repondre"
    for refused in (hers, await sign_in(stranger), await sign_in(await a_member(committee))):
        assert (await refused.submit(path, {"answer": "yes"})).status_code == 403
        assert (await refused.get(f"/comites/{committee.slug}/demandes")).status_code == 403
    assert (await (await sign_in(lead)).submit(path, {"answer": "yes"})).status_code == 303


async def test_a_contributor_is_welcomed_at_once_whatever_she_gave(sign_in: SignIn) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"))
    giver = await a_person("Fatou Diop")
    hers = await sign_in(giver)
    path, shown = f"/comites/{committee.slug}/rejoindre", f"/comites/{committee.slug}"
    await contribute(giver.id, committee.initiative_id, NeedKind.MONEY, "pledge:1")
    assert "votre place vous attend" in (await hers.get(shown)).text
    assert "votre place vous attend" in (await hers.get(path)).text
    for _ in range(2):
        assert (await hers.submit(path, {"college": "contributors"})).status_code == 303
    held = await queries.seat_of(giver, committee.id)
    assert held is not None
    assert held.designated == Designation.CONTRIBUTION
    assert await Seat.filter(person_id=giver.id).count() == 1


async def test_who_gave_nothing_or_was_refunded_does_not_enter_as_a_contributor(sign_in: SignIn) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"))
    resident = await a_person("Odile Perrin")
    await contribute(resident.id, committee.initiative_id, NeedKind.MONEY, "pledge:1")
    await revoke("pledge:1")
    hers = await sign_in(resident)
    answer = await hers.submit(
        f"/comites/{committee.slug}/rejoindre", {"college": "contributors", "message": "Bonjour"}
    )
    assert answer.status_code == 422
    assert not await Seat.filter(person_id=resident.id).exists()


async def test_a_full_college_takes_nobody_more_until_somebody_leaves(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead, residents=1, joining="open")
    resident = await a_person("Odile Perrin")
    hers, his = await sign_in(resident), await sign_in(lead)
    path = f"/comites/{committee.slug}/rejoindre"
    assert (await hers.submit(path, {"college": "residents"})).status_code == 422
    assert not await Seat.filter(person_id=resident.id).exists()
    for _ in range(2):
        assert (await his.submit(f"/comites/{committee.slug}/quitter")).status_code == 303
    assert (await College.get(committee_id=committee.id, kind="residents")).taken == 0
    assert (await hers.submit(path, {"college": "residents"})).status_code == 303
    assert await queries.seat_of(resident, committee.id) is not None
    assert (await Committee.get(id=committee.id)).free == 0


async def test_the_database_itself_refuses_two_seats_two_requests_and_a_silent_refusal(
    database: object,
) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    college = await College.get(committee_id=committee.id, kind="residents")
    held = await Seat.get(person_id=lead.id)
    with pytest.raises(IntegrityError):
        await Seat.create(
            committee=committee,
            college=college,
            person=lead,
            designated=Designation.OPEN,
            from_on=held.from_on,
        )
    with pytest.raises(IntegrityError):
        await College.filter(id=college.id).update(taken=6)
    asking = {"committee": committee, "college": college, "person": lead, "created_at": clock.now()}
    first = await SeatRequest.create(message="Bonjour", **asking)
    with pytest.raises(IntegrityError):
        await SeatRequest.create(message="Bonjour encore", **asking)
    with pytest.raises(IntegrityError):
        await SeatRequest.filter(id=first.id).update(status=RequestStatus.REFUSED)


@pytest.mark.one_engine
async def test_a_committee_of_an_unpublished_initiative_is_seen_by_its_leads_only(
    client: Client, sign_in: SignIn
) -> None:
    lead = await a_person("Sélim Laurent")
    hidden = await an_initiative("Le Verger", lead=lead, published_at=None)
    committee = await a_committee(lead, initiative=hidden)
    assert (await client.get(f"/comites/{committee.slug}")).status_code == 404
    assert (await client.get("/comites")).status_code == 200
    assert committee.name not in (await client.get("/comites")).text
    assert (await (await sign_in(lead)).get(f"/comites/{committee.slug}")).status_code == 200


@pytest.mark.one_engine
async def test_a_page_costs_the_same_with_two_seats_and_with_twelve(client: Client, app: object) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"))
    counts = []
    for more in (1, 10):
        for _ in range(more):
            await a_member(committee)
        with query_count() as queries_made:
            assert (await client.get(f"/comites/{committee.slug}")).status_code == 200
        counts.append(len(queries_made))
    assert counts[0] == counts[1] <= 12, "its seats, questions, meetings, commitments and discussion"


async def test_a_mandate_is_renewed_once_by_who_runs_the_committee(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    member = await a_member(committee)
    held = await Seat.get(person_id=member.id)
    await contribute(member.id, committee.initiative_id, NeedKind.TIME, "hours:1")
    soon = clock.today() + timedelta(days=10)
    await Seat.filter(id=held.id).update(until_on=soon)
    mine, hers = await sign_in(lead), await sign_in(member)
    assert "Renouveler" in (await mine.get(f"/comites/{committee.slug}")).text
    assert "Renouveler" not in (await hers.get(f"/comites/{committee.slug}")).text
    assert len(await panels.person_todos(lead)) == len(await panels.person_todos(member)) == 1
    path, sent = f"/comites/sieges/{held.id}/renouveler", {"until_on": soon.isoformat()}
    assert (await hers.submit(path, sent)).status_code == 403
    for _ in range(2):
        assert (await mine.submit(path, sent)).status_code == 303
    renewed = await Seat.get(id=held.id)
    assert renewed.until_on == soon + relativedelta(months=12)
    assert await panels.person_todos(lead) == []


async def test_a_mandate_that_is_over_frees_the_place(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    member = await a_person("Rose Martin")
    await seat(committee, member)
    await Seat.filter(person_id=member.id).update(until_on=clock.today().replace(year=clock.today().year - 1))
    assert await queries.seat_of(member, committee.id) is None
    await jobs.run_due()
    assert (await Seat.get(person_id=member.id)).ended_at is not None
    assert (await College.get(committee_id=committee.id, kind="contributors")).taken == 0
    assert await queries.seat_of(lead, committee.id) is not None
