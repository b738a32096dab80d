"""General assemblies for tests, prepared through the services."""

from datetime import timedelta

from civic import clock
from civic.assemblies import queries, service
from civic.assemblies.forms import AssemblyForm
from civic.assemblies.models import Assembly, Resolution
from civic.committees import seats
from civic.committees.joining import Designation
from civic.committees.models import College, CollegeKind, Committee, CommitteeKind
from civic.meetings.attendance import Arrival, Attendance
from civic.meetings.models import Meeting, MeetingStatus
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.factories import a_person
from tests.factories.meetings import expect_everybody, fresh

_serial = iter(range(1, 1_000_000))


async def a_general_assembly(members: int = 6) -> tuple[Committee, list[Person], Person]:
    """The network's assembly with so many residents, and the animator who runs it."""
    animator = await a_person("Anne Moreau", "anne@exemple.fr", RoleName.ANIMATOR)
    present = clock.now()
    body = await Committee.create(
        kind=CommitteeKind.ASSEMBLY, slug="assemblee", name="L’assemblée générale", purpose="Elle vote les comptes.",
        created_at=present, updated_at=present,
    )  # fmt: skip
    await College.create(committee=body, kind=CollegeKind.RESIDENTS, places=100)
    people = [await a_person(f"Membre{n} Dupont", f"membre{n}@exemple.fr") for n in range(members)]
    for person in people:
        await seats.sit(body, person, CollegeKind.RESIDENTS, Designation.ELECTION)
    return await Committee.get(id=body.id).select_related("initiative"), people, animator


async def an_assembly(body: Committee, animator: Person, **wishes: object) -> Assembly:
    """An ordinary assembly in six weeks, with a quorum of a third and two proxies each."""
    wish = AssemblyForm.model_validate({
        "year": "2025", "starts_at": clock.now() + timedelta(days=42), "place": "Salle des fêtes, Villars",
        "quorum_percent": 33, "proxies_most": 2, **wishes,
    })  # fmt: skip
    return await service.prepare(Actor(animator), body, wish, f"assembly-key-{next(_serial)}")


async def begun(assembly: Assembly, here: int) -> Assembly:
    """The assembly runs, with so many of those expected in the room."""
    present = clock.now()
    await Meeting.filter(id=assembly.meeting_id).update(
        status=MeetingStatus.RUNNING, convened_at=present - timedelta(days=20), opened_at=present,
        starts_at=present - timedelta(minutes=20), ends_at=present + timedelta(hours=2),
    )  # fmt: skip
    await expect_everybody(assembly.meeting)
    for row in (await Attendance.filter(meeting_id=assembly.meeting_id).order_by("id"))[:here]:
        await Attendance.filter(id=row.id).update(arrived_at=present, arrived_how=Arrival.LIST)
    assembly.meeting = await fresh(assembly.meeting)
    return assembly


async def the_resolutions(assembly: Assembly) -> list[Resolution]:
    """Its resolutions, in order."""
    return await queries.resolutions_of(assembly)
