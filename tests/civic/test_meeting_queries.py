"""Pages of meetings and assemblies ask the database as often for fifty rows as for five."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from civic import clock
from civic.assemblies import service
from civic.assemblies.forms import ResolutionForm
from civic.commitments.models import Commitment
from civic.committees.models import Committee
from civic.counting.rules import Verdict
from civic.decisions.models import Decision, DecisionStatus
from civic.meetings import record
from civic.meetings.attendance import Arrival, Attendance, Coming, Movement, Way
from civic.meetings.models import Item, ItemKind, Meeting, MeetingStatus, NotesVersion, Proposal, Remark
from civic.people.models import Person
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_person
from tests.factories.assemblies import a_general_assembly, an_assembly
from tests.factories.commitments import a_commitment
from tests.factories.convening import a_poll
from tests.factories.meetings import a_meeting
from tests.factories.steering import a_committee, a_member

SignIn = Callable[[Person], Awaitable[Client]]


async def _decided(committee: Committee, number: int) -> Decision:
    day = clock.now() - timedelta(days=2)
    return await Decision.create(
        committee=committee, form_key=f"queries-{number}-key", question=f"Question {number}, est-ce utile ?",
        method="majority", closes_at=day, opened_at=day, closed_at=day, created_at=day, status=DecisionStatus.CLOSED,
        verdict=Verdict.ADOPTED, electorate=2, answers_count=2,
        tally={"yes": 2, "no": 0, "abstain": 0, "open_objections": 0},
    )  # fmt: skip


async def _grow(committee: Committee, meeting: Meeting, lead: Person, rows: int) -> None:
    """So many points with a decision, a promise, notes and a remark; so many persons who came or sent a proxy."""
    known, present = await Item.filter(meeting_id=meeting.id).count(), clock.now()
    for number in range(known, known + rows):
        decision = await _decided(committee, number + meeting.id * 1_000)
        item = await Item.create(
            meeting=meeting, position=number, title=f"Point {number}", kind=ItemKind.DECISION, decision=decision,
            notes="On en a parlé.", notes_version=1, notes_at=present, notes_by=lead,
        )  # fmt: skip
        await NotesVersion.create(item=item, number=1, base=0, text="On en a parlé.", at=present, by=lead)
        await Remark.create(item=item, person=lead, text="Pas tout à fait.", at=present)
        made = await a_commitment(committee, lead, f"Agir {number}", decision=decision)
        await Commitment.filter(id=made.id).update(source=record.source_of(item))
        await Proposal.create(meeting=meeting, person=lead, title=f"Et si {number}", created_at=present)
        guest = await a_person(f"Voisine {number}")
        line = await Attendance.create(
            meeting=meeting, person=guest, college="residents", coming=Coming.PRESENT, arrived_at=present, came=guest,
            arrived_how=Arrival.LIST,
        )  # fmt: skip
        await Movement.create(attendance=line, way=Way.IN, at=present, person=guest)


async def _cost(client: Client, path: str) -> int:
    with query_count() as queries:
        assert (await client.get(path)).status_code == 200, path
    return len(queries)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("status", "pages", "most"),
    [
        (MeetingStatus.DRAFT, ("", "/convocation"), 40),
        (MeetingStatus.CONVENED, ("",), 40),
        (MeetingStatus.RUNNING, ("", "/salle", "/ecran", "/notes", "/compte-rendu"), 40),
        (MeetingStatus.CLOSED, ("", "/compte-rendu"), 40),
    ],
    ids=["prepared", "convened", "running", "closed"],
)
async def test_a_meeting_of_fifty_points_and_persons_costs_what_five_cost(
    sign_in: SignIn, status: MeetingStatus, pages: tuple[str, ...], most: int
) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    await a_member(committee)
    meeting, hers = await a_meeting(committee, status, items=()), await sign_in(lead)
    if status == MeetingStatus.CLOSED:
        await Meeting.filter(id=meeting.id).update(
            shared_at=clock.now(), remarks_until=clock.now() + timedelta(days=10), published_at=clock.now()
        )
    await _grow(committee, meeting, lead, 5)
    few = [await _cost(hers, f"/reunions/{meeting.id}{page}") for page in pages]
    await _grow(committee, meeting, lead, 45)
    assert [await _cost(hers, f"/reunions/{meeting.id}{page}") for page in pages] == few
    assert max(few) <= most
    assert "Point 49" in (await hers.get(f"/reunions/{meeting.id}{pages[-1]}")).text


@pytest.mark.one_engine
async def test_a_list_of_fifty_meetings_and_ten_dates_cost_what_few_cost(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    hers, index = await sign_in(lead), f"/comites/{committee.slug}/reunions"
    looked = [f"/reunions/{(await a_poll(committee, lead, *days)).id}" for days in ((8, 9), range(8, 18))]
    assert await _cost(hers, looked[0]) == await _cost(hers, looked[1])
    for _number in range(5):
        await a_meeting(committee, MeetingStatus.CLOSED)
    few = [await _cost(one, index) for one in (client, hers)]
    for _number in range(45):
        await a_meeting(committee, MeetingStatus.CLOSED)
    assert [await _cost(one, index) for one in (client, hers)] == few
    assert max(few) <= 16


@pytest.mark.one_engine
async def test_an_assembly_of_thirty_resolutions_costs_what_five_cost(sign_in: SignIn) -> None:
    body, _people, animator = await a_general_assembly()
    assembly, hers = await an_assembly(body, animator), await sign_in(animator)
    paths = [f"/reunions/{assembly.meeting_id}/assemblee", f"/reunions/{assembly.meeting_id}"]
    counts = []
    for more in (5, 25):
        for number in range(more):
            wish = ResolutionForm(title=f"Résolution {more}-{number}", wording="L’assemblée l’approuve.")
            await service.add(assembly, wish)
        counts.append([await _cost(hers, path) for path in paths])
    assert "Résolution 25-24" in (await hers.get(paths[0])).text
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 40
