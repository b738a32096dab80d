"""Bodies of the network and working groups: founding, running, ending."""

from collections.abc import Awaitable, Callable

import pytest
from tortoise.exceptions import IntegrityError

from civic import clock, jobs
from civic.committees import queries, seats
from civic.committees.forms import FoundingForm, NewBodyForm
from civic.committees.joining import Designation, Joining, RequestStatus, SeatRequest
from civic.committees.models import College, CollegeKind, Committee, CommitteeKind, Ending, Seat
from civic.committees.rules import close
from civic.committees.service import found_body, found_group, join
from civic.contributions.service import contribute
from civic.decisions.models import Elector
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.needs.models import Need, NeedKind
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_person, an_initiative
from tests.factories.steering import a_committee, a_member, an_open_decision

SignIn = Callable[[Person], Awaitable[Client]]
BOARD = {
    "kind": "board", "name": "Le conseil d’administration", "purpose": "Il fait vivre le réseau entre deux assemblées.",
    "joining": "invitation", "mandate_months": "36", "organisations": "4", "residents": "2",
}  # fmt: skip
GROUP = {
    "name": "Le groupe des horaires", "purpose": "Il essaie des horaires d’été.", "joining": "open", "residents": "4",
    "mandate_months": "12", "college": "residents",
}  # fmt: skip


async def a_group(parent: Committee, founder: Person, **wishes: object) -> Committee:
    """A working group whose founder sits in it."""
    wish = FoundingForm.model_validate({**GROUP, **wishes})
    made = await found_group(Actor(founder), parent, wish)
    return await Committee.get(id=made.id).select_related("initiative", "parent")


async def test_the_team_founds_the_board_and_nobody_else_does(client: Client, sign_in: SignIn) -> None:
    lead = await sign_in(await a_person("Sélim Laurent"))
    assert (await lead.get("/comites/nouveau")).status_code == 403
    assert (await lead.submit("/comites/nouveau", BOARD)).status_code == 403
    animator = await sign_in(await a_person("Anne Moreau", "", RoleName.ANIMATOR))
    assert (await animator.get("/comites/nouveau")).status_code == 200
    for _ in range(2):
        answer = await animator.submit("/comites/nouveau", BOARD)
        assert answer.headers["location"] == "/comites/le-conseil-d-administration"
    body = await Committee.get(kind=CommitteeKind.BOARD)
    assert (body.seated, body.free, body.initiative_id) == (0, 6, None)
    assert not await Need.all().count()  # a body of the network keeps no gauge
    assert body.name in (await client.get("/comites")).text
    shown = await client.get(f"/comites/{body.slug}")
    assert "Conseil d’administration" in shown.text
    assert "Demander ce siège" not in shown.text  # one comes in by invitation


async def test_a_body_without_a_name_is_not_founded(sign_in: SignIn) -> None:
    animator = await sign_in(await a_person("Anne Moreau", "", RoleName.ANIMATOR))
    answer = await animator.submit("/comites/nouveau", {**BOARD, "name": ""})
    assert answer.status_code == 422
    assert "Il fait vivre le réseau" in answer.text
    assert not await Committee.all().exists()


async def test_who_facilitates_the_board_runs_it(sign_in: SignIn) -> None:
    animator = await sign_in(await a_person("Anne Moreau", "", RoleName.ANIMATOR))
    await animator.submit("/comites/nouveau", BOARD)
    body = await Committee.get(kind=CommitteeKind.BOARD)
    chair, member = await a_person("Naïma Benali"), await a_person("Hugo Tissot")
    said = seats.Said(title="présidente", is_facilitator=True)
    await seats.sit(body, chair, CollegeKind.RESIDENTS, Designation.ELECTION, said)
    await seats.sit(body, member, CollegeKind.RESIDENTS, Designation.ELECTION)
    path = f"/comites/{body.slug}/modifier"
    assert (await (await sign_in(chair)).get(path)).status_code == 200
    assert (await (await sign_in(member)).get(path)).status_code == 403


@pytest.mark.one_engine
async def test_the_list_is_narrowed_to_committees_with_a_free_seat(client: Client) -> None:
    lead = await a_person("Sélim Laurent")
    full = await a_committee(lead, name="Le comité complet", residents=1)
    free = await a_committee(lead, name="Le comité ouvert", residents=3, joining="open")
    assert full.name in (await client.get("/comites")).text
    for wanted in ("places", "entree-libre"):
        shown = (await client.get(f"/comites?filtre={wanted}")).text
        assert free.name in shown
        assert full.name not in shown
    assert full.name in (await client.get("/comites?filtre=n-importe-quoi")).text


async def test_who_runs_a_committee_founds_its_groups_and_a_group_has_none(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    mine, hers = await sign_in(lead), await sign_in(await a_member(committee))
    path = f"/comites/{committee.slug}/groupes/nouveau"
    assert (await hers.submit(path, GROUP)).status_code == 403
    assert (await mine.get(path)).status_code == 200
    for _ in range(2):
        assert (await mine.submit(path, GROUP)).status_code == 303
    group = await Committee.get(parent_id=committee.id)
    assert group.initiative_id == committee.initiative_id
    assert group.name in (await mine.get(f"/comites/{committee.slug}")).text
    assert (await mine.submit(f"/comites/{group.slug}/groupes/nouveau", GROUP)).status_code == 422
    assert await Committee.filter(kind=CommitteeKind.WORKING).count() == 1
    assert await queries.committee_of(committee.initiative_id or 0) == committee


async def test_who_facilitates_the_parent_runs_its_groups(database: object) -> None:
    lead, chair = await a_person("Sélim Laurent"), await a_person("Naïma Benali")
    committee = await a_committee(lead)
    group = await a_group(committee, lead)
    assert not await queries.may_run(Actor(chair), group)
    said = seats.Said(is_facilitator=True)
    await seats.sit(committee, chair, CollegeKind.RESIDENTS, Designation.ELECTION, said)
    assert await queries.may_run(Actor(chair), group)
    assert list(await queries.run_by(chair)) == [committee.id, group.id]


async def test_a_group_ends_with_a_reason_and_its_page_stays(client: Client, sign_in: SignIn, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    group = await a_group(committee, lead)
    member = await a_person("Odile Perrin")
    await join(Actor(member), group, CollegeKind.RESIDENTS, "")
    mine, path = await sign_in(lead), f"/comites/{group.slug}/terminer"
    assert (await mine.submit(path, {"reason": ""})).status_code == 422
    for _ in range(2):
        assert (await mine.submit(path, {"reason": "Les horaires sont adoptés."})).status_code == 303
    ended = await Committee.get(id=group.id)
    assert (ended.seated, ended.free) == (0, 0)
    assert ended.ended_at is not None
    assert (await Seat.get(person_id=member.id)).ending == Ending.CLOSED
    assert "Les horaires sont adoptés." in (await client.get(f"/comites/{group.slug}")).text
    assert "Les horaires sont adoptés." in (await client.get(f"/comites/{committee.slug}")).text
    await jobs.run_due()
    assert "Les horaires sont adoptés." in (await OutboxMessage.get(to=member.email)).text
    with pytest.raises(DomainError):
        await join(Actor(member), group, CollegeKind.RESIDENTS, "")


async def test_what_was_answered_before_a_group_ends_stays_answered(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    group = await a_group(await a_committee(lead), lead)
    college = await College.get(committee_id=group.id, kind=CollegeKind.RESIDENTS)
    asked, present = {"committee": group, "college": college, "created_at": clock.now()}, clock.now()
    waiting = await SeatRequest.create(person=await a_person("Rose Martin"), **asked)
    refused = await SeatRequest.create(
        person=await a_person("Paul Roux"), status=RequestStatus.REFUSED, reason="C’est complet.", answered_at=present,
        **asked,
    )  # fmt: skip
    assert await close(Actor(lead), group, "Les horaires d’été sont votés.")
    found = {one.id: one.status for one in await SeatRequest.all()}
    assert found == {waiting.id: RequestStatus.WITHDRAWN, refused.id: RequestStatus.REFUSED}


async def test_a_body_takes_its_groups_along_and_the_committee_of_an_initiative_never_ends(sign_in: SignIn) -> None:
    animator = await a_person("Anne Moreau", "", RoleName.ANIMATOR)
    hers = await sign_in(animator)
    await hers.submit("/comites/nouveau", {**BOARD, "college": "residents"})
    body = await Committee.get(kind=CommitteeKind.BOARD)
    group = await a_group(body, animator)
    assert await close(Actor(animator), body, "Les statuts ont changé.")
    assert (await Committee.get(id=group.id)).ended_reason == "Les statuts ont changé."
    committee = await a_committee(await a_person("Sélim Laurent"))
    assert (await hers.submit(f"/comites/{committee.slug}/terminer", {"reason": "Pour rien."})).status_code == 422
    assert (await Committee.get(id=committee.id)).ended_at is None


async def test_who_gave_to_any_initiative_may_sit_in_an_assembly_that_welcomes_contributors(sign_in: SignIn) -> None:
    animator = await sign_in(await a_person("Anne Moreau", "", RoleName.ANIMATOR))
    assembly = {**BOARD, "kind": "assembly", "name": "L’assemblée générale", "contributors": "1"}
    await animator.submit("/comites/nouveau", assembly)
    await animator.submit("/comites/nouveau", BOARD)
    giver, other = await a_person("Fatou Diop"), await a_person("Odile Perrin")
    initiative = await an_initiative()
    await contribute(giver.id, initiative.id, NeedKind.TIME, "hours:1")
    body = await Committee.get(kind=CommitteeKind.ASSEMBLY)
    hers, others = await sign_in(giver), await sign_in(other)
    assert (await others.submit(f"/comites/{body.slug}/rejoindre", {"college": "contributors"})).status_code == 422
    assert (await hers.submit(f"/comites/{body.slug}/rejoindre", {"college": "contributors"})).status_code == 303
    board = await Committee.get(kind=CommitteeKind.BOARD)
    assert (await hers.submit(f"/comites/{board.slug}/rejoindre", {"college": "contributors"})).status_code == 422
    assert await Seat.filter(person_id=giver.id).count() == 1


async def test_a_decision_of_a_group_asks_its_members_only(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    await a_member(committee)
    decision = await an_open_decision(await a_group(committee, lead), lead)
    assert [one.person_id for one in await Elector.filter(decision_id=decision.id)] == [lead.id]


async def test_an_open_question_of_the_board_is_announced_with_the_others(client: Client, app: object) -> None:
    animator = await a_person("Anne Moreau", "", RoleName.ANIMATOR)
    wish = NewBodyForm.model_validate({**BOARD, "college": "residents"})
    body = await found_body(Actor(animator), wish)
    assert "Un budget pour le four" not in (await client.get("/comites")).text
    decision = await an_open_decision(body, animator, question="Un budget pour le four")
    shown = (await client.get("/comites")).text
    assert "Un budget pour le four" in shown
    assert f"/decisions/{decision.id}" in shown


async def test_the_database_itself_wants_a_reason_to_end_and_one_seat_for_an_organisation(database: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    with pytest.raises(IntegrityError):
        await Committee.filter(id=committee.id).update(ended_at=clock.now())
    seat = await Seat.get(person_id=lead.id)
    with pytest.raises(IntegrityError):
        await Seat.filter(id=seat.id).update(is_discreet=True)  # who facilitates is named
    assert (await College.get(id=seat.college_id)).taken == 1
    assert committee.joining == Joining.REQUEST
